//! Tool calls survive the way to Converse and back, to the byte.

use bedload_bedrock::Format;
use bedload_record::json::escape_into;
use bedload_record::{Findings, Parser};
use proptest::prelude::*;

use super::{ConvertConfig, Converter, Source};

fn format(name: &str) -> &'static Format {
    Format::from_any_name(name).unwrap_or_else(|| panic!("{name} is a format"))
}

fn converted(from: &str, to: &str, line: &str) -> String {
    let converter = Converter::new(format(to), &ConvertConfig::default()).expect("a conversion");
    let (mut out, mut findings) = (Vec::new(), Findings::in_full());
    let n_written = converter.convert(Source::Format(format(from)), line.as_bytes(), &mut out, &mut findings);
    let found = findings.into_full();
    assert!(n_written == 1 && found.is_empty(), "{from} > {to}: {line}\n{found:?}");
    Parser::default().parse(&out, |parsed| assert!(parsed.is_ok(), "{line}"));
    String::from_utf8(out).expect("UTF-8")
}

/// The content of a string, as JSON writes it; not blank.
fn text() -> impl Strategy<Value = String> {
    "[a-z]([a-z ]|é|日|\\\\n|\\\\\"|\\\\u00e9|😀){0,8}"
}

/// An object as people and models write it: any spacing, numbers with all their digits, escapes.
fn object() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        text().prop_map(|text| format!("\"{text}\"")),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,20})?([eE][+-]?[1-9])?",
        Just("null".to_owned()),
        Just("[ 1,{\"k\" :[]} ]".to_owned()),
    ];
    prop::collection::vec(("[a-z]{1,3}", " ?", value), 0..4).prop_map(|members| {
        let members = members.iter().enumerate();
        let members: Vec<String> =
            members.map(|(n, (key, space, value))| format!("\"{key}{n}\":{space}{value}")).collect();
        format!("{{{}}}", members.join(", "))
    })
}

/// A turn of calls with their results, and what follows: the calls' arguments, the results, the text beside the calls,
/// whether the user goes on at once.
type Round = (Vec<(String, String)>, Option<String>, bool);

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let calls = prop::collection::vec((object(), text()), 0..4);
    prop::collection::vec((calls, prop::option::of(text()), any::<bool>()), 1..4)
}

/// The record as a chat, with its members in the order in which they are written.
fn chat(rounds: &[Round]) -> String {
    let mut messages = vec![r#"{"role":"system","content":"s"}"#.to_owned()];
    let mut n = 0;
    let mut is_asked = false;
    for (calls, beside, goes_on) in rounds {
        if !is_asked {
            messages.push(r#"{"role":"user","content":"u"}"#.to_owned());
        }
        let beside = beside.as_ref().map(|text| format!("\"{text}\""));
        let first = n;
        let written: Vec<String> = calls
            .iter()
            .map(|(input, _)| {
                n += 1;
                let mut arguments = Vec::new();
                escape_into(input, &mut arguments);
                let arguments = String::from_utf8(arguments).expect("UTF-8");
                format!(
                    r#"{{"id":"c{n}","type":"function","function":{{"name":"f","arguments":"{arguments}"}}}}"#
                )
            })
            .collect();
        is_asked = false;
        if written.is_empty() {
            let said = beside.unwrap_or_else(|| r#""a""#.to_owned());
            messages.push(format!(r#"{{"role":"assistant","content":{said}}}"#));
            continue;
        }
        let said = beside.unwrap_or_else(|| "null".to_owned());
        let written = written.join(",");
        messages.push(format!(r#"{{"role":"assistant","content":{said},"tool_calls":[{written}]}}"#));
        for (nth, (_, result)) in calls.iter().enumerate() {
            let id = first + nth + 1;
            messages.push(format!(r#"{{"role":"tool","tool_call_id":"c{id}","content":"{result}"}}"#));
        }
        if *goes_on {
            messages.push(r#"{"role":"user","content":"v"}"#.to_owned());
            is_asked = true;
        } else {
            messages.push(r#"{"role":"assistant","content":"b"}"#.to_owned());
        }
    }
    let tools = r#"[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","n": 1.50}}}]"#;
    format!(r#"{{"messages":[{}],"tools":{tools}}}"#, messages.join(","))
}

proptest! {
    #[test]
    fn tool_calls_survive_the_round_trip(rounds in rounds()) {
        let line = chat(&rounds);
        let there = converted("openai-chat", "converse", &line);
        for (input, _) in rounds.iter().flat_map(|(calls, ..)| calls) {
            prop_assert!(there.contains(&format!("\"input\":{input}}}")), "{}\n{}", input, there);
        }
        prop_assert_eq!(converted("converse", "openai-chat", &there), line);
        // Converse is carried over as it stands.
        prop_assert_eq!(converted("converse", "converse", &there), there);
    }
}
