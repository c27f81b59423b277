//! Conversions, case by case, and what must hold for all of them.

use bedload_bedrock::{FOREIGN, FORMATS, Format};
use bedload_record::{Code, Findings, Parser, RecordFinding};
use proptest::prelude::*;

use super::*;

fn format(name: &str) -> &'static Format {
    Format::from_any_name(name).unwrap_or_else(|| panic!("{name} is a format"))
}

fn converter(to: &str, config: ConvertConfig) -> Converter {
    Converter::new(format(to), &config).expect("the target holds what is asked for")
}

/// What is written, then the places of what was left out; or the codes that refuse the record, each with its place, the
/// gravest first.
fn convert(converter: &Converter, from: Source, line: &str) -> (String, String) {
    let mut findings = Findings::in_full();
    let mut out = b"before".to_vec();
    let written = converter.convert(from, line.as_bytes(), &mut out, &mut findings);
    let mut short = Findings::codes_only();
    assert_eq!(converter.convert(from, line.as_bytes(), &mut Vec::new(), &mut short), written);
    assert_eq!(short.codes(), findings.codes(), "codes do not depend on how much is kept");
    let mut found = findings.into_full();
    let place = |pointer: &str| if pointer.is_empty() { "/".to_owned() } else { pointer.to_owned() };
    if written == 0 {
        assert_eq!((out.as_slice(), found.is_empty()), (&b"before"[..], false), "{line}");
        let refusal = |finding: &RecordFinding| format!("{} {}", finding.code, place(&finding.pointer));
        return (found.iter().map(refusal).collect::<Vec<_>>().join(", "), String::new());
    }
    found.sort_by_key(|finding| finding.offset);
    let is_expanded = |finding: &RecordFinding| finding.code == Code::ConvertExpanded;
    assert_eq!(
        found.iter().filter(|finding| is_expanded(finding)).count(),
        usize::from(written > 1),
        "{line}"
    );
    found.retain(|finding| !is_expanded(finding));
    let is_said = |code| matches!(code, Code::ConvertDropped | Code::ConvertToolId);
    assert!(found.iter().all(|finding| is_said(finding.code)));
    let dropped: Vec<_> = found.iter().map(|finding| place(&finding.pointer)).collect();
    let text = String::from_utf8(out.split_off(b"before".len())).expect("UTF-8");
    assert_eq!(text.lines().count(), written, "{line}\n{text}");
    for record in text.lines() {
        Parser::default().parse(record.as_bytes(), |parsed| assert!(parsed.is_ok(), "{line}\n{text}"));
    }
    (text.replace('\n', " "), dropped.join(" "))
}

