//! Reading a record of any format into what it says.

use std::borrow::Cow;

use bedload_bedrock::{Answers, Dialect, FieldKind, Format, FormatId};
use bedload_record::Code;
use bedload_record::json::Raw;

use super::config::Pairs;
use super::conversation::{
    Aside, Candidate, Content, Conversation, Mark, Member, RawText, Reasoning, Reminder, Turn,
};
use super::flat::{Slot, flat};
use super::tools::{Declared, Form, chat_calls, chat_result, sharegpt_calls};
use super::{Remark, Source};
use crate::marks;
use crate::role::Role;

/// The keys that may be shown in pointers.
pub(super) fn known_keys(from: Source) -> Vec<&'static str> {
    match from {
        Source::Format(format) => format.known_keys().collect(),
        Source::Mapped(_) => Vec::new(),
    }
}

/// Reads a record of a format, to write it in another.
pub(super) fn record<'l>(
    format: &Format,
    line: &'l [u8],
    to: &Format,
    pairs: Pairs,
) -> Result<Conversation<'l>, Remark> {
    if format.dialect().is_some() {
        let has_blocks =
            |format: &Format| matches!(format.dialect(), Some(Dialect::Converse | Dialect::Preference));
        return Reader { line, copies_blocks: has_blocks(format) && has_blocks(to) }.conversation(format);
    }
    let reader = Reader { line, copies_blocks: false };
    match format.id {
        FormatId::ScoredAnswers => {
            let is_compared = to.answers == Answers::Compared;
            return reader.scored(if is_compared { pairs } else { Pairs::One });
        }
        FormatId::Kto => return reader.labelled(to),
        FormatId::AlpacaPreference => {}
        _ if format.is_foreign_preference() => return reader.compared(format),
        _ => {}
    }
    let slot = |key: &'static str| match (format.id, key) {
        (FormatId::Alpaca | FormatId::AlpacaPreference, "instruction") => Some(Slot::Prompt),
        (FormatId::Alpaca | FormatId::AlpacaPreference, "input") => Some(Slot::Input),
        (FormatId::Alpaca, "output") => Some(Slot::Completion),
        (FormatId::Evaluation, "referenceResponse") => Some(Slot::Response),
        // No other format has a place for it.
        (FormatId::Evaluation, "category") => None,
        (_, key) => Some(Slot::from_name(key).expect("a test reads every flat format")),
    };
    let mut slots: Vec<_> =
        format.fields.iter().filter_map(|field| Some((field.key, slot(field.key)?))).collect();
    if matches!(format.id, FormatId::Alpaca | FormatId::AlpacaPreference) {
        slots.push(("history", Slot::History));
    }
    flat(line, &slots)
}

pub(super) struct Reader<'l> {
    pub(super) line: &'l [u8],
    /// Whether content blocks other than text go over as they are, whatever they hold.
    pub(super) copies_blocks: bool,
}

impl<'l> Reader<'l> {
    pub(super) fn source(&self, at: Raw<'_>, message: String) -> Remark {
        Remark::new(Code::ConvertSource, at.offset_in(self.line), message)
    }

    fn content(&self, at: Raw<'_>, message: &str) -> Remark {
        Remark { code: Code::ConvertContent, ..self.source(at, message.to_owned()) }
    }

