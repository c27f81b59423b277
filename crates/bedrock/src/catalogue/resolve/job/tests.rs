//! The models and hyperparameters of all targets, and how files change them.

use expect_test::{Expect, expect};

use super::*;
use crate::catalogue::Catalogue;

#[test]
fn the_models_and_hyperparameters_of_all_targets() {
    let catalogue = Catalogue::built_in();
    let mut table = String::new();
    for profile in catalogue.profiles() {
        let kind = profile.customization.map_or("-", Customization::name);
        table += &format!("{} {kind}\n", profile.name);
        for model in &profile.models {
            let deployments: Vec<&str> = model.deployments.iter().map(|d| d.name()).collect();
            table += &format!("  {} {} [{}]\n", model.id, model.regions.join(" "), deployments.join(" "));
        }
        if let Some(missing) = &profile.hyperparameters_unpublished {
            table += &format!("  unpublished: {}\n", missing.source.short());
        }
        for (name, values) in &profile.hyperparameters {
            let divisor = values.records_per_step.map_or(String::new(), |n| format!(", records / {n}"));
            let unlisted = if values.is_unlisted { ", unlisted" } else { "" };
            let doubt = if values.against.is_some() { ", disputed" } else { "" };
            table += &format!("  {name} {values}{divisor}{unlisted}{doubt}\n");
        }
    }
    expect![[r#"
        generic-sft FINE_TUNING
          batchSize 4 to 32, default 8
          epochCount 1 to 10, default 3
          learningRate 0.00001 to 0.0001, default 0.00001
          learningRateWarmupSteps 0 to 100, default 0
        generic-cpt CONTINUED_PRE_TRAINING
          batchSize 4 to 32, default 8
          epochCount 1 to 10, default 3
          learningRate 0.00001 to 0.0001, default 0.00001
          learningRateWarmupSteps 0 to 100, default 0
        generic-preference -
          batchSize 4 to 32, default 8
          epochCount 1 to 10, default 3
          learningRate 0.00001 to 0.0001, default 0.00001
          learningRateWarmupSteps 0 to 100, default 0
        generic-distillation DISTILLATION
          batchSize 4 to 32, default 8
          epochCount 1 to 10, default 3
          learningRate 0.00001 to 0.0001, default 0.00001
          learningRateWarmupSteps 0 to 100, default 0
        nova-micro-sft FINE_TUNING
          amazon.nova-micro-v1:0:128k us-east-1 [on-demand provisioned]
          batchSize 1 to 64, default 1, unlisted, disputed
          epochCount 1 to 5, default 2
          learningRate 0.000001 to 0.0001, default 0.00001, disputed
          learningRateWarmupSteps 0 to 100, default 10, records / 640, disputed
        nova-lite-sft FINE_TUNING
          amazon.nova-lite-v1:0:300k us-east-1 [on-demand provisioned]
          batchSize 1 to 64, default 1, unlisted, disputed
          epochCount 1 to 5, default 2
          learningRate 0.000001 to 0.0001, default 0.00001, disputed
          learningRateWarmupSteps 0 to 100, default 10, records / 160, disputed
        nova-pro-sft FINE_TUNING
          amazon.nova-pro-v1:0:300k us-east-1 [on-demand provisioned]
          batchSize 1 to 64, default 1, unlisted, disputed
          epochCount 1 to 5, default 2
          learningRate 0.000001 to 0.0001, default 0.00001, disputed
          learningRateWarmupSteps 0 to 100, default 10, records / 320, disputed
        nova-2-lite-sft FINE_TUNING
          amazon.nova-2-lite-v1:0:256k us-east-1 [on-demand provisioned]
          unpublished: custom-models-hp.html
          batchSize 1 to 64, default 1, unlisted, disputed
          epochCount 1 to 5, default 2
          learningRate 0.000001 to 0.0001, default 0.00001
          learningRateWarmupSteps 0 to 100, default 10
        nova-2-lite-rft REINFORCEMENT_FINE_TUNING
          amazon.nova-2-lite-v1:0:256k us-east-1 [on-demand provisioned]
          batchSize 16 to 512, default 128
          epochCount 1 to 50, default 1
          evalInterval 1 to 100, default 10
          inferenceMaxTokens no published range, default 2048
          learningRate 0.0000001 to 0.001, default 0.00001
          maxPromptLength no published range, default 8192
          reasoningEffort low, medium, high, default medium
          trainingSamplePerPrompt 2 to 16, default 8
        nova-lite-dpo -
          unpublished: nova-fine-tune-1.html
        nova-cpt -
        nova-distillation DISTILLATION
          amazon.nova-lite-v1:0:300k us-east-1 [on-demand provisioned]
          amazon.nova-micro-v1:0:128k us-east-1 [on-demand provisioned]
          unpublished: custom-models-hp.html
        llama-distillation DISTILLATION
          meta.llama3-1-8b-instruct-v1:0:128k us-west-2 [provisioned]
          unpublished: custom-models-hp.html
        llama-3.1-8b-sft FINE_TUNING
          meta.llama3-1-8b-instruct-v1:0:128k us-west-2 [provisioned]
          batchSize 1, default 1
          epochCount 1 to 10, default 5
          learningRate 0.000005 to 0.1, default 0.0001
        llama-3.1-70b-sft FINE_TUNING
          meta.llama3-1-70b-instruct-v1:0:128k us-west-2 [provisioned]
          batchSize 1, default 1
          epochCount 1 to 10, default 5
          learningRate 0.000005 to 0.1, default 0.0001
        llama-3.2-1b-sft FINE_TUNING
          meta.llama3-2-1b-instruct-v1:0:128k us-west-2 [provisioned]
          batchSize 1, default 1
          epochCount 1 to 10, default 5
          learningRate 0.000005 to 0.1, default 0.0001
        llama-3.2-3b-sft FINE_TUNING
          meta.llama3-2-3b-instruct-v1:0:128k us-west-2 [provisioned]
          batchSize 1, default 1
          epochCount 1 to 10, default 5
          learningRate 0.000005 to 0.1, default 0.0001
        llama-3.2-11b-sft FINE_TUNING
          meta.llama3-2-11b-instruct-v1:0:128k us-west-2 [provisioned]
          batchSize 1, default 1
          epochCount 1 to 10, default 5
          learningRate 0.000005 to 0.1, default 0.0001
        llama-3.2-90b-sft FINE_TUNING
          meta.llama3-2-90b-instruct-v1:0:128k us-west-2 [provisioned]
          batchSize 1, default 1
          epochCount 1 to 10, default 5
          learningRate 0.000005 to 0.1, default 0.0001
        llama-3.3-70b-sft FINE_TUNING
          meta.llama3-3-70b-instruct-v1:0:128k us-west-2 [on-demand]
          unpublished: custom-models-hp.html
          batchSize no published range, default 1
          epochCount no published range, no published default
          learningRate no published range, default 0.0001
        claude-3-haiku-sft FINE_TUNING
          anthropic.claude-3-haiku-20240307-v1:0:200k us-west-2 [provisioned]
          batchSize 4 to 256, default 32
          earlyStoppingPatience 1 to 10, default 2
          earlyStoppingThreshold 0 to 0.1, default 0.001
          epochCount 1 to 10, default 2
          learningRateMultiplier 0.1 to 2, default 1
        titan-text-lite-sft FINE_TUNING
          amazon.titan-text-lite-v1:0:4k us-east-1 us-west-2 [provisioned]
          batchSize 1 to 64, default 1
          epochCount 1 to 10, default 5
          learningRate 0 to 1, default 0.00001
          learningRateWarmupSteps 0 to 250, default 5
        titan-text-express-sft FINE_TUNING
          amazon.titan-text-express-v1:0:8k us-east-1 us-west-2 [provisioned]
          batchSize 1 to 64, default 1
          epochCount 1 to 10, default 5
          learningRate 0 to 1, default 0.00001
          learningRateWarmupSteps 0 to 250, default 5
        titan-text-premier-sft FINE_TUNING
          batchSize 1, default 1
          epochCount 1 to 5, default 2
          learningRate 0.0000001 to 0.00001, default 0.000001
          learningRateWarmupSteps 0 to 20, default 5
        titan-text-express-cpt CONTINUED_PRE_TRAINING
          amazon.titan-text-express-v1:0:8k us-east-1 us-west-2 [provisioned]
          batchSize 1 to 64, default 1
          epochCount 1 to 10, default 5
          learningRate 0 to 1, default 0.00001
          learningRateWarmupSteps 0 to 250, default 5
        cohere-command-sft FINE_TUNING
          batchSize 8, default 8
          earlyStoppingPatience 1 to 10, default 6
          earlyStoppingThreshold 0 to 0.1, default 0.01
          epochCount 1 to 100, default 1
          evalPercentage 5 to 50, default 20
          learningRate 0.000005 to 0.1, default 0.00001
        gpt-oss-20b-rft REINFORCEMENT_FINE_TUNING
          openai.gpt-oss-20b us-west-2 []
          unpublished: reinforcement-fine-tuning.html
          batch_size no published range, no published default
          learning_rate_multiplier no published range, no published default
          n_epochs no published range, no published default
        qwen3-32b-rft REINFORCEMENT_FINE_TUNING
          qwen.qwen3-32b us-west-2 []
          unpublished: reinforcement-fine-tuning.html
          batch_size no published range, no published default
          learning_rate_multiplier no published range, no published default
          n_epochs no published range, no published default
        titan-image-v2 FINE_TUNING
          amazon.titan-image-generator-v2:0 us-east-1 us-west-2 [provisioned]
          batchSize 8 to 192, default 8
          learningRate 0.0000001 to 1, default 0.00001
          stepCount 10 to 40000 or auto, required
        nova-canvas FINE_TUNING
          amazon.nova-canvas-v1:0 us-east-1 [provisioned]
          batchSize 8 to 192, default 8
          learningRate 0.0000001 to 0.0001, default 0.00001
          stepCount 10 to 20000, default 500
        titan-multimodal-embeddings FINE_TUNING
          amazon.titan-embed-image-v1:0 us-east-1 us-west-2 [provisioned]
          batchSize 256 to 9216, default 576
          epochCount 1 to 100 or Auto, required
          learningRate 0.00000005 to 1, default 0.00005
        model-evaluation -
    "#]]
    .assert_eq(&table);
}

#[test]
fn every_job_has_hyperparameters_or_it_is_said_that_they_are_not_published() {
    for profile in Catalogue::built_in().profiles() {
        let is_known = !profile.hyperparameters.is_empty() || profile.hyperparameters_unpublished.is_some();
        assert!(is_known || profile.customization.is_none(), "{}", profile.name);
        for (name, values) in &profile.hyperparameters {
            let has_range = values.minimum.is_some() || values.maximum.is_some();
            let is_said = values.note.is_some() || profile.hyperparameters_unpublished.is_some();
            let is_choice = values.kind == HyperparameterKind::Choice;
            assert!(has_range || is_said || is_choice, "{} {name}: no range, and no word why", profile.name);
            assert!(values.against.is_none() || values.note.is_some(), "{} {name}", profile.name);
        }
    }
}

#[test]
fn a_value_is_judged_by_kind_range_and_words() {
    let profile = |name: &str| Catalogue::built_in().get(name).expect("known");
    let check = |name: &str, key: &str, value: &str, expect: Expect| {
        let problem = profile(name).hyperparameters[key].problem(value);
        expect.assert_eq(&problem.unwrap_or_default());
    };
    check("nova-lite-sft", "epochCount", "5", expect![[""]]);
    check("nova-lite-sft", "epochCount", "6", expect!["must be 1 to 5, not 6"]);
    check("nova-lite-sft", "epochCount", "2.5", expect!["must be a whole number, not `2.5`"]);
    check("nova-lite-sft", "epochCount", "two", expect!["must be a whole number, not `two`"]);
    check("nova-lite-sft", "learningRate", "1.00E-5", expect![[""]]);
    check("nova-lite-sft", "learningRate", "1e-7", expect!["must be 0.000001 to 0.0001, not 0.0000001"]);
    check("titan-image-v2", "stepCount", "auto", expect![[""]]);
    check("titan-image-v2", "stepCount", "9", expect!["must be 10 to 40000 or auto, not 9"]);
    check("titan-image-v2", "stepCount", "Auto", expect!["must be a whole number or auto, not `Auto`"]);
    check(
        "nova-2-lite-rft",
        "reasoningEffort",
        "none",
        expect!["must be one of low, medium, high, not `none`"],
    );
    check("llama-3.3-70b-sft", "epochCount", "70", expect![[""]]);
    check("llama-3.1-8b-sft", "batchSize", "8", expect!["must be 1, not 8"]);
}

#[test]
fn a_model_is_known_by_its_identifiers() {
    let profile = Catalogue::built_in().get("nova-micro-sft").expect("known");
    let is_named = |name: &str| profile.models[0].is_named(name);
    for name in [
        "amazon.nova-micro-v1:0:128k",
        "amazon.nova-micro-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:128k",
    ] {
        assert!(is_named(name), "{name}");
    }
    for name in [
        "",
        "amazon.nova-micro-v1:",
        "amazon.nova-micro",
        "amazon.nova-lite-v1:0:300k",
        "x:foundation-model/amazon.nova-micro-v1:0",
    ] {
        assert!(!is_named(name), "{name}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let check = |keys: &str, expect: Expect| {
        let text = format!("[[profile]]\nname = \"x\"\nbased-on = \"generic-sft\"\n{keys}\n");
        let error = Catalogue::built_in().with(&text).expect_err(keys).to_string();
        expect.assert_eq(&error);
    };
    check(
        "customization = \"SFT\"",
        expect![[r#"
        line 4: profile `x`: customization: unknown kind of job `SFT`
        hint: write FINE_TUNING, CONTINUED_PRE_TRAINING, DISTILLATION, REINFORCEMENT_FINE_TUNING, or "none""#]],
    );
    let of = |values: &str| format!("hyperparameters.n = {{ {values}, source = \"HP\" }}");
    check(
        &of("kind = \"integer\", minimum = 5, maximum = 1"),
        expect![[r#"
        line 4: profile `x`: hyperparameters.n: the minimum is greater than the maximum
        hint: write the lower number as `minimum`"#]],
    );
    check(
        &of("kind = \"integer\", minimum = 0.5"),
        expect![[r#"
        line 4: profile `x`: hyperparameters.n: an integer has only whole numbers
        hint: write whole numbers, or `kind = "number"`"#]],
    );
    check(
        &of("kind = \"integer\", minimum = -1"),
        expect![[r#"
        TOML parse error at line 4, column 51
          |
        4 | hyperparameters.n = { kind = "integer", minimum = -1, source = "HP" }
          |                                                   ^^
        not a number from 0 to 10^15 with at most 12 digits after the point"#]],
    );
    check(
        &of("kind = \"number\", maximum = 1, default = 2"),
        expect![[r#"
            line 4: profile `x`: hyperparameters.n: the default must be at most 1, not 2
            hint: correct one of them"#]],
    );
    check(
        &of("kind = \"number\", default = \"auto\""),
        expect![[r#"
            line 4: profile `x`: hyperparameters.n: the default must be a number, not `auto`
            hint: correct one of them"#]],
    );
    check(
        &of("kind = \"choice\", maximum = 1"),
        expect![[r#"
        line 4: profile `x`: hyperparameters.n: a choice is between words
        hint: write `choices = […]`, and no numbers"#]],
    );
    check(
        &of("kind = \"integer\", records-per-step = 0"),
        expect![[r#"
        line 4: profile `x`: hyperparameters.n: records-per-step is 0
        hint: write a number of 1 or more"#]],
    );
    check(
        "hyperparameters.epochCount = 3",
        expect![[r#"
        TOML parse error at line 4, column 30
          |
        4 | hyperparameters.epochCount = 3
          |                              ^
        a number alone has no source; write { kind = "integer", minimum = 1, maximum = 3, source = { place = "…", date = "…" } }"#]],
    );
    check(
        "hyperparameters.epochCount = { kind = \"integer\", maximum = 3 }",
        expect![[r#"
        TOML parse error at line 4, column 30
          |
        4 | hyperparameters.epochCount = { kind = "integer", maximum = 3 }
          |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        missing field `source`"#]],
    );
}

#[test]
fn a_file_replaces_inherits_and_takes_away() {
    let text = r#"
        [[profile]]
        name = "raised"
        based-on = "llama-3.1-8b-sft"
        hyperparameters.epochCount = { kind = "integer", minimum = 1, maximum = 20, default = 5, source = "HP" }
        hyperparameters.batchSize = "none"

        [[profile]]
        name = "published"
        based-on = "llama-3.3-70b-sft"
        hyperparameters.epochCount = { kind = "integer", minimum = 1, maximum = 10, source = "HP" }
    "#;
    let catalogue = Catalogue::built_in().with(text).expect("a sound file");
    let raised = catalogue.get("raised").expect("known");
    assert_eq!(raised.hyperparameters["epochCount"].range(), "1 to 20");
    assert!(!raised.hyperparameters.contains_key("batchSize"));
    assert_eq!(raised.hyperparameters["learningRate"].range(), "0.000005 to 0.1");
    assert_eq!(raised.models[0].id, "meta.llama3-1-8b-instruct-v1:0:128k");
    let published = catalogue.get("published").expect("known");
    assert_eq!(published.hyperparameters_unpublished, None);
}
