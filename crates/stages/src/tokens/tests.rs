//! Counts by part and speaker, and limits at their last values.

use bedload_bedrock::{Citation, Format, Limit, TextBuffer};
use bedload_record::{Findings, Parser};
use expect_test::{Expect, expect};

use super::*;
use crate::Check;

fn counted(format: &str, line: &str, turn_tokens: u64) -> Tokens {
    let format = Format::from_name(format).expect("a format");
    let mut counter = Counter::new(Encoding::O200kBase);
    Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid");
        let texts = TextBuffer::default();
        let record = Record::new(format, line.as_bytes(), json, &texts);
        count(&record, &mut counter, turn_tokens).expect("countable")
    })
}

fn limit(value: u64) -> Limit {
    let source = Citation { place: "here".to_owned(), date: "2026-11".to_owned() };
    Limit { value, source, against: None, note: None }
}

fn no_limit() -> TokenLimit {
    TokenLimit {
        record: None,
        prompt: None,
        completion: None,
        image_min: None,
        margin: 0,
        encoding: "o200k_base".to_owned(),
    }
}

/// What is found in a record whose texts have so many tokens, as code and message.
fn found(limit: &TokenLimit, line: &str, prompt: u64, completion: u64) -> String {
    let tokens = Tokens { prompt, completion, characters: 100, ..Tokens::default() };
    Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid");
        let (format, texts) = (Format::from_name("prompt").expect("a format"), TextBuffer::default());
        let mut record = Record::new(format, line.as_bytes(), json, &texts);
        record.tokens = Some(tokens);
        let mut findings = Findings::in_full();
        limit.check(&record, &mut findings);
        let full = findings.into_full();
        assert!(full.len() <= 1, "one finding says it");
        full.first().map_or("-".to_owned(), |finding| format!("{}: {}", finding.code, finding.message))
    })
}

/// The codes at a record's counts, one a row.
fn check(limit: &TokenLimit, counts: &[u64], expect: Expect) {
    let row = |count: &u64| {
        let found = found(limit, "{}", *count, 0);
        format!("{count} {}\n", found.split(':').next().unwrap_or_default())
    };
    expect.assert_eq(&counts.iter().map(row).collect::<String>());
}

