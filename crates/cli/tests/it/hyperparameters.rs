//! `hyperparameters`: values by the size of a built data set, the steps that they make, and plans that cannot be right.

use expect_test::expect;
use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

/// A directory with an output of so many records.
fn built(records: usize, args: &str) -> Scratch {
    let record = |n: usize| format!(r#"{{"prompt":"question {n}","completion":"answer {n}"}}"#);
    let scratch = Scratch::with("a.jsonl", jsonl((0..records).map(record)));
    scratch.run(&format!("build a.jsonl --out OUT {args}"));
    scratch
}

/// A conversation in the format of Nova.
fn converse(n: usize) -> String {
    let turn = |role: &str, text: &str| format!(r#"{{"role":"{role}","content":[{{"text":"{text} {n}"}}]}}"#);
    let messages = [turn("user", "question"), turn("assistant", "answer")].join(",");
    format!(r#"{{"schemaVersion":"bedrock-conversation-2024","messages":[{messages}]}}"#)
}

fn value(objects: &[Value], name: &str) -> Value {
    let found = objects.iter().find(|object| object["kind"] == "hyperparameter" && object["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}"))["value"].clone()
}

#[test]
fn a_page_has_values_reasons_steps_and_signs() {
    let scratch = built(120, "--profile generic-sft --validation 20");
    expect![[r#"
        generic-sft: 100 records for training, 20 for validation

        epochCount               3
          why     100 records (100 to 1,000): 3 epochs
          range   1 to 10, default 3
          source  bedload baseline (2026-11)

        batchSize                8
          why     100 records (100 to 1,000): 8 to 16 records a batch
          range   4 to 32, default 8
          source  bedload baseline (2026-11)

        learningRate             0.00001
          why     the default
          range   0.00001 to 0.0001, default 0.00001
          source  bedload baseline (2026-11)

        learningRateWarmupSteps  0
          why     the default
          range   0 to 100, default 0
          source  bedload baseline (2026-11)

        steps   38 = 100 records × 3 epochs / a batch of 8, rounded up; 0 of them warm-up

        in the metrics of the job
          overfitting: training loss falls while validation loss rises
            fewer epochs, then a lower learning rate; more varied data helps more than either
          underfitting: training and validation loss both stay high
            more epochs first; a higher learning rate second, as it can make training unstable
          instability: loss jumps, or rises from one step to the next
            a lower learning rate, a larger batch where the model takes one, or more warm-up steps
    "#]]
    .assert_eq(&scratch.run("hyperparameters OUT").exits(0).stdout);
}

#[test]
fn objects_have_value_range_default_reason_source_and_date() {
    let scratch = built(120, "--profile generic-sft");
    let objects = scratch.run("hyperparameters OUT --output-format jsonl").exits(0).objects();
    let epochs = &objects[0];
    assert_eq!((&epochs["kind"], &epochs["name"]), (&json!("hyperparameter"), &json!("epochCount")));
    assert_eq!([&epochs["value"], &epochs["minimum"], &epochs["maximum"], &epochs["default"]], [3, 1, 10, 3]);
    assert_eq!((&epochs["source"], &epochs["date"]), (&json!("bedload baseline"), &json!("2026-11")));
    assert!(epochs["reason"].as_str().is_some_and(|reason| reason.contains("120 records")), "{epochs}");
    assert_eq!(value(&objects, "learningRate"), 0.00001);
    let summary = objects.last().expect("a summary");
    assert_eq!((&summary["kind"], &summary["profile"]), (&json!("summary"), &json!("generic-sft")));
    assert_eq!([&summary["records"], &summary["steps"], &summary["exit_code"]], [120, 45, 0]);
}

#[test]
fn the_size_of_the_data_decides() {
    for (records, epochs, batch_size) in [(40, 2, 4), (100, 3, 8), (1000, 3, 8), (1001, 5, 16)] {
        let scratch = built(records, "--profile generic-sft");
        let objects = scratch.run("hyperparameters OUT --output-format jsonl").exits(0).objects();
        assert_eq!(value(&objects, "epochCount"), epochs, "{records}");
        assert_eq!(value(&objects, "batchSize"), batch_size, "{records}");
    }
}

#[test]
fn values_stay_within_the_range_of_the_model() {
    let scratch = built(150, "--profile llama-3.1-8b-sft");
    let objects = scratch.run("hyperparameters OUT --output-format jsonl").exits(0).objects();
    assert_eq!(value(&objects, "batchSize"), 1);
    let said = scratch.run("hyperparameters OUT").exits(0).stdout;
    assert!(said.contains("8 is outside the documented range (1), so 1"), "{said}");
}

#[test]
fn duplicates_that_were_removed_from_a_small_nova_set_are_named() {
    let lines = (0..60).flat_map(|n| [converse(n), converse(n)]);
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("build a.jsonl --profile nova-lite-sft --out OUT").exits(0);
    let said = scratch.run("hyperparameters OUT").exits(0).stdout;
    assert!(said.contains("60 duplicates were removed from this one"), "{said}");
    // Where AWS's documentation has no batch size, none is sent.
    let objects = scratch.run("hyperparameters OUT --output-format jsonl").exits(0).objects();
    assert_eq!(value(&objects, "batchSize"), Value::Null);
    assert_eq!(value(&objects, "learningRateWarmupSteps"), 0);
}

#[test]
fn plans_that_cannot_be_right_are_findings() {
    let scratch = built(40, "--profile generic-sft");
    let problems = |args: &str| -> Vec<String> {
        let run = scratch.run(&format!("hyperparameters OUT --output-format jsonl {args}"));
        let objects = run.exits(1).objects();
        assert_eq!(objects.last().expect("a summary")["exit_code"], 1);
        let problems = objects.iter().filter(|object| object["kind"] == "problem");
        problems.map(|object| object["message"].as_str().expect("a message").to_owned()).collect()
    };
    expect!["learningRateWarmupSteps is 20, and the training has 20 steps: the learning rate never reaches its value"].assert_eq(&problems("--set learningRateWarmupSteps=20 --set epochCount=2").join("\n"));
    expect![[r#"
        batchSize must be 4 to 32, not 64 (bedload baseline (2026-11))
        generic-sft has no hyperparameter epoch; it has batchSize, epochCount, learningRate, learningRateWarmupSteps
        40 records are fewer than a batch of 64, so that not one step is whole; generic-sft takes batch sizes of 4 to 32"#]].assert_eq(&problems("--set batchSize=64 --set epoch=3").join("\n"));
    let few = built(3, "--profile generic-sft");
    let said = few.run("hyperparameters OUT").exits(1).stdout;
    assert!(said.contains("error: 3 records are fewer than a batch of 4"), "{said}");
}

#[test]
fn the_profile_is_the_one_of_the_build_another_or_a_general_one() {
    let scratch = built(40, "");
    let said = scratch.run("hyperparameters OUT").exits(0).stdout;
    assert!(said.contains("built without a profile; generic-sft is assumed"), "{said}");
    let said = scratch.run("hyperparameters OUT --profile claude-3-haiku-sft").exits(0).stdout;
    assert!(
        said.contains("learningRateMultiplier") && said.contains("end of life, since 2026-09-10"),
        "{said}"
    );
    assert!(scratch.run("hyperparameters OUT --profile generic").refuses(2).contains("unknown profile"));
}

#[test]
fn what_is_no_sound_output_is_refused() {
    let scratch = built(40, "--profile generic-sft");
    assert!(scratch.run("hyperparameters NONE").refuses(2).contains("no such directory"));
    assert!(scratch.run("hyperparameters a.jsonl").refuses(2).contains("not a directory"));
    assert!(scratch.run("hyperparameters .").refuses(2).contains("not a finished output"));
    assert!(scratch.run("hyperparameters OUT --set epochCount").refuses(2).contains("NAME=VALUE"));
    let manifest = String::from_utf8(scratch.read("OUT/manifest.json")).expect("text");
    scratch.write("OUT/manifest.json", manifest.replace("\"train\": 40", "\"train\": 4000"));
    assert!(scratch.run("hyperparameters OUT").refuses(2).contains("the seal does not match"));
}

#[test]
fn names_of_a_file_of_profiles_reach_the_terminal_escaped() {
    let scratch = built(40, "--profile generic-sft");
    let profile = "[[profile]]\nname = \"x\"\nbased-on = \"generic-sft\"\n";
    let hyperparameter = "hyperparameters.\"\\u001b[31m\" = { kind = \"integer\", maximum = 3, default = 1, source = \"HP\" }\n";
    scratch.write("p.toml", format!("{profile}{hyperparameter}"));
    let page = scratch.run("hyperparameters OUT --profile x --profile-file p.toml").exits(0).stdout;
    assert!(!page.contains('\u{1b}') && page.contains("[31m"), "{page}");
}
