//! Severities that a run chooses: what they accept, what they fail, and what they cannot change.

use serde_json::json;

use crate::scratch::{Scratch, jsonl};

const EMPTY: &str = r#"{"prompt":"","completion":"a"}"#;
const GOOD: &str = r#"{"prompt":"p","completion":"a"}"#;

fn scratch() -> Scratch {
    Scratch::with("a.jsonl", jsonl([GOOD, EMPTY, r#"{"prompt":"q","completion":"b"}"#]))
}

#[test]
fn a_lowered_error_accepts_the_record_and_a_raised_note_rejects_it() {
    let scratch = scratch();
    let flags = "--severity dataset/few-distinct=note";
    for (rule, fail_on, code, rejected, severity) in [
        ("schema/empty-content=error", "error", 1, 1, "error"),
        ("schema/empty-content=warning", "error", 0, 0, "warning"),
        ("schema/empty-content=warning", "warning", 1, 0, "warning"),
        ("schema/*=note", "warning", 0, 0, "note"),
        ("schema/*=note", "note", 1, 0, "note"),
        // A code counts before its area in whatever order they are given; of equals, the last one counts.
        ("schema/empty-content=warning --severity schema/*=note", "warning", 1, 0, "warning"),
        ("schema/*=note --severity schema/empty-content=warning", "warning", 1, 0, "warning"),
        ("schema/*=note --severity schema/*=warning", "warning", 1, 0, "warning"),
    ] {
        let args =
            format!("check a.jsonl {flags} --severity {rule} --fail-on {fail_on} --output-format jsonl");
        let outcome = scratch.run(&args).exits(code);
        assert_eq!(outcome.summary()["rejected"], rejected, "{rule}");
        let finding = outcome.findings().into_iter().find(|found| found["code"] == "schema/empty-content");
        assert_eq!(finding.expect("a finding")["severity"], severity, "{rule}");
        let said =
            scratch.run(&format!("check a.jsonl {flags} --severity {rule} --fail-on {fail_on}")).said();
        let reason = format!("exiting with 1: {severity}s present (`--fail-on {fail_on}`)");
        assert_eq!(said.contains(&reason), code == 1 && severity != "error", "{said}");
    }
    let built =
        scratch.run(&format!("build a.jsonl --out OUT {flags} --severity schema/empty-content=warning"));
    assert_eq!(scratch.lines("OUT/rejected.jsonl").len(), 0, "{}", built.stderr);
    assert_eq!(scratch.lines("OUT/train.jsonl").len(), 3);
    assert_eq!(
        scratch.manifest("OUT")["config"]["severity"]["schema/empty-content"],
        json!("warning"),
        "the manifest says what was chosen"
    );
    scratch.run("verify OUT").exits(0);
}

#[test]
fn the_configuration_says_so_too_and_arguments_count_before_it() {
    let scratch = scratch();
    scratch
        .write("bedload.toml", "[severity]\n\"schema/empty-content\" = \"note\"\n\"dataset/*\" = \"note\"\n");
    let rejected = |flags: &str| {
        scratch.run(&format!("check a.jsonl --output-format jsonl {flags}")).summary()["rejected"].clone()
    };
    assert_eq!(rejected(""), 0);
    assert_eq!(rejected("--severity schema/empty-content=error"), 1);
    assert_eq!(rejected("--severity schema/*=error"), 1, "an argument about the area is about the code");
    assert_eq!(rejected("--no-config"), 1);
    let page = scratch.run("explain schema/empty-content").exits(0).stdout;
    assert!(page.starts_with("schema/empty-content (error; note here)\n"), "{page}");
    let page = scratch.run("explain schema/empty-content --no-config").exits(0).stdout;
    assert!(page.starts_with("schema/empty-content (error)\n"), "{page}");
}

#[test]
fn facts_are_kept_for_those_that_reject_the_same_records() {
    let scratch = scratch();
    let build = |flags: &str| {
        scratch.run(&format!("build a.jsonl --out OUT --overwrite --facts FACTS {flags}")).said()
    };
    build("");
    assert!(build("--severity dataset/few-distinct=error").contains("were read here"));
    assert!(build("--severity schema/empty-content=warning").contains("scanned again"));
    assert!(build("--severity schema/empty-content=note").contains("were read here"));
    let rows = scratch.table("OUT", "findings");
    let row = rows.iter().find(|row| row["code"] == "schema/empty-content").expect("a row");
    assert_eq!(row["severity"], "note");
}

#[test]
fn what_cannot_be_chosen_is_refused() {
    let scratch = scratch();
    for (flags, reason) in [
        ("--severity json/syntax=warning", "always an error"),
        ("--severity convert/content=note", "always an error"),
        ("--severity limit/record-bytes=note", "always an error"),
        ("--severity json/*=warning", "always an error"),
        ("--severity schema/empty-contents=note", "did you mean `schema/empty-content`?"),
        ("--severity schema/empty-content=off", "no finding can be switched off"),
        ("--severity schema/empty-content", "write CODE=LEVEL"),
    ] {
        let said = scratch.run(&format!("check a.jsonl {flags}")).refuses(2);
        assert!(said.contains(reason), "{flags}: {said}");
    }
    let said = scratch.run("build a.jsonl --out OUT --pii drop --severity pii/email=note").refuses(2);
    assert!(said.contains("it follows from `--pii drop`"), "{said}");
    for (table, reason) in [
        ("\"schema/emty-content\" = \"note\"", "did you mean `schema/empty-content`?"),
        ("\"schema/empty-content\" = \"off\"", "no finding can be switched off"),
        ("\"json/*\" = \"note\"", "always an error"),
    ] {
        scratch.write("bedload.toml", format!("[severity]\n{table}\n"));
        let said = scratch.run("check a.jsonl").refuses(2);
        assert!(said.contains(reason), "{table}: {said}");
    }
}
