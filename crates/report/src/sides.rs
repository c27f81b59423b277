//! The sides of an earlier output: which record, by its digest, was on which side.

use std::fs::File;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use bedload_record::Side;

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::read::{Kind, Table, Values};
use crate::seal::{self, Seal};
use crate::shared::Shared;

/// The digest and the side of every record that is on one, in the order of the table `records`.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns.
pub fn read_sides(path: &Path) -> Result<Vec<(u128, Side)>, ReportError> {
    let table = open(path)?;
    let wrong = |error| read_error(path, error);
    let place = |name: &str| column_of(&table, path, name, Kind::Text);
    let (digests, splits) = (place("digest")?, place("split")?);
    let mut found = Vec::new();
    for group in 0..table.groups() {
        let sides = texts(&table, group, splits, side_of).map_err(wrong)?;
        let digests = texts(&table, group, digests, digest_of).map_err(wrong)?;
        // A record without a side was not in the output.
        found.extend(digests.into_iter().zip(sides).filter_map(|(digest, side)| Some((digest?, side?))));
    }
    Ok(found)
}

pub(crate) fn corrupt(path: &Path, message: String) -> ReportError {
    ReportError::Corrupt { path: path.to_owned(), message }
}

/// Opens a table that bedload wrote.
pub(crate) fn open(path: &Path) -> Result<Table, ReportError> {
    let io = |source| ReportError::Io { path: path.to_owned(), action: "read", source };
    // Opening a pipe would wait for a writer.
    if !path.metadata().map_err(io)?.is_file() {
        return Err(corrupt(path, "it is not a regular file".to_owned()));
    }
    let mut opened = File::open(path).map_err(io)?;
    // The decoder must not see what bedload did not write: a forged page can claim any size.
    if !matches!(seal::check(&mut opened).map_err(io)?, Seal::Whole) {
        let message = "it is not a table of bedload, or was changed after it was written";
        return Err(corrupt(path, message.to_owned()));
    }
    let wrong = |error| read_error(path, error);
    Table::open(Shared::new(opened).map_err(io)?, PageIndexPolicy::Skip).map_err(wrong)
}

/// The column of a table of records that has this name and kind.
pub(crate) fn column_of(table: &Table, path: &Path, name: &str, kind: Kind) -> Result<usize, ReportError> {
    let found = (0..table.columns()).find(|&column| table.name(column) == name);
    let found = found.filter(|&column| table.kind(column) == kind);
    found.ok_or_else(|| corrupt(path, format!("it has no column `{name}`; report/records.parquet has one")))
}

pub(crate) fn side_of(name: &str) -> Option<Side> {
    Side::ALL.into_iter().find(|side| side.name() == name)
}

pub(crate) fn digest_of(digits: &str) -> Option<u128> {
    u128::from_str_radix(digits, 16).ok()
}

/// What each text of a column stands for, by row; none for null.
pub(crate) fn texts<T>(
    table: &Table,
    group: usize,
    column: usize,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>, ParquetError> {
    let unknown = || ParquetError::General("a side or digest that this version does not know".to_owned());
    let mut all = Vec::new();
    table.read(group, column, &mut |batch| {
        let Values::Bytes(texts) = batch.values else { return Ok(()) };
        for place in batch.places() {
            let value = place.map(|place| read(texts[place].as_utf8()?).ok_or_else(unknown));
            all.push(value.transpose()?);
        }
        Ok(())
    })?;
    Ok(all)
}
