//! # Split
//!
//! ## What it does
//! Puts every kept record on one side: training, validation or test.
//!
//! ## Why
//! A validation score means something only if no validation record was seen in training, and only if a run
//! tomorrow, on another machine or with another file order, gives the same split.
//!
//! ## How
//! Records of the same group (by default, with the same prompt; see `group`) stay on the same side. Each class has a quota on
//! each side, less than a record from its exact share (`quotas.rs`). Groups that span classes, or are larger than a quota, are
//! placed first, by size (`rocks.rs`). Each other group has a point, a hash of seed and group key; in each class the groups with
//! the smallest points fill what is left of the quotas of validation, and then of test (`fill.rs`), so that sides are exact to
//! the record as long as groups allow. A group that would overfill is passed over. With `--split-by-time`, the groups with
//! the newest records are held out instead, whatever their classes. The new records of a group that an earlier output has
//! on several sides go each where those are that they share a key with (`apart.rs`). Nothing depends on the order of records.
//!
//! ## Findings
//! `split/too-many-validation`, `split/too-many-held-out`, `split/inexact`, `split/missing-class`,
//! `split/pinned-apart`, `split/unused-pins`, `split/missing-pins`, `split/spans-sources`, `split/leaks`,
//! `split/missing-time`, `split/mixed-times`.

mod apart;
mod choose;
mod divide;
mod division;
mod fill;
mod quotas;
mod rocks;
mod size;
#[cfg(test)]
mod tests;
mod time;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facets::Facet;
use crate::group::GroupBys;
use crate::select::{Amount, Mix};

pub use choose::{Among, Choice, choose};
pub use divide::divide;
pub use division::{Divided, Division, Named, Tie};
pub use size::Size;
pub use time::{TimeField, is_date};

impl SplitConfig {
    /// Returns true if records are left out to keep a number, a budget or a mix.
    pub fn selects(&self) -> bool {
        let is_asked = self.select.is_some() || self.select_tokens.is_some() || !self.mix.is_empty();
        self.enabled && is_asked
    }
}

/// `[stages.split]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SplitConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// Size of the validation set: a share from 0.0 to 0.5, or a number of records. Example: `validation = 0.2`.
    pub validation: Size,
    /// Size of the test set, which training jobs are not given: a share from 0.0 to 0.5, or a number of records. Example: `test = 0.1`.
    pub test: Size,
    /// Keep records with the same value at these JSON Pointers on the same side of the split, besides those with the same
    /// prompt; `record` turns the latter off. Example: `group-by = ["/user/id"]`.
    pub group_by: GroupBys,
    /// Accept records that have no value at any of the fields that group: a warning in place of an error. Example: `allow-missing-group = true`.
    pub allow_missing_group: bool,
    /// Earlier outputs, or their report/records.parquet, whose records stay on the side that they were on. Example:
    /// `pin = ["OUT"]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("default" = []))]
    pub pin: Vec<PathBuf>,
    /// JSON Pointer to the time of a record: the newest records are held out. Example: `by-time = "/created_at"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_time: Option<TimeField>,
    /// Sources whose records are all validation data: names of `[[input]]` tables, or inputs. Example:
    /// `validation-source = ["benchmark"]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("default" = []))]
    pub validation_source: Vec<String>,
    /// Sources whose records are all test data. Example: `test-source = ["benchmark"]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("default" = []))]
    pub test_source: Vec<String>,
    /// Keep this many records, or as many as the target takes (`fit`). Example: `select = 10000`.
    #[serde(deserialize_with = "crate::read::some_amount")]
    pub select: Option<Amount>,
    /// Keep records with at most this many tokens in total. Example: `select-tokens = 5000000`.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "crate::read::some_positive")]
    pub select_tokens: Option<u64>,
    /// How much of the selection each source gets, as weights. Example: `mix = { "chat.jsonl" = 2, "code.jsonl" = 0.5 }`.
    pub mix: Mix,
    /// Keep the mix of these in the split and the selection, besides that of labels: JSON Pointers, `source` or `length`.
    /// Example: `stratify = ["/language"]`.
    pub stratify: Vec<Facet>,
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            validation: Size::NONE,
            test: Size::NONE,
            group_by: GroupBys::default(),
            allow_missing_group: false,
            pin: Vec::new(),
            by_time: None,
            validation_source: Vec::new(),
            test_source: Vec::new(),
            select: None,
            select_tokens: None,
            mix: Mix::default(),
            stratify: Vec::new(),
        }
    }
}

impl SplitConfig {
    /// Returns true if records may be held out of training.
    pub fn divides(&self) -> bool {
        let has_size = [self.validation, self.test].iter().any(|&size| size != Size::NONE);
        let has_source = !self.validation_source.is_empty() || !self.test_source.is_empty();
        self.enabled && (has_size || has_source || !self.pin.is_empty())
    }

    /// What contradicts itself in it, in words.
    ///
    /// # Errors
    /// Where two shares are too large together, or a side has a size and sources.
    pub fn check(&self) -> Result<(), String> {
        let shares =
            [self.validation, self.test].map(|size| if let Size::Share(parts) = size { parts } else { 0 });
        if shares.iter().sum::<u64>() > size::UNIT / 2 {
            return Err(format!(
                "--validation {} and --test {}: together they hold out at most half of the records",
                self.validation, self.test
            ));
        }
        for (size, sources, side) in
            [(self.validation, &self.validation_source, "validation"), (self.test, &self.test_source, "test")]
        {
            if size != Size::NONE && !sources.is_empty() {
                return Err(format!(
                    "--{side} cannot be used with --{side}-source, which says what the {side} data is"
                ));
            }
        }
        let has_size = [self.validation, self.test].iter().any(|&size| size != Size::NONE);
        if self.by_time.is_some() && !has_size {
            return Err("--split-by-time needs --validation or --test\nhint: --validation 10% holds out the newest tenth".to_owned());
        }
        if self.by_time.is_some() && !self.stratify.is_empty() && !self.selects() {
            return Err("--stratify cannot be used with --split-by-time, which holds out the newest records whatever their values\nhint: leave out one of them; with --select, --stratify keeps the mix of what is selected".to_owned());
        }
        Ok(())
    }
}
