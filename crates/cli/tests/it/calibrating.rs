//! `calibrate`: what pairs of text and true count say of an encoding, and that no text is ever shown.

use expect_test::{Expect, expect};

use crate::scratch::{Scratch, gzip, jsonl, zstd};

/// A pair whose text has `ours` tokens by every encoding.
fn pair(ours: usize, tokens: usize) -> String {
    let text = vec!["hello"; ours].join(" ");
    format!(r#"{{"text":"{text}","tokens":{tokens}}}"#)
}

fn pairs() -> Vec<u8> {
    let mut lines = vec![pair(100, 100), pair(100, 104), pair(100, 96), pair(50, 54), pair(5, 9)];
    lines.push(r#"{"prompt":"hello hello","completion":"hello","tokens":3}"#.to_owned());
    jsonl(lines)
}

#[test]
fn pairs_give_a_ratio_a_spread_and_a_margin() {
    let scratch = Scratch::with("pairs.jsonl", pairs());
    let page = scratch.run("calibrate pairs.jsonl --encoding cl100k_base").exits(0).stdout;
    expect![[r#"
        encoding  cl100k_base
        pairs     6
        ratio     1.0223 true / ours (366 / 358 tokens)
        spread    p5 0.9600, p50 1.0000, p95 1.0800, min 0.9600, max 1.0800, by pair; without 2 of fewer than 20 tokens
        margin    8 %: 99 % of these pairs are within it, in either direction

        for bedload.toml:

        [stages.tokens]
        margin = 8
    "#]]
    .assert_eq(&page);
    let objects = scratch.run("calibrate pairs.jsonl --output-format jsonl").exits(0).objects();
    assert_eq!(objects.len(), 1);
    let object = &objects[0];
    assert_eq!((&object["kind"], &object["encoding"]), (&"calibration".into(), &"o200k_base".into()));
    assert_eq!((&object["pairs"], &object["margin"]), (&6.into(), &8.into()));
    assert_eq!(object["spread"]["p95"], 1.08);
    // What it prints is what the configuration takes.
    let lines = object["config"].as_str().unwrap();
    scratch.write("bedload.toml", lines);
    scratch.write("a.jsonl", "{\"prompt\":\"a\",\"completion\":\"b\"}\n");
    scratch.run("check a.jsonl").exits(0);
}

#[test]
fn every_way_of_reading_gives_the_same() {
    let scratch = Scratch::with("pairs.jsonl", pairs());
    let plain = scratch.run("calibrate pairs.jsonl").exits(0).stdout;
    scratch.write("pairs.jsonl.gz", gzip(&pairs()));
    scratch.write("pairs.jsonl.zst", zstd(&pairs()));
    for file in ["pairs.jsonl.gz", "pairs.jsonl.zst"] {
        assert_eq!(scratch.run(&format!("calibrate {file}")).exits(0).stdout, plain);
    }
    assert_eq!(scratch.feed("calibrate -", &pairs()).exits(0).stdout, plain);
    let of_profile = scratch.run("calibrate pairs.jsonl --profile nova-lite-sft").exits(0).stdout;
    assert!(of_profile.contains("cl100k_base"), "{of_profile}");
}

#[test]
fn an_encoding_that_is_far_off_has_no_margin() {
    let scratch = Scratch::with("pairs.jsonl", jsonl([pair(10, 201)]));
    let page = scratch.run("calibrate pairs.jsonl").exits(0).stdout;
    assert!(
        page.contains("the margin is too large to be useful") && !page.contains("[stages.tokens]"),
        "{page}"
    );
    let short = scratch.feed("calibrate -", &jsonl([pair(3, 4)])).exits(0).stdout;
    assert!(
        short.contains("every pair has fewer than 20 tokens") && short.contains("margin = 34"),
        "{short}"
    );
}

#[test]
fn a_line_that_is_no_pair_is_named_without_its_text() {
    let check = |line: &str, expect: Expect| {
        let scratch = Scratch::with("p.jsonl", jsonl([pair(2, 2).as_str(), line]));
        let said = scratch.run("calibrate p.jsonl").refuses(2);
        assert!(!said.contains("secret"), "{said}");
        expect.assert_eq(said.lines().next().unwrap_or_default());
    };
    check(
        r#"{"text":"secret","tokens":1.5}"#,
        expect!["bedload: p.jsonl:2: `tokens` must be a whole number of 1 or more"],
    );
    check(
        r#"{"text":"secret","tokens":0}"#,
        expect!["bedload: p.jsonl:2: `tokens` must be a whole number of 1 or more"],
    );
    check(r#"{"text":"secret"}"#, expect!["bedload: p.jsonl:2: `tokens` is missing"]);
    check(r#"{"tokens":1}"#, expect!["bedload: p.jsonl:2: `text` is missing"]);
    check(r#"{"prompt":"secret","tokens":1}"#, expect!["bedload: p.jsonl:2: `completion` is missing"]);
    check(
        r#"{"text":["secret"],"tokens":1}"#,
        expect!["bedload: p.jsonl:2: `text` must be a string, not an array"],
    );
    check(r#"{"text":"","tokens":1}"#, expect!["bedload: p.jsonl:2: there is no text"]);
    check("", expect!["bedload: p.jsonl:2: json/blank-line: the line is blank"]);
    check(
        r#"{"text":"secret","#,
        expect!["bedload: p.jsonl:2: json/syntax: the line ends before its value does"],
    );
    let scratch = Scratch::with("empty.jsonl", "");
    assert!(scratch.run("calibrate empty.jsonl").refuses(2).contains("the input contains no pairs"));
    let unknown = Scratch::with("p.jsonl", pairs()).run("calibrate p.jsonl --encoding o300k").refuses(2);
    assert!(unknown.contains("o300k"), "{unknown}");
}
