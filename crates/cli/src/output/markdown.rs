//! Findings as a comment for a pull request: the verdict, and a table of codes that nothing in the data can break.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use bedload_engine::EngineError;
use bedload_record::plural::{count, plural};
use bedload_record::{Finding, Severity};
use serde_json::Value;

use super::tally::{Kind, cut, noted};
use super::uri::Root;
use super::{About, Emitter, Ending, Sink};
use crate::escape::escape;
use crate::exit::Exit;

/// A comment may have 65,536 characters.
const COMMENT_BYTES: usize = 60_000;

/// Characters of a message, and of a place, that are shown.
const SHOWN_CHARS: usize = 200;

/// A page that is written when the run has ended.
pub(super) struct Markdown {
    command: &'static str,
    profile: Option<String>,
    first: BTreeMap<Kind, Finding>,
    root: Root,
}

impl Markdown {
    pub(super) fn new(about: &About) -> Self {
        Self {
            command: about.command,
            profile: about.profile.clone(),
            first: BTreeMap::new(),
            root: Root::of_run(),
        }
    }

    /// The page, of so many bytes at most, if there is room for its head.
    pub(super) fn page(&self, ending: &Ending<'_>, bytes: usize) -> String {
        let mut out = self.head(ending);
        let new = ending.by_code.iter().map(|(&code, &n)| ((code, false), n));
        let known = ending.known.by_code.iter().filter(|_| ending.known.is_shown);
        let mut found: Vec<(Kind, u64)> = new.chain(known.map(|(&code, &n)| ((code, true), n))).collect();
        found.sort_by_key(|&((code, is_known), _)| (is_known, std::cmp::Reverse(ending.severities.of(code))));
        let n_known = ending.known.count();
        if n_known > 0 && !ending.known.is_shown {
            let findings = plural(n_known, "known finding is", "known findings are");
            let _ = writeln!(out, "\n{findings} not listed; `--show-known` lists them.");
        }
        if found.is_empty() {
            out.push_str(if n_known > 0 { "\nNo new findings.\n" } else { "\nNo findings.\n" });
            return out;
        }
        out.push_str("\n| severity | code | findings | first place | what |\n|---|---|--:|---|---|\n");
        let mut n_shown = 0;
        let end =
            |rest: usize| format!("\nAnd {} that had no room here.\n", plural(rest as u64, "code", "codes"));
        let room = bytes.saturating_sub(end(found.len()).len());
        for &(kind, n) in &found {
            let row = self.row(kind, n, ending.severities.of(kind.0));
            if out.len() + row.len() > room {
                break;
            }
            out.push_str(&row);
            n_shown += 1;
        }
        if n_shown < found.len() {
            out.push_str(&end(found.len() - n_shown));
        } else {
            Self::help(&mut out, &found, room);
        }
        out
    }

    /// The verdict, and the numbers that it is about.
    fn head(&self, ending: &Ending<'_>) -> String {
        let is_ready = ending.numbers.get("ready").and_then(Value::as_bool);
        let verdict = match (ending.exit(), is_ready) {
            (Exit::Clean, Some(true)) => "✅ ready",
            (_, Some(false)) => "❌ not ready",
            (Exit::Clean, _) => "✅ passed",
            _ => "❌ failed",
        };
        let mut out = format!("### bedload {}: {verdict}\n\n", self.command);
        let number = |key: &str| ending.numbers.get(key).and_then(Value::as_u64);
        let mut parts = Vec::new();
        if let Some(n) = number("files") {
            parts.push(plural(n, "file", "files"));
        }
        if let Some(n) = number("records") {
            parts.push(plural(n, "record", "records"));
        }
        for key in ["valid", "rejected", "duplicates", "train", "validation", "test", "tokens", "problems"] {
            match number(key) {
                Some(1) if key.ends_with('s') => parts.push(format!("1 {}", key.trim_end_matches('s'))),
                Some(n @ 1..) => parts.push(format!("{} {key}", count(n))),
                _ => {}
            }
        }
        if let Some(profile) = &self.profile {
            parts.push(format!("profile {}", code_span(profile)));
        }
        let _ = writeln!(out, "{}", parts.join(" · "));
        out.push_str(&Self::baseline(ending));
        let reasons = ending.judgement.reasons();
        if !reasons.is_empty() {
            out.push('\n');
            let code = ending.exit().code();
            reasons.iter().for_each(|reason| {
                let _ = writeln!(out, "* exit code {code}: {}", prose(reason));
            });
        }
        out
    }

    /// How the findings compare with those of the baseline.
    fn baseline(ending: &Ending<'_>) -> String {
        let Some(baseline) = ending.numbers.get("baseline").filter(|baseline| baseline.is_object()) else {
            return String::new();
        };
        let n = |key: &str| baseline.get(key).and_then(Value::as_u64).unwrap_or_default();
        let parts = ["new", "known", "expired", "gone"].map(|key| (n(key), key));
        let parts = parts.iter().filter(|(n, key)| *n > 0 || *key == "new");
        let parts: Vec<String> = parts.map(|(n, key)| format!("{} {key}", count(*n))).collect();
        format!("\nBaseline: {}\n", parts.join(" · "))
    }

