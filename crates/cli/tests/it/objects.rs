//! `--output-format jsonl`: what programs read. Keys, counts and the exit code agree with each other.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::{file_of, mixed, plain};
use crate::outcome::Outcome;
use crate::scratch::{Scratch, jsonl};

const KEYS: [&str; 13] = [
    "kind",
    "file",
    "line",
    "column",
    "byte_offset",
    "record",
    "pointer",
    "code",
    "severity",
    "message",
    "profile",
    "source",
    "fingerprint",
];

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What holds of every run that prints objects.
fn judge(outcome: &Outcome) {
    let (findings, summary) = (outcome.findings(), outcome.summary());
    assert_eq!(outcome.objects().len(), findings.len() + 1, "findings, and one summary last");
    assert_eq!(summary["exit_code"], outcome.code);
    let mut by_code: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_severity: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &findings {
        assert_eq!(keys(finding), KEYS);
        *by_code.entry(finding["code"].as_str().unwrap().to_owned()).or_default() += 1;
        *by_severity.entry(finding["severity"].as_str().unwrap()).or_default() += 1;
        let placed = !finding["line"].is_null();
        for key in ["column", "byte_offset", "record", "pointer"] {
            assert_eq!(!finding[key].is_null(), placed, "{finding}");
        }
        assert!(finding["source"].as_str().is_some_and(|source| !source.is_empty()));
    }
    assert_eq!(outcome.by_code(), by_code);
    for (key, severity) in [("errors", "error"), ("warnings", "warning"), ("notes", "note")] {
        assert_eq!(summary[key], by_severity.get(severity).copied().unwrap_or(0), "{key}");
    }
    let number = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!(number("records"), number("valid") + number("rejected"));
}

#[test]
fn check_prints_findings_and_a_summary() {
    let scratch = Scratch::with_fixtures(&["faults.jsonl", "crlf.jsonl"]);
    let outcome = scratch.run("check . --profile generic-sft --output-format jsonl").exits(1);
    judge(&outcome);
    let summary = outcome.summary();
    for key in
        ["files", "records", "valid", "rejected", "errors", "warnings", "tokens", "exit_code", "by_code"]
    {
        assert!(!summary[key].is_null(), "the summary has {key}");
    }
    assert_eq!((&summary["files"], &summary["records"]), (&2.into(), &68.into()));
    assert_eq!(summary["bytes"], scratch.read("faults.jsonl").len() + scratch.read("crlf.jsonl").len());
    assert!(outcome.findings().iter().all(|finding| finding["profile"] == "generic-sft"));
    let tokens = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!(tokens("tokens"), tokens("tokens_prompt") + tokens("tokens_completion"));
}

#[test]
fn every_finding_is_printed_also_where_there_are_thousands() {
    let scratch = Scratch::with("a.jsonl", file_of(&mixed(3000, 21)));
    for flags in ["", "--strict", "--fail-on never", "--fail-on warning", "--profile generic-sft"] {
        judge(&scratch.run(&format!("check a.jsonl --skip tokens --output-format jsonl {flags}")));
    }
}

#[test]
fn text_shows_five_of_each_code_and_counts_all() {
    let scratch = Scratch::with("a.jsonl", b"{}\n".repeat(9));
    let outcome = scratch.run("check a.jsonl --format text --skip tokens").exits(1);
    assert_eq!(outcome.stdout.matches("error[schema/missing-field]").count(), 5);
    assert_eq!(outcome.stdout.matches("= why:").count(), 2, "once for each code");
    let row = outcome.stderr.lines().find(|line| line.contains("schema/missing-field")).expect("a row");
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words, ["schema/missing-field", "9", "error", "(first", "5", "shown)"]);
}

