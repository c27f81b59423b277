//! `manifest.json`: every file with its size and sha256, the counts and whether they add up, the configuration, the
//! inputs. It is written last: a directory without it is not a finished one.
//!
//! It carries the version of its format. A change that older readers would misread raises that; a new member does not.

mod read;

use std::collections::BTreeMap;

use bedload_bedrock::Profile;
use bedload_record::{Counts, Quantiles, SideTokens};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::certify::Certificates;
use crate::report::canonical::canonical;
use crate::run::bytes::hex;

pub(crate) use read::{MANIFEST_BYTES_MAX, Outline, Read, Unsound, is_inside, read_manifest, read_outline};

/// The name of the manifest in the output directory.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The prompts of an evaluation in the output directory, where there are any.
pub(crate) const EVALUATION: &str = "evaluation.jsonl";

/// The version of the format that is written. Directories without a number were written before there was one.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// One file of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the directory, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Lines of a JSONL file, rows of a table; 0 for the page of the report.
    pub records: u64,
    /// Tokens of the records; none for other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputEntry {
    /// Its name, as on the command line.
    pub name: String,
    /// Size of the file on disk, in bytes.
    pub bytes: u64,
    /// BLAKE3 of those bytes, as `b3sum` prints it.
    pub blake3: String,
    /// Lines in it, after decompression.
    pub records: u64,
    /// The name of the source that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What a conversion wrote. The files are told by what they hold, as inputs are: one of them becomes an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionEntry {
    /// The formats that were converted from; none where the records stayed in their format.
    #[serde(default)]
    pub from: Vec<String>,
    /// The file of the records; none where there was no record to write.
    #[serde(default)]
    pub out: Option<InputEntry>,
    /// The file of the rejected lines, where it was wanted.
    #[serde(default)]
    pub rejected: Option<InputEntry>,
    /// How many records were made of the converted lines.
    pub written: u64,
}

/// The target as its profile described it, so that a later reader needs no profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetEntry {
    /// Model and task in words.
    pub title: String,
    /// The models that a job can start from.
    #[serde(default)]
    pub models: Vec<String>,
    /// Its limits by the names that they have in profiles.
    #[serde(default)]
    pub limits: BTreeMap<String, u64>,
}

impl TargetEntry {
    /// What a profile says.
    pub(crate) fn of(profile: &Profile) -> Self {
        Self {
            title: profile.title.clone(),
            models: profile.models.iter().map(|model| model.id.clone()).collect(),
            limits: profile
                .limits
                .iter()
                .map(|(bound, limit)| (bound.name().to_owned(), limit.value))
                .collect(),
        }
    }
}

/// Files in input directories that were not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFiles {
    /// How many there are.
    pub files: u64,
    /// The first ten of their names.
    pub names: Vec<String>,
}

/// The whole manifest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `bedload`.
    pub tool: String,
    /// The version of this format.
    #[serde(default)]
    pub format_version: u32,
    /// The version that wrote the directory.
    pub version: String,
    /// Whether the target takes the output.
    #[serde(default)]
    pub ready: bool,
    /// Why it does not; empty where it does.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The profile, where one was named.
    #[serde(default)]
    pub profile: Option<String>,
    /// What the profile said when the directory was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetEntry>,
    /// The record format.
    #[serde(default)]
    pub format: Option<String>,
    /// How tokens were counted.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Seed of every choice.
    #[serde(default)]
    pub seed: u64,
    /// Everything else that was configured.
    #[serde(default)]
    pub config: serde_json::Value,
    /// What was read.
    #[serde(default)]
    pub inputs: Vec<InputEntry>,
    /// What the records were compared with, and what is no part of the output.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<InputEntry>,
    /// The evaluation data that the records were compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eval_sets: Vec<InputEntry>,
    /// What else was in the input directories.
    #[serde(default)]
    pub skipped: SkippedFiles,
    /// What became of the records.
    pub counts: Counts,
    /// Tokens of the output by side.
    #[serde(default)]
    pub tokens: SideTokens,
    /// Tokens per kept record.
    #[serde(default)]
    pub record_tokens: Quantiles,
    /// How many findings there are of each code.
    #[serde(default)]
    pub findings: BTreeMap<String, u64>,
    /// How many changes repairs have made, by the code of what they mend; none where nothing was to be repaired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<BTreeMap<String, u64>>,
    /// Lines with something that could be repaired, which stay as they are, since they have an error all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair: Option<u64>,
    /// What training and validation data have in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Certificates>,
    /// What a conversion wrote elsewhere, where this is the report of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionEntry>,
    /// What was written, the manifest itself excepted.
    pub files: Vec<FileEntry>,
    /// The sha256 of what the manifest says without this member, in canonical form.
    pub seal: String,
}

