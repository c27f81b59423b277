//! # PII and secrets
//!
//! ## What it does
//! Finds personal data and secrets in the texts of a record; reports them, rejects the record, or masks them.
//!
//! ## Why
//! A model repeats what it was trained on. A customer's number in a completion is a leak that no prompt can undo, and a
//! key in training data has to be changed wherever it is used.
//!
//! ## How
//! Searched are all texts of a record as the model reads them, and all other strings that are written as well, keys too;
//! media, where they are, ids of tool calls and names of tools do not count. Where a string is JSON itself, its own strings are searched, decoded, and masks
//! keep both levels valid. What has check digits must have the right ones (cards: also a known issuer and length; IBANs:
//! country and length), and national numbers that could be chance need the word before them that says what they are.
//! Phone numbers count where their form is unmistakable, or after such a word. An address of a machine counts unless it is
//! the same everywhere (unspecified, loopback, link-local, multicast, masks); private and documentation ranges count. Keys
//! and tokens are known by the prefix of their issuer, and need as many different characters as chance gives.
//!
//! A mask replaces the bytes of a finding by the name of its kind in brackets, and leaves every other byte as it is. All
//! else that is known of a record is of what is written: digest, tokens, groups by prompt, near-duplicates. So records that
//! differ in what is masked only are duplicates.
//!
//! ## Findings
//! `pii/*`: warnings; errors where records are to be dropped, and notes where they are masked.

mod card;
mod check;
mod email;
mod iban;
mod ip;
mod kind;
mod members;
mod national;
mod nested;
mod phone;
mod places;
mod scan;
mod secret;
mod text;
mod values;

use bedload_record::{Severities, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use kind::{Kind, Kinds, NotKinds};
pub use places::{Found, Place, Splices};
pub use scan::{Hit, Scanner};

/// `[stages.pii]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PiiConfig {
    /// Whether the stage runs; it does nothing without an action.
    pub enabled: bool,
    /// How to handle records with personal data or secrets: `report`, `drop` or `mask`; when not set, nothing is looked
    /// for. Example: `action = "mask"`.
    pub action: Option<Action>,
    /// Kinds of personal data and secrets to look for. Example: `kinds = ["email", "phone"]`.
    pub kinds: Kinds,
}

impl Default for PiiConfig {
    fn default() -> Self {
        Self { enabled: true, action: None, kinds: Kinds::default() }
    }
}

/// How records with personal data or secrets are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// They are kept, and reported.
    Report,
    /// They are rejected.
    Drop,
    /// What was found in them is replaced.
    Mask,
}

impl Action {
    /// Its name in settings and in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Drop => "drop",
            Self::Mask => "mask",
        }
    }
}

impl PiiConfig {
    /// The action, where the stage runs.
    pub fn acting(&self) -> Option<Action> {
        self.action.filter(|_| self.enabled)
    }

    /// How bad findings are in a run that acts so: what is masked is no more than worth knowing.
    #[must_use]
    pub fn severities(&self, run: Severities) -> Severities {
        let severity = match self.acting() {
            Some(Action::Drop) => Severity::Error,
            Some(Action::Mask) => Severity::Note,
            Some(Action::Report) | None => return run,
        };
        Kind::all().fold(run, |run, kind| run.with(kind.code(), severity))
    }
}

#[cfg(test)]
mod tests;
