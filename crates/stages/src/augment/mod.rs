//! # Augment
//!
//! ## What it does
//! Writes variants of training records: the same record with its prompt put into a template. Off by default.
//!
//! ## Why
//! Variants can balance rare classes, and make a model robust to different wordings around a prompt. Whether that
//! helps is a matter of the data; AWS advises using the same prompt format in training and inference.
//!
//! ## How
//! After the split, on training records only. Each record has its own order of the templates, by a hash of seed
//! and content; the first ones that give something new are taken. A variant that equals any other record or
//! variant, or is over the token limit, is left out. The line is spliced: everything but the prompt stays byte for
//! byte.
//!
//! ## Findings
//! `augment/few-variants`.

mod share;
mod template;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

pub use share::{shares, variants_of_classes};
pub use template::{Template, TemplateError};

/// `[stages.augment]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AugmentConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// The most records that one training record becomes, itself included; 1 is off. Example: `copies = 3`.
    pub copies: u32,
    /// Which records get variants. Example: `mode = "balance"`.
    pub mode: Mode,
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
        Self { enabled: true, copies: 1, mode: Mode::All, templates }
    }
}

/// Which records get variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
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
