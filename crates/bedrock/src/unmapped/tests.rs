//! What counts as lost, and what as metadata or a repetition.

use bedload_record::Parser;

use super::*;
use crate::format::Format;
use crate::record::TextBuffer;

fn unmapped(format: &str, lines: &[&str]) -> Unmapped {
    let format = Format::from_any_name(format);
    let mut unmapped = Unmapped::default();
    for (nth, line) in (0..).zip(lines) {
        Parser::default().parse(line.as_bytes(), |parsed| {
            let (record, _) = parsed.unwrap_or_else(|_| panic!("valid JSON: {line}"));
            match format {
                Some(format) => {
                    let buffer = TextBuffer::default();
                    unmapped.add(&Record::new(format, line.as_bytes(), record, &buffer), nth);
                }
                None => unmapped.add_unknown(record, nth),
            }
        });
    }
    unmapped
}

/// The keys under which a record loses content.
fn check(format: &str, line: &str, lost: &[&str]) {
    let unmapped = unmapped(format, &[line]);
    let keys = unmapped.keys.iter().filter(|(_, seen)| seen.lost > 0).map(|(key, _)| key.as_str());
    let alike = unmapped.alike.iter().filter(|(_, seen)| seen.lost > 0).map(|(word, _)| word.as_str());
    assert_eq!(keys.chain(alike).collect::<Vec<_>>(), lost, "{line}");
}

