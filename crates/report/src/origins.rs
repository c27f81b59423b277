//! The sources of an output's lines: which record, by its place in the output, is from which source.

use std::path::Path;

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::read::{Kind, Values};
use crate::sides::{column_of, open, texts};

/// Where the lines of an output are from, in the order of the table `records`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// For each record of the output: its file, its line there, from 1, and the name of its source, where it has one.
    pub lines: Vec<(String, u64, Option<String>)>,
}

/// Reads where the lines of an output are from: neighbours of one source and file as the first of them.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns.
pub fn read_origins(path: &Path) -> Result<Origins, ReportError> {
    let table = open(path)?;
    let wrong = |error| read_error(path, error);
    let [shards, sources] = ["shard", "source"].map(|name| column_of(&table, path, name, Kind::Text));
    let (shards, sources) = (shards?, sources?);
    let numbers = column_of(&table, path, "shard_line", Kind::Integer)?;
    let mut origins = Origins::default();
    for group in 0..table.groups() {
        let text = |text: &str| Some(text.to_owned());
        let shards = texts(&table, group, shards, text).map_err(wrong)?;
        let sources = texts(&table, group, sources, text).map_err(wrong)?;
        let mut lines: Vec<Option<u64>> = Vec::with_capacity(shards.len());
        table
            .read(group, numbers, &mut |batch| {
                let Values::I64(values) = batch.values else { return Ok(()) };
                lines.extend(batch.places().map(|place| u64::try_from(values[place?]).ok()));
                Ok(())
            })
            .map_err(wrong)?;
        for ((shard, line), source) in shards.into_iter().zip(lines).zip(sources) {
            // A record without a place was not in the output.
            let (Some(shard), Some(line)) = (shard, line) else { continue };
            let known = origins.lines.iter().rev().find(|(other, ..)| *other == shard);
            if known.is_none_or(|(_, _, before)| *before != source) {
                origins.lines.push((shard, line, source));
            }
        }
    }
    Ok(origins)
}
