//! # Select
//!
//! ## What it does
//! Keeps a part of the records: a number of them, as many as the target takes, or as many as have so many tokens
//! together; by shares of their sources where these are given. Off by default.
//!
//! ## Why
//! Targets take a certain number of records, and tokens cost money. Which ones are left out decides what a model learns:
//! a selection that is random over all records loses small strata, and takes several copies of what is said often.
//!
//! ## How
//! Each stratum (see `facets`) has a quota. The quotas fill like vessels that are connected: all rise in proportion to
//! what the strata hold (or to the weights of `--mix`, where sources divide the whole first), but none over what there
//! is, and none stays below one record as long as there is one for each; what is left over by rounding goes to the
//! largest remainders. Inside a stratum, records of one group (equal prompts, near-duplicates, or a value of
//! `--group-by`) stand in a row in the order of a hash of seed and content: each group gives its first one before any
//! gives its second, and of those that come at the same place the hash decides. So a selection has the promised number, a
//! larger one holds most of a smaller one, and nothing depends on the order of records.
//!
//! Records that an earlier output pins come before all others, and their stratum has a quota for them. Where there are
//! more of them than the budget has room for, it is divided among these alone.
//!
//! A budget of tokens is filled in the same order, passing over records that no longer fit; what strata leave unused
//! is then given to records of any of them.
//!
//! ## Findings
//! `select/too-few-records`, `select/short-source`, `select/pinned-left-out`, `balance/no-classes`.

mod mix;
mod pick;
mod quota;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use mix::{Mix, NotMix, Weight};
pub use pick::{Among, Totals, pick, totals};
pub use quota::{Share, most_of_mix, quotas, water_fill};

/// How many records are selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    Records(u64),
    /// As many as the target takes.
    Fit,
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "fit" => Ok(Self::Fit),
            number => number.parse().map(Self::Records).map_err(|_| {
                format!("`{number}` is neither a number of records nor `fit`, as many as the target takes")
            }),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Records(records) => serializer.serialize_u64(*records),
            Self::Fit => serializer.serialize_str("fit"),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Records(u64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Records(records) => Ok(Self::Records(records)),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}
