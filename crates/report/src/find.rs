//! Finding: the rows of a table that are about one line of one input. Only their columns are decoded in full.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::seal::{self, Seal};

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

/// The rows whose `file` and `line` are these, in the order of the table.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns.
pub fn find_rows(path: &Path, file: &str, line: u64) -> Result<Vec<FoundRow>, ReportError> {
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
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| read_error(path, error))?;
    for (name, kind) in [("file", DataType::Utf8), ("line", DataType::Int64)] {
        if builder.schema().field_with_name(name).ok().map(Field::data_type) != Some(&kind) {
            return Err(corrupt(format!("it has no column `{name}` as bedload writes it")));
        }
    }
    let wanted = file.to_owned();
    let place = ProjectionMask::columns(builder.parquet_schema(), ["file", "line"]);
    let is_wanted = ArrowPredicateFn::new(place, move |batch: RecordBatch| {
        let missing = || ArrowError::SchemaError("file and line are read".to_owned());
        let files = batch.column_by_name("file").and_then(|column| column.as_string_opt::<i32>());
        let lines = batch.column_by_name("line").and_then(|column| column.as_primitive_opt::<Int64Type>());
        let (files, lines) = (files.ok_or_else(missing)?, lines.ok_or_else(missing)?);
        let is_it = |row| {
            files.is_valid(row)
                && lines.is_valid(row)
                && u64::try_from(lines.value(row)) == Ok(line)
                && files.value(row) == wanted
        };
        Ok((0..batch.num_rows()).map(|row| Some(is_it(row))).collect::<BooleanArray>())
    });
    let filter = RowFilter::new(vec![Box::new(is_wanted)]);
    let reader = builder.with_row_filter(filter).build().map_err(|error| read_error(path, error))?;
    let mut found = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| corrupt(error.to_string()))?;
        found.extend((0..batch.num_rows()).map(|row| row_of(&batch, row)));
    }
    Ok(found)
}

fn row_of(batch: &RecordBatch, row: usize) -> FoundRow {
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name());
    names.zip(batch.columns()).filter_map(|(name, column)| Some((name.clone(), cell(column, row)?))).collect()
}

fn cell(column: &ArrayRef, row: usize) -> Option<Cell> {
    if column.is_null(row) {
        return None;
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        return Some(Cell::Text(texts.value(row).to_owned()));
    }
    if let Some(integers) = column.as_primitive_opt::<Int64Type>() {
        return Some(Cell::Integer(integers.value(row)));
    }
    column.as_primitive_opt::<Float64Type>().map(|reals| Cell::Real(reals.value(row)))
}
