//! `build --evaluation`: the validation side as prompts of an evaluation job.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

fn pair(n: usize, completion: &str) -> Value {
    json!({"prompt": format!("question \"{n}\"\n"), "completion": completion})
}

fn prompts(scratch: &Scratch, out: &str) -> Vec<Value> {
    let lines = scratch.lines(&format!("{out}/evaluation.jsonl"));
    lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[test]
fn pairs_of_the_validation_side_are_prompts_with_references() {
    let lines = (0..60).map(|n| pair(n, &format!("an answer of its own, {n}")).to_string());
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = scratch.run("build a.jsonl --validation 10 --evaluation --out out").exits(0);
    assert!(run.stderr.contains("of these, prompts in evaluation.jsonl"), "{}", run.stderr);
    let found = prompts(&scratch, "out");
    let validation = scratch.side("out", "validation");
    assert_eq!((found.len(), validation.len()), (10, 10));
    // In the order of the validation file.
    for (prompt, record) in found.iter().zip(&validation) {
        let record: Value = serde_json::from_slice(record).unwrap();
        assert_eq!(*prompt, json!({"prompt": record["prompt"], "referenceResponse": record["completion"]}));
    }
    let manifest = scratch.manifest("out");
    let files = manifest["files"].as_array().unwrap();
    let entry = files.iter().find(|file| file["path"] == "evaluation.jsonl").unwrap();
    assert_eq!((&entry["records"], &manifest["config"]["evaluation"]), (&10.into(), &true.into()));
    scratch.run("verify out").exits(0);
    let mut bytes = scratch.read("out/evaluation.jsonl");
    bytes[12] ^= 1;
    scratch.write("out/evaluation.jsonl", bytes);
    assert!(scratch.run("verify out").exits(1).stdout.contains("evaluation.jsonl: sha256"));
    // Nothing else of the output depends on it, and its own bytes on neither threads nor chunks.
    scratch.run("build a.jsonl --validation 10 --out plain").exits(0);
    assert_eq!(scratch.side("plain", "validation"), validation);
    assert!(!scratch.path("plain/evaluation.jsonl").exists());
    scratch
        .run("build a.jsonl --validation 10 --evaluation --out other --threads 1 --chunk-bytes 100")
        .exits(0);
    assert_eq!(prompts(&scratch, "other"), found);
    // It is an output that can be replaced and removed.
    scratch.run("build a.jsonl --validation 10 --out other --overwrite").exits(0);
    assert!(!scratch.path("other/evaluation.jsonl").exists());
}

#[test]
fn at_most_a_thousand_are_chosen_with_the_mix_of_labels() {
    let label = |n: usize| ["no", "maybe", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes"][n % 10];
    let scratch = Scratch::with("a.jsonl", jsonl((0..6000).map(|n| pair(n, label(n)).to_string())));
    scratch.run("build a.jsonl --validation 50% --evaluation --out out").exits(0);
    let found = prompts(&scratch, "out");
    assert_eq!(found.len(), 1000);
    let mut by_label: BTreeMap<&str, usize> = BTreeMap::new();
    for prompt in &found {
        assert_eq!(prompt["category"], prompt["referenceResponse"]);
        *by_label.entry(prompt["category"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(by_label, BTreeMap::from([("maybe", 100), ("no", 100), ("yes", 800)]));
    // A sample of the validation side, in its order.
    let validation = scratch.side("out", "validation");
    let mut rest = validation.iter().map(|line| serde_json::from_slice::<Value>(line).unwrap());
    assert!(found.iter().all(|prompt| rest.any(|record| record["prompt"] == prompt["prompt"])));
    scratch.run("build a.jsonl --validation 50% --evaluation --seed 1 --out other").exits(0);
    assert_ne!(prompts(&scratch, "other"), found);
}

fn turns(n: usize, texts: &[&str]) -> Value {
    let message = |(at, text): (usize, &&str)| {
        let role = ["user", "assistant"][at % 2];
        json!({"role": role, "content": [{"text": format!("{text} {n}")}]})
    };
    json!({"messages": texts.iter().enumerate().map(message).collect::<Vec<_>>()})
}

#[test]
fn conversations_of_one_turn_are_prompts_and_others_are_counted() {
    let mut lines = Vec::new();
    for n in 0..40 {
        let mut record = turns(n, &["u", "a"]);
        record["system"] = json!([{"text": "Be \"brief\"."}]);
        record["schemaVersion"] = json!("bedrock-conversation-2024");
        lines.push(record.to_string());
        lines.push(turns(n, &["v", "b"]).to_string());
        lines.push(turns(n, &["w", "c", "x", "d"]).to_string());
        let mut record = turns(n, &["i", "e"]);
        let image =
            json!({"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/k.png"}}}});
        record["messages"][0]["content"].as_array_mut().unwrap().push(image);
        lines.push(record.to_string());
    }
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = "build a.jsonl --format converse --validation 50% --evaluation --out out --output-format jsonl";
    let objects = scratch.run(run).exits(0).objects();
    let found = prompts(&scratch, "out");
    let finding = objects.iter().find(|object| object["code"] == "evaluation/left-out").unwrap();
    let left_out = 80 - found.len();
    let message = finding["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("{left_out} of 80 validation records are")), "{message}");
    assert!(found.len() > 20 && left_out > 20, "{message}");
    for prompt in &found {
        let text = prompt["prompt"].as_str().unwrap();
        assert!(text.starts_with("Be \"brief\".\n\nu ") || text.starts_with("v "), "{text}");
        assert_eq!(prompt.as_object().unwrap().len(), 2);
    }
    let rows = scratch.table("out", "findings");
    assert!(rows.iter().any(|row| row["code"] == "evaluation/left-out"));
    scratch.run("verify out").exits(0);
}

#[test]
fn system_messages_come_before_the_prompt() {
    let line = |n: usize| {
        json!({
            "messages": [{"role": "system", "content": "Count."}, {"role": "user", "content": format!("{n}?")}],
            "reference_answer": format!("{n}!"),
        })
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..20).map(|n| line(n).to_string())));
    scratch.run("build a.jsonl --format chat-rft --validation 5 --evaluation --out out").exits(0);
    let found = prompts(&scratch, "out");
    assert_eq!(found.len(), 5);
    let is_good = |prompt: &Value| {
        let n = prompt["referenceResponse"].as_str().unwrap().trim_end_matches('!');
        prompt["prompt"] == format!("Count.\n\n{n}?")
    };
    assert!(found.iter().all(is_good), "{found:?}");
}

#[test]
fn converted_records_and_other_formats_are_prompts_too() {
    let scratch = Scratch::new();
    let alpaca = |n: usize| json!({"instruction": format!("i{n}"), "input": "", "output": format!("o{n}")});
    scratch.write("alpaca.jsonl", jsonl((0..30).map(|n| alpaca(n).to_string())));
    scratch.run("build alpaca.jsonl --to converse --validation 4 --evaluation --out a").exits(0);
    let found = prompts(&scratch, "a");
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|prompt| prompt["prompt"].as_str().unwrap().starts_with('i')), "{found:?}");
    let preference =
        |n: usize| json!({"prompt": format!("p{n}"), "chosen": "c", "rejected": "r", "score": 0.5});
    scratch.write("preference.jsonl", jsonl((0..30).map(|n| preference(n).to_string())));
    scratch.run("build preference.jsonl --format preference --validation 4 --evaluation --out p").exits(0);
    assert!(prompts(&scratch, "p").iter().all(|prompt| prompt["referenceResponse"] == "c"));
    scratch.write("prompts.jsonl", jsonl((0..30).map(|n| json!({"prompt": format!("p{n}")}).to_string())));
    scratch.run("build prompts.jsonl --format prompt --validation 4 --evaluation --out q").exits(0);
    assert!(prompts(&scratch, "q").iter().all(|prompt| prompt.as_object().unwrap().len() == 1));
}

