//! Values by size and target, the steps that they make, and plans that cannot be right.

use expect_test::{Expect, expect};

use super::*;
use crate::catalogue::Catalogue;
use crate::decimal::Decimal;

fn size(training_records: u64) -> DataSize {
    DataSize { training_records, validation_records: 10, duplicates: 0 }
}

fn check(name: &str, size: DataSize, chosen: &[(&str, &str)], expect: Expect) {
    let profile = Catalogue::built_in().get(name).expect("known");
    let chosen: Vec<(String, String)> =
        chosen.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let advice = Advice::new(&profile, size, &chosen);
    let mut out = String::new();
    for Recommendation { name, value, reason, .. } in &advice.recommendations {
        out += &format!("{name} = {}: {reason}\n", value.as_deref().unwrap_or("-"));
    }
    if let Some(Steps { total, warmup, batch_size, .. }) = advice.steps {
        out += &format!("{total} steps of {batch_size}, warm-up {warmup:?}\n");
    }
    advice.problems.iter().for_each(|problem| out += &format!("error: {problem}\n"));
    advice.notes.iter().for_each(|note| out += &format!("note: {note}\n"));
    expect.assert_eq(&out);
}

#[test]
fn the_rule_of_thumb_is_by_size() {
    for n in [4, 99] {
        let values = values("generic-sft", n);
        assert_eq!(values, ["2", "4", "0.00001", "0"], "{n}");
    }
    for n in [100, 1000] {
        assert_eq!(values("generic-sft", n), ["3", "8", "0.00001", "0"], "{n}");
    }
    for n in [1001, u64::MAX] {
        assert_eq!(values("generic-sft", n), ["5", "16", "0.00001", "0"], "{n}");
    }
}

fn values(name: &str, n: u64) -> Vec<String> {
    let profile = Catalogue::built_in().get(name).expect("known");
    let advice = Advice::new(&profile, size(n), &[]);
    advice.recommendations.into_iter().filter_map(|recommendation| recommendation.value).collect()
}

#[test]
fn every_recommended_value_is_one_that_the_target_takes() {
    for profile in Catalogue::built_in().profiles() {
        for n in [0, 1, 3, 31, 99, 100, 999, 1000, 1001, 5000, 5001, 100_000, u64::MAX] {
            let advice = Advice::new(profile, size(n), &[]);
            assert_eq!(advice.recommendations.len(), profile.hyperparameters.len());
            for Recommendation { name, value, reason, of, .. } in &advice.recommendations {
                let problem = value.as_ref().and_then(|value| of.problem(value));
                assert_eq!(problem, None, "{} {n} {name} {value:?}", profile.name);
                assert!(
                    !reason.is_empty() && (value.is_some() || !of.is_required),
                    "{} {name}",
                    profile.name
                );
            }
            let batch_size =
                profile.hyperparameters.get("batchSize").and_then(|batch| batch.minimum?.whole());
            if batch_size.is_some_and(|least| least <= n) && n > 0 {
                assert_eq!(advice.problems, Vec::<String>::new(), "{} {n}", profile.name);
            }
            if let Some(Steps { total, warmup: Some(warmup), .. }) = advice.steps {
                assert!(warmup < total || warmup == 0 || !advice.problems.is_empty(), "{} {n}", profile.name);
            }
        }
    }
}

#[test]
fn steps_are_rounded_up() {
    for (n, epochs, expected) in [(100, "1", 13), (96, "1", 12), (97, "1", 13), (97, "2", 25)] {
        let profile = Catalogue::built_in().get("generic-sft").expect("known");
        let chosen = [("epochCount".to_owned(), epochs.to_owned()), ("batchSize".to_owned(), "8".to_owned())];
        let steps = Advice::new(&profile, size(n), &chosen).steps.expect("steps");
        assert_eq!(steps.total, expected, "{n} × {epochs}");
    }
}

