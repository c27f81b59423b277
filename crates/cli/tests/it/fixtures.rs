//! Every fixture is what `fixtures/README.md` says it is.

use std::collections::BTreeMap;

use crate::scratch::{Scratch, fixture};

/// How many findings of each code `check` counts, and its exit code.
fn counts(files: &[&str], args: &str, exit: i32) -> BTreeMap<String, u64> {
    let scratch = Scratch::with_fixtures(files);
    scratch.run(&format!("check {args} --output-format jsonl")).exits(exit).by_code()
}

fn table(rows: &[(&str, u64)]) -> BTreeMap<String, u64> {
    rows.iter().map(|&(code, n)| (code.to_owned(), n)).collect()
}

#[test]
fn faults_has_each_record_fault_as_often_as_its_page_says() {
    let expected = table(&[
        ("json/syntax", 7),
        ("json/invalid-utf8", 2),
        ("json/encoding", 1),
        ("json/bom", 1),
        ("json/blank-line", 2),
        ("json/not-an-object", 2),
        ("json/duplicate-key", 2),
        ("json/lone-surrogate", 3),
        ("json/number-range", 2),
        ("json/number-precision", 1),
        ("json/number-underflow", 1),
        ("json/escaped-nul", 1),
        ("json/depth", 1),
        ("schema/missing-field", 4),
        ("schema/wrong-type", 4),
        ("schema/empty-content", 4),
        ("dataset/few-records", 1),
    ]);
    assert_eq!(counts(&["faults.jsonl"], "faults.jsonl --profile generic-sft", 1), expected);
    let page = String::from_utf8(fixture("README.md")).unwrap();
    for (code, n) in &expected {
        assert!(page.contains(&format!("| `{code}` | {n} |")), "the page has the count of {code}: {n}");
    }
    let scratch = Scratch::with_fixtures(&["faults.jsonl"]);
    let args = "check faults.jsonl --profile generic-sft --output-format jsonl";
    let summary = scratch.run(args).exits(1).summary();
    assert_eq!((&summary["records"], &summary["valid"]), (&64.into(), &33.into()));
}

#[test]
fn conversations_have_the_faults_that_their_page_says() {
    let sound = counts(&["converse.jsonl"], "converse.jsonl --profile nova-lite-sft", 0);
    assert_eq!(sound, table(&[("dataset/few-records", 1)]));
    let expected = table(&[
        ("schema/wrong-type", 1),
        ("schema/empty-content", 1),
        ("schema/role", 1),
        ("schema/turn-order", 3),
        ("schema/unknown-block", 1),
        ("schema/misplaced-content", 1),
        ("schema/reserved-word", 1),
        ("schema/media-format", 1),
        ("schema/s3-uri", 1),
        ("disputed/extra-key", 1),
        ("disputed/schema-version", 1),
        ("disputed/reserved-word", 1),
        ("disputed/optional-field", 1),
        ("dataset/too-few-records", 1),
    ]);
    let found = counts(&["converse-faults.jsonl"], "converse-faults.jsonl --profile nova-lite-sft", 1);
    assert_eq!(found, expected);
    let page = String::from_utf8(fixture("README.md")).unwrap();
    let page = &page[page.find("converse-faults.jsonl --profile").expect("a table")..];
    for (code, n) in &expected {
        assert!(page.contains(&format!("| `{code}` | {n} |")), "the page has the count of {code}: {n}");
    }
}

#[test]
fn shapes_are_recognized() {
    for (file, format) in [
        ("candidates.jsonl", "converse-preference"),
        ("claude-messages.jsonl", "claude-messages"),
        ("chat-rft.jsonl", "chat-rft"),
        ("captions.jsonl", "image-caption"),
    ] {
        let scratch = Scratch::with_fixtures(&[file]);
        let outcome = scratch.run(&format!("check {file} --output-format jsonl")).exits(0);
        assert_eq!(outcome.summary()["format"], format);
    }
    for (file, format) in
        [("alpaca.jsonl", "Alpaca"), ("sharegpt.jsonl", "ShareGPT"), ("openai-chat.jsonl", "OpenAI chat")]
    {
        let scratch = Scratch::with_fixtures(&[file]);
        let outcome = scratch.run(&format!("check {file}")).exits(1);
        assert!(outcome.stdout.contains(format) && outcome.stdout.contains("bedload convert"));
    }
}

