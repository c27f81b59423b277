//! Marks that keep an answer, or a record, out of training, and that the format cannot express.

use bedload_bedrock::{Answers, Format};
use bedload_record::json::Raw;
use bedload_record::{At, Code, Json};

use super::visit::Visit;
use crate::marks::{self, Training};

/// Checks the members of a record that are not fields of its format.
pub(super) fn record(visit: &mut Visit<'_, '_>, format: &Format, json: Json<'_>) {
    // Prompts have no answer, and evaluation trains nothing.
    if matches!(format.answers, Answers::None | Answers::Graded | Answers::Reference) {
        return;
    }
    let is_document = format.is_document();
    for (position, (key, _)) in json.members().enumerate() {
        // Of a document, a label of false says what class it is of.
        if format.has_field(key) || !marks::is_mark(key) && (is_document || !marks::is_approval(key)) {
            continue;
        }
        let value = Raw::of_line(visit.record.raw).members().nth(position);
        if value.and_then(|(_, value)| marks::of_record(key, value)) == Some(Training::None) {
            let message = || {
                format!(
                    "`{key}` excludes this record from training, which {} cannot express; remove the record, or \
                     train on it with `--weights drop`",
                    format.name
                )
            };
            visit.add(Code::SchemaWeight, &At::RECORD.key(key), message);
        }
    }
}

/// Checks the members of a message of the assistant.
pub(super) fn turn(visit: &mut Visit<'_, '_>, message: Json<'_>, at: &At<'_>) {
    if !message.members().any(|(key, _)| marks::is_mark(key)) {
        return;
    }
    let raw = visit.members_at(at);
    for ((key, _), (_, value)) in message.members().zip(raw).filter(|(_, (_, value))| !value.is_null()) {
        let message = match marks::of_turn(key, value) {
            Some(Training::None) => "this answer is excluded from training by",
            Some(Training::Weighted) => "this answer has a weight in training by",
            Some(Training::Full) | None => continue,
        };
        visit.add(Code::SchemaWeight, &at.key(key), || {
            format!(
                "{message} `{key}`, which the format cannot express; end the conversation before it, or train on it \
                 with `--weights drop`"
            )
        });
    }
}
