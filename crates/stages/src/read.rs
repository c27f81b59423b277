//! Readers of settings whose types hold more than the setting may be. What is refused here is refused with its place in
//! the file, by every command alike. A manifest has null for a setting that is not made.

use std::fmt::Display;
use std::ops::RangeInclusive;

use bedload_bedrock::Format;
use bedload_record::names::offer;
use bedload_tokens::Encoding;
use serde::de::{Deserialize, Deserializer, Error};

use crate::augment::COPIES_MAX;
use crate::contamination::config::NGRAM_RANGE;
use crate::select::Amount;
use crate::tokens::MARGIN_MAX;

/// A whole number, zero excluded.
pub(crate) fn some_positive<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = Option::<u64>::deserialize(from)?;
    value.map(|value| within(value, 1..=u64::MAX, "must be at least 1")).transpose()
}

/// How much a selection keeps, which is something.
pub(crate) fn some_amount<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Amount>, D::Error> {
    match Option::deserialize(from)? {
        Some(Amount::Records(0)) => Err(Error::custom("must be at least 1; 0 would keep nothing")),
        amount => Ok(amount),
    }
}

/// A margin of token counts, in percent.
pub(crate) fn some_margin<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let wrong = format_args!("must be from 0 to {MARGIN_MAX} percent");
    Option::deserialize(from)?.map(|margin| within(margin, 0..=MARGIN_MAX, wrong)).transpose()
}

/// The words of an n-gram.
pub(crate) fn ngram<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let (min, max) = (NGRAM_RANGE.start(), NGRAM_RANGE.end());
    within(u32::deserialize(from)?, NGRAM_RANGE, format_args!("must be from {min} to {max}"))
}

/// How often a record is written.
pub(crate) fn copies<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    within(u32::deserialize(from)?, 1..=COPIES_MAX, format_args!("must be from 1 to {COPIES_MAX}"))
}

/// A ratio of the largest to the smallest.
pub(crate) fn ratio<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(f64::deserialize(from)?, 1.0..=f64::INFINITY, "must be at least 1.0")
}

/// The name of a format that records are converted to.
pub(crate) fn some_target_format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    name.map(|name| Format::to_write(&name).map(|_| name.clone()).map_err(Error::custom)).transpose()
}

/// The name of an encoding.
pub(crate) fn some_encoding<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    name.map(|name| one_of("encoding", name, &Encoding::ALL.map(Encoding::name))).transpose()
}

/// The name of an engine that counts tokens; whether this program has it is known where it counts.
pub(crate) fn token_engine<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    one_of("token engine", String::deserialize(from)?, &["fast", "tiktoken"])
}

fn within<T: PartialOrd, E: Error>(value: T, range: RangeInclusive<T>, wrong: impl Display) -> Result<T, E> {
    if range.contains(&value) { Ok(value) } else { Err(E::custom(wrong)) }
}

fn one_of<E: Error>(what: &str, name: String, names: &[&str]) -> Result<String, E> {
    if names.contains(&name.as_str()) {
        return Ok(name);
    }
    let near = offer(&name, names.iter().copied());
    Err(E::custom(format!("unknown {what} `{name}`\nhint: {near}the {what}s are {}", names.join(", "))))
}
