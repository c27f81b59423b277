//! Content blocks of Converse messages: objects with one key, which names their kind.

use bedload_bedrock::{Bound, Part, Point};
use bedload_record::plural::plural;
use bedload_record::{At, Code, Json, Value};

use super::flat::{missing, written};
use super::media::{self, Media};
use super::tools::Calls;
use super::visit::Visit;
use super::wrong_type;
use crate::role::Role;

/// What the messages of a record hold, counted over all of them.
#[derive(Default)]
pub(super) struct Content {
    media: [u64; 3],
    has_reasoning: bool,
}

impl Content {
    pub(super) fn count(&mut self, media: Media) {
        self.media[media as usize] += 1;
    }

    /// Judges what is counted per record.
    pub(super) fn judge(&self, visit: &mut Visit<'_, '_>, at: &At<'_>) {
        for (bound, count, [one, many]) in [
            (Bound::ImagesMax, self.media[0], ["image", "images"]),
            (Bound::VideosMax, self.media[1], ["video", "videos"]),
            (Bound::DocumentsMax, self.media[2], ["document", "documents"]),
        ] {
            if let Some(max) = visit.limit(bound).filter(|max| count > max.value) {
                let code = if max.is_disputed() { Code::DisputedMediaCount } else { Code::SchemaMediaCount };
                visit.exceeds(code, at, max, || {
                    let media = plural(count, one, many);
                    format!("{media} in the record; the target accepts at most {}", max.value)
                });
            }
        }
        let [images, videos, documents] = self.media.map(|count| count > 0);
        if let Some(rule) = visit.profile.and_then(|profile| profile.rule(Point::MixedMedia))
            && videos
            && (images || documents)
        {
            visit.add_sourced(
                Code::SchemaMixedMedia,
                at,
                || rule.cite(),
                || "a record may have images or videos, but not both".to_owned(),
            );
        }
        if (images || videos || documents) && self.has_reasoning {
            visit.judge(Point::ReasoningWithMedia, at, || "reasoning in a record with media".to_owned());
        }
    }
}

const KINDS: &str = "text, image, video, document, reasoningContent, toolUse or toolResult";

/// The blocks of one message, or of one candidate.
pub(super) fn content<'t>(
    visit: &mut Visit<'_, '_>,
    value: Json<'t>,
    role: Role,
    content: &mut Content,
    calls: &mut Calls<'t>,
    at: &At<'_>,
) {
    let Value::Array(blocks) = value.value() else {
        return wrong_type(visit, at, "`content`", "an array of blocks", &value.value());
    };
    let (mut count, mut reasonings) = (0, 0);
    for (index, block) in blocks.enumerate() {
        let at = at.index(index);
        count += 1;
        let Some((kind, value)) = kind(visit, block, &at) else { continue };
        let at = at.key(kind);
        match kind {
            "text" => text(visit, value, role.part(), &at),
            "image" => media::block(visit, Media::Image, value, role, content, &at),
            "video" => media::block(visit, Media::Video, value, role, content, &at),
            "document" => media::block(visit, Media::Document, value, role, content, &at),
            "reasoningContent" => {
                reasonings += 1;
                content.has_reasoning = true;
                reasoning(visit, value, role, &at);
            }
            "toolUse" => calls.call(visit, value, role, &at),
            _ => calls.result(visit, value, role, &at),
        }
    }
    if count == 0 {
        visit.add(Code::SchemaEmptyContent, at, || "`content` has no blocks".to_owned());
    } else if count == reasonings {
        visit.add(Code::SchemaEmptyContent, at, || "reasoning without an answer".to_owned());
    }
    if count > 1 {
        visit.judge(Point::SeveralBlocks, at, || format!("{count} content blocks; the target accepts one"));
    }
}