#[test]
fn the_finding_in_the_readme_is_the_one_that_is_printed() {
    let readme = include_str!("../../../../README.md");
    let scratch = Scratch::new();
    scratch.write("fixtures/faults.jsonl", fixture("faults.jsonl"));
    let outcome = scratch.run("check fixtures/faults.jsonl --profile generic-sft").exits(1);
    let block = "error[schema/empty-content]: `completion` is blank\n";
    let from = |text: &str| -> String {
        let text = &text[text.find(block).expect("the finding is there")..];
        text.lines().take(5).flat_map(|line| [line, "\n"]).collect()
    };
    assert_eq!(from(readme), from(&outcome.stdout));
}

#[test]
fn sft_is_ready_with_its_duplicates_dropped() {
    let scratch = Scratch::with_fixtures(&["sft.jsonl"]);
    let args = "build sft.jsonl --profile generic-sft --validation 0.2 --out OUT --output-format jsonl";
    let outcome = scratch.run(args).exits(0);
    let summary = outcome.summary();
    let number = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!(["records", "duplicates", "rejected", "train", "validation"].map(number), [58, 6, 0, 42, 10]);
    assert_eq!(summary["ready"], true);
    let expected = table(&[("dataset/few-records", 1), ("balance/label-variants", 1)]);
    assert_eq!(outcome.by_code(), expected);
    scratch.run("verify OUT").exits(0);
}

#[test]
fn preference_faults_has_what_only_preference_pairs_can_have_wrong() {
    let expected = table(&[
        ("schema/identical-pair", 2),
        ("schema/out-of-range", 3),
        ("schema/wrong-type", 1),
        ("schema/missing-field", 1),
        ("dataset/too-few-records", 1),
    ]);
    let args = "preference-faults.jsonl --profile generic-preference";
    assert_eq!(counts(&["preference-faults.jsonl"], args, 1), expected);
}

#[test]
fn limits_breaks_limits_where_its_configuration_sets_them() {
    let files = ["limits/limits.jsonl", "limits/bedload.toml"];
    let expected = table(&[("limit/record-bytes", 1), ("limit/tokens", 1)]);
    assert_eq!(counts(&files, "limits.jsonl", 1), expected);
    assert_eq!(counts(&files[..1], "limits.jsonl", 0), table(&[]));
}

#[test]
fn the_small_files_are_clean_and_detected() {
    for (file, format, records) in [
        ("text.jsonl", "text", 5),
        ("input.jsonl", "input", 5),
        ("prompts.jsonl", "prompt", 6),
        ("preference.jsonl", "preference", 6),
    ] {
        let scratch = Scratch::with_fixtures(&[file]);
        let summary = scratch.run(&format!("check {file} --output-format jsonl --strict")).exits(0).summary();
        assert_eq!((&summary["format"], &summary["valid"]), (&format.into(), &records.into()), "{file}");
    }
}

#[test]
fn crlf_is_a_note_and_one_broken_line() {
    let expected = table(&[("file/crlf", 1), ("json/syntax", 1)]);
    assert_eq!(counts(&["crlf.jsonl"], "crlf.jsonl", 1), expected);
}

#[test]
fn the_example_configuration_makes_variants_by_its_own_templates() {
    let scratch = Scratch::with_fixtures(&["sft.jsonl", "augment/bedload.toml"]);
    scratch.run("build sft.jsonl --out OUT").exits(0);
    let manifest = scratch.manifest("OUT");
    assert_eq!((&manifest["seed"], &manifest["profile"]), (&7.into(), &"generic-sft".into()));
    let number = |key: &str| manifest["counts"][key].as_u64().unwrap();
    assert_eq!(["train", "validation", "variants"].map(number), [39, 13, 78]);
    let train = String::from_utf8(scratch.read("OUT/train.jsonl")).unwrap();
    for start in ["Support desk, new message.\\n\\nClassify", "<message>Classify"] {
        assert!(train.contains(start), "{start}");
    }
    scratch.run("verify OUT").exits(0);
}