    pub(super) fn words(&self, value: Raw<'l>, name: &str) -> Result<RawText<'l>, Remark> {
        match value.string() {
            Some(raw) => Ok(RawText { raw: Cow::Borrowed(raw), at: value }),
            None => Err(self.source(value, format!("`{name}` must be a string"))),
        }
    }

    pub(super) fn member(&self, value: Raw<'l>, key: &str) -> Result<Raw<'l>, Remark> {
        value.get(key).ok_or_else(|| self.source(value, format!("`{key}` is missing")))
    }

    pub(super) fn conversation(&self, format: &Format) -> Result<Conversation<'l>, Remark> {
        let mut conversation = Conversation::default();
        let mut messages = None;
        for (key, value) in Raw::of_line(self.line).members() {
            let member = Member { key, value };
            let name = key.text().unwrap_or_default();
            let field = format.fields.iter().find(|field| field.key == name);
            // Serializers write null for what is absent.
            if value.is_null() && field.is_some_and(|field| !field.required) {
                continue;
            }
            match field.map(|field| field.kind) {
                Some(FieldKind::Messages(dialect)) => messages = Some((dialect, value)),
                // The Anthropic API takes a list of texts, too.
                Some(FieldKind::Text(_)) if value.is_array() && format.is_foreign() => {
                    for part in self.parts(Dialect::Chat, value, &mut conversation.asides)? {
                        let Content::Text(words) = part else {
                            return Err(self.content(value, "a system prompt that contains more than text"));
                        };
                        conversation.system.push(words);
                    }
                    conversation.system_member = Some(member);
                }
                Some(FieldKind::Text(_)) => {
                    conversation.system.insert(0, self.words(value, &name)?);
                    conversation.system_member = Some(member);
                }
                Some(FieldKind::System) => {
                    if !value.is_array() {
                        return Err(self.source(value, format!("`{name}` must be a list of text blocks")));
                    }
                    for block in value.elements() {
                        rest(block, &["text"], &mut conversation.asides);
                        conversation.system.push(self.words(self.member(block, "text")?, "text")?);
                    }
                    conversation.system_member = Some(member);
                }
                Some(FieldKind::Version) => conversation.version = Some(member),
                Some(kind @ (FieldKind::ToolConfig | FieldKind::ChatTools)) => {
                    let form = if kind == FieldKind::ToolConfig { Form::Converse } else { Form::Listed };
                    conversation.declare(Declared { member, form });
                }
                Some(FieldKind::Reference) => conversation.reference = Some(member),
                Some(FieldKind::RecordId) => conversation.id = Some(member),
                _ => conversation.extra.push(member),
            }
        }
        let record = Raw::of_line(self.line);
        let Some((dialect, list)) = messages else {
            return Err(self.source(record, "the record has no messages".to_owned()));
        };
        if !list.is_array() {
            return Err(self.source(list, "the messages must be an array".to_owned()));
        }
        list.elements().try_for_each(|message| self.message(dialect, message, &mut conversation))?;
        Ok(conversation)
    }

    pub(super) fn message(
        &self,
        dialect: Dialect,
        message: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        let (role_key, content_key) = keys(dialect);
        let role = self.member(message, role_key)?;
        let name = self.words(role, role_key)?.at.text().unwrap_or_default();
        let role = match (&*name, dialect) {
            ("user", _) | ("human", Dialect::ShareGpt) => Role::User,
            ("assistant", _) | ("gpt" | "chatgpt" | "model" | "bot", Dialect::ShareGpt) => Role::Assistant,
            ("system", Dialect::Chat | Dialect::ShareGpt) | ("developer", Dialect::Chat) => {
                return self.system(dialect, message, conversation);
            }
            ("tool" | "function" | "tool_response" | "ipython", Dialect::Chat)
            | ("tool" | "function" | "observation" | "tool_response", Dialect::ShareGpt) => {
                return self.result(dialect, message, conversation);
            }
            ("tool_call", Dialect::Chat) | ("function_call" | "tool_call", Dialect::ShareGpt) => {
                return self.called(dialect, message, conversation);
            }
            _ => {
                let message = format!("`{role_key}` has an unknown value");
                return Err(self.source(role, message));
            }
        };
        let member = |key: &str| message.get(key).filter(|value| !value.is_null());
        if dialect == Dialect::Preference
            && let Some(list) = member("candidates")
        {
            if list.elements().next().is_none() {
                return Err(self.source(list, "`candidates` must be a list of answers".to_owned()));
            }
            if role == Role::User || !conversation.candidates.is_empty() {
                return Err(self.source(list, "candidates belong in a single assistant message".to_owned()));
            }
            rest(message, &[role_key, "candidates"], &mut conversation.asides);
            return list.elements().try_for_each(|candidate| self.candidate(candidate, conversation));
        }
        let is_call = |calls: &Raw<'_>| !calls.is_array() || calls.elements().next().is_some();
        let calls = ["tool_calls", "function_call"].map(|key| member(key).filter(is_call));
        let said = |key: &str| {
            let is_of_chat = dialect == Dialect::Chat && role == Role::Assistant;
            member(key).filter(|value| is_of_chat && value.string().is_some_and(|text| !text.is_empty()))
        };
        let refusal = said("refusal");
        let mut asides = Vec::new();
        let mut parts = match message.get(content_key) {
            // A chat's message that calls tools, or refuses, need not say anything else.
            Some(content) if content.is_null() && dialect == Dialect::Chat => Vec::new(),
            Some(content) => self.parts(dialect, content, &mut asides)?,
            None if refusal.is_some() || calls.iter().any(Option::is_some) => Vec::new(),
            None => return Err(self.source(message, format!("`{content_key}` is missing"))),
        };
        if calls.iter().any(Option::is_some) {
            parts.retain(|part| !matches!(part, Content::Text(words) if words.raw.trim_ascii().is_empty()));
            let calls = calls.into_iter().flatten().flat_map(|calls| chat_calls(calls, &mut asides));
            parts.extend(calls.map(Content::Call));
        }
        let mut known = vec![role_key, content_key, "tool_calls", "function_call"];
        if let Some(refusal) = refusal.filter(|_| parts.is_empty()) {
            parts.push(Content::Text(self.words(refusal, "refusal")?));
            known.push("refusal");
        }
        let mut thought = ["reasoning_content", "reasoning", "thinking"].into_iter();
        if let Some((key, at)) = thought.find_map(|key| Some((key, said(key)?))) {
            let text = at.string().unwrap_or_default();
            parts.insert(0, Content::Reasoning(Reasoning { at, text, signature: None }));
            known.push(key);
        }
        // An empty text says nothing, like null.
        let is_blank = |key: &&str| member(key).and_then(Raw::string).is_some_and(<[u8]>::is_empty);
        known.extend(["refusal", "reasoning_content", "reasoning", "thinking"].into_iter().filter(is_blank));
        rest(message, &known, &mut asides);
        let marks = conversation.keep(asides);
        conversation.turns.push(Turn { role, parts, marks, at: message });
        Ok(())
    }

    /// A message that is a call, or several. It belongs to what the assistant said or called just before.
    fn called(
        &self,
        dialect: Dialect,
        message: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        let (role_key, content_key) = keys(dialect);
        let mut asides = Vec::new();
        let calls = sharegpt_calls(self.member(message, content_key)?, &mut asides);
        let parts = calls.into_iter().map(Content::Call);
        rest(message, &[role_key, content_key], &mut asides);
        let marks = conversation.keep(asides);
        let is_apart = conversation.is_apart();
        match conversation.turns.last_mut() {
            // A mark is about the whole of a turn.
            Some(turn)
                if turn.role == Role::Assistant && !is_apart && marks.is_empty() && turn.marks.is_empty() =>
            {
                turn.parts.extend(parts);
            }
            _ => {
                let parts = parts.collect();
                conversation.turns.push(Turn { role: Role::Assistant, parts, marks, at: message });
            }
        }
        Ok(())
    }

    /// A message that is the result of a call. Those that follow each other are one turn of the user's.
    fn result(
        &self,
        dialect: Dialect,
        message: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        let (role_key, content_key) = keys(dialect);
        let content = self.member(message, content_key)?;
        let parts = if content.is_null() {
            Vec::new()
        } else {
            self.parts(dialect, content, &mut conversation.asides)?
        };
        let known = [role_key, content_key, "tool_call_id", "name"];
        let mut asides = Vec::new();
        rest(message, &known, &mut asides);
        let part = Content::Result(chat_result(message, parts, &mut asides));
        let mut marks = conversation.keep(asides);
        let is_apart = conversation.is_apart();
        match conversation.turns.last_mut() {
            Some(turn) if turn.is_results() && !is_apart => {
                turn.parts.push(part);
                turn.marks.append(&mut marks);
            }
            _ => conversation.turns.push(Turn { role: Role::User, parts: vec![part], marks, at: message }),
        }
        Ok(())
    }

    fn system(
        &self,
        dialect: Dialect,
        message: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        let (role_key, content_key) = keys(dialect);
        let content = self.member(message, content_key)?;
        let parts = self.parts(dialect, content, &mut conversation.asides)?;
        if !parts.iter().all(|part| matches!(part, Content::Text(_))) {
            return Err(self.content(message, "a system message that contains more than text"));
        }
        if conversation.turns.is_empty() {
            let words = parts.into_iter().filter_map(|part| match part {
                Content::Text(words) => Some(words),
                _ => None,
            });
            conversation.system.extend(words);
        } else {
            conversation.reminders.push(Reminder { after: conversation.turns.len(), parts, at: message });
        }
        rest(message, &[role_key, content_key], &mut conversation.asides);
        // Nothing is learned from a system prompt, so a training weight or mask there is a key like any other.
        for aside in &mut conversation.asides {
            if let Aside::Mark(mark) = aside {
                *aside = Aside::Key(mark.at);
            }
        }
        Ok(())
    }

    fn candidate(&self, candidate: Raw<'l>, conversation: &mut Conversation<'l>) -> Result<(), Remark> {
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
        let parts = self.parts(Dialect::Preference, content, &mut conversation.asides)?;
        rest(candidate, &["preferenceLabel", "content"], &mut conversation.asides);
        conversation.candidates.push(Candidate { is_preferred, parts, at: candidate });
        Ok(())
    }

    /// The parts of a message's content. Keys next to a text go to `asides`.
    pub(super) fn parts(
        &self,
        dialect: Dialect,
        content: Raw<'l>,
        asides: &mut Vec<Aside<'l>>,
    ) -> Result<Vec<Content<'l>>, Remark> {
        let is_blocks = matches!(dialect, Dialect::Converse | Dialect::Preference);
        if !is_blocks && content.string().is_some() {
            return Ok(vec![Content::Text(self.words(content, "content")?)]);
        }
        if !content.is_array() || matches!(dialect, Dialect::Claude | Dialect::ShareGpt) {
            let wanted = if is_blocks { "a list of blocks" } else { "a string" };
            return Err(self.source(content, format!("the content must be {wanted}")));
        }
        let part = |block| if is_blocks { self.block(block, asides) } else { self.part(block, asides) };
        content.elements().map(part).collect()
    }
}

/// The keys of a message's role and of its content.
fn keys(dialect: Dialect) -> (&'static str, &'static str) {
    if dialect == Dialect::ShareGpt { ("from", "value") } else { ("role", "content") }
}

/// What else is in a message, a candidate or a text block.
pub(super) fn rest<'l>(object: Raw<'l>, known: &[&str], asides: &mut Vec<Aside<'l>>) {
    for (key, value) in object.members().filter(|(_, value)| !value.is_null()) {
        let name = key.text().unwrap_or_default();
        if known.contains(&&*name) {
            continue;
        }
        asides.push(match marks::of_turn(&name, value) {
            Some(training) => Aside::Mark(Mark { training, at: key }),
            None => Aside::Key(key),
        });
    }
}
