//! Numbers that a double cannot tell apart stay apart, and no spelling of a number makes it another one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::scratch::{Scratch, jsonl};

/// Pairs of different numbers with the same nearest double, and numbers that are written in several ways.
const NUMBERS: [&str; 14] = [
    "123456789012345678",
    "123456789012345679",
    "-9007199254740993",
    "-9007199254740992",
    "18446744073709551615",
    "18446744073709551614",
    "9223372036854775807",
    "9223372036854775808",
    "36893488147419103232",
    "36893488147419103233",
    "0.5",
    "100",
    "1e2",
    "100.0",
];

/// Those of them that are different.
const DIFFERENT: u64 = 12;

fn manifest_of(lines: impl IntoIterator<Item = String>, flags: &str) -> (Scratch, Value) {
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run(&format!("build a.jsonl --out o --skip tokens {flags}")).exits(0);
    let manifest = scratch.manifest("o");
    (scratch, manifest)
}

#[test]
fn records_that_differ_in_a_long_number_are_all_kept() {
    let question = r#""messages":[{"role":"user","content":"q"}]"#;
    let shapes: [&dyn Fn(&str) -> String; 4] = [
        &|n| format!(r#"{{{question},"reference_answer":{{"id":{n}}}}}"#),
        &|n| format!(r#"{{{question},"reference_answer":{{"ids":[1,[{n}]],"x":"\"1e5"}}}}"#),
        &|n| format!(r#"{{{question},"reference_answer":"a","order":{n}}}"#),
        &|n| {
            let tool = r#""function":{"name":"f","parameters":{"type":"object","properties":{"p":"#;
            format!(
                r#"{{{question},"reference_answer":"a","tools":[{{"type":"function",{tool}{{"minimum":{n}}}}}}}}}}}]}}"#
            )
        },
    ];
    for shape in shapes {
        let lines: Vec<String> = NUMBERS.iter().map(|number| shape(number)).collect();
        let (scratch, manifest) = manifest_of(lines.clone(), "--format chat-rft");
        assert_eq!(manifest["counts"]["train"], DIFFERENT, "{}: {}", lines[0], manifest["counts"]);
        assert_eq!(manifest["counts"]["duplicates"], 2);
        assert_eq!(
            scratch.side("o", "train"),
            lines[..12].iter().map(|l| l.clone().into_bytes()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn tool_calls_that_differ_in_a_long_number_are_all_kept() {
    let line = |number: &&str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":[{{"text":"q"}}]}},{{"role":"assistant","content":[{{"toolUse":{{"toolUseId":"t","name":"f","input":{{"order":{number}}}}}}}]}}]}}"#
        )
    };
    let (_, manifest) = manifest_of(NUMBERS.iter().map(line), "--format converse --skip schema");
    assert_eq!(manifest["counts"]["train"], DIFFERENT);
}

#[test]
fn labels_and_groups_are_told_apart_by_all_digits() {
    let lines = || {
        (0..70).map(|n| {
            let number = NUMBERS[n % NUMBERS.len()];
            format!(r#"{{"prompt":"p{n}","completion":"c{n}","key":{number}}}"#)
        })
    };
    let (scratch, _) = manifest_of(lines(), "--label-field /key");
    let before = |row: &&BTreeMap<String, String>| row["stage"] == "before";
    let labels: Vec<(String, String)> = scratch
        .table("o", "labels")
        .iter()
        .filter(before)
        .map(|row| (row["label"].clone(), row["records"].clone()))
        .collect();
    assert_eq!(labels.len() as u64, DIFFERENT, "{labels:?}");
    assert!(labels.contains(&("100".to_owned(), "15".to_owned())), "{labels:?}");
    assert!(labels.contains(&("36893488147419103233".to_owned(), "5".to_owned())), "{labels:?}");

    let (scratch, _) = manifest_of(lines(), "--validation 0.3 --group-by /key --skip balance");
    let groups: BTreeSet<String> =
        scratch.table("o", "records").iter().map(|row| row["group"].clone()).collect();
    assert_eq!(groups.len() as u64, DIFFERENT);
}