#[test]
fn an_object_that_says_which_conversation_it_is_loses_nothing() {
    let pair = |value: &str| format!(r#"{{"prompt":"q","completion":"a","conversation":{value}}}"#);
    check("prompt-completion", &pair(r#"{"id":"c1","source":"forum","turn_count":3,"parent":{}}"#), &[]);
    check("prompt-completion", &pair(r#"{"id":"c1","text":"so"}"#), &["conversation"]);
    check("prompt-completion", &pair(r#"{"title":"why rivers slow down"}"#), &["conversation"]);
    check("prompt-completion", &pair(r#""c1""#), &["conversation"]);
    check(
        "prompt-completion",
        r#"{"prompt":"q","completion":"a","function_call":{"name":"f"}}"#,
        &["function_call"],
    );
}

#[test]
fn content_without_a_field_is_lost() {
    check("input", r#"{"input":"q","output":"a"}"#, &["output"]);
    check("input", r#"{"input":"q","instruction":"i"}"#, &["instruction"]);
    check("prompt", r#"{"prompt":"q","Response":"a","id":7}"#, &["Response"]);
    check("prompt", r#"{"prompt":"q","answer_1":"a","answer_2":"b"}"#, &["answer"]);
    check("prompt", r#"{"prompt":"q","answer":42}"#, &["answer"]);
    check("prompt", r#"{"prompt":"q","text":"t"}"#, &["text"]);
    check("text", r#"{"text":"q","label":1}"#, &["label"]);
    check("text", r#"{"text":"q","label_text":"good"}"#, &["label"]);
    for key in ["context", "history", "reasoning", "instruction", "input", "question"] {
        check("prompt-completion", &format!(r#"{{"prompt":"q","completion":"a","{key}":"c"}}"#), &[key]);
    }
    check("prompt-completion", r#"{"prompt":"q","completion":"a","history":[["u","v"]]}"#, &["history"]);
    check(
        "prompt-completion",
        r#"{"prompt":"QQ","completion":"a","answer":"quite another answer"}"#,
        &["answer"],
    );
    check("prompt-completion", r#"{"prompt":"q","completion":"a","system":"s"}"#, &["system"]);
    check("prompt-completion", r#"{"prompt":"q","completion":"a","email":"a b c"}"#, &["email"]);
    check("prompt-completion", r#"{"prompt":"q","completion":"a","options":["x","y"]}"#, &["options"]);
    check("prompt-completion", r#"{"prompt":"q","completion":"a","tools":[{"name":"f"}]}"#, &["tools"]);
    check(
        "prompt-completion",
        r#"{"prompt":"q","completion":"a","messages":[{"role":"user","content":"other"}]}"#,
        &["messages"],
    );
    let long = format!(r#"{{"prompt":"q","completion":"a","context":"{}"}}"#, "q a ".repeat(99));
    check("prompt-completion", &long, &["context"]);
    check("preference", r#"{"prompt":"q","chosen":"a","rejected":"b","rejected_2":"c"}"#, &["rejected"]);
    check("claude-messages", r#"{"messages":[{"role":"user","content":"q"}],"answer":"a"}"#, &["answer"]);
    let turns = r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a",MORE}]}"#;
    for (more, lost) in [
        (r#""reasoning_content":"r""#, vec!["reasoning_content"]),
        (r#""function_call":{"name":"f"}"#, vec!["function_call"]),
        (r#""refusal":"no""#, vec!["refusal"]),
        (r#""refusal":null"#, vec![]),
        (r#""name":"Ann""#, vec![]),
    ] {
        check("claude-messages", &turns.replace("MORE", more), &lost);
    }
}

#[test]
fn metadata_and_repeated_content_are_not() {
    check(
        "prompt-completion",
        r#"{"prompt":"c: C q: Q","completion":"a","context":"C","question":"Q"}"#,
        &[],
    );
    check("prompt-completion", r#"{"prompt":"q","completion":"a","text":"q a"}"#, &[]);
    check("prompt-completion", r#"{"prompt":"q","completion":"so a","answer":"a","model_output":"x"}"#, &[]);
    check(
        "prompt-completion",
        r#"{"prompt":"q","completion":"a","task":"question answering","user":"Ann B"}"#,
        &[],
    );
    check(
        "prompt-completion",
        r#"{"prompt":"q","completion":"a","label":"x","context":"","history":[]}"#,
        &[],
    );
    check(
        "prompt",
        r#"{"prompt":"q","prompt_id":"7","conversation_id":"8","region":"eu","annotator":"A B"}"#,
        &[],
    );
    check("prompt", r#"{"prompt":"q","has_answer":true,"response":null,"answer_length":3}"#, &[]);
    for honest in [
        r#""reasoning":"high""#,
        r#""chosen":true"#,
        r#""rejected":false"#,
        r#""rejected_reason":"x y z""#,
        r#""email":"a@b.c""#,
        r#""code":"de-DE""#,
        r#""task_description":"x y z""#,
    ] {
        check("prompt-completion", &format!(r#"{{"prompt":"q","completion":"a",{honest}}}"#), &[]);
    }
    check("chat-rft", r#"{"messages":[{"role":"user","content":"q"}],"answer":"a"}"#, &[]);
}

#[test]
fn keys_that_nobody_knows_are_counted_where_they_hold_prose() {
    let found =
        unmapped("prompt", &[r#"{"prompt":"q","antwort":"a b c"}"#, r#"{"prompt":"q","region":"eu west"}"#]);
    assert_eq!((found.unnamed, found.losing, found.keys.len()), (1, 0, 0));
}

#[test]
fn the_first_loss_is_known_whatever_the_chunks() {
    let lines = [r#"{"prompt":"q"}"#, r#"{"prompt":"q","answer":"a"}"#, r#"{"prompt":"q","answer":"b"}"#];
    let whole = unmapped("prompt", &lines);
    assert_eq!((whole.losing, whole.keys["answer"].first_lost), (2, 1));
    for cut in 0..=lines.len() {
        let mut parts = unmapped("prompt", &lines[..cut]);
        parts.absorb(&unmapped("prompt", &lines[cut..]), cut as u64);
        assert_eq!(parts, whole);
    }
}

#[test]
fn a_search_for_repetitions_ends() {
    // All of the texts are repeated, each at the end of a long prompt: 40,000 searches of 1 MB.
    let prompt = "a".repeat(1 << 20) + "end";
    let context = vec![r#""end""#; 40_000].join(",");
    let line = format!(r#"{{"prompt":"{prompt}","completion":"b","context":[{context}]}}"#);
    check("prompt-completion", &line, &[]);
}
