//! A finding as text for people: what, where, why, how to fix it.

use std::collections::BTreeMap;
use std::fmt::Write;

use bedload_engine::EngineError;
use bedload_record::plural::count;
use bedload_record::{Finding, Scope, Severity};
use unicode_width::UnicodeWidthStr;

use super::excerpt::{self, Shown};
use super::screen::fold;
use super::source::short;
use super::tally::Kind;
use super::{Emitter, Ending, Paint, Sink, TEXT_PER_CODE};
use crate::escape::escape;

/// Characters of a JSON Pointer that are shown.
const POINTER_SHOWN: usize = 60;

/// Columns before an excerpt.
const MARGIN: usize = 5;

/// Blanks before the further lines of a message.
const CONTINUED: usize = 4;

/// Findings one after the other; why and help are shown once per code. The summary goes to standard error.
pub(super) struct Text {
    paint: Paint,
    /// How wide lines may be.
    columns: usize,
    /// How many were shown of each kind.
    shown: BTreeMap<Kind, u64>,
}

impl Text {
    pub(super) fn new(paint: Paint, columns: usize) -> Self {
        Self { paint, columns, shown: BTreeMap::new() }
    }

    /// What was not shown, a line for each code.
    fn rest(&self, ending: &Ending<'_>) -> String {
        let mut out = String::new();
        let kinds = [(ending.by_code, false, ""), (ending.known.by_code, true, ", known")];
        for (by_code, is_known, remark) in kinds {
            for (&code, &n) in by_code.iter().filter(|(code, _)| code.info().scope == Scope::Record) {
                let shown = self.shown.get(&(code, is_known)).copied().unwrap_or_default();
                // Of one that was not shown at all, another finding says that it is so of all records, or none of what
                // is known is shown.
                if (1..n).contains(&shown) {
                    let _ = writeln!(out, "... and {} more of {code}{remark}", count(n - shown));
                }
            }
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// Where a finding is: on one line where there is room for it.
    fn place(&self, out: &mut String, finding: &Finding) {
        let (Some(file), line) = finding.shown_place() else { return };
        let mut place = escape(file).into_owned();
        // A column is one of the line as it is now.
        let column = finding.column.filter(|_| finding.origin.is_none());
        line.into_iter().chain(column).for_each(|number| {
            let _ = write!(place, ":{number}");
        });
        let record = finding.place_note().map(|note| escape(&note).into_owned());
        let record = record.or_else(|| finding.record.map(|record| format!("record {record}")));
        let pointer = finding.pointer.as_ref().filter(|pointer| !pointer.is_empty());
        let pointer = pointer.map(|pointer| shorten(&escape(pointer)));
        let mut used = 6 + place.width();
        for part in [record, pointer].into_iter().flatten() {
            let columns = part.width();
            if used + 3 + columns <= self.columns {
                let _ = write!(place, "   {part}");
                used += 3 + columns;
            } else {
                let _ = write!(place, "\n      {part}");
                used = 6 + columns;
            }
        }
        let _ = writeln!(out, "  {} {place}", self.paint.blue("-->"));
    }

    /// What is said once about a code.
    fn remark(&self, out: &mut String, name: &str, text: &str) {
        let head = format!("   = {name}: ");
        let lines = fold(text, self.columns, head.len(), head.len());
        let _ = writeln!(out, "{head}{}", lines.join("\n"));
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
        let known = finding.remark();
        let n_level = finding.severity.name().len() + finding.code.name().len() + known.len() + 4;
        let message = fold(&escape(&finding.message), self.columns, n_level, CONTINUED);
        let message: Vec<String> = message.iter().map(|line| bold(paint, line)).collect();
        let mut out = format!("{level}{known}: {}\n", message.join("\n"));
        self.place(&mut out, finding);
        if let Some(content) = &finding.content {
            let bar = paint.blue("|");
            let Shown { line, marks } = excerpt::cut(content, self.columns.saturating_sub(MARGIN));
            let n_blanks = marks.len() - marks.trim_start().len();
            let marks = match finding.severity {
                Severity::Error => paint.red(marks.trim_start()),
                Severity::Warning => paint.yellow(marks.trim_start()),
                Severity::Note => paint.blue(marks.trim_start()),
            };
            let blanks = " ".repeat(n_blanks);
            let _ = writeln!(out, "   {bar} {line}\n   {bar} {blanks}{marks}");
        }
        let is_explained = [false, true].iter().any(|&known| self.shown.contains_key(&(finding.code, known)));
        *self.shown.entry((finding.code, finding.is_known())).or_default() += 1;
        if !is_explained {
            let info = finding.code.info();
            self.remark(&mut out, "why", info.why);
            self.remark(&mut out, "help", info.help);
            self.remark(&mut out, "rule", &escape(&short(&finding.source)));
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
        out.write(self.rest(ending).as_bytes())
    }
}

/// A line in bold but for its indent.
fn bold(paint: Paint, line: &str) -> String {
    let text = line.trim_start();
    format!("{}{}", &line[..line.len() - text.len()], paint.bold(text))
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
    use bedload_record::{Code, Excerpt, Origin};
    use expect_test::expect;

    #[test]
    fn a_code_is_explained_once_and_data_is_escaped() {
        let mut text = Text::new(Paint::for_stdout(ColorWhen::Never), 60);
        let finding = Finding {
            file: Some("a\x1b.jsonl".to_owned()),
            line: Some(3),
            column: Some(9),
            byte_offset: Some(70),
            record: Some(2),
            pointer: Some("/prompt".to_owned()),
            content: Some(Excerpt {
                text: "{\"prompt\":\"\u{202e}x\"}".to_owned(),
                at: 10,
                len: 0,
                is_cut: [false, true],
            }),
            ..Finding::dataset(Code::SchemaEmptyContent, "`prompt` is empty".to_owned())
        };
        let origin = Origin { file: "raw.jsonl".to_owned(), line: 8 };
        let of_converted =
            Finding { origin: Some(origin), content: None, severity: Severity::Note, ..finding.clone() };
        let both = text.render(&finding) + &text.render(&Finding { content: None, ..finding.clone() });
        expect![[r#"
            error[schema/empty-content]: `prompt` is empty
              --> a\u{1b}.jsonl:3:9   record 2   /prompt
               | {"prompt":"\u{202e}x"}…
               |           ^^^^^^^^^^^
               = why: A record without text teaches the model nothing,
                      and several targets reject it.
               = help: Fill in the field, or drop the record.
               = rule: bedload baseline (2026-11)

            error[schema/empty-content]: `prompt` is empty
              --> a\u{1b}.jsonl:3:9   record 2   /prompt

            note[schema/empty-content]: `prompt` is empty
              --> raw.jsonl:8   line 3 of a\u{1b}.jsonl   /prompt

        "#]]
        .assert_eq(&(both + &text.render(&of_converted)));
    }
}
