//! What a run prints: findings and the summary that ends them, in the form that was asked for. Each form is an
//! [`Emitter`] in a file of its own.

mod balance;
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
use bedload_record::{Code, Finding, Scope, Severities, Severity};

use crate::args::{OutputArgs, OutputFormat};

pub(crate) use balance::balance_object;
pub(crate) use paint::Paint;
pub(crate) use pairs::pairs_object;
pub(crate) use sides::{in_common, listed, sides};
pub(crate) use stdout::Out;
#[cfg(feature = "s3")]
pub(crate) use stdout::summarized;
pub(crate) use summary::{ClassNames, built_summary, checked_summary, converted_summary};

/// Findings about records that are printed of each code for people; all are counted.
pub(crate) const TEXT_PER_CODE: u64 = 5;

/// A form of findings and of the summary that ends them.
pub(crate) trait Emitter: Send {
    /// The most findings about records that it shows of each code; none to show all of them.
    fn per_code(&self) -> Option<u64> {
        None
    }

    /// Writes a finding.
    fn finding(&mut self, out: &mut Out, finding: &Finding) -> Result<(), EngineError>;

    /// Writes the numbers of the run, after the last finding.
    fn summary(&mut self, out: &mut Out, numbers: &serde_json::Value) -> Result<(), EngineError>;
}

/// The findings of a run on their way to standard output.
pub(crate) struct Output {
    out: Out,
    emitter: Box<dyn Emitter>,
    told: BTreeMap<Code, u64>,
}

impl Output {
    /// The form that was asked for. `profile` is what the data is for.
    pub(crate) fn new(args: &OutputArgs, profile: Option<&str>) -> Self {
        let emitter: Box<dyn Emitter> = match args.output_format {
            OutputFormat::Text => Box::new(text::Text::new(Paint::for_stdout(args.color))),
            OutputFormat::Jsonl => Box::new(jsonl::Jsonl::new(profile)),
        };
        Self { out: Out::new(), emitter, told: BTreeMap::new() }
    }

    /// The most findings about records that are shown of each code.
    pub(crate) fn per_code(&self) -> Option<u64> {
        self.emitter.per_code()
    }

    /// Writes a finding, unless enough of its kind were written.
    pub(crate) fn tell(&mut self, finding: &Finding) -> Result<(), EngineError> {
        if let Some(most) = self.emitter.per_code().filter(|_| finding.code.info().scope == Scope::Record) {
            let n = self.told.entry(finding.code).or_default();
            *n += 1;
            if *n > most {
                return Ok(());
            }
        }
        self.tell_unfolded(finding)
    }

    /// Writes a finding, however many of its kind were written.
    pub(crate) fn tell_unfolded(&mut self, finding: &Finding) -> Result<(), EngineError> {
        self.emitter.finding(&mut self.out, finding)
    }

    /// Writes what comes before the findings.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        self.out.write(bytes)
    }

    /// Writes an object that is neither a finding nor the summary.
    pub(crate) fn write_object(&mut self, object: &serde_json::Value) -> Result<(), EngineError> {
        self.out.write_object(object)
    }

    /// Writes the numbers of the run, and everything that waits to be written.
    pub(crate) fn end(&mut self, numbers: &serde_json::Value) -> Result<(), EngineError> {
        self.emitter.summary(&mut self.out, numbers)?;
        self.out.flush()
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

/// Why a run without errors ends with exit code 1.
pub(crate) const FAILED_ON_WARNINGS: &str = "exiting with 1: warnings present (`--fail-on warning`)\n";

/// Writes text to standard error; a failure of that cannot be reported anywhere.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
