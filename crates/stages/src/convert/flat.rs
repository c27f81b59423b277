//! Reading records whose fields are where the format, or `--map`, says.

use std::borrow::Cow;

use bedload_bedrock::is_one_edit;
use bedload_record::json::Raw;
use bedload_record::names::offer;

use super::Remark;
use super::conversation::{Candidate, Content, Conversation, Member, RawText, Turn};
use super::extras::Extra;
use super::map::Mapping;
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
    /// A turn of a conversation: the user's and the assistant's by turns, the user's first.
    Turn(u16),
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

    /// The field that may be meant, before all of them.
    pub(super) fn near(name: &str) -> String {
        offer(name, FIELDS.iter().map(|(name, _)| *name))
    }

    /// The name that it has in a map.
    pub(super) fn name(self) -> &'static str {
        FIELDS.iter().find(|(_, slot)| *slot == self).map_or("messages", |(name, _)| name)
    }

    /// The number of the turn that it is.
    pub(super) fn turn(self) -> Option<u16> {
        match self {
            Self::Turn(turn) => Some(turn),
            _ => None,
        }
    }

    /// A conversation may end after its first exchange.
    fn is_optional(self) -> bool {
        self.turn().is_some_and(|turn| turn >= 2)
            || matches!(
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
    let mut found = Found::new(line);
    let mut seen = vec![false; slots.len()];
    for (key, value) in Raw::of_line(line).members() {
        let member = Member { key, value };
        let name = key.text().unwrap_or_default();
        let Some(n) = slots.iter().position(|(known, _)| known.as_ref() == name) else {
            found.conversation.extra.push(member);
            continue;
        };
        seen[n] |= found.put(slots[n].1, member, slots[n].0.as_ref())?;
    }
    if let Some(n) = (0..slots.len()).find(|&n| !seen[n] && !slots[n].1.is_optional()) {
        let message = format!("the key `{}` is missing", slots[n].0.as_ref());
        return Err(found.reader.source(Raw::of_line(line), message));
    }
    found.conversation()
}

/// Reads a record whose fields a map tells. Of what no field is in, the innermost members are extra; or whole members of
/// the record, where these are to be kept.
pub(super) fn mapped<'l>(line: &'l [u8], map: &[Mapping], extra: Extra) -> Result<Conversation<'l>, Remark> {
    let mut found = Found::new(line);
    let mut seen = vec![false; map.len()];
    for (key, value) in Raw::of_line(line).members() {
        let member = Member { key, value };
        let name = key.text().unwrap_or_default();
        let inside: Vec<usize> = (0..map.len()).filter(|&n| map[n].steps[0] == name).collect();
        for &n in &inside {
            if let Some(value) = value.at(&map[n].steps[1..]) {
                seen[n] |= found.put(map[n].slot, Member { key, value }, &map[n].name)?;
            }
        }
        let ways: Vec<&[String]> = inside.iter().map(|&n| &map[n].steps[1..]).collect();
        let mut rest = Vec::new();
        unread(member, &ways, &mut rest);
        if extra == Extra::Keep && !rest.is_empty() {
            rest = vec![member];
        }
        found.conversation.extra.append(&mut rest);
    }
    if let Some(n) = (0..map.len()).find(|&n| !seen[n] && !map[n].slot.is_optional()) {
        let (name, record) = (&map[n].name, Raw::of_line(line));
        let message = match map[n].steps.len() {
            1 => {
                let step = map[n].steps[0].as_str();
                let mut keys = record.members().filter_map(|(key, _)| key.text());
                // It is not quoted: it is the user's.
                let near = if keys.any(|key| key.trim().eq_ignore_ascii_case(step) || is_one_edit(step, &key))
                {
                    "; a key that is nearly the same is there"
                } else {
                    ""
                };
                format!("the key `{step}` is missing{near}")
            }
            _ => format!("there is no value at `{name}`"),
        };
        return Err(found.reader.source(record, message));
    }
    found.conversation()
}

/// Adds what of a member none of the ways leads to. An element of an array has no key of its own.
fn unread<'l>(member: Member<'l>, ways: &[&[String]], rest: &mut Vec<Member<'l>>) {
    if ways.iter().any(|way| way.is_empty()) {
        return;
    }
    if ways.is_empty() {
        rest.push(member);
        return;
    }
    let on = |name: &str| -> Vec<&[String]> {
        ways.iter().filter(|way| way[0] == name).map(|way| &way[1..]).collect()
    };
    if member.value.is_array() {
        for (nth, value) in member.value.elements().enumerate() {
            unread(Member { key: member.key, value }, &on(&nth.to_string()), rest);
        }
    } else if member.value.is_object() {
        for (key, value) in member.value.members() {
            unread(Member { key, value }, &on(&key.text().unwrap_or_default()), rest);
        }
    } else {
        rest.push(member);
    }
}

/// What was found of a record so far.
struct Found<'l> {
    reader: Reader<'l>,
    conversation: Conversation<'l>,
    prompt: Option<RawText<'l>>,
    input: Option<RawText<'l>>,
    completion: Option<RawText<'l>>,
    turns: Vec<(u16, RawText<'l>)>,
}

impl<'l> Found<'l> {
    fn new(line: &'l [u8]) -> Self {
        let conversation = Conversation::default();
        Self {
            reader: Reader { line, copies_blocks: false },
            conversation,
            prompt: None,
            input: None,
            completion: None,
            turns: Vec::new(),
        }
    }

    /// Puts a value in its place; false where it is null, and may be left out.
    fn put(&mut self, slot: Slot, member: Member<'l>, name: &str) -> Result<bool, Remark> {
        let value = member.value;
        if slot.is_optional() && value.is_null() {
            return Ok(false);
        }
        let Self { reader, conversation, .. } = self;
        let candidate = |is_preferred| {
            let parts = vec![Content::Text(reader.words(value, name)?)];
            Ok(Candidate { is_preferred, parts, at: value })
        };
        match slot {
            Slot::Prompt => self.prompt = Some(reader.words(value, name)?),
            Slot::Input => self.input = Some(reader.words(value, name)?),
            Slot::History => conversation.turns = history(reader, value, name)?,
            Slot::Completion | Slot::Response => self.completion = Some(reader.words(value, name)?),
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
            Slot::Turn(turn) => self.turns.push((turn, reader.words(value, name)?)),
        }
        Ok(true)
    }

    /// All of it, in order.
    fn conversation(self) -> Result<Conversation<'l>, Remark> {
        let Self { reader, mut conversation, prompt, input, completion, mut turns } = self;
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
        turns.sort_by_key(|(turn, _)| *turn);
        for (nth, (turn, words)) in (0u16..).zip(turns) {
            if turn != nth {
                let message = format!("the record has turn {turn}, but not turn {nth} before it");
                return Err(reader.source(words.at, message));
            }
            let role = if turn % 2 == 0 { Role::User } else { Role::Assistant };
            conversation.turns.push(Turn::of(role, words));
        }
        Ok(conversation)
    }
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
