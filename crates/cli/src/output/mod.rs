//! What a run prints: findings and the summary that ends them, in the forms that were asked for. Each form is an
//! [`Emitter`] in a file of its own.

mod balance;
mod fan;
mod jsonl;
mod paint;
mod pairs;
mod sides;
mod stdout;
mod summary;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use bedload_engine::EngineError;
use bedload_record::{Code, Finding, Severities, Severity};
use bedload_scan::Inputs;

use crate::exit::Exit;

pub(crate) use balance::balance_object;
pub(crate) use fan::{Output, Wanted};
pub(crate) use paint::Paint;
pub(crate) use pairs::pairs_object;
pub(crate) use sides::{in_common, listed, sides};
pub(crate) use stdout::Out;
#[cfg(feature = "s3")]
pub(crate) use stdout::summarized;
pub(crate) use summary::{ClassNames, built_summary, checked_summary, converted_summary};

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
    /// What the data is for.
    pub(crate) profile: Option<String>,
}

impl About {
    /// A run over these inputs.
    pub(crate) fn new(profile: Option<&str>, _inputs: &Inputs) -> Self {
        Self { profile: profile.map(str::to_owned) }
    }
}

/// What is known of a run after its last finding.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "for forms that end with a verdict")]
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
    let _ = io::stderr().write_all(text.as_bytes());
}