#[test]
fn every_case_is_written_as_it_stands() {
    let (mut cases, mut wrong) = (0, Vec::new());
    for case in include_str!("cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = case.split(" | ").collect();
        let [how, line, expected, ..] = parts[..] else { panic!("three parts: {case}") };
        let words: Vec<&str> = how.split(' ').collect();
        let [from, ">", to, ..] = words[..] else { panic!("from > to: {case}") };
        let (mut rules, mut weights, mut pairs) = (Vec::new(), Weights::Error, Pairs::One);
        for option in &words[3..] {
            match *option {
                "weights" => weights = Weights::Drop,
                "split" => weights = Weights::Split,
                "pairs" => pairs = Pairs::All,
                rule => rules.push(rule.parse().unwrap_or_else(|problem| panic!("{case}: {problem}"))),
            }
        }
        let mut extra = Extras::default();
        extra.put(&rules);
        let map = "prompt=question,completion=answer,system=context,id=nr".parse().expect("a map");
        let config = ConvertConfig { map, extra, weights, pairs, ..ConvertConfig::default() };
        let from = if from == "map" { Source::MAPPED } else { Source::Format(format(from)) };
        let optional = |mapping: &Mapping| matches!(mapping.name.as_str(), "context" | "nr");
        let converter = converter(to, config);
        assert!(converter.maps[0].iter().filter(|mapping| optional(mapping)).count() == 2);
        let found = convert(&converter, from, line);
        cases += 1;
        if found != (expected.to_owned(), (*parts.get(3).unwrap_or(&"")).to_owned()) {
            wrong.push(format!("{case}\n    found {} | {}", found.0, found.1));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 70, "the table is whole: {cases}");
}

#[test]
fn a_given_system_prompt_takes_no_other_ones_place_unasked() {
    let with = |extra| {
        converter(
            "claude-messages",
            ConvertConfig {
                system: Some("you \"help\"".to_owned()),
                extra: Extras::from(extra),
                ..ConvertConfig::default()
            },
        )
    };
    let from = Source::Format(format("claude-messages"));
    let rest = r#""messages":[{"role":"user","content":"u"}]}"#;
    let given = format!(r#"{{"system":"you \"help\"",{rest}"#);
    let check = |extra, line: &str, expected: (&str, &str)| {
        let found = convert(&with(extra), from, line);
        assert_eq!((found.0.as_str(), found.1.as_str()), expected, "{line}");
    };
    check(Extra::Error, &format!("{{{rest}"), (&given, ""));
    check(
        Extra::Error,
        &format!(r#"{{"system":"you \u0022help\u0022",{rest}"#),
        (&format!(r#"{{"system":"you \u0022help\u0022",{rest}"#), ""),
    );
    check(Extra::Error, &format!(r#"{{"system":"other",{rest}"#), ("convert/content /system", ""));
    check(Extra::Keep, &format!(r#"{{"system":"other",{rest}"#), ("convert/content /system", ""));
    check(Extra::Drop, &format!(r#"{{"system":"other",{rest}"#), (&given, "/system"));
    let config = ConvertConfig { system: Some("s".to_owned()), ..ConvertConfig::default() };
    let refused = Converter::new(format("prompt-completion"), &config).expect_err("no place for it");
    assert_eq!(refused, MapError::NoSystem("prompt-completion"));
}

#[test]
fn maps_are_read_or_refused() {
    let read = |text: &str| text.parse::<Map>().map_err(|error| error.to_string());
    assert_eq!(read("prompt=q,completion=a").expect("a map").0.len(), 2);
    for (text, problem) in [
        ("", "`` is not FIELD=KEY"),
        ("prompt", "`prompt` is not FIELD=KEY"),
        ("prompt=", "`prompt=` is not FIELD=KEY"),
        ("colour=x", "unknown field `colour`\nhint: the fields are prompt, completion,"),
        ("prompt=q,prompt=r", "`prompt` occurs twice"),
        ("prompt=q,completion=q", "`q` occurs twice"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.starts_with(problem), "{text}: {error}");
    }
}

/// What can be carried over, as the table of formats against formats.
#[test]
fn the_matrix_of_formats() {
    let mut table = String::new();
    for from in FORMATS.iter().chain(FOREIGN) {
        let to: Vec<String> = Format::written()
            .filter(|to| to.name != from.name && fit(from, to) != Fit::None)
            .map(|to| if fit(from, to) == Fit::Part { format!("({})", to.name) } else { to.name.to_owned() })
            .collect();
        table += &format!("{} > {}\n", from.name, to.join(" "));
    }
    expect_test::expect![[r#"
        prompt-completion > (prompt) claude-messages converse chat-rft evaluation openai-chat
        text > input
        input > text
        preference > (prompt-completion) (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        prompt > converse chat-rft evaluation openai-chat
        claude-messages > prompt-completion (prompt) converse chat-rft evaluation openai-chat
        converse > prompt-completion (prompt) claude-messages chat-rft evaluation openai-chat
        converse-preference > (prompt-completion) preference (prompt) (claude-messages) (converse) (chat-rft) (evaluation) (openai-chat)
        chat-rft > prompt-completion (prompt) claude-messages converse evaluation openai-chat
        image-caption > 
        evaluation > prompt-completion (prompt) claude-messages converse chat-rft openai-chat
        openai-chat > prompt-completion (prompt) claude-messages converse chat-rft evaluation
        anthropic-messages > prompt-completion (prompt) claude-messages converse chat-rft evaluation openai-chat
        alpaca > prompt-completion (prompt) claude-messages converse chat-rft evaluation openai-chat
        sharegpt > prompt-completion (prompt) claude-messages converse chat-rft evaluation openai-chat
        openai-preference > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        trl-preference > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        sharegpt-preference > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        messages-preference > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        alpaca-preference > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        scored-answers > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
        kto > (prompt-completion) preference (prompt) (claude-messages) (converse) converse-preference (chat-rft) (evaluation) (openai-chat)
    "#]]
    .assert_eq(&table);
}

fn json_string() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        any::<char>()
            .prop_filter("control characters are escaped", |c| *c >= ' ' && !"\"\\".contains(*c))
            .prop_map(String::from),
        "[a-z ]{1,6}",
        r#"\\(["\\/bfnrt]|u[0-9a-cA-C][0-9a-fA-F]{3}|ud83d\\ude0[0-9])"#,
    ];
    prop::collection::vec(character, 1..20).prop_map(|parts| parts.concat())
}

proptest! {
    /// There and back again: the strings keep every byte that they were written with.
    #[test]
    fn pairs_survive_the_round_trip(prompt in json_string(), completion in json_string()) {
        let pair = format!(r#"{{"prompt":"{prompt}","completion":"{completion}"}}"#);
        for through in ["converse", "claude-messages", "chat-rft"] {
            let there = converter(through, ConvertConfig::default());
            let (text, _) = convert(&there, Source::Format(format("prompt-completion")), &pair);
            let back = converter("prompt-completion", ConvertConfig::default());
            let (text, _) = convert(&back, Source::Format(format(through)), &text);
            prop_assert_eq!(&text, &pair);
        }
    }

    /// Whatever an object holds, a conversion ends with a valid record or with one reason.
    #[test]
    fn any_object_is_converted_or_refused(
        key in prop_oneof![Just("messages"), Just("conversations"), Just("prompt"), Just("system"), Just("x")],
        value in prop_oneof![
            Just("null".to_owned()), Just("[]".to_owned()), Just("[{}]".to_owned()), Just("{}".to_owned()),
            Just(r#"[{"role":"user","content":[{"text":"x"}]}]"#.to_owned()),
            Just(r#"[{"role":"user","content":[[]]}]"#.to_owned()),
            Just(r#"[{"role":7}, "x", 1e5]"#.to_owned()),
            Just(r#"[{"from":"human","value":{}}]"#.to_owned()),
            json_string().prop_map(|text| format!("\"{text}\"")),
        ],
        from in 0..FORMATS.len() + FOREIGN.len(),
        to in 0..FORMATS.len(),
    ) {
        let from = FORMATS.iter().chain(FOREIGN).nth(from).expect("in range");
        let line = format!(r#" {{ "{key}" : {value} }} "#);
        convert(&converter(FORMATS[to].name, ConvertConfig::default()), Source::Format(from), &line);
    }
}

/// What a map makes of a record.
fn by_map(to: &str, map: &str, extra: Extra, line: &str) -> (String, String) {
    let map = map.parse().unwrap_or_else(|error| panic!("{map}: {error}"));
    convert(
        &converter(to, ConvertConfig { map, extra: extra.into(), ..ConvertConfig::default() }),
        Source::MAPPED,
        line,
    )
}

#[test]
fn pointers_reach_into_objects_and_arrays_on_both_sides() {
    let check = |to: &str, map: &str, extra: Extra, line: &str, expected: (&str, &str)| {
        let found = by_map(to, map, extra, line);
        assert_eq!((found.0.as_str(), found.1.as_str()), expected, "{map} {line}");
    };
    let pair = (r#"{"prompt":"p","completion":"c"}"#, "");
    let map = "/prompt=/q/text,/completion=/answers/0";
    check("prompt-completion", map, Extra::Error, r#"{"q":{"text":"p"},"answers":["c"]}"#, pair);
    check("prompt-completion", map, Extra::Error, r#"{"answers":["c"],"q":{"text":"p","x":null}}"#, pair);
    check("prompt-completion", "prompt=/q,completion=a", Extra::Error, r#"{"q":"p","a":"c"}"#, pair);
    check(
        "prompt-completion",
        "prompt=/a~1b/~0,completion=/0",
        Extra::Error,
        r#"{"a/b":{"~":"p"},"0":"c"}"#,
        pair,
    );
    // What is beside a field is not lost in silence.
    let more = r#"{"q":{"text":"p","lang":"en"},"answers":["c","d"],"n":1}"#;
    let all = "convert/extra-key /?0/?1, convert/extra-key /?1, convert/extra-key /?2";
    check("prompt-completion", map, Extra::Error, more, (all, ""));
    check("prompt-completion", map, Extra::Drop, more, (pair.0, "/?0/?1 /?1 /?2"));
    let kept = r#"{"prompt":"p","completion":"c","q":{"text":"p","lang":"en"},"answers":["c","d"],"n":1}"#;
    check("prompt-completion", map, Extra::Keep, more, (kept, ""));
    // What is not there, or no text.
    for line in [
        r#"{"answers":["c"]}"#,
        r#"{"q":{},"answers":["c"]}"#,
        r#"{"q":["p"],"answers":["c"]}"#,
        r#"{"q":{"text":"p"},"answers":[]}"#,
    ] {
        check("prompt-completion", map, Extra::Drop, line, ("convert/source /", ""));
    }
    check(
        "prompt-completion",
        map,
        Extra::Drop,
        r#"{"q":{"text":"p"},"answers":[["c"]]}"#,
        ("convert/source /?1/0", ""),
    );
    check(
        "prompt-completion",
        "prompt=/q/00,completion=/a",
        Extra::Drop,
        r#"{"q":["p"],"a":"c"}"#,
        ("convert/source /", ""),
    );
}

#[test]
fn turns_of_a_conversation_are_named_as_the_target_has_them() {
    let map = "/system/0/text=/sys,/messages/0/content/0/text=/q/0,/messages/1/content=a,/messages/2/content=/q/1,/messages/3/content=b";
    let check = |to: &str, line: &str, expected: &str| {
        assert_eq!(by_map(to, map, Extra::Error, line).0, expected, "{line}");
    };
    let head = r#"{"schemaVersion":"bedrock-conversation-2024","#;
    let exchange = r#""messages":[{"role":"user","content":[{"text":"p"}]},{"role":"assistant","content":[{"text":"c"}]}"#;
    check(
        "converse",
        r#"{"sys":"s","q":["p"],"a":"c"}"#,
        &format!(r#"{head}"system":[{{"text":"s"}}],{exchange}]}}"#),
    );
    let more = r#",{"role":"user","content":[{"text":"r"}]},{"role":"assistant","content":[{"text":"d"}]}]}"#;
    check("converse", r#"{"b":"d","q":["p","r"],"a":"c"}"#, &format!("{head}{exchange}{more}"));
    check("converse", r#"{"b":"d","q":["p"],"a":"c"}"#, "convert/source /?0");
    check("converse", r#"{"q":["p"]}"#, "convert/source /");
    check(
        "claude-messages",
        r#"{"q":["p"],"a":"c"}"#,
        r#"{"messages":[{"role":"user","content":"p"},{"role":"assistant","content":"c"}]}"#,
    );
    let flat = "/messages/0/content=q,/messages/1/content=a";
    let found = by_map("prompt-completion", flat, Extra::Error, r#"{"q":"p","a":"c"}"#);
    assert_eq!(found.0, r#"{"prompt":"p","completion":"c"}"#);
}

#[test]
fn maps_that_cannot_be_are_refused() {
    let problem = |text: &str| text.parse::<Map>().expect_err(text).to_string();
    for (text, expected) in [
        ("/colour=x", "unknown field `/colour`"),
        ("/messages/0=x", "unknown field `/messages/0`"),
        ("/messages/00/content=x", "unknown field `/messages/00/content`"),
        ("/messages/0/role=x", "unknown field `/messages/0/role`"),
        ("prompt=/a~b", "`/a~b` is no JSON Pointer"),
        ("/prompt=x,prompt=y", "`prompt` occurs twice"),
        ("prompt=x,completion=/x", "occurs twice"),
        ("prompt=/x/y,completion=x", "`/x/y` is a part of `x`, which is a field, too"),
        ("/messages/1/content=x", "/messages/0/content is missing"),
        ("/messages/0/content=x,completion=y", "`completion` and /messages/N/content name the same turns"),
    ] {
        assert!(problem(text).contains(expected), "{text}: {}", problem(text));
    }
    let map = "/messages/0/content=a,/messages/1/content=b,/messages/2/content=c".parse().expect("a map");
    let refused =
        Converter::new(format("prompt-completion"), &ConvertConfig { map, ..ConvertConfig::default() });
    assert_eq!(refused.expect_err("no place"), MapError::NoTurn { turn: 2, format: "prompt-completion" });
}
