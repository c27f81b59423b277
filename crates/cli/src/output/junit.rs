//! Findings as `JUnit` XML: a suite for each file, in it a case for each code that was found, which has failed where the
//! finding fails the run, and a case for all other rules, which has passed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bedload_engine::EngineError;
use bedload_record::plural::{count, plural};
use bedload_record::{Code, Finding, Severity};

use super::tally::{Bounds, Group, Tally, cut};
use super::{About, Emitter, Ending, Sink};
use crate::escape::escape;

const BOUNDS: Bounds = Bounds { groups: 5_000, places: 10, bytes: 4_000_000 };

/// Characters of a message at a place.
const PLACE_CHARS: usize = 200;

/// The name of the suite for what is about no single file.
const DATA_SET: &str = "data set";

/// Suites that are written when the run has ended.
pub(super) struct Junit {
    about: About,
    tally: Tally,
}

impl Junit {
    pub(super) fn new(about: &About) -> Self {
        Self { about: about.clone(), tally: Tally::new(BOUNDS) }
    }

    fn document(&self) -> String {
        let mut by_file: BTreeMap<&str, Vec<(Code, &Group)>> = BTreeMap::new();
        for (code, file, group) in self.tally.groups() {
            by_file.entry(file).or_default().push((code, group));
        }
        let known: BTreeSet<&str> = self.about.files.iter().map(String::as_str).collect();
        let mut suites = vec![suite(DATA_SET, None, by_file.get("").map_or(&[][..], Vec::as_slice))];
        for file in &self.about.files {
            let found = by_file.get(file.as_str()).map_or(&[][..], Vec::as_slice);
            suites.push(suite(file, Some(file), found));
        }
        let others = by_file.iter().filter(|(file, _)| !file.is_empty() && !known.contains(*file));
        suites.extend(others.map(|(file, found)| suite(file, Some(file), found)));
        let beyond = self.tally.beyond();
        if !beyond.is_empty() {
            suites.push(self.rest(beyond));
        }
        let (tests, failures) = suites
            .iter()
            .fold((0, 0), |(tests, failures), suite| (tests + suite.tests, failures + suite.failures));
        let name = attribute(&format!("bedload {}", self.about.command));
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(
            out,
            "<testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
        );
        suites.iter().for_each(|suite| out.push_str(&suite.xml));
        let n_unnamed = self.about.n_files.saturating_sub(self.about.files.len() as u64);
        if n_unnamed > 0 {
            let _ = writeln!(
                out,
                "  <!-- {} without a suite -->",
                plural(n_unnamed, "further file", "further files")
            );
        }
        out.push_str("</testsuites>\n");
        out
    }

    /// What had no room in the suite of its file.
    fn rest(&self, beyond: &BTreeMap<Code, u64>) -> Suite {
        const NAME: &str = "further files";
        let of_code = |code: Code| self.tally.groups().filter(move |(other, ..)| *other == code);
        let mut out = Suite::default();
        let mut cases = String::new();
        for (&code, &n) in beyond {
            let message = format!("{} further findings", count(n));
            let fails = of_code(code).any(|(.., group)| group.fails);
            let severity = of_code(code).map(|(.., group)| group.severity).max();
            let severity = severity.map_or("", Severity::name);
            out.add(&mut cases, (NAME, None), code.name(), Some((fails, severity, &message, &[])));
        }
        out.close(NAME, &cases);
        out
    }
}

/// A suite as it is written.
#[derive(Default)]
struct Suite {
    tests: u64,
    failures: u64,
    xml: String,
}

/// Whether a case fails, the severity, what is wrong, and where.
type Found<'a> = (bool, &'a str, &'a str, &'a [String]);

impl Suite {
    fn add(
        &mut self,
        out: &mut String,
        (class, file): (&str, Option<&str>),
        name: &str,
        found: Option<Found<'_>>,
    ) {
        self.tests += 1;
        let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\"", attribute(class), attribute(name));
        if let Some(file) = file {
            let _ = write!(out, " file=\"{}\"", attribute(file));
        }
        let Some((fails, severity, message, places)) = found else {
            out.push_str("/>\n");
            return;
        };
        let lines: Vec<String> = places.iter().map(|place| attribute(place)).collect();
        if fails {
            self.failures += 1;
            let (severity, message) = (attribute(severity), attribute(message));
            let _ = write!(out, ">\n      <failure type=\"{severity}\" message=\"{message}\">");
            out.push_str(&lines.join("\n"));
            out.push_str("</failure>\n    </testcase>\n");
        } else {
            let _ = write!(out, ">\n      <system-out>{}: {}", attribute(severity), attribute(message));
            lines.iter().for_each(|line| out.extend(["\n", line]));
            out.push_str("</system-out>\n    </testcase>\n");
        }
    }

    fn close(&mut self, name: &str, cases: &str) {
        let (name, Self { tests, failures, .. }) = (attribute(name), &self);
        self.xml = format!(
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{cases}  </testsuite>\n"
        );
    }
}

/// The cases of one file, or of the data set.
fn suite(name: &str, file: Option<&str>, found: &[(Code, &Group)]) -> Suite {
    let mut out = Suite::default();
    let mut cases = String::new();
    for (code, group) in found {
        let more = match group.n {
            1 => String::new(),
            n => format!(" (and {} more)", count(n - 1)),
        };
        let message = format!("{}{more}", group.message);
        let found = (group.fails, group.severity.name(), message.as_str(), &group.places[..]);
        out.add(&mut cases, (name, file), code.name(), Some(found));
    }
    out.add(&mut cases, (name, file), if found.is_empty() { "all rules" } else { "all other rules" }, None);
    out.close(name, &cases);
    out
}

/// Text in an attribute or an element: no markup, and none of the characters that XML 1.0 cannot have.
fn attribute(text: &str) -> String {
    let text = escape(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{FFFE}' | '\u{FFFF}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// A finding's place and what is wrong there, on a line.
fn place(finding: &Finding) -> Option<String> {
    let (line, column) = (finding.line?, finding.column?);
    let pointer = finding.pointer.as_deref().filter(|pointer| !pointer.is_empty());
    let pointer = pointer.map(|pointer| format!(" {}", cut(pointer, PLACE_CHARS))).unwrap_or_default();
    Some(format!("{line}:{column}{pointer}: {}", cut(&finding.message, PLACE_CHARS)))
}

impl Emitter for Junit {
    fn finding(&mut self, _: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        self.tally.add(finding, self.about.fails(finding), || place(finding));
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Sink, _: &Ending<'_>) -> Result<(), EngineError> {
        out.write(self.document().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_no_markup_and_no_forbidden_character() {
        assert_eq!(
            attribute("a<b>&\"'\u{0}\u{ffff}\n]]>"),
            "a&lt;b&gt;&amp;&quot;&apos;\\u{0}\\u{ffff}\\u{a}]]&gt;"
        );
    }
}
