//! What a person sees of the commands that read data.

use expect_test::{Expect, expect};

use crate::outcome::Outcome;
use crate::scratch::Scratch;

pub(crate) fn shows(outcome: &Outcome, stdout: Expect, stderr: Expect) {
    stdout.assert_eq(&outcome.stdout);
    stderr.assert_eq(&outcome.said());
}

#[test]
fn check_reads_like_a_compiler() {
    let faults = concat!(
        "{\"prompt\": \"Was heißt Föhn?\", \"completion\": \"\"}\n",
        "{\"prompt\": \"Which key?\", \"completion\": \"None\",}\n",
        "{\"prompt\": \"And the other?\", \"completion\": \" \"}\n",
    );
    let scratch = Scratch::with("faults.jsonl", faults);
    shows(
        &scratch.run("check faults.jsonl --profile generic-sft").exits(1),
        expect![[r#"
            error[schema/empty-content]: `completion` is empty
              --> faults.jsonl:1:45   record 0   /completion
               = why: A record without text teaches the model nothing, and several targets reject it.
               = help: Fill in the field, or drop the record.
               = rule: bedload baseline (2026-11)

            error[json/syntax]: a key is missing (a trailing comma?)
              --> faults.jsonl:2:47   record 1
               = why: Bedrock reads one JSON object from each physical line. A trailing comma, a comment, a second value on the line or a truncated line makes the job fail, often without naming the line.
               = help: Look at the column named in the finding. `jq -c . FILE` turns a pretty-printed file into JSONL, `jq -c '.[]' FILE` an array.
               = rule: RFC 8259

            error[schema/empty-content]: `completion` is blank
              --> faults.jsonl:3:44   record 2   /completion

            error[dataset/no-records]: there are no valid records
               = why: There is nothing to train on, to evaluate with or to write.
               = help: See the findings about records for what is wrong with each of them. Where `build` keeps no valid record, report/records.parquet says why.
               = rule: bedload baseline (2026-11)

        "#]],
        expect![[r#"
            4 errors, 0 warnings in 1 file
              records     3 read, 0 valid, 3 rejected; format prompt-completion
              findings
                json/syntax                   1  error
                schema/empty-content          2  error
                dataset/no-records            1  error
              repairs     3 findings may have a safe repair:
                          bedload convert faults.jsonl --profile generic-sft --fix --diff
        "#]],
    );
}

#[test]
fn check_of_clean_data_says_so() {
    let scratch = Scratch::with_fixtures(&["prompts.jsonl"]);
    shows(
        &scratch.run("check prompts.jsonl").exits(0),
        expect![[r#""#]],
        expect![[r#"
            no errors, 0 warnings in 1 file
              records     6 read, 6 valid, 0 rejected; format prompt (detected)
              tokens      63 total (o200k_base)
                          per record p50 11, p90 14, p99 14, max 14
                          7 █   ▄█ ▄ 14
              characters  277 total; / 6 = 47, / 3 = 93
        "#]],
    );
    let quiet = scratch.run("check prompts.jsonl --quiet").exits(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn build_shows_the_way_of_the_records() {
    let scratch = Scratch::with_fixtures(&["sft.jsonl"]);
    let args = "build sft.jsonl --profile generic-sft --label-field /completion --validation 0.2 --out OUT";
    shows(
        &scratch.run(args).exits(0),
        expect![[r#"
            warning[dataset/few-records]: 52 records are valid; at least 1,000 are recommended for generic-sft
               = why: The target accepts the data, but results with so few records are usually poor.
               = help: Add more data if you can.
               = rule: bedload baseline (2026-11)

            warning[balance/label-variants]: 3 of 5 labels have several spellings
               = why: Spellings that differ only in case or white space are learned as different answers.
               = help: Use one spelling per label; `bedload build` lists the spellings in report/labels.parquet.
               = rule: bedload baseline (2026-11)

        "#]],
        expect![[r#"
            built OUT  (format prompt-completion, profile generic-sft)
              read         58  100.0 %
              rejected      0    0.0 %
              duplicate     6   10.3 %   report/duplicates.parquet
              kept         52   89.7 %
                train      42   72.4 %
                validation 10   17.2 %
              tokens      1,680 total (o200k_base)
                          per record p50 32, p90 36, p99 38, max 38
                          26 ▁▂▄█▃ 39
              characters  8,181 total; / 6 = 1,364, / 3 = 2,727
              labels      5 classes
                                read      train  validation
                billing           13         10           2
                shipping          13          9           2
                account           11          7           2
                technical         11          9           2
                returns           10          7           2
              leaks       train and validation share 0 prompts
              findings
                dataset/few-records             1  warning
                balance/label-variants          1  warning
            ready
        "#]],
    );
}

#[test]
fn build_says_why_it_is_not_ready() {
    let scratch = Scratch::with_fixtures(&["preference-faults.jsonl"]);
    let args = "build preference-faults.jsonl --profile generic-preference --out OUT";
    shows(
        &scratch.run(args).exits(1),
        expect![[r#"
            error[schema/identical-pair]: `rejected` equals `chosen`
              --> preference-faults.jsonl:2:66   record 1   /rejected
               = why: Such a pair expresses no preference.
               = help: Drop the record, or correct one of the answers.
               = rule: bedload baseline (2026-11)

            error[schema/identical-pair]: `rejected` equals `chosen`
              --> preference-faults.jsonl:3:62   record 2   /rejected

            error[schema/out-of-range]: `score` must be from 0.0 to 1.0
              --> preference-faults.jsonl:4:88   record 3   /score
               = why: The format limits the field to a range.
               = help: Scale the value into the range that the message names.
               = rule: bedload baseline (2026-11)

            error[schema/out-of-range]: `score` must be from 0.0 to 1.0
              --> preference-faults.jsonl:5:92   record 4   /score

            error[schema/out-of-range]: `score` must be from 0.0 to 1.0
              --> preference-faults.jsonl:6:86   record 5   /score

            error[schema/wrong-type]: `score` must be a number, not a string
              --> preference-faults.jsonl:7:82   record 6   /score
               = why: The format defines the type of each of its fields, and a target reads no other; null counts as a value of the wrong type.
               = help: Write the value with the type that the message names.
               = rule: bedload baseline (2026-11)

            error[schema/missing-field]: `rejected` is missing
              --> preference-faults.jsonl:8:1   record 7
               = why: The record has no value for a field that the format requires.
               = help: Add the field; names are case-sensitive.
               = rule: bedload baseline (2026-11)

            error[dataset/too-few-records]: 1 record is valid; generic-preference requires at least 100
               = why: The minimum applies to valid records, so a job can be refused even though the file has enough lines.
               = help: Fix the rejected records, or add data.
               = rule: bedload baseline (2026-11)

        "#]],
        expect![[r#"
            built OUT  (format preference, profile generic-preference)
              read         8  100.0 %
              rejected     7   87.5 %   rejected.jsonl; why: report/findings.parquet
              duplicate    0    0.0 %
              kept         1   12.5 %
                train      1   12.5 %
                validation 0    0.0 %
              tokens      10 total (o200k_base)
                          per record p50 10, p90 10, p99 10, max 10
              characters  34 total; / 6 = 6, / 3 = 12
              pairs       1; chosen longer in 0.0 %, rejected in 0.0 %; chosen / rejected p50 1.00
              findings
                schema/missing-field             1  error
                schema/wrong-type                1  error
                schema/out-of-range              3  error
                schema/identical-pair            2  error
                dataset/too-few-records          1  error
            not ready:
              dataset/too-few-records: 1 record is valid; generic-preference requires at least 100
        "#]],
    );
}

#[test]
fn verify_says_what_differs() {
    let scratch = Scratch::with_fixtures(&["sft.jsonl"]);
    scratch.run("build sft.jsonl --out OUT").exits(0);
    shows(
        &scratch.run("verify OUT").exits(0),
        expect![[r#""#]],
        expect![[r#"
        OUT: verified 10 files against manifest.json (ready)
    "#]],
    );
    scratch.write("OUT/rejected.jsonl", "{}\n");
    scratch.write("OUT/notes.txt", "mine");
    shows(
        &scratch.run("verify OUT").exits(1),
        expect![[r#"
            rejected.jsonl: 3 bytes; the manifest says 0
            notes.txt: not in the manifest
        "#]],
        expect![[r#"
            OUT: 2 problems
        "#]],
    );
}

#[test]
fn rows_of_the_summary_keep_name_and_number_apart() {
    let scratch = Scratch::with_fixtures(&["sft.jsonl"]);
    let outcome = scratch.run("build sft.jsonl --validation 0.2 --skip tokens --out OUT").exits(0);
    let row = outcome.stderr.lines().find(|line| line.trim_start().starts_with("validation"));
    let words: Vec<&str> = row.expect("a row").split_whitespace().collect();
    assert_eq!(words, ["validation", "10", "17.2", "%"]);
}
