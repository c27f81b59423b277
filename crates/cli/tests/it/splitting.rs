//! `--validation`, `--select` and `--group-by`: exact sizes, whole groups, every class by its share, and sides that
//! depend on content and seed alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::corpus::{Random, labelled, plain, record};
use crate::scratch::{Scratch, jsonl};

fn build(lines: &[String], flags: &str, exit: i32) -> Scratch {
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run(&format!("build a.jsonl --out o --skip tokens {flags}")).exits(exit);
    scratch.run("verify o").exits(0);
    scratch
}

fn validation(scratch: &Scratch) -> BTreeSet<Vec<u8>> {
    scratch.side("o", "validation").into_iter().collect()
}

fn text(line: &[u8], key: &str) -> String {
    serde_json::from_slice::<Value>(line).unwrap()[key].as_str().unwrap().to_owned()
}

#[test]
fn shares_and_counts_are_exact_to_the_record() {
    let records = plain(101);
    for (size, expected) in [
        ("0", 0),
        ("0.0", 0),
        ("0.1", 10),
        ("0.25", 25),
        (".5", 51),
        ("0.005", 1),
        ("0.004", 0),
        ("1", 1),
        ("50", 50),
    ] {
        let scratch = build(&records, &format!("--validation {size}"), 0);
        assert_eq!(validation(&scratch).len(), expected, "{size}");
        assert_eq!(scratch.side("o", "train").len(), 101 - expected, "{size}");
        assert_eq!(scratch.path("o/validation.jsonl").exists(), expected > 0, "{size}");
    }
}

#[test]
fn a_count_over_half_of_the_records_is_an_error() {
    let scratch = build(&plain(11), "--validation 9", 1);
    assert_eq!(validation(&scratch).len(), 5);
    assert_eq!(scratch.manifest("o")["ready"], false);
}

#[test]
fn sides_do_not_depend_on_the_order_of_records_or_files() {
    let mut records = labelled(&[("yes", 70), ("no", 41), ("maybe", 20)]);
    let first = build(&records, "--validation 0.2", 0);
    Random(77).shuffle(&mut records);
    assert_eq!(validation(&first), validation(&build(&records, "--validation 0.2", 0)));
    let scratch = Scratch::with("b.jsonl", jsonl(&records[..50]));
    scratch.write("a.jsonl", jsonl(&records[50..]));
    scratch.run("build b.jsonl a.jsonl --out o --skip tokens --validation 0.2").exits(0);
    assert_eq!(validation(&first), validation(&scratch));
    let other = build(&records, "--validation 0.2 --seed 1", 0);
    assert_ne!(validation(&first), validation(&other), "another seed makes other sides");
}

#[test]
fn every_class_has_its_share() {
    let classes = [("yes", 71), ("no", 33), ("maybe", 12), ("unclear", 5)];
    let scratch = build(&labelled(&classes), "--validation 0.2", 0);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in validation(&scratch) {
        *counts.entry(text(&line, "completion")).or_default() += 1;
    }
    for (label, n) in classes {
        let (got, exact) = (counts[label] as f64, n as f64 * 24.0 / 121.0);
        assert!((got - exact).abs() < 1.0, "{label}: {got}, and its share is {exact}");
    }
}

#[test]
fn records_with_one_prompt_never_part() {
    let random = &mut Random(6);
    let records: Vec<String> =
        (0..400).map(|n| record(&format!("prompt {}", random.below(150)), &format!("answer {n}"))).collect();
    let prompts =
        |side: &[Vec<u8>]| -> HashSet<String> { side.iter().map(|line| text(line, "prompt")).collect() };
    let scratch = build(&records, "--validation 0.3", 0);
    let sides = ["train", "validation"].map(|side| scratch.side("o", side));
    assert!(prompts(&sides[0]).is_disjoint(&prompts(&sides[1])));
    assert_eq!(sides[1].len(), 120, "small groups add up exactly");
    let scratch = build(&records, "--validation 0.3 --group-by record", 0);
    let sides = ["train", "validation"].map(|side| scratch.side("o", side));
    assert!(!prompts(&sides[0]).is_disjoint(&prompts(&sides[1])), "unless records are groups of their own");
}

