//! Findings as annotations of GitHub Actions. A step shows ten errors, ten warnings and ten notices, so there is one for
//! each code, with its count and first place; the summary of the step has all of them in a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use bedload_engine::EngineError;
use bedload_record::plural::count;
use bedload_record::{Finding, Severity};

use super::markdown::Markdown;
use super::tally::{Kind, noted};
use super::uri::Root;
use super::{About, Emitter, Ending, Sink, say};
use crate::escape::escape;

/// Characters of a message that are shown.
const MESSAGE_CHARS: usize = 600;

/// The variable that names the summary of the step.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Bytes of the summary of a step; with more, the runner shows none.
const STEP_SUMMARY_BYTES: u64 = 1 << 20;

/// One annotation for each code.
pub(super) struct Github {
    first: BTreeMap<Kind, Finding>,
    root: Root,
    page: Markdown,
    /// The summary of the step.
    step_summary: Option<PathBuf>,
}

impl Github {
    pub(super) fn new(about: &About, step_summary: Option<PathBuf>) -> Self {
        let (first, page) = (BTreeMap::new(), Markdown::new(about));
        Self { first, root: Root::of_run(), page, step_summary }
    }

    fn annotation(&self, finding: &Finding, ending: &Ending<'_>) -> String {
        let is_known = finding.is_known();
        let (n, (severity, remark)) = if is_known {
            (ending.known.of(finding.code), (Severity::Note, " (known)"))
        } else {
            let n = ending.by_code.get(&finding.code).copied().unwrap_or(1);
            (n, ending.alarm(finding.code, finding.severity))
        };
        let command = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut out = format!("::{command} ");
        if let (Some(file), line) = finding.shown_place() {
            let path = self.root.path(file);
            let _ = write!(out, "file={},", property(&path));
            if let Some(line) = line {
                let _ = write!(out, "line={line},");
            }
            if let Some(column) = finding.column.filter(|_| finding.origin.is_none()) {
                let _ = write!(out, "col={column},");
            }
        }
        let more = match n {
            0 | 1 => String::new(),
            n => format!(" (and {} more)", count(n - 1)),
        };
        let message = noted(finding, MESSAGE_CHARS);
        let _ = writeln!(
            out,
            "title={}::{}",
            property(finding.code.name()),
            data(&format!("{}{more}{remark}", escape(&message)))
        );
        out
    }
}

impl Emitter for Github {
    fn per_code(&self) -> Option<u64> {
        self.page.per_code()
    }

    fn finding(&mut self, out: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        self.first.entry((finding.code, finding.is_known())).or_insert_with(|| finding.clone());
        self.page.finding(out, finding)
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        let mut findings: Vec<&Finding> = self.first.values().collect();
        findings.sort_by_key(|finding| (finding.is_known(), std::cmp::Reverse(finding.severity)));
        for finding in findings {
            out.write(self.annotation(finding, ending).as_bytes())?;
        }
        match &self.step_summary {
            Some(path) => {
                // What is missing there is in the log.
                append(path, &self.page, ending).unwrap_or_else(|error| say(&unwritable(path, &error)));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The file that the runner of a workflow shows as the summary of a step, if it can be written.
pub(super) fn step_summary() -> Option<PathBuf> {
    let path = summary_path()?;
    match open(&path) {
        Ok(_) => Some(path),
        Err(error) => {
            say(&unwritable(&path, &error));
            None
        }
    }
}

fn summary_path() -> Option<PathBuf> {
    std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    let path = path.display().to_string();
    format!(
        "note: {STEP_SUMMARY}: {} could not be written ({error}), so the step has no table of findings\n",
        escape(&path)
    )
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options().append(true).create(true).open(path)
}

/// Appends the page to the summary of the step, where other commands of the step may have written.
fn append(path: &Path, page: &Markdown, ending: &Ending<'_>) -> std::io::Result<()> {
    let mut file = open(path)?;
    let room = STEP_SUMMARY_BYTES.saturating_sub(file.metadata()?.len() + 1);
    let text = page.page(ending, usize::try_from(room).unwrap_or(usize::MAX));
    if text.len() as u64 <= room {
        file.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Returns true in a step of a workflow.
pub(super) fn is_workflow() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// What a command could not do, as an annotation, with the same in the summary of the step, of which `note` tells where
/// it cannot be written; none outside a workflow. A runner reads annotations on standard error, too.
pub(crate) fn failed(message: &str, note: impl Fn(&str)) -> Option<String> {
    if !is_workflow() || std::io::stderr().is_terminal() {
        return None;
    }
    if let Some(path) = summary_path() {
        let lines: Vec<String> = message.lines().map(|line| format!("    {}\n", escape(line))).collect();
        let text = format!("### bedload: ❌ failed\n\n{}\n", lines.concat());
        let written = open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.unwrap_or_else(|error| note(&unwritable(&path, &error)));
    }
    let lines: Vec<_> = message.lines().map(|line| escape(line).into_owned()).collect();
    Some(format!("::error title=bedload::{}\n", data(&lines.join("\n"))))
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(&escape(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::Known;
    use super::*;
    use crate::exit::Exit;
    use crate::gate::Judgement;
    use bedload_record::{Code, Severities};
    use expect_test::{Expect, expect};

    #[test]
    fn an_annotation_is_one_command_whatever_it_says() {
        let github = Github::new(&About::default(), None);
        let check = |file: &str, message: &str, n: u64, expected: Expect| {
            let finding = Finding {
                line: Some(3),
                column: Some(9),
                ..Finding::file(file, Code::SchemaEmptyContent, message.to_owned())
            };
            let by_code = BTreeMap::from([(finding.code, n)]);
            let ending = Ending {
                numbers: &serde_json::Value::Null,
                by_code: &by_code,
                known: Known::none(),
                severities: Severities::default(),
                judgement: &Judgement::of_all(Exit::Findings, &by_code),
            };
            let shown = github.annotation(&finding, &ending);
            assert_eq!(shown.lines().count(), 1);
            expected.assert_eq(&shown);
        };
        check(
            "a.jsonl",
            "`prompt` is empty",
            1,
            expect![[r#"
                ::error file=a.jsonl,line=3,col=9,title=schema/empty-content::`prompt` is empty
            "#]],
        );
        check(
            "a,b:100%\n::stop-commands::x",
            "50 %\r\n::error::x",
            42,
            expect![[r#"
                ::error file=a%2Cb%3A100%25\u{a}%3A%3Astop-commands%3A%3Ax,line=3,col=9,title=schema/empty-content::50 %25\u{d}\u{a}::error::x (and 41 more)
            "#]],
        );
    }
}
