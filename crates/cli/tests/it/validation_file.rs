//! What `check` says of validation data beside training data, and of records that occur more than once.

use crate::corpus::{plain, record};
use crate::outcome::Outcome;
use crate::scratch::{Scratch, gzip, jsonl};

fn scratch(train: impl IntoIterator<Item = String>, validation: impl IntoIterator<Item = String>) -> Scratch {
    let scratch = Scratch::with("t.jsonl", jsonl(train));
    scratch.write("v.jsonl", jsonl(validation));
    scratch
}

fn check(scratch: &Scratch, flags: &str) -> Outcome {
    scratch
        .run(&format!("check t.jsonl --validation-file v.jsonl --skip tokens --output-format jsonl {flags}"))
}

/// What is said with a code; none where it is not.
fn said(checked: &Outcome, code: &str) -> Option<String> {
    let finding = checked.findings().into_iter().find(|finding| finding["code"] == code)?;
    assert!(finding["line"].is_null(), "it is about the data set");
    Some(finding["message"].as_str().unwrap().to_owned())
}

#[test]
fn records_and_prompts_on_both_sides_are_counted_with_their_places() {
    let mut validation: Vec<String> = (100..130).map(|n| record(&format!("p{n}"), "c")).collect();
    // Ten records of the training data, however they are written, and three of its prompts with other answers.
    validation.extend(plain(9));
    validation.push(r#" { "completion" : "completion 9", "prompt":"prompt \u0039", "id": 1 } "#.to_owned());
    validation.extend((5..8).map(|n| record(&format!("prompt {n}"), "another")));
    let scratch = scratch(plain(60), validation);
    let checked = check(&scratch, "--profile generic-sft").exits(1);
    assert_eq!(
        said(&checked, "split/leaked-record").unwrap(),
        "10 of 43 validation records are also in the training data: v.jsonl:31 and t.jsonl:1, \
         v.jsonl:32 and t.jsonl:2, v.jsonl:33 and t.jsonl:3, 7 more"
    );
    assert_eq!(
        said(&checked, "split/leaked-prompt").unwrap(),
        "3 of 43 validation records share their prompt with training records: \
         v.jsonl:41 and t.jsonl:6, v.jsonl:42 and t.jsonl:7, v.jsonl:43 and t.jsonl:8"
    );
    let summary = checked.summary();
    assert_eq!((&summary["leaked_records"], &summary["leaked_prompts"]), (&10.into(), &3.into()));
    assert_eq!((&summary["records"], &summary["distinct"]), (&103.into(), &93.into()));
    for flags in ["--threads 1", "--threads 3 --chunk-bytes 77 --no-mmap", "--chunk-bytes 1"] {
        assert_eq!(
            check(&scratch, &format!("--profile generic-sft {flags}")).stdout,
            checked.stdout,
            "{flags}"
        );
    }
}

#[test]
fn sides_without_a_common_record_are_clean() {
    let checked =
        check(&scratch(plain(60), (0..5).map(|n| record(&format!("p{n}"), "completion 1"))), "").exits(0);
    let summary = checked.summary();
    assert_eq!((&summary["leaked_records"], &summary["leaked_prompts"]), (&0.into(), &0.into()));
    let alone = scratch(plain(3), []).run("check t.jsonl --skip tokens --output-format jsonl").exits(0);
    assert!(alone.summary()["leaked_records"].is_null());
}

#[test]
fn rejected_records_leak_nothing_and_long_numbers_are_not_the_same() {
    let rft = |n: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"q{n}"}}],"reference_answer":{{"id":90071992547409920{n}}}}}"#
        )
    };
    let pairs = scratch(["1", "2", "3"].map(rft), ["4", "5"].map(rft));
    check(&pairs, "--format chat-rft").exits(0);
    let empty = record("prompt 1", "");
    let checked =
        check(&scratch([record("prompt 2", "c"), empty.clone()], [empty, record("p", "c")]), "").exits(1);
    assert_eq!(checked.summary()["leaked_records"], 0);
    assert_eq!(said(&checked, "split/leaked-prompt"), None);
}

