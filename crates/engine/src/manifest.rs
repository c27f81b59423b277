//! `manifest.json`: every file with its size and sha256, the counts and whether they add up, the configuration, the
//! inputs. It is written last: a directory without it is not a finished one.

use std::collections::BTreeMap;

use bedload_record::{Side, Verdict};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::numbers::Quantiles;
use crate::sums::hex;

/// The name of the manifest in the output directory.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What became of the records. `read` is the sum of `rejected`, `duplicates`, `unselected`, `train` and `validation`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Lines of all inputs.
    pub read: u64,
    /// Lines with an error.
    pub rejected: u64,
    /// Records that equal another one.
    pub duplicates: u64,
    /// Valid records that were not chosen.
    pub unselected: u64,
    /// Input records in the training set.
    pub train: u64,
    /// Input records in the validation set.
    pub validation: u64,
    /// Variants written besides: the training set has `train` + `variants` lines.
    pub variants: u64,
}

impl Counts {
    /// Counts verdicts.
    pub(crate) fn of(verdicts: &[Verdict]) -> Self {
        let count =
            |wanted: Verdict| verdicts.par_iter().filter(|&&verdict| verdict == wanted).count() as u64;
        Self {
            read: verdicts.len() as u64,
            rejected: count(Verdict::Rejected),
            duplicates: count(Verdict::Duplicate),
            unselected: count(Verdict::Unselected),
            train: count(Verdict::Kept(Side::Train)),
            validation: count(Verdict::Kept(Side::Validation)),
            variants: 0,
        }
    }

    /// Returns true if every record has become exactly one thing.
    pub fn add_up(&self) -> bool {
        self.read == self.rejected + self.duplicates + self.unselected + self.train + self.validation
    }
}

/// Tokens of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideTokens {
    /// Tokens of the training set, variants included.
    pub train: u64,
    /// Tokens of the validation set.
    pub validation: u64,
}

/// One file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path below the directory, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Lines of a JSONL file, rows of a table.
    pub records: u64,
    /// Tokens of the records; none for other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputEntry {
    /// Its name, as on the command line.
    pub name: String,
    /// Size of the file as it lies there, in bytes.
    pub bytes: u64,
    /// BLAKE3 of those bytes, as `b3sum` prints it.
    pub blake3: String,
    /// Lines in it, after decompression.
    pub records: u64,
}

/// The whole manifest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always `bedload`.
    pub tool: String,
    /// The version that wrote the directory.
    pub version: String,
    /// Whether the target takes the output.
    pub ready: bool,
    /// Why it does not; empty where it does.
    pub reasons: Vec<String>,
    /// The profile, where one was named.
    pub profile: Option<String>,
    /// The record format.
    pub format: Option<String>,
    /// How tokens were counted.
    pub encoding: Option<String>,
    /// Seed of every choice.
    pub seed: u64,
    /// Everything else that was configured.
    pub config: serde_json::Value,
    /// What was read.
    pub inputs: Vec<InputEntry>,
    /// What became of the records.
    pub counts: Counts,
    /// Tokens of the output by side.
    pub tokens: SideTokens,
    /// Tokens per kept record.
    pub record_tokens: Quantiles,
    /// How many findings there are of each code.
    pub findings: BTreeMap<String, u64>,
    /// What was written, the manifest itself excepted.
    pub files: Vec<FileEntry>,
    /// The sha256 of the manifest's own text with this value empty.
    pub seal: String,
}

impl Manifest {
    /// The text of the file. A manifest is written in one way only.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest is made of plain values") + "\n"
    }

    /// Fills in the seal.
    #[must_use]
    pub(crate) fn sealed(mut self) -> Self {
        self.seal = String::new();
        self.seal = hex(&Sha256::digest(self.text()));
        self
    }
}
