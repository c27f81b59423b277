//! Fields of flat records: texts, numbers, captions; rules about several of them; characters.

use bedload_bedrock::{Bound, FieldRule, Part, Point, Record, is_one_edit};
use bedload_record::{At, Code, Json, Value};

use super::visit::Visit;
use super::wrong_type;

/// The value of `schemaVersion` that every target takes.
const SCHEMA_VERSION: &str = "bedrock-conversation-2024";

/// A key that is not there, and whether one that is there was probably meant for it.
pub(super) fn missing(visit: &mut Visit<'_, '_>, key: &str, json: Json<'_>, at: &At<'_>) {
    visit.add(Code::SchemaMissingField, at, || {
        let is_any = |is_near: &dyn Fn(&str) -> bool| json.members().any(|(k, _)| k != key && is_near(k));
        // The other key is not quoted: it is the user's.
        let hint = if is_any(&|other| other.trim().eq_ignore_ascii_case(key)) {
            "; a similar key differs only in case or white space"
        } else if is_any(&|other| is_one_edit(key, other)) {
            "; a key one letter away from it is probably misspelt"
        } else {
            ""
        };
        format!("`{key}` is missing{hint}")
    });
}

pub(super) fn text(visit: &mut Visit<'_, '_>, part: Part, key: &str, value: Json<'_>, at: &At<'_>) {
    match value.value() {
        Value::String(text) => {
            written(visit, text, &format_args!("`{key}`"), part, at);
        }
        other => wrong_type(visit, at, &format!("`{key}`"), "a string", &other),
    }
}

/// Checks that a text is not blank and contains no reserved words.
pub(super) fn written(
    visit: &mut Visit<'_, '_>,
    text: &str,
    what: &dyn std::fmt::Display,
    part: Part,
    at: &At<'_>,
) {
    if is_blank(text) {
        let how = if text.is_empty() { "empty" } else { "blank" };
        visit.add(Code::SchemaEmptyContent, at, || format!("{what} is {how}"));
    }
    visit.look_for_control(text, part, at);
    visit.read(text, part, at);
}

/// Returns true for white space. Nearly all texts begin with something else, which is seen at once.
fn is_blank(text: &str) -> bool {
    !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && text.trim_start().is_empty()
}

pub(super) fn number(visit: &mut Visit<'_, '_>, min: f64, max: f64, key: &str, value: Json<'_>, at: &At<'_>) {
    match value.value() {
        Value::Number(number) if number.is_within(min, max) => {}
        Value::Number(_) => {
            visit.add(Code::SchemaOutOfRange, at, || format!("`{key}` must be from {min:.1} to {max:.1}"));
        }
        other => wrong_type(visit, at, &format!("`{key}`"), "a number", &other),
    }
}

pub(super) fn caption(visit: &mut Visit<'_, '_>, value: Json<'_>, at: &At<'_>) {
    let Value::String(text) = value.value() else {
        return wrong_type(visit, at, "`caption`", "a string", &value.value());
    };
    if !text.is_empty() && text.trim().is_empty() {
        visit.add(Code::SchemaEmptyContent, at, || "`caption` is blank".to_owned());
    }
    let chars = text.chars().count() as u64;
    if let Some(min) = visit.limit(Bound::CaptionCharsMin).filter(|min| chars < min.value) {
        visit.exceeds(Code::LimitCharacters, at, min, || {
            format!("the caption has {chars} characters; the target requires at least {}", min.value)
        });
    }
    if let Some(max) = visit.limit(Bound::CaptionCharsMax).filter(|max| chars > max.value) {
        visit.exceeds(Code::LimitCharacters, at, max, || {
            format!("the caption has {chars} characters; the target accepts at most {}", max.value)
        });
    }
}

pub(super) fn version(visit: &mut Visit<'_, '_>, value: Option<Json<'_>>, at: &At<'_>) {
    match value.map(Json::value) {
        None => visit.judge(Point::SchemaVersionMissing, &At::RECORD, || {
            format!("`schemaVersion` is missing; write \"{SCHEMA_VERSION}\"")
        }),
        Some(Value::String(SCHEMA_VERSION)) => {}
        Some(Value::String(other)) => visit.judge(Point::SchemaVersionOther, at, || {
            let typo = if other == "bedrock-conversion-2024" { " (a misspelling in the guide)" } else { "" };
            format!("`schemaVersion` is not \"{SCHEMA_VERSION}\"{typo}")
        }),
        Some(Value::Null) => visit.judge_or(Point::NullMember, Code::SchemaWrongType, at, || {
            "`schemaVersion` must be a string, not null".to_owned()
        }),
        Some(other) => wrong_type(visit, at, "`schemaVersion`", "a string", &other),
    }
}

