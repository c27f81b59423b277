//! `--max-findings` and `--max-rejected`: what is borne, what fails, and what is said of it.

use serde_json::json;

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

const EMPTY: &str = r#"{"prompt":"","completion":"a"}"#;

/// 100 records, of which two are empty, and one is no JSON.
fn scratch() -> Scratch {
    let lines = plain(97).into_iter().chain([EMPTY.into(), EMPTY.into(), "not json".into()]);
    Scratch::with("a.jsonl", jsonl(lines))
}

#[test]
fn as_many_as_are_allowed_do_not_fail_and_more_do() {
    let scratch = scratch();
    for (flags, code, reason) in [
        ("", 1, ""),
        (
            "--max-findings schema/empty-content=2 --max-findings json/syntax=1%",
            0,
            "exiting with 0: 1 of json/syntax, 2 of schema/empty-content in 100 records found, which max-findings allows",
        ),
        ("--max-findings schema/empty-content=2", 1, ""),
        (
            "--max-findings schema/empty-content=1 --max-findings json/syntax=1",
            1,
            "exiting with 1: 2 findings of schema/empty-content; max-findings allows 1",
        ),
        ("--max-findings schema/*=1.9% --max-findings json/*=1%", 1, "2 findings of schema/*"),
        ("--max-findings schema/*=2% --max-findings json/*=1%", 0, "exiting with 0"),
        // All limits hold, in whatever order they are given.
        (
            "--max-findings schema/empty-content=1 --max-findings schema/*=9 --max-findings json/*=1",
            1,
            "2 findings of schema/empty-content; max-findings allows 1",
        ),
        ("--max-findings schema/empty-content=1 --fail-on never", 1, "2 findings of schema/empty-content"),
        ("--max-findings schema/empty-content=2 --fail-on never", 0, ""),
        (
            "--severity schema/*=note --max-findings schema/*=0 --max-findings json/*=1",
            1,
            "2 findings of schema/*",
        ),
    ] {
        let outcome = scratch.run(&format!("check a.jsonl {flags}")).exits(code);
        assert!(outcome.said().contains(reason), "{flags}: {}", outcome.said());
        assert_eq!(
            outcome.said().contains("exiting with"),
            !reason.is_empty(),
            "{flags}: {}",
            outcome.said()
        );
        let summary =
            scratch.run(&format!("check a.jsonl {flags} --output-format jsonl")).exits(code).summary();
        let is_exceeded = reason.contains("findings of");
        assert_eq!(summary["exceeded"].as_array().map(Vec::is_empty), Some(!is_exceeded), "{flags}");
    }
    let flags = "--max-findings schema/empty-content=1 --output-format jsonl";
    let expected = json!([{"findings_of": "schema/empty-content", "found": 2, "limit": 1}]);
    assert_eq!(scratch.run(&format!("check a.jsonl {flags}")).exits(1).summary()["exceeded"], expected);
}

#[test]
fn a_build_counts_what_it_rejects() {
    let scratch = scratch();
    scratch.run("build a.jsonl --out OUT").exits(0);
    let built =
        scratch.run("build a.jsonl --out OUT --overwrite --max-findings schema/empty-content=1").exits(1);
    assert!(built.said().contains("exiting with 1: 2 findings of schema/empty-content"), "{}", built.said());
    assert_eq!(scratch.manifest("OUT")["ready"], true, "the output is what it was");
    scratch.run("build a.jsonl --out OUT --overwrite --max-findings schema/empty-content=2").exits(0);
    let convert = "convert a.jsonl --to converse --out b.jsonl --overwrite";
    scratch.run(convert).exits(1);
    scratch.run(&format!("{convert} --max-findings */*=3")).refuses(2);
    let by_code = scratch.run(&format!("{convert} --output-format jsonl")).by_code();
    let limits: Vec<String> = by_code.iter().map(|(code, n)| format!("--max-findings {code}={n}")).collect();
    scratch.run(&format!("{convert} {}", limits.join(" "))).exits(0);
}

#[test]
fn check_bears_rejected_records_up_to_the_limit() {
    let scratch = scratch();
    let check =
        |limit: &str| scratch.run(&format!("check a.jsonl --output-format jsonl --max-rejected {limit}"));
    for (limit, code) in [("3", 0), ("3%", 0), ("2", 1), ("2.9%", 1), ("0", 1)] {
        let outcome = check(limit).exits(code);
        let is_said = outcome.by_code().contains_key("dataset/too-many-rejected");
        assert_eq!(is_said, code == 1, "{limit}");
    }
    scratch.write("bedload.toml", "max-rejected = 3\n[max-findings]\n\"schema/*\" = 2\n");
    scratch.run("check a.jsonl").exits(0);
    scratch.run("check a.jsonl --max-findings schema/*=1").exits(1);
    scratch.run("check a.jsonl --max-rejected 1").exits(1);
}

