//! # Facets
//!
//! ## What it does
//! Divides records by something other than their label: the value at a JSON Pointer, the source, the length. The split
//! and the selection then keep the mix of it (`--stratify`), and it is counted before and after (`--balance`).
//!
//! ## Why
//! A validation set whose languages are mixed unlike those of the training set measures something else; a selection
//! that is random over all records can lose a small source altogether.
//!
//! ## How
//! The scan keeps the value of each field that a facet names, as a number for each distinct value, read from the record
//! as it was before a conversion. Strings, numbers and booleans are values; a record with anything else, or nothing,
//! at the field is among those without a value, which are counted as one. Strings are compared as they are; of more than
//! [`VALUE_BYTES_MAX`] bytes, the beginning and a hash of the whole are kept. A field with more than [`VALUES_MAX`]
//! different values divides nothing, and is ignored.
//!
//! The stratum of a record is its class together with its value of each facet of `--stratify`. Strata are ordered by
//! those, and not by where they come first, so that nothing depends on the order of files. More than [`STRATA_MAX`] of
//! them are not told apart: the last facet is ignored then.
//!
//! ## Findings
//! `balance/too-many-values`, `balance/missing-value`, `split/too-many-strata`, `balance/uneven-values`,
//! `balance/rare-values`, `balance/unvalidated-values`.

mod counts;
mod strata;
#[cfg(test)]
mod tests;
mod values;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use bedload_record::{Interner, Json, NO_VALUE};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash3_64;

use crate::pointer;

pub use counts::{Evenness, FacetCounts, ValueCounts};
pub use strata::{STRATA_MAX, Strata};
pub use values::{Run, Sources, TooMany, Values, length, length_name};

/// The most values of a field that are told apart.
pub const VALUES_MAX: usize = 65_536;
/// The longest value, in bytes, that is kept whole.
pub const VALUE_BYTES_MAX: usize = 256;

/// Something by which records are divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facet {
    /// The label.
    Label,
    /// Where the record is from.
    Source,
    /// How long it is, in powers of two of tokens; of bytes where tokens are not counted.
    Length,
    /// The value at a JSON Pointer.
    Field(Field),
}

/// A field whose values are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The JSON Pointer as it was given.
    pub pointer: String,
    /// Its decoded steps.
    pub steps: Vec<String>,
}

impl Facet {
    /// As it is written in a configuration.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Label => "label",
            Self::Source => "source",
            Self::Length => "length",
            Self::Field(field) => &field.pointer,
        }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Facet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "label" => Ok(Self::Label),
            "source" => Ok(Self::Source),
            "length" => Ok(Self::Length),
            other => match pointer::read(other) {
                Ok(steps) => Ok(Self::Field(Field { pointer: other.to_owned(), steps })),
                Err(wrong) => Err(format!(
                    "`{other}` is neither `label`, `source`, `length` nor a JSON Pointer\nhint: {}",
                    wrong.hint_beside(&["label", "source", "length"])
                )),
            },
        }
    }
}

impl Serialize for Facet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Facet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The fields of some facets, each once, in order.
pub fn fields<'f>(facets: impl IntoIterator<Item = &'f Facet>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for facet in facets {
        if let Facet::Field(field) = facet
            && !fields.contains(field)
        {
            fields.push(field.clone());
        }
    }
    fields
}

/// Replaces `ids` by those of a record's values at some fields: [`NO_VALUE`] where it has none, or there are too many.
pub fn values(fields: &[Field], json: Json<'_>, names: &mut [Interner<String>], ids: &mut Vec<u32>) {
    ids.clear();
    ids.extend(fields.iter().zip(names).map(|(field, names)| {
        let value = json.at(&field.steps).and_then(Json::scalar);
        value.and_then(|value| names.id(&*shortened(value))).unwrap_or(NO_VALUE)
    }));
}

/// A value in so many bytes as are kept.
fn shortened(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.len() <= VALUE_BYTES_MAX {
        return value;
    }
    let hash = format!("… {:016x}", XxHash3_64::oneshot(value.as_bytes()));
    let mut end = VALUE_BYTES_MAX - hash.len();
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}{hash}", &value[..end]))
}
