//! Baselines: only findings that are not known fail, and nothing else of a run depends on them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::corpus::{Random, plain};
use crate::outcome::Outcome;
use crate::scratch::{Scratch, jsonl};

const EMPTY: &str = r#"{"prompt":"","completion":"a"}"#;

fn standings(outcome: &Outcome) -> [u64; 4] {
    ["new", "known", "expired", "gone"].map(|key| outcome.summary()["baseline"][key].as_u64().unwrap())
}

fn check(scratch: &Scratch, flags: &str, code: i32) -> Outcome {
    scratch.run(&format!("check a.jsonl --output-format jsonl {flags}")).exits(code)
}

fn faulty() -> Scratch {
    let lines = plain(40).into_iter().chain([EMPTY.into(), EMPTY.into(), "not json".into()]);
    Scratch::with("a.jsonl", jsonl(lines))
}

#[test]
fn known_findings_pass_wherever_they_are_and_new_ones_fail() {
    let scratch = faulty();
    check(&scratch, "--write-baseline known.json", 1);
    let same = check(&scratch, "--baseline known.json", 0);
    assert_eq!(standings(&same), [0, 3, 0, 0]);
    for finding in same.findings() {
        let expected = if finding["severity"] == "error" { json!("known") } else { Value::Null };
        assert_eq!(finding["baseline"], expected);
    }
    // Other lines, another file, and one of the two gone.
    let lines: Vec<String> = ["not json".to_owned(), EMPTY.to_owned()].into_iter().chain(plain(40)).collect();
    scratch.write("a.jsonl", jsonl(&lines));
    assert_eq!(standings(&check(&scratch, "--baseline known.json", 0)), [0, 2, 0, 1]);
    // A third one like those that are known.
    scratch.write("a.jsonl", jsonl(lines.iter().map(String::as_str).chain([EMPTY, EMPTY])));
    let outcome = check(&scratch, "--baseline known.json", 1);
    assert_eq!(standings(&outcome), [1, 3, 0, 0]);
    let new = outcome.findings().into_iter().filter(|finding| finding["baseline"] == "new").count();
    assert_eq!(new, 1);
    assert_eq!(outcome.summary()["errors"], 4, "all are counted");
}

#[test]
fn people_see_what_is_new_and_on_request_the_rest() {
    let scratch = faulty();
    scratch.run("check a.jsonl --write-baseline known.json").exits(1);
    let shown = scratch.run("check a.jsonl --baseline known.json").exits(0);
    assert!(!shown.stdout.contains("error["), "{}", shown.stdout);
    assert!(shown.said().contains("0 new, 3 known, 0 expired (known.json)"), "{}", shown.said());
    let shown = scratch.run("check a.jsonl --baseline known.json --show-known").exits(0);
    assert_eq!(shown.stdout.matches("error[").count(), 3, "{}", shown.stdout);
    scratch.write("a.jsonl", jsonl(plain(40)));
    let said = scratch.run("check a.jsonl --baseline known.json").exits(0).said();
    assert!(said.contains("3 findings of the baseline are gone; --write-baseline writes it again"), "{said}");
}

