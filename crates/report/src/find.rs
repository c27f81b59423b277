//! Finding: the rows of a table that are about one line of one input. Of a row group that has no such row, only lines
//! and perhaps files are decoded.

use std::fs::File;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::read::{Kind, Table, Values};
use crate::seal::{self, Seal};
use crate::shared::Shared;
use crate::sides::open;

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text, or a hash in hexadecimal digits.
    Text(String),
    /// A count, position or size.
    Integer(i64),
    /// A ratio or measure.
    Real(f64),
}

/// A row as columns by name; columns that are null in it are left out.
pub type FoundRow = Vec<(String, Cell)>;

/// What of a row a file and a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its input: `file` and `line`.
    Input,
    /// What was made of it: `shard`, and one of `shard_lines` lines from `shard_line` on.
    Output,
    /// Where it was first: `origin_file` and `origin_line`.
    Origin,
}

impl By {
    /// The columns of the file, of the line, and of how many lines there are from there on.
    fn columns(self) -> [&'static str; 3] {
        match self {
            Self::Input => ["file", "line", ""],
            Self::Output => ["shard", "shard_line", "shard_lines"],
            Self::Origin => ["origin_file", "origin_line", ""],
        }
    }
}

/// The rows of which these are file and line, in the order of the table.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns.
pub fn find_rows(path: &Path, by: By, file: &str, line: u64) -> Result<Vec<FoundRow>, ReportError> {
    let corrupt = |message: String| ReportError::Corrupt { path: path.to_owned(), message };
    let io = |source| ReportError::Io { path: path.to_owned(), action: "read", source };
    // Opening a pipe would wait for a writer.
    if !path.symlink_metadata().map_err(io)?.is_file() {
        return Err(corrupt("it is not a regular file".to_owned()));
    }
    let mut opened = File::open(path).map_err(io)?;
    // The decoder must not see what bedload did not write: a forged page can claim any size.
    if !matches!(seal::check(&mut opened).map_err(io)?, Seal::Whole) {
        return Err(corrupt("its bytes were changed after it was written".to_owned()));
    }
    let opened = Shared::new(opened).map_err(io)?;
    let wrong = |error| read_error(path, error);
    let table = Table::open(opened, PageIndexPolicy::Skip).map_err(wrong)?;
    let place = |name: &str, kind| {
        let found = (0..table.columns()).find(|&column| table.name(column) == name);
        let found = found.filter(|&column| table.kind(column) == kind);
        found.ok_or_else(|| corrupt(format!("it has no column `{name}` as bedload writes it")))
    };
    let [file_name, line_name, count_name] = by.columns();
    let (files, lines) = match (place(file_name, Kind::Text), place(line_name, Kind::Integer)) {
        // Tables of early versions do not have all of these.
        (Err(_), _) | (_, Err(_)) if by != By::Input => return Ok(Vec::new()),
        (files, lines) => (files?, lines?),
    };
    let counts = place(count_name, Kind::Integer).ok();
    let wanted = Cell::Text(file.to_owned());
    let mut found = Vec::new();
    for group in 0..table.groups() {
        let mut rows = rows_of_line(&table, group, (lines, counts), line).map_err(wrong)?;
        let mut files = cells(&table, group, files, &rows).map_err(wrong)?.into_iter();
        rows.retain(|_| files.next().flatten().as_ref() == Some(&wanted));
        found.extend(whole_rows(&table, group, &rows).map_err(wrong)?);
    }
    Ok(found)
}

/// All rows of a table that is small, whatever the size of the data.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has more than `most` rows.
pub fn read_rows(path: &Path, most: usize) -> Result<Vec<FoundRow>, ReportError> {
    let table = open(path)?;
    let mut found = Vec::new();
    for group in 0..table.groups() {
        let n_rows = usize::try_from(table.rows(group)).unwrap_or(usize::MAX);
        if n_rows.saturating_add(found.len()) > most {
            let message = format!("it has more than {most} rows");
            return Err(ReportError::Corrupt { path: path.to_owned(), message });
        }
        let rows: Vec<usize> = (0..n_rows).collect();
        found.extend(whole_rows(&table, group, &rows).map_err(|error| read_error(path, error))?);
    }
    Ok(found)
}

/// The rows of a row group that have this line: theirs, or one of as many as they have from there on.
fn rows_of_line(
    table: &Table,
    group: usize,
    (column, counts): (usize, Option<usize>),
    line: u64,
) -> Result<Vec<usize>, ParquetError> {
    let mut rows = Vec::new();
    if let Some(counts) = counts {
        let integers = |column: usize| {
            let mut all = Vec::new();
            table.read(group, column, &mut |batch| {
                let Values::I64(values) = batch.values else { return Ok(()) };
                all.extend(batch.places().map(|place| u64::try_from(values[place?]).ok()));
                Ok(())
            })?;
            Ok::<_, ParquetError>(all)
        };
        let (firsts, counts) = (integers(column)?, integers(counts)?);
        let is_it = |first: Option<u64>, count: Option<u64>| {
            first.zip(count).is_some_and(|(first, count)| line >= first && line - first < count)
        };
        let both = firsts.into_iter().zip(counts).enumerate();
        return Ok(both.filter_map(|(row, (first, count))| is_it(first, count).then_some(row)).collect());
    }
    let mut first = 0;
    table.read(group, column, &mut |batch| {
        let Values::I64(lines) = batch.values else { return Ok(()) };
        let is_it = |place: Option<usize>| place.is_some_and(|place| u64::try_from(lines[place]) == Ok(line));
        rows.extend((first..).zip(batch.places()).filter(|(_, place)| is_it(*place)).map(|(row, _)| row));
        first += batch.rows;
        Ok(())
    })?;
    Ok(rows)
}

/// Some rows of a row group, given in their order.
fn whole_rows(table: &Table, group: usize, rows: &[usize]) -> Result<Vec<FoundRow>, ParquetError> {
    let mut found = vec![FoundRow::new(); rows.len()];
    for column in 0..table.columns() {
        for (row, cell) in found.iter_mut().zip(cells(table, group, column, rows)?) {
            row.extend(cell.map(|cell| (table.name(column).to_owned(), cell)));
        }
    }
    Ok(found)
}

/// What some rows of a row group, given in their order, have in a column.
pub(crate) fn cells(
    table: &Table,
    group: usize,
    column: usize,
    rows: &[usize],
) -> Result<Vec<Option<Cell>>, ParquetError> {
    let mut cells = vec![None; rows.len()];
    if rows.is_empty() || table.kind(column) == Kind::Other {
        return Ok(cells);
    }
    let mut wanted = rows.iter().zip(&mut cells).peekable();
    let mut first = 0;
    table.read(group, column, &mut |batch| {
        let end = first + batch.rows;
        if wanted.peek().is_some_and(|(row, _)| **row < end) {
            for (row, place) in (first..).zip(batch.places()) {
                if let Some((_, cell)) = wanted.next_if(|(wanted, _)| **wanted == row) {
                    *cell = place.map(|place| cell_of(batch.values, place)).transpose()?.flatten();
                }
            }
        }
        first = end;
        Ok(())
    })?;
    Ok(cells)
}

fn cell_of(values: Values<'_>, place: usize) -> Result<Option<Cell>, ParquetError> {
    Ok(match values {
        Values::Bytes(texts) => Some(Cell::Text(texts[place].as_utf8()?.to_owned())),
        Values::I64(integers) => Some(Cell::Integer(integers[place])),
        Values::F64(reals) => Some(Cell::Real(reals[place])),
        Values::I32(_) | Values::Fixed(_) | Values::Other => None,
    })
}
