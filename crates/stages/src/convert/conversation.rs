//! The content of a record, whatever its format: slices of its line, nothing decoded.

use std::borrow::Cow;

use crate::role::Role;
use bedload_record::json::Raw;

use super::tools::{Call, Declared, ToolResult};
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
    /// A Converse content block that is nothing of the below.
    Block(Raw<'l>),
    /// A call of a tool.
    Call(Call<'l>),
    /// What a tool answered.
    Result(ToolResult<'l>),
    /// Thoughts that come before an answer.
    Reasoning(Reasoning<'l>),
    /// An image, by reference or as its bytes.
    Image(Image<'l>),
    /// A part of a chat message that is nothing of the above.
    Media(Raw<'l>),
}

impl<'l> Content<'l> {
    /// The value that it is.
    pub(super) fn at(&self) -> Raw<'l> {
        match self {
            Self::Text(RawText { at, .. })
            | Self::Block(at)
            | Self::Call(Call { at, .. })
            | Self::Result(ToolResult { at, .. })
            | Self::Reasoning(Reasoning { at, .. })
            | Self::Image(Image { at, .. })
            | Self::Media(at) => *at,
        }
    }
}

/// The thoughts of a model.
#[derive(Clone, Debug)]
pub(super) struct Reasoning<'l> {
    pub(super) at: Raw<'l>,
    /// As it is written between its quotes.
    pub(super) text: &'l [u8],
    /// What proves to the model that the thoughts are its own; a string with its quotes.
    pub(super) signature: Option<Raw<'l>>,
}

/// An image.
#[derive(Clone, Debug)]
pub(super) struct Image<'l> {
    pub(super) at: Raw<'l>,
    /// `png`, `jpeg`, `gif` or `webp`.
    pub(super) format: &'static str,
    pub(super) from: ImageSource<'l>,
}

/// Where the bytes of an image are; strings as they are written between their quotes.
#[derive(Clone, Copy, Debug)]
pub(super) enum ImageSource<'l> {
    /// An object in S3, by its URI.
    S3(&'l [u8]),
    /// Its bytes, in Base64.
    Bytes(&'l [u8]),
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
    /// Keys in a text that is JSON of its own.
    Inside(Raw<'l>),
    /// A mark of training.
    Mark(Mark<'l>),
    /// An answer that is neither the preferred one nor the other.
    Answer(Raw<'l>),
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

    /// Returns true if it has results of tool calls, and nothing else.
    pub(super) fn is_results(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| matches!(part, Content::Result(_)))
    }
}

/// A system message between turns.
#[derive(Clone, Debug)]
pub(super) struct Reminder<'l> {
    /// How many turns come before it.
    pub(super) after: usize,
    /// Texts.
    pub(super) parts: Vec<Content<'l>>,
    pub(super) at: Raw<'l>,
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
    /// In their order.
    pub(super) reminders: Vec<Reminder<'l>>,
    pub(super) candidates: Vec<Candidate<'l>>,
    /// Further pairs of answers to the same, each of which is a record of its own.
    pub(super) more_pairs: Vec<[Candidate<'l>; 2]>,
    /// A document of continued pre-training.
    pub(super) document: Option<RawText<'l>>,
    pub(super) image: Option<Raw<'l>>,
    pub(super) caption: Option<Raw<'l>>,
    /// The tools that may be called.
    pub(super) tools: Option<Declared<'l>>,
    pub(super) reference: Option<Member<'l>>,
    pub(super) id: Option<Member<'l>>,
    pub(super) score: Option<Member<'l>>,
    /// Members that the format does not name.
    pub(super) extra: Vec<Member<'l>>,
    /// What is inside messages and has no place elsewhere.
    pub(super) asides: Vec<Aside<'l>>,
}

impl<'l> Conversation<'l> {
    /// Returns true if a system message stands between the last turn and what is read next.
    pub(super) fn is_apart(&self) -> bool {
        self.reminders.last().is_some_and(|last| last.after == self.turns.len())
    }

    /// Takes the tools that a member declares. A second member that declares some is one like any other.
    pub(super) fn declare(&mut self, declared: Declared<'l>) {
        match &self.tools {
            _ if declared.is_void() => {}
            None => self.tools = Some(declared),
            Some(_) => self.extra.push(declared.member),
        }
    }

    /// Keeps what has no place in a message, and returns the marks of training, which are its turn's.
    pub(super) fn keep(&mut self, asides: Vec<Aside<'l>>) -> Vec<Mark<'l>> {
        let mut marks = Vec::new();
        for aside in asides {
            match aside {
                Aside::Mark(mark) => marks.push(mark),
                other => self.asides.push(other),
            }
        }
        marks
    }

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
