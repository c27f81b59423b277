//! How the tests write and read tables: small wrappers, no rules.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use tempfile::TempDir;

use crate::{
    Digests, DuplicateColumns, Hashes, Integers, Reals, RecordColumns, ReportError, Row, RowWriter,
    TableSummary, TableWriter, Texts, Words,
};

/// Writes rows to a new table.
pub(crate) fn write<R: Row>(path: &Path, rows: Vec<R>) -> Result<TableSummary, ReportError> {
    let mut writer = RowWriter::create(path, ())?;
    writer.push(rows)?;
    writer.finish().map(|(summary, ())| summary)
}

/// One row of `records`, so that a test can write it down.
#[derive(Clone, Default)]
pub(crate) struct RecordRow<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: u64,
    pub(crate) record: u64,
    pub(crate) byte_offset: u64,
    pub(crate) bytes: u64,
    pub(crate) format: Option<&'a str>,
    pub(crate) tokens: Option<u64>,
    pub(crate) tokens_by_speaker: [Option<u64>; 5],
    pub(crate) characters: [Option<u64>; 3],
    pub(crate) digest: Option<u128>,
    pub(crate) label: Option<&'a str>,
    pub(crate) verdict: &'a str,
    pub(crate) reason: Option<&'a str>,
    pub(crate) split: Option<&'a str>,
    pub(crate) shard: Option<&'a str>,
    pub(crate) shard_line: Option<u64>,
    pub(crate) group: Option<u64>,
    pub(crate) duplicate_of_file: Option<&'a str>,
    pub(crate) duplicate_of_line: Option<u64>,
    pub(crate) codes: Option<&'a str>,
    pub(crate) source: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
    pub(crate) turns: Option<u64>,
    pub(crate) shard_lines: Option<u64>,
    pub(crate) origin_file: Option<&'a str>,
    pub(crate) origin_line: Option<u64>,
}

/// Rows as columns.
pub(crate) fn columns<'a>(rows: &'a [RecordRow<'a>]) -> RecordColumns<'a> {
    let integers = |of: fn(&RecordRow<'_>) -> Option<u64>| Integers::new(rows.len(), move |n| of(&rows[n]));
    let words = |of: fn(&RecordRow<'a>) -> Option<&'a str>| {
        let words: Vec<&str> = rows.iter().filter_map(of).collect();
        let words: &'a [&str] = words.leak();
        let find = |word| words.iter().position(|&other| other == word);
        Words::new(rows.len(), words, move |n| of(&rows[n]).and_then(find))
    };
    RecordColumns {
        rows: rows.len(),
        file: words(|row| Some(row.file)),
        line: integers(|row| Some(row.line)),
        record: integers(|row| Some(row.record)),
        byte_offset: integers(|row| Some(row.byte_offset)),
        bytes: integers(|row| Some(row.bytes)),
        format: words(|row| row.format),
        tokens: integers(|row| row.tokens),
        tokens_prompt: integers(|row| row.tokens_by_speaker[0]),
        tokens_completion: integers(|row| row.tokens_by_speaker[1]),
        tokens_system: integers(|row| row.tokens_by_speaker[2]),
        tokens_user: integers(|row| row.tokens_by_speaker[3]),
        tokens_assistant: integers(|row| row.tokens_by_speaker[4]),
        characters: integers(|row| row.characters[0]),
        tokens_by_6: integers(|row| row.characters[1]),
        tokens_by_3: integers(|row| row.characters[2]),
        digest: Digests::new(rows.len(), |n| rows[n].digest),
        label: words(|row| row.label),
        verdict: words(|row| Some(row.verdict)),
        reason: words(|row| row.reason),
        split: words(|row| row.split),
        shard: words(|row| row.shard),
        shard_line: integers(|row| row.shard_line),
        group: Hashes::new(rows.len(), |n| rows[n].group),
        duplicate_of_file: words(|row| row.duplicate_of_file),
        duplicate_of_line: integers(|row| row.duplicate_of_line),
        codes: words(|row| row.codes),
        source: words(|row| row.source),
        id: Texts::new(rows.len(), |n| rows[n].id),
        turns: integers(|row| row.turns),
        shard_lines: integers(|row| row.shard_lines),
        origin_file: words(|row| row.origin_file),
        origin_line: integers(|row| row.origin_line),
    }
}

/// Writes a table of records in one row group.
pub(crate) fn write_records(path: &Path, rows: &[RecordRow<'_>]) -> Result<TableSummary, ReportError> {
    let mut writer = TableWriter::create::<RecordColumns<'_>>(path, ())?;
    if !rows.is_empty() {
        writer.write(&[columns(rows)])?;
    }
    writer.finish().map(|(summary, ())| summary)
}

/// Writes a table of one duplicate, all of whose words are the given ones.
pub(crate) fn write_duplicate(path: &Path, words: &[&str; 3]) -> Result<TableSummary, ReportError> {
    let word = |n| Words::new(1, words, move |_| Some(n));
    let integer = |n| Integers::new(1, move |_| Some(n));
    let columns = DuplicateColumns {
        rows: 1,
        file: word(0),
        line: integer(17),
        byte_offset: integer(1024),
        survivor_file: word(1),
        survivor_line: integer(1),
        survivor_byte_offset: integer(0),
        method: word(2),
        similarity: Reals::new(1, |_| 1.0),
        group: Hashes::new(1, |_| Some(7)),
        digest: Digests::new(1, |_| Some(0xab)),
        id: Texts::new(1, |_| Some("t-1")),
        survivor_id: Texts::new(1, |_| None),
    };
    let mut writer = TableWriter::create::<DuplicateColumns<'_>>(path, ())?;
    writer.write(&[columns])?;
    writer.finish().map(|(summary, ())| summary)
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
