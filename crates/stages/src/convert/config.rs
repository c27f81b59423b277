//! The configuration of conversions: the target's format, a map of keys, a system prompt, what happens to the rest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extras::Extras;
use super::map::Map;

/// `[stages.convert]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConvertConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// The format that records are converted to; when not set, records stay as they are. Example: `to = "converse"`.
    #[schemars(schema_with = "crate::shapes::target_format")]
    #[serde(deserialize_with = "crate::read::some_target_format")]
    pub to: Option<String>,
    /// For records in no known format: where each field is, as the name of a key or as a JSON Pointer. Example:
    /// `map = { prompt = "question", completion = "/answers/0" }`.
    pub map: Map,
    /// System prompt to add to every record. Example: `system = "You are a librarian."`.
    pub system: Option<String>,
    /// How to handle content that the target format cannot hold: `error` rejects the record, `drop` removes the content,
    /// `keep` retains extra keys; one for all kinds of content, or a table with one for each kind, and `default` for the
    /// others. Example: `extra = { tool-calls = "drop", keys = "keep" }`.
    pub extra: Extras,
    /// How to handle marks that exclude an answer from training, such as `"weight": 0`, where the target format cannot
    /// express them. Example: `weights = "drop"`.
    pub weights: Weights,
    /// Which pairs are made of several answers to one prompt. Example: `pairs = "all"`.
    pub pairs: Pairs,
}

impl Default for ConvertConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            to: None,
            map: Map::default(),
            system: None,
            extra: Extras::default(),
            weights: Weights::default(),
            pairs: Pairs::default(),
        }
    }
}

impl ConvertConfig {
    /// The name of the format that this run converts to; none where it does not convert.
    pub fn target(&self) -> Option<&str> {
        self.to.as_deref().filter(|_| self.enabled)
    }
}

/// How to handle marks that keep an answer out of training, where the target format cannot express them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// The record is rejected.
    #[default]
    Error,
    /// The marks are removed, and counted; the answer is trained on like any other.
    Drop,
    /// The record is divided so that the answers to train on are learned, and no other: `bedload convert` alone does.
    Split,
}

/// Which pairs are made of several answers to one prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairs {
    /// Of scored answers the best one and the worst; of answers with a label each good one with one bad one.
    #[default]
    One,
    /// All in which one answer is better than the other: `bedload convert` alone makes them.
    All,
}
