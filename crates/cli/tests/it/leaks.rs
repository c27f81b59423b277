//! What would let the validation set leak, or data vanish, without a word: each was a defect once.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::corpus::{plain, record};
use crate::scratch::{Scratch, jsonl};

/// The prompts of one side, compared as groups compare them, for ASCII.
fn prompts(scratch: &Scratch, side: &str) -> HashSet<String> {
    let prompt = |line: Vec<u8>| {
        let record: Value = serde_json::from_slice(&line).unwrap();
        record["prompt"].as_str().unwrap().trim().to_lowercase()
    };
    scratch.side("o", side).into_iter().map(prompt).collect()
}

#[test]
fn prompts_that_differ_in_case_and_space_do_not_part_and_order_does_not_matter() {
    let pairs = |completions: [&str; 2]| -> Vec<String> {
        let spelled = |n: usize| {
            [record(&format!("Hello {n}"), completions[0]), record(&format!("HELLO {n} "), completions[1])]
        };
        (0..200).flat_map(spelled).collect()
    };
    let flags = "--skip tokens --skip balance --validation 0.2";
    let mut sides = Vec::new();
    for reversed in [false, true] {
        let mut records = pairs(["same", "same"]);
        if reversed {
            records.reverse();
        }
        let scratch = Scratch::with("a.jsonl", jsonl(&records));
        scratch.run(&format!("build a.jsonl --out o {flags} --normalize casefold")).exits(0);
        sides.push(prompts(&scratch, "validation"));
    }
    assert_eq!(sides[0], sides[1]);
    assert_eq!(sides[0].len(), 40);
    let scratch = Scratch::with("a.jsonl", jsonl(pairs(["one", "other"])));
    scratch.run(&format!("build a.jsonl --out o {flags}")).exits(0);
    assert!(prompts(&scratch, "train").is_disjoint(&prompts(&scratch, "validation")));
}

#[test]
fn no_variant_has_the_prompt_of_a_record_that_is_held_out() {
    let pair =
        |n: usize| [record(&format!("q {n}"), &format!("a {n}")), record(&format!("Question: q {n}"), "b")];
    let scratch = Scratch::with("a.jsonl", jsonl((0..100).flat_map(pair)));
    for flags in ["--validation 0.3", "--test 0.3"] {
        let flags = format!("--overwrite --skip tokens --skip balance --augment 7 {flags}");
        scratch.run(&format!("build a.jsonl --out o {flags}")).exits(0);
        assert!(scratch.manifest("o")["counts"]["variants"].as_u64().unwrap() > 500);
        let held_out = if flags.contains("--test") { "test" } else { "validation" };
        assert!(prompts(&scratch, "train").is_disjoint(&prompts(&scratch, held_out)));
    }
}

#[test]
fn a_group_or_label_field_that_no_record_has_is_said() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(50)));
    let run = |flags: &str| {
        scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens --output-format jsonl {flags}"))
    };
    for field in ["/promt", "/usr/id", "/prompt/id"] {
        let built = run(&format!("--validation 0.2 --group-by {field}")).exits(1);
        assert_eq!(built.by_code()["split/no-groups"], 1, "{field}");
    }
    let built = run("--validation 0.2 --group-by prompt --group-by /prompt --group-by /usr").exits(1);
    let said: Vec<Value> = built.findings().into_iter().filter(|f| f["code"] == "split/no-groups").collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["message"], "no record has a value at the group field /usr");
    for wrong in ["--group-by /a~2", "--group-by="] {
        assert!(run(&format!("--validation 0.2 {wrong}")).refuses(2).contains("nor a JSON Pointer"));
    }
    assert_eq!(run("--label-field /nope").exits(1).by_code()["balance/missing-label"], 1);
    run("--validation 0.2 --group-by /prompt").exits(0);
    let mut records = plain(50);
    records[7] = r#"{"prompt":"p","completion":"c","user":7}"#.to_owned();
    scratch.write("a.jsonl", jsonl(records));
    let ungrouped = run("--validation 0.2 --group-by /user").exits(1);
    assert_eq!(ungrouped.by_code()["split/ungrouped"], 1);
    assert!(!ungrouped.by_code().contains_key("split/missing-group"));
    let message = "49 of 50 records have no value at the group field /user; `codes` in report/records.parquet tells \
                   which; --allow-missing-group makes each a group of its own";
    assert!(ungrouped.findings().iter().any(|finding| finding["message"] == message), "{}", ungrouped.stdout);
    let marked = |code: &str| -> Vec<String> {
        let rows = scratch.table("o", "records");
        rows.iter().filter(|row| row["codes"] != code).map(|row| row["line"].clone()).collect()
    };
    assert_eq!(marked("split/ungrouped"), ["8"]);
    let allowed = run("--validation 0.2 --group-by /user --allow-missing-group").exits(0).by_code();
    assert_eq!(marked("split/missing-group"), ["8"]);
    assert_eq!((allowed.get("split/missing-group"), allowed.get("split/ungrouped")), (Some(&1), None));
    // One that has a value at another field is only in fewer groups.
    let partly = run("--validation 0.2 --group-by /user --group-by /prompt").exits(0).by_code();
    assert_eq!((partly.get("split/missing-group"), partly.get("split/ungrouped")), (Some(&1), None));
    scratch.write("bedload.toml", "[stages.split]\nallow-missing-group = true\n");
    run("--validation 0.2 --group-by /user").exits(0);
}

