//! Masks, against lines that were put together from parts of which is known what is to be masked.

use bedload_bedrock::{Format, Record, TextBuffer};
use bedload_record::Parser;
use bedload_record::json::pointers_to;
use proptest::prelude::*;

use super::super::*;

/// Texts with what stands in their place once they are masked.
pub(super) const PARTS: &[(&str, &str)] = &[
    ("jane@example.com", "[EMAIL]"),
    ("4111 1111 1111 1111", "[CARD]"),
    ("+49 30 901820", "[PHONE]"),
    ("GB82WEST12345698765432", "[IBAN]"),
    ("93.184.216.34", "[IP_ADDRESS]"),
    ("529.982.247-25", "[NATIONAL_ID]"),
    ("plain words", "plain words"),
    ("\u{e9}\u{1F600}\u{6f22}", "\u{e9}\u{1F600}\u{6f22}"),
    ("\"quoted\" \\ /", "\"quoted\" \\ /"),
    ("\n\t", "\n\t"),
    ("2023", "2023"),
    ("@", "@"),
];

/// A text as it stands between the quotes of a string, with some of its characters as escapes.
fn written(text: &str, escapes: u64) -> String {
    let mut raw = String::new();
    for (n, c) in text.chars().enumerate() {
        let is_escaped = c < ' ' || c == '"' || c == '\\' || escapes >> (n % 61) & 1 == 1;
        if is_escaped {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| raw += &format!("\\u{unit:04x}"));
        } else {
            raw.push(c);
        }
    }
    raw
}

pub(super) fn masked(format: &Format, line: &str) -> (String, Vec<Place>) {
    let (mut parser, texts) = (Parser::default(), TextBuffer::default());
    parser.parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid JSON");
        let record = Record::new(format, line.as_bytes(), json, &texts);
        let mut found = Found::default();
        found.search(&Scanner::new(Kinds::default()), &record);
        let (places, mut out) = (found.places(&record), Vec::new());
        let known = ["prompt", "completion", "messages", "content", "text"];
        for (place, pointer) in found.places_with_pointers(&record, &known) {
            assert_eq!([&*pointer], *pointers_to(line.as_bytes(), &[place.range.start], &known));
            assert!(places.contains(&place));
        }
        let splices = Splices::mask(line.as_bytes(), places.iter().cloned(), &mut out);
        // What is not masked is where it was.
        for (at, byte) in out.iter().enumerate() {
            let before = splices.before(at as u64) as usize;
            let is_masked = places.iter().any(|place| place.range.contains(&before));
            assert!(is_masked || line.as_bytes()[before] == *byte);
        }
        (String::from_utf8(out).expect("UTF-8"), places)
    })
}

/// Texts, with a comma between any two parts, and how they are escaped.
fn texts() -> impl Strategy<Value = Vec<(Vec<usize>, u64)>> {
    let text = (prop::collection::vec(0..PARTS.len(), 0..5), prop_oneof![Just(0), any::<u64>()]);
    prop::collection::vec(text, 5)
}

