//! Tables as JSON lines: each row of a Parquet, CSV or TSV file becomes one object on a line of its own, so that
//! everything after this reads JSONL. Which input is a table is not decided here.
//!
//! * [`ParquetLines`] reads Parquet: row groups side by side, rows in order.
//! * [`DelimitedLines`] reads CSV and TSV.
//!
//! A row that has no JSON form ends the reading with a [`BrokenTable`], after the lines of the rows before it.

mod json;

mod schema;

mod columns;

mod values;

mod rows;

mod file;

mod groups;

mod delimited;

use std::io;

pub use delimited::DelimitedLines;
pub use groups::{ParquetLines, is_panic_contained};

/// Why a table, or the rest of it, cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}\nhint: {hint}")]
pub struct BrokenTable {
    /// What is wrong, with the row and the column where one is to blame.
    pub problem: String,
    /// What helps.
    pub hint: &'static str,
}

impl BrokenTable {
    fn new(problem: impl Into<String>, hint: &'static str) -> BrokenTable {
        BrokenTable { problem: problem.into(), hint }
    }
}

impl From<BrokenTable> for io::Error {
    fn from(broken: BrokenTable) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, broken)
    }
}

#[cfg(test)]
mod tests;
