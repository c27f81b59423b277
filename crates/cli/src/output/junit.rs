//! Findings as `JUnit` XML: a suite for each file, in it a case for each code that was found, which has failed where the
//! finding fails the run, and a case for all other rules, which has passed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bedload_engine::EngineError;
use bedload_record::plural::{count, plural};
use bedload_record::{Code, Finding};

use super::tally::{Bounds, Group, Kind, Tally, cut};
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

    fn document(&self, ending: &Ending<'_>) -> String {
        let mut by_file: BTreeMap<&str, Vec<(Code, bool, &Group)>> = BTreeMap::new();
        for (code, file, group) in self.tally.groups() {
            by_file.entry(file).or_default().push((code, ending.fails(code, group.is_known()), group));
        }
        let known: BTreeSet<&str> = self.about.files.iter().map(String::as_str).collect();
        let of_data_set = by_file.get("").map_or(&[][..], Vec::as_slice);
        let mut suites = vec![suite(DATA_SET, None, of_data_set, ending.judgement.refusal())];
        for file in &self.about.files {
            let found = by_file.get(file.as_str()).map_or(&[][..], Vec::as_slice);
            suites.push(suite(file, Some(file), found, None));
        }
        let others = by_file.iter().filter(|(file, _)| !file.is_empty() && !known.contains(*file));
        suites.extend(others.map(|(file, found)| suite(file, Some(file), found, None)));
        let beyond = self.tally.beyond();
        if !beyond.is_empty() {
            suites.push(Self::rest(beyond, ending));
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
    fn rest(beyond: &BTreeMap<Kind, u64>, ending: &Ending<'_>) -> Suite {
        const NAME: &str = "further files";
        let mut out = Suite::default();
        let mut cases = String::new();
        for (&(code, is_known), &n) in beyond {
            let known = if is_known { "known " } else { "" };
            let message = format!("{} further {known}findings", count(n));
            let found =
                (ending.fails(code, is_known), ending.severities.of(code).name(), message.as_str(), &[][..]);
            out.add(&mut cases, (NAME, None), &case(code, is_known), Some(found));
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
fn suite(
    name: &str,
    file: Option<&str>,
    found: &[(Code, bool, &Group)],
    refusal: Option<&'static str>,
) -> Suite {
    let mut out = Suite::default();
    let mut cases = String::new();
    for &(code, fails, group) in found {
        let more = match group.n {
            1 => String::new(),
            n => format!(" (and {} more)", count(n - 1)),
        };
        let message = format!("{}{more}", group.message);
        let found = (fails, group.severity.name(), message.as_str(), &group.places[..]);
        out.add(&mut cases, (name, file), &case(code, group.is_known()), Some(found));
    }
    if let Some(why) = refusal {
        out.add(&mut cases, (name, file), "exit code", Some((true, "error", why, &[])));
    }
    out.add(&mut cases, (name, file), if found.is_empty() { "all rules" } else { "all other rules" }, None);
    out.close(name, &cases);
    out
}

/// The name of a case. Of a code, some findings may be known and others not.
fn case(code: Code, is_known: bool) -> Cow<'static, str> {
    if is_known { format!("{code} (known)").into() } else { code.name().into() }
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
    // The suite has the name of the file as it is now.
    let origin = finding.origin.as_ref().map(|origin| format!("{}:{} (now ", origin.file, origin.line));
    let (before, after) = origin.map_or_else(Default::default, |origin| (origin, ")"));
    Some(format!("{before}{line}:{column}{after}{pointer}: {}", cut(&finding.message, PLACE_CHARS)))
}

impl Emitter for Junit {
    fn finding(&mut self, _: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        self.tally.add(finding, finding.file.as_deref(), || place(finding));
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        out.write(self.document(ending).as_bytes())
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
