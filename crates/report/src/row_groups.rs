//! Where row groups end: by rows and by text. And the writer of tables whose rows are made one by one, which cuts them
//! into row groups.

use std::ops::Range;
use std::path::Path;

use crate::column::{Row, RowColumn};
use crate::error::ReportError;
use crate::seal::Tap;
use crate::writer::{TableSummary, TableWriter, groups_at_once};

/// Rows of a full row group: the size that `DuckDB` writes and reads best.
pub const ROW_GROUP_ROWS: usize = 122_880;

/// A row group ends early with the row whose text brings it to this many bytes.
pub const ROW_GROUP_TEXT_BYTES: usize = 64 << 20;

/// The most text in one row: with a row group's text it stays below the 2 GiB that 32-bit offsets reach, where arrow
/// panics (arrow-rs#8247).
const ROW_TEXT_BYTES_MAX: usize = 1 << 30;

/// The row group under way.
#[derive(Default)]
struct Open {
    rows: usize,
    text_bytes: usize,
}

impl Open {
    /// Takes a row with this much text, and returns whether the row group ends with it.
    fn add(&mut self, text_bytes: usize) -> bool {
        self.rows += 1;
        self.text_bytes += text_bytes;
        let is_full = self.rows == ROW_GROUP_ROWS || self.text_bytes >= ROW_GROUP_TEXT_BYTES;
        if is_full {
            *self = Self::default();
        }
        is_full
    }
}

/// Cuts `rows` rows into row groups, given how much text each has. Where no row can have more than `text_bytes_most`,
/// and that is little, no row needs to be looked at.
///
/// # Errors
/// Gives an error where a row of this table has more text than a column can address.
pub fn row_groups(
    table: &Path,
    rows: u64,
    text_bytes_most: usize,
    text_bytes: impl Fn(u64) -> usize,
) -> Result<Vec<Range<u64>>, ReportError> {
    let mut groups = Vec::new();
    let mut first = 0;
    if text_bytes_most < ROW_GROUP_TEXT_BYTES / ROW_GROUP_ROWS {
        for end in (ROW_GROUP_ROWS as u64..rows).step_by(ROW_GROUP_ROWS) {
            groups.push(first..end);
            first = end;
        }
    } else {
        let mut open = Open::default();
        for row in 0..rows {
            let bytes = text_bytes(row);
            refuse_too_long(table, row, bytes)?;
            if open.add(bytes) {
                groups.push(first..row + 1);
                first = row + 1;
            }
        }
    }
    if first < rows {
        groups.push(first..rows);
    }
    Ok(groups)
}

fn refuse_too_long(table: &Path, row: u64, bytes: usize) -> Result<(), ReportError> {
    if bytes <= ROW_TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(ReportError::TextTooLong { path: table.to_owned(), row, bytes, limit: ROW_TEXT_BYTES_MAX })
}

/// Writes one table row by row. Holds as many row groups as are encoded together.
pub struct RowWriter<R: Row, T: Tap = ()> {
    table: TableWriter<T>,
    columns: Vec<RowColumn<R>>,
    /// Full row groups that wait to be encoded together, and the one under way.
    groups: Vec<Vec<R>>,
    open: Open,
    rows: u64,
}

impl<R: Row, T: Tap> RowWriter<R, T> {
    /// As [`TableWriter::create`].
    ///
    /// # Errors
    /// As [`TableWriter::create`].
    pub fn create(path: &Path, tap: T) -> Result<Self, ReportError> {
        let table = TableWriter::create::<Vec<R>>(path, tap)?;
        Ok(Self { table, columns: R::columns(), groups: vec![Vec::new()], open: Open::default(), rows: 0 })
    }

    /// Adds rows at the end. How rows are spread over calls makes no difference to the file.
    ///
    /// # Errors
    /// Gives an error where rows cannot be encoded or written; the file is worthless then.
    pub fn push(&mut self, rows: impl IntoIterator<Item = R>) -> Result<(), ReportError> {
        let groups_at_once = groups_at_once();
        for row in rows {
            let bytes = self.columns.iter().map(|column| column.text_bytes(&row)).sum();
            refuse_too_long(self.table.path(), self.rows, bytes)?;
            self.rows += 1;
            let under_way = self.groups.len() - 1;
            self.groups[under_way].push(row);
            if self.open.add(bytes) {
                if self.groups.len() == groups_at_once {
                    self.table.write(&self.groups)?;
                    self.groups.clear();
                }
                self.groups.push(Vec::new());
            }
        }
        Ok(())
    }

    /// As [`TableWriter::finish`].
    ///
    /// # Errors
    /// As [`TableWriter::finish`].
    pub fn finish(self) -> Result<(TableSummary, T), ReportError> {
        let Self { mut table, mut groups, .. } = self;
        if groups.last().is_some_and(Vec::is_empty) {
            groups.pop();
        }
        table.write(&groups)?;
        table.finish()
    }
}
