//! Reading the parts of a message: content blocks of Converse, and the typed parts of chats.

use std::borrow::Cow;

use bedload_bedrock::Dialect;
use bedload_record::json::Raw;

use super::Remark;
use super::conversation::{Aside, Content, Reasoning};
use super::media::{converse_image, converse_reasoning, linked_image, signature, sourced_image};
use super::read::{Reader, rest};
use super::tools::{Part, ToolResult, converse_call, converse_result, id_at, unusual};

impl<'l> Reader<'l> {
    /// A content block of Converse.
    pub(super) fn block(&self, block: Raw<'l>, asides: &mut Vec<Aside<'l>>) -> Result<Content<'l>, Remark> {
        let text = block.get("text").filter(|text| !text.is_null());
        let held = block.members().find(|(_, value)| !value.is_null());
        let (key, value) = match (text, held) {
            (Some(text), _) => {
                rest(block, &["text"], asides);
                return Ok(Content::Text(self.words(text, "text")?));
            }
            (None, Some(held)) => held,
            (None, None) => {
                let message = "a content block must be a non-empty object";
                return Err(self.source(block, message.to_owned()));
            }
        };
        let key = key.text().unwrap_or_default();
        if self.copies_blocks {
            return Ok(Content::Block(block));
        }
        let content = match &*key {
            "toolUse" => Some(Content::Call(converse_call(value, "toolUseId", block, asides))),
            "toolResult" => Some(Content::Result(converse_result(value, block, asides))),
            "image" => converse_image(value, block).map(Content::Image),
            "reasoningContent" => converse_reasoning(value, block, asides).map(Content::Reasoning),
            _ => None,
        };
        let Some(content) = content else { return Ok(Content::Block(block)) };
        rest(block, &[&*key], asides);
        Ok(content)
    }

    /// A part of a chat message, by its type: those of `OpenAI` and of the Anthropic API.
    pub(super) fn part(&self, part: Raw<'l>, asides: &mut Vec<Aside<'l>>) -> Result<Content<'l>, Remark> {
        let kind = part.get("type").and_then(Raw::text).unwrap_or(Cow::Borrowed(""));
        let given = |key: &str| part.get(key).filter(|value| !value.is_null());
        let (content, known): (Option<Content<'l>>, &[&str]) = match &*kind {
            "text" | "refusal" => {
                // Some tools write the text of any part under `value`.
                let key =
                    if part.get(&kind).is_none() && given("value").is_some() { "value" } else { &*kind };
                rest(part, &["type", key], asides);
                let text = self.member(part, key)?;
                return Ok(Content::Text(self.words(text, &kind)?));
            }
            "tool_use" => return Ok(Content::Call(converse_call(part, "id", part, asides))),
            "tool_result" => {
                rest(part, &["type", "tool_use_id", "content", "is_error"], asides);
                let inside = match given("content") {
                    Some(content) => self.parts(Dialect::Chat, content, asides)?,
                    None => Vec::new(),
                };
                let (id, _) = id_at(part, "tool_use_id");
                unusual(part, "is_error", |value| matches!(value.bytes(), b"true" | b"false"), asides);
                let result = ToolResult {
                    flaw: id.is_none().then_some("a tool result must name its call in `tool_use_id`"),
                    id,
                    name: None,
                    parts: inside.into_iter().map(Part::Content).collect(),
                    is_error: given("is_error").is_some_and(|value| value.bytes() == b"true"),
                    at: part,
                };
                return Ok(Content::Result(result));
            }
            "thinking" => {
                let text = given("thinking").and_then(Raw::string);
                let thought = text.map(|text| {
                    let signature = signature(part, asides);
                    Content::Reasoning(Reasoning { at: part, text, signature })
                });
                (thought, &["type", "thinking", "signature"])
            }
            "image_url" => {
                let link = given("image_url");
                let url = link.and_then(|link| if link.is_object() { link.get("url") } else { Some(link) });
                let image = url.and_then(|url| linked_image(url, part));
                if let Some(link) = link.filter(|_| image.is_some()) {
                    rest(link, &["url"], asides);
                }
                (image.map(Content::Image), &["type", "image_url"])
            }
            "image" => {
                let image = given("source").and_then(|source| sourced_image(source, part));
                if let Some(source) = given("source").filter(|_| image.is_some()) {
                    rest(source, &["type", "media_type", "data"], asides);
                }
                (image.map(Content::Image), &["type", "source"])
            }
            _ => (None, &[]),
        };
        let Some(content) = content else { return Ok(Content::Media(part)) };
        rest(part, known, asides);
        Ok(content)
    }
}
