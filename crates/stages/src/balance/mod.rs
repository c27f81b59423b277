//! # Balance
//!
//! ## What it does
//! Finds the classes of classification data, counts them, and warns if the largest is much larger than the smallest
//! or if a label has several spellings.
//!
//! ## Why
//! A model trained on unbalanced labels tends to answer with the largest classes; `Positive` and `positive ` are
//! learned as two answers.
//!
//! ## How
//! The scan keeps, for each record, the value of the label field, or of the target where it is short enough to be
//! a label. The plan folds case and space, and takes the data for classification where classes with a
//! thousandth of the records each (at least one) hold a tenth of the records, and three records each on average.
//! With a label field named, every value is a class.
//!
//! ## Findings
//! `balance/imbalanced-labels`, `balance/label-variants`, `balance/too-many-labels`, `balance/missing-label`.

mod classes;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bedload_bedrock::Record;
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Finding, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::facets::Facet;
use crate::pointer;

pub use classes::{Class, Classes, among, are_classes, find, fold};

/// The most spellings of labels that are distinguished; beyond it there are no classes.
pub const LABELS_MAX: usize = 65_536;
/// The longest target, in bytes, that can be a label where no label field is named.
pub const LABEL_BYTES_MAX: usize = 64;

/// `[stages.balance]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BalanceConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// JSON Pointer to the label; when not set, short completions that recur are taken as labels. Example:
    /// `label-field = "/label"`.
    #[schemars(schema_with = "crate::shapes::some_pointer")]
    #[serde(deserialize_with = "pointer_of")]
    pub label_field: Option<String>,
    /// How many times larger the largest class may be than the smallest before a note says so, at least 1. Example:
    /// `ratio-max = 5.0`.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "crate::read::ratio")]
    pub ratio_max: f64,
    /// A value with fewer training records than this is rare. Example: `rare = 50`.
    pub rare: u64,
    /// Keep at most this many training records of each class. Example: `cap-class = 500`.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "crate::read::some_positive")]
    pub cap_class: Option<u64>,
    /// What records are counted by, besides labels: JSON Pointers, `label`, `source` or `length`. Example: `by = ["/language"]`.
    pub by: Vec<Facet>,
}

impl Default for BalanceConfig {
    fn default() -> Self {
        Self { enabled: true, label_field: None, ratio_max: 3.0, rare: 10, cap_class: None, by: Vec::new() }
    }
}

fn pointer_of<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| pointer::check(&text).map_err(serde::de::Error::custom)).transpose()
}

/// Splits a JSON Pointer into its decoded steps; a bare name is a top-level key.
pub fn pointer_steps(pointer: &str) -> Vec<String> {
    let Some(rest) = pointer.strip_prefix('/') else { return vec![pointer.to_owned()] };
    rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// Where a record's label is.
#[derive(Debug)]
pub enum LabelSource {
    /// The value at a path of keys, whatever its length.
    Field(Vec<String>),
    /// The target, where it is short.
    Target,
    /// There is none.
    Nowhere,
}

impl BalanceConfig {
    /// Where labels are under this configuration.
    pub fn source(&self) -> LabelSource {
        match &self.label_field {
            _ if !self.enabled => LabelSource::Nowhere,
            Some(pointer) => LabelSource::Field(pointer_steps(pointer)),
            None => LabelSource::Target,
        }
    }
}

/// Returns true if a text can be a label: it is short, and one line.
pub fn is_label(text: &str) -> bool {
    text.len() <= LABEL_BYTES_MAX && (!text.contains('\n') || !text.trim().contains('\n'))
}

/// The label of a record as it is written, or what may be one.
pub fn label<'t>(source: &LabelSource, record: &Record<'t>) -> Option<Cow<'t, str>> {
    match source {
        LabelSource::Field(steps) => record.json.at(steps)?.scalar(),
        LabelSource::Target => {
            let text = record.target()?;
            is_label(text).then_some(Cow::Borrowed(text))
        }
        LabelSource::Nowhere => None,
    }
}

/// The value at the label field of a record as it was before a conversion, which may have no place for it.
pub fn source_label<'t>(source: &LabelSource, json: Json<'t>) -> Option<Cow<'t, str>> {
    match source {
        LabelSource::Field(steps) => json.at(steps)?.scalar(),
        LabelSource::Target | LabelSource::Nowhere => None,
    }
}

/// Reports what is wrong with the classes, given how many records each has in the output's training set.
pub fn judge(classes: &Classes, train: &[u64], config: &BalanceConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    if classes.too_many() && config.label_field.is_some() {
        let message = format!(
            "the label field has more than {} different values, so it is ignored",
            count(LABELS_MAX as u64)
        );
        findings.push(Finding::dataset(Code::BalanceTooManyLabels, message));
    }
    if classes.list().is_empty() && !classes.too_many() && config.label_field.is_some() {
        let message = "no record has a string, number or boolean at the label field".to_owned();
        findings.push(Finding::dataset(Code::BalanceMissingLabel, message));
    }
    let present = || train.iter().copied().filter(|&n| n > 0);
    if let (Some(most), Some(least)) = (present().max(), present().min())
        && most as f64 > config.ratio_max * least as f64
    {
        let message = format!(
            "the largest of {} classes has {}, the smallest {}; the ratio exceeds {}",
            classes.list().len(),
            plural(most, "training record", "training records"),
            count(least),
            config.ratio_max
        );
        findings.push(Finding::dataset(Code::BalanceImbalancedLabels, message));
    }
    let varied = classes.list().iter().filter(|class| class.spellings.len() > 1).count() as u64;
    if varied > 0 {
        let message = format!(
            "{} {} several spellings",
            part_of(varied, classes.list().len() as u64, "label", "labels"),
            agree(varied, "has", "have")
        );
        findings.push(Finding::dataset(Code::BalanceLabelVariants, message));
    }
    findings
}
