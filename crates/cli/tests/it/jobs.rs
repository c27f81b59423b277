//! `job`: requests to Amazon Bedrock.

use expect_test::expect;
use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

const WRONG: &str = r#"{
  "jobName": "support-1",
  "customModelName": "support",
  "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
  "baseModelIdentifier": "amazon.nova-micro-v1:0:128k",
  "trainingDataConfig": {"s3Uri": "s3://bucket/train.jsonl"},
  "validationDataConfig": {"s3Uri": "s3://bucket/validation.jsonl"},
  "outputDataConfig": {"s3Uri": "s3://bucket/output/"},
  "hyperParameters": {"epochCount": 3}
}
"#;

/// The same without its mistakes.
fn right() -> String {
    WRONG
        .replace(
            r#"{"s3Uri": "s3://bucket/validation.jsonl"}"#,
            r#"{"validators": [{"s3Uri": "s3://bucket/v"}]}"#,
        )
        .replace("3}", "\"3\"}")
}

#[test]
fn a_wrong_request_is_explained() {
    let scratch = Scratch::with("request.json", WRONG);
    let outcome = scratch.run("job check request.json").exits(1);
    expect![[r#"
        error[required]: validationDataConfig.validators: missing; it is required
          --> request.json:7:27

        error[unknown-member]: validationDataConfig.s3Uri: no such member
          --> request.json:7:37
           = help: the member is `validationDataConfig.validators[0].s3Uri`

        error[type]: hyperParameters.epochCount: a number, not a string
          --> request.json:9:37
           = help: write it in quotes: "3"

    "#]]
    .assert_eq(&outcome.stdout);
    expect![[r#"
        request.json: CreateModelCustomizationJob (recognized from its members): 3 problems
    "#]]
    .assert_eq(&outcome.stderr);
    let outcome = scratch.run("job check request.json --output-format jsonl --quiet").exits(1);
    expect![[r#"
        {"kind":"problem","file":"request.json","line":7,"column":27,"member":"validationDataConfig.validators","rule":"required","message":"missing; it is required","hint":null}
        {"kind":"problem","file":"request.json","line":7,"column":37,"member":"validationDataConfig.s3Uri","rule":"unknown-member","message":"no such member","hint":"the member is `validationDataConfig.validators[0].s3Uri`"}
        {"kind":"problem","file":"request.json","line":9,"column":37,"member":"hyperParameters.epochCount","rule":"type","message":"a number, not a string","hint":"write it in quotes: \"3\""}
        {"kind":"summary","file":"request.json","operation":"CreateModelCustomizationJob","operation_recognized":true,"problems":3,"service_model":"botocore 1.44.5","exit_code":1}
    "#]].assert_eq(&outcome.stdout);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_right_request_passes_from_a_file_and_through_a_pipe() {
    let scratch = Scratch::with("request.json", right());
    let outcome = scratch.run("job check request.json").exits(0);
    assert_eq!(outcome.stdout, "");
    let operation = "job check request.json --operation create-model-customization-job --output-format jsonl";
    let summary = scratch.run(operation).exits(0).summary();
    assert_eq!((&summary["problems"], &summary["operation_recognized"]), (&0.into(), &false.into()));
    scratch.feed("job check -", right().as_bytes()).exits(0);
}

#[test]
fn what_is_no_request_is_refused() {
    let scratch = Scratch::with("request.json", "{\n  \"jobName\": \"a\"\n  \"roleArn\": 1\n}");
    let outcome = scratch.run("job check request.json").exits(1);
    assert!(outcome.stdout.contains("request.json:3:3"), "{}", outcome.stdout);
    scratch.write("list.json", "[]");
    let outcome = scratch.run("job check list.json --output-format jsonl").exits(1);
    assert_eq!(outcome.summary()["operation"], Value::Null);
    scratch.write("other.json", r#"{"prompt": "a", "completion": "b"}"#);
    let refusal = scratch.run("job check other.json").refuses(2);
    assert!(refusal.contains("belong to no operation"), "{refusal}");
    let refusal = scratch.run("job check other.json --operation CreateModelCustomisationJob").refuses(2);
    assert!(refusal.contains("did you mean `CreateModelCustomizationJob`?"), "{refusal}");
    let refusal = scratch.run("job check missing.json").refuses(3);
    assert!(refusal.contains("missing.json"), "{refusal}");
    let refusal = scratch.run("job check s3://bucket/request.json").refuses(2);
    assert!(refusal.contains("aws s3 cp"), "{refusal}");
    scratch.run("job check .").refuses(3);
}

/// Records for a Nova model.
fn converse(n: usize) -> Vec<u8> {
    let record = |n| {
        let turn = |role: &str, text: String| json!({"role": role, "content": [{"text": text}]});
        let turns = [turn("user", format!("question {n}")), turn("assistant", format!("answer {n}"))];
        json!({"schemaVersion": "bedrock-conversation-2024", "messages": turns}).to_string()
    };
    jsonl((0..n).map(record))
}

/// An output for Nova Micro.
fn built() -> Scratch {
    let scratch = Scratch::with("a.jsonl", converse(120));
    scratch.run("build a.jsonl --profile nova-micro-sft --validation 20 --out o").exits(0);
    scratch
}

const PLAN: &str = "job plan o --model amazon.nova-micro-v1:0:128k --role arn:aws:iam::123456789012:role/Bedrock \
                    --data s3://bucket/o --output s3://bucket/results/";

#[test]
fn a_plan_is_the_request_and_passes_the_check() {
    let scratch = built();
    let outcome = scratch.run(&format!("{PLAN} --epochs 2 --tag team=a")).exits(0);
    let request: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(request["trainingDataConfig"]["s3Uri"], "s3://bucket/o/train.jsonl");
    assert_eq!(request["validationDataConfig"]["validators"][0]["s3Uri"], "s3://bucket/o/validation.jsonl");
    assert_eq!(request["hyperParameters"], json!({"epochCount": "2"}));
    assert_eq!(outcome.stderr, "note: start it in us-east-1\n");
    scratch.feed("job check -", outcome.stdout.as_bytes()).exits(0);
    // The same data elsewhere, and once more, is the same request.
    assert_eq!(scratch.run(&format!("{PLAN} --epochs 2 --tag team=a")).stdout, outcome.stdout);
    assert_ne!(scratch.run(&format!("{PLAN} --epochs 3 --tag team=a")).stdout, outcome.stdout);
    let object =
        &scratch.run(&format!("{PLAN} --epochs 2 --tag team=a --output-format jsonl")).exits(0).objects()[0];
    assert_eq!((&object["request"], &object["kind"]), (&request, &"request".into()));
    let recommended = scratch.run(&format!("{PLAN} --recommended")).exits(0);
    let request: Value = serde_json::from_str(&recommended.stdout).unwrap();
    assert!(request["hyperParameters"]["epochCount"].is_string(), "{request}");
    let terraform = scratch.run(&format!("{PLAN} --form terraform")).exits(0).stdout;
    assert!(terraform.starts_with("resource \"aws_bedrock_custom_model\""), "{terraform}");
    let state: Value =
        serde_json::from_str(&scratch.run(&format!("{PLAN} --form step-functions")).stdout).unwrap();
    assert_eq!(state["Parameters"]["TrainingDataConfig"]["S3Uri"], "s3://bucket/o/train.jsonl");
    let template = scratch.run(&format!("{PLAN} --form cloudformation")).exits(0);
    assert!(template.stderr.contains("start-execution"), "{}", template.stderr);
    let template: Value = serde_json::from_str(&template.stdout).unwrap();
    assert_eq!(template["Resources"]["Customization"]["Type"], "AWS::StepFunctions::StateMachine");
}

#[test]
fn a_plan_is_refused_with_all_reasons() {
    let scratch = built();
    let refusal = scratch.run(&PLAN.replace("nova-micro-v1:0:128k", "nova-lite-v1:0:300k")).refuses(1);
    assert!(refusal.contains("nova-lite-sft"), "{refusal}");
    let args = format!("{PLAN} --epochs 9 --hyperparameter beta=1").replace("bucket/o ", "bucket/day=1/ ");
    let refusal = scratch.run(&args).refuses(2);
    for part in ["`epochCount` must be 1 to 5, not 9", "`beta` is not", "`=` (character 16)", "for 4 reasons"]
    {
        assert!(refusal.contains(part), "{part}: {refusal}");
    }
    let summary = scratch.run(&format!("{args} --output-format jsonl")).exits(2).summary();
    assert_eq!(summary["refusals"], 4);
    scratch.run("job plan o --model a --role b --output c").refuses(2);
    scratch.run(&PLAN.replace("plan o", "plan missing")).refuses(2);

    let mut bytes = scratch.read("o/train.jsonl");
    bytes[30] ^= 1;
    scratch.write("o/train.jsonl", bytes);
    let refusal = scratch.run(PLAN).refuses(1);
    assert!(refusal.contains("not as it was built: train.jsonl: sha256"), "{refusal}");
    std::fs::remove_file(scratch.path("o/manifest.json")).unwrap();
    let refusal = scratch.run(PLAN).refuses(1);
    assert!(refusal.contains("manifest.json: missing"), "{refusal}");
}

#[test]
fn an_output_that_is_not_ready_or_has_no_task_is_refused() {
    let scratch = Scratch::with("a.jsonl", converse(3));
    scratch.run("build a.jsonl --profile nova-micro-sft --out o");
    let refusal = scratch.run(PLAN).refuses(1);
    assert!(refusal.contains("not ready"), "{refusal}");
    let pairs =
        (0..120).map(|n| json!({"prompt": format!("p{n}"), "chosen": "a", "rejected": "b"}).to_string());
    scratch.write("pairs.jsonl", jsonl(pairs));
    scratch.run("build pairs.jsonl --profile generic-preference --out o --overwrite").exits(0);
    let refusal = scratch.run(PLAN).refuses(1);
    assert!(refusal.contains("SageMaker"), "{refusal}");
}
