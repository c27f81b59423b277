//! Columns of a row group, as plain values.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use rayon::prelude::*;

use crate::error::ReportError;
use crate::find::{Cell, cells};
use crate::inspect::read_error;
use crate::lines::each;
use crate::read::{Kind, Table, Values};
use crate::sides::{column_of, open};

/// A table of which columns are read.
pub(crate) struct Columns {
    path: PathBuf,
    table: Table,
}

/// Texts of few kinds: for each row, its place in a list; none for null.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) rows: Vec<Option<u32>>,
    pub(crate) list: Vec<String>,
}

impl Words {
    /// The text of a row.
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        self.list.get(self.rows.get(row).copied()?? as usize).map(String::as_str)
    }
}

impl Columns {
    pub(crate) fn open(path: &Path) -> Result<Self, ReportError> {
        Ok(Self { path: path.to_owned(), table: open(path)? })
    }

    pub(crate) fn groups(&self) -> usize {
        self.table.groups()
    }

    /// Rows of the whole table, as its footer says.
    pub(crate) fn rows(&self) -> u64 {
        u64::try_from(self.table.footer().num_rows()).unwrap_or(0)
    }

    /// What a function makes of each row group, in their order.
    pub(crate) fn each<T: Send>(
        &self,
        make: impl Fn(usize) -> Result<T, ReportError> + Send + Sync,
    ) -> Result<Vec<T>, ReportError> {
        (0..self.groups()).into_par_iter().map(make).collect()
    }

    fn column(&self, name: &str, kind: Kind) -> Result<usize, ReportError> {
        column_of(&self.table, &self.path, name, kind)
    }

    fn wrong(&self, error: ParquetError) -> ReportError {
        read_error(&self.path, error)
    }

    /// A column of texts that recur.
    pub(crate) fn words(&self, group: usize, name: &str) -> Result<Words, ReportError> {
        let column = self.column(name, Kind::Text)?;
        let mut words = Words::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        // Neighbours mostly have the same text.
        let mut last: Option<u32> = None;
        let read = each(&self.table, group, column, |text| {
            let number = text.map(|text| match last.filter(|&last| words.list[last as usize] == text) {
                Some(same) => same,
                None => *known.entry(text.to_owned()).or_insert_with_key(|text| {
                    words.list.push(text.clone());
                    words.list.len() as u32 - 1
                }),
            });
            last = number.or(last);
            words.rows.push(number);
            Ok(())
        });
        read.map_err(|error| self.wrong(error))?;
        Ok(words)
    }

    /// A column of counts or places; none for null, and for what is none of either.
    pub(crate) fn integers(&self, group: usize, name: &str) -> Result<Vec<Option<u64>>, ReportError> {
        let column = self.column(name, Kind::Integer)?;
        let mut rows = Vec::new();
        let read = self.table.read(group, column, &mut |batch| {
            if let Values::I64(values) = batch.values {
                rows.extend(batch.places().map(|place| u64::try_from(values[place?]).ok()));
            }
            Ok(())
        });
        read.map_err(|error| self.wrong(error))?;
        Ok(rows)
    }

    /// A column of measures; zero for null.
    pub(crate) fn reals(&self, group: usize, name: &str) -> Result<Vec<f64>, ReportError> {
        let column = self.column(name, Kind::Real)?;
        let mut rows = Vec::new();
        let read = self.table.read(group, column, &mut |batch| {
            if let Values::F64(values) = batch.values {
                rows.extend(batch.places().map(|place| place.map_or(0.0, |place| values[place])));
            }
            Ok(())
        });
        read.map_err(|error| self.wrong(error))?;
        Ok(rows)
    }

    /// A column of hashes in hexadecimal digits; zero for null.
    pub(crate) fn hashes(&self, group: usize, name: &str) -> Result<Vec<u64>, ReportError> {
        let column = self.column(name, Kind::Text)?;
        let mut rows = Vec::new();
        let read = each(&self.table, group, column, |text| {
            rows.push(text.and_then(|text| u64::from_str_radix(text, 16).ok()).unwrap_or(0));
            Ok(())
        });
        read.map_err(|error| self.wrong(error))?;
        Ok(rows)
    }

    /// A column in some rows of a group, given in their order, as text; none for null, and where there is no such column.
    pub(crate) fn texts(
        &self,
        group: usize,
        name: &str,
        rows: &[usize],
    ) -> Result<Vec<Option<String>>, ReportError> {
        let Some(column) = (0..self.table.columns()).find(|&column| self.table.name(column) == name) else {
            return Ok(vec![None; rows.len()]);
        };
        let cells = cells(&self.table, group, column, rows).map_err(|error| self.wrong(error))?;
        let text = |cell: Cell| match cell {
            Cell::Text(text) => text,
            Cell::Integer(n) => n.to_string(),
            Cell::Real(value) => value.to_string(),
        };
        Ok(cells.into_iter().map(|cell| cell.map(text)).collect())
    }
}
