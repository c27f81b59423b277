//! Maps: which field of the target is where in a record, as names of keys or as JSON Pointers on both sides.

use std::collections::BTreeMap;
use std::str::FromStr;

use bedload_bedrock::Format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flat::Slot;
use crate::balance::pointer_steps;

/// Which value of a record is which field: from fields to keys or pointers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
pub struct Map(pub BTreeMap<String, String>);

/// Why a conversion cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Not `field=key`.
    #[error("`{0}` is not FIELD=KEY, such as prompt=question or /messages/0/content=/q/text")]
    Form(String),
    /// No such field.
    #[error("unknown field `{0}`\nhint: {near}the fields are {fields}, and in conversations /messages/N/content and /system", near = Slot::near(.0), fields = Slot::names())]
    Field(String),
    /// One field or one key twice.
    #[error("`{0}` occurs twice")]
    Twice(String),
    /// No pointer.
    #[error("`{0}` is no JSON Pointer\nhint: in a pointer, `~0` stands for `~` and `~1` for `/` in a key")]
    Pointer(String),
    /// A value that is inside another one.
    #[error("`{inner}` is a part of `{outer}`, which is a field, too")]
    Inside {
        /// The part.
        inner: String,
        /// The whole.
        outer: String,
    },
    /// A turn without those before it.
    #[error("/messages/{0}/content is missing: turns are numbered from 0, the user's first")]
    Gap(u16),
    /// The same turn in two ways.
    #[error("`{0}` and /messages/N/content name the same turns\nhint: use one of them")]
    TwoWays(String),
    /// More turns than the target has.
    #[error("/messages/{turn}/content: {format} has one prompt and one completion")]
    NoTurn {
        /// The first that it has no place for.
        turn: u16,
        /// The target.
        format: &'static str,
    },
    /// The target has no system prompt.
    #[error("the format {0} has no system prompt")]
    NoSystem(&'static str),
}

/// Where one field of the target is in a record.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    /// As it was given.
    pub(super) name: String,
    /// The decoded steps to it: one for a key of the record.
    pub(super) steps: Vec<String>,
    pub(super) slot: Slot,
}

impl Map {
    /// Where each field is.
    ///
    /// # Errors
    /// Where a field does not exist, or two are in the same place.
    pub(super) fn mappings(&self) -> Result<Vec<Mapping>, MapError> {
        let mut all: Vec<Mapping> = Vec::new();
        for (field, key) in &self.0 {
            let slot = slot(field)?;
            if all.iter().any(|other| other.slot == slot) {
                return Err(MapError::Twice(field.clone()));
            }
            if key.is_empty() || key.starts_with('/') && !is_pointer(key) {
                return Err(MapError::Pointer(key.clone()));
            }
            all.push(Mapping { name: key.clone(), steps: pointer_steps(key), slot });
        }
        for one in &all {
            let mut others = all.iter().filter(|other| other.slot != one.slot);
            let below = others.find(|other| other.steps.starts_with(&one.steps));
            match below {
                Some(other) if other.steps == one.steps => return Err(MapError::Twice(other.name.clone())),
                Some(other) => {
                    return Err(MapError::Inside { inner: other.name.clone(), outer: one.name.clone() });
                }
                None => {}
            }
        }
        let mut turns: Vec<u16> = all.iter().filter_map(|mapping| mapping.slot.turn()).collect();
        turns.sort_unstable();
        if let Some(gap) = (0u16..).zip(&turns).find(|(nth, turn)| nth != *turn).map(|(nth, _)| nth) {
            return Err(MapError::Gap(gap));
        }
        let is_other = |mapping: &&Mapping| matches!(mapping.slot, Slot::Prompt | Slot::Completion);
        match all.iter().find(is_other).filter(|_| !turns.is_empty()) {
            Some(other) => Err(MapError::TwoWays(other.slot.name().to_owned())),
            None => Ok(all),
        }
    }
}

/// Whether a target has a place for the turns of a map.
pub(super) fn check_turns(mappings: &[Mapping], to: &'static Format) -> Result<(), MapError> {
    let is_beyond = |turn: &u16| to.dialect().is_none() && *turn >= 2;
    match mappings.iter().filter_map(|mapping| mapping.slot.turn()).filter(is_beyond).min() {
        Some(turn) => Err(MapError::NoTurn { turn, format: to.name }),
        None => Ok(()),
    }
}

fn is_pointer(text: &str) -> bool {
    text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

/// The field of a target by its name, or by a pointer into a record of it.
fn slot(field: &str) -> Result<Slot, MapError> {
    if !field.starts_with('/') {
        return Slot::from_name(field).ok_or_else(|| MapError::Field(field.to_owned()));
    }
    if !is_pointer(field) {
        return Err(MapError::Pointer(field.to_owned()));
    }
    let steps = pointer_steps(field);
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let slot = match &steps[..] {
        ["system", "0"] | ["system", "0", "text"] => Some(Slot::System),
        ["messages", turn, "content"]
        | ["messages", turn, "content", "0"]
        | ["messages", turn, "content", "0", "text"] => {
            // As arrays are indexed: digits without a zero in front.
            turn.parse().ok().filter(|n: &u16| n.to_string() == *turn).map(Slot::Turn)
        }
        [name] => Slot::from_name(name),
        _ => None,
    };
    slot.ok_or_else(|| MapError::Field(field.to_owned()))
}

impl FromStr for Map {
    type Err = MapError;

    fn from_str(text: &str) -> Result<Self, MapError> {
        let mut map = BTreeMap::new();
        for pair in text.split(',') {
            let parts = pair.split_once('=').filter(|(field, key)| !field.is_empty() && !key.is_empty());
            let (field, key) = parts.ok_or_else(|| MapError::Form(pair.to_owned()))?;
            if map.insert(field.to_owned(), key.to_owned()).is_some() {
                return Err(MapError::Twice(field.to_owned()));
            }
        }
        let map = Self(map);
        map.mappings()?;
        Ok(map)
    }
}
