//! What a conversion lost, by file and reason: for people the worst of it, for programs all of it up to a bound.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use bedload_engine::{FileLosses, LostKey, Reason};
use bedload_record::HIDDEN_KEY;
use bedload_record::plural::{agree, count, plural};
use serde_json::{Value, json};

use crate::escape::escape;

/// The most lines of a table.
const LINES_MAX: usize = 8;

/// The most files in the object.
const FILES_MAX: usize = 1_000;

/// Two tables: for what records were rejected, and what they are written without.
pub(crate) fn tables(losses: &[FileLosses]) -> String {
    let mut out = String::new();
    for (title, is_reduction) in [("rejected", false), ("reduced", true)] {
        let rows =
            losses.iter().flat_map(|one| one.reasons.iter().map(|(reason, n)| (*n, reason, &one.file)));
        let mut rows: Vec<_> = rows.filter(|(_, reason, _)| reason.is_reduction() == is_reduction).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "  {title:<10}  records, by reason and file");
        rows.sort_by_key(|&(n, ..)| Reverse(n));
        let others = rows.split_off(rows.len().min(LINES_MAX));
        let width = rows.iter().map(|(_, reason, _)| name(reason).len()).max().unwrap_or_default();
        for (n, reason, file) in rows {
            let _ = writeln!(out, "    {:width$}  {:>9}  {}", name(reason), count(n), escape(file));
        }
        say_others(&mut out, others.iter().map(|(n, ..)| *n), ["reason", "reasons"]);
        out.push_str(&keys(losses, is_reduction));
    }
    out
}

/// The keys that records were rejected for, or are written without, those that most records have first.
fn keys(losses: &[FileLosses], is_reduction: bool) -> String {
    let mut records: BTreeMap<&str, u64> = BTreeMap::new();
    for ((key, reason), n) in losses.iter().flat_map(|one| &one.keys) {
        if reason.is_reduction() == is_reduction {
            *records.entry(key).or_default() += n;
        }
    }
    let hidden = records.remove(HIDDEN_KEY);
    let mut rows: Vec<(String, u64)> =
        records.into_iter().map(|(key, n)| (escape(key).into_owned(), n)).collect();
    if rows.is_empty() && hidden.is_none() {
        return String::new();
    }
    rows.sort_by_key(|&(_, n)| Reverse(n));
    let others = rows.split_off(rows.len().min(LINES_MAX));
    let rest = "other keys";
    let width = rows.iter().map(|(key, _)| key.as_str()).chain([rest]).map(|key| key.chars().count()).max();
    let width = width.unwrap_or_default();
    let title = if is_reduction { "dropped" } else { "refused" };
    let mut out = format!("  {title:<10}  records, by key\n");
    for (key, n) in rows {
        let _ = writeln!(out, "    {key:width$}  {:>9}", count(n));
    }
    say_others(&mut out, others.iter().map(|(_, n)| *n), ["key", "keys"]);
    if let Some(n) = hidden {
        let _ = writeln!(out, "    {rest:width$}  {:>9}  (--show-content names them)", count(n));
    }
    out
}

/// How many lines of a table are left out, of which the first one has the most records.
fn say_others(out: &mut String, mut records: impl ExactSizeIterator<Item = u64>, [one, many]: [&str; 2]) {
    let n = records.len() as u64;
    let Some(most) = records.next() else { return };
    let most = plural(most, "record", "records");
    let of = if n == 1 { format!("of {most}") } else { format!("of at most {most} each") };
    let _ = writeln!(out, "    and {} more {}, {of}", count(n), agree(n, one, many));
}

fn name(reason: &Reason) -> String {
    let code = reason.code.name();
    reason.extra.map_or_else(|| code.to_owned(), |extra| format!("{code} ({extra})"))
}