#[test]
fn the_limit_is_the_last_count_that_passes() {
    // "hello" and " world" are one token each in every encoding.
    let line = r#"{"prompt":"hello world hello","completion":"hello"}"#;
    let tokens = counted("prompt-completion", line, 0);
    assert_eq!((tokens.prompt, tokens.completion, tokens.characters), (3, 1, 22));
    assert_eq!((tokens.system, tokens.assistant), (0, 0));
    let exact = TokenLimit { record: Some(limit(1000)), ..no_limit() };
    check(
        &exact,
        &[999, 1000, 1001],
        expect![[r"
            999 -
            1000 -
            1001 limit/tokens
        "]],
    );
}

#[test]
fn an_estimate_is_an_error_beyond_its_margin_only() {
    check(
        &TokenLimit { record: Some(limit(32_000)), margin: 10, ..no_limit() },
        &[32_000, 32_001, 35_200, 35_201],
        expect![[r"
            32000 -
            32001 limit/tokens-estimate
            35200 limit/tokens-estimate
            35201 limit/tokens
        "]],
    );
    // Of a limit that the margin does not divide, a part of a token is in the margin.
    check(
        &TokenLimit { record: Some(limit(15)), margin: 10, ..no_limit() },
        &[15, 16, 17],
        expect![[r"
            15 -
            16 limit/tokens-estimate
            17 limit/tokens
        "]],
    );
    check(
        &TokenLimit { record: Some(limit(u64::MAX - 1)), margin: 100, ..no_limit() },
        &[u64::MAX],
        expect![[r"
            18446744073709551615 limit/tokens-estimate
        "]],
    );
}

#[test]
fn the_worst_part_speaks_for_the_record_with_all_numbers() {
    let limits = TokenLimit {
        record: Some(limit(30)),
        prompt: Some(limit(20)),
        completion: Some(limit(10)),
        margin: 10,
        ..no_limit()
    };
    let check = |prompt, completion, expect: Expect| {
        expect.assert_eq(&found(&limits, "{}", prompt, completion));
    };
    check(20, 10, expect!["-"]);
    check(
        21,
        5,
        expect![
            "limit/tokens-estimate: 21 o200k_base tokens in the prompt; the target accepts at most 20, which is within the estimate's margin of 10 % (the record has 100 characters; characters / 6 = 17, characters / 3 = 34)"
        ],
    );
    check(
        21,
        12,
        expect![
            "limit/tokens: 12 o200k_base tokens in the completion; the target accepts at most 10, and the estimate's margin is 10 % (the record has 100 characters; characters / 6 = 17, characters / 3 = 34)"
        ],
    );
    check(
        22,
        11,
        expect![
            "limit/tokens-estimate: 22 o200k_base tokens in the prompt; the target accepts at most 20, which is within the estimate's margin of 10 % (the record has 100 characters; characters / 6 = 17, characters / 3 = 34)"
        ],
    );
    let exact = TokenLimit { record: Some(limit(30)), ..no_limit() };
    expect!["limit/tokens: 31 o200k_base tokens; the target accepts at most 30 (the record has 100 characters; characters / 6 = 17, characters / 3 = 34)"]
        .assert_eq(&found(&exact, "{}", 30, 1));
}

#[test]
fn the_margin_is_that_of_the_texts_and_not_of_images() {
    let limits = TokenLimit { record: Some(limit(1000)), image_min: Some(400), margin: 10, ..no_limit() };
    let line = r#"{"messages":[{"role":"user","content":[{"image":{}},{"image":{}}]}]}"#;
    let code = |prompt| found(&limits, line, prompt, 0).split(':').next().map(str::to_owned);
    let code = |prompt| code(prompt).unwrap_or_default();
    assert_eq!(
        [200, 201, 220, 221].map(code),
        ["-", "limit/tokens-estimate", "limit/tokens-estimate", "limit/tokens"]
    );
}

#[test]
fn every_text_counts_for_its_speaker_and_every_message_for_its_overhead() {
    let converse = r#"{"system":[{"text":"hello"}],"messages":[{"role":"user","content":[{"text":"hello world"},{"image":{}}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hello"}}},{"text":"hello hello hello"}]},{"role":"user","content":[{"toolResult":{"text":"hello"}}]}],"toolConfig":{"tools":["hello"]}}"#;
    let tokens = counted("converse", converse, 0);
    assert_eq!((tokens.prompt, tokens.completion), (7, 4));
    assert_eq!((tokens.system, tokens.user(), tokens.assistant), (3, 4, 4));
    let with = counted("converse", converse, 10);
    assert_eq!((with.prompt, with.completion), (37, 14));
    assert_eq!((with.system, with.user(), with.assistant), (13, 24, 14));
    assert_eq!(with.characters, tokens.characters);
    let claude = r#"{"system":"hello","messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"hello"}]}"#;
    let tokens = counted("claude-messages", claude, 4);
    assert_eq!((tokens.system, tokens.user(), tokens.assistant, tokens.characters), (5, 5, 5, 15));
    // The turns of a chat record are all given: what is learnt is made in training.
    let chat = r#"{"messages":[{"role":"system","content":"hello"},{"role":"user","content":"hello"},{"role":"assistant","content":"hello","tool_calls":["hello"]},{"role":"tool","content":"hello"}],"tools":["hello"],"reference_answer":"hello"}"#;
    let tokens = counted("chat-rft", chat, 4);
    assert_eq!((tokens.prompt, tokens.completion), (22, 0));
    assert_eq!((tokens.system, tokens.user(), tokens.assistant), (6, 10, 6));
    assert_eq!(counted("prompt-completion", r#"{"prompt":"hello","completion":"hello"}"#, 4).total(), 2);
}