/// The kind of a block and its value, where it has exactly one known key, or one with a value while the others are null.
fn kind<'t>(visit: &mut Visit<'_, '_>, block: Json<'t>, at: &At<'_>) -> Option<(&'static str, Json<'t>)> {
    let Value::Object(members) = block.value() else {
        wrong_type(visit, at, "a content block", "an object", &block.value());
        return None;
    };
    let known = ["text", "image", "video", "document", "reasoningContent", "toolUse", "toolResult"];
    let named = |key: &str| known.iter().find(|kind| **kind == key).copied();
    let mut found = None;
    let (mut count, mut nulls, mut is_known) = (0, 0, true);
    for (key, value) in members {
        let name = named(key);
        count += 1;
        is_known &= name.is_some();
        let is_null = matches!(value.value(), Value::Null);
        nulls += usize::from(is_null);
        if !is_null || found.is_none() {
            found = name.map(|name| (name, value));
        }
    }
    let has_nulls_beside = count > 1 && nulls + 1 == count && is_known;
    if has_nulls_beside && visit.profile.is_some_and(|profile| profile.rule(Point::NullMember).is_some()) {
        visit.judge(Point::NullMember, at, || {
            "a content block must have exactly one key; leave out keys that are null".to_owned()
        });
        return found;
    }
    if count != 1 || !is_known {
        let is_typed = block.get("type").is_some();
        visit.add(Code::SchemaUnknownBlock, at, || {
            let hint = if is_typed { "; blocks with a `type` key belong to other APIs" } else { "" };
            format!("a content block must have exactly one key: {KINDS}{hint}")
        });
        return None;
    }
    found
}

pub(super) fn text(visit: &mut Visit<'_, '_>, value: Json<'_>, part: Part, at: &At<'_>) {
    match value.value() {
        Value::String(text) => written(visit, text, &"`text`", part, at),
        other => wrong_type(visit, at, "`text`", "a string", &other),
    }
}

fn reasoning(visit: &mut Visit<'_, '_>, value: Json<'_>, role: Role, at: &At<'_>) {
    visit.judge_kind(Point::Reasoning, at, "reasoning");
    if role == Role::User {
        visit.add(Code::SchemaMisplacedContent, at, || "reasoning belongs in assistant messages".to_owned());
    }
    let Some(inner) = value.get("reasoningText") else {
        return missing(visit, "reasoningText", value, at);
    };
    let at = at.key("reasoningText");
    match inner.get("text") {
        Some(value) => text(visit, value, Part::Completion, &at.key("text")),
        None => missing(visit, "text", inner, &at),
    }
    if let Some(signature) = inner.get("signature").map(Json::value) {
        let is_string = matches!(signature, Value::String(_) | Value::Null);
        if !is_string {
            wrong_type(visit, &at.key("signature"), "`signature`", "a string", &signature);
        }
    }
}

/// The system prompt: a list of text blocks.
pub(super) fn system(visit: &mut Visit<'_, '_>, value: Json<'_>, at: &At<'_>) {
    let blocks = match value.value() {
        Value::Array(blocks) => blocks,
        Value::Null => {
            return visit.judge_or(Point::EmptySystem, Code::SchemaWrongType, at, || {
                "`system` must be an array of text blocks, not null; leave it out".to_owned()
            });
        }
        other => return wrong_type(visit, at, "`system`", "an array of text blocks", &other),
    };
    let mut count = 0;
    for (index, block) in blocks.enumerate() {
        let at = at.index(index);
        count += 1;
        match block.value() {
            Value::Object(members) if members.clone().count() == 1 && block.get("text").is_some() => {
                let value = block.get("text").expect("looked for just now");
                text(visit, value, Part::Prompt, &at.key("text"));
            }
            Value::Object(_) => visit.add(Code::SchemaUnknownBlock, &at, || {
                "a block of the system prompt must have exactly one key: text".to_owned()
            }),
            other => wrong_type(visit, &at, "a content block", "an object", &other),
        }
    }
    if count == 0 {
        visit.judge_or(Point::EmptySystem, Code::SchemaEmptyContent, at, || {
            "`system` is an empty array; leave it out".to_owned()
        });
    }
    if count > 1 {
        visit.judge(Point::SeveralSystems, at, || format!("{count} system blocks; the target accepts one"));
    }
}

/// Returns true if two lists of blocks have texts, and the same when each text is a line of its own.
pub(super) fn have_same_text(a: Json<'_>, b: Json<'_>) -> bool {
    joined_text(a).next().is_some() && joined_text(a).eq(joined_text(b))
}

fn joined_text(value: Json<'_>) -> impl Iterator<Item = u8> {
    let texts = value.elements().filter_map(|block| match block.get("text").map(Json::value) {
        Some(Value::String(text)) => Some(text.trim()),
        _ => None,
    });
    let line_end = |n: usize| (n > 0).then_some(b'\n');
    texts.enumerate().flat_map(move |(n, text)| line_end(n).into_iter().chain(text.bytes()))
}
