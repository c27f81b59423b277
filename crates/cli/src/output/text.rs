//! A finding as text for people: what, where, why, how to fix it.

use std::collections::BTreeMap;
use std::fmt::Write;

use bedload_engine::EngineError;
use bedload_record::plural::count;
use bedload_record::{Code, Finding, Scope, Severity};

use super::source::short;
use super::{Emitter, Ending, Paint, Sink, TEXT_PER_CODE};
use crate::escape::escape;

/// Characters of a JSON Pointer that are shown.
const POINTER_SHOWN: usize = 60;

/// Findings one after the other; why and help are shown once per code. The summary goes to standard error.
pub(super) struct Text {
    paint: Paint,
    /// How many were shown of each code.
    shown: BTreeMap<Code, u64>,
}

impl Text {
    pub(super) fn new(paint: Paint) -> Self {
        Self { paint, shown: BTreeMap::new() }
    }

    /// What was not shown, a line for each code.
    fn rest(&self, by_code: &BTreeMap<Code, u64>) -> String {
        let mut out = String::new();
        for (code, &n) in by_code.iter().filter(|(code, _)| code.info().scope == Scope::Record) {
            let shown = self.shown.get(code).copied().unwrap_or_default();
            // Of one that was not shown at all, another finding says that it is so of all records.
            if (1..n).contains(&shown) {
                let _ = writeln!(out, "... and {} more of {code}", count(n - shown));
            }
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// The block of lines for one finding.
    fn render(&mut self, finding: &Finding) -> String {
        let paint = self.paint;
        let level = format!("{}[{}]", finding.severity.name(), finding.code);
        let level = match finding.severity {
            Severity::Error => paint.red(&level),
            Severity::Warning => paint.yellow(&level),
            Severity::Note => paint.blue(&level),
        };
        let mut out = format!("{level}: {}\n", paint.bold(&escape(&finding.message)));
        let arrow = paint.blue("-->");
        let bar = paint.blue("|");
        if let Some(file) = &finding.file {
            let _ = write!(out, "  {arrow} {}", escape(file));
            if let (Some(line), Some(column)) = (finding.line, finding.column) {
                let _ = write!(out, ":{line}:{column}");
            }
            if let Some(record) = finding.record {
                let _ = write!(out, "   record {record}");
            }
            if let Some(pointer) = finding.pointer.as_ref().filter(|pointer| !pointer.is_empty()) {
                let _ = write!(out, "   {}", shorten(&escape(pointer)));
            }
            out.push('\n');
        }
        if let Some(content) = &finding.content {
            let _ = writeln!(out, "   {bar} {}", escape(content));
        }
        let shown = self.shown.entry(finding.code).or_default();
        *shown += 1;
        if *shown == 1 {
            let info = finding.code.info();
            let _ = writeln!(out, "   = why: {}", info.why);
            let _ = writeln!(out, "   = help: {}", info.help);
            let _ = writeln!(out, "   = rule: {}", escape(&short(&finding.source)));
        }
        out.push('\n');
        out
    }
}

impl Emitter for Text {
    fn per_code(&self) -> Option<u64> {
        Some(TEXT_PER_CODE)
    }

    fn finding(&mut self, out: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        out.write(self.render(finding).as_bytes())
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        out.write(self.rest(ending.by_code).as_bytes())
    }
}

/// A pointer, shortened to fit a line of text.
fn shorten(pointer: &str) -> String {
    let mut short: String = pointer.chars().take(POINTER_SHOWN).collect();
    if short.len() < pointer.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::ColorWhen;
    use expect_test::expect;

    #[test]
    fn a_code_is_explained_once_and_data_is_escaped() {
        let mut text = Text::new(Paint::for_stdout(ColorWhen::Never));
        let finding = Finding {
            file: Some("a\x1b.jsonl".to_owned()),
            line: Some(3),
            column: Some(9),
            byte_offset: Some(70),
            record: Some(2),
            pointer: Some("/prompt".to_owned()),
            content: Some("\"\u{202e}x\"".to_owned()),
            ..Finding::dataset(Code::SchemaEmptyContent, "`prompt` is empty".to_owned())
        };
        let both = text.render(&finding) + &text.render(&Finding { content: None, ..finding.clone() });
        expect![[r#"
            error[schema/empty-content]: `prompt` is empty
              --> a\u{1b}.jsonl:3:9   record 2   /prompt
               | "\u{202e}x"
               = why: A record without text teaches the model nothing, and several targets reject it.
               = help: Fill in the field, or drop the record.
               = rule: bedload baseline (2026-11)

            error[schema/empty-content]: `prompt` is empty
              --> a\u{1b}.jsonl:3:9   record 2   /prompt

        "#]]
        .assert_eq(&both);
    }
}
