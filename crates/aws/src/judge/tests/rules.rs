//! Each rule, and texts that are no requests.

use expect_test::expect;
use proptest::prelude::*;
use serde_json::json;

use super::{check, check_all, check_text, job, shown};
use crate::{Operation, judge};

#[test]
fn a_right_request_has_no_problems() {
    check(
        &job(json!({})),
        expect![[r#"
        CreateModelCustomizationJob
    "#]],
    );
    check(
        &job(json!({
            "baseModelIdentifier": "amazon.nova-2-lite-v1:0:256k",
            "customizationType": "REINFORCEMENT_FINE_TUNING",
            "customizationConfig": {"rftConfig": {
                "graderConfig": {"lambdaGrader": {
                    "lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:grade"}},
                "hyperParameters": {"epochCount": 2, "batchSize": 16, "learningRate": 1e-5, "reasoningEffort": "low"},
            }},
        })),
        expect![[r#"
            CreateModelCustomizationJob
        "#]],
    );
}

#[test]
fn places_that_the_service_does_not_take_are_shown_by_character() {
    let uris = [
        "s3://bucket/dt=2026-11-27/train.jsonl",
        "s3://bucket/my data.jsonl",
        "s3://my_bucket/train.jsonl",
        "s3://bucket//train.jsonl",
        "s3://bucket/é.jsonl",
        "https://bucket/train.jsonl",
        "s3://b",
        "",
    ];
    check_all(
        uris.map(|uri| job(json!({"outputDataConfig": {"s3Uri": uri}}))),
        expect![[r#"
        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `s3://bucket/dt=2026-11-27/train.jsonl`: `=` (character 15) is not allowed there
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `s3://bucket/my data.jsonl`: a space (character 15) is not allowed there
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `s3://my_bucket/train.jsonl`: `_` (character 8) is not allowed there
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `s3://bucket//train.jsonl`: `/` (character 13) is not allowed there
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `s3://bucket/é.jsonl`: `é` (character 13) is not allowed there
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `https://bucket/train.jsonl`: `h` (character 1) is not allowed there
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [pattern] `s3://b` is incomplete
            a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`

        CreateModelCustomizationJob
        1:240 outputDataConfig.s3Uri [min-length] 0 characters; at least 1 character
    "#]],
    );
}

#[test]
fn all_rules_of_shapes_are_applied_at_once() {
    check(
        &json!({
            "jobName": "my job",
            "customModelName": "a.b",
            "clientRequestToken": "",
            "customizationType": null,
            "jobTags": {"key": "a", "value": "b"},
            "customModelTags": [{"key": "a&b", "value": 1}],
            "trainingDataConfig": {},
            "vpcConfig": {"subnetIds": [], "securityGroupIds": ["1", "2", "3", "4", "5", "6"]},
            "customizationConfig": {
                "rftConfig": {"graderConfig": {}, "hyperParameters": {
                    "epochCount": 0, "batchSize": 8, "learningRate": 0.1, "evalInterval": "5", "reasoningEffort": "max"}},
                "distillationConfig": {"teacherModelConfig": {"maxResponseLengthForInference": 1.5}},
            },
        }),
        expect![[r#"
            CreateModelCustomizationJob
            1:1 roleArn [required] missing; it is required
            1:1 baseModelIdentifier [required] missing; it is required
            1:1 outputDataConfig [required] missing; it is required
            2:14 jobName [pattern] `my job`: a space (character 3) is not allowed there
                a job name has letters, digits, `+`, `-` and `.`, and begins with a letter or digit
            3:22 customModelName [pattern] `a.b`: `.` (character 2) is not allowed there
                a name has letters and digits, with single `-` or `_` between them
            4:25 clientRequestToken [min-length] 0 characters; at least 1 character
            5:24 customizationType [type] null, not a string
                leave the member out
            6:14 jobTags [type] an object, not an array
                put it between `[` and `]`
            12:14 customModelTags[0].key [pattern] `a&b`: `&` (character 2) is not allowed there
                tags have letters, digits, white space and `._:/=+@-`
            13:16 customModelTags[0].value [type] a number, not a string
                write it in quotes: "1"
            16:25 trainingDataConfig.s3Uri [required] missing; a job needs training data
            18:18 vpcConfig.subnetIds [min-length] 0 elements; at least 1 element
            19:25 vpcConfig.securityGroupIds [max-length] 6 elements; at most 5 elements
            28:26 customizationConfig [union] exactly one of `distillationConfig`, `rftConfig` is required; found `rftConfig` and `distillationConfig`
            29:18 customizationConfig.rftConfig [consistency] `rftConfig` is for customizationType REINFORCEMENT_FINE_TUNING, but there is none
            30:23 customizationConfig.rftConfig.graderConfig [union] `lambdaGrader` is required; found none
            32:23 customizationConfig.rftConfig.hyperParameters.epochCount [min] 0 is too small; from 1 to 50
            33:22 customizationConfig.rftConfig.hyperParameters.batchSize [min] 8 is too small; from 16 to 512
            34:25 customizationConfig.rftConfig.hyperParameters.learningRate [max] 0.1 is too large; from 1e-7 to 0.001
            35:25 customizationConfig.rftConfig.hyperParameters.evalInterval [type] a string, not an integer (32 bits)
                write it without quotes: 5
            36:28 customizationConfig.rftConfig.hyperParameters.reasoningEffort [enum] `max` is not one of low, medium, high
            39:27 customizationConfig.distillationConfig [consistency] `distillationConfig` is for customizationType DISTILLATION, but there is none
            40:29 customizationConfig.distillationConfig.teacherModelConfig.teacherModelIdentifier [required] missing; it is required
            41:42 customizationConfig.distillationConfig.teacherModelConfig.maxResponseLengthForInference [type] 1.5 is not an integer (32 bits)
        "#]],
    );
}

#[test]
fn other_operations_are_recognized() {
    check(
        &json!({"modelUnits": 0, "provisionedModelName": "a", "modelId": "amazon.nova-lite-v1:0", "commitmentDuration": "1 month"}),
        expect![[r#"
            CreateProvisionedModelThroughput
            2:17 modelUnits [min] 0 is too small; at least 1
            5:25 commitmentDuration [enum] `1 month` is not one of OneMonth, SixMonths
        "#]],
    );
    check(
        &json!({"jobName": "Evaluation", "evaluationConfig": {}, "inferenceConfig": {"models": []}}),
        expect![[r#"
            CreateEvaluationJob
            1:1 roleArn [required] missing; it is required
            1:1 outputDataConfig [required] missing; it is required
            2:14 jobName [pattern] `Evaluation`: `E` (character 1) is not allowed there
                an evaluation job name has lower-case letters and digits, with `-` between them
            3:23 evaluationConfig [union] exactly one of `automated`, `human` is required; found none
            5:15 inferenceConfig.models [min-length] 0 elements; at least 1 element
        "#]],
    );
    check(
        &json!({"modelId": "us.amazon.nova-lite-v1:0", "messages": [{"role": "system", "content": "hi"}]}),
        expect![[r#"
            Converse
            6:18 messages[0].content [type] a string, not an array
                put it between `[` and `]`
        "#]],
    );
    check(
        &json!({"prompt": "hi"}),
        expect![[r#"
        the members of the request belong to no operation
        hint: name it, e.g. `--operation CreateModelCustomizationJob`
    "#]],
    );
}

#[test]
fn what_cannot_be_read_is_placed() {
    let texts = ["", "[1]", "{\"jobName\": 1,\n}", "{\"jobName\": \"a\"", "\"a\"", "{} {}"];
    let all: Vec<String> = texts.iter().map(|text| shown(text)).collect();
    expect![[r#"
        no operation
        1:1  [json] the document is blank

        no operation
        1:1  [json] the document holds an array, not an object

        no operation
        2:1  [json] a key is missing (a trailing comma?)

        no operation
        1:15 jobName [json] the document ends before its value does

        no operation
        1:1  [json] the document holds a string, not an object

        no operation
        1:4  [json] something follows the end of the value
    "#]]
    .assert_eq(&all.join("\n"));
    check_text(
        "{\n  \"jobName\": \"a\",\n  \"trainingDataConfig\": {\"s3Uri\": \"s3://bucket/a\", \"s3Uri\": \"s3://bucket/b\"},\n  \"jobName\": \"b\"\n}",
        expect![[r#"
            CreateModelCustomizationJob
            1:1 customModelName [required] missing; it is required
            1:1 roleArn [required] missing; it is required
            1:1 baseModelIdentifier [required] missing; it is required
            1:1 outputDataConfig [required] missing; it is required
            3:52 trainingDataConfig.s3Uri [duplicate-key] the key occurs twice in this object
            4:3 jobName [duplicate-key] the key occurs twice in this object
        "#]],
    );
}

#[test]
fn a_credential_is_not_repeated() {
    check(
        &job(json!({"roleArn": "AKIAIOSFODNN7EXAMPLE"})),
        expect![[r#"
        CreateModelCustomizationJob
        4:14 roleArn [pattern] the value (not shown: it looks like a credential): `A` (character 1) is not allowed there
            a role is `arn:aws:iam::ACCOUNT:role/NAME`, with the 12 digits of the account
    "#]],
    );
}

#[test]
fn other_spellings_of_members_are_recognized() {
    check(
        &json!({"JobName": "a", "RoleArn": "b", "EvaluationConfig": {}}),
        expect![[r#"
        CreateEvaluationJob
        1:1 jobName [required] missing; it is required
        1:1 roleArn [required] missing; it is required
        1:1 evaluationConfig [required] missing; it is required
        1:1 inferenceConfig [required] missing; it is required
        1:1 outputDataConfig [required] missing; it is required
        2:14 JobName [unknown-member] no such member
            did you mean `jobName`?
        3:14 RoleArn [unknown-member] no such member
            did you mean `roleArn`?
        4:23 EvaluationConfig [unknown-member] no such member
            did you mean `evaluationConfig`?
    "#]],
    );
    check(
        &json!({"model_units": 1, "provisioned_model_name": "a"}),
        expect![[r#"
        CreateProvisionedModelThroughput
        1:1 modelUnits [required] missing; it is required
        1:1 provisionedModelName [required] missing; it is required
        1:1 modelId [required] missing; it is required
        2:18 model_units [unknown-member] no such member
            did you mean `modelUnits`?
        3:29 provisioned_model_name [unknown-member] no such member
            did you mean `provisionedModelName`?
    "#]],
    );
}

#[test]
fn keys_of_the_user_that_occur_twice_are_named() {
    check_text(
        r#"{"jobName": "a", "hyperParameters": {"steps": "1", "steps": "2"}}"#,
        expect![[r#"
        CreateModelCustomizationJob
        1:1 customModelName [required] missing; it is required
        1:1 roleArn [required] missing; it is required
        1:1 baseModelIdentifier [required] missing; it is required
        1:1 trainingDataConfig [required] missing; it is required
        1:1 outputDataConfig [required] missing; it is required
        1:52 hyperParameters.steps [duplicate-key] the key occurs twice in this object
    "#]],
    );
}

proptest! {
    #[test]
    fn whatever_the_bytes_there_is_a_judgement(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..20usize), 1..6)
    ) {
        let tokens = [
            "\"", "{", "}", "[", "]", ",", ":", "null", "1e999", "-1", "é", "\\", "\n", "\u{0}", "\u{feff}", "a", "\\ud800",
            "jobName", "{\"a\":", "\"x\":\"y\",",
        ];
        let mut text = job(json!({"jobTags": [{"key": "ü", "value": "v"}]})).to_string();
        for (at, token) in edits {
            let at = text.floor_char_boundary(at.index(text.len()));
            text.insert_str(at, tokens[token]);
        }
        let with_operation = judge(text.as_bytes(), Some(Operation::customization())).expect("named");
        prop_assert!(with_operation.problems.iter().all(|problem| problem.line.is_some()));
        prop_assert!(!shown(&text).is_empty());
    }
}

#[test]
fn a_model_takes_jobs_of_some_kinds_only() {
    let of = |model: &str, kind: &str| job(json!({"baseModelIdentifier": model, "customizationType": kind}));
    check_all(
        [
            of("amazon.nova-micro-v1:0:128k", "CONTINUED_PRE_TRAINING"),
            of("arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1:0:4k", "FINE_TUNING"),
            of("meta.llama3-1-8b-instruct-v1:0:128k", "CONTINUED_PRE_TRAINING"),
            of("a.model-of-tomorrow-v1:0", "CONTINUED_PRE_TRAINING"),
        ],
        expect![[r#"
            CreateModelCustomizationJob
            1:283 customizationType [model] Amazon Nova Micro takes DISTILLATION and FINE_TUNING, not CONTINUED_PRE_TRAINING

            CreateModelCustomizationJob

            CreateModelCustomizationJob
            1:291 customizationType [model] Meta Llama 3.1 8B takes DISTILLATION and FINE_TUNING, not CONTINUED_PRE_TRAINING

            CreateModelCustomizationJob
        "#]],
    );
}

#[test]
fn a_number_is_of_the_wrong_type_and_out_of_range() {
    check(
        &job(json!({"hyperParameters": {"epochCount": 9, "batchSize": 1}})),
        expect![[r#"
            CreateModelCustomizationJob
            13:19 hyperParameters.epochCount [type] a number, not a string
                write it in quotes: "9"
            13:19 hyperParameters.epochCount [hyperparameter] must be 1 to 5, not 9 (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27))
            14:18 hyperParameters.batchSize [type] a number, not a string
                write it in quotes: "1"
        "#]],
    );
}
