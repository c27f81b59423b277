//! JSON in strings: what is in it is found decoded, and masks leave both levels valid.

use bedload_bedrock::Format;
use bedload_record::Code;
use bedload_record::json::{Framing, diagnose, diagnose_in};
use proptest::prelude::*;

use super::masking::{PARTS, masked};

/// What may stand between two parts, so that neither is part of the other.
const BETWEEN: &[&str] = &[", ", "\n", "\t", "\r\n", "\u{8}\u{c}", " \"", " \\ ", " \u{e4} ", " / "];

/// A text as it stands between the quotes of a string, some of its characters written as one escape or another.
fn escaped(text: &str, choice: u64) -> String {
    let mut raw = String::new();
    for (n, c) in text.chars().enumerate() {
        let short = match c {
            '\n' => "\\n",
            '\t' => "\\t",
            '\r' => "\\r",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '"' => "\\\"",
            '\\' => "\\\\",
            '/' => "\\/",
            _ => "",
        };
        let is_chosen = choice >> (n % 61) & 1 == 1;
        let is_long = is_chosen && (short.is_empty() || choice & 3 > 0);
        if is_long {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| raw += &format!("\\u{unit:04x}"));
        } else if short.is_empty() || c == '/' && !is_chosen {
            raw.push(c);
        } else {
            raw += short;
        }
    }
    raw
}

/// What a line is made of, each with what stands there once it is masked.
type Segments = Vec<(String, String)>;

/// The strings of the inner JSON: parts with what is between them, and the choice of escapes.
fn texts() -> impl Strategy<Value = Vec<(Vec<(usize, usize)>, u64)>> {
    let part = (0..PARTS.len(), 0..BETWEEN.len());
    prop::collection::vec((prop::collection::vec(part, 0..5), any::<u64>()), 4)
}

/// A document around its texts, as segments.
fn inner(shape: &str, texts: &[(Vec<(usize, usize)>, u64)]) -> Segments {
    let mut segments = Segments::new();
    let plain = |text: String| (text.clone(), text);
    for (n, piece) in shape.split("<>").enumerate() {
        segments.push(plain(piece.to_owned()));
        let Some((parts, choice)) = texts.get(n) else { continue };
        for &(part, between) in parts {
            let (text, mask) = PARTS[part];
            let raw = escaped(text, *choice);
            segments.push(plain(escaped(BETWEEN[between], choice.rotate_left(7))));
            segments.push(if text == mask { plain(raw) } else { (raw, mask.to_owned()) });
        }
    }
    segments
}

