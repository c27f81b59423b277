//! Tables as they are read, against the rows that were written.

use std::borrow::Cow;

use expect_test::{Expect, expect};

use super::*;
use crate::row_groups::RowWriter;
use crate::{BalanceRow, FindingRow, LabelRow, PiiRow};

/// Writes rows of a table, and reads what a page has of them.
fn check<R: crate::Row>(rows: impl Fn(usize) -> Option<R>, name: &str, is_named: bool) -> Tables {
    let dir = tempfile::tempdir().expect("a directory");
    let mut writer = RowWriter::create(&dir.path().join(format!("{name}.parquet")), ()).expect("created");
    writer.push((0..).map_while(rows)).expect("written");
    writer.finish().expect("finished");
    let own = [("a.jsonl".to_owned(), 10), ("b.jsonl".to_owned(), 10)].into_iter();
    let lines = Lines::new(own, std::iter::empty());
    Tables::read(dir.path(), &[name], &lines, Texts { labels: is_named, values: false }).expect("read")
}

fn show(found: &impl std::fmt::Debug, expected: &Expect) {
    expected.assert_eq(&format!("{found:?}"));
}

#[test]
fn findings_are_counted_by_code_and_the_first_are_read() {
    let row = |nth: usize| {
        let is_of_line = nth % 3 != 2;
        (nth < 20).then(|| FindingRow {
            file: is_of_line.then_some(Cow::Borrowed(if nth < 12 { "a.jsonl" } else { "b.jsonl" })),
            line: is_of_line.then_some(nth as u64 % 10 + 1),
            code: Cow::Borrowed(if is_of_line { "json/syntax" } else { "dataset/few-records" }),
            severity: Cow::Borrowed("error"),
            message: Cow::Owned(format!("message {nth}")),
            ..FindingRow::default()
        })
    };
    let found = check(row, "findings", false).findings;
    let shown: Vec<_> = found
        .iter()
        .map(|of| {
            let slices: Vec<(usize, u64)> =
                of.slices.iter().copied().enumerate().filter(|(_, n)| *n > 0).collect();
            let first: Vec<&str> = of.first.iter().map(|first| first.message.as_str()).collect();
            (&of.code, of.n, slices.len(), slices.iter().map(|(_, n)| n).sum::<u64>(), first)
        })
        .collect();
    show(
        &shown,
        &expect![[
            r#"[("dataset/few-records", 6, 0, 0, ["message 2", "message 5", "message 8", "message 11", "message 14"]), ("json/syntax", 14, 13, 14, ["message 0", "message 1", "message 3", "message 4", "message 6"])]"#
        ]],
    );
}

#[test]
fn names_of_labels_are_read_only_where_they_may_be_shown() {
    let row = |nth: usize| {
        let (stage, split) = [("before", None), ("after", None), ("after", Some("train"))][nth / 20 % 3];
        let names: Vec<String> = (0..20).map(|nth| format!("label {nth:02}")).collect();
        (nth < 60).then(|| LabelRow {
            label: names[nth % 20].clone().leak(),
            stage,
            split,
            records: (nth % 20) as u64,
            ..LabelRow::default()
        })
    };
    let named = check(row, "labels", true).labels.expect("labels");
    assert_eq!(named.shown[0], (Some("label 19".to_owned()), [19, 19, 19, 0, 0]));
    assert_eq!((named.all, named.shown.len(), named.rest), (20, 12, [28, 28, 28, 0, 0]));
    let hidden = check(row, "labels", false);
    assert!(!format!("{hidden:?}").contains("label 1"), "{hidden:?}");
}

#[test]
fn values_of_fields_are_hidden_where_labels_have_names() {
    let row = |nth: usize| {
        let facet = ["/field", "label", "length", "source"].get(nth)?;
        Some(BalanceRow {
            facet,
            value: Some("a value"),
            stage: "before",
            records: 1,
            ..BalanceRow::default()
        })
    };
    let shown = |facet: &Facet| (facet.name.clone(), facet.values.shown[0].0.is_some());
    let found: Vec<_> = check(row, "balance", true).balance.iter().map(shown).collect();
    show(&found, &expect![[r#"[("/field", false), ("label", true), ("length", true), ("source", true)]"#]]);
}

#[test]
fn personal_data_is_counted_by_kind_and_action() {
    let row = |nth: usize| {
        (nth < 9).then(|| PiiRow {
            file: "a.jsonl",
            line: nth as u64 / 2 + 1,
            pointer: Cow::Borrowed("/prompt"),
            kind: if nth.is_multiple_of(3) { "email" } else { "phone" },
            action: if nth < 4 { "reported" } else { "masked" },
            ..PiiRow::default()
        })
    };
    let found = check(row, "pii", false).personal.expect("personal data");
    show(
        &found,
        &expect![[r#"Personal { rows: 9, records: 5, kinds: {"email": [2, 1, 0], "phone": [2, 4, 0]} }"#]],
    );
}
