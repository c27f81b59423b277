//! What a record asks, and what it answers, as hashes.

use bedload_bedrock::{Answers, FieldKind, Part, Record};
use bedload_record::{Json, Value};
use twox_hash::XxHash3_64;

use crate::group::write_folded;

/// What a record asks and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Of everything before the answer.
    pub prompt: u64,
    /// Of the answer.
    pub answer: u64,
}

/// Ends what is not text: no byte of UTF-8.
const END: u8 = 0xFF;

/// What a record asks and answers; none where it has no answer, or is not there to give one. `scratch` is overwritten.
pub fn read(record: &Record<'_>, scratch: &mut Vec<u8>) -> Option<Answered> {
    let (learned, graded) = match record.format.answers {
        Answers::Learned => (true, false),
        Answers::Graded => (false, true),
        _ => return None,
    };
    let mut answer = Vec::new();
    scratch.clear();
    for (field, value) in record.fields() {
        let Some(value) = value else {
            scratch.push(b'-');
            continue;
        };
        match field.kind {
            FieldKind::Messages(_) => messages(value, learned, scratch, &mut answer),
            FieldKind::Text(Part::Completion) => write(value, &mut answer),
            FieldKind::Reference if graded => write(value, &mut answer),
            FieldKind::Text(Part::Prompt)
            | FieldKind::System
            | FieldKind::ToolConfig
            | FieldKind::ChatTools => write(value, scratch),
            _ => {}
        }
    }
    let hash = |bytes: &[u8]| XxHash3_64::oneshot(bytes);
    (!answer.is_empty()).then(|| Answered { prompt: hash(scratch), answer: hash(&answer) })
}

/// Writes all messages, the last of the assistant's as the answer where that is learned.
fn messages(list: Json<'_>, learned: bool, prompt: &mut Vec<u8>, answer: &mut Vec<u8>) {
    let last = list.elements().enumerate().filter(|(_, message)| learned && is_answer(*message)).last();
    for (nth, message) in list.elements().enumerate() {
        if last.is_some_and(|(last, _)| last == nth) {
            write(message, answer);
            prompt.push(b'?');
        } else {
            write(message, prompt);
        }
    }
}

fn is_answer(message: Json<'_>) -> bool {
    let role = message.get("role").or(message.get("from")).map(Json::value);
    matches!(role, Some(Value::String("assistant" | "gpt" | "model" | "bot")))
}

/// Writes a value so that those which differ only in case, white space or the order of members give equal bytes.
pub(crate) fn write(json: Json<'_>, out: &mut Vec<u8>) {
    match json.value() {
        Value::Null => out.push(b'z'),
        Value::Bool(value) => out.push(if value { b't' } else { b'f' }),
        Value::Number(number) => {
            out.push(b'n');
            out.extend_from_slice(number.to_string().as_bytes());
            out.push(END);
        }
        Value::String(text) => {
            out.push(b's');
            write_folded(text, out);
        }
        Value::Array(elements) => {
            out.push(b'[');
            elements.for_each(|element| write(element, out));
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&str, Json<'_>)> = members.collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, value) in members {
                out.extend_from_slice(key.as_bytes());
                out.push(END);
                write(value, out);
            }
            out.push(b'}');
        }
    }
}
