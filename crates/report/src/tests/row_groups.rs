//! Where row groups end, and what each of them carries.

use expect_test::expect;
use parquet::basic::Compression;

use crate::tests::read::{RecordRow, columns, metadata, scratch, write, write_records};
use crate::{
    FindingRow, ROW_GROUP_ROWS, ROW_GROUP_TEXT_BYTES, RecordColumns, ReportError, RowWriter, SummaryRow,
    TableWriter, inspect, row_groups,
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
fn groups_give_one_file_however_they_are_spread_over_calls() {
    let rows: Vec<RecordRow<'_>> =
        (0..9).map(|n| RecordRow { line: n + 1, digest: Some(n.into()), ..RecordRow::default() }).collect();
    let bytes = |calls: &[usize]| {
        let (_directory, path) = scratch();
        let mut writer = TableWriter::create::<RecordColumns<'_>>(&path, ()).unwrap();
        let mut groups = rows.chunks(2).map(columns);
        for &n in calls {
            writer.write(&groups.by_ref().take(n).collect::<Vec<_>>()).unwrap();
        }
        assert_eq!(writer.finish().unwrap().0.rows, 9);
        assert_eq!(inspect(&path).unwrap().row_groups, [2, 2, 2, 2, 1]);
        std::fs::read(&path).unwrap()
    };
    let expected = bytes(&[5]);
    for calls in [&[1, 1, 1, 1, 1][..], &[0, 4, 1], &[2, 0, 3]] {
        assert!(bytes(calls) == expected, "{calls:?}");
    }
}

/// The cut of known rows is that of rows pushed one by one.
#[test]
fn rows_are_cut_by_text_only_where_that_can_matter() {
    let cut = |rows: u64, most: usize, text: &dyn Fn(u64) -> usize| {
        let groups = row_groups(std::path::Path::new("x"), rows, most, text).unwrap();
        assert!(groups.iter().zip(&groups[groups.len().min(1)..]).all(|(a, b)| a.end == b.start));
        groups.iter().map(|group| group.end - group.start).collect::<Vec<_>>()
    };
    let full = ROW_GROUP_ROWS as u64;
    assert_eq!(cut(0, 1, &|_| 1), []);
    assert_eq!(cut(full, 500, &|_| panic!("no row can matter")), [full]);
    assert_eq!(cut(2 * full + 1, 500, &|_| 1), [full, full, 1]);
    assert_eq!(cut(2 * full + 1, usize::MAX, &|_| 1), [full, full, 1]);
    let large = |row| if row == 5 { ROW_GROUP_TEXT_BYTES } else { 1 };
    assert_eq!(cut(full + 6, usize::MAX, &large), [6, full]);
    let too_long = row_groups(std::path::Path::new("x"), 3, usize::MAX, |row| (row as usize) << 30);
    assert!(matches!(too_long, Err(ReportError::TextTooLong { row: 2, .. })));
}

#[test]
fn a_tap_sees_the_bytes_of_the_file() {
    struct Copy(Vec<u8>);
    impl crate::Tap for Copy {
        fn next(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }
    let (_directory, path) = scratch();
    let mut writer = RowWriter::create(&path, Copy(Vec::new())).unwrap();
    writer.push(vec![SummaryRow { value: 0.5, ..SummaryRow::default() }; ROW_GROUP_ROWS + 5]).unwrap();
    let (_, Copy(bytes)) = writer.finish().unwrap();
    assert!(std::fs::read(&path).unwrap() == bytes);
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
    let mut writer = RowWriter::create(&path, ()).unwrap();
    writer.push(std::iter::repeat_with(finding).take(8192)).unwrap();
    assert_eq!(writer.finish().unwrap().0.rows, 8192);
    assert_eq!(inspect(&path).unwrap().rows, 8192);
}

#[test]
fn a_row_with_too_much_text_is_an_error() {
    let (_directory, path) = scratch();
    let message = "c".repeat((1 << 30) + 1);
    let row = FindingRow { message: message.into(), ..FindingRow::default() };
    let mut writer = RowWriter::create(&path, ()).unwrap();
    assert!(matches!(writer.push([row]), Err(ReportError::TextTooLong { row: 0, .. })));
}

#[test]
fn a_number_that_does_not_fit_is_an_error() {
    let (_directory, path) = scratch();
    let error = write_records(&path, &[RecordRow { line: 1 << 63, ..RecordRow::default() }]).unwrap_err();
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
    let error = TableWriter::create::<Vec<SummaryRow>>(&path, ()).err().unwrap();
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
    write_records(&path, &vec![RecordRow { line: 7, ..RecordRow::default() }; 3]).unwrap();
    let metadata = metadata(&path);
    for column in metadata.row_group(0).columns() {
        let name = column.column_path();
        // Hashes have bounds that say nothing.
        if ["digest", "group"].contains(&name.string().as_str()) {
            continue;
        }
        assert!(column.statistics().is_some(), "{name} has no statistics");
        assert!(column.column_index_offset().is_some(), "{name} has no column index");
        assert!(column.offset_index_offset().is_some(), "{name} has no offset index");
        assert!(matches!(column.compression(), Compression::ZSTD(_)), "{name} is not compressed");
    }
}
