//! Reading flat records, whose keys are given by the format or by `--map`.

use std::borrow::Cow;

use bedload_record::json::Raw;

use super::Remark;
use super::conversation::{Candidate, Content, Conversation, Member, Turn};
use super::read::Reader;
use crate::role::Role;

/// What a key of a flat record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Prompt,
    /// Text that follows the prompt.
    Input,
    /// Earlier turns, as pairs of question and answer.
    History,
    Completion,
    System,
    Chosen,
    Rejected,
    Score,
    Document,
    Reference,
    /// An answer that may be left out.
    Response,
    Id,
    Image,
    Caption,
}

/// The fields that a map may name.
const FIELDS: &[(&str, Slot)] = &[
    ("prompt", Slot::Prompt),
    ("completion", Slot::Completion),
    ("system", Slot::System),
    ("chosen", Slot::Chosen),
    ("rejected", Slot::Rejected),
    ("score", Slot::Score),
    ("text", Slot::Document),
    ("input", Slot::Document),
    ("reference_answer", Slot::Reference),
    ("id", Slot::Id),
    ("image-ref", Slot::Image),
    ("caption", Slot::Caption),
];

impl Slot {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        FIELDS.iter().find(|(known, _)| *known == name).map(|(_, slot)| *slot)
    }

    pub(super) fn names() -> String {
        FIELDS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn is_optional(self) -> bool {
        matches!(
            self,
            Self::Input
                | Self::History
                | Self::System
                | Self::Score
                | Self::Reference
                | Self::Response
                | Self::Id
        )
    }
}

/// Reads a flat record with the given keys.
pub(super) fn flat<'l, K: AsRef<str>>(
    line: &'l [u8],
    slots: &[(K, Slot)],
) -> Result<Conversation<'l>, Remark> {
    let reader = Reader { line };
    let record = Raw::of_line(line);
    let mut conversation = Conversation::default();
    let (mut prompt, mut input, mut completion) = (None, None, None);
    let mut seen = vec![false; slots.len()];
    for (key, value) in record.members() {
        let member = Member { key, value };
        let name = key.text().unwrap_or_default();
        let Some(n) = slots.iter().position(|(known, _)| known.as_ref() == name) else {
            conversation.extra.push(member);
            continue;
        };
        let (name, slot) = (slots[n].0.as_ref(), slots[n].1);
        if slot.is_optional() && value.is_null() {
            continue;
        }
        seen[n] = true;
        let candidate = |is_preferred| {
            let parts = vec![Content::Text(reader.words(value, name)?)];
            Ok(Candidate { is_preferred, parts, at: value })
        };
        match slot {
            Slot::Prompt => prompt = Some(reader.words(value, name)?),
            Slot::Input => input = Some(reader.words(value, name)?),
            Slot::History => conversation.turns = history(&reader, value, name)?,
            Slot::Completion | Slot::Response => completion = Some(reader.words(value, name)?),
            Slot::System => {
                conversation.system.push(reader.words(value, name)?);
                conversation.system_member = Some(member);
            }
            Slot::Chosen => conversation.candidates.insert(0, candidate(true)?),
            Slot::Rejected => conversation.candidates.push(candidate(false)?),
            Slot::Document => conversation.document = Some(reader.words(value, name)?),
            Slot::Caption => {
                reader.words(value, name)?;
                conversation.caption = Some(value);
            }
            Slot::Image => {
                reader.words(value, name)?;
                conversation.image = Some(value);
            }
            Slot::Score => conversation.score = Some(member),
            Slot::Reference => conversation.reference = Some(member),
            Slot::Id => conversation.id = Some(member),
        }
    }
    if let Some(n) = (0..slots.len()).find(|&n| !seen[n] && !slots[n].1.is_optional()) {
        return Err(reader.source(record, format!("the key `{}` is missing", slots[n].0.as_ref())));
    }
    if let Some(mut words) = prompt {
        // What the instruction is about follows it after a blank line, as the makers of the format have it.
        if let Some(input) = input.filter(|input| !input.raw.is_empty()) {
            let blank: &[u8] = if words.raw.is_empty() { b"" } else { br"\n\n" };
            words.raw = Cow::Owned([&*words.raw, blank, &*input.raw].concat());
        }
        conversation.turns.push(Turn::of(Role::User, words));
    }
    if let Some(words) = completion {
        conversation.turns.push(Turn::of(Role::Assistant, words));
    }
    Ok(conversation)
}

/// The turns of a history.
fn history<'l>(reader: &Reader<'l>, value: Raw<'l>, name: &str) -> Result<Vec<Turn<'l>>, Remark> {
    let wrong =
        |at| reader.source(at, format!("`{name}` must be a list of pairs of a question and its answer"));
    if value.string().is_some_and(<[u8]>::is_empty) {
        return Ok(Vec::new());
    }
    if !value.is_array() {
        return Err(wrong(value));
    }
    let mut turns = Vec::new();
    for pair in value.elements() {
        let texts: Vec<Raw<'l>> = pair.elements().collect();
        let &[question, answer] = &texts[..] else { return Err(wrong(pair)) };
        turns.push(Turn::of(Role::User, reader.words(question, "question")?));
        turns.push(Turn::of(Role::Assistant, reader.words(answer, "answer")?));
    }
    Ok(turns)
}
