//! Reading a record of any format into what it says.

use std::borrow::Cow;

use bedload_bedrock::{Dialect, Format, Kind};
use bedload_record::Code;
use bedload_record::json::Raw;

use super::talk::{Candidate, Member, Part, Role, Talk, Turn, Words};
use super::{Remark, Source};

/// What a key of a flat record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Prompt,
    /// Text that follows the prompt.
    Input,
    Completion,
    System,
    Chosen,
    Rejected,
    Score,
    Document,
    Reference,
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
        matches!(self, Self::Input | Self::System | Self::Score | Self::Reference | Self::Id)
    }
}

/// The keys that may be shown in pointers.
pub(super) fn known_keys(from: Source) -> Vec<&'static str> {
    match from {
        Source::Format(format) => format.known_keys().collect(),
        Source::Mapped => Vec::new(),
    }
}

/// Reads a record of a format.
pub(super) fn record<'l>(format: &Format, line: &'l [u8]) -> Result<Talk<'l>, Remark> {
    if format.dialect().is_some() {
        return Reader { line }.conversation(format);
    }
    let slot = |key: &'static str| match (format.name, key) {
        ("alpaca", "instruction") => Slot::Prompt,
        ("alpaca", "input") => Slot::Input,
        ("alpaca", "output") => Slot::Completion,
        (_, key) => Slot::from_name(key).expect("a test reads every flat format"),
    };
    let slots: Vec<_> = format.fields.iter().map(|field| (field.key, slot(field.key))).collect();
    flat(line, &slots)
}

/// Reads a flat record whose keys are told.
pub(super) fn flat<'l, K: AsRef<str>>(line: &'l [u8], slots: &[(K, Slot)]) -> Result<Talk<'l>, Remark> {
    let reader = Reader { line };
    let record = Raw::of_line(line);
    let mut talk = Talk::default();
    let (mut prompt, mut input, mut completion) = (None, None, None);
    let mut seen = vec![false; slots.len()];
    for (key, value) in record.members() {
        let member = Member { key, value };
        let name = key.text().unwrap_or_default();
        let Some(n) = slots.iter().position(|(known, _)| known.as_ref() == name) else {
            talk.extra.push(member);
            continue;
        };
        let (name, slot) = (slots[n].0.as_ref(), slots[n].1);
        if slot.is_optional() && value.is_null() {
            continue;
        }
        seen[n] = true;
        let candidate = |is_preferred| {
            let parts = vec![Part::Text(reader.words(value, name)?)];
            Ok(Candidate { is_preferred, parts, at: value })
        };
        match slot {
            Slot::Prompt => prompt = Some(reader.words(value, name)?),
            Slot::Input => input = Some(reader.words(value, name)?),
            Slot::Completion => completion = Some(reader.words(value, name)?),
            Slot::System => {
                talk.system.push(reader.words(value, name)?);
                talk.system_member = Some(member);
            }
            Slot::Chosen => talk.candidates.insert(0, candidate(true)?),
            Slot::Rejected => talk.candidates.push(candidate(false)?),
            Slot::Document => talk.document = Some(reader.words(value, name)?),
            Slot::Caption => {
                reader.words(value, name)?;
                talk.caption = Some(value);
            }
            Slot::Image => {
                reader.words(value, name)?;
                talk.image = Some(value);
            }
            Slot::Score => talk.score = Some(member),
            Slot::Reference => talk.reference = Some(member),
            Slot::Id => talk.id = Some(member),
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
        talk.turns.push(Turn { role: Role::User, at: words.at, parts: vec![Part::Text(words)] });
    }
    if let Some(words) = completion {
        talk.turns.push(Turn { role: Role::Assistant, at: words.at, parts: vec![Part::Text(words)] });
    }
    Ok(talk)
}

struct Reader<'l> {
    line: &'l [u8],
}

impl<'l> Reader<'l> {
    fn source(&self, at: Raw<'_>, message: String) -> Remark {
        Remark { code: Code::ConvertSource, offset: at.offset_in(self.line), message }
    }

