//! Where the lines of a converted file are from, as the table of records says it.

use expect_test::{Expect, expect};

use crate::tests::read::{RecordRow, columns, scratch};
use crate::{By, Destination, RecordColumns, TableWriter, find_rows, read_destinations};

fn row<'a>(file: &'a str, line: u64, verdict: &'a str, made: Option<(u64, u64)>) -> RecordRow<'a> {
    RecordRow {
        file,
        line,
        record: line - 1,
        verdict,
        shard: made.map(|_| if verdict == "kept" { "out.jsonl" } else { "rejected.jsonl" }),
        shard_line: made.map(|(first, _)| first),
        shard_lines: made.map(|(_, lines)| lines),
        ..RecordRow::default()
    }
}

/// One record became two lines, two became one, and one was converted before.
#[test]
fn a_line_is_found_from_either_end() {
    let rows = [
        row("a.jsonl", 1, "kept", Some((1, 2))),
        row("a.jsonl", 2, "rejected", Some((1, 1))),
        row("a.jsonl", 3, "kept", Some((3, 1))),
        row("b.jsonl", 1, "kept", Some((3, 1))),
        row("b.jsonl", 2, "unselected", None),
        RecordRow {
            origin_file: Some("raw.csv"),
            origin_line: Some(9),
            ..row("b.jsonl", 3, "kept", Some((4, 1)))
        },
    ];
    let (_directory, path) = scratch();
    let mut writer = TableWriter::create::<RecordColumns<'_>>(&path, ()).unwrap();
    writer.write(&rows.chunks(2).map(columns).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
    let check = |are_rejected: bool, expected: Expect| {
        let mut found = String::new();
        read_destinations(&path, are_rejected, |Destination { file, line, first, lines }| {
            found += &format!("{file}:{line} became {lines} from {first} on\n");
            Some(())
        })
        .unwrap();
        expected.assert_eq(&found);
    };
    check(
        false,
        expect![[r#"
            a.jsonl:1 became 2 from 1 on
            a.jsonl:3 became 1 from 3 on
            b.jsonl:1 became 1 from 3 on
            raw.csv:9 became 1 from 4 on
        "#]],
    );
    check(
        true,
        expect![[r#"
            a.jsonl:2 became 1 from 1 on
        "#]],
    );
    assert!(read_destinations(&path, false, |_| None).unwrap_err().to_string().contains("a.jsonl:1"));
    let lines = |by: By, file: &str, line: u64| {
        let text = |row: crate::FoundRow| format!("{:?} {:?}", row[0].1, row[1].1);
        find_rows(&path, by, file, line).unwrap().into_iter().map(text).collect::<Vec<_>>().join(", ")
    };
    expect![[r#"Text("a.jsonl") Integer(1)"#]].assert_eq(&lines(By::Output, "out.jsonl", 2));
    expect![[r#"Text("a.jsonl") Integer(3), Text("b.jsonl") Integer(1)"#]].assert_eq(&lines(
        By::Output,
        "out.jsonl",
        3,
    ));
    expect![[r#"Text("b.jsonl") Integer(3)"#]].assert_eq(&lines(By::Origin, "raw.csv", 9));
    assert_eq!(lines(By::Output, "out.jsonl", 5), "");
    assert_eq!(lines(By::Output, "out.jsonl", 0), "");
}
