//! Where the lines of a converted file are from: the rows of the report of its conversion, by what they became.

use std::path::Path;

use parquet::errors::ParquetError;
use rayon::prelude::*;

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::lines::{each, unknown};
use crate::read::{Kind, Table, Values};
use crate::sides::{column_of, corrupt, open};
use crate::writer::groups_at_once;

/// A line of a source, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination<'a> {
    /// The source: the first one, where its records were converted before.
    pub file: &'a str,
    /// The line there, from 1.
    pub line: u64,
    /// The first line that was made of it, from 1.
    pub first: u64,
    /// How many lines were made of it.
    pub lines: u64,
}

/// Hands over what was made of each line that was kept, or of each that was rejected, in the order of the table. Only
/// the columns that say so are read; some row groups are held at a time.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns; and where `take` finds that a row
/// cannot be.
pub fn read_destinations(
    path: &Path,
    are_rejected: bool,
    mut take: impl FnMut(Destination<'_>) -> Option<()>,
) -> Result<(), ReportError> {
    let table = open(path)?;
    let text = |name: &str| column_of(&table, path, name, Kind::Text);
    let integer = |name: &str| column_of(&table, path, name, Kind::Integer);
    let columns = Columns {
        wanted: if are_rejected { "rejected" } else { "kept" },
        verdict: text("verdict")?,
        files: [text("file")?, text("origin_file")?],
        lines: [integer("line")?, integer("origin_line")?],
        first: integer("shard_line")?,
        count: integer("shard_lines")?,
    };
    let groups: Vec<usize> = (0..table.groups()).collect();
    for groups in groups.chunks(groups_at_once()) {
        let read = groups.par_iter().map(|&group| columns.read(&table, group));
        let read: Vec<Group> = read.collect::<Result<_, _>>().map_err(|error| read_error(path, error))?;
        for Group { files, rows } in &read {
            for &(file, line, first, lines) in rows {
                let destination = Destination { file: &files[file as usize], line, first, lines };
                let message = || format!("no line was made of {}:{line} where it says", destination.file);
                take(destination).ok_or_else(|| corrupt(path, message()))?;
            }
        }
    }
    Ok(())
}

struct Columns {
    wanted: &'static str,
    verdict: usize,
    /// Of the input, and of the first source where that is another.
    files: [usize; 2],
    lines: [usize; 2],
    first: usize,
    count: usize,
}

/// The rows of a row group: file, line, first line that was made of it, and how many; files are indices into a list.
struct Group {
    files: Vec<String>,
    rows: Vec<(u32, u64, u64, u64)>,
}

impl Columns {
    fn read(&self, table: &Table, group: usize) -> Result<Group, ParquetError> {
        let mut is_wanted = Vec::new();
        each(table, group, self.verdict, |verdict| {
            is_wanted.push(verdict == Some(self.wanted));
            Ok(())
        })?;
        let mut files: Vec<String> = Vec::new();
        let mut of_row: [Vec<Option<u32>>; 2] = Default::default();
        for (column, of_row) in self.files.into_iter().zip(&mut of_row) {
            each(table, group, column, |name| {
                // Lines of one file are neighbours.
                if let Some(name) = name.filter(|name| files.last().is_none_or(|last| last != name)) {
                    files.push(name.to_owned());
                }
                of_row.push(name.map(|_| files.len() as u32 - 1));
                Ok(())
            })?;
        }
        let numbers = |column: usize| {
            let mut numbers: Vec<Option<u64>> = Vec::with_capacity(is_wanted.len());
            table.read(group, column, &mut |batch| {
                let Values::I64(values) = batch.values else { return Ok(()) };
                numbers.extend(batch.places().map(|place| u64::try_from(values[place?]).ok()));
                Ok(())
            })?;
            Ok::<_, ParquetError>(numbers)
        };
        let [lines, origins] = self.lines.map(numbers);
        let (lines, origins) = (lines?, origins?);
        let (first, count) = (numbers(self.first)?, numbers(self.count)?);
        let rows = is_wanted.len();
        let lengths =
            [of_row[0].len(), of_row[1].len(), lines.len(), origins.len(), first.len(), count.len()];
        if lengths.iter().any(|&len| len != rows) {
            return Err(unknown("columns of different lengths"));
        }
        let row = |row: usize| {
            let origin = of_row[1][row].zip(origins[row]);
            let (file, line) = origin.or_else(|| of_row[0][row].zip(lines[row]))?;
            Some((file, line, first[row]?, count[row]?))
        };
        Ok(Group { files, rows: (0..rows).filter(|&row| is_wanted[row]).filter_map(row).collect() })
    }
}
