//! Readers of settings that are texts with a form of their own. What they refuse is refused by every command that reads
//! the file, with key and line.

use std::ffi::OsStr;
use std::num::NonZeroU16;

use bedload_bedrock::Format;
use bedload_engine::MaxRejected;
use bedload_stages::pointer;
use serde::de::{Deserialize, Deserializer, Error};

use super::Written;
use crate::args::{FormFile, THREADS_MAX, bytes, record_bytes};

pub(super) fn size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    bytes(&Written::deserialize(from)?.text()).map(Some).map_err(Error::custom)
}

pub(super) fn record_size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    record_bytes(&Written::deserialize(from)?.text()).map(Some).map_err(Error::custom)
}

pub(super) fn pointer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    pointer::check(&String::deserialize(from)?).map(Some).map_err(Error::custom)
}

pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(from)?;
    if name.is_empty() { Err(Error::custom("a name cannot be empty")) } else { Ok(Some(name)) }
}

pub(super) fn threads<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NonZeroU16>, D::Error> {
    let threads = NonZeroU16::deserialize(from)?;
    if i64::from(threads.get()) > THREADS_MAX {
        return Err(Error::custom(format!("must be from 1 to {THREADS_MAX}")));
    }
    Ok(Some(threads))
}

pub(super) fn max_rejected<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Written>, D::Error> {
    let written = Written::deserialize(from)?;
    written.text().parse::<MaxRejected>().map_err(Error::custom)?;
    Ok(Some(written))
}

pub(super) fn outputs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let outputs = Vec::<String>::deserialize(from)?;
    for output in &outputs {
        FormFile::parse(OsStr::new(output)).map_err(Error::custom)?;
    }
    Ok(outputs)
}

/// The name of a format that records are in, or `auto`.
pub(super) fn format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(from)?;
    if name == "auto" || Format::from_any_name(&name).is_some() {
        return Ok(Some(name));
    }
    Err(Error::custom(Format::unknown(&name)))
}