#[test]
fn without_prompts_there_is_no_evaluation() {
    let scratch = Scratch::with("a.jsonl", jsonl((0..20).map(|n| pair(n, "x").to_string())));
    let refuses = |run: &str, words: &str| {
        let said = scratch.run(run).refuses(2);
        assert!(said.contains(words), "{run}: {said}");
        assert!(!scratch.path("out").exists());
    };
    refuses("build a.jsonl --evaluation --out out", "--evaluation needs a validation set");
    refuses("build a.jsonl --evaluation --validation 0 --out out", "--evaluation needs a validation set");
    refuses("build a.jsonl --evaluation --skip split --out out", "--skip split");
    // A share that comes to nothing.
    refuses("build a.jsonl --evaluation --validation 1% --out out", "no validation records");
    scratch.write("t.jsonl", jsonl((0..20).map(|n| json!({"text": format!("t{n}")}).to_string())));
    refuses(
        "build t.jsonl --format text --evaluation --validation 10% --out out",
        "text records have no prompts",
    );
    let long = |n| turns(n, &["u", "a", "v", "b"]).to_string();
    scratch.write("c.jsonl", jsonl((0..20).map(long)));
    refuses(
        "build c.jsonl --format converse --evaluation --validation 10% --out out",
        "no validation record is one prompt of text",
    );
}