#[test]
fn a_field_keeps_records_together() {
    let records: Vec<String> = (0..90)
        .map(|n| format!(r#"{{"prompt":"p{n}","completion":"c{n}","user":{{"id":{}}}}}"#, n % 9))
        .collect();
    let scratch = build(&records, "--validation 0.34 --group-by /user/id", 0);
    let users = |side: &str| -> BTreeSet<u64> {
        let user =
            |line: &Vec<u8>| serde_json::from_slice::<Value>(line).unwrap()["user"]["id"].as_u64().unwrap();
        scratch.side("o", side).iter().map(user).collect()
    };
    assert!(users("train").is_disjoint(&users("validation")));
    assert_eq!(users("validation").len(), 3);
    let manifest = scratch.manifest("o");
    assert_eq!(manifest["findings"]["split/inexact"], 1, "31 are asked for, and groups have 10");
}

#[test]
fn several_keys_keep_together_what_they_link() {
    let random = &mut Random(11);
    // Conversations cross prompts, some records have none, and some are copies in another conversation.
    let records: Vec<String> = (0..600)
        .map(|n| {
            let (prompt, conversation) = (random.below(400), random.below(300));
            let completion = if n % 10 == 0 { "the same".to_owned() } else { format!("answer {n}") };
            let field = if n % 7 == 0 { String::new() } else { format!(r#","talk":"t{conversation}""#) };
            format!(r#"{{"prompt":"prompt {prompt}","completion":"{completion}"{field}}}"#)
        })
        .collect();
    let flags = "--validation 0.2 --group-by prompt --group-by /talk --allow-missing-group";
    let scratch = build(&records, flags, 0);
    let values = |side: &str, key: &str| -> BTreeSet<String> {
        let value = |line: &Vec<u8>| {
            serde_json::from_slice::<Value>(line).unwrap()[key].as_str().map(|text| format!("{key} {text}"))
        };
        scratch.side("o", side).iter().filter_map(value).collect()
    };
    for key in ["prompt", "talk"] {
        assert!(values("train", key).is_disjoint(&values("validation", key)), "{key}");
        assert!(!values("validation", key).is_empty(), "{key}");
    }
    let both = build(&records, "--validation 0.2 --group-by /talk --allow-missing-group", 0);
    assert_eq!(validation(&both), validation(&scratch), "prompts need not be named");
    let alone =
        build(&records, "--validation 0.2 --group-by record --group-by /talk --allow-missing-group", 0);
    let prompts = |side| -> BTreeSet<String> {
        alone.side("o", side).iter().map(|line| text(line, "prompt")).collect()
    };
    assert!(!prompts("train").is_disjoint(&prompts("validation")), "unless that is what is asked for");
    // The sides are those of the records, in whatever order these come, and the configuration can have the list.
    let mut other: Vec<String> = records.clone();
    other.reverse();
    let turned = Scratch::with("a.jsonl", jsonl(&other));
    turned.write(
        "bedload.toml",
        "[stages.split]\nvalidation = 0.2\ngroup-by = [\"prompt\", \"/talk\"]\nallow-missing-group = true\n",
    );
    turned.run("build a.jsonl --out o --skip tokens --skip dedupe").exits(0);
    let whole = build(&records, &format!("{flags} --skip dedupe"), 0);
    assert_eq!(validation(&turned), validation(&whole));
    // A group has one name in the table, and a record is in one group.
    let rows = scratch.table("o", "records");
    let mut sides: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["verdict"] == "kept") {
        sides.entry(&row["group"]).or_default().insert(&row["split"]);
    }
    assert!(sides.values().all(|sides| sides.len() == 1));
}

#[test]
fn one_group_cannot_be_divided() {
    let records: Vec<String> = (0..40).map(|n| record("the same prompt", &n.to_string())).collect();
    let scratch = build(&records, "--validation 0.25", 0);
    assert_eq!(scratch.side("o", "train").len(), 40);
    assert_eq!(scratch.manifest("o")["findings"]["split/inexact"], 1);
}

#[test]
fn a_selection_is_exact_and_keeps_the_mix() {
    let records = labelled(&[("yes", 200), ("no", 100)]);
    let scratch = build(&records, "--select 60 --validation 0.1", 0);
    let (train, validation) = (scratch.side("o", "train"), scratch.side("o", "validation"));
    assert_eq!((train.len(), validation.len()), (54, 6));
    let yes = [train, validation].concat().iter().filter(|line| text(line, "completion") == "yes").count();
    assert_eq!(yes, 40);
    assert_eq!(scratch.manifest("o")["counts"]["unselected"], 240);
    let rows = scratch.table("o", "records");
    let selected_away = rows.iter().filter(|row| row["reason"] == "selection");
    assert!(selected_away.clone().all(|row| row["verdict"] == "unselected"));
    assert_eq!(selected_away.count(), 240);
    let all = build(&records, "--select 301", 0);
    assert_eq!(all.manifest("o")["counts"]["train"], 300, "more than there are is all of them");
}

#[test]
fn a_larger_selection_keeps_what_a_smaller_one_had() {
    let records = plain(300);
    let selected = |n: usize| -> BTreeSet<Vec<u8>> {
        build(&records, &format!("--select {n}"), 0).side("o", "train").into_iter().collect()
    };
    assert!(selected(50).is_subset(&selected(120)));
}

#[test]
fn classes_without_a_validation_record_are_counted() {
    let scratch = build(&labelled(&[("yes", 60), ("no", 60), ("rare", 2)]), "--validation 6", 0);
    assert_eq!(scratch.manifest("o")["findings"]["split/missing-class"], 1);
}
