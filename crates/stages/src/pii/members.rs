//! What the members of a record are that hold no text of anybody: media and where they are, the ids of tool calls, and
//! the names of tools. Objects that are only called like these are data, and are searched.

use bedload_record::{Json, Value};

/// What an object is, or the objects in a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// The record itself.
    Record,
    /// Whatever the user has in it.
    Data,
    /// A message, or an answer to choose from.
    Message,
    /// A part of what a message says.
    Block,
    /// A call of a tool, as chat has it.
    Call,
    /// A tool, a call or a result of it; what is called so within these is one, too.
    Tool,
    /// An image, a video or a document.
    Media,
    /// The bytes of media, or where they are.
    Source,
}

impl Within {
    /// What the objects in a member of such an object are; none where its string is not searched.
    pub(super) fn member(self, object: Json<'_>, key: &str, value: Json<'_>) -> Option<Self> {
        let is_string = matches!(value.value(), Value::String(_));
        if is_string && self.is_structure(object, key) {
            return None;
        }
        let is_type = |types: &[&str]| is_type(object, types);
        Some(match (self, key) {
            (Self::Record, "messages") | (Self::Message, "candidates") => Self::Message,
            (Self::Record, "system") | (Self::Message | Self::Tool, "content") => Self::Block,
            (Self::Block, "content") if is_type(&["tool_result"]) => Self::Block,
            (Self::Message, "tool_calls") => Self::Call,
            (Self::Record, "tools" | "toolConfig" | "tool_choice")
            | (Self::Call, "function")
            | (Self::Block, "toolUse" | "toolResult")
            | (Self::Tool, "tools" | "toolChoice" | "tool" | "toolSpec" | "function") => Self::Tool,
            (Self::Block, "image" | "video" | "document") => Self::Media,
            (Self::Block, "source") if is_type(&["image", "video", "document"]) => Self::Source,
            (Self::Block, "image_url") | (Self::Media, "source") | (Self::Source, "s3Location") => {
                Self::Source
            }
            _ => Self::Data,
        })
    }

    /// Returns true for strings that are no text of anybody: with a mask in it, a place would be another, and a result
    /// would belong to no call.
    fn is_structure(self, object: Json<'_>, key: &str) -> bool {
        match (self, key) {
            (Self::Record, "image-ref")
            | (Self::Message, "tool_call_id")
            | (Self::Call, "id")
            | (Self::Tool, "name" | "toolUseId")
            | (Self::Source, "bytes" | "uri" | "bucketOwner" | "url") => true,
            (Self::Message, "name") => object.get("tool_call_id").is_some(),
            (Self::Block, "tool_use_id") => is_type(object, &["tool_result"]),
            (Self::Block, "id" | "name") => is_type(object, &["tool_use"]),
            (Self::Source, "data") => is_type(object, &["base64"]),
            _ => false,
        }
    }
}

fn is_type(object: Json<'_>, types: &[&str]) -> bool {
    let own = object.get("type").map(Json::value);
    matches!(own, Some(Value::String(own)) if types.contains(&own))
}