#[test]
fn a_limit_of_rejected_records_says_why_a_run_passes_and_always_fails_one() {
    let scratch = scratch();
    let said = scratch.run("check a.jsonl --max-rejected 3").exits(0).said();
    assert!(
        said.ends_with("exiting with 0: 3 of 100 records were rejected; max-rejected allows 3\n"),
        "{said}"
    );
    assert!(
        !scratch.run("check a.jsonl --max-rejected 3 --fail-on never").exits(0).said().contains("exiting")
    );
    for command in ["check a.jsonl", "build a.jsonl --out OUT --overwrite"] {
        let said = scratch.run(&format!("{command} --max-rejected 1.50% --fail-on never")).exits(1).said();
        let reason = "exiting with 1: 3 of 100 records were rejected; max-rejected allows 1.5%\n";
        assert!(said.ends_with(reason), "{said}");
        let flags = "--max-rejected 1 --fail-on never --max-findings dataset/*=9";
        scratch.run(&format!("{command} {flags}")).exits(1);
    }
    let lowered = "--max-rejected 1 --severity dataset/too-many-rejected=note";
    assert!(scratch.run(&format!("check a.jsonl {lowered}")).refuses(2).contains("always an error"));
}

#[test]
fn convert_bears_rejected_records_up_to_the_limit_and_writes_the_others_either_way() {
    let scratch = scratch();
    let convert = "convert a.jsonl --to converse --overwrite --out c.jsonl";
    scratch.run(convert).exits(1);
    for (limit, code) in [("3", 0), ("3%", 0), ("2", 1), ("2.9%", 1), ("0", 1)] {
        let run = scratch.run(&format!("{convert} --max-rejected {limit} --output-format jsonl")).exits(code);
        let is_said = run.by_code().contains_key("dataset/too-many-rejected");
        assert_eq!(is_said, code == 1, "{limit}");
        let summary = run.summary();
        assert_eq!((&summary["records"], &summary["rejected"]), (&100.into(), &3.into()));
        assert_eq!(scratch.lines("c.jsonl").len(), 97);
    }
    scratch.write("bedload.toml", "max-rejected = 3\n");
    let said = scratch.run(convert).exits(0).said();
    assert!(
        said.ends_with("exiting with 0: 3 of 100 records were rejected; max-rejected allows 3\n"),
        "{said}"
    );
    let run = scratch.run(&format!("{convert} --max-rejected 0 --fail-on never")).exits(1);
    let said = run.said();
    assert!(
        said.ends_with("exiting with 1: 3 of 100 records were rejected; max-rejected allows 0\n"),
        "{said}"
    );
    assert!(said.contains("wrote c.jsonl"), "{said}");
}

#[test]
fn a_share_is_given_with_the_records_that_it_is_of() {
    let scratch = scratch();
    for (flags, code, reason) in [
        (
            "--max-findings schema/*=1.5% --max-findings json/*=1",
            1,
            "2 findings of schema/* in 100 records; max-findings allows 1.5%",
        ),
        (
            "--max-findings schema/*=100% --max-findings json/*=1",
            0,
            "1 of json/syntax, 2 of schema/empty-content in 100 records found, which max-findings allows",
        ),
    ] {
        let said = scratch.run(&format!("check a.jsonl {flags}")).exits(code).said();
        assert!(said.ends_with(&format!("exiting with {code}: {reason}\n")), "{said}");
    }
}

#[test]
fn what_is_no_limit_is_refused() {
    let scratch = scratch();
    for (flag, reason) in [
        ("schema/empty-content=101%", "neither a number of findings"),
        ("schema/empty-content=-1", "neither a number of findings"),
        ("schema/empty-content", "write CODE=LIMIT"),
        ("schema/emtpy-content=1", "did you mean `schema/empty-content`?"),
        ("dataset/no-records=1", "never clean"),
        ("dataset/too-many-rejected=1", "raise --max-rejected"),
    ] {
        let said = scratch.run(&format!("check a.jsonl --max-findings {flag}")).refuses(2);
        assert!(said.contains(reason), "{flag}: {said}");
    }
    scratch.write("none.jsonl", "\n\n");
    scratch
        .run("check none.jsonl --max-findings dataset/*=9 --max-findings json/*=9 --fail-on error")
        .exits(1);
}

#[test]
fn a_reason_to_fail_is_said_to_quiet_users_too() {
    let scratch = Scratch::with("a.jsonl", jsonl(["broken"]));
    let quiet = "check a.jsonl --skip tokens --quiet --fail-on never --max-findings json/syntax=0";
    let run = scratch.run(quiet).exits(1);
    assert!(
        run.stderr.contains("exiting with 1: 1 finding of json/syntax; max-findings allows 0"),
        "{}",
        run.stderr
    );
}