#[test]
fn reasons_name_size_range_and_what_aws_says() {
    check(
        "generic-sft",
        size(120),
        &[],
        expect![[r#"
        epochCount = 3: 120 records (100 to 1,000): 3 epochs
        batchSize = 8: 120 records (100 to 1,000): 8 to 16 records a batch
        learningRate = 0.00001: the default
        learningRateWarmupSteps = 0: the default
        45 steps of 8, warm-up Some(0)
    "#]],
    );
    check(
        "generic-cpt",
        size(5000),
        &[],
        expect![[r#"
        epochCount = 1: continued pre-training: 1 epoch
        batchSize = 16: 5,000 records (more than 1,000): 16 to 32 records a batch
        learningRate = 0.00001: continued pre-training: half of the default, to keep what the model knows; 0.000005 is outside the documented range (0.00001 to 0.0001), so 0.00001
        learningRateWarmupSteps = 0: the default
        313 steps of 16, warm-up Some(0)
    "#]],
    );
    check(
        "nova-micro-sft",
        DataSize { duplicates: 30, ..size(800) },
        &[],
        expect![[r#"
        epochCount = 3: 800 records (100 to 1,000): 3 epochs; AWS for Nova, fewer than 1,000 records: duplicate the data, for more than 5 epochs
        batchSize = -: leave it out: AWS's page does not list it; AWS's notebooks send 1
        learningRate = 0.00001: the default; AWS: a small model can gain from a higher rate; one of AWS's notebooks sends 0.0000001
        learningRateWarmupSteps = 1: 800 records / 640, rounded down; the Nova guide has a maximum of 20
        2400 steps of 1, warm-up Some(1)
        note: AWS advises to duplicate Nova data sets of fewer than 1,000 records to get beyond 5 epochs, and 30 duplicates were removed from this one: build with `--skip dedupe` if they are intended
    "#]],
    );
    check(
        "nova-lite-sft",
        DataSize { validation_records: 0, ..size(6400) },
        &[],
        expect![[r#"
        epochCount = 5: 6,400 records (more than 1,000): 5 to 10 epochs; AWS for Nova, more than 5,000 records: 1 epoch
        batchSize = -: leave it out: AWS's page does not list it; AWS's notebooks send 1
        learningRate = 0.00001: the default; one of AWS's notebooks sends 0.0000001
        learningRateWarmupSteps = 40: 6,400 records / 160, rounded down; the Nova guide has a maximum of 20
        32000 steps of 1, warm-up Some(40)
        note: there is no validation set, so overfitting cannot be seen: build with `--validation 10%`
    "#]],
    );
    check(
        "llama-3.1-8b-sft",
        size(150),
        &[],
        expect![[r#"
        epochCount = 3: 150 records (100 to 1,000): 3 epochs; the maximum is a quota that can be raised
        batchSize = 1: 150 records (100 to 1,000): 8 to 16 records a batch; 8 is outside the documented range (1), so 1
        learningRate = 0.0001: the default
        450 steps of 1, warm-up None
    "#]],
    );
    check(
        "llama-3.3-70b-sft",
        size(150),
        &[],
        expect![[r#"
            epochCount = 3: 150 records (100 to 1,000): 3 epochs; a job ran with 2
            batchSize = 1: the default
            learningRate = 0.0001: the default
            450 steps of 1, warm-up None
            note: AWS's page on hyperparameters does not name Llama 3.3; a job that set only the number of epochs ran with these defaults (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27))
        "#]],
    );
    check(
        "titan-image-v2",
        size(150),
        &[],
        expect![[r#"
        batchSize = 8: the default
        learningRate = 0.00001: the default
        stepCount = auto: required; the service chooses
    "#]],
    );
    check(
        "nova-2-lite-rft",
        size(400),
        &[],
        expect![[r#"
        epochCount = 1: reinforcement: 1 epoch first, more while the validation reward rises; the default is that of the Nova Forge SDK
        batchSize = 32: 400 records: about ten steps an epoch, at most 128; AWS: 128 works well; 64 if reward oscillates, 16 to iterate fast; the default is that of the Nova Forge SDK
        learningRate = 0.00001: the default; AWS's best practices: 0.0001 for LoRA; the default is that of the Nova Forge SDK
        evalInterval = 10: the default; the default is that of the Nova Forge SDK
        inferenceMaxTokens = 2048: the default; no range is published
        maxPromptLength = 8192: the default; no range is published
        reasoningEffort = medium: the default; the default is that of the Nova Forge SDK
        trainingSamplePerPrompt = 8: the default; the default is that of the Nova Forge SDK
        13 steps of 32, warm-up None
    "#]],
    );
    check(
        "nova-distillation",
        size(400),
        &[],
        expect![[r#"
        note: AWS's page on hyperparameters has none for distillation (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27))
    "#]],
    );
}

#[test]
fn a_batch_is_one_that_the_data_can_fill() {
    check(
        "titan-multimodal-embeddings",
        size(300),
        &[],
        expect![[r#"
            epochCount = Auto: required; the service chooses
            batchSize = 300: the default; a batch of 576 could not be filled
            learningRate = 0.00005: the default
        "#]],
    );
}

#[test]
fn a_target_without_a_job_is_said_to_have_none() {
    check(
        "generic-preference",
        size(300),
        &[],
        expect![[r#"
        epochCount = 3: 300 records (100 to 1,000): 3 epochs
        batchSize = 8: 300 records (100 to 1,000): 8 to 16 records a batch
        learningRate = 0.00001: the default
        learningRateWarmupSteps = 0: the default
        113 steps of 8, warm-up Some(0)
        note: Bedrock has no customization job for generic-preference
    "#]],
    );
    check(
        "nova-cpt",
        size(300),
        &[],
        expect![[r#"
        note: Bedrock has no customization job for nova-cpt; another service has (https://docs.aws.amazon.com/nova/latest/userguide/nova-cpt-1.html (2026-11-23))
    "#]],
    );
}

#[test]
fn plans_that_cannot_be_right_are_named() {
    check(
        "generic-sft",
        size(3),
        &[],
        expect![[r#"
            epochCount = 2: 3 records (fewer than 100): 1 to 2 epochs
            batchSize = 4: 3 records (fewer than 100): 4 to 8 records a batch
            learningRate = 0.00001: the default
            learningRateWarmupSteps = 0: the default
            2 steps of 4, warm-up Some(0)
            error: 3 records are fewer than a batch of 4, so that not one step is whole; generic-sft takes batch sizes of 4 to 32
        "#]],
    );
    check(
        "generic-sft",
        size(0),
        &[],
        expect![[r#"
            epochCount = 2: 0 records (fewer than 100): 1 to 2 epochs
            batchSize = 4: 0 records (fewer than 100): 4 to 8 records a batch
            learningRate = 0.00001: the default
            learningRateWarmupSteps = 0: the default
            error: there are no training records
        "#]],
    );
    check(
        "generic-sft",
        size(40),
        &[("learningRateWarmupSteps", "20")],
        expect![[r#"
        epochCount = 2: 40 records (fewer than 100): 1 to 2 epochs
        batchSize = 4: 40 records (fewer than 100): 4 to 8 records a batch
        learningRate = 0.00001: the default
        learningRateWarmupSteps = 20: chosen in place of 0: the default
        20 steps of 4, warm-up Some(20)
        error: learningRateWarmupSteps is 20, and the training has 20 steps: the learning rate never reaches its value
    "#]],
    );
    check(
        "generic-sft",
        size(40),
        &[("epochCount", "11"), ("batchSize", "64"), ("learningRate", "fast"), ("epochs", "3")],
        expect![[r#"
            epochCount = 11: chosen in place of 2: 40 records (fewer than 100): 1 to 2 epochs
            batchSize = 64: chosen in place of 4: 40 records (fewer than 100): 4 to 8 records a batch
            learningRate = fast: chosen in place of 0.00001: the default
            learningRateWarmupSteps = 0: the default
            7 steps of 64, warm-up Some(0)
            error: epochCount must be 1 to 10, not 11 (bedload baseline (2026-11))
            error: batchSize must be 4 to 32, not 64 (bedload baseline (2026-11))
            error: learningRate must be a number, not `fast` (bedload baseline (2026-11))
            error: generic-sft has no hyperparameter epochs; it has batchSize, epochCount, learningRate, learningRateWarmupSteps
            error: 40 records are fewer than a batch of 64, so that not one step is whole; generic-sft takes batch sizes of 4 to 32
        "#]],
    );
    check(
        "titan-text-lite-sft",
        size(3),
        &[],
        expect![[r#"
            epochCount = 2: 3 records (fewer than 100): 1 to 2 epochs
            batchSize = 3: 3 records (fewer than 100): 4 to 8 records a batch; a batch of 4 could not be filled
            learningRate = 0.00001: the default
            learningRateWarmupSteps = 0: the default; 5 would not end within 2 steps, so a tenth of them
            2 steps of 3, warm-up Some(0)
            note: the limit of tokens per record depends on the batch size: at a batch size of 1 or 2; 2,048 at 3 to 6
        "#]],
    );
    check(
        "nova-distillation",
        size(400),
        &[("epochCount", "3")],
        expect![[r#"
        error: nova-distillation has no known hyperparameters, so epochCount cannot be judged
        note: AWS's page on hyperparameters has none for distillation (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27))
    "#]],
    );
}

#[test]
fn half_of_a_rate_is_exact() {
    let rate: Decimal = "0.00001".parse().expect("a number");
    assert_eq!(rate.half().to_string(), "0.000005");
}