#[test]
fn validation_data_may_be_compressed_or_come_through_a_pipe() {
    let scratch = scratch(plain(60), []);
    let leaks = jsonl([record("p", "c"), record("prompt 59", "completion 59")]);
    scratch.write("v.jsonl.gz", gzip(&leaks));
    let flags = "--skip tokens --output-format jsonl";
    let gz = scratch.run(&format!("check t.jsonl --validation-file v.jsonl.gz {flags}")).exits(1);
    assert!(said(&gz, "split/leaked-record").unwrap().ends_with(": v.jsonl.gz:2 and t.jsonl:60"));
    let pipe = scratch.feed(&format!("check t.jsonl --validation-file - {flags}"), &leaks).exits(1);
    assert!(said(&pipe, "split/leaked-record").unwrap().ends_with(": -:2 and t.jsonl:60"));
    assert_eq!((&pipe.summary()["records"], &pipe.summary()["bytes"]), (&62.into(), &gz.summary()["bytes"]));
    let train =
        scratch.feed(&format!("check - --validation-file v.jsonl.gz {flags}"), &jsonl(plain(60))).exits(1);
    assert!(said(&train, "split/leaked-record").unwrap().ends_with(": v.jsonl.gz:2 and -:60"));
}

#[test]
fn groups_by_a_field_leak_as_prompts_do() {
    let of = |user: u64, n: u64| format!(r#"{{"prompt":"p{n}","completion":"c","user":{user}}}"#);
    let scratch = scratch((0..20).map(|n| of(n, n)), [of(7, 100), of(21, 101)]);
    scratch.write("bedload.toml", "[stages.split]\ngroup-by = \"/user\"\n");
    let checked = check(&scratch, "").exits(1);
    assert_eq!(
        said(&checked, "split/leaked-group").unwrap(),
        "1 of 2 validation records shares its value at /user with a training record: v.jsonl:1 and t.jsonl:8"
    );
    scratch.write("bedload.toml", "");
    check(&scratch, "").exits(0);
    let flagged = check(&scratch, "--group-by /user").exits(1);
    assert_eq!(flagged.findings(), checked.findings());
    assert_eq!(flagged.summary()["leaked_values"].to_string(), r#"{"/user":1}"#);
    // Of each kind of key it is said by itself, whatever the case of the prompt.
    scratch.write("v.jsonl", jsonl([of(7, 3).replace("p3", "P3 "), of(7, 4).replace("\"c\"", "\"d\"")]));
    let both = check(&scratch, "--group-by /user --group-by /nowhere").exits(1);
    assert_eq!(
        [said(&both, "split/leaked-group").unwrap(), said(&both, "split/leaked-prompt").unwrap()],
        [
            "2 of 2 validation records share their values at /user with training records: \
             v.jsonl:1 and t.jsonl:8, v.jsonl:2 and t.jsonl:8",
            "2 of 2 validation records share their prompt with training records: \
             v.jsonl:1 and t.jsonl:4, v.jsonl:2 and t.jsonl:5"
        ]
    );
    let summary = both.summary();
    assert_eq!((&summary["leaked_prompts"], &summary["leaked_records"]), (&2.into(), &0.into()));
    assert_eq!(summary["leaked_values"].to_string(), r#"{"/nowhere":0,"/user":2}"#);
    assert!(scratch.run("check t.jsonl --group-by /user").refuses(2).contains("--validation-file"));
    check(&scratch, "--group-by /a~2").refuses(2);
    scratch.write("bedload.toml", "[stages.split]\ngroup-by = \"record\"\n");
    check(&scratch, "").exits(0);
}

#[test]
fn what_build_splits_does_not_leak() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(300)));
    scratch.run("build a.jsonl --out o --validation 0.2 --augment 3 --skip tokens --skip balance").exits(0);
    let checked = scratch
        .run("check o/train.jsonl --validation-file o/validation.jsonl --skip tokens --output-format jsonl")
        .exits(0);
    assert_eq!(checked.summary()["distinct"], checked.summary()["records"]);
}

#[test]
fn a_minimum_that_duplicates_meet_is_a_warning() {
    let run = |distinct: usize, times: usize, flags: &str| {
        let lines = plain(distinct).into_iter().cycle().take(distinct * times);
        let scratch = Scratch::with("t.jsonl", jsonl(lines));
        scratch.run(&format!("check t.jsonl --profile generic-sft --skip tokens {flags}"))
    };
    let checked = run(20, 2, "--output-format jsonl").exits(0);
    assert_eq!(
        said(&checked, "dataset/few-distinct").unwrap(),
        "40 records are valid, but only 20 are distinct; generic-sft requires at least 32"
    );
    assert_eq!((&checked.summary()["distinct"], &checked.summary()["valid"]), (&20.into(), &40.into()));
    run(20, 2, "--strict").exits(1);
    assert!(run(20, 2, "").exits(0).stderr.contains("40 valid (20 distinct), 0 rejected"));
    // Too few in any case is said already; enough without the duplicates is no matter.
    for (distinct, times) in [(10, 2), (32, 2), (33, 1)] {
        assert_eq!(said(&run(distinct, times, "--output-format jsonl"), "dataset/few-distinct"), None);
    }
    assert!(!run(40, 1, "").stderr.contains("distinct"));
}
