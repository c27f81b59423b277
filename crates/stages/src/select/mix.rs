//! The mix of sources: a weight for each.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use bedload_bedrock::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much of a selection a source is to have, compared with others: from 0 to a million, with up to six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Weight {
    millionths: u64,
}

/// Units of a [`Decimal`] in a millionth.
const MILLIONTH: u128 = 1_000_000;
/// Millionths in the greatest weight.
const MOST: u64 = 1_000_000_000_000;

impl Weight {
    /// The weight in millionths.
    pub fn millionths(self) -> u64 {
        self.millionths
    }
}

impl TryFrom<Decimal> for Weight {
    type Error = NotMix;

    fn try_from(number: Decimal) -> Result<Self, NotMix> {
        let millionths =
            u64::try_from(number.units() / MILLIONTH).ok().filter(|&millionths| millionths <= MOST);
        match millionths.filter(|_| number.units().is_multiple_of(MILLIONTH)) {
            Some(millionths) => Ok(Self { millionths }),
            None => Err(NotMix::Weight(number.to_string())),
        }
    }
}

impl From<Weight> for Decimal {
    fn from(weight: Weight) -> Self {
        let one = Self::from(1u32).units();
        let exact = Self::from(1u32).times(u128::from(weight.millionths), one / MILLIONTH);
        exact.unwrap_or_default()
    }
}

/// Sources by name, with their weights. Empty where none are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(transparent)]
pub struct Mix(BTreeMap<String, Weight>);

/// Why a text is no mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMix {
    /// There is no weight.
    NoWeight(String),
    /// The weight is no number that can be one.
    Weight(String),
    /// A source is named twice.
    Twice(String),
}

impl fmt::Display for NotMix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWeight(part) => {
                write!(f, "`{part}` has no weight\nhint: write NAME=WEIGHT, e.g. `chat=2,code=0.5`")
            }
            Self::Weight(weight) => {
                write!(f, "`{weight}` is no weight: a number from 0 to 1,000,000 with up to 6 decimals")
            }
            Self::Twice(name) => write!(f, "`{name}` is named twice"),
        }
    }
}

impl std::error::Error for NotMix {}

impl FromStr for Mix {
    type Err = NotMix;

    fn from_str(text: &str) -> Result<Self, NotMix> {
        let mut weights = BTreeMap::new();
        for part in text.split(',') {
            let (name, weight) = part.rsplit_once('=').ok_or_else(|| NotMix::NoWeight(part.to_owned()))?;
            let number: Decimal = weight.trim().parse().map_err(|_| NotMix::Weight(weight.to_owned()))?;
            if weights.insert(name.trim().to_owned(), number.try_into()?).is_some() {
                return Err(NotMix::Twice(name.to_owned()));
            }
        }
        Ok(Self(weights))
    }
}

impl Mix {
    /// Returns true if no weights are given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sources that are named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The weight of a source.
    pub fn weight(&self, name: &str) -> Option<Weight> {
        self.0.get(name).copied()
    }

    /// Gives a source a weight, unless it has one.
    pub fn add(&mut self, name: &str, weight: Weight) {
        self.0.entry(name.to_owned()).or_insert(weight);
    }
}
