//! What each stage does to an output, and what is left where it is skipped.

use serde_json::Value;

use crate::corpus::{labelled, plain, record};
use crate::outcome::Outcome;
use crate::scratch::{Scratch, jsonl};

fn build(scratch: &Scratch, flags: &str) -> (Outcome, Value) {
    let outcome = scratch.run(&format!("build a.jsonl --out o --overwrite --output-format jsonl {flags}"));
    let manifest = if outcome.code < 2 { scratch.manifest("o") } else { Value::Null };
    (outcome, manifest)
}

#[test]
fn a_skipped_stage_does_nothing() {
    let mut lines = labelled(&[("yes", 40), ("no", 8), ("No ", 2)]);
    lines.extend([lines[0].clone(), record("empty", ""), r#"{"prompt":1,"completion":"no"}"#.to_owned()]);
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.write("bedload.toml", "[stages.split]\nvalidation = 0.2\n[stages.augment]\ncopies = 2\n");
    let counts = |flags: &str| {
        let (outcome, manifest) = build(&scratch, flags);
        outcome.exits(0);
        let count = |key: &str| manifest["counts"][key].as_u64().unwrap();
        (["rejected", "duplicates", "validation", "variants"].map(count), manifest)
    };
    let codes = |manifest: &Value| -> Vec<String> {
        manifest["findings"].as_object().unwrap().keys().cloned().collect()
    };
    let (all, manifest) = counts("");
    assert_eq!(all, [2, 1, 10, 40]);
    assert!(codes(&manifest).contains(&"balance/label-variants".to_owned()));
    assert!(manifest["tokens"]["train"].as_u64().unwrap() > 0 && manifest["encoding"] == "o200k_base");
    let (without_schema, _) = counts("--skip schema");
    assert_eq!(without_schema[0], 0);
    let (without_tokens, manifest) = counts("--skip tokens");
    assert_eq!(without_tokens, all);
    assert!(manifest["encoding"].is_null() && manifest["tokens"]["train"] == 0);
    let (without_dedupe, _) = counts("--skip tokens --skip dedupe");
    assert_eq!(without_dedupe[1], 0);
    let (_, manifest) = counts("--skip tokens --skip balance");
    assert!(codes(&manifest).iter().all(|code| !code.starts_with("balance/")));
    let (without_split, _) = counts("--skip tokens --skip split");
    assert_eq!(without_split[2], 0);
    let (without_augment, _) = counts("--skip tokens --skip augment");
    assert_eq!(without_augment[3], 0);
    let (none, manifest) =
        counts("--skip schema --skip tokens --skip dedupe --skip balance --skip split --skip augment");
    assert_eq!((none, &manifest["counts"]["train"]), ([0, 0, 0, 0], &53.into()));
}

#[test]
fn duplicates_are_equal_after_unescaping_whatever_else_they_hold() {
    let same = [
        r#"{"prompt":"é/A","completion":"c"}"#,
        r#"{"completion":"c","prompt":"\u00e9\/\u0041"}"#,
        r#" { "prompt" : "é/A" , "completion" : "c" , "id" : 7 } "#,
    ];
    let other = [r#"{"prompt":"é/a","completion":"c"}"#, r#"{"prompt":"é/","completion":"Ac"}"#];
    let scratch = Scratch::with("a.jsonl", jsonl(same.iter().chain(&other)));
    let kept = |flags: &str| {
        build(&scratch, &format!("--skip tokens {flags}")).0.exits(0);
        scratch.lines("o/train.jsonl")
    };
    let lines =
        |lines: &[&str]| -> Vec<Vec<u8>> { lines.iter().map(|line| line.as_bytes().to_vec()).collect() };
    assert_eq!(kept(""), lines(&[same[0], other[0], other[1]]));
    assert_eq!(kept("--survivor last"), lines(&[same[2], other[0], other[1]]));
    assert_eq!(kept("--normalize casefold"), lines(&[same[0], other[1]]));
}

#[test]
fn normalization_evens_out_what_its_name_says() {
    let lines = ["caf\u{e9}", "cafe\u{301}", " caf\u{e9}\n", "CAF\u{c9}"].map(|prompt| record(prompt, "c"));
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    for (how, duplicates) in [("none", 0), ("nfc", 2), ("casefold", 3)] {
        let (_, manifest) = build(&scratch, &format!("--skip tokens --normalize {how}"));
        assert_eq!(manifest["counts"]["duplicates"], duplicates, "{how}");
    }
}

#[test]
fn labels_come_from_the_field_that_is_named() {
    let lines: Vec<String> = (0..30)
        .map(|n| {
            let label = if n < 25 { "a" } else { "b" };
            format!(
                r#"{{"prompt":"p{n}","completion":"a longer answer, number {n}","meta":{{"l":"{label}"}}}}"#
            )
        })
        .collect();
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let (_, manifest) = build(&scratch, "--skip tokens");
    assert!(manifest["findings"].as_object().unwrap().is_empty(), "answers are no labels");
    let (outcome, manifest) = build(&scratch, "--skip tokens --label-field /meta/l --strict");
    assert_eq!(manifest["findings"]["balance/imbalanced-labels"], 1);
    assert_eq!((outcome.code, &manifest["ready"]), (1, &false.into()));
    let (outcome, _) = build(&scratch, "--skip tokens --label-field /meta/l");
    assert_eq!(outcome.code, 0, "a warning is no error");
    let (outcome, _) = build(&scratch, "--skip tokens --label-field /meta/l --fail-on warning");
    assert_eq!(outcome.code, 1);
}

#[test]
fn too_many_rejected_records_fail_the_run() {
    let mut lines = plain(97);
    lines.extend(["x", "y", "z"].map(str::to_owned));
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    for (limit, exit) in [("3", 0), ("2", 1), ("3%", 0), ("2.999%", 1), ("0", 1), ("100%", 0)] {
        let (outcome, manifest) = build(&scratch, &format!("--skip tokens --max-rejected {limit}"));
        assert_eq!((outcome.code, &manifest["ready"]), (exit, &(exit == 0).into()), "{limit}");
        assert_eq!(scratch.lines("o/rejected.jsonl").len(), 3);
    }
    let (outcome, _) = build(&scratch, "--skip tokens --max-rejected 0 --fail-on never");
    assert_eq!(outcome.code, 1, "a limit that is set holds");
}

#[test]
fn the_profile_judges_the_records_that_are_valid() {
    let mut lines = plain(31);
    lines.push("broken".to_owned());
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let (outcome, manifest) = build(&scratch, "--skip tokens --profile generic-sft");
    assert_eq!((outcome.code, &manifest["findings"]["dataset/too-few-records"]), (1, &1.into()));
    assert!(manifest["reasons"][0].as_str().unwrap().starts_with("dataset/too-few-records: 31 records"));
    lines.push(record("one", "more"));
    scratch.write("a.jsonl", jsonl(&lines));
    let (outcome, manifest) = build(&scratch, "--skip tokens --profile generic-sft");
    assert_eq!(
        (outcome.code, &manifest["ready"], &manifest["reasons"]),
        (0, &true.into(), &Value::Array(vec![]))
    );
    scratch.write("a.jsonl", jsonl(plain(10_001)));
    let (outcome, _) = build(&scratch, "--skip tokens --profile generic-sft");
    assert_eq!(outcome.exits(1).by_code()["dataset/too-many-records"], 1);
    build(&scratch, "--skip tokens --profile generic-sft --select 10000").0.exits(0);
}

#[test]
fn tokens_are_counted_by_the_encoding_that_is_asked_for() {
    let scratch = Scratch::with("a.jsonl", jsonl([record("hello world", "hello")]));
    for encoding in ["o200k_base", "cl100k_base"] {
        let args = format!("check a.jsonl --output-format jsonl --encoding {encoding}");
        let summary = scratch.run(&args).exits(0).summary();
        let number = |key: &str| summary[key].as_u64().unwrap();
        assert_eq!(["tokens", "tokens_prompt", "tokens_completion"].map(number), [3, 2, 1]);
        assert_eq!(summary["encoding"], encoding);
    }
    let explained = scratch.run("explain a.jsonl:1 --output-format jsonl").exits(0).objects().remove(0);
    assert_eq!((&explained["tokens"]["prompt"], &explained["tokens"]["completion"]), (&2.into(), &1.into()));
}

#[test]
fn the_table_of_labels_counts_the_spellings_of_each_side() {
    let mut lines = labelled(&[("yes", 40), ("no", 30), ("No", 10)]);
    lines.extend(lines[..5].to_vec());
    let label = |line: &[u8]| serde_json::from_slice::<Value>(line).unwrap()["completion"].clone();
    let repeated = |name: &str| lines[..5].iter().filter(|line| label(line.as_bytes()) == name).count();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    build(&scratch, "--skip tokens --validation 0.25 --augment 2").0.exits(0);
    let spelled = |side: &str| {
        let count = |name: &str| scratch.side("o", side).iter().filter(|line| label(line) == name).count();
        let (upper, lower) = (count("No"), count("no"));
        assert!(upper > 0 && lower > 0, "{side} has both spellings");
        (upper, lower, count("yes"))
    };
    let (train, validation) = (spelled("train"), spelled("validation"));
    let read = (10 + repeated("No"), 30 + repeated("no"), 40 + repeated("yes"));
    let row = |stage: &str, side: &str, label: &str, n: usize, variants: String| {
        format!("{stage} {side} {label} {n} {variants}")
    };
    let rows_of = |stage: &str, side: &str, (upper, lower, yes): (usize, usize, usize)| {
        let variants = format!(r#""No" {upper}, "no" {lower}"#);
        [row(stage, side, "no", upper + lower, variants), row(stage, side, "yes", yes, "null".to_owned())]
    };
    let both = (train.0 + validation.0, train.1 + validation.1, train.2 + validation.2);
    let expected: Vec<String> = [
        rows_of("before", "null", read),
        rows_of("after", "null", both),
        rows_of("after", "train", train),
        rows_of("after", "validation", validation),
    ]
    .concat();
    let rows = scratch.table("o", "labels");
    let shown = rows.iter().map(|row| {
        ["stage", "split", "label", "records", "variants"].map(|column| row[column].as_str()).join(" ")
    });
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}
