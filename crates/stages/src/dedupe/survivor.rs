//! Which of several records that are equal or alike stays.

use std::fmt;
use std::str::FromStr;

use bedload_bedrock::Record;
use bedload_record::names::offer;
use bedload_record::{Json, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pointer::{self, NotPointer};

/// Which record of a family stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Survivor {
    /// The first in input order.
    #[default]
    First,
    /// The last in input order.
    Last,
    /// The one with the longest texts, in bytes of UTF-8.
    Longest,
    /// The one with the highest number at a JSON Pointer.
    Highest(Pointer),
    /// The one with the lowest number there.
    Lowest(Pointer),
}

/// A JSON Pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// As it was given.
    text: String,
    steps: Vec<String>,
}

impl Pointer {
    /// Its decoded steps.
    pub fn steps(&self) -> &[String] {
        &self.steps
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Of a record with nothing to compare: any other one stays in its place.
pub const UNRANKED: u64 = u64::MAX;

fn near(text: &str) -> String {
    // What follows a colon is the user's own.
    let name = text.split(':').next().unwrap_or_default();
    let names = ["first", "last", "longest", "highest", "lowest"].into_iter().filter(|known| *known != name);
    offer(name, names)
}

/// Why a text is not a [`Survivor`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSurvivor {
    /// It is none of the ways.
    #[error(
        "`{0}` is neither first, last, longest, highest:POINTER nor lowest:POINTER\nhint: {near}a JSON Pointer names a \
         field with a number, e.g. highest:/score",
        near = near(.0)
    )]
    Unknown(String),
    /// The field is not named by a pointer.
    #[error(transparent)]
    Field(#[from] NotPointer),
}

impl FromStr for Survivor {
    type Err = NotSurvivor;

    fn from_str(text: &str) -> Result<Self, NotSurvivor> {
        let wrong = || NotSurvivor::Unknown(text.to_owned());
        match text {
            "first" => return Ok(Self::First),
            "last" => return Ok(Self::Last),
            "longest" => return Ok(Self::Longest),
            _ => {}
        }
        let (which, pointer) = text.split_once(':').ok_or_else(wrong)?;
        let of: fn(Pointer) -> Self = match which {
            "highest" => Self::Highest,
            "lowest" => Self::Lowest,
            _ => return Err(wrong()),
        };
        Ok(of(Pointer { text: pointer.to_owned(), steps: pointer::read(pointer)? }))
    }
}

impl fmt::Display for Survivor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => out.write_str("first"),
            Self::Last => out.write_str("last"),
            Self::Longest => out.write_str("longest"),
            Self::Highest(pointer) => write!(out, "highest:{pointer}"),
            Self::Lowest(pointer) => write!(out, "lowest:{pointer}"),
        }
    }
}

impl Serialize for Survivor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Survivor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Survivor {
    /// Whether records have a rank by it: the lower one stays.
    pub fn ranks(&self) -> bool {
        !matches!(self, Self::First | Self::Last)
    }

    /// The field whose number ranks records.
    pub fn field(&self) -> Option<&Pointer> {
        match self {
            Self::Highest(pointer) | Self::Lowest(pointer) => Some(pointer),
            Self::First | Self::Last | Self::Longest => None,
        }
    }

    /// The rank of a record by its texts; [`UNRANKED`] where they do not rank it.
    pub fn rank_of_texts(&self, record: &Record<'_>) -> u64 {
        match self {
            Self::Longest => {
                UNRANKED - 1 - record.texts().list.iter().map(|text| text.text.len() as u64).sum::<u64>()
            }
            _ => UNRANKED,
        }
    }

    /// The rank of a record by the number at the field, as it was before any conversion; [`UNRANKED`] where there is
    /// none.
    pub fn rank_of_field(&self, source: Json<'_>) -> u64 {
        let number = |pointer: &Pointer| match source.at(&pointer.steps)?.value() {
            Value::Number(number) => Some(ascending(number.nearest())),
            _ => None,
        };
        match self {
            Self::Highest(pointer) => number(pointer).map_or(UNRANKED, |number| UNRANKED - 1 - number),
            Self::Lowest(pointer) => number(pointer).unwrap_or(UNRANKED),
            Self::First | Self::Last | Self::Longest => UNRANKED,
        }
    }
}

/// A number as one that grows with it, below [`UNRANKED`].
fn ascending(number: f64) -> u64 {
    // Both zeros are one number. Of negative numbers, all bits are turned: then larger ones have more.
    let bits = (number + 0.0).to_bits();
    let ascending = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    ascending.min(UNRANKED - 1)
}

#[cfg(test)]
mod tests {
    use bedload_record::Parser;
    use proptest::prelude::*;

    use super::*;

    fn rank(survivor: &str, line: &str) -> u64 {
        let survivor: Survivor = survivor.parse().expect(survivor);
        let mut rank = 0;
        Parser::default()
            .parse(line.as_bytes(), |parsed| rank = survivor.rank_of_field(parsed.expect("valid").0));
        rank
    }

    #[test]
    fn ways_are_read_and_written() {
        for text in ["first", "last", "longest", "highest:/a/b~1c", "lowest:/score"] {
            assert_eq!(text.parse::<Survivor>().expect(text).to_string(), text);
        }
        for text in ["", "newest", "highest", "highest:", "lowest:/a~2", "first:/x", "lowest:score"] {
            assert!(text.parse::<Survivor>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_has_no_rank() {
        for line in [r#"{"s":"1"}"#, "{}", r#"{"s":null}"#, r#"{"s":[1]}"#] {
            assert_eq!([rank("highest:/s", line), rank("lowest:/s", line)], [UNRANKED; 2], "{line}");
        }
        assert_eq!(rank("lowest:/s", r#"{"s":0}"#), rank("lowest:/s", r#"{"s":-0.0}"#));
    }

    proptest! {
        #[test]
        fn the_better_number_has_the_lower_rank(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            let line = |number: f64| format!(r#"{{"s":{number:?}}}"#);
            let (a_line, b_line) = (line(a), line(b));
            prop_assert_eq!(rank("lowest:/s", &a_line).cmp(&rank("lowest:/s", &b_line)), a.partial_cmp(&b).expect("finite"));
            prop_assert_eq!(rank("highest:/s", &a_line).cmp(&rank("highest:/s", &b_line)), b.partial_cmp(&a).expect("finite"));
        }
    }
}