/// The segments as they stand in a string around them.
fn held(segments: Segments, choice: u64) -> Segments {
    let hold = |(n, (text, mask)): (usize, (String, String))| {
        let raw = escaped(&text, choice.rotate_left(n as u32));
        let masked = if text == mask { raw.clone() } else { mask };
        (raw, masked)
    };
    segments.into_iter().enumerate().map(hold).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn masks_in_json_in_a_string_leave_both_levels_valid(
        texts in texts(), choice in any::<u64>(), outer in prop_oneof![Just(0), any::<u64>()], depth in 1..4,
    ) {
        let shapes = [
            r#"{"body":"<>", "list" : ["<>",1.50,{"k\n":"<>"}],"<>":null}"#,
            " [\"<>\",\n\t{\"x\":{\"y\":\"<>\"},\"n\":[[],{}]},\"<>\",\"<>\"] ",
        ];
        for shape in shapes {
            let mut segments = inner(shape, &texts);
            for level in 1..depth {
                segments = held(segments, choice.rotate_left(level as u32));
                segments.insert(0, ("{\"next\":\"".to_owned(), "{\"next\":\"".to_owned()));
                segments.push(("\"}".to_owned(), "\"}".to_owned()));
            }
            let valid: String = segments.iter().map(|(_, mask)| &**mask).collect();
            let segments = held(segments, outer);
            let before: String = segments.iter().map(|(text, _)| &**text).collect();
            let after: String = segments.iter().map(|(_, mask)| &**mask).collect();
            for (format, line) in [
                ("chat-rft", r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"<>"}}]}]}"#),
                ("chat-rft", r#"{"messages":[{"role":"tool","tool_call_id":"c","content":"<>"}]}"#),
                ("chat-rft", r#"{"messages":[{"role":"user","content":"q"}],"reference_answer":"<>"}"#),
                ("converse", r#"{"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"text":"<>"}]}}]}]}"#),
                ("prompt-completion", r#"{"prompt":"a","completion":"<>","extra":"c"}"#),
            ] {
                let format = Format::from_name(format).expect("a format");
                let (out, places) = masked(format, &line.replace("<>", &before));
                prop_assert_eq!(&out, &line.replace("<>", &after));
                prop_assert_eq!(diagnose(out.as_bytes(), &[]), vec![]);
                let wanted = texts.iter().flat_map(|(parts, _)| parts);
                prop_assert_eq!(places.len(), wanted.filter(|(part, _)| PARTS[*part].0 != PARTS[*part].1).count());
                prop_assert_eq!(masked(format, &out).1, vec![]);
            }
            let flaws = diagnose_in(Framing::Document, valid.as_bytes(), &[]);
            prop_assert!(flaws.iter().all(|flaw| flaw.code == Code::JsonNotAnObject), "{}: {:?}", valid, flaws);
        }
    }
}

fn check(arguments: &str, expected: &str) {
    let format = Format::from_name("prompt-completion").expect("a format");
    let line = |text: &str| format!(r#"{{"prompt":"a","completion":"{}"}}"#, escaped(text, 0));
    assert_eq!(masked(format, &line(arguments)).0, line(expected));
}

#[test]
fn what_follows_an_escape_is_found() {
    let token = format!("ghp_{}", "q7Rk2mZx9LpWv4TbN8sYc1JdHf5GgE3uAa6QoB".get(..36).expect("ASCII"));
    for (text, mask) in [
        ("415-555-2671", "[PHONE]"),
        (&*token, "[TOKEN]"),
        ("DE89370400440532013000", "[IBAN]"),
        ("203.0.113.7", "[IP_ADDRESS]"),
        ("jane@example.com", "[EMAIL]"),
    ] {
        for escape in ["\\n", "\\t", "\\r\\n", "\\u3042", "\\\"", " \\\\ "] {
            let whole = |part: &str| format!(r#"{{"t":"Hi{escape}{part}{escape}"}}"#);
            check(&whole(text), &whole(mask));
        }
    }
}

#[test]
fn escapes_hide_nothing() {
    check(r#"["jane\u0040example.com"]"#, r#"["[EMAIL]"]"#);
    check(r#"{"t":"\u002B49 30 901820"}"#, r#"{"t":"[PHONE]"}"#);
    check(
        r#"{"secretAccessKey":"Zx9LpWv4TbN8sYc1JdHf\/GgE3uAa6QoBq7Rk2mPq"}"#,
        r#"{"secretAccessKey":"[CLOUD_KEY]"}"#,
    );
    check(
        r#"{"homePhone":["5551234567"],"n":"5551234567"}"#,
        r#"{"homePhone":["[PHONE]"],"n":"5551234567"}"#,
    );
}

#[test]
fn numbers_are_not_searched_and_other_texts_are_as_they_are_written() {
    check(r#"{"card":4111111111111111}"#, r#"{"card":4111111111111111}"#);
    check(r"{card: 4111111111111111}", r"{card: [CARD]}");
    check(r#"["jane@example.com", }"#, r#"["[EMAIL]", }"#);
    check(r"[jane@example.com]", r"[[EMAIL]]");
    // A key that occurs twice is no reason to read it otherwise.
    check(r#"{"a":"\njane@example.com","a":1}"#, r#"{"a":"\n[EMAIL]","a":1}"#);
}