#[test]
fn fields_that_a_conversion_removes_still_group_and_label() {
    let pair = |n: usize| {
        let (conversation, label) = (n / 4, ["a", "b"][n / 4 % 2]);
        format!(
            r#"{{"prompt":"q {n}","completion":"answer {n}","conversation":{{"id":"c{conversation}"}},"label":"{label}"}}"#
        )
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..200).map(pair)));
    let flags =
        "--to converse --extra drop --validation 0.2 --group-by /conversation/id --label-field /label";
    let built =
        scratch.run(&format!("build a.jsonl --out o --skip tokens --output-format jsonl {flags}")).exits(0);
    assert!(!built.by_code().contains_key("split/no-groups"));
    let conversations = |side: &str| -> HashSet<u64> {
        let of_line = |line: Vec<u8>| {
            let record: Value = serde_json::from_slice(&line).unwrap();
            assert!(record.get("conversation").is_none());
            let prompt = record["messages"][0]["content"][0]["text"].as_str().unwrap();
            prompt.strip_prefix("q ").unwrap().parse::<u64>().unwrap() / 4
        };
        scratch.side("o", side).into_iter().map(of_line).collect()
    };
    assert_eq!(conversations("validation").len(), 10);
    assert!(conversations("train").is_disjoint(&conversations("validation")));
    let verified = scratch.run("verify o --leaks --output-format jsonl").exits(0);
    assert_eq!(verified.summary()["certificates"]["fields_not_in_files"][0], "/conversation/id");
    scratch.write("bedload.toml", "[stages.balance]\nlabel-field = \"/label\"\n");
    let explained = scratch.run("explain a.jsonl:5 --to converse --extra drop --show-content");
    assert!(explained.stdout.contains("label      b"), "{}", explained.stdout);
}

