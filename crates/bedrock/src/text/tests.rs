//! Which texts a record has, whose they are, and where its prompt is.

use super::*;
use crate::record::{Record, TextBuffer};
use bedload_record::Parser;
use expect_test::{Expect, expect};

fn check(format: &str, line: &str, expect: Expect) {
    let format = Format::from_any_name(format).expect("a format");
    let mut shown = Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid JSON");
        let mut shown = String::new();
        let buffer = TextBuffer::default();
        let record = Record::new(format, line.as_bytes(), json, &buffer);
        for t in &record.texts().list {
            let opens = if t.opens { " opens" } else { "" };
            let speaker = t.speaker.map_or(String::new(), |speaker| format!(" by {speaker:?}"));
            shown += &format!("{} {:?}{speaker}{opens}: {}\n", format.name_of(t), t.part, t.text);
        }
        let turns: u64 = Speaker::ALL.iter().map(|&speaker| record.texts().turns(speaker)).sum();
        shown += &format!("{turns} turns\n");
        shown
    });
    if let Some(at) = format.prompt_place(line.as_bytes()) {
        shown += &format!("prompt at {}", &line[at.start..at.end]);
    }
    expect.assert_eq(&shown);
}

#[test]
fn every_text_has_a_speaker_and_a_part() {
    check(
        "prompt-completion",
        r#"{"completion":"c","prompt":"p"}"#,
        expect![[r#"
            prompt Prompt opens: p
            completion Completion: c
            0 turns
            prompt at "p""#]],
    );
    check(
        "claude-messages",
        r#"{"system":"s","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"v"}]}"#,
        expect![[r#"
            system Prompt by System: s
            user Prompt by User opens: u
            assistant Completion by Assistant: a
            user Prompt by User: v
            4 turns
            prompt at "u""#]],
    );
    check(
        "converse",
        r#"{"system":[{"text":"s"}],"messages":[{"role":"user","content":[{"image":{}},{"text":"u"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"r"}}},{"text":"a"},{"toolUse":{"toolUseId":"1","name":"n","input":{"k":["v",1]}}}]}]}"#,
        expect![[r#"
            system Prompt by System: s
            user Prompt by User opens: u
            reasoning Completion by Assistant: r
            assistant Completion by Assistant: a
            tools Completion by Assistant: toolUseId
            tools Completion by Assistant: 1
            tools Completion by Assistant: name
            tools Completion by Assistant: n
            tools Completion by Assistant: input
            tools Completion by Assistant: k
            tools Completion by Assistant: v
            3 turns
            prompt at "u""#]],
    );
    check(
        "converse-preference",
        r#"{"messages":[{"role":"user","content":[{"text":"u"}]},{"role":"assistant","candidates":[{"content":[{"text":"x"}]},{"content":[{"text":"y"}]}]}]}"#,
        expect![[r#"
            user Prompt by User opens: u
            assistant Completion by Assistant: x
            assistant Completion by Assistant: y
            2 turns
            prompt at "u""#]],
    );
    check(
        "chat-rft",
        r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"reference_answer":"r","tools":[{"type":"function"}]}"#,
        expect![[r#"
            system Prompt by System: s
            user Prompt by User opens: u
            tools Prompt by System: type
            tools Prompt by System: function
            2 turns
            prompt at "u""#]],
    );
    check(
        "image-caption",
        r#"{"image-ref":"s3://b/k.png","caption":"c"}"#,
        expect![[r#"
            caption Completion: c
            0 turns
        "#]],
    );
    check(
        "sharegpt",
        r#"{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}"#,
        expect![[r#"
            user Prompt by User opens: u
            assistant Completion by Assistant: a
            2 turns
        "#]],
    );
    check(
        "alpaca",
        r#"{"instruction":"i","input":"x","output":"o"}"#,
        expect![[r#"
            instruction Prompt opens: i
            input Prompt opens: x
            output Completion: o
            0 turns
            prompt at "i""#]],
    );
}
