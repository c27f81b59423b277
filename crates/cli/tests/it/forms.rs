//! The forms of findings for other programs, each read back by a reader of its own: SARIF against the schema of its
//! standard, `JUnit` by an XML parser, annotations and tables as GitHub reads them.

use std::fs;

use expect_test::expect;
use serde_json::Value;

use crate::corpus::record;
use crate::hostile::{self, annotations, cells, suites, validated};
use crate::scratch::{Scratch, jsonl};

const FORMS: [&str; 4] = ["github", "sarif", "junit", "markdown"];

/// Two files with faults and one without.
fn faulty() -> Scratch {
    let scratch = Scratch::new();
    let answer = |n: u32| if n.is_multiple_of(2) { "" } else { "yes" };
    scratch.write("a.jsonl", jsonl((0..240).map(|n| record(&format!("question {n}"), answer(n)))));
    scratch.write("b.jsonl", jsonl(["{", r#"{"prompt":"Föhn?","completion":""}"#]));
    scratch.write("c.jsonl", jsonl([record("q", "a")]));
    scratch
}

const CHECK: &str = "check a.jsonl b.jsonl c.jsonl --format prompt-completion --skip tokens";

fn show(scratch: &Scratch, form: &str) -> String {
    scratch.run(&format!("{CHECK} --output-format {form}")).exits(1).stdout
}

#[test]
fn sarif_has_a_result_for_each_code_and_file() {
    let scratch = faulty();
    let log = validated(&show(&scratch, "sarif"));
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let shown: Vec<String> = results
        .iter()
        .map(|result| {
            let at = &result["locations"][0]["physicalLocation"];
            let (rule, uri, region) = (&result["ruleId"], &at["artifactLocation"]["uri"], &at["region"]);
            let places = result["locations"].as_array().unwrap().len();
            format!("{rule} {} {uri} {region} {} of {}\n", result["level"], places, result["occurrenceCount"])
        })
        .collect();
    expect![[r#"
        "json/syntax" "error" "b.jsonl" {"startLine":1,"startColumn":1,"byteOffset":0} 1 of 1
        "schema/empty-content" "error" "a.jsonl" {"startLine":1,"startColumn":37,"byteOffset":36} 100 of 120
        "schema/empty-content" "error" "b.jsonl" {"startLine":2,"startColumn":32,"byteOffset":34} 1 of 1
    "#]]
    .assert_eq(&shown.concat());
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    // Fingerprints stay when lines move.
    let before = results[1]["partialFingerprints"].clone();
    scratch.write("a.jsonl", jsonl([record("new", "n"), record("old", "")]));
    let after = validated(&show(&scratch, "sarif"));
    assert_eq!(after["runs"][0]["results"][1]["partialFingerprints"], before);
}

#[test]
fn junit_has_a_case_for_each_code_and_file_and_one_for_what_passed() {
    let suites = suites(&show(&faulty(), "junit"));
    expect![[r#"
        data set: all rules
        a.jsonl: schema/empty-content FAILED, all other rules
        b.jsonl: json/syntax FAILED, schema/empty-content FAILED, all other rules
        c.jsonl: all rules
    "#]]
    .assert_eq(&suites);
}

#[test]
fn a_finding_that_does_not_fail_the_run_is_a_case_that_passed() {
    let scratch = faulty();
    let never = scratch.run(&format!("{CHECK} --output-format junit --fail-on never")).exits(0).stdout;
    assert!(!suites(&never).contains("FAILED"), "{never}");
    assert!(never.contains("<system-out>error: "), "{never}");
    // A build rejects what is wrong, and goes on.
    let built =
        scratch.run("build a.jsonl c.jsonl --skip tokens --out o --output-format junit").exits(0).stdout;
    assert!(!suites(&built).contains("FAILED") && built.contains("schema/empty-content"), "{built}");
    let build = "build a.jsonl c.jsonl --skip tokens --out o --overwrite --output-format";
    let shown = scratch.run(&format!("{build} github")).exits(0).stdout;
    let said = "`completion` is empty (and 119 more) (rejected; the run passes)";
    assert!(shown.starts_with("::warning") && shown.contains(said), "{shown}");
    assert!(!shown.contains("::error"), "{shown}");
    let log = validated(&scratch.run(&format!("{build} sarif")).exits(0).stdout);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["level"] != "error"), "{log}");
    // Where more are rejected than are allowed, they are why it fails.
    let shown = scratch.run(&format!("{build} github --max-rejected 1")).exits(1).stdout;
    assert!(shown.contains("::error file=a.jsonl"), "{shown}");
    let checked = format!("{CHECK} --max-rejected 60% --output-format");
    let shown = scratch.run(&format!("{checked} github")).exits(0).stdout;
    assert!(shown.starts_with("::warning") && !shown.contains("::error"), "{shown}");
    let shown = scratch.run(&format!("{checked} junit")).exits(0).stdout;
    assert!(!suites(&shown).contains("FAILED"), "{shown}");
}

#[test]
fn github_has_an_annotation_for_each_code() {
    let scratch = faulty();
    expect![[r#"
        ::error file=b.jsonl,line=1,col=1,title=json/syntax::the line ends here; is the file pretty-printed? (`jq -c . FILE` makes it JSONL)
        ::error file=a.jsonl,line=1,col=37,title=schema/empty-content::`completion` is empty (and 120 more)
    "#]]
    .assert_eq(&show(&scratch, "github"));
    assert_eq!(annotations(&show(&scratch, "github")).len(), 2);
}

#[test]
fn markdown_has_a_row_for_each_code() {
    expect![[r#"
        ### bedload check: ❌ failed

        3 files · 243 records · 121 valid · 122 rejected

        | severity | code | findings | first place | what |
        |---|---|--:|---|---|
        | error | `json/syntax` | 1 | `b.jsonl:1:1` | the line ends here; is the file pretty-printed? (`jq -c . FILE` makes it JSONL) |
        | error | `schema/empty-content` | 121 | `a.jsonl:1:37` | `completion` is empty |

        <details><summary>What to do</summary>

        * `json/syntax`: Look at the column named in the finding. `jq -c . FILE` turns a pretty-printed file into JSONL, `jq -c '.[]' FILE` an array.
        * `schema/empty-content`: Fill in the field, or drop the record.

        </details>
    "#]]
    .assert_eq(&show(&faulty(), "markdown"));
}

#[test]
fn clean_data_gives_valid_forms_without_findings() {
    let scratch = Scratch::with("c.jsonl", jsonl([record("q", "a")]));
    let show = |form: &str| {
        let args = format!("check c.jsonl --format prompt-completion --skip tokens --output-format {form}");
        scratch.run(&args).exits(0).stdout
    };
    let log = validated(&show("sarif"));
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(suites(&show("junit")), "data set: all rules\nc.jsonl: all rules\n");
    assert_eq!(show("github"), "");
    assert!(show("markdown").contains("passed") && show("markdown").contains("No findings."));
}

#[test]
fn github_is_chosen_only_in_a_workflow_without_a_terminal_and_said() {
    let scratch = faulty();
    let run = |flags: &str, variables: &[(&str, &str)]| {
        let mut command = scratch.command();
        command.args(format!("{CHECK} {flags}").split_whitespace());
        command.envs(variables.iter().copied());
        crate::outcome::Outcome::of(command.output().unwrap()).exits(1)
    };
    let chosen = run("", &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(chosen.stdout, show(&scratch, "github"));
    assert!(chosen.stderr.starts_with("note: GITHUB_ACTIONS is set"), "{}", chosen.stderr);
    assert_eq!(run("", &[("GITHUB_ACTIONS", "false")]).stdout, show(&scratch, "text"));
    let named = run("--output-format text", &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(named.stdout, show(&scratch, "text"));
    assert!(!named.stderr.contains("GITHUB_ACTIONS"));
    // The summary of the step is appended to, where it is that of standard output.
    scratch.write("summary.md", "before\n");
    let summary = scratch.path("summary.md");
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    run("--output github=annotations", &variables);
    let page = String::from_utf8(scratch.read("summary.md")).unwrap();
    assert_eq!(page, format!("before\n{}", show(&scratch, "markdown")));
    assert_eq!(String::from_utf8(scratch.read("annotations")).unwrap(), show(&scratch, "github"));
    // With no room left nothing is appended; what cannot be written is said before the run, and fails nothing.
    scratch.write("summary.md", vec![b'x'; (1 << 20) - 100]);
    run("", &variables);
    assert_eq!(fs::metadata(&summary).unwrap().len(), (1 << 20) - 100);
    fs::remove_file(&summary).unwrap();
    fs::create_dir(&summary).unwrap();
    let mut command = scratch.command();
    command.args(CHECK.split_whitespace()).envs(variables);
    let outcome = crate::outcome::Outcome::of(command.output().unwrap()).exits(1);
    let said: Vec<&str> =
        outcome.stderr.lines().filter(|line| line.contains("GITHUB_STEP_SUMMARY")).collect();
    assert_eq!(said.len(), 1, "{}", outcome.stderr);
    assert!(
        said[0].starts_with("note: GITHUB_STEP_SUMMARY: ") && said[0].contains("could not be written"),
        "{said:?}"
    );
}

#[test]
fn what_ends_a_run_in_a_workflow_is_an_annotation() {
    let scratch = Scratch::new();
    let run = |name: &str| {
        let mut command = scratch.command();
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", scratch.path("summary.md"));
        command.args(["check", name]);
        crate::outcome::Outcome::of(command.output().unwrap())
    };
    let failed = run("no\n::warning::where.jsonl").exits(3);
    let annotations: Vec<&str> = failed.stderr.lines().filter(|line| line.starts_with("::")).collect();
    let [annotation] = annotations[..] else { panic!("{}", failed.stderr) };
    assert!(annotation.starts_with("::error title=bedload::no"), "{annotation}");
    assert!(annotation.ends_with("%0Ahint: check the path"), "{annotation}");
    let summary = String::from_utf8(scratch.read("summary.md")).unwrap();
    assert!(summary.starts_with("### bedload: ❌ failed\n\n    no") && summary.contains("check the path"));
    let mut command = scratch.command();
    command.env("GITHUB_ACTIONS", "true").args(["check", "a.jsonl", "--fail-on", "errors"]);
    let misused = crate::outcome::Outcome::of(command.output().unwrap()).exits(2).stderr;
    assert!(misused.starts_with("::error title=bedload::invalid value 'errors' for "), "{misused}");
    assert_eq!(misused.lines().count(), 1, "{misused}");
    scratch.run("check nowhere.jsonl").exits(3).stderr.lines().for_each(|line| {
        assert!(!line.starts_with("::"), "{line}");
    });
}

#[test]
fn paths_are_those_of_the_checkout() {
    let scratch = faulty();
    scratch.write("sub/x y.jsonl", "{\n");
    let show = |form: &str| {
        let mut command = scratch.command();
        command.current_dir(scratch.path("sub")).env("GITHUB_WORKSPACE", scratch.path(""));
        command.args(["check", "x y.jsonl", "--format", "prompt-completion", "--output-format", form]);
        crate::outcome::Outcome::of(command.output().unwrap()).exits(1).stdout
    };
    assert!(show("github").starts_with("::error file=sub/x y.jsonl,line=1"), "{}", show("github"));
    assert!(show("sarif").contains("\"uri\":\"sub/x%20y.jsonl\""), "{}", show("sarif"));
    assert!(show("markdown").contains("`sub/x y.jsonl:1:1`"), "{}", show("markdown"));
}

#[test]
fn forms_stay_small_whatever_the_data() {
    let scratch = Scratch::new();
    // Many files with many codes each, and names that take three bytes a byte as URIs.
    for n in 0..400 {
        let name = format!("{n:03}{}.jsonl", "ü".repeat(100));
        let lines = [
            "{",
            "[]",
            "",
            r#"{"prompt":"","completion":1}"#,
            r#"{"prompt":"a","prompt":"b"}"#,
            "{\"x\":1e999}",
        ];
        scratch.write(&name, jsonl(lines.repeat(3)));
    }
    for form in FORMS {
        let args = format!("check . --format prompt-completion --skip tokens --output-format {form}");
        let shown = scratch.run(&args).exits(1).stdout;
        assert!(shown.len() < 10_000_000, "{form}: {}", shown.len());
        match form {
            "sarif" => {
                let log = validated(&shown);
                let results = log["runs"][0]["results"].as_array().unwrap();
                let counted: u64 =
                    results.iter().map(|result| result["occurrenceCount"].as_u64().unwrap()).sum();
                let all =
                    scratch.run("check . --format prompt-completion --skip tokens --output-format jsonl");
                let beyond =
                    log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
                let beyond = beyond.iter().map(|note| {
                    let text = note["message"]["text"].as_str().unwrap();
                    text.split(' ').next().unwrap().replace(',', "").parse::<u64>().unwrap()
                });
                assert_eq!(counted + beyond.sum::<u64>(), all.by_code().values().sum::<u64>());
            }
            "junit" => assert_eq!(suites(&shown).lines().count(), 401),
            "markdown" => assert!(cells(&shown).iter().all(|row| row.len() == 5) && shown.len() < 65_536),
            _ => assert!(annotations(&shown).len() < 30),
        }
    }
}

#[test]
fn nothing_in_the_data_breaks_a_form() {
    for (n, scratch) in hostile::scratches().into_iter().enumerate() {
        for form in FORMS {
            for flags in ["", "--show-content"] {
                let outcome = scratch.run(&format!(
                    "check . --format prompt-completion --skip tokens --balance label --label-field /label {flags} --output-format {form}"
                ));
                let shown = &outcome.stdout;
                assert!(matches!(outcome.code, 0 | 1), "{n}: {}", outcome.stderr);
                hostile::is_tame(&outcome.stderr);
                match form {
                    "sarif" => drop(validated(shown)),
                    "junit" => drop(suites(shown)),
                    "markdown" => assert!(cells(shown).iter().all(|row| row.len() == 5), "{shown}"),
                    _ => assert!(annotations(shown).iter().all(|line| line.contains("title="))),
                }
                hostile::is_tame_but_for_commands(shown);
            }
        }
        hostile::is_tame(
            &scratch.run("check . --format prompt-completion --skip tokens --show-content").stdout,
        );
    }
}

#[test]
fn verify_has_the_same_forms() {
    let scratch = Scratch::with("a.jsonl", jsonl((0..40).map(|n| record(&format!("q{n}"), "a"))));
    scratch.run("build a.jsonl --skip tokens --out p").exits(0);
    let fine = scratch.run("verify p --output-format junit").exits(0).stdout;
    assert_eq!(suites(&fine), "data set: all rules\np/manifest.json: all rules\n");
    scratch.write("p/rejected.jsonl", "x\n");
    scratch.write("p/::error::x", "mine");
    let text = scratch.run("verify p").exits(1).stdout;
    assert!(text.contains("rejected.jsonl: ") && text.contains("\\u{3a}:error::x: not in"), "{text}");
    hostile::is_tame(&text);
    let both = scratch.run("verify p --output sarif=v.sarif --output jsonl=v.jsonl").exits(1);
    assert_eq!(both.stdout, text);
    let log = validated(&String::from_utf8(scratch.read("v.sarif")).unwrap());
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 2);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "output/not-as-built");
    assert_eq!(scratch.lines("v.jsonl").len(), 3);
    let said = scratch.run("verify p --output jsonl=p/found.jsonl").refuses(2);
    assert!(said.contains("it is inside p, which is verified"), "{said}");
    assert_eq!(annotations(&scratch.run("verify p --output-format github").exits(1).stdout).len(), 1);
}
