//! How conversations are written: whose keys, and what content is.

use bedload_record::{Json, Value};

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Roles user and assistant, content a string.
    Claude,
    /// Roles user and assistant, content a list of blocks.
    Converse,
    /// As Converse, but the last message has candidates in place of content.
    Preference,
    /// Roles system, user and assistant, content a string.
    Chat,
    /// A foreign shape: `from` and `value` in place of role and content.
    ShareGpt,
}

impl Dialect {
    /// The messages in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Claude => "messages of user and assistant, each with a text",
            Self::Converse => "messages of user and assistant, each with a list of blocks",
            Self::Preference => "messages of user and assistant, the last with labelled candidates",
            Self::Chat => "messages of system, user and assistant, each with a text",
            Self::ShareGpt => "messages with `from` and `value`",
        }
    }

    /// Returns true if messages, and the record around them, look like this dialect: by the first message, and by
    /// what only one dialect has.
    pub(super) fn fits(self, record: Json<'_>, messages: Json<'_>) -> bool {
        let Value::Array(mut list) = messages.value() else { return false };
        let Some(first) = list.clone().next() else { return false };
        if self == Self::ShareGpt {
            return first.get("from").is_some() && first.get("value").is_some();
        }
        let has_candidates = list.clone().any(|message| message.get("candidates").is_some());
        if first.get("role").is_none() || has_candidates != (self == Self::Preference) {
            return false;
        }
        let is_typed = |content: Json<'_>| match content.value() {
            Value::Array(mut parts) => parts.any(|part| part.get("type").is_some()),
            _ => false,
        };
        let content = first.get("content");
        let is_text =
            content.is_none_or(|content| !matches!(content.value(), Value::Array(_)) || is_typed(content));
        match self {
            Self::Converse | Self::Preference => !is_text || has_candidates && content.is_none(),
            Self::Chat => is_text,
            Self::Claude => {
                is_text
                    && !content.is_some_and(is_typed)
                    && record.get("reference_answer").is_none()
                    && record.get("tools").is_none()
                    && list.all(|message| {
                        let role = message.get("role").map(Json::value);
                        !matches!(role, Some(Value::String("system" | "developer" | "tool")))
                            && message.get("tool_calls").is_none()
                            && !message.get("content").is_some_and(is_typed)
                    })
            }
            Self::ShareGpt => unreachable!("decided above"),
        }
    }
}