/// The format's rules about several fields.
pub(super) fn rules(visit: &mut Visit<'_, '_>, record: &Record<'_>) {
    let json = record.json;
    for rule in record.format.rules {
        match rule {
            FieldRule::Differ(first, second) => differ(visit, first, second, json),
            // These are about other keys than those of fields. Where they are judged as such, that is enough.
            FieldRule::Unused(..) | FieldRule::Only(_)
                if !record.has_others() || visit.restricts(Point::ExtraKey) => {}
            // Without a target, the data may be for another task; one finding about the data set reports that.
            FieldRule::Unused(..) if visit.profile.is_none() => {}
            FieldRule::Unused(keys, why) => unused(visit, keys, why, json),
            FieldRule::Only(key) => only(visit, key, json),
        }
    }
}

fn differ(visit: &mut Visit<'_, '_>, first: &str, second: &str, json: Json<'_>) {
    let text = |key: &str| match json.get(key).map(Json::value) {
        Some(Value::String(text)) => Some(text.trim()),
        _ => None,
    };
    if text(first).is_some_and(|text_1| Some(text_1) == text(second)) {
        visit.add(Code::SchemaIdenticalPair, &At::RECORD.key(second), || {
            format!("`{second}` equals `{first}`")
        });
    }
}

/// Keys that hold something, and that nothing uses. Exporters write empty ones into every record.
fn unused(visit: &mut Visit<'_, '_>, keys: &[&'static str], why: &str, json: Json<'_>) {
    let holds_something = |value: Json<'_>| match value.value() {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(mut list) => list.next().is_some(),
        _ => true,
    };
    let mut found = json
        .members()
        .filter_map(|(key, value)| Some((*keys.iter().find(|known| **known == key)?, value)))
        .filter(|(_, value)| holds_something(*value))
        .map(|(key, _)| key)
        .peekable();
    let Some(&first) = found.peek() else { return };
    visit.add(Code::SchemaIgnoredKey, &At::RECORD.key(first), || {
        let names: Vec<String> = found.map(|key| format!("`{key}`")).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        format!("{} {verb} not used: {why}", names.join(", "))
    });
}

/// Numbers under keys that have the name of the one that is used in theirs.
fn only(visit: &mut Visit<'_, '_>, key: &str, json: Json<'_>) {
    let has_name = |other: &str| {
        let bytes = other.as_bytes();
        other != key && bytes.windows(key.len()).any(|part| part.eq_ignore_ascii_case(key.as_bytes()))
    };
    for (position, (other, value)) in json.members().enumerate() {
        if matches!(value.value(), Value::Number(_)) && has_name(other) {
            visit.add(Code::SchemaIgnoredKey, &At::RECORD.member(position), || {
                format!("this number is not used; the score is the value of `{key}`")
            });
        }
    }
}

/// The target's limits of characters: Unicode scalar values of the texts, by what they are for.
pub(super) fn characters(visit: &mut Visit<'_, '_>, record: &Record<'_>) {
    let bounds = [
        (Bound::PromptCharsMax, "prompt", [true, false]),
        (Bound::CompletionCharsMax, "completion", [false, true]),
        (Bound::RecordCharsMax, "record", [true, true]),
    ];
    if bounds.iter().all(|(bound, ..)| visit.limit(*bound).is_none()) {
        return;
    }
    let (mut prompt, mut completion) = (0u64, 0u64);
    for text in &record.texts().list {
        let chars = text.text.chars().count() as u64;
        match text.part {
            Part::Prompt => prompt += chars,
            Part::Completion => completion += chars,
        }
    }
    for (bound, what, [with_prompt, with_completion]) in bounds {
        let chars = prompt * u64::from(with_prompt) + completion * u64::from(with_completion);
        if let Some(max) = visit.limit(bound).filter(|max| chars > max.value) {
            visit.exceeds(Code::LimitCharacters, &At::RECORD, max, || {
                let (most, noted) = (max.value, max.noted());
                format!("the {what} has {chars} characters; the target accepts at most {most}{noted}")
            });
        }
    }
}
