//! `[stages.contamination]`

use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bedload_record::file_name::is_data;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::balance::pointer_steps;
use crate::near::Threshold;

/// `[stages.contamination]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ContaminationConfig {
    /// Whether the stage runs; it does nothing without evaluation data.
    pub enabled: bool,
    /// Evaluation data that records must share no text with: files, each with a JSON Pointer to the text of its records,
    /// or without one for all texts. Example: `sets = ["mmlu.jsonl:/question"]`.
    pub sets: Vec<EvalSet>,
    /// How many words in a row make a match, 3 to 64. Example: `ngram = 10`.
    #[schemars(range(min = *NGRAM_RANGE.start(), max = *NGRAM_RANGE.end()))]
    #[serde(deserialize_with = "crate::read::ngram")]
    pub ngram: u32,
    /// Smallest share of an evaluation record's words that makes a match, counting words in runs of eight or more. Example: `coverage = 0.6`.
    pub coverage: Threshold,
    /// Words in a row that more than this many evaluation records have make no match. Example: `common = 20`.
    pub common: NonZeroU32,
    /// How to handle records that match: `flag`, `drop` or `fail`. Example: `hits = "drop"`.
    pub hits: Hits,
}

/// The most common length in the literature, from GPT-3 on.
const NGRAM: u32 = 13;
/// How few and how many words in a row may make a match.
pub(crate) const NGRAM_RANGE: std::ops::RangeInclusive<u32> = 3..=64;
/// GPT-3 left out what is in more than ten documents.
const COMMON: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

impl Default for ContaminationConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            sets: Vec::new(),
            ngram: NGRAM,
            coverage: "0.8".parse().expect("a threshold"),
            common: COMMON,
            hits: Hits::default(),
        }
    }
}

impl ContaminationConfig {
    /// Returns true if there is something to compare with.
    pub fn runs(&self) -> bool {
        self.enabled && !self.sets.is_empty()
    }
}

/// What happens to records that have text in common with evaluation data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hits {
    /// Each has a warning.
    #[default]
    Flag,
    /// They are left out of the output.
    Drop,
    /// Each has a warning, and the data set an error.
    Fail,
}

/// Evaluation data: a file, and where the text of its records is; all of their texts without that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalSet {
    /// The file.
    pub path: PathBuf,
    /// As it was given.
    pub pointer: Option<String>,
    /// Its decoded steps.
    pub steps: Vec<String>,
}

/// Why a text is not an [`EvalSet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEvalSet {
    /// It names no file, or no field.
    #[error("write FILE, or FILE:POINTER with a JSON Pointer to the text, e.g. eval.jsonl:/question")]
    Unknown,
    /// What follows the file is a name.
    #[error("`{field}` is not a JSON Pointer\nhint: write {file}:/{field}")]
    Name {
        /// The file.
        file: String,
        /// What may be the field of its text.
        field: String,
    },
}

impl EvalSet {
    /// The file as it is seen from another directory.
    pub fn set_in(&mut self, dir: &Path) {
        self.path = dir.join(&self.path);
    }
}

impl FromStr for EvalSet {
    type Err = NotEvalSet;

    fn from_str(text: &str) -> Result<Self, NotEvalSet> {
        let scheme = text.find("://").map_or(0, |at| at + "://".len());
        let (path, pointer) = match text[scheme..].find(":/") {
            None => (text, None),
            Some(at) => (&text[..scheme + at], Some(&text[scheme + at + 1..])),
        };
        let is_escape = |rest: &str| rest.starts_with(['0', '1']);
        let is_pointer = pointer.is_none_or(|pointer| pointer.split('~').skip(1).all(is_escape));
        if path.is_empty() || path.ends_with(':') || !is_pointer {
            return Err(NotEvalSet::Unknown);
        }
        // What follows the name of a data file after a colon is meant as a field.
        if let Some((file, field)) = path.rsplit_once(':').filter(|(file, _)| is_data(file.as_bytes())) {
            return Err(NotEvalSet::Name { file: file.to_owned(), field: field.to_owned() });
        }
        Ok(Self {
            path: PathBuf::from(path),
            pointer: pointer.map(str::to_owned),
            steps: pointer.map(pointer_steps).unwrap_or_default(),
        })
    }
}

impl fmt::Display for EvalSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.path.display())?;
        self.pointer.as_ref().map_or(Ok(()), |pointer| write!(out, ":{pointer}"))
    }
}

impl Serialize for EvalSet {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EvalSet {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_file_with_or_without_a_pointer() {
        let check = |text: &str, path: &str, pointer: Option<&str>, steps: &[&str]| {
            let set: EvalSet = text.parse().expect(text);
            assert_eq!((set.path.to_str(), set.pointer.as_deref()), (Some(path), pointer), "{text}");
            assert_eq!(set.steps, steps, "{text}");
            assert_eq!(set.to_string(), text);
        };
        check("a.jsonl", "a.jsonl", None, &[]);
        check("../a:b.jsonl", "../a:b.jsonl", None, &[]);
        check("a.jsonl:/q", "a.jsonl", Some("/q"), &["q"]);
        check("/d/a.jsonl.gz:/q/0/x~1y", "/d/a.jsonl.gz", Some("/q/0/x~1y"), &["q", "0", "x/y"]);
        check("s3://bucket/a.jsonl:/q", "s3://bucket/a.jsonl", Some("/q"), &["q"]);
        for wrong in ["", ":/q", "a.jsonl:/q~2", "a.jsonl:"] {
            assert_eq!(wrong.parse::<EvalSet>(), Err(NotEvalSet::Unknown), "{wrong}");
        }
        for wrong in ["a.jsonl:q", "d/a.jsonl.gz:q/0", "A.JSONL.GZ:q"] {
            let error = wrong.parse::<EvalSet>().expect_err(wrong).to_string();
            let hint = format!("hint: write {}", wrong.replace(':', ":/"));
            assert!(error.ends_with(&hint), "{error}");
        }
    }
}
