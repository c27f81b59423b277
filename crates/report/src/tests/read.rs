//! How the tests write and read tables: small wrappers, no rules.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use tempfile::TempDir;

use crate::{ReportError, Row, TableSummary, TableWriter};

/// Writes rows to a new table.
pub(crate) fn write<R: Row>(path: &Path, rows: Vec<R>) -> Result<TableSummary, ReportError> {
    let mut writer = TableWriter::create(path)?;
    writer.push(rows)?;
    writer.finish()
}

/// An empty directory and the path of a table in it.
pub(crate) fn scratch() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("table.parquet");
    (directory, path)
}

pub(crate) fn metadata(path: &Path) -> ParquetMetaData {
    ParquetMetaDataReader::new().parse_and_finish(&File::open(path).unwrap()).unwrap()
}

pub(crate) fn batches(path: &Path) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    builder.build().unwrap().map(Result::unwrap).collect()
}

/// A table as text, one block per row and one line per column, so that wide tables can be read in a diff.
pub(crate) fn render(path: &Path) -> String {
    let mut text = String::new();
    for batch in batches(path) {
        for row in 0..batch.num_rows() {
            text.push_str("--\n");
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                writeln!(text, "{}: {}", field.name(), cell(column, row)).unwrap();
            }
        }
    }
    text
}

fn cell(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "null".to_owned();
    }
    match column.data_type() {
        DataType::Utf8 => format!("{:?}", column.as_string::<i32>().value(row)),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => format!("{:?}", column.as_primitive::<Float64Type>().value(row)),
        other => panic!("no table has a column of type {other}"),
    }
}
