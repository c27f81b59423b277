//! # Split
//!
//! ## What it does
//! Puts every kept record on one side, training or validation, and optionally selects a subset first.
//!
//! ## Why
//! A validation score means something only if no validation record was seen in training, and only if a run
//! tomorrow, on another machine or with another file order, gives the same split.
//!
//! ## How
//! Records of the same group (by default, with the same prompt) stay on the same side. Each group has a point, a
//! hash of seed and group key; in each class the groups with the smallest points are taken until the class's share is full.
//! Shares are rounded by largest remainder, so that sides are exact to the record; a group that would overfill is
//! passed over. Nothing depends on the order of records.
//!
//! ## Findings
//! `split/too-many-validation`, `split/inexact`, `split/missing-class`, `split/no-groups`, `split/missing-group`.

mod choose;
mod size;
#[cfg(test)]
mod tests;

use bedload_bedrock::Format;
use bedload_record::Json;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::balance::pointer_steps;
use crate::dedupe::{Normalize, write_bytes};

pub use choose::{Among, Choice, choose};
pub use size::Size;

/// `[stages.split]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SplitConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// The validation set: a share from 0.0 to 0.5, or a count of records. Example: `validation = 0.2`.
    pub validation: Size,
    /// What keeps records together: `prompt`, `record`, or a JSON Pointer. Example: `group-by = "/user/id"`.
    pub group_by: String,
    /// Keep a selection of this many records. Example: `select = 10000`.
    pub select: Option<u64>,
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self { enabled: true, validation: Size::NONE, group_by: "prompt".to_owned(), select: None }
    }
}

/// What keeps records together.
#[derive(Debug)]
pub enum GroupBy {
    /// The same prompt; the whole record where a format has none.
    Prompt,
    /// Nothing: each content is a group of its own.
    Record,
    /// The same value at a path of keys; a record without one is a group of its own.
    Field(Vec<String>),
}

impl SplitConfig {
    /// What keeps records together under this configuration.
    pub fn group_by(&self) -> GroupBy {
        match self.group_by.as_str() {
            "prompt" => GroupBy::Prompt,
            "record" => GroupBy::Record,
            pointer => GroupBy::Field(pointer_steps(pointer)),
        }
    }
}

/// The group key of a record; none where it is a group of its own. The prompt of a conversation is what the user says
/// before the first answer: two conversations that begin alike are one group, whatever the system prompt.
///
/// Prompts are compared as `dedupe` compares them, so that records which are duplicates but for their answers, and
/// the one of several duplicates that happens to survive, are in one group. `scratch` is overwritten.
pub fn group(
    by: &GroupBy,
    format: &Format,
    json: Json<'_>,
    normalize: Normalize,
    scratch: &mut Vec<u8>,
) -> Option<u64> {
    match by {
        GroupBy::Record => None,
        GroupBy::Prompt => {
            scratch.clear();
            format.texts(json, &mut |text| {
                if text.opens {
                    write_bytes(&normalize.apply(text.text), scratch);
                }
            });
            (!scratch.is_empty()).then(|| xxh3_64(scratch))
        }
        GroupBy::Field(steps) => json.at(steps)?.scalar().map(|value| xxh3_64(value.as_bytes())),
    }
}
