//! `--augment`: variants of training records only, each new, each spliced into the bytes of its parent.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::corpus::{file_of, labelled, mixed, plain, record};
use crate::scratch::{Scratch, jsonl};

fn content(line: &[u8]) -> (String, String) {
    let value: Value = serde_json::from_slice(line).unwrap();
    let text = |key: &str| value[key].as_str().unwrap().to_owned();
    (text("prompt"), text("completion"))
}

fn build(file: &[u8], flags: &str) -> Scratch {
    let scratch = Scratch::with("a.jsonl", file);
    scratch.run(&format!("build a.jsonl --out o --skip tokens {flags}")).exits(0);
    scratch.run("verify o").exits(0);
    scratch
}

/// The training lines that are input records, each with its variants.
fn families(scratch: &Scratch) -> Vec<(Vec<u8>, Vec<Vec<u8>>)> {
    let input = scratch.read("a.jsonl");
    let lines: HashSet<&[u8]> =
        input.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let mut families: Vec<(Vec<u8>, Vec<Vec<u8>>)> = Vec::new();
    for line in scratch.side("o", "train") {
        match families.last_mut() {
            Some((_, variants)) if !lines.contains(&line[..]) => variants.push(line),
            _ => families.push((line, Vec::new())),
        }
    }
    families
}

#[test]
fn variants_stand_behind_their_parents_and_hold_their_prompts() {
    let scratch = build(&jsonl(plain(40)), "--augment 4 --validation 0.25");
    let families = families(&scratch);
    assert_eq!(families.len(), 30);
    for (parent, variants) in &families {
        assert_eq!(variants.len(), 3);
        let (prompt, completion) = content(parent);
        for variant in variants {
            let (longer, same) = content(variant);
            assert!(longer.contains(&prompt) && longer.len() > prompt.len() && same == completion);
        }
    }
    assert_eq!(scratch.manifest("o")["counts"]["variants"], 90);
    let validation = scratch.side("o", "validation");
    assert_eq!(validation.len(), 10);
    let input: HashSet<Vec<u8>> = scratch.lines("a.jsonl").into_iter().collect();
    assert!(validation.iter().all(|line| input.contains(line)), "validation records have no variants");
}

#[test]
fn everything_but_the_prompt_keeps_its_bytes() {
    let line = r#" { "x":[1.10,"a\/b"], "completion" : "c\u0041" , "prompt"  :  "say \"é\" \ud83e\udea8", "y":{} }	"#;
    let scratch = build(&jsonl([line]), "--augment 8");
    let (head, tail) = (&line[..line.find("\"say").unwrap()], &line[line.find(", \"y\"").unwrap()..]);
    let lines = scratch.side("o", "train");
    assert_eq!(lines.len(), 8);
    for bytes in &lines[1..] {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.starts_with(head) && text.ends_with(tail), "{text}");
        assert!(text.contains(r#"say \"é\" \ud83e\udea8"#), "{text}");
    }
}

#[test]
fn no_line_of_the_output_repeats_another() {
    // Records that look like variants of others, so that some variants must be left out.
    let mut lines = plain(60);
    for n in 0..60 {
        let prompt = format!("prompt {n}");
        lines.push(record(&format!("Question: {prompt}"), &format!("completion {n}")));
        lines.push(record(&format!("Task: Question: {prompt}"), &format!("completion {n}")));
    }
    for (file, flags) in [
        (jsonl(&lines), "--augment 8 --validation 0.3 --group-by record"),
        (file_of(&mixed(400, 61)), "--augment 5 --validation 0.3"),
    ] {
        let scratch = build(&file, flags);
        let of =
            |side: &str| -> Vec<_> { scratch.side("o", side).iter().map(|line| content(line)).collect() };
        let (train, validation) = (of("train"), of("validation"));
        let unique: HashSet<_> = train.iter().collect();
        assert_eq!(unique.len(), train.len(), "{flags}: no two training lines are equal");
        assert!(validation.iter().all(|record| !unique.contains(record)), "{flags}: nothing leaks");
        let counts = &scratch.manifest("o")["counts"];
        let lines = counts["train"].as_u64().unwrap() + counts["variants"].as_u64().unwrap();
        assert_eq!(lines, train.len() as u64);
    }
}

#[test]
fn fewer_variants_than_asked_for_are_a_note() {
    let lines: Vec<String> =
        ["", "Question: ", "Task: "].iter().map(|start| record(&format!("{start}p"), "c")).collect();
    let scratch = build(&jsonl(lines), "--augment 8");
    let manifest = scratch.manifest("o");
    assert_eq!(manifest["findings"]["augment/few-variants"], 1);
    assert_eq!(manifest["counts"]["variants"], 3 * 7 - 2);
}

#[test]
fn classes_are_evened_out_in_mode_balance() {
    let file = jsonl(labelled(&[("yes", 40), ("no", 15), ("rare", 4)]));
    let scratch = build(&file, "--augment 4 --augment-mode balance");
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for line in scratch.side("o", "train") {
        *counts.entry(content(&line).1).or_default() += 1;
    }
    let counts: Vec<(&str, u64)> = counts.iter().map(|(label, &n)| (label.as_str(), n)).collect();
    assert_eq!(counts, [("no", 40), ("rare", 16), ("yes", 40)], "rare records have four copies at the most");
}

#[test]
fn variants_do_not_depend_on_the_order_of_records() {
    let mut lines = plain(50);
    let sorted = |scratch: &Scratch| {
        let mut train = scratch.side("o", "train");
        train.sort();
        train
    };
    let first = sorted(&build(&jsonl(&lines), "--augment 3 --validation 0.2"));
    lines.reverse();
    assert_eq!(first, sorted(&build(&jsonl(&lines), "--augment 3 --validation 0.2")));
    assert_ne!(first, sorted(&build(&jsonl(&lines), "--augment 3 --validation 0.2 --seed 5")));
}

#[test]
fn variants_over_the_limits_are_left_out() {
    let short = record("p", "c");
    let long = record("q", &"x".repeat(400));
    let limit = long.len();
    let scratch = build(&jsonl([short, long]), &format!("--augment 8 --max-record-bytes {limit}"));
    assert!(scratch.side("o", "train").iter().all(|line| line.len() <= limit));
    assert_eq!(scratch.manifest("o")["counts"]["variants"], 7);
}