impl Manifest {
    /// Returns true if the run was asked for texts of records.
    pub fn shows_content(&self) -> bool {
        self.config.get("show_content").and_then(serde_json::Value::as_bool).unwrap_or(false)
    }

    /// Returns true if the run was asked for names of labels: those are text of records.
    pub fn shows_names(&self) -> bool {
        let is_set = |value: Option<&serde_json::Value>| value.is_some_and(|value| !value.is_null());
        let sources = self.config.get("sources").and_then(serde_json::Value::as_array);
        self.shows_content()
            || is_set(self.config.pointer("/stages/balance/label-field"))
            || sources.into_iter().flatten().any(|source| is_set(source.get("label")))
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest is made of plain values") + "\n"
    }

    /// The same as a reader of the file has it.
    pub(crate) fn read_back(&self) -> Self {
        serde_json::from_str(&self.text()).expect("a manifest is read as it was written")
    }

    /// Fills in the seal.
    #[must_use]
    pub(crate) fn sealed(mut self) -> Self {
        self.seal = seal_of(self.text().as_bytes()).expect("a manifest is an object");
        self
    }

    /// Returns true if the text, which this was read from, is sealed by the value in it.
    pub(crate) fn is_sealed(&self, text: &[u8]) -> bool {
        if self.format_version == 0 {
            // Before the format had a version, the seal was over the text with an empty one in its place.
            let own = format!("\"seal\": \"{}\"", self.seal);
            let text = String::from_utf8_lossy(text).replacen(&own, "\"seal\": \"\"", 1);
            return hex(&Sha256::digest(text)) == self.seal;
        }
        seal_of(text).is_some_and(|seal| seal == self.seal)
    }
}

fn seal_of(text: &[u8]) -> Option<String> {
    canonical(text, "seal").map(|canonical| hex(&Sha256::digest(canonical)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Manifest {
        let manifest =
            Manifest { tool: "bedload".to_owned(), format_version: 1, seed: 7, ..Manifest::default() };
        manifest.sealed()
    }

    fn is_sealed(text: &str) -> bool {
        serde_json::from_str::<Manifest>(text).expect("a manifest").is_sealed(text.as_bytes())
    }

    #[test]
    fn the_seal_is_over_what_is_said_and_not_over_the_text() {
        let text = sealed().text();
        assert!(is_sealed(&text));
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(is_sealed(&value.to_string()), "in one line");
        assert!(!is_sealed(&text.replace("\"seed\": 7", "\"seed\": 8")));
        assert!(!is_sealed(&text.replacen('{', "{\"unknown\": 1,", 1)));
    }

    #[test]
    fn members_of_later_versions_are_sealed_and_those_of_earlier_ones_have_defaults() {
        let mut value: serde_json::Value = serde_json::from_str(&sealed().text()).expect("JSON");
        let members = value.as_object_mut().expect("an object");
        members.insert("later".to_owned(), serde_json::json!({"b": [1.5, 1e300], "a": null}));
        for optional in [
            "ready",
            "reasons",
            "profile",
            "format",
            "encoding",
            "seed",
            "config",
            "inputs",
            "tokens",
            "record_tokens",
            "findings",
        ] {
            members.shift_remove(optional);
        }
        let seal = seal_of(value.to_string().as_bytes()).expect("an object");
        value["seal"] = seal.into();
        assert!(is_sealed(&value.to_string()));
        value["later"]["b"][0] = 1.25.into();
        assert!(!is_sealed(&value.to_string()));
    }

    #[test]
    fn a_manifest_from_before_the_format_had_a_version_is_sealed_by_its_text() {
        let mut manifest = Manifest { tool: "bedload".to_owned(), ..Manifest::default() };
        manifest.seal = hex(&Sha256::digest(manifest.text()));
        assert!(is_sealed(&manifest.text()));
        assert!(!is_sealed(&manifest.text().replace("\"seed\": 0", "\"seed\": 1")));
    }
}
