//! What a run is to do, as far as the engine is concerned: everything decided, nothing about printing.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use bedload_bedrock::{Format, Profile};
use bedload_record::Severities;
use bedload_scan::{ScanOptions, SourcePaths};
use bedload_stages::Stages;
use bedload_stages::repair::Selection;
use bedload_stages::tokens::Tokenizer;

use crate::run::source::DataSource;

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the data is for.
    pub profile: Option<Arc<Profile>>,
    /// The record format; none to take the profile's, or to detect it.
    pub format: Option<&'static Format>,
    /// What texts are counted by, in place of a public encoding: a vocabulary of the user's.
    pub tokenizer: Option<Tokenizer>,
    /// What each stage does.
    pub stages: Stages,
    /// What is different for some inputs; the number of an input's source is one of this list.
    pub sources: Vec<DataSource>,
    /// Which inputs are of each source, for data that is read beside the inputs.
    pub source_paths: Vec<SourcePaths>,
    /// JSON Pointer to what names a record in its source.
    pub id: Option<String>,
    /// Seed of every choice by hash.
    pub seed: u64,
    /// How bad each kind of finding is.
    pub severities: Severities,
    /// Whether findings carry an excerpt of the record.
    pub show_content: bool,
    /// How inputs are read.
    pub scan: ScanOptions,
    /// Where streams are copied to; next to the output by default.
    pub temp_dir: Option<PathBuf>,
    /// Where facts are kept from run to run.
    pub facts: Option<PathBuf>,
    /// Reports of the conversions that wrote some of the inputs.
    pub from_reports: Vec<PathBuf>,
    /// The bytes of memory that the run may use, where that is limited.
    pub memory_limit: Option<u64>,
    /// What of each line is repaired before anything else; none where lines stay as they are.
    pub repair: Option<Selection>,
    /// Whether the validation side is also written as prompts of an evaluation.
    pub evaluation: bool,
    /// How many rejected records are allowed.
    pub max_rejected: Option<MaxRejected>,
    /// How outputs are cut.
    pub shards: ShardLimits,
}

/// Bounds of a shard; without any, a side is one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShardLimits {
    /// The most records in a shard, at least 1.
    pub records: Option<u64>,
    /// The most bytes in a shard; a single larger record has a shard of its own.
    pub bytes: Option<u64>,
}

/// How many rejected records are allowed: a count, or a share of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxRejected {
    /// That many.
    Count(u64),
    /// Hundred-thousandths of the records (1,000 is one per cent).
    Share(u64),
}

impl MaxRejected {
    /// Returns true if `rejected` of `read` records are too many.
    pub fn is_exceeded(self, rejected: u64, read: u64) -> bool {
        match self {
            Self::Count(most) => rejected > most,
            Self::Share(parts) => u128::from(rejected) * 100_000 > u128::from(read) * u128::from(parts),
        }
    }
}

impl FromStr for MaxRejected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is neither a number of records, such as 100, nor a share, such as 0.5% or 0.005"
            )
        };
        let Some(percent) = text.strip_suffix('%').map(str::trim_end) else {
            return match text.split_once('.') {
                None => text.parse().map(Self::Count).map_err(|_| wrong()),
                // A share as a decimal: the same digits, two places on.
                Some((whole @ ("" | "0" | "1"), decimals)) if (1..=5).contains(&decimals.len()) => {
                    let parts: u64 = format!("{whole:0>1}{decimals:0<5}").parse().map_err(|_| wrong())?;
                    if parts > 100_000 { Err(wrong()) } else { Ok(Self::Share(parts)) }
                }
                Some(_) => Err(wrong()),
            };
        };
        let (whole, decimals) = percent.split_once('.').unwrap_or((percent, ""));
        if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let parts: u64 = format!("{decimals:0<3}").parse().map_err(|_| wrong())?;
        if whole > 100 { Err(wrong()) } else { Ok(Self::Share(whole * 1000 + parts)) }
    }
}

impl fmt::Display for MaxRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Share(parts) => {
                let percent = format!("{}.{:03}", parts / 1000, parts % 1000);
                write!(f, "{}%", percent.trim_end_matches('0').trim_end_matches('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_records_are_borne_up_to_the_limit() {
        let exceeded =
            |text: &str, rejected, read| text.parse::<MaxRejected>().expect(text).is_exceeded(rejected, read);
        assert!(!exceeded("2", 2, 10) && exceeded("2", 3, 10));
        assert!(!exceeded("1%", 1, 100) && exceeded("1%", 2, 199));
        assert!(!exceeded("0.5%", 1, 200) && exceeded("0.5%", 2, 399));
        assert!(exceeded("0", 1, 10) && !exceeded("0%", 0, 0));
        assert!(!exceeded("0.01", 1, 100) && exceeded("0.01", 2, 199));
        assert!(!exceeded(".005", 1, 200) && exceeded("0.005", 2, 399) && !exceeded("1.0", 9, 9));
        for wrong in ["", "%", "-1", "101%", "1.2345%", "x", ".", "1.5", "0.x", "0.000001", "0.", "0.+1"] {
            assert!(wrong.parse::<MaxRejected>().is_err(), "{wrong}");
        }
        assert_eq!("0.5%".parse::<MaxRejected>().expect("a share").to_string(), "0.5%");
        assert_eq!("100%".parse::<MaxRejected>().expect("a share").to_string(), "100%");
        assert_eq!("0%".parse::<MaxRejected>().expect("a share").to_string(), "0%");
    }
}
