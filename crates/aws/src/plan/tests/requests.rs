//! Requests of each kind, and their other forms.

use bedload_bedrock::{Catalogue, DataSize};
use expect_test::expect;

use super::{check_plan, data, show, wanted};
use crate::plan::{DataSet, Plan, Wanted, plan};
use crate::{Form, render};

#[test]
fn a_request_is_made_of_the_data_and_the_arguments() {
    let mut wanted = wanted("amazon.nova-micro-v1:0");
    wanted.hyperparameters = vec![("epochCount".to_owned(), "2".to_owned())];
    wanted.tags = vec![("team".to_owned(), "a b".to_owned())];
    check_plan(
        &wanted,
        &data("nova-micro-sft", "converse"),
        expect![[r#"
        {
          "jobName": "my-data-740a67de",
          "customModelName": "my-data-740a67de",
          "clientRequestToken": "bedload-ea5be6fbfb5ace1c231861ca403fadcb7a659ab8c57d9671",
          "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
          "baseModelIdentifier": "amazon.nova-micro-v1:0:128k",
          "customizationType": "FINE_TUNING",
          "jobTags": [
            {
              "key": "team",
              "value": "a b"
            }
          ],
          "customModelTags": [
            {
              "key": "team",
              "value": "a b"
            }
          ],
          "trainingDataConfig": {
            "s3Uri": "s3://bucket/data/train.jsonl"
          },
          "validationDataConfig": {
            "validators": [
              {
                "s3Uri": "s3://bucket/data/validation.jsonl"
              }
            ]
          },
          "outputDataConfig": {
            "s3Uri": "s3://bucket/results"
          },
          "hyperParameters": {
            "epochCount": "2"
          }
        }
        note: `amazon.nova-micro-v1:0` is customized as `amazon.nova-micro-v1:0:128k`
    "#]],
    );
}

#[test]
fn an_inference_profile_is_customized_as_its_model() {
    let of = |model: &str| {
        let plan = plan(&wanted(model), &data("nova-micro-sft", "converse"), &Catalogue::built_in());
        let plan = plan.expect("a plan");
        (plan.request["baseModelIdentifier"].clone(), plan.notes)
    };
    let profile = "us.amazon.nova-micro-v1:0";
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0";
    for name in [profile, arn] {
        let note = format!("`{name}` is customized as `amazon.nova-micro-v1:0:128k`");
        assert_eq!(of(name), ("amazon.nova-micro-v1:0:128k".into(), vec![note]));
    }
    let arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:128k";
    assert_eq!(of(arn), (arn.into(), vec![]));
}

#[test]
fn reinforcement_has_typed_hyperparameters_and_a_grader() {
    let mut wanted = wanted("amazon.nova-2-lite-v1:0:256k");
    let pairs = [("epochCount", "3"), ("learningRate", "5e-5"), ("reasoningEffort", "high")];
    wanted.hyperparameters = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let data = DataSet { files: vec!["train.jsonl".to_owned()], ..data("nova-2-lite-rft", "chat-rft") };
    check_plan(
        &wanted,
        &data,
        expect![[r#"
            Arguments: reinforcement fine-tuning needs a function that grades the answers
              name it with `--grader-lambda arn:aws:lambda:REGION:ACCOUNT:function:NAME`
        "#]],
    );
    wanted.grader_lambda = Some("arn:aws:lambda:us-east-1:123456789012:function:grade".to_owned());
    check_plan(
        &wanted,
        &data,
        expect![[r#"
        {
          "jobName": "my-data-5f57bd38",
          "customModelName": "my-data-5f57bd38",
          "clientRequestToken": "bedload-5a22ec463af6beaf17fbd91cb37fc189212f6a3575db4810",
          "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
          "baseModelIdentifier": "amazon.nova-2-lite-v1:0:256k",
          "customizationType": "REINFORCEMENT_FINE_TUNING",
          "trainingDataConfig": {
            "s3Uri": "s3://bucket/data/train.jsonl"
          },
          "outputDataConfig": {
            "s3Uri": "s3://bucket/results"
          },
          "customizationConfig": {
            "rftConfig": {
              "graderConfig": {
                "lambdaGrader": {
                  "lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:grade"
                }
              },
              "hyperParameters": {
                "epochCount": 3,
                "learningRate": 0.00005,
                "reasoningEffort": "high"
              }
            }
          }
        }
    "#]],
    );
    for (_, value) in &mut wanted.hyperparameters {
        *value = "600".to_owned();
    }
    wanted.hyperparameters.push(("batchSize".to_owned(), "8".to_owned()));
    check_plan(
        &wanted,
        &data,
        expect![[r#"
        Arguments: `epochCount` must be 1 to 50, not 600 (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_RFTHyperParameters.html (2026-11-27))
        Arguments: `learningRate` must be 0.0000001 to 0.001, not 600 (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_RFTHyperParameters.html (2026-11-27))
        Arguments: `reasoningEffort` must be one of low, medium, high, not `600` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_RFTHyperParameters.html (2026-11-27))
        Arguments: `batchSize` must be 16 to 512, not 8 (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_RFTHyperParameters.html (2026-11-27))
    "#]],
    );
}

#[test]
fn distillation_has_a_teacher_that_the_student_learns_from() {
    let mut wanted = wanted("amazon.nova-lite-v1:0:300k");
    let data = data("nova-distillation", "converse");
    check_plan(
        &wanted,
        &data,
        expect![[r#"
            Arguments: distillation needs a model that answers the prompts
              name it with `--teacher ID`; known are Amazon Nova Pro, Amazon Nova Premier
        "#]],
    );
    wanted.teacher = Some("us.amazon.nova-premier-v1:0".to_owned());
    check_plan(
        &wanted,
        &data,
        expect![[r#"
            Arguments: `--teacher`: `amazon.nova-lite-v1:0:300k` no longer learns from Amazon Nova Premier: one of them is past its end of life since 2026-09-14 (https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10))
        "#]],
    );
    wanted.teacher = Some("anthropic.claude-3-haiku-20240307-v1:0".to_owned());
    check_plan(
        &wanted,
        &data,
        expect![[r#"
        Arguments: `--teacher`: `anthropic.claude-3-haiku-20240307-v1:0` is not a teacher (https://docs.aws.amazon.com/bedrock/latest/userguide/prequisites-model-distillation.html (2026-11-23))
          teachers are Amazon Nova Pro, Amazon Nova Premier
    "#]],
    );
    wanted.teacher = Some("amazon.nova-pro-v1:0".to_owned());
    wanted.max_response_length = Some(1000);
    wanted.invocation_logs = Some("s3://bucket/logs".to_owned());
    check_plan(
        &wanted,
        &data,
        expect![[r#"
            {
              "jobName": "my-data-c8ceafff",
              "customModelName": "my-data-c8ceafff",
              "clientRequestToken": "bedload-bbbecf04013144c41916e8978124464c2cbe347769e37b70",
              "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
              "baseModelIdentifier": "amazon.nova-lite-v1:0:300k",
              "customizationType": "DISTILLATION",
              "trainingDataConfig": {
                "invocationLogsConfig": {
                  "invocationLogSource": {
                    "s3Uri": "s3://bucket/logs"
                  }
                }
              },
              "outputDataConfig": {
                "s3Uri": "s3://bucket/results"
              },
              "customizationConfig": {
                "distillationConfig": {
                  "teacherModelConfig": {
                    "teacherModelIdentifier": "amazon.nova-pro-v1:0",
                    "maxResponseLengthForInference": 1000
                  }
                }
              }
            }
            note: the job trains on the invocation logs; 1,000,000 training records of the output are not used
            note: the validation data of the output are not used: the documentation of distillation has none
        "#]],
    );
}

#[test]
fn recommended_values_are_within_their_ranges() {
    let mut wanted = Wanted { recommended: true, ..wanted("amazon.nova-micro-v1:0:128k") };
    wanted.hyperparameters = vec![("epochCount".to_owned(), "1".to_owned())];
    let size = DataSize { training_records: 5000, validation_records: 100, duplicates: 0 };
    check_plan(
        &wanted,
        &DataSet { size, ..data("nova-micro-sft", "converse") },
        expect![[r#"
        {
          "jobName": "my-data-bdc0b788",
          "customModelName": "my-data-bdc0b788",
          "clientRequestToken": "bedload-db6c8acea3aeef842bad7ddfc9f3dd83300fb372c44fd3fe",
          "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
          "baseModelIdentifier": "amazon.nova-micro-v1:0:128k",
          "customizationType": "FINE_TUNING",
          "trainingDataConfig": {
            "s3Uri": "s3://bucket/data/train.jsonl"
          },
          "validationDataConfig": {
            "validators": [
              {
                "s3Uri": "s3://bucket/data/validation.jsonl"
              }
            ]
          },
          "outputDataConfig": {
            "s3Uri": "s3://bucket/results"
          },
          "hyperParameters": {
            "epochCount": "1",
            "learningRate": "0.00001",
            "learningRateWarmupSteps": "7"
          }
        }
    "#]],
    );
}

#[test]
fn other_tools_get_what_they_document() {
    let mut wanted = wanted("amazon.nova-micro-v1:0:128k");
    wanted.hyperparameters = vec![("epochCount".to_owned(), "2".to_owned())];
    wanted.tags = vec![("team".to_owned(), "a".to_owned())];
    wanted.subnets = vec!["subnet-1".to_owned()];
    wanted.security_groups = vec!["sg-1".to_owned(), "sg-2".to_owned()];
    let micro = plan(&wanted, &data("nova-micro-sft", "converse"), &Catalogue::built_in()).expect("a plan");
    expect![[r#"
        resource "aws_bedrock_custom_model" "this" {
          custom_model_name     = "my-data-54732edf"
          job_name              = "my-data-54732edf"
          base_model_identifier = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:128k"
          role_arn              = "arn:aws:iam::123456789012:role/Bedrock"
          customization_type    = "FINE_TUNING"

          hyperparameters = {
            "epochCount" = "2"
          }

          tags = {
            "team" = "a"
          }

          output_data_config {
            s3_uri = "s3://bucket/results"
          }

          training_data_config {
            s3_uri = "s3://bucket/data/train.jsonl"
          }

          validation_data_config {
            validator {
              s3_uri = "s3://bucket/data/validation.jsonl"
            }
          }

          vpc_config {
            subnet_ids         = ["subnet-1"]
            security_group_ids = ["sg-1", "sg-2"]
          }
        }
    "#]]
    .assert_eq(&render(&micro, Form::Terraform).expect("HCL"));
    expect![[r#"
        {
          "Type": "Task",
          "Resource": "arn:aws:states:::bedrock:createModelCustomizationJob.sync",
          "Parameters": {
            "JobName": "my-data-54732edf",
            "CustomModelName": "my-data-54732edf",
            "ClientRequestToken": "bedload-8f105be22d1ae3ae559e68b4d8535cc102f64b1a9c02d099",
            "RoleArn": "arn:aws:iam::123456789012:role/Bedrock",
            "BaseModelIdentifier": "amazon.nova-micro-v1:0:128k",
            "CustomizationType": "FINE_TUNING",
            "JobTags": [
              {
                "Key": "team",
                "Value": "a"
              }
            ],
            "CustomModelTags": [
              {
                "Key": "team",
                "Value": "a"
              }
            ],
            "TrainingDataConfig": {
              "S3Uri": "s3://bucket/data/train.jsonl"
            },
            "ValidationDataConfig": {
              "Validators": [
                {
                  "S3Uri": "s3://bucket/data/validation.jsonl"
                }
              ]
            },
            "OutputDataConfig": {
              "S3Uri": "s3://bucket/results"
            },
            "HyperParameters": {
              "epochCount": "2"
            },
            "VpcConfig": {
              "SubnetIds": [
                "subnet-1"
              ],
              "SecurityGroupIds": [
                "sg-1",
                "sg-2"
              ]
            }
          },
          "End": true
        }
    "#]]
    .assert_eq(&render(&micro, Form::StepFunctions).expect("a state"));
    let regions = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
    let several = Plan { regions, ..micro };
    let refusals = [render(&several, Form::Terraform).expect_err("no region")];
    expect![[r#"
        Arguments: `--form terraform`: the resource takes the ARN of a model, which names its region
          `--model arn:aws:bedrock:REGION::foundation-model/amazon.nova-micro-v1:0:128k`
    "#]]
    .assert_eq(&show(&refusals));
}
