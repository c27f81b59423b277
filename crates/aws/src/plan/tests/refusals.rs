//! What is refused, and what a request is derived from.

use bedload_bedrock::{Catalogue, Customization, DataSize};
use expect_test::expect;
use serde_json::Value;

use super::{check_plan, data, show, wanted};
use crate::plan::{DataSet, Wanted, plan};

#[test]
fn what_does_not_belong_together_is_refused_with_all_reasons() {
    let micro = wanted("amazon.nova-micro-v1:0:128k");
    let unready = vec!["3 training records; at least 8".to_owned(), "another".to_owned()];
    check_plan(
        &micro,
        &DataSet { unready, ..data("nova-lite-sft", "converse") },
        expect![[r#"
            Data: the output is not ready: 3 training records; at least 8
            Data: the output is not ready: another
            Data: the output was built for `nova-lite-sft` (amazon.nova-lite-v1:0:300k), not for `amazon.nova-micro-v1:0:128k`
              build it for this model: `--profile nova-micro-sft`
        "#]],
    );
    check_plan(
        &micro,
        &data("generic-preference", "preference"),
        expect![[r#"
        Data: no task of Amazon Bedrock trains on pairs of preferred and rejected answers (`generic-preference`)
          SageMaker AI recipes for preference optimization (DPO) take them; for Bedrock, build prompts for reinforcement fine-tuning (`--profile nova-2-lite-rft`)
    "#]],
    );
    check_plan(
        &micro,
        &data("nova-lite-dpo", "converse-preference"),
        expect![[r#"
        Data: no task of Amazon Bedrock trains on pairs of preferred and rejected answers (`nova-lite-dpo`)
          SageMaker AI recipes for preference optimization (DPO) take them (https://docs.aws.amazon.com/nova/latest/userguide/nova-fine-tune-1.html (2026-11-23)); for Bedrock, build prompts for reinforcement fine-tuning (`--profile nova-2-lite-rft`)
    "#]],
    );
    check_plan(
        &micro,
        &data("generic-sft", "prompt-completion"),
        expect![[r#"
        Data: the records are prompt-completion; Amazon Nova Micro takes converse
          build it for this model: `--profile nova-micro-sft`
    "#]],
    );
    check_plan(
        &micro,
        &data("generic-cpt", "text"),
        expect![[r#"
            Data: the data are for CONTINUED_PRE_TRAINING, which `amazon.nova-micro-v1:0:128k` does not take
              build it for this model: `--profile nova-micro-sft` or `--profile nova-distillation`
            Arguments: `customizationType`: Amazon Nova Micro takes DISTILLATION and FINE_TUNING, not CONTINUED_PRE_TRAINING
        "#]],
    );
    check_plan(
        &micro,
        &DataSet { profile: None, ..data("", "converse") },
        expect![[r#"
        Data: the output was built without a profile, so it was not checked for any model
          build it for this model: `--profile nova-micro-sft` or `--profile nova-distillation`
    "#]],
    );
    check_plan(
        &wanted("meta.llama3-2-1b-instruct-v1:0:128k"),
        &data("llama-3.2-1b-sft", "converse"),
        expect![[r#"
            Data: Meta Llama 3.2 1B is past its end of life since 2026-07-07 (https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10))
        "#]],
    );
    check_plan(
        &wanted("openai.gpt-oss-20b"),
        &data("gpt-oss-20b-rft", "chat-rft"),
        expect![[r#"
            Data: jobs of OpenAI gpt-oss-20B are not started with CreateModelCustomizationJob
              the fine-tuning API of the OpenAI-compatible endpoint takes the training file as it is
            Arguments: reinforcement fine-tuning needs a function that grades the answers
              name it with `--grader-lambda arn:aws:lambda:REGION:ACCOUNT:function:NAME`
        "#]],
    );
    check_plan(
        &wanted("amazon.nova-mircro-v1:0"),
        &data("nova-micro-sft", "converse"),
        expect![[r#"
        Arguments: the output was built for `nova-micro-sft` (amazon.nova-micro-v1:0:128k), not for `amazon.nova-mircro-v1:0`
          did you mean `amazon.nova-micro-v1:0:128k`?
    "#]],
    );
}

#[test]
fn arguments_are_refused_by_name() {
    let mut wanted = wanted("amazon.nova-micro-v1:0:128k");
    let pairs = [("epochCount", "9"), ("epoch_count", "1"), ("temperature", "1"), ("learningRate", "1e-5")];
    wanted.hyperparameters = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    wanted.role = "Bedrock".to_owned();
    wanted.name = Some("my job".to_owned());
    wanted.custom_model = Some("a.b".to_owned());
    wanted.data = Some("s3://bucket/dt=2026-11-27/".to_owned());
    wanted.output = "s3://my_bucket/results".to_owned();
    wanted.kms_key = Some("key".to_owned());
    wanted.tags = vec![("a&b".to_owned(), String::new())];
    wanted.kind = Some(Customization::Distillation);
    wanted.teacher = Some("amazon.nova-pro-v1:0".to_owned());
    wanted.subnets = vec!["subnet_1".to_owned()];
    check_plan(
        &wanted,
        &data("nova-micro-sft", "converse"),
        expect![[r#"
            Data: `--type`: the data are for FINE_TUNING (`nova-micro-sft`), not for DISTILLATION
            Arguments: `epochCount` must be 1 to 5, not 9 (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27))
            Arguments: `epoch_count` is not a hyperparameter of Amazon Nova Micro
              did you mean `epochCount`?
            Arguments: `temperature` is not a hyperparameter of Amazon Nova Micro: in distillation the softening of the teacher's distribution, in inference the randomness of answers; no customization task takes it. The teacher writes answers, and the student is trained on them
            Arguments: `--teacher`: FINE_TUNING takes none
            Arguments: `--name` (jobName): `my job`: a space (character 3) is not allowed there
              a job name has letters, digits, `+`, `-` and `.`, and begins with a letter or digit
            Arguments: `--custom-model` (customModelName): `a.b`: `.` (character 2) is not allowed there
              a name has letters and digits, with single `-` or `_` between them
            Arguments: `--role` (roleArn): `Bedrock`: `B` (character 1) is not allowed there
              a role is `arn:aws:iam::ACCOUNT:role/NAME`, with the 12 digits of the account
            Arguments: `--kms-key` (customModelKmsKeyId): `key` is incomplete
              a key is its ARN, its ID of 36 characters, or `alias/NAME`
            Arguments: `--tag` (jobTags[0].key): `a&b`: `&` (character 2) is not allowed there
              tags have letters, digits, white space and `._:/=+@-`
            Arguments: `--data` (trainingDataConfig.s3Uri): `s3://bucket/dt=2026-11-27/train.jsonl`: `=` (character 15) is not allowed there
              a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`
            Arguments: `--data` (validationDataConfig.validators[0].s3Uri): `s3://bucket/dt=2026-11-27/validation.jsonl`: `=` (character 15) is not allowed there
              a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`
            Arguments: `--output` (outputDataConfig.s3Uri): `s3://my_bucket/results`: `_` (character 8) is not allowed there
              a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, digits, `/` (one at a time) and `-!_*'().`
            Arguments: `--subnet` (vpcConfig.subnetIds[0]): `subnet_1`: `_` (character 7) is not allowed there
            Arguments: `--security-group` (vpcConfig.securityGroupIds): 0 elements; at least 1 element
        "#]],
    );
}

#[test]
fn data_are_found_where_the_directory_was_uploaded_to() {
    let uris = |root: &str, files: &[&str]| {
        let files = files.iter().map(|&file| file.to_owned()).collect();
        let data = DataSet { files, ..data("nova-micro-sft", "converse") };
        let wanted = Wanted { data: Some(root.to_owned()), ..wanted("amazon.nova-micro-v1:0:128k") };
        match plan(&wanted, &data, &Catalogue::built_in()) {
            Ok(plan) => {
                let uri =
                    |pointer| plan.request.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
                [uri("/trainingDataConfig/s3Uri"), uri("/validationDataConfig/validators/0/s3Uri")].join(" ")
            }
            Err(refusals) => show(&refusals),
        }
    };
    assert_eq!(uris("s3://bucket", &["train.jsonl"]), "s3://bucket/train.jsonl -");
    assert_eq!(uris("s3://bucket/a/", &["train.jsonl"]), "s3://bucket/a/train.jsonl -");
    assert_eq!(
        uris("s3://bucket/a/train.jsonl", &["train.jsonl", "validation.jsonl"]),
        "s3://bucket/a/train.jsonl s3://bucket/a/validation.jsonl"
    );
    let shards = ["train/part-00000.jsonl", "train/part-00001.jsonl", "validation/part-00000.jsonl"];
    assert_eq!(
        uris("s3://bucket/a", &shards),
        "s3://bucket/a/train/ s3://bucket/a/validation/part-00000.jsonl"
    );
    expect![[r#"
        Arguments: `--data`: `s3://bucket/other.jsonl` is a file that the output does not have
          name the place that the directory was uploaded to, as in `aws s3 sync OUT s3://BUCKET/PREFIX`
    "#]]
    .assert_eq(&uris("s3://bucket/other.jsonl", &["train.jsonl"]));
    expect![[r#"
        Data: the output has no training data
    "#]]
    .assert_eq(&uris("s3://bucket/a", &["report/records.parquet"]));
}

#[test]
fn token_and_names_stand_for_data_and_request() {
    let token = |wanted: &Wanted, data: &DataSet| {
        let plan = plan(wanted, data, &Catalogue::built_in()).expect("a plan");
        (plan.request["clientRequestToken"].clone(), plan.request["jobName"].clone())
    };
    let (wanted, data) = (wanted("amazon.nova-micro-v1:0:128k"), data("nova-micro-sft", "converse"));
    let first = token(&wanted, &data);
    assert_eq!(first, token(&wanted.clone(), &data.clone()));
    assert_ne!(first, token(&wanted, &DataSet { seal: "4567".to_owned(), ..data.clone() }));
    let other = Wanted { output: "s3://bucket/other".to_owned(), ..wanted };
    assert_ne!(first, token(&other, &data));
    assert_ne!(
        token(&other, &data).0,
        token(&Wanted { name: Some("a".to_owned()), ..other.clone() }, &data).0
    );
}

#[test]
fn places_and_regions_that_only_the_model_refuses_are_refused() {
    let mut wanted = wanted("arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-micro-v1:0:128k");
    wanted.data = Some("s3://bucket/(a)".to_owned());
    check_plan(
        &wanted,
        &data("nova-micro-sft", "converse"),
        expect![[r#"
        Arguments: `--model`: Amazon Nova Micro can be customized in us-east-1, not in `eu-west-1` (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-model-fine-tuning.html (2026-11-23))
        Arguments: `--data`: Amazon Nova Micro takes only letters, digits, `_`, `-` and `.` in the names of data files, not `(` (https://docs.aws.amazon.com/nova/latest/userguide/fine-tune-prepare-data-understanding.html (2026-11-23))
    "#]],
    );
}

#[test]
fn a_plan_that_cannot_be_is_refused_as_the_advice_has_it() {
    let size = DataSize { training_records: 9, validation_records: 0, duplicates: 0 };
    let mut wanted = wanted("amazon.nova-lite-v1:0:300k");
    let pairs = [("batchSize", "10"), ("learningRateWarmupSteps", "90")];
    wanted.hyperparameters = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    check_plan(
        &wanted,
        &DataSet { size, ..data("nova-lite-sft", "converse") },
        expect![[r#"
        Arguments: 9 records are fewer than a batch of 10, so that not one step is whole; nova-lite-sft takes batch sizes of 1 to 64
        Arguments: learningRateWarmupSteps is 90, and the training has 2 steps: the learning rate never reaches its value
    "#]],
    );
}
