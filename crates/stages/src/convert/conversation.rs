//! The content of a record, whatever its format: slices of its line, nothing decoded.

use std::borrow::Cow;

use crate::role::Role;
use bedload_record::json::Raw;

use crate::marks::Training;

/// A text as it is written between the quotes of its string, with its escapes.
#[derive(Clone, Debug)]
pub(super) struct RawText<'l> {
    pub(super) raw: Cow<'l, [u8]>,
    /// The value that it is from.
    pub(super) at: Raw<'l>,
}

/// A piece of the content of a turn.
#[derive(Clone, Debug)]
pub(super) enum Content<'l> {
    Text(RawText<'l>),
    /// A Converse content block that is not text.
    Block(Raw<'l>),
    /// Tool calls as chat records have them.
    Calls(Raw<'l>),
    /// A part of a chat message that is not text.
    Media(Raw<'l>),
}

/// A member by which another tool says whether a turn, or a part of it, is trained on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark<'l> {
    pub(super) training: Training,
    /// Its key.
    pub(super) at: Raw<'l>,
}

/// Something inside messages that has no place elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) enum Aside<'l> {
    /// A key, at its place.
    Key(Raw<'l>),
    /// A mark of training.
    Mark(Mark<'l>),
    /// A message that is a call of a tool, or what a tool answered.
    Tool(Raw<'l>),
}

#[derive(Clone, Debug)]
pub(super) struct Turn<'l> {
    pub(super) role: Role,
    pub(super) parts: Vec<Content<'l>>,
    pub(super) marks: Vec<Mark<'l>>,
    pub(super) at: Raw<'l>,
}

impl<'l> Turn<'l> {
    /// A turn that is one text.
    pub(super) fn of(role: Role, words: RawText<'l>) -> Self {
        Self { role, at: words.at, parts: vec![Content::Text(words)], marks: Vec::new() }
    }
}

/// One of the answers that a preference record compares.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'l> {
    pub(super) is_preferred: bool,
    pub(super) parts: Vec<Content<'l>>,
    pub(super) at: Raw<'l>,
}

/// A member of the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'l> {
    pub(super) key: Raw<'l>,
    pub(super) value: Raw<'l>,
}

/// The content of a record. A member is in one place of it only.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation<'l> {
    pub(super) version: Option<Member<'l>>,
    pub(super) system: Vec<RawText<'l>>,
    /// The member that the system prompt is, where it is one.
    pub(super) system_member: Option<Member<'l>>,
    pub(super) turns: Vec<Turn<'l>>,
    pub(super) candidates: Vec<Candidate<'l>>,
    /// A document of continued pre-training.
    pub(super) document: Option<RawText<'l>>,
    pub(super) image: Option<Raw<'l>>,
    pub(super) caption: Option<Raw<'l>>,
    /// `toolConfig` of Converse.
    pub(super) tool_config: Option<Member<'l>>,
    /// `tools` of a chat.
    pub(super) tools: Option<Member<'l>>,
    pub(super) reference: Option<Member<'l>>,
    pub(super) id: Option<Member<'l>>,
    pub(super) score: Option<Member<'l>>,
    /// Members that the format does not name.
    pub(super) extra: Vec<Member<'l>>,
    /// What is inside messages and has no place elsewhere.
    pub(super) asides: Vec<Aside<'l>>,
}

impl Conversation<'_> {
    /// A conversation that waits for an answer gets the reference, where that is text.
    pub(super) fn answer_by_reference(&mut self) {
        let waits = self.turns.last().is_some_and(|turn| turn.role == Role::User);
        if let Some(Member { value, .. }) = self.reference
            && let Some(raw) = value.string().filter(|_| waits)
        {
            let words = RawText { raw: Cow::Borrowed(raw), at: value };
            self.turns.push(Turn::of(Role::Assistant, words));
            self.reference = None;
        }
    }
}
