//! Where row groups end, and what each of them carries.

use expect_test::expect;
use parquet::basic::Compression;

use crate::tests::read::{metadata, scratch, write};
use crate::{
    FindingRow, ROW_GROUP_ROWS, ROW_GROUP_TEXT_BYTES, RecordRow, ReportError, SummaryRow, TableWriter,
    inspect,
};

fn groups_of_summary(n_rows: usize) -> Vec<u64> {
    let (_directory, path) = scratch();
    write(&path, vec![SummaryRow::default(); n_rows]).unwrap();
    inspect(&path).unwrap().row_groups
}

#[test]
fn groups_end_by_rows() {
    let full = ROW_GROUP_ROWS as u64;
    assert_eq!(groups_of_summary(0), []);
    assert_eq!(groups_of_summary(1), [1]);
    assert_eq!(groups_of_summary(ROW_GROUP_ROWS), [full]);
    assert_eq!(groups_of_summary(ROW_GROUP_ROWS + 1), [full, 1]);
    // More groups than are ever held at a time.
    assert_eq!(
        groups_of_summary(9 * ROW_GROUP_ROWS + 5),
        [full, full, full, full, full, full, full, full, full, 5]
    );
}

#[test]
fn rows_give_one_file_however_they_are_pushed() {
    let rows = |n| vec![SummaryRow { value: 0.5, ..SummaryRow::default() }; n];
    for before in [0, 7] {
        let (_directory, path) = scratch();
        write(&path, rows(before + ROW_GROUP_ROWS + 5)).unwrap();
        let (_directory, grouped) = scratch();
        let mut writer = TableWriter::create(&grouped).unwrap();
        writer.push(rows(before)).unwrap();
        writer.push_group(rows(ROW_GROUP_ROWS)).unwrap();
        writer.push_group(rows(5)).unwrap();
        assert_eq!(writer.finish().unwrap().rows, (before + ROW_GROUP_ROWS + 5) as u64);
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&grouped).unwrap());
    }
}

#[test]
fn groups_end_by_text() {
    let message = "m".repeat(ROW_GROUP_TEXT_BYTES / 4);
    let finding = || FindingRow { message: message.as_str().into(), ..FindingRow::default() };
    let (_directory, path) = scratch();
    write(&path, std::iter::repeat_with(finding).take(9).collect()).unwrap();
    assert_eq!(inspect(&path).unwrap().row_groups, [4, 4, 1]);
}

/// arrow-rs#8247: 32-bit offsets overflow where one array holds 2 GiB of text.
#[test]
fn more_text_than_offsets_reach() {
    let message = "m".repeat(300 << 10);
    let finding = || FindingRow { message: message.as_str().into(), ..FindingRow::default() };
    let (_directory, path) = scratch();
    let mut writer = TableWriter::create(&path).unwrap();
    writer.push(std::iter::repeat_with(finding).take(8192)).unwrap();
    assert_eq!(writer.finish().unwrap().rows, 8192);
    assert_eq!(inspect(&path).unwrap().rows, 8192);
}

#[test]
fn a_row_with_too_much_text_is_an_error() {
    let (_directory, path) = scratch();
    let codes = "c".repeat((1 << 30) + 1);
    let row = RecordRow { codes: Some(codes.into()), ..RecordRow::default() };
    let mut writer = TableWriter::create(&path).unwrap();
    assert!(matches!(writer.push([row]), Err(ReportError::TextTooLong { row: 0, .. })));
}

#[test]
fn a_number_that_does_not_fit_is_an_error() {
    let (_directory, path) = scratch();
    let error = write(&path, vec![RecordRow { line: 1 << 63, ..RecordRow::default() }]).unwrap_err();
    let text = error.to_string().replace(path.to_str().unwrap(), "PATH");
    expect![[r#"
        PATH: 9223372036854775808 does not fit column line, which holds signed 64-bit integers
        hint: delete the file; this is a bug in bedload, please report it"#]]
    .assert_eq(&text);
}

#[test]
fn an_existing_file_is_left_alone() {
    let (_directory, path) = scratch();
    std::fs::write(&path, "mine").unwrap();
    let error = TableWriter::<SummaryRow>::create(&path).err().unwrap();
    let text = error.to_string().replace(path.to_str().unwrap(), "PATH");
    expect![[r#"
        PATH: could not be created: File exists (os error 17)
        hint: a table is never overwritten; choose an empty directory"#]]
    .assert_eq(&text);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

#[test]
fn every_column_has_statistics_and_a_page_index() {
    let (_directory, path) = scratch();
    write(&path, vec![RecordRow { line: 7, ..RecordRow::default() }; 3]).unwrap();
    let metadata = metadata(&path);
    for column in metadata.row_group(0).columns() {
        let name = column.column_path();
        assert!(column.statistics().is_some(), "{name} has no statistics");
        assert!(column.column_index_offset().is_some(), "{name} has no column index");
        assert!(column.offset_index_offset().is_some(), "{name} has no offset index");
        assert!(matches!(column.compression(), Compression::ZSTD(_)), "{name} is not compressed");
    }
}
