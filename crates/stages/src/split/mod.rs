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
//! Records of the same group (by default, with the same prompt; see `group`) stay on the same side. Each group has a point, a
//! hash of seed and group key; in each class the groups with the smallest points are taken until the class's share is full.
//! Shares are rounded by largest remainder, so that sides are exact to the record; a group that would overfill is
//! passed over. Nothing depends on the order of records.
//!
//! ## Findings
//! `split/too-many-validation`, `split/inexact`, `split/missing-class`.

mod choose;
mod size;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::facets::Facet;
use crate::group::GroupBys;

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
    /// What keeps records together besides the same prompt: a JSON Pointer, or a list; or `record` where prompts are not to.
    /// Example: `group-by = ["/user/id"]`.
    pub group_by: GroupBys,
    /// Keep a selection of this many records. Example: `select = 10000`.
    pub select: Option<u64>,
    /// What the split and the selection keep the mix of, besides labels: JSON Pointers, `source` or `length`.
    /// Example: `stratify = ["/language"]`.
    pub stratify: Vec<Facet>,
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            validation: Size::NONE,
            group_by: GroupBys::default(),
            select: None,
            stratify: Vec::new(),
        }
    }
}