/// The files with most rejected records first, and how many files are not in the list.
pub(crate) fn objects(losses: &[FileLosses]) -> (Value, usize) {
    let mut files: Vec<&FileLosses> = losses.iter().collect();
    files.sort_by_key(|one| (Reverse(one.rejected), Reverse(one.reduced)));
    let beyond = files.len().saturating_sub(FILES_MAX);
    files.truncate(FILES_MAX);
    let reason = |(reason, n): (&Reason, &u64)| match reason.extra {
        Some(extra) => json!({"code": reason.code.name(), "extra": extra, "records": n}),
        None => json!({"code": reason.code.name(), "records": n}),
    };
    let file = |one: &&FileLosses| {
        let reasons: Vec<Value> = one.reasons.iter().map(reason).collect();
        let key = |((key, Reason { code, extra }), n): (&LostKey, &u64)| json!({"key": key, "code": code.name(), "extra": extra, "records": n});
        let keys: Vec<Value> = one.keys.iter().map(key).collect();
        json!({
            "file": one.file,
            "rejected": one.rejected,
            "reduced": one.reduced,
            "reasons": reasons,
            "keys": keys,
        })
    };
    (files.iter().map(file).collect(), beyond)
}

#[cfg(test)]
mod tests {
    use bedload_record::Code;

    use super::*;

    fn losses(n_files: u64) -> Vec<FileLosses> {
        let of = |n: u64| {
            let content = |extra| Reason { code: Code::ConvertContent, extra };
            let reasons = BTreeMap::from([
                (content(None), n),
                (content(Some("tool-calls")), 2),
                (Reason { code: Code::ConvertDropped, extra: Some("keys") }, 1),
            ]);
            let dropped = Reason { code: Code::ConvertDropped, extra: Some("keys") };
            let keys = [("source", dropped), ("?", dropped), ("id", content(Some("keys")))];
            let keys = keys.map(|(key, reason)| ((key.to_owned(), reason), n)).into();
            FileLosses { file: format!("{n}.jsonl"), rejected: n.max(2), reduced: 1, reasons, keys }
        };
        (1..=n_files).map(of).collect()
    }

    #[test]
    fn the_worst_is_shown_and_the_rest_counted() {
        expect_test::expect![[r#"
            rejected    records, by reason and file
              convert/content                       3  3.jsonl
              convert/content (tool-calls)          2  1.jsonl
              convert/content                       2  2.jsonl
              convert/content (tool-calls)          2  2.jsonl
              convert/content (tool-calls)          2  3.jsonl
              convert/content                       1  1.jsonl
            refused     records, by key
              id                  6
            reduced     records, by reason and file
              convert/dropped (keys)          1  1.jsonl
              convert/dropped (keys)          1  2.jsonl
              convert/dropped (keys)          1  3.jsonl
            dropped     records, by key
              source              6
              other keys          6  (--show-content names them)
        "#]]
        .assert_eq(tables(&losses(3)).replace("\n  ", "\n").trim_start());
        let long = tables(&losses(2_000));
        assert!(long.contains("      2,000  2000.jsonl"), "{long}");
        assert!(long.contains("    and 3,992 more reasons, of at most 1,992 records each\n"), "{long}");
        let mut nine = losses(2);
        nine[1].reasons.retain(|reason, _| !reason.is_reduction());
        nine[1].keys.clear();
        nine[0].reasons = (1..=7)
            .zip(["keys", "system", "media", "answers", "reasoning", "nested-keys", "tool-calls"])
            .map(|(n, extra)| (Reason { code: Code::ConvertContent, extra: Some(extra) }, n))
            .collect();
        let long = tables(&nine);
        assert!(long.contains("    and 1 more reason, of 1 record\n"), "{long}");
        assert_eq!(tables(&[]), "");
    }

    #[test]
    fn the_object_says_how_much_of_it_is_left_out() {
        let (object, beyond) = objects(&losses(1_002));
        assert_eq!((object.as_array().map(Vec::len), beyond), (Some(1_000), 2));
        assert_eq!(object[0]["file"], "1002.jsonl");
        assert_eq!(
            object[0]["reasons"][1],
            json!({"code": "convert/content", "extra": "tool-calls", "records": 2})
        );
        assert_eq!(objects(&losses(2)).1, 0);
    }
}
