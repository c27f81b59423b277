//! # Augment
//!
//! ## What it does
//! Writes variants of training records: the same record with its prompt asked in another way. Off by default.
//!
//! ## Why
//! Variants can balance rare classes, and make a model robust to different wordings around a prompt. Whether that
//! helps is a matter of the data; AWS advises using the same prompt format in training and inference.
//!
//! ## How
//! After the split, on training records only. Each record has its own order of the variations, by a hash of seed
//! and content; the first ones that give something new are taken. Templates put any prompt into new text. The other
//! strategies change only what keeps its meaning: prefixes ("Please ", "Could you ", "I need you to "; the guide to
//! Nova lists these, and none, which is the record itself) and suffixes go to prompts that begin with one of a list of
//! English verbs of instruction, which lose their capital; suffixes, letter case and the mark at the end to prompts that
//! are prose: one line, and none of the bytes that code, markup, JSON and addresses consist of. Completions stay.
//!
//! A variant that equals any other record or variant, has the prompt of one with another label, is in a group of a
//! validation or test record, or is over the token limit, is left out; with `--near` or `--group-near` also one that is as similar to a validation or test record as
//! records of one group are. The line is spliced: everything but the prompt stays byte for byte.
//!
//! ## Findings
//! `augment/few-variants`, `balance/no-classes`.

mod edit;
mod share;
mod template;
#[cfg(test)]
mod tests;
mod variation;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

pub use share::{lacking, limit, shares, variants_of_classes};
pub use template::TemplateError;
pub use variation::{NotVariation, Variation, variations};

/// `[stages.augment]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AugmentConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// Turn each training record into up to this many records, itself included, 1 to 64; 1 is off. Example: `copies = 3`.
    #[schemars(range(min = 1, max = 64))]
    #[serde(deserialize_with = "crate::read::copies")]
    pub copies: u32,
    /// Which records get variants: `all`, or `balance` for those of rare classes. Example: `mode = "balance"`.
    pub mode: Mode,
    /// Fill each class up to this many training records, if it has fewer. Example: `to = 500`.
    #[schemars(range(min = 1))]
    #[serde(deserialize_with = "crate::read::some_positive")]
    pub to: Option<u64>,
    /// How prompts are varied: `template`, `prefix`, `suffix`, `case` and `punctuation`. Example:
    /// `strategies = ["prefix", "case"]`.
    pub strategies: Vec<Strategy>,
    /// What the strategy `prefix` puts before an instruction. Example: `prefixes = ["Please "]`.
    pub prefixes: Vec<String>,
    /// What the strategy `suffix` puts after an instruction. Example: `suffixes = [" Thank you."]`.
    pub suffixes: Vec<String>,
    /// Templates, with `{prompt}` in place of the record's prompt. Example: `templates = ["Question: {prompt}"]`.
    pub templates: Vec<String>,
}

impl Default for AugmentConfig {
    fn default() -> Self {
        let templates = [
            "Question: {prompt}",
            "Task: {prompt}",
            "{prompt}\n\nAnswer:",
            "Please answer the following.\n\n{prompt}",
            "Instruction:\n{prompt}\n\nResponse:",
            "Consider this request:\n{prompt}",
            "### Input\n{prompt}\n\n### Output",
        ];
        let templates = templates.map(str::to_owned).to_vec();
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Self {
            enabled: true,
            copies: 1,
            mode: Mode::All,
            to: None,
            strategies: vec![Strategy::Template],
            prefixes: texts(&["Please ", "Could you ", "I need you to "]),
            suffixes: texts(&[" Thank you.", " Thanks."]),
            templates,
        }
    }
}

/// The most records that one training record becomes, itself included.
pub const COPIES_MAX: u32 = 64;

impl AugmentConfig {
    /// The most variants of one record; 0 where the stage does nothing.
    pub fn variants_max(&self) -> u32 {
        match self.copies.saturating_sub(1) {
            _ if !self.enabled => 0,
            0 if self.to.is_some() => self.n_variations().min(COPIES_MAX - 1),
            more => more,
        }
    }

    /// How many variations the strategies have.
    pub fn n_variations(&self) -> u32 {
        let of = |strategy: &Strategy| match strategy {
            Strategy::Template => self.templates.len(),
            Strategy::Prefix => self.prefixes.len(),
            Strategy::Suffix => self.suffixes.len(),
            Strategy::Case | Strategy::Punctuation => 2,
        };
        self.strategies.iter().map(of).sum::<usize>() as u32
    }

    /// Whether records get variants for their classes.
    pub fn is_by_class(&self) -> bool {
        self.to.is_some() || self.mode == Mode::Balance
    }
}

/// A way to vary a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// New text around the prompt.
    Template,
    /// Words before an instruction.
    Prefix,
    /// Words after an instruction.
    Suffix,
    /// Another case of letters.
    Case,
    /// With or without the mark at the end.
    Punctuation,
}

/// Which records get variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Every training record.
    #[default]
    All,
    /// Records of the classes that are smaller than the largest one, until they are as large.
    Balance,
}

/// The templates in the order in which a record with this identity tries them.
pub fn order(templates: usize, seed: u64, digest: u128) -> Vec<usize> {
    let mut order: Vec<usize> = (0..templates).collect();
    order.sort_by_key(|&n| {
        let mut key = [0; 24];
        key[..16].copy_from_slice(&digest.to_le_bytes());
        key[16..].copy_from_slice(&(n as u64).to_le_bytes());
        (XxHash3_64::oneshot_with_seed(seed, &key), n)
    });
    order
}
