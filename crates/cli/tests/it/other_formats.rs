//! Builds for the other targets: preference pairs, continued pre-training, distillation.

use serde_json::json;

use crate::corpus::{Random, words};
use crate::scratch::{Scratch, jsonl};

#[test]
fn preference_pairs_are_built_with_their_scores() {
    let random = &mut Random(71);
    let mut lines: Vec<String> = (0..150)
        .map(|n| {
            let prompt = format!("{} {}", words(random), n % 120);
            let mut pair =
                json!({"prompt": prompt, "chosen": format!("good {n}"), "rejected": words(random)});
            if n % 3 == 0 {
                pair["score"] = json!(f64::from(n % 101) / 100.0);
            }
            pair.to_string()
        })
        .collect();
    lines.push(lines[7].replace("{\"prompt\"", "{ \"prompt\""));
    // The same pair with another score is another record.
    lines.push(r#"{"prompt":"p","chosen":"a","rejected":"b","score":0.5}"#.to_owned());
    lines.push(r#"{"prompt":"p","chosen":"a","rejected":"b","score":5e-1}"#.to_owned());
    lines.push(r#"{"prompt":"p","chosen":"a","rejected":"b","score":0.25}"#.to_owned());
    lines.push(r#"{"prompt":"p","chosen":"a","rejected":"b","score":1.5}"#.to_owned());
    lines.push(r#"{"prompt":"p","chosen":"a","rejected":"a "}"#.to_owned());
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let args = "build a.jsonl --out o --profile generic-preference --validation 0.1 --output-format jsonl";
    let outcome = scratch.run(args).exits(0);
    scratch.run("verify o").exits(0);
    let summary = outcome.summary();
    let number = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!(["records", "rejected", "duplicates"].map(number), [156, 2, 2]);
    assert_eq!((number("train") + number("validation"), number("validation")), (152, 15));
    assert_eq!(summary["format"], "preference");
    let augmented = "build a.jsonl --out v --profile generic-preference --skip tokens --augment 2";
    scratch.run(augmented).exits(0);
    assert_eq!(scratch.lines("v/train.jsonl").len(), 304);
}

#[test]
fn documents_are_built_under_either_key() {
    for key in ["text", "input"] {
        let random = &mut Random(72);
        let mut lines: Vec<String> =
            (0..1010).map(|n| json!({key: format!("{} {n}", words(random))}).to_string()).collect();
        lines.extend([lines[0].clone(), json!({key: " "}).to_string(), json!({"prompt": "p"}).to_string()]);
        let scratch = Scratch::with("a.jsonl", jsonl(&lines));
        let args = "build a.jsonl --out o --profile generic-cpt --skip tokens --validation 101 \
                    --shard-records 500 --output-format jsonl";
        let summary = scratch.run(args).exits(0).summary();
        let number = |name: &str| summary[name].as_u64().unwrap();
        assert_eq!(["rejected", "duplicates", "train", "validation"].map(number), [2, 1, 909, 101]);
        assert_eq!((&summary["format"], &summary["ready"]), (&key.into(), &true.into()));
        assert_eq!(scratch.side("o", "train").len(), 909);
        scratch.run("verify o").exits(0);
    }
}

#[test]
fn prompts_are_built_for_distillation() {
    let lines: Vec<String> =
        (0..1100).map(|n| json!({"prompt": format!("question {n}")}).to_string()).collect();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let args = "build a.jsonl --out o --profile generic-distillation --output-format jsonl";
    let summary = scratch.run(args).exits(0).summary();
    assert_eq!((&summary["train"], &summary["format"]), (&1100.into(), &"prompt".into()));
    assert_eq!(summary["by_code"]["dataset/few-records"], 1);
    scratch.write("b.jsonl", jsonl(&lines[..999]));
    let args = "build b.jsonl --out p --profile generic-distillation --skip tokens --output-format jsonl";
    assert_eq!(scratch.run(args).exits(1).summary()["by_code"]["dataset/too-few-records"], 1);
}

#[test]
fn detection_takes_what_most_records_are_and_says_so() {
    let scratch =
        Scratch::with("a.jsonl", "not JSON\n{\"text\":\"t\"}\n\n{\"text\":\"u\"}\n{\"input\":\"i\"}\n");
    let outcome = scratch.run("check a.jsonl --skip tokens").exits(1);
    assert!(outcome.stderr.contains("format text (detected)"), "{}", outcome.stderr);
    let outcome = scratch.run("check a.jsonl --skip tokens --format auto --output-format jsonl").exits(1);
    assert_eq!((&outcome.summary()["format"], &outcome.summary()["valid"]), (&"text".into(), &2.into()));
    let named = scratch.run("check a.jsonl --skip tokens --format input --output-format jsonl").exits(1);
    assert_eq!((&named.summary()["format"], &named.summary()["valid"]), (&"input".into(), &1.into()));
    let profile =
        scratch.run("check a.jsonl --skip tokens --profile generic-cpt --output-format jsonl").exits(1);
    assert_eq!(profile.summary()["format"], "text", "a profile of two formats takes the one that is there");
}
