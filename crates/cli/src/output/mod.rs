//! What a run prints: findings and the summary that ends them, in the forms that were asked for. Each form is an
//! [`Emitter`] in a file of its own.

mod balance;
mod excerpt;
mod fan;
mod github;
mod histogram;
mod jsonl;
mod junit;
pub(crate) mod losses;
mod markdown;
mod numbers;
mod paint;
mod pairs;
mod problems;
pub(crate) mod repairs;
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
use bedload_record::{Code, Finding, Severities, Severity};
use bedload_scan::Inputs;

use crate::escape::tame;
use crate::exit::Exit;
use crate::gate::{Effect, Judgement};
use crate::settings::Run;

pub(crate) use balance::balance_object;
pub(crate) use fan::{Output, Wanted};
pub(crate) use github::failed;
pub(crate) use numbers::{numbers_object, put_run, put_texts};
pub(crate) use paint::Paint;
pub(crate) use pairs::pairs_object;
pub(crate) use screen::{columns, fold, known_columns};
pub(crate) use sides::{in_common, listed, sides};
#[cfg(feature = "s3")]
pub(crate) use stdout::summarized;
pub(crate) use stdout::{Out, line_of};
pub(crate) use summary::{
    ClassNames, Listed, built_summary, checked_summary, converted_summary, stats_summary,
};

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
    /// Whether what is found are problems of a directory that was built before.
    pub(crate) is_verification: bool,
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
            is_verification: false,
        }
    }
}

/// Findings that the baseline knows.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// How many there are of each code.
    pub(crate) by_code: &'a BTreeMap<Code, u64>,
    /// Whether people are shown them.
    pub(crate) is_shown: bool,
}

static NONE: BTreeMap<Code, u64> = BTreeMap::new();

impl Known<'_> {
    /// Where there is no baseline.
    pub(crate) fn none() -> Self {
        Self { by_code: &NONE, is_shown: true }
    }

    /// How many there are of a code.
    pub(super) fn of(self, code: Code) -> u64 {
        self.by_code.get(&code).copied().unwrap_or_default()
    }

    /// How many there are.
    pub(super) fn count(self) -> u64 {
        self.by_code.values().sum()
    }
}

/// What is known of a run after its last finding.
#[derive(Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// The numbers of the run, for programs.
    pub(crate) numbers: &'a serde_json::Value,
    /// How many findings there are of each code that are not known.
    pub(crate) by_code: &'a BTreeMap<Code, u64>,
    /// Those that are.
    pub(crate) known: Known<'a>,
    /// How bad each code is.
    pub(crate) severities: Severities,
    /// How the program will end, and why.
    pub(crate) judgement: &'a Judgement,
}

impl Ending<'_> {
    /// How the program will end.
    pub(crate) fn exit(&self) -> Exit {
        self.judgement.exit
    }

    /// The severity to report to a system that alarms people, and what to say of it: an error that does not fail the run,
    /// because its record is rejected or a limit allows it, is a warning where the run passes.
    pub(super) fn alarm(&self, code: Code, severity: Severity) -> (Severity, &'static str) {
        let is_lowered = self.exit() == Exit::Clean && severity == Severity::Error;
        match self.judgement.effect(code) {
            Some(Effect::SetApart) if is_lowered => (Severity::Warning, " (rejected; the run passes)"),
            Some(Effect::Allowed) if is_lowered => {
                (Severity::Warning, " (max-findings allows it; the run passes)")
            }
            Some(Effect::Exceeds) => (severity, " (more than max-findings allows)"),
            Some(Effect::Fails) if severity < Severity::Error => (severity, " (fails the run)"),
            None if is_lowered => (Severity::Warning, " (the run passes)"),
            _ => (severity, ""),
        }
    }

    /// Returns true where a finding of a code fails the run.
    pub(super) fn fails(&self, code: Code, is_known: bool) -> bool {
        !is_known && self.judgement.fails(code)
    }
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