proptest! {
    #[test]
    fn a_mask_replaces_what_is_found_and_no_other_byte(texts in texts()) {
        let line = |is_masked: bool, shape: &str| {
            (0..texts.len()).fold(shape.to_owned(), |line, n| {
                let parts = texts[n].0.iter().map(|&part| match PARTS[part] {
                    // A mask is written without escapes.
                    (text, mask) if is_masked && text != mask => mask.to_owned(),
                    (text, _) => written(text, texts[n].1),
                });
                line.replace(&format!("<{n}>"), &parts.collect::<Vec<_>>().join(", "))
            })
        };
        for (format, shape) in [
            ("prompt-completion", r#"{"prompt" :"<0>", "completion":"<1>","extra":{"k":["<2>",1.50,{"x":"<3>"}]}, "z":"<4>"}"#),
            ("converse", r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"<0>"}],"messages":[{"role":"user","content":[{"text":"<1>"},{"text":"<2>"}]},{"role":"assistant","content":[{"text":"<3>"},{"toolUse":{"toolUseId":"t","name":"f","input":{"q":"<4>"}}}]}]}"#),
            ("chat-rft", r#"{"messages":[{"role":"user","name":"<0>","content":"<1>"}],"reference_answer":{"a":["<2>"],"<3>":1},"id":"<4>"}"#),
            ("converse", r#"{"system":[{"text":"<0>","note":"<1>"}],"messages":[{"role":"user","content":[{"text":"a","<2>":null}],"at":"<3>"},{"role":"assistant","content":[{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/jane@example.com"}}}},{"text":"<4>"}]}]}"#),
            ("claude-messages", r#"{"system":"<0>","messages":[{"role":"user","content":"<1>"},{"role":"assistant","content":"<2>"}]}"#),
        ] {
            let format = Format::from_name(format).expect("a format");
            let before = line(false, shape);
            let (out, places) = masked(format, &before);
            prop_assert_eq!(&out, &line(true, shape));
            let wanted: usize = (0..texts.len())
                .filter(|n| shape.contains(&format!("<{n}>")))
                .map(|n| texts[n].0.iter().filter(|&&part| PARTS[part].0 != PARTS[part].1).count())
                .sum();
            prop_assert_eq!(places.len(), wanted);
            prop_assert!(places.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
            prop_assert_eq!(masked(format, &out).1, vec![]);
        }
    }

    #[test]
    fn masking_ends(parts in prop::collection::vec(prop::sample::select(&[
        "jane@example.com", "4111 1111 1111 1111", "415-555-2671", "+49 30 901820", "8.8.8.8", "@", ".", "-", " ", "1",
        "12", "@example.com", "tel: ", "SSN ", "123-45-6789", "12345678Z", "/", ":", "::", "2001:db8::1", "a", "\u{e9}",
        "(", ")", "://", "\\",
    ][..]), 0..14)) {
        let scanner = Scanner::new(Kinds::default());
        let mut text = parts.concat();
        let mut hits = Vec::new();
        for round in 0.. {
            prop_assert!(round < 8, "{:?} became {:?}", parts.concat(), text);
            scanner.find(&text, &mut hits);
            if hits.is_empty() {
                break;
            }
            let (mut masked, mut from) = (String::new(), 0);
            for hit in &hits {
                prop_assert!(hit.start >= from && hit.end > hit.start);
                masked += &text[from..hit.start];
                masked += hit.kind.placeholder();
                from = hit.end;
            }
            text = masked + &text[from..];
        }
    }
}

#[test]
fn the_name_of_a_member_says_what_its_value_is() {
    let format = Format::from_name("prompt-completion").expect("a format");
    let check = |members: &str, expected: &str| {
        let line = |members: &str| format!(r#"{{"prompt":"a","completion":"b",{members}}}"#);
        assert_eq!(masked(format, &line(members)).0, line(expected));
    };
    check(r#""homePhone":"030 1234567""#, r#""homePhone":"[PHONE]""#);
    check(r#""customer":{"mobile_numbers":["5551234567"]}"#, r#""customer":{"mobile_numbers":["[PHONE]"]}"#);
    check(
        r#""ssn":"123-45-6789","cardNumber":"4222222222222""#,
        r#""ssn":"[NATIONAL_ID]","cardNumber":"[CARD]""#,
    );
    check(
        r#""secretAccessKey":"Zx9LpWv4TbN8sYc1JdHf5GgE3uAa6QoBq7Rk2mPq""#,
        r#""secretAccessKey":"[CLOUD_KEY]""#,
    );
    check(r#""order":"5551234567","version":"10.12.14.1""#, r#""order":"5551234567","version":"10.12.14.1""#);
}

#[test]
fn the_name_of_an_argument_says_what_it_is() {
    let format = Format::from_name("converse").expect("a format");
    let line = |phone: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":[{{"text":"a"}}]}},{{"role":"assistant","content":[{{"toolUse":{{"toolUseId":"t","name":"f","input":{{"phone":"{phone}","n":"5551234567"}}}}}}]}}]}}"#
        )
    };
    assert_eq!(masked(format, &line("5551234567")).0, line("[PHONE]"));
}
