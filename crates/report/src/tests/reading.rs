//! What is read from tables by column, compared with what arrow's own reader reads.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, Float32Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray,
};
use arrow::datatypes::Int64Type;
use expect_test::expect;
use parquet::arrow::ArrowWriter;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use crate::seal::{self, Hashed};
use crate::tests::read::{RecordRow, columns, render, scratch};
use crate::{By, Cell, FoundRow, RecordColumns, TableWriter, find_rows, inspect};

/// Writes a table of records in row groups of so many rows.
fn write_groups(path: &Path, rows: &[RecordRow<'_>], group_rows: usize) {
    let mut writer = TableWriter::create::<RecordColumns<'_>>(path, ()).unwrap();
    writer.write(&rows.chunks(group_rows).map(columns).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
}

/// A row as [`render`] shows it, but for the columns that are null.
fn show(row: &FoundRow) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => format!("{text:?}"),
        Cell::Integer(integer) => integer.to_string(),
        Cell::Real(real) => format!("{real:?}"),
    };
    row.iter().map(|(name, value)| format!("{name}: {}", cell(value))).collect::<Vec<_>>().join("\n")
}

/// What [`find_rows`] is to find.
fn filter(rendered: &str, file: &str, line: u64) -> Vec<String> {
    let (file, line) = (format!("file: {file:?}"), format!("line: {line}"));
    let rows = rendered.split("--\n").map(|row| row.lines().collect::<Vec<_>>());
    let rows = rows.filter(|row| row.contains(&&*file) && row.contains(&&*line));
    rows.map(|mut row| {
        row.retain(|line| !line.ends_with(": null"));
        row.join("\n")
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Several rows about a line, in one row group or in several, with nulls anywhere, and more rows than are decoded
    /// at a time.
    #[test]
    fn rows_about_a_line_are_what_arrow_reads(
        rows in 1_usize..6000,
        group_rows in 900_usize..4000,
        lines in 1_u64..3000,
        gaps in 1_u64..5,
        line in 0_u64..3000,
    ) {
        let row = |nth: u64| RecordRow {
            file: ["a.jsonl", "b.jsonl"][(nth / 7 % 2) as usize],
            line: nth % lines,
            byte_offset: nth * 131,
            format: nth.is_multiple_of(gaps).then_some("converse"),
            tokens: nth.is_multiple_of(gaps + 1).then_some(nth % 97),
            digest: nth.is_multiple_of(gaps + 2).then_some(u128::from(nth) << 70),
            label: (nth % 3000 > 1500).then_some("é\u{1f600}"),
            verdict: "kept",
            ..RecordRow::default()
        };
        let (_directory, path) = scratch();
        write_groups(&path, &(0..rows as u64).map(row).collect::<Vec<_>>(), group_rows);
        let rendered = render(&path);
        for file in ["a.jsonl", "b.jsonl", "c.jsonl"] {
            for line in [line, line % lines] {
                let found: Vec<String> = find_rows(&path, By::Input, file, line).unwrap().iter().map(show).collect();
                prop_assert_eq!(found, filter(&rendered, file, line));
            }
        }
        prop_assert_eq!(inspect(&path).unwrap().rows, rows as u64);
    }
}

fn properties() -> WriterProperties {
    let blank = KeyValue::new(seal::KEY.to_owned(), seal::BLANK.to_owned());
    WriterProperties::builder().set_key_value_metadata(Some(vec![blank])).build()
}

/// A later version may write what this one does not.
#[test]
fn columns_of_other_types_are_decoded_and_not_shown() {
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), None]);
    let bytes = FixedSizeBinaryArray::try_from_iter([[1_u8, 2, 3], [4, 5, 6]].iter()).unwrap();
    let columns: [(&str, ArrayRef); 7] = [
        ("file", Arc::new(StringArray::from(vec![Some("a.jsonl"), None]))),
        ("line", Arc::new(Int64Array::from(vec![Some(3), Some(3)]))),
        ("flag", Arc::new(BooleanArray::from(vec![true, false]))),
        ("small", Arc::new(Int32Array::from(vec![None, Some(1)]))),
        ("short", Arc::new(Float32Array::from(vec![0.5, 1.5]))),
        ("list", Arc::new(list)),
        ("bytes", Arc::new(bytes)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let (_directory, path) = scratch();
    let file = Hashed::new(File::create_new(&path).unwrap(), ());
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties())).unwrap();
    writer.write(&batch).unwrap();
    writer.flush().unwrap();
    writer.inner_mut().begin_footer();
    writer.into_inner().unwrap().seal().unwrap();

    let info = inspect(&path).unwrap();
    assert_eq!((info.rows, info.columns.join(" ").as_str()), (2, "file line flag small short list bytes"));
    let found: Vec<String> = find_rows(&path, By::Input, "a.jsonl", 3).unwrap().iter().map(show).collect();
    assert_eq!(found, ["file: \"a.jsonl\"\nline: 3"]);
}

#[test]
fn text_that_is_not_utf_8_is_an_error() {
    let (_directory, path) = scratch();
    let schema = Arc::new(parse_message_type("message t { required binary file (UTF8); }").unwrap());
    let file = Hashed::new(File::create_new(&path).unwrap(), ());
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let texts: Vec<ByteArray> = ["a", "a", "\u{e9}"].map(ByteArray::from).into();
    let cut = ByteArray::from(vec![0xc3]);
    column.typed::<ByteArrayType>().write_batch(&[&texts[..], &[cut]].concat(), None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.flush().unwrap();
    writer.inner_mut().begin_footer();
    writer.into_inner().unwrap().seal().unwrap();

    let message = inspect(&path).unwrap_err().to_string().replace(path.to_str().unwrap(), "PATH");
    expect![[r#"
        PATH: not a valid table: column `file` has text that is not UTF-8
        hint: the file was truncated or changed after it was written; run the build again"#]]
    .assert_eq(&message);
}
