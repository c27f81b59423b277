//! `job`: requests to Amazon Bedrock.

use expect_test::expect;

use crate::scratch::Scratch;

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
    assert_eq!(outcome.summary()["operation"], serde_json::Value::Null);
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