#[test]
fn what_the_schema_stage_would_have_refused_is_not_taken_for_a_duplicate() {
    let lines = [
        r#"{"prompt":"p","completion":["a"]}"#,
        r#"{"prompt":"p","completion":["b"]}"#,
        r#"{"zzz":1}"#,
        r#"{"zzz":2}"#,
        r#"{"prompt":"p","completion":true}"#,
        r#"{"completion":true,"prompt":"p"}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("build a.jsonl --out o --format prompt-completion --skip schema --skip tokens").exits(0);
    assert_eq!(scratch.manifest("o")["counts"]["duplicates"], 1);
}

#[test]
fn a_first_line_of_megabytes_does_not_hide_the_format() {
    let mut lines = vec![record(&"x".repeat(1_100_000), "c")];
    lines.extend(plain(20));
    lines.extend([r#"{"zzz":1}"#.to_owned(), r#"{"prompt":"","completion":"c"}"#.to_owned()]);
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let checked = scratch.run("check a.jsonl --skip tokens --output-format jsonl").exits(1);
    assert_eq!(checked.summary()["format"], "prompt-completion");
    assert_eq!(checked.summary()["rejected"], 2);
    scratch.run("build a.jsonl --out o --skip tokens").exits(0);
    assert_eq!(scratch.manifest("o")["counts"]["train"], 21);
}

#[test]
fn the_wrong_kind_of_file_is_said_once_to_people_and_in_full_to_programs() {
    let line = r#"{"prompt":"p","chosen":"a","rejected":"b"}"#;
    let scratch = Scratch::with("a.jsonl", jsonl((0..500).map(|_| line)));
    let run =
        |flags: &str| scratch.run(&format!("check a.jsonl --profile generic-sft --skip tokens {flags}"));
    let checked = run("--output-format jsonl").exits(1);
    let mut printed: BTreeMap<String, u64> = BTreeMap::new();
    for finding in checked.findings() {
        *printed.entry(finding["code"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(printed, checked.by_code());
    assert_eq!(printed["schema/missing-field"], 500);
    let wrong = checked.findings().into_iter().find(|finding| finding["code"] == "dataset/wrong-format");
    assert!(wrong.unwrap()["message"].as_str().unwrap().contains("preference"));
    let text = run("").exits(1);
    assert!(text.stdout.contains("dataset/wrong-format") && !text.stdout.contains("schema/missing-field"));
    assert!(text.stderr.contains("(not listed)"), "{}", text.stderr);
}

#[test]
fn more_findings_than_are_held_are_all_placed_in_order() {
    let lines = (0..20_000).map(|n| if n % 3 == 0 { "x".to_owned() } else { record("p", "é") });
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = |flags: &str| {
        let flags = format!("{flags} --skip tokens --output-format jsonl --format prompt-completion");
        scratch.run(&format!("check a.jsonl {flags}")).exits(1)
    };
    let checked = run("");
    let places: Vec<u64> = checked.findings().iter().filter_map(|finding| finding["line"].as_u64()).collect();
    assert_eq!(places, (0..20_000).filter(|n| n % 3 == 0).map(|n| n + 1).collect::<Vec<u64>>());
    assert_eq!(checked.by_code()["json/syntax"], places.len() as u64);
    assert_eq!(checked.stdout, run("--threads 3 --chunk-bytes 777 --no-mmap").stdout);
}

#[test]
fn many_findings_in_one_record_are_placed_in_linear_time() {
    let line = format!("{{\"prompt\":\"é{}\",\"completion\":\"c\"}}", "\\u0000".repeat(100_000));
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    let checked =
        scratch.run("check a.jsonl --format prompt-completion --skip tokens --output-format jsonl").exits(0);
    let columns: Vec<u64> =
        checked.findings().iter().filter_map(|finding| finding["column"].as_u64()).collect();
    assert_eq!(columns, (0..100_000).map(|n| 13 + 6 * n).collect::<Vec<u64>>());
}

#[test]
fn a_warning_about_a_kept_record_counts_for_fail_on() {
    let scratch = Scratch::with(
        "a.jsonl",
        jsonl([r#"{"prompt":"p\u0000","completion":"c"}"#, r#"{"prompt":"q","completion":"c"}"#]),
    );
    let run = |flags: &str| scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens {flags}"));
    run("").exits(0);
    run("--fail-on warning").exits(1);
    run("--fail-on never --strict").exits(0);
    assert_eq!(scratch.manifest("o")["counts"]["rejected"], 1);
}

#[test]
fn what_a_killed_run_left_is_named() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    scratch.write(".o.partial-x1/train.jsonl", "");
    let built = scratch.run("build a.jsonl --out o --skip tokens").exits(0);
    assert!(built.stderr.contains(".o.partial-x1 of a run that was killed"), "{}", built.stderr);
    let other = scratch.run("build a.jsonl --out p --skip tokens").exits(0);
    assert!(!other.stderr.contains("killed"), "{}", other.stderr);
}

#[test]
fn variants_count_towards_what_the_target_takes() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(4000)));
    let build = |copies: u32| {
        let flags = format!(
            "--profile generic-sft --skip tokens --augment {copies} --overwrite --output-format jsonl"
        );
        scratch.run(&format!("build a.jsonl --out o {flags}"))
    };
    build(2).exits(0);
    assert_eq!(build(3).exits(1).by_code()["dataset/too-many-records"], 1);
}
