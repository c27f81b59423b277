//! How large a validation or test set is to be: a share or a count, without floating point in between.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Parts of a share: nine decimal places.
pub(super) const UNIT: u64 = 1_000_000_000;

/// A share of the records, or a count of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Billionths of the records, at most half of them.
    Share(u64),
    /// That many records.
    Count(u64),
}

impl Size {
    /// No such set.
    pub const NONE: Self = Self::Share(0);

    /// How many of `records` that is; a share is rounded to the nearest record, halves up.
    pub fn of(self, records: u64) -> u64 {
        match self {
            Self::Share(parts) => {
                let exact = u128::from(records) * u128::from(parts) + u128::from(UNIT / 2);
                (exact / u128::from(UNIT)) as u64
            }
            Self::Count(count) => count,
        }
    }
}

impl Size {
    /// A share in percent, with up to seven decimals.
    fn from_percent(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) || decimals.len() > 7 {
            return None;
        }
        let parts = whole.parse::<u64>().ok()?.checked_mul(UNIT / 100)?;
        let parts = parts.checked_add(format!("{decimals:0<7}").parse().ok()?)?;
        (parts <= UNIT / 2).then_some(Self::Share(parts))
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is neither a share from 0.0 to 0.5, or 0% to 50%, nor a number of records");
        if let Ok(count) = text.parse::<u64>() {
            return Ok(if count == 0 { Self::NONE } else { Self::Count(count) });
        }
        if let Some(percent) = text.strip_suffix('%') {
            return Self::from_percent(percent.trim_end()).ok_or_else(wrong);
        }
        let decimals = text.strip_prefix('0').unwrap_or(text).strip_prefix('.').ok_or_else(wrong)?;
        if decimals.is_empty() || decimals.len() > 9 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let parts: u64 = format!("{decimals:0<9}").parse().map_err(|_| wrong())?;
        if parts > UNIT / 2 { Err(wrong()) } else { Ok(Self::Share(parts)) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(parts) => {
                let digits = format!("{parts:09}");
                let digits = digits.trim_end_matches('0');
                write!(f, "0.{}", if digits.is_empty() { "0" } else { digits })
            }
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Count(u64),
            Share(f64),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Count(count) => count.to_string(),
            // The shortest decimal that reads back as the same double: what was written.
            Written::Share(share) => format!("{share:?}"),
            Written::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}
