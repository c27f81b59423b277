//! What each form says of findings that a baseline knows, and that all forms agree with the exit code.

use serde_json::{Value, json};

use crate::corpus::{plain, record};
use crate::hostile::{annotations, cells, suites, validated};
use crate::scratch::{Scratch, jsonl};

const CHECK: &str = "check a.jsonl --format prompt-completion --skip tokens";

/// Seven records with a fault that is known, and after them six others with the same fault.
fn scratch() -> Scratch {
    let empty = |from: u32, to: u32| (from..to).map(|n| record("", &format!("answer {n}")));
    let scratch = Scratch::with("a.jsonl", jsonl(plain(9).into_iter().chain(empty(0, 7))));
    scratch.run(&format!("{CHECK} --write-baseline known.json")).exits(1);
    let text = String::from_utf8(scratch.read("known.json")).unwrap();
    scratch.write("known.json", text.replace("\"code\"", "\"reason\":\"sent to the supplier\",\"code\""));
    scratch.write("a.jsonl", jsonl(plain(9).into_iter().chain(empty(0, 13))));
    scratch
}

fn show(scratch: &Scratch, flags: &str) -> String {
    scratch.run(&format!("{CHECK} --baseline known.json {flags}")).exits(1).stdout
}

#[test]
fn text_shows_as_many_of_what_is_new_as_of_what_is_known() {
    let scratch = scratch();
    let shown = show(&scratch, "");
    assert_eq!((shown.matches("error[").count(), shown.matches("(known)").count()), (5, 0), "{shown}");
    assert!(shown.contains("--> a.jsonl:17:") && shown.contains("... and 1 more of schema/empty-content\n"));
    let shown = show(&scratch, "--show-known");
    assert_eq!((shown.matches("error[").count(), shown.matches("] (known): ").count()), (10, 5), "{shown}");
    assert!(shown.contains("... and 2 more of schema/empty-content, known\n"), "{shown}");
    for (flags, lines) in [
        (
            "",
            [
                "13 errors (7 known), 0 warnings",
                "(7 known, not listed; first 5 new shown)",
                "--show-known lists",
            ],
        ),
        (
            "--show-known",
            ["13 errors (7 known), 0 warnings", "error  (7 known; first 5 of each shown)", "6 new, 7 known"],
        ),
    ] {
        let said = scratch.run(&format!("{CHECK} --baseline known.json {flags}")).exits(1).said();
        lines.iter().for_each(|line| assert!(said.contains(line), "{line}: {said}"));
        assert_eq!(said.contains("not listed"), flags.is_empty(), "{said}");
    }
}

#[test]
fn a_run_with_known_errors_only_says_that_none_is_new() {
    let scratch = scratch();
    scratch.run(&format!("{CHECK} --write-baseline known.json")).exits(1);
    let said = scratch.run(&format!("{CHECK} --baseline known.json")).exits(0).said();
    assert!(said.starts_with("no new errors (13 known)"), "{said}");
    assert!(said.contains("error  (known, not listed)"), "{said}");
    let said = scratch.run(&format!("{CHECK} --baseline known.json --output-format jsonl")).exits(0).said();
    assert!(said.contains("error  (known)\n") && !said.contains("not listed"), "{said}");
    let build = "build a.jsonl --skip tokens --out o --overwrite --baseline known.json";
    assert!(scratch.run(build).exits(0).said().contains("error  (known, not listed)"));
}

#[test]
fn sarif_suppresses_what_is_known_and_marks_what_is_new() {
    let scratch = scratch();
    let results = |flags: &str| -> Vec<Value> {
        let log = scratch.run(&format!("{CHECK} {flags} --output-format sarif")).exits(1).stdout;
        validated(&log)["runs"][0]["results"].as_array().unwrap().clone()
    };
    let both = results("--baseline known.json");
    let shown: Vec<Value> = both
        .iter()
        .map(|result| {
            let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
            json!([result["baselineState"], result["suppressions"], result["occurrenceCount"], line])
        })
        .collect();
    let accepted =
        json!([{"kind": "external", "status": "accepted", "justification": "sent to the supplier"}]);
    assert_eq!(shown, [json!(["new", null, 6, 17]), json!(["unchanged", accepted, 7, 10])]);
    let alone = results("");
    assert!(alone[0].get("baselineState").is_none() && alone[0].get("suppressions").is_none());
    assert_eq!(alone[0]["partialFingerprints"], both[0]["partialFingerprints"]);
    assert_ne!(both[0]["partialFingerprints"], both[1]["partialFingerprints"]);
}

