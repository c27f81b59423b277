//! The configuration of conversions: the target's format, a map of keys, a system prompt, what happens to the rest.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::flat::Slot;

/// `[stages.convert]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConvertConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// The format that records are converted to; without it they stay as they are. Example: `to = "converse"`.
    pub to: Option<String>,
    /// For flat objects: which key is which field. Example: `map = { prompt = "question", completion = "answer" }`.
    pub map: Map,
    /// The system prompt that every record gets. Example: `system = "You are a librarian."`.
    pub system: Option<String>,
    /// How to handle content that the target format cannot hold. Example: `extra = "drop"`.
    pub extra: Extra,
    /// How to handle marks that keep an answer out of training, such as `"weight": 0`, where the target format cannot
    /// express them. Example: `weights = "drop"`.
    pub weights: Weights,
}

impl Default for ConvertConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            to: None,
            map: Map::default(),
            system: None,
            extra: Extra::default(),
            weights: Weights::default(),
        }
    }
}

impl ConvertConfig {
    /// The name of the format that this run converts to; none where it does not convert.
    pub fn target(&self) -> Option<&str> {
        self.to.as_deref().filter(|_| self.enabled)
    }

    /// The keys of mapped records, with what they hold.
    pub(super) fn slots(&self) -> Result<Vec<(String, Slot)>, MapError> {
        let slot = |(field, key): (&String, &String)| {
            let slot = Slot::from_name(field).ok_or_else(|| MapError::Field(field.clone()))?;
            Ok((key.clone(), slot))
        };
        self.map.0.iter().map(slot).collect()
    }
}

/// Which key of a flat object is which field: from fields to keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Map(pub BTreeMap<String, String>);

/// Why a conversion cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Not `field=key`.
    #[error("`{0}` is not FIELD=KEY, such as prompt=question")]
    Form(String),
    /// No such field.
    #[error("unknown field `{0}`\nhint: the fields are {fields}", fields = Slot::names())]
    Field(String),
    /// One field or one key twice.
    #[error("`{0}` occurs twice")]
    Twice(String),
    /// The target has no system prompt.
    #[error("the format {0} has no system prompt")]
    NoSystem(&'static str),
}

impl FromStr for Map {
    type Err = MapError;

    fn from_str(text: &str) -> Result<Self, MapError> {
        let mut map = BTreeMap::new();
        for pair in text.split(',') {
            let parts = pair.split_once('=').filter(|(field, key)| !field.is_empty() && !key.is_empty());
            let (field, key) = parts.ok_or_else(|| MapError::Form(pair.to_owned()))?;
            if Slot::from_name(field).is_none() {
                return Err(MapError::Field(field.to_owned()));
            }
            if map.values().any(|known| known == key) {
                return Err(MapError::Twice(key.to_owned()));
            }
            if map.insert(field.to_owned(), key.to_owned()).is_some() {
                return Err(MapError::Twice(field.to_owned()));
            }
        }
        Ok(Self(map))
    }
}

/// What happens to content that the target format cannot hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extra {
    /// The record is refused.
    #[default]
    Error,
    /// It is left out, and counted.
    Drop,
    /// Keys of the record are carried along; for anything else the record is refused.
    Keep,
}

/// How to handle marks that keep an answer out of training, where the target format cannot express them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// The record is refused.
    #[default]
    Error,
    /// They are left out, and counted; the answer is trained on like any other.
    Drop,
}
