//! Limits of tokens where the count is an estimate, and what a record's tokens are made of.

use serde_json::Value;

use crate::scratch::{Scratch, jsonl};

/// A record of so many tokens by every encoding.
fn record(tokens: usize) -> String {
    let prompt = vec!["a"; tokens - 1].join(" ");
    format!(r#"{{"prompt":"{prompt}","completion":"hello"}}"#)
}

/// The findings about tokens of records with so many tokens: count and code.
fn check(counts: &[usize], args: &str, config: &str) -> Vec<(usize, String)> {
    let scratch = Scratch::with("a.jsonl", jsonl(counts.iter().map(|&count| record(count))));
    scratch.write("bedload.toml", config);
    let found = scratch.run(&format!("check a.jsonl --output-format jsonl {args}")).findings();
    let about =
        found.iter().filter(|f| f["code"].as_str().is_some_and(|code| code.starts_with("limit/tokens")));
    let at = |f: &Value| counts[f["record"].as_u64().expect("a record") as usize];
    about.map(|f| (at(f), f["code"].as_str().expect("a code").to_owned())).collect()
}

fn expect(found: &[(usize, String)], expected: &[(usize, &str)]) {
    let found: Vec<(usize, &str)> = found.iter().map(|(n, code)| (*n, code.as_str())).collect();
    assert_eq!(found, expected);
}

const OVER: &str = "limit/tokens";
const MAYBE: &str = "limit/tokens-estimate";

#[test]
fn the_margin_is_the_profiles_or_what_is_named_in_its_place() {
    let counts = [4096, 4097, 4300, 4301, 4505, 4506];
    let titan = "--profile titan-text-lite-sft";
    let wide = [(4097, MAYBE), (4300, MAYBE), (4301, MAYBE), (4505, MAYBE), (4506, OVER)];
    let narrow = [(4097, MAYBE), (4300, MAYBE), (4301, OVER), (4505, OVER), (4506, OVER)];
    let none = [(4097, OVER), (4300, OVER), (4301, OVER), (4505, OVER), (4506, OVER)];
    expect(&check(&counts, titan, ""), &wide);
    expect(&check(&counts, &format!("{titan} --token-margin 5"), ""), &narrow);
    expect(&check(&counts, titan, "[stages.tokens]\nmargin = 5\n"), &narrow);
    expect(&check(&counts, &format!("{titan} --token-margin 0"), "[stages.tokens]\nmargin = 5\n"), &none);
    // Another encoding is no more certain than the profile's own.
    expect(&check(&counts, &format!("{titan} --encoding o200k_base"), ""), &wide);
    // A count without a target, or by the target's own encoding, has no margin but one that is asked for.
    expect(&check(&[10, 11], "", "[stages.tokens]\nrecord-max = 10\n"), &[(11, OVER)]);
    expect(&check(&[10, 11], "--profile generic-sft", "[stages.tokens]\nrecord-max = 10\n"), &[(11, OVER)]);
    expect(
        &check(&[10, 11, 12], "--token-margin 10", "[stages.tokens]\nrecord-max = 10\n"),
        &[(11, MAYBE), (12, OVER)],
    );
}

#[test]
fn an_estimate_within_its_margin_is_a_warning_with_all_numbers() {
    let scratch = Scratch::with("a.jsonl", jsonl([record(4097)]));
    let args = "check a.jsonl --profile titan-text-lite-sft --output-format jsonl";
    let finding = scratch.run(args).exits(0).findings().remove(0);
    assert_eq!((&finding["code"], &finding["severity"]), (&MAYBE.into(), &"warning".into()));
    let message = finding["message"].as_str().expect("a message");
    for part in ["4097 cl100k_base", "at most 4096", "10 %", "characters / 6 = 1366", "characters / 3 = 2732"]
    {
        assert!(message.contains(part), "{part}: {message}");
    }
    scratch.run(&format!("{args} --strict")).exits(1);
    let page = scratch.run("explain limit/tokens-estimate").exits(0).stdout;
    assert!(page.contains("bedload calibrate"), "{page}");
}

#[test]
fn a_margin_is_a_share_and_needs_the_stage() {
    let scratch = Scratch::with("a.jsonl", jsonl([record(2)]));
    scratch.run("check a.jsonl --token-margin 101").exits(2);
    assert!(scratch.run("check a.jsonl --token-margin 5 --skip tokens").refuses(2).contains("--skip tokens"));
    scratch.write("bedload.toml", "[stages.tokens]\nmargin = 101\n");
    assert!(scratch.run("check a.jsonl").refuses(2).contains("from 0 to 100"));
}

#[test]
fn profiles_tell_what_counts_and_how_sure_the_count_is() {
    let scratch = Scratch::new();
    let tokens = |name: &str| {
        let page = scratch.run(&format!("profiles {name}")).exits(0).stdout;
        page.lines().find(|line| line.starts_with("tokens ")).expect("a line").to_owned()
    };
    let nova = tokens("nova-lite-sft");
    for part in [
        "system, every turn, reasoning, tool calls and results, tool configuration",
        "margin 10 %",
        "no overhead per message",
    ] {
        assert!(nova.contains(part), "{nova}");
    }
    let harmony = tokens("gpt-oss-20b-rft");
    assert!(harmony.contains("no margin; 4 tokens of overhead per message"), "{harmony}");
    assert!(tokens("generic-cpt").contains("text; not: other keys or input; not: other keys; no margin"));
}

#[test]
fn the_summary_tells_tokens_by_speaker_and_rules_of_thumb() {
    let chat = r#"{"messages":[{"role":"system","content":"hello"},{"role":"user","content":"hello world"}],"reference_answer":"7"}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([chat]));
    let summary = |args: &str| scratch.run(args).summary();
    let plain = summary("check a.jsonl --output-format jsonl");
    let of = |summary: &Value, keys: [&str; 7]| keys.map(|key| summary[key].as_u64().unwrap_or(u64::MAX));
    let keys = [
        "tokens",
        "tokens_system",
        "tokens_user",
        "tokens_assistant",
        "characters",
        "tokens_by_6",
        "tokens_by_3",
    ];
    assert_eq!(of(&plain, keys), [3, 1, 2, 0, 16, 3, 6]);
    // A message of harmony has four tokens beside its text.
    let harmony = summary("check a.jsonl --profile gpt-oss-20b-rft --output-format jsonl");
    assert_eq!(of(&harmony, keys), [11, 5, 6, 0, 16, 3, 6]);
    let built = summary("build a.jsonl --out o --output-format jsonl");
    assert_eq!(of(&built, keys), [3, 1, 2, 0, 16, 3, 6]);
    let said = scratch.run("check a.jsonl").exits(0).stderr;
    assert!(
        said.contains("system 1, user 2, assistant 0") && said.contains("16 total; / 6 = 3, / 3 = 6"),
        "{said}"
    );
    let explained = scratch.run("explain a.jsonl:1 --profile gpt-oss-20b-rft").exits(0).stdout;
    assert!(explained.contains("11 o200k_harmony (system 1, user 2, turns 8)"), "{explained}");
    scratch.write("b.jsonl", jsonl([record(4)]));
    let flat = summary("check b.jsonl --output-format jsonl");
    assert!(["tokens_system", "tokens_user", "tokens_assistant"].iter().all(|key| flat[key].is_null()));
    assert_eq!(flat["characters"], 10);
}
