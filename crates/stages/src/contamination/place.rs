//! Where a text is in its record.

use std::ptr;

use bedload_record::{At, Json, Value};

use crate::near::words;

/// Hands over the place of a text that was taken from a record; returns false where it is not in it. Keys that are not
/// known are the user's own, and their members are told by position. Linear in the record.
pub fn find_text(json: Json<'_>, text: &str, known_keys: &[&str], found: &mut dyn FnMut(&At<'_>)) -> bool {
    find_below(json, &At::RECORD, text, known_keys, found)
}

fn find_below(
    json: Json<'_>,
    at: &At<'_>,
    text: &str,
    known_keys: &[&str],
    found: &mut dyn FnMut(&At<'_>),
) -> bool {
    // The text itself, and not one like it elsewhere.
    let is_it = |other: &str| ptr::eq(other, text);
    match json.value() {
        Value::String(other) if is_it(other) => {
            found(at);
            true
        }
        Value::Array(elements) => elements
            .enumerate()
            .any(|(nth, element)| find_below(element, &at.index(nth), text, known_keys, found)),
        Value::Object(members) => members.enumerate().any(|(nth, (key, value))| {
            let member = if known_keys.contains(&key) { at.key(key) } else { at.member(nth) };
            if is_it(key) {
                found(&member);
                return true;
            }
            find_below(value, &member, text, known_keys, found)
        }),
        _ => false,
    }
}

/// Where a word of a text begins, in bytes; words are numbered from 0. Linear.
pub fn word_start(text: &str, word: usize) -> Option<usize> {
    words::word_start(text, word)
}

#[cfg(test)]
mod tests {
    use bedload_record::Parser;

    use super::*;

    #[test]
    fn a_text_is_found_where_it_is_and_not_where_another_is_like_it() {
        let line = br#"{"prompt":"same","own":{"text":["same",{"same":1}]},"completion":"same"}"#;
        Parser::default().parse(line, |parsed| {
            let (json, _) = parsed.expect("valid");
            let check = |text: &str, expected: &str| {
                let mut pointer = String::new();
                assert!(find_text(json, text, &["prompt", "completion", "text"], &mut |at| {
                    pointer = at.pointer();
                }));
                assert_eq!(pointer, expected);
            };
            let string = |json: Json<'_>| match json.value() {
                Value::String(text) => text.as_ptr(),
                _ => ptr::null(),
            };
            assert_ne!(
                string(json.get("prompt").expect("a prompt")),
                string(json.get("completion").expect("a completion"))
            );
            for (key, expected) in [("prompt", "/prompt"), ("completion", "/completion")] {
                if let Some(Value::String(text)) = json.get(key).map(Json::value) {
                    check(text, expected);
                }
            }
            let list = json.get("own").and_then(|own| own.get("text")).expect("a list");
            let mut elements = list.elements();
            if let Some(Value::String(text)) = elements.next().map(Json::value) {
                check(text, "/?1/text/0");
            }
            let (key, _) = elements.next().expect("an object").members().next().expect("a member");
            check(key, "/?1/text/1/?0");
            assert!(!find_text(json, "same", &[], &mut |_| {}));
        });
    }
}
