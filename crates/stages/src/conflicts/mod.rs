//! # Conflicts
//!
//! ## What it does
//! Finds prompts that records answer differently: *conflicts* in classification data, where one answer at most is right,
//! and *variations* in other data, where several may be. `--conflicts` decides which records of a conflict stay.
//!
//! ## Why
//! The same text with two labels teaches a model to guess, and sets a limit to the score that it can reach. Usually
//! annotators disagreed, or a file was labelled again and both versions are in the data.
//!
//! ## How
//! The prompt of a record is all that comes before its answer: the texts of a flat record, and of a conversation all but
//! its last answer, with system prompt and tools. Prompts and answers are compared without case and white space, as
//! prompts are for groups. Where a label field is named, by the run or by a source, its value is the answer. A prompt is in
//! conflict if its records have different labels and one of these is a class, as `balance` finds them. A record without a
//! label says nothing about that of others: no value at the field, or, where answers are taken for labels, one that is
//! too long. It always stays.
//!
//! Only records that share the key of their prompt (`group`), and differ in label or content, are read again for it; so
//! data without such records costs nothing. Where there is neither a split nor `--conflicts`, these keys know nothing of
//! case and white space, and prompts that differ in these are not compared. Exact duplicates that were dropped count as records, as each of them is a
//! vote; a record that goes takes them along, unless they have a label that stays: then one of these takes its place.
//!
//! ## Findings
//! `conflicts/labels`, `conflicts/resolved`, `conflicts/variation`.

mod answer;
mod candidates;
mod families;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use answer::write as write_value;
pub use answer::{Answered, read};
pub use candidates::candidates;
pub use families::{Conflict, Conflicts, OneAnswer, Vote, find};

/// `[stages.conflicts]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConflictsConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// Which records with the same prompt but different labels to keep: `report` (all), `drop` (none), `majority` or
    /// `last`; when not set, conflicts of classification data are reported. Example: `action = "majority"`.
    pub action: Option<Action>,
}

impl Default for ConflictsConfig {
    fn default() -> Self {
        Self { enabled: true, action: None }
    }
}

impl ConflictsConfig {
    /// Returns true if conflicts are asked for. Then prompts must be compared without case and white space.
    pub fn is_asked(&self) -> bool {
        self.enabled && self.action.is_some()
    }
}

/// Which records of a conflict stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// All.
    #[default]
    Report,
    /// None.
    Drop,
    /// Those with the answer that most records have; none where two answers have as many.
    Majority,
    /// Those with the answer of the last record.
    Last,
}