#[test]
fn build_prints_what_check_finds_and_counts_it() {
    let scratch = Scratch::with("a.jsonl", file_of(&mixed(800, 22)));
    let outcome =
        scratch.run("build a.jsonl --out o --skip tokens --profile generic-sft --output-format jsonl");
    let (manifest, summary) = (scratch.manifest("o"), outcome.summary());
    assert_eq!(summary["exit_code"], outcome.code);
    assert_eq!(summary["by_code"], manifest["findings"]);
    for finding in outcome.findings() {
        assert_eq!(keys(&finding), KEYS);
    }
    let about_records = |outcome: &Outcome| -> Vec<Value> {
        outcome.findings().into_iter().filter(|finding| !finding["line"].is_null()).collect()
    };
    let counts = &manifest["counts"];
    for (key, count) in [
        ("records", "read"),
        ("rejected", "rejected"),
        ("duplicates", "duplicates"),
        ("unselected", "unselected"),
        ("train", "train"),
        ("validation", "validation"),
        ("variants", "variants"),
    ] {
        assert_eq!(summary[key], counts[count], "{key}");
    }
    let check = scratch.run("check a.jsonl --skip tokens --profile generic-sft --output-format jsonl");
    assert_eq!(about_records(&outcome), about_records(&check));
    assert!(about_records(&check).len() > 100);
}

#[test]
fn strict_makes_warnings_errors() {
    let record = r#"{"prompt":"p","completion":"c","id":99999999999999999999}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([record]));
    let severity = |flags: &str, exit: i32| {
        let outcome = scratch.run(&format!("check a.jsonl --skip tokens --output-format jsonl {flags}"));
        let outcome = outcome.exits(exit);
        judge(&outcome);
        (outcome.findings()[0]["severity"].clone(), outcome.summary()["rejected"].clone())
    };
    assert_eq!(severity("", 0), ("warning".into(), 0.into()));
    assert_eq!(severity("--fail-on warning", 1), ("warning".into(), 0.into()));
    assert_eq!(severity("--strict --fail-on never", 1), ("error".into(), 1.into()));
    let outcome = scratch.run("check a.jsonl --skip tokens --output-format jsonl --strict").exits(1);
    assert_eq!(
        outcome.by_code(),
        [("dataset/no-records", 1), ("json/number-precision", 1)].map(owned).into()
    );
    scratch.run("build a.jsonl --out o --skip tokens --strict").exits(1);
    assert_eq!(scratch.lines("o/rejected.jsonl"), [record.as_bytes()]);
}

fn owned((code, n): (&str, u64)) -> (String, u64) {
    (code.to_owned(), n)
}

#[test]
fn verify_profiles_and_explain_print_objects_too() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    scratch.run("build a.jsonl --out o --skip tokens").exits(0);
    let clean = scratch.run("verify o --output-format jsonl").exits(0);
    assert_eq!((clean.objects().len(), &clean.summary()["exit_code"]), (1, &0.into()));
    scratch.write("o/besides", "");
    let changed = scratch.run("verify o --output-format jsonl").exits(1);
    assert_eq!(changed.objects()[0]["kind"], "problem");
    assert_eq!((&changed.summary()["problems"], &changed.summary()["exit_code"]), (&1.into(), &1.into()));
    let profiles = scratch.run("profiles --output-format jsonl").exits(0).objects();
    let one = scratch.run("profiles generic-sft --output-format jsonl").exits(0).objects();
    assert!(profiles.contains(&one[0]) && profiles.len() >= 31);
    assert_eq!((&one[0]["kind"], &one[0]["name"]), (&"profile".into(), &"generic-sft".into()));
    let min = &one[0]["limits"]["records-min"];
    assert_eq!((&min["value"], &min["source"]["place"]), (&32.into(), &"bedload baseline".into()));
    let code = scratch.run("explain limit/tokens --output-format jsonl").exits(0).objects();
    assert_eq!((&code[0]["kind"], &code[0]["severity"]), (&"code".into(), &"error".into()));
    let record = scratch.run("explain a.jsonl:2 --output-format jsonl").exits(0).objects();
    assert_eq!(
        (&record[0]["kind"], &record[0]["line"], &record[0]["record"]),
        (&"record".into(), &2.into(), &1.into())
    );
    assert_eq!(
        (&record[0]["accepted"], &record[0]["byte_offset"]),
        (&true.into(), &(plain(1)[0].len() + 1).into())
    );
}