    fn content(&self, at: Raw<'_>, message: &str) -> Remark {
        Remark { code: Code::ConvertContent, offset: at.offset_in(self.line), message: message.to_owned() }
    }

    fn words(&self, value: Raw<'l>, name: &str) -> Result<Words<'l>, Remark> {
        match value.string() {
            Some(raw) => Ok(Words { raw: Cow::Borrowed(raw), at: value }),
            None => Err(self.source(value, format!("`{name}` must be a string"))),
        }
    }

    fn member(&self, value: Raw<'l>, key: &str) -> Result<Raw<'l>, Remark> {
        value.get(key).ok_or_else(|| self.source(value, format!("`{key}` is missing")))
    }

    fn conversation(&self, format: &Format) -> Result<Talk<'l>, Remark> {
        let mut talk = Talk::default();
        let mut messages = None;
        for (key, value) in Raw::of_line(self.line).members() {
            let member = Member { key, value };
            let name = key.text().unwrap_or_default();
            match format.fields.iter().find(|field| field.key == name).map(|field| field.kind) {
                Some(Kind::Messages(dialect)) => messages = Some((dialect, value)),
                Some(Kind::Text(_)) if !value.is_null() => {
                    talk.system.insert(0, self.words(value, &name)?);
                    talk.system_member = Some(member);
                }
                Some(Kind::System) => {
                    if !value.is_array() {
                        return Err(self.source(value, format!("`{name}` must be a list of text blocks")));
                    }
                    for block in value.elements() {
                        rest(block, &["text"], &mut talk.inner);
                        talk.system.push(self.words(self.member(block, "text")?, "text")?);
                    }
                    talk.system_member = Some(member);
                }
                Some(Kind::Version) => talk.version = Some(member),
                Some(Kind::ToolConfig) => talk.tool_config = Some(member),
                Some(Kind::ChatTools) => talk.tools = Some(member),
                Some(Kind::Reference) if !value.is_null() => talk.reference = Some(member),
                Some(Kind::Any) => talk.id = Some(member),
                Some(Kind::Text(_) | Kind::Reference) => {}
                _ => talk.extra.push(member),
            }
        }
        let record = Raw::of_line(self.line);
        let Some((dialect, list)) = messages else {
            return Err(self.source(record, "the record has no messages".to_owned()));
        };
        if !list.is_array() {
            return Err(self.source(list, "the messages must be an array".to_owned()));
        }
        list.elements().try_for_each(|message| self.message(dialect, message, &mut talk))?;
        Ok(talk)
    }

    fn message(&self, dialect: Dialect, message: Raw<'l>, talk: &mut Talk<'l>) -> Result<(), Remark> {
        let (role_key, content_key) = match dialect {
            Dialect::ShareGpt => ("from", "value"),
            _ => ("role", "content"),
        };
        let role = self.member(message, role_key)?;
        let name = self.words(role, role_key)?.at.text().unwrap_or_default();
        let role = match (&*name, dialect) {
            ("user", _) | ("human", Dialect::ShareGpt) => Role::User,
            ("assistant", _) | ("gpt" | "chatgpt" | "model" | "bot", Dialect::ShareGpt) => Role::Assistant,
            ("system", Dialect::Chat | Dialect::ShareGpt) | ("developer", Dialect::Chat) => {
                if !talk.turns.is_empty() {
                    return Err(self.content(message, "a system message after the first turn"));
                }
                let content = self.member(message, content_key)?;
                for part in self.parts(dialect, content, &mut talk.inner)? {
                    let Part::Text(words) = part else {
                        return Err(self.content(message, "a system message that is not text alone"));
                    };
                    talk.system.push(words);
                }
                rest(message, &[role_key, content_key], &mut talk.inner);
                return Ok(());
            }
            ("tool" | "function", Dialect::Chat) => {
                talk.inner.push(("a message of a tool", message));
                return Ok(());
            }
            _ => {
                let message = format!("`{role_key}` has a value that this format does not know");
                return Err(self.source(role, message));
            }
        };
        if dialect == Dialect::Preference
            && let Some(list) = message.get("candidates")
        {
            if list.elements().next().is_none() {
                return Err(self.source(list, "`candidates` must be a list of answers".to_owned()));
            }
            if role == Role::User || !talk.candidates.is_empty() {
                return Err(self.source(list, "candidates belong to one message, the assistant's".to_owned()));
            }
            rest(message, &[role_key, "candidates"], &mut talk.inner);
            return list.elements().try_for_each(|candidate| self.candidate(candidate, talk));
        }
        let mut parts = match message.get(content_key) {
            // A chat's message that calls tools need not say anything.
            Some(content) if content.is_null() && dialect == Dialect::Chat => Vec::new(),
            Some(content) => self.parts(dialect, content, &mut talk.inner)?,
            None if message.get("tool_calls").is_some() => Vec::new(),
            None => return Err(self.source(message, format!("`{content_key}` is missing"))),
        };
        if let Some(calls) = message.get("tool_calls").filter(|calls| !calls.is_null()) {
            parts.push(Part::Foreign("tool calls", calls));
        }
        rest(message, &[role_key, content_key, "tool_calls"], &mut talk.inner);
        talk.turns.push(Turn { role, parts, at: message });
        Ok(())
    }

    fn candidate(&self, candidate: Raw<'l>, talk: &mut Talk<'l>) -> Result<(), Remark> {
        let label = self.member(candidate, "preferenceLabel")?;
        let is_preferred = match label.text().as_deref() {
            Some("preferred") => true,
            Some("non-preferred") => false,
            _ => {
                let message = "`preferenceLabel` must be \"preferred\" or \"non-preferred\"";
                return Err(self.source(label, message.to_owned()));
            }
        };
        let content = self.member(candidate, "content")?;
        let parts = self.parts(Dialect::Preference, content, &mut talk.inner)?;
        rest(candidate, &["preferenceLabel", "content"], &mut talk.inner);
        talk.candidates.push(Candidate { is_preferred, parts, at: candidate });
        Ok(())
    }

    /// The parts of a message's content. Keys beside a text go to `inner`.
    fn parts(
        &self,
        dialect: Dialect,
        content: Raw<'l>,
        inner: &mut Vec<(&'static str, Raw<'l>)>,
    ) -> Result<Vec<Part<'l>>, Remark> {
        let is_blocks = matches!(dialect, Dialect::Converse | Dialect::Preference);
        if !is_blocks && content.string().is_some() {
            return Ok(vec![Part::Text(self.words(content, "content")?)]);
        }
        if !content.is_array() || matches!(dialect, Dialect::Claude | Dialect::ShareGpt) {
            let wanted = if is_blocks { "a list of blocks" } else { "a string" };
            return Err(self.source(content, format!("the content must be {wanted}")));
        }
        let part = |block: Raw<'l>| {
            if is_blocks {
                return match (block.get("text"), block.members().next()) {
                    (Some(text), _) => {
                        rest(block, &["text"], inner);
                        Ok(Part::Text(self.words(text, "text")?))
                    }
                    (None, Some(_)) => Ok(Part::Block(block)),
                    (None, None) => {
                        Err(self.source(block, "a content block must be an object with a member".to_owned()))
                    }
                };
            }
            match block.get("type").and_then(Raw::text).as_deref() {
                Some("text") => {
                    rest(block, &["type", "text"], inner);
                    Ok(Part::Text(self.words(self.member(block, "text")?, "text")?))
                }
                _ => Ok(Part::Foreign("a part of a message that is no text", block)),
            }
        };
        content.elements().map(part).collect()
    }
}

/// What else is in a message, a candidate or a text block.
fn rest<'l>(object: Raw<'l>, known: &[&str], inner: &mut Vec<(&'static str, Raw<'l>)>) {
    let is_other = |(key, value): &(Raw<'l>, Raw<'l>)| {
        !value.is_null() && key.text().is_none_or(|key| !known.contains(&&*key))
    };
    inner.extend(object.members().filter(is_other).map(|(key, _)| ("a key inside a message", key)));
}