#[test]
fn the_file_is_sorted_and_holds_no_text_of_records() {
    let scratch = faulty();
    scratch.run("check a.jsonl --write-baseline known.json --show-content").exits(1);
    let text = String::from_utf8(scratch.read("known.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["format_version"], 1);
    let entries = file["findings"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{text}");
    assert_eq!(text.lines().count(), 8, "one finding a line: {text}");
    assert_eq!((&entries[0]["code"], &entries[0]["count"]), (&json!("json/syntax"), &json!(1)));
    assert_eq!((&entries[1]["code"], &entries[1]["count"]), (&json!("schema/empty-content"), &json!(2)));
    assert!(!text.contains("not json"));
    for threads in ["1", "2"] {
        scratch
            .run(&format!("check a.jsonl --write-baseline again.json --threads {threads} --chunk-bytes 64"))
            .exits(1);
        assert_eq!(scratch.read("again.json"), text.as_bytes());
    }
    scratch.write("a.jsonl", jsonl(plain(40)));
    scratch.run("check a.jsonl --write-baseline none.json").exits(0);
    check(&scratch, "--baseline none.json", 0);
}

#[test]
fn an_entry_expires_after_its_day_and_remarks_stay() {
    let scratch = faulty();
    scratch.run("check a.jsonl --write-baseline known.json").exits(1);
    let text = String::from_utf8(scratch.read("known.json")).unwrap();
    let remarks = "\"expires\":\"2027-01-31\",\"reason\":\"the vendor mends it\",";
    scratch.write("known.json", text.replace("\"code\":\"schema", &format!("{remarks}\"code\":\"schema")));
    let on =
        |day: &str, code| standings(&check(&scratch, &format!("--baseline known.json --today {day}"), code));
    assert_eq!(on("2027-01-31", 0), [0, 3, 0, 0]);
    assert_eq!(on("2027-02-01", 1), [0, 1, 2, 0]);
    let said = |form: &str| {
        let args = "check a.jsonl --baseline known.json --today 2027-02-01 --output-format";
        scratch.run(&format!("{args} {form}")).exits(1).stdout
    };
    assert_eq!(said("text").matches("error[schema/empty-content] (expired): ").count(), 2);
    assert!(said("markdown").contains("\nBaseline: 0 new · 1 known · 2 expired\n"), "{}", said("markdown"));
    scratch.run("check a.jsonl --write-baseline known.json").exits(1);
    let again: Value = serde_json::from_slice(&scratch.read("known.json")).unwrap();
    let entry = &again["findings"][1];
    assert_eq!((&entry["expires"], &entry["reason"]), (&json!("2027-01-31"), &json!("the vendor mends it")));
    assert!(check(&scratch, "--baseline known.json --today 2027-13-01", 2).stderr.contains("not a date"));
}

#[test]
fn an_earlier_output_is_a_baseline() {
    let scratch = faulty();
    scratch.run("build a.jsonl --out OUT --profile generic-sft --fail-on warning").exits(1);
    let args = "build a.jsonl --out NEXT --overwrite --profile generic-sft --fail-on warning";
    let built = scratch.run(&format!("{args} --baseline OUT --output-format jsonl")).exits(0);
    let [new, known, ..] = standings(&built);
    assert!(new == 0 && known > 3, "{new} {known}");
    assert_eq!(scratch.tree("OUT"), scratch.tree("NEXT"), "a baseline changes no byte of an output");
    scratch.run("check a.jsonl --baseline OUT --profile generic-sft").exits(0);
    let convert = "convert a.jsonl --to converse --out b.jsonl --overwrite";
    scratch.run(&format!("{convert} --write-baseline c.json")).exits(1);
    scratch.run(&format!("{convert} --baseline c.json")).exits(0);
    scratch.write("bedload.toml", "baseline = \"OUT\"\n");
    scratch.run("check a.jsonl --profile generic-sft").exits(0);
    scratch.run("check a.jsonl --profile generic-sft --no-config").exits(1);
}

/// Findings about the data set have no record; what tells a worse one is how much it says.
#[test]
fn of_the_data_set_no_more_is_known_than_was_there() {
    let scratch = Scratch::new();
    let lines = plain(60);
    scratch.write("a.jsonl", jsonl(&lines[..50]));
    let args =
        "check a.jsonl --validation-file v.jsonl --profile generic-sft --severity dataset/few-records=error";
    let leak = |n: usize| scratch.write("v.jsonl", jsonl(lines[50 - n..].iter().take(10)));
    leak(2);
    scratch.run(&format!("{args} --write-baseline known.json")).exits(1);
    scratch.run("build a.jsonl --out OUT --profile generic-sft --fail-on warning").exits(1);
    for (n, code) in [(2, 0), (1, 0), (3, 1), (2, 0)] {
        leak(n);
        let outcome = scratch.run(&format!("{args} --baseline known.json")).exits(code);
        let is_grown = outcome.said().contains("is known, but is worse now than the baseline says");
        assert_eq!(is_grown, code == 1, "{n}: {}", outcome.said());
    }
    // Fewer records are worse than few.
    leak(2);
    scratch.write("a.jsonl", jsonl(&lines[9..50]));
    let said = scratch.run(&format!("{args} --baseline known.json")).exits(1).said();
    assert!(said.contains("dataset/few-records is known, but is worse now"), "{said}");
    let again = "build a.jsonl --out NEXT --profile generic-sft --fail-on warning --baseline OUT";
    let said = scratch.run(again).exits(1).said();
    assert!(said.contains("dataset/few-records is known, but is worse now"), "{said}");
    scratch.write("a.jsonl", jsonl(&lines[..50]));
    scratch.run(&format!("{again} --overwrite")).exits(0);
}

#[test]
fn the_first_baseline_is_written_where_the_configuration_names_it() {
    let scratch = faulty();
    scratch.write("bedload.toml", "baseline = \"known.json\"\n");
    assert!(scratch.run("check a.jsonl").refuses(2).contains("there is no such file"));
    assert!(scratch.run("check a.jsonl --write-baseline other.json").refuses(2).contains("no such file"));
    scratch.run("check a.jsonl --write-baseline known.json").exits(1);
    scratch.run("check a.jsonl").exits(0);
}

#[test]
fn what_is_no_baseline_is_refused() {
    let scratch = faulty();
    let entry = |more: &str| {
        format!(
            "{{\"format_version\":1,\"findings\":[{{\"fingerprint\":\"0123456789abcdef\",\"count\":1{more}}}]}}"
        )
    };
    for (text, reason) in [
        (String::new(), "the file is empty"),
        ("{\"format_version\":1".to_owned(), "EOF"),
        ("PAR1".to_owned(), "a Parquet table"),
        ("[]".to_owned(), "which is a JSON object"),
        ("{}".to_owned(), "other JSON"),
        (
            "{\"tool\":\"other\",\"format_version\":1,\"findings\":[]}".to_owned(),
            "`other` wrote it, not bedload",
        ),
        ("{\"findings\":[]}".to_owned(), "missing field `format_version`"),
        (format!("{EMPTY}\n{EMPTY}\n"), "such as records, and is not a baseline"),
        ("{\"format_version\":2,\"more\":1,\"findings\":[]}".to_owned(), "newer than this version"),
        (entry(",\"expire\":\"2027-01-31\""), "did you mean `expires`?"),
        (entry(",\"expires\":\"2027-02-30\""), "not a date"),
        (entry("").replace("\"count\":1", "\"count\":0"), "remove the entry"),
        (entry("").replace("0123456789abcdef", "xyz"), "not a fingerprint"),
        (entry("").replace("]}", ",{\"fingerprint\":\"0123456789abcdef\",\"count\":2}]}"), "more than once"),
    ] {
        scratch.write("known.json", &text);
        let said = scratch.run("check a.jsonl --baseline known.json").refuses(2);
        assert!(said.contains(reason), "{text}: {said}");
    }
    scratch.write("known.json", entry(""));
    check(&scratch, "--baseline known.json --output jsonl=found.jsonl", 1);
    scratch.run("build a.jsonl --out OUT --skip tokens").exits(0);
    for (flags, reason) in [
        (
            "--baseline gone.json",
            "baseline gone.json: there is no such file\n  hint: --write-baseline FILE writes",
        ),
        ("--baseline .", "baseline .: the directory has no manifest.json"),
        ("--baseline OUT/report/findings.parquet", "hint: name the directory that `bedload build` wrote"),
        ("--baseline found.jsonl", "findings in the form `jsonl`"),
        ("--write-baseline a.jsonl", "--write-baseline a.jsonl: the file has other JSON, such as records"),
        ("--write-baseline other", "only a baseline is written over\n  hint: name a new file"),
        ("--baseline OUT --write-baseline other", "only a baseline is written over"),
        ("--write-baseline OUT", "--write-baseline OUT: a directory or link already has this name"),
    ] {
        scratch.write("other", "{\"a\": 1}");
        let said = scratch.run(&format!("check a.jsonl {flags}")).refuses(2);
        assert!(said.contains(reason), "{flags}: {said}");
        assert_eq!(scratch.read("other"), b"{\"a\": 1}", "nothing else is written over");
    }
    let said = scratch.run("build a.jsonl --out OUT --overwrite --write-baseline OUT/b.json").refuses(2);
    assert!(said.contains("--out OUT is written there"), "{said}");
}

#[test]
fn data_of_which_nothing_was_checked_is_never_known() {
    let scratch = Scratch::with("a.jsonl", "\n\n");
    check(&scratch, "--write-baseline known.json", 1);
    check(&scratch, "--baseline known.json", 1);
}

/// Against a count by hand: of each record as many are known as were there before.
#[test]
fn new_findings_are_those_that_were_not_there_before() {
    let mut random = Random(7);
    let kinds: Vec<String> = (0..9).map(|n| format!("{{\"prompt\":\"\",\"completion\":\"{n}\"}}")).collect();
    let some = |random: &mut Random, n: usize| -> Vec<String> {
        (0..n).map(|_| random.pick(&kinds).clone()).collect()
    };
    let count = |lines: &[String]| {
        lines.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<String, u64>, line| {
            *counts.entry(line.clone()).or_default() += 1;
            counts
        })
    };
    for _ in 0..4 {
        let (before, after) = (some(&mut random, 30), some(&mut random, 40));
        let scratch = Scratch::with("a.jsonl", jsonl(plain(5).into_iter().chain(before.clone())));
        check(&scratch, "--write-baseline known.json", 1);
        scratch.write("a.jsonl", jsonl(after.clone().into_iter().chain(plain(7))));
        let outcome = scratch.run("check a.jsonl --output-format jsonl --baseline known.json");
        let (before, after) = (count(&before), count(&after));
        let was = |line: &String| before.get(line).copied().unwrap_or_default();
        let known: u64 = after.iter().map(|(line, &n)| n.min(was(line))).sum();
        let gone = before.values().sum::<u64>() - known;
        assert_eq!(standings(&outcome), [40 - known, known, 0, gone]);
        assert_eq!(outcome.code, i32::from(known < 40));
    }
}

#[test]
fn a_limit_of_rejected_records_is_never_known() {
    let good: Vec<String> =
        (0..40).map(|n| format!(r#"{{"prompt":"question {n}","completion":"answer"}}"#)).collect();
    let with = |bad: usize| jsonl(good.iter().cloned().chain((0..bad).map(|n| format!("{{bad {n}"))));
    let scratch = Scratch::with("a.jsonl", with(2));
    scratch.write("b.jsonl", with(30));
    let flags = "--profile generic-sft --max-rejected 1";
    scratch.run(&format!("check a.jsonl {flags} --write-baseline known.json")).exits(1);
    scratch.run(&format!("check b.jsonl {flags} --baseline known.json")).exits(1);
    scratch.run(&format!("build b.jsonl {flags} --baseline known.json --out o")).exits(1);
}