    fn row(&self, kind: Kind, n: u64, severity: Severity) -> String {
        let (code, is_known) = kind;
        let first = self.first.get(&kind);
        let place = first.and_then(|finding| {
            let (file, line) = finding.shown_place();
            let file = cut(&self.root.path(file?), SHOWN_CHARS);
            Some(match (line, finding.column.filter(|_| finding.origin.is_none())) {
                (Some(line), Some(column)) => place_span(&format!("{file}:{line}:{column}")),
                (Some(line), None) => place_span(&format!("{file}:{line}")),
                _ => place_span(&file),
            })
        });
        let what =
            first.map_or_else(|| prose(code.info().title), |finding| prose(&noted(finding, SHOWN_CHARS)));
        format!(
            "| {}{} | `{code}` | {} | {} | {what} |\n",
            severity.name(),
            if is_known { " (known)" } else { "" },
            count(n),
            place.unwrap_or_default(),
        )
    }

    /// What to do about each code, as far as there is room.
    fn help(out: &mut String, found: &[(Kind, u64)], room: usize) {
        const BEGIN: &str = "\n<details><summary>What to do</summary>\n\n";
        const END: &str = "\n</details>\n";
        let mut said = BTreeSet::new();
        let codes = found.iter().map(|&((code, _), _)| code).filter(|&code| said.insert(code));
        let lines = codes.map(|code| format!("* `{code}`: {}\n", prose(code.info().help)));
        let mut left = room.saturating_sub(out.len() + BEGIN.len() + END.len());
        let fits: String = lines
            .take_while(|line| {
                let fits = line.len() <= left;
                left = left.saturating_sub(line.len());
                fits
            })
            .collect();
        if !fits.is_empty() {
            out.extend([BEGIN, &fits, END]);
        }
    }
}

impl Emitter for Markdown {
    fn per_code(&self) -> Option<u64> {
        Some(1)
    }

    fn finding(&mut self, _: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        self.first
            .entry((finding.code, finding.is_known()))
            .or_insert_with(|| Finding { content: None, ..finding.clone() });
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        out.write(self.page(ending, COMMENT_BYTES).as_bytes())
    }
}

/// Text that stands for itself, in a cell of a table: what could end the span or the cell is written like a control
/// character.
fn code_span(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("`{}`", escape(text).replace('`', "\\u{60}").replace('|', "\\u{7c}"))
}

/// A place that stands for itself in a cell of a table, as it can be copied.
fn place_span(text: &str) -> String {
    let escaped = escape(text);
    // Before a `|`, readers of tables do not agree on what backslashes mean.
    if escaped.contains('\\') || escaped.starts_with('`') || escaped.ends_with('`') {
        return code_span(text);
    }
    let runs = escaped.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(1 + runs.max().unwrap_or_default());
    format!("{fence}{}{fence}", escaped.replace('|', "\\|"))
}

/// A message, in a cell of a table. What stands between backticks becomes code; nothing else in it is markup, a link,
/// or the name of somebody who would be notified.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        let is_closed = parts.peek().is_some();
        match (is_code, part.is_empty()) {
            (true, true) => {}
            (true, false) if is_closed => push_span(&mut out, &code_span(part)),
            (true, false) => {
                out.push('\'');
                plain(&mut out, part);
            }
            (false, _) => plain(&mut out, part),
        }
        is_code = !is_code;
    }
    out
}

/// Two spans without a blank between them would be read as one.
fn push_span(out: &mut String, span: &str) {
    if out.ends_with('`') {
        out.push(' ');
    }
    out.push_str(span);
}

fn plain(out: &mut String, text: &str) {
    let text = escape(text);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            // A name or a number after these is a person or an issue even where it is escaped.
            '@' => push_span(out, "`@`"),
            '#' => push_span(out, "`#`"),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '^' | '$' | '!' | '{' | '}' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '/' if before == ':' => out.push_str("\\/"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("\\."),
            c => out.push(c),
        }
        before = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[test]
    fn a_place_can_be_copied() {
        for (place, expected) in [
            ("a b.jsonl:3:9", "`a b.jsonl:3:9`"),
            ("a|b`c``d:1:1", "```a\\|b`c``d:1:1```"),
            ("a\\|b:1:1", "`a\\\\u{7c}b:1:1`"),
            ("a\n|`:1:1", "`a\\u{a}\\u{7c}\\u{60}:1:1`"),
        ] {
            assert_eq!(place_span(place), expected, "{place}");
        }
    }

    #[test]
    fn nothing_in_a_message_is_markup() {
        let check = |text: &str, expected: Expect| expected.assert_eq(&prose(text));
        check("`prompt` is empty", expect!["`prompt` is empty"]);
        check("a | b \\| c", expect![[r#"a \| b \\\| c"#]]);
        check("key `a|b` and `c", expect![[r#"key `a\u{7c}b` and 'c"#]]);
        check("<img src=x> [a](b) @all #1", expect![[r#"\<img src=x\> \[a\](b) `@`all `#`1"#]]);
        check("https://x.y www.z a\n| b", expect![[r#"https:\//x.y www\.z a\\u\{a\}\| b"#]]);
    }
}
