//! Round trips: what is put in a row is what another reader finds in the column of that name.

use std::path::Path;

use expect_test::{Expect, expect};

use crate::tests::read::{RecordRow, render, scratch, write, write_duplicate, write_records};
use crate::{
    DuplicateColumns, FindingRow, Group, LabelRow, RecordColumns, ReportError, Row, SummaryRow, TableSummary,
    VariantRow, inspect,
};

fn check<R: Row>(rows: Vec<R>, expected: &Expect) {
    let n_rows = rows.len() as u64;
    check_table::<Vec<R>>(n_rows, |path| write(path, rows), expected);
}

fn check_table<G: Group>(
    n_rows: u64,
    write: impl FnOnce(&Path) -> Result<TableSummary, ReportError>,
    expected: &Expect,
) {
    let (_directory, path) = scratch();
    let summary = write(&path).unwrap();
    assert_eq!(summary.rows, n_rows);
    assert_eq!(summary.bytes, std::fs::metadata(&path).unwrap().len());
    let info = inspect(&path).unwrap();
    assert_eq!((info.rows, info.bytes), (n_rows, summary.bytes));
    assert_eq!(info.table.as_deref(), Some(G::TABLE));
    expected.assert_eq(&render(&path));
}

#[test]
fn records() {
    let kept = RecordRow {
        file: "a.jsonl",
        line: 1,
        byte_offset: 0,
        bytes: 120,
        format: Some("converse"),
        tokens: Some(30),
        tokens_by_speaker: [20, 10, 3, 17, 10].map(Some),
        characters: [100, 17, 34].map(Some),
        digest: Some(0xab),
        label: Some("größe 😀"),
        verdict: "kept",
        split: Some("train"),
        shard: Some("train/part-00000.jsonl"),
        shard_line: Some(1),
        group: Some(u64::MAX),
        codes: Some("schema/short,text/space"),
        ..RecordRow::default()
    };
    let duplicate = RecordRow {
        file: "b.jsonl",
        line: 17,
        record: 15,
        byte_offset: 1 << 40,
        bytes: 120,
        digest: Some(u128::MAX),
        verdict: "duplicate",
        duplicate_of_file: Some("a.jsonl"),
        duplicate_of_line: Some(1),
        ..RecordRow::default()
    };
    check_table::<RecordColumns<'_>>(
        2,
        |path| write_records(path, &[kept, duplicate]),
        &expect![[r#"
            --
            file: "a.jsonl"
            line: 1
            record: 0
            byte_offset: 0
            bytes: 120
            format: "converse"
            tokens: 30
            tokens_prompt: 20
            tokens_completion: 10
            tokens_system: 3
            tokens_user: 17
            tokens_assistant: 10
            characters: 100
            tokens_by_6: 17
            tokens_by_3: 34
            digest: "000000000000000000000000000000ab"
            label: "größe 😀"
            verdict: "kept"
            reason: null
            split: "train"
            shard: "train/part-00000.jsonl"
            shard_line: 1
            group: "ffffffffffffffff"
            duplicate_of_file: null
            duplicate_of_line: null
            codes: "schema/short,text/space"
            source: null
            id: null
            turns: null
            shard_lines: null
            origin_file: null
            origin_line: null
            --
            file: "b.jsonl"
            line: 17
            record: 15
            byte_offset: 1099511627776
            bytes: 120
            format: null
            tokens: null
            tokens_prompt: null
            tokens_completion: null
            tokens_system: null
            tokens_user: null
            tokens_assistant: null
            characters: null
            tokens_by_6: null
            tokens_by_3: null
            digest: "ffffffffffffffffffffffffffffffff"
            label: null
            verdict: "duplicate"
            reason: null
            split: null
            shard: null
            shard_line: null
            group: null
            duplicate_of_file: "a.jsonl"
            duplicate_of_line: 1
            codes: null
            source: null
            id: null
            turns: null
            shard_lines: null
            origin_file: null
            origin_line: null
        "#]],
    );
}

#[test]
fn findings() {
    let in_record = FindingRow {
        file: Some("a.jsonl".into()),
        line: Some(3),
        column: Some(12),
        byte_offset: Some(4096),
        record: Some(2),
        pointer: Some("/messages/0/content".into()),
        code: "schema/empty-content".into(),
        severity: "error".into(),
        message: "the content is empty".into(),
        source: "nova-lite".into(),
        id: Some("q-17".into()),
        fingerprint: "0123456789abcdef".into(),
        origin_file: Some("raw.csv".into()),
        origin_line: Some(4),
    };
    let in_data_set = FindingRow {
        code: "split/too-few".into(),
        severity: "warning".into(),
        message: format!("{} records", 3).into(),
        source: "bedload".into(),
        ..FindingRow::default()
    };
    check(
        vec![in_record, in_data_set],
        &expect![[r#"
            --
            file: "a.jsonl"
            line: 3
            column: 12
            byte_offset: 4096
            record: 2
            pointer: "/messages/0/content"
            code: "schema/empty-content"
            severity: "error"
            message: "the content is empty"
            source: "nova-lite"
            id: "q-17"
            fingerprint: "0123456789abcdef"
            origin_file: "raw.csv"
            origin_line: 4
            --
            file: null
            line: null
            column: null
            byte_offset: null
            record: null
            pointer: null
            code: "split/too-few"
            severity: "warning"
            message: "3 records"
            source: "bedload"
            id: null
            fingerprint: ""
            origin_file: null
            origin_line: null
        "#]],
    );
}

#[test]
fn duplicates() {
    check_table::<DuplicateColumns<'_>>(
        1,
        |path| write_duplicate(path, &["b.jsonl", "a.jsonl", "exact"]),
        &expect![[r#"
            --
            file: "b.jsonl"
            line: 17
            byte_offset: 1024
            survivor_file: "a.jsonl"
            survivor_line: 1
            survivor_byte_offset: 0
            method: "exact"
            similarity: 1.0
            group: "0000000000000007"
            digest: "000000000000000000000000000000ab"
            id: "t-1"
            survivor_id: null
        "#]],
    );
}

#[test]
fn labels() {
    let before = LabelRow { label: "yes", stage: "before", records: 3, share: 0.75, ..LabelRow::default() };
    let after = LabelRow {
        label: "no",
        stage: "after",
        split: Some("train"),
        records: 1,
        share: 0.1,
        variants: Some("No,NO".into()),
    };
    check(
        vec![before, after],
        &expect![[r#"
        --
        label: "yes"
        stage: "before"
        split: null
        records: 3
        share: 0.75
        variants: null
        --
        label: "no"
        stage: "after"
        split: "train"
        records: 1
        share: 0.1
        variants: "No,NO"
    "#]],
    );
}

#[test]
fn summary() {
    let rows = [("records", "all", 9_007_199_254_740_992.0), ("share", "a.jsonl", f64::MIN_POSITIVE)];
    let rows =
        rows.map(|(metric, scope, value)| SummaryRow { metric: metric.into(), scope: scope.into(), value });
    check(
        rows.to_vec(),
        &expect![[r#"
        --
        metric: "records"
        scope: "all"
        value: 9007199254740992.0
        --
        metric: "share"
        scope: "a.jsonl"
        value: 2.2250738585072014e-308
    "#]],
    );
}

#[test]
fn variants() {
    let row = VariantRow {
        shard: "train.jsonl",
        shard_line: 9,
        parent_file: "a.jsonl",
        parent_line: 1,
        template: "case".into(),
        seed: 42,
        ..VariantRow::default()
    };
    check(
        vec![row],
        &expect![[r#"
        --
        shard: "train.jsonl"
        shard_line: 9
        parent_file: "a.jsonl"
        parent_line: 1
        template: "case"
        seed: "000000000000002a"
        label: null
        tokens: null
        digest: null
    "#]],
    );
}

#[test]
fn a_table_without_rows_is_a_table() {
    check_table::<RecordColumns<'_>>(0, |path| write_records(path, &[]), &expect![[""]]);
    check::<SummaryRow>(vec![], &expect![[""]]);
}