#[test]
fn junit_markdown_and_github_tell_known_from_new() {
    let scratch = scratch();
    let junit = suites(&show(&scratch, "--output-format junit"));
    let expected = "a.jsonl: schema/empty-content FAILED, schema/empty-content (known), all other rules";
    assert!(junit.contains(expected), "{junit}");
    let page = show(&scratch, "--output-format markdown");
    assert!(page.contains("\n7 known findings are not listed; `--show-known` lists them.\n"), "{page}");
    assert_eq!(cells(&page).len(), 3, "{page}");
    assert!(page.contains("| error | `schema/empty-content` | 6 | `a.jsonl:17:11` |"), "{page}");
    let page = show(&scratch, "--output-format markdown --show-known");
    assert!(page.contains("| error | `schema/empty-content` | 6 | `a.jsonl:17:11` |"), "{page}");
    assert!(page.contains("| error (known) | `schema/empty-content` | 7 | `a.jsonl:10:11` |"), "{page}");
    assert_eq!(page.matches("* `schema/empty-content`: ").count(), 1, "{page}");
    assert_eq!(annotations(&show(&scratch, "--output-format github")).len(), 1);
    let shown = show(&scratch, "--output-format github --show-known");
    let [new, known] = annotations(&shown).try_into().unwrap();
    assert!(new.starts_with("::error file=a.jsonl,line=17,") && new.ends_with("(and 5 more)"), "{new}");
    assert!(known.starts_with("::notice file=a.jsonl,line=10,"), "{known}");
    assert!(known.ends_with("(and 6 more) (known)"), "{known}");
    // The summary of a step is the same page.
    let mut command = scratch.command();
    let args = format!("{CHECK} --baseline known.json --show-known --output-format github");
    command.args(args.split_whitespace()).env("GITHUB_STEP_SUMMARY", scratch.path("summary.md"));
    crate::outcome::Outcome::of(command.output().unwrap()).exits(1);
    assert_eq!(String::from_utf8(scratch.read("summary.md")).unwrap(), page);
}

#[test]
fn a_limit_makes_a_finding_worth_knowing() {
    let lines = plain(20).into_iter().chain([r#"{"prompt":"a","completion":"b","promt":"c"}"#.to_owned()]);
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let flags = "--max-findings dataset/ignored-keys=0";
    scratch.run(&format!("check a.jsonl {flags} --write-baseline known.json")).exits(1);
    let known = String::from_utf8(scratch.read("known.json")).unwrap();
    assert!(known.contains("dataset/ignored-keys"), "{known}");
    let again = scratch.run(&format!("check a.jsonl {flags} --baseline known.json --output-format jsonl"));
    let again = again.exits(0);
    assert!(again.findings().iter().any(|finding| finding["baseline"] == "known"));
    // Without the limit it cannot fail the run, so it is neither.
    scratch.run("check a.jsonl --write-baseline none.json").exits(0);
    assert!(!String::from_utf8(scratch.read("none.json")).unwrap().contains("dataset/ignored-keys"));
}

#[test]
fn junit_has_a_failure_where_the_run_fails_and_only_there() {
    let scratch = scratch();
    let rare = r#"{"prompt":"a","completion":"b","promt":"c"}"#;
    let lines = plain(9).into_iter().chain((0..13).map(|n| record("", &format!("answer {n}"))));
    scratch.write("a.jsonl", jsonl(lines.chain([rare.to_owned(), "not json".to_owned()])));
    let mut seen = [0, 0];
    for command in ["check a.jsonl", "build a.jsonl --out o --overwrite"] {
        for fail_on in ["never", "error", "note"] {
            for limit in ["", "schema/*=13", "schema/*=5", "*"] {
                for rejected in ["", "--max-rejected 3"] {
                    for baseline in ["", "--baseline known.json"] {
                        let limit = match limit {
                            "" => String::new(),
                            "*" => ["schema/*=60%", "json/*=1", "dataset/*=1"]
                                .map(|limit| format!("--max-findings {limit}"))
                                .join(" "),
                            limit => format!("--max-findings {limit}"),
                        };
                        let args = format!(
                            "{command} --format prompt-completion --skip tokens --fail-on {fail_on} {limit} {rejected} {baseline} -q --output-format junit --output markdown=m.md"
                        );
                        let outcome = scratch.run(&args);
                        let fails = outcome.code == 1;
                        assert!(matches!(outcome.code, 0 | 1), "{args}: {}", outcome.stderr);
                        assert_eq!(
                            suites(&outcome.stdout).contains("FAILED"),
                            fails,
                            "{args}: {}",
                            outcome.stdout
                        );
                        let page = String::from_utf8(scratch.read("m.md")).unwrap();
                        assert!(fails || !page.contains("* exit code 1: "), "{args}: {page}");
                        if limit.contains("schema/*=5") {
                            let is_named = page.contains("findings of schema/\\*; max-findings allows 5");
                            let left = if baseline.is_empty() { 13 } else { 6 };
                            assert_eq!(is_named, left > 5, "{args}: {page}");
                        }
                        seen[usize::from(fails)] += 1;
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|&n| n > 20), "{seen:?}");
}
