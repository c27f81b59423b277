//! Requests as guides have them.

use expect_test::expect;
use serde_json::json;

use super::{check, check_all, job};

#[test]
fn validation_data_and_types_as_guides_write_them() {
    check(
        &job(json!({
            "validationDataConfig": {"s3Uri": "s3://bucket/validation.jsonl"},
            "hyperParameters": {"epochCount": 3, "batchSize": "8", "learningRate": "0.00001"},
            "customizationType": "FINETUNING",
        })),
        expect![[r#"
            CreateModelCustomizationJob
            12:27 validationDataConfig.validators [required] missing; it is required
            13:14 validationDataConfig.s3Uri [unknown-member] no such member
                the member is `validationDataConfig.validators[0].s3Uri`
            16:19 hyperParameters.epochCount [type] a number, not a string
                write it in quotes: "3"
            20:24 customizationType [enum] `FINETUNING` is not one of FINE_TUNING, CONTINUED_PRE_TRAINING, DISTILLATION, REINFORCEMENT_FINE_TUNING, IMPORTED
                did you mean `FINE_TUNING`?
        "#]],
    );
}

#[test]
fn preference_tuning_as_guides_write_it() {
    check(
        &job(json!({
            "customizationType": "REINFORCEMENT_FINE_TUNING",
            "hyperParameters": {
                "epochCount": 1, "batchSize": "8", "learningRate": "0.00001", "beta": "0.1", "rlAlgorithm": "DPO"},
        })),
        expect![[r#"
            CreateModelCustomizationJob
            1:1 customizationConfig.rftConfig [required] missing; customizationType REINFORCEMENT_FINE_TUNING needs it
            12:24 customizationType [model] Amazon Nova Micro takes DISTILLATION and FINE_TUNING, not REINFORCEMENT_FINE_TUNING
            14:19 hyperParameters.epochCount [consistency] reinforcement fine-tuning does not read it here, but as a number from 1 to 50 in `rftConfig`
                the member is `customizationConfig.rftConfig.hyperParameters.epochCount`
            15:18 hyperParameters.batchSize [consistency] reinforcement fine-tuning does not read it here, but as a number from 16 to 512 in `rftConfig`; `8` is outside of that
                the member is `customizationConfig.rftConfig.hyperParameters.batchSize`
            16:21 hyperParameters.learningRate [consistency] reinforcement fine-tuning does not read it here, but as a number from 1e-7 to 0.001 in `rftConfig`
                the member is `customizationConfig.rftConfig.hyperParameters.learningRate`
            17:13 hyperParameters.beta [hyperparameter] no such hyperparameter: the strength of the pull towards the base model in preference tuning; no task of Bedrock takes it, nor pairs of chosen and rejected answers. SageMaker recipes do
            18:20 hyperParameters.rlAlgorithm [hyperparameter] no such hyperparameter: the algorithm of reinforcement learning; Bedrock chooses it, and no task takes it. Reinforcement fine-tuning is set by `customizationConfig.rftConfig` with a Lambda grader
        "#]],
    );
}

#[test]
fn distillation_as_guides_write_it() {
    check(
        &job(json!({
            "customizationType": "DISTILLATION",
            "trainingDataConfig": {
                "s3Uri": "s3://bucket/prompts.jsonl", "teacherModelIdentifier": "amazon.nova-pro-v1:0"},
            "hyperParameters": {"temperature": "2.0", "alpha": "0.5"},
        })),
        expect![[r#"
            CreateModelCustomizationJob
            1:1 customizationConfig.distillationConfig [required] missing; customizationType DISTILLATION needs it
            8:31 trainingDataConfig.teacherModelIdentifier [unknown-member] no such member
                the member is `customizationConfig.distillationConfig.teacherModelConfig.teacherModelIdentifier`
            15:20 hyperParameters.temperature [hyperparameter] no such hyperparameter: in distillation the softening of the teacher's distribution, in inference the randomness of answers; no customization task takes it. The teacher writes answers, and the student is trained on them
            16:14 hyperParameters.alpha [hyperparameter] no such hyperparameter: in distillation the weight between the teacher's distribution and the labels; no customization task takes it. The teacher writes answers, and the student is trained on them
        "#]],
    );
}

#[test]
fn custom_models_are_deployed_before_they_are_invoked() {
    let arns = [
        "arn:aws:bedrock:us-east-1:123456789012:custom-model/medical-classifier-v1",
        "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl",
    ];
    check_all(
        arns.map(|arn| json!({"modelId": arn, "body": "{}"})),
        expect![[r#"
        InvokeModel
        1:12 modelId [deployment] `arn:aws:bedrock:us-east-1:123456789012:custom-model/medical-classifier-v1` is a custom model, which cannot be invoked before it is deployed
            deploy it with CreateCustomModelDeployment (on demand) or CreateProvisionedModelThroughput, and give InvokeModel the ARN that this returns
        1:12 modelId [pattern] `arn:aws:bedrock:us-east-1:123456789012:custom-model/medical-classifier-v1` is not the ARN of a custom model either
            a custom model is `arn:aws:bedrock:REGION:ACCOUNT:custom-model/BASE-MODEL/ID`, with an ID of 12 characters; `aws bedrock list-custom-models` shows it

        InvokeModel
        1:12 modelId [deployment] `arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/…` is a custom model, which cannot be invoked before it is deployed
            deploy it with CreateCustomModelDeployment (on demand) or CreateProvisionedModelThroughput, and give InvokeModel the ARN that this returns
    "#]],
    );
    check(
        &json!({"modelDeploymentName": "a", "modelArn": arns[0]}),
        expect![[r#"
        CreateCustomModelDeployment
        3:15 modelArn [pattern] `arn:aws:bedrock:us-east-1:123456789012:custom-model/medical-classifier-v1` is incomplete
            a custom model is `arn:aws:bedrock:REGION:ACCOUNT:custom-model/BASE-MODEL/ID`, with an ID of 12 characters; `aws bedrock list-custom-models` shows it
    "#]],
    );
}

#[test]
fn members_in_the_wrong_place_are_told_the_right_one() {
    check(
        &job(json!({
            "trainingDataConfig": {"s3uri": "s3://bucket/train.jsonl"},
            "teacherModelIdentifier": "amazon.nova-pro-v1:0",
            "lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:grade",
            "rftConfig": {},
            "tags": [],
            "epochCount": 3,
            "subnetIds": ["subnet-1"],
            "JobName": "a",
            "nonsense": 1,
        })),
        expect![[r#"
            CreateModelCustomizationJob
            6:25 trainingDataConfig.s3Uri [required] missing; a job needs training data
            7:14 trainingDataConfig.s3uri [unknown-member] no such member
                did you mean `s3Uri`?
            12:29 teacherModelIdentifier [unknown-member] no such member
                the member is `customizationConfig.distillationConfig.teacherModelConfig.teacherModelIdentifier`
            13:16 lambdaArn [unknown-member] no such member
                the member is `customizationConfig.rftConfig.graderConfig.lambdaGrader.lambdaArn`
            14:16 rftConfig [unknown-member] no such member
                the member is `customizationConfig.rftConfig`
            15:11 tags [unknown-member] no such member
                the member is `jobTags`
            16:17 epochCount [unknown-member] no such member
                hyperparameters are strings in `hyperParameters`: `hyperParameters.epochCount`
            17:16 subnetIds [unknown-member] no such member
                the member is `vpcConfig.subnetIds`
            20:14 JobName [unknown-member] no such member
                did you mean `jobName`?
            21:15 nonsense [unknown-member] no such member
                members here: `baseModelIdentifier`, `clientRequestToken`, `customModelKmsKeyId`, `customModelName`, `customModelTags`, `customizationConfig`, `customizationType`, `hyperParameters`, `jobName`, `jobTags`, `outputDataConfig`, `roleArn`, `trainingDataConfig`, `validationDataConfig`, `vpcConfig`
        "#]],
    );
}

#[test]
fn no_task_takes_preferences() {
    check(
        &job(json!({"customizationType": "PREFERENCE_TUNING"})),
        expect![[r#"
        CreateModelCustomizationJob
        12:24 customizationType [enum] `PREFERENCE_TUNING` is not one of FINE_TUNING, CONTINUED_PRE_TRAINING, DISTILLATION, REINFORCEMENT_FINE_TUNING, IMPORTED
            no task of Bedrock trains on pairs of chosen and rejected answers; SageMaker recipes do. REINFORCEMENT_FINE_TUNING trains on prompts, with a Lambda function as grader
    "#]],
    );
}
