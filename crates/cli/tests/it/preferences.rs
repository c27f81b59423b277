//! What is said of preference pairs.

use serde_json::json;

use crate::scratch::{Scratch, jsonl};

#[test]
fn pairs_that_teach_nothing_are_reported_by_check_and_build() {
    let pair = |prompt: &str, chosen: &str, rejected: &str| {
        json!({"prompt": prompt, "chosen": chosen, "rejected": rejected}).to_string()
    };
    let lines = [
        pair("Why does it rain?", "Because of clouds.", "because  of CLOUDS."),
        pair("Why does it rain here?", "Why does it rain here? Clouds.", "It does not."),
        pair("Why does it snow?", "It is cold.", "I'm sorry, but I can't help with that."),
        pair("Why does it hail?", "It is cold above.", "I can't wait to see it."),
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let check = "check a.jsonl --skip tokens --output-format jsonl";
    let checked = scratch.run(check).exits(0);
    let found: Vec<(String, u64)> = checked
        .findings()
        .iter()
        .filter(|finding| finding["code"].as_str().is_some_and(|code| code.starts_with("preference/")))
        .map(|finding| (finding["code"].to_string(), finding["line"].as_u64().unwrap()))
        .collect();
    let expected = [("equal-pair", 1), ("repeated-prompt", 2), ("refusal", 3)];
    assert_eq!(found, expected.map(|(code, line)| (format!("\"preference/{code}\""), line)));
    let built = scratch.run("build a.jsonl --out o --skip tokens --output-format jsonl").exits(0);
    for code in ["preference/equal-pair", "preference/repeated-prompt", "preference/refusal"] {
        assert_eq!(built.by_code()[code], 1);
    }
    let skipped = scratch.run(&format!("{check} --skip preference")).exits(0);
    assert!(skipped.by_code().keys().all(|code| !code.starts_with("preference/")));
}
