//! What a run prints: findings and the summary that ends them, in the forms that were asked for. Each form is an
//! [`Emitter`] in a file of its own.

mod balance;
mod excerpt;
mod fan;
mod github;
mod histogram;
mod jsonl;
mod junit;
mod markdown;
mod numbers;
mod paint;
mod pairs;
mod problems;
mod sarif;
mod screen;
mod sides;
mod source;
mod stdout;
mod summary;
mod tally;
mod text;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use bedload_engine::EngineError;
use bedload_record::{Code, Finding, Scope, Severities, Severity, Standing};
use bedload_scan::Inputs;

use crate::escape::tame;
use crate::exit::Exit;
use crate::gate::always_fails;
use crate::settings::Run;

pub(crate) use balance::balance_object;
pub(crate) use fan::{Output, Wanted};
pub(crate) use numbers::numbers_object;
pub(crate) use paint::Paint;
pub(crate) use pairs::pairs_object;
pub(crate) use screen::{columns, fold, known_columns};
pub(crate) use sides::{in_common, listed, sides};
#[cfg(feature = "s3")]
pub(crate) use stdout::summarized;
pub(crate) use stdout::{Out, line_of};
pub(crate) use summary::{ClassNames, built_summary, checked_summary, converted_summary, stats_summary};

/// Findings about records that are printed of each code for people; all are counted.
pub(crate) const TEXT_PER_CODE: u64 = 5;

/// Where a form is written to.
pub(crate) trait Sink {
    /// Appends bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError>;
}

/// A form of findings and of the summary that ends them.
pub(crate) trait Emitter: Send {
    /// The most findings about records that it wants of each code; none where it wants all of them.
    fn per_code(&self) -> Option<u64> {
        None
    }

    /// Writes a finding, or keeps what will be written of it.
    fn finding(&mut self, out: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError>;

    /// Writes an object that is neither a finding nor the summary, where the form has such.
    fn object(&mut self, _: &mut dyn Sink, _: &serde_json::Value) -> Result<(), EngineError> {
        Ok(())
    }

    /// Writes what is known only after the last finding.
    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError>;
}

/// What is known of a run before its first finding.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    /// The command.
    pub(crate) command: &'static str,
    /// What the data is for.
    pub(crate) profile: Option<String>,
    /// Names of the files that are looked at; the first of them, where they are many.
    pub(crate) files: Vec<String>,
    /// How many files there are.
    pub(crate) n_files: u64,
    /// The least severity that fails the run; none where nothing does.
    pub(crate) fail_on: Option<Severity>,
    /// Whether what is found are problems of a directory that was built before.
    pub(crate) is_verification: bool,
    /// Whether records with errors are rejected without failing the run.
    pub(crate) rejects: bool,
}

/// Names of files that are kept to be told what passed.
const FILES_MAX: usize = 10_000;

impl About {
    /// A run over these inputs, which checks them.
    pub(crate) fn new(command: &'static str, inputs: &Inputs, run: &Run) -> Self {
        Self {
            command,
            profile: run.settings.profile.as_ref().map(|profile| profile.name.clone()),
            files: inputs.iter().take(FILES_MAX).map(|input| input.name().to_owned()).collect(),
            n_files: inputs.len() as u64,
            fail_on: run.policy.fail_on,
            is_verification: false,
            rejects: false,
        }
    }

    /// Returns true where a finding only says why its record was rejected.
    fn sets_apart(&self, code: Code, severity: Severity) -> bool {
        self.rejects && code.info().scope == Scope::Record && severity == Severity::Error
    }

    /// The severity to report to a system that alarms people: an error in a rejected record is a warning where the run
    /// passes. Also returns what to say of that.
    pub(crate) fn alarm(&self, code: Code, severity: Severity, exit: Exit) -> (Severity, &'static str) {
        if exit == Exit::Clean && self.sets_apart(code, severity) {
            (Severity::Warning, " (rejected; the run passes)")
        } else {
            (severity, "")
        }
    }

    /// Returns true where a finding fails the run.
    pub(crate) fn fails(&self, finding: &Finding) -> bool {
        let is_rejected = self.sets_apart(finding.code, finding.severity);
        let is_bad = self.fail_on.is_some_and(|least| finding.severity >= least) && !is_rejected;
        let is_known = finding.standing == Some(Standing::Known);
        is_bad && !is_known || always_fails(finding.code)
    }
}

/// What is known of a run after its last finding.
#[derive(Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// The numbers of the run, for programs.
    pub(crate) numbers: &'a serde_json::Value,
    /// How many findings there are of each code.
    pub(crate) by_code: &'a BTreeMap<Code, u64>,
    /// How bad each code is.
    pub(crate) severities: Severities,
    /// How the program will end.
    pub(crate) exit: Exit,
}

/// How many findings there are of each code, by name.
pub(crate) fn by_name(by_code: &BTreeMap<Code, u64>) -> serde_json::Map<String, serde_json::Value> {
    by_code.iter().map(|(code, &n)| (code.name().to_owned(), n.into())).collect()
}

/// How many findings there are of a severity.
pub(crate) fn of_severity(by_code: &BTreeMap<Code, u64>, severities: Severities, severity: Severity) -> u64 {
    by_code.iter().filter(|(code, _)| severities.of(**code) == severity).map(|(_, n)| n).sum()
}

/// Writes text to standard error; a failure of that cannot be reported anywhere.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().write_all(tame(text).as_bytes());
}
