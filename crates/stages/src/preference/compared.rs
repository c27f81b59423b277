//! What a record asks, and which answers it compares, as hashes.

use bedload_bedrock::{Answers, FieldKind, Part, Record};
use bedload_record::{Json, Value};
use twox_hash::XxHash3_64;

use crate::conflicts::write_value;

/// What a record compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Of everything before the answers.
    pub prompt: u64,
    /// Of the answer that is preferred.
    pub chosen: u64,
    /// Of the other one.
    pub rejected: u64,
}

/// What a record compares; none where it has no two answers. `scratch` is overwritten.
pub fn compared(record: &Record<'_>, scratch: &mut Vec<u8>) -> Option<Compared> {
    if record.format.answers != Answers::Compared {
        return None;
    }
    let hash = |json: Json<'_>| {
        let mut bytes = Vec::new();
        write_value(json, &mut bytes);
        XxHash3_64::oneshot(&bytes)
    };
    scratch.clear();
    let mut answers = [record.json.get("chosen").map(hash), record.json.get("rejected").map(hash)];
    for (field, value) in record.fields() {
        let Some(value) = value else {
            scratch.push(b'-');
            continue;
        };
        match field.kind {
            FieldKind::Messages(_) => {
                let last = value.elements().count().checked_sub(1)?;
                value.elements().take(last).for_each(|message| write_value(message, scratch));
                let candidates = value.elements().nth(last)?.get("candidates")?;
                answers = ["preferred", "non-preferred"].map(|label| {
                    let is_it = |candidate: &Json<'_>| {
                        let own = candidate.get("preferenceLabel").map(Json::value);
                        matches!(own, Some(Value::String(own)) if own == label)
                    };
                    candidates.elements().find(is_it)?.get("content").map(hash)
                });
            }
            FieldKind::Text(Part::Prompt) | FieldKind::System | FieldKind::ToolConfig => {
                write_value(value, scratch);
            }
            _ => {}
        }
    }
    let [chosen, rejected] = answers;
    Some(Compared { prompt: XxHash3_64::oneshot(scratch), chosen: chosen?, rejected: rejected? })
}
