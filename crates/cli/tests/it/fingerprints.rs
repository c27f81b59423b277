//! Fingerprints of findings: the same where a record moved, others where anything of it changed.

use std::collections::BTreeMap;

use crate::outcome::Outcome;
use crate::scratch::Scratch;

const EMPTY: &str = r#"{"prompt":"","completion":"a"}"#;
const GOOD: &str = r#"{"prompt":"p","completion":"a"}"#;

/// How often each code and fingerprint occurs.
fn fingerprints(outcome: &Outcome) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in outcome.findings() {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        *counts.entry((text("code"), text("fingerprint"))).or_default() += 1;
    }
    counts
}

#[test]
fn they_survive_other_lines_files_and_line_ends() {
    let scratch = Scratch::new();
    scratch.write("one/a.jsonl", format!("{EMPTY}\n{EMPTY}\n\nnot json\n{GOOD}\n"));
    scratch.write("two/sub/a.jsonl", format!("{GOOD}\r\nnot json\r\n{GOOD}\r\n\r\n{EMPTY}\r\n{EMPTY}\r\n"));
    let check = |dir: &str| scratch.run(&format!("check {dir} --output-format jsonl")).exits(1);
    let of_records = |outcome: &Outcome| {
        let mut found = fingerprints(outcome);
        found.retain(|(code, _), _| code.starts_with("schema/") || code.starts_with("json/"));
        found
    };
    let found = of_records(&check("one"));
    assert_eq!(found, of_records(&check("two/sub")));
    assert_eq!(found.values().copied().collect::<Vec<_>>(), [1, 1, 2], "{found:?}");
}

#[test]
fn another_record_has_another_one() {
    let scratch = Scratch::new();
    scratch.write("a.jsonl", format!("{EMPTY}\n{}\n", EMPTY.replace("\"a\"", "\"b\"")));
    let found = fingerprints(&scratch.run("check a.jsonl --output-format jsonl").exits(1));
    assert_eq!(found.keys().filter(|(code, _)| code == "schema/empty-content").count(), 2, "{found:?}");
}

#[test]
fn the_report_has_those_that_check_prints() {
    let lines = [EMPTY, "", "not json", GOOD, r#"{"prompt":"a","prompt":"b","completion":"c"}"#, EMPTY];
    let scratch = Scratch::with("a.jsonl", lines.join("\n"));
    let checked = fingerprints(&scratch.run("check a.jsonl --output-format jsonl").exits(1));
    let built = scratch.run("build a.jsonl --out OUT --output-format jsonl");
    let mut rows = BTreeMap::new();
    for row in scratch.table("OUT", "findings") {
        *rows.entry((row["code"].clone(), row["fingerprint"].clone())).or_default() += 1;
    }
    assert_eq!(rows, fingerprints(&built));
    let of_records = |mut found: BTreeMap<(String, String), usize>| {
        found.retain(|(code, _), _| code.starts_with("schema/") || code.starts_with("json/"));
        found
    };
    assert_eq!(of_records(rows), of_records(checked));
}
