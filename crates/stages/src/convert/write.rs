//! Writing what a record says in another format.

use bedload_bedrock::{Dialect, Format, FormatId};
use bedload_record::Code;
use bedload_record::json::{Raw, string_content};

use super::Remark;
use super::config::Weights;
use super::conversation::{Candidate, Content, Conversation, Member, RawText, Turn};
use super::extras::{Extras, Kind};
use super::obstacle::{Gravity, Obstacle, gravest_first};
use super::tools::{Names, link};
use crate::role::Role;

/// The version that a Converse record is given, and that is left out without a word.
pub(super) const VERSION: &[u8] = b"\"bedrock-conversation-2024\"";

/// A record under way.
pub(super) struct Writer<'w, 'l> {
    pub(super) to: &'static Format,
    pub(super) extras: Extras,
    pub(super) weights: Weights,
    /// Which of several records of one line it is, from 1.
    pub(super) nth: Option<usize>,
    /// Whether all keys may be named.
    pub(super) names_keys: bool,
    /// Fields whose values are used, whatever the conversion drops: the steps to each.
    pub(super) fields: &'w [Vec<String>],
    pub(super) line: &'l [u8],
    pub(super) out: &'w mut Vec<u8>,
    pub(super) remarks: &'w mut Vec<Remark>,
    /// Members that are carried along.
    pub(super) kept: Vec<Member<'l>>,
    /// Why the record is refused, as far as is known.
    pub(super) obstacles: Vec<Obstacle>,
}

/// Nothing, or an obstacle behind which nothing more can be seen.
pub(super) type Written = Result<(), Obstacle>;

impl<'l> Writer<'_, 'l> {
    /// Writes the record, or says everything that is found why it cannot be, the gravest first.
    pub(super) fn write(
        mut self,
        conversation: Conversation<'l>,
        given_system: Option<&'l [u8]>,
    ) -> Result<(), Vec<Remark>> {
        self.record(conversation, given_system);
        if self.obstacles.is_empty() { Ok(()) } else { Err(gravest_first(self.obstacles)) }
    }

    fn record(&mut self, mut conversation: Conversation<'l>, given_system: Option<&'l [u8]>) {
        self.given_system(&mut conversation, given_system);
        if !self.holds_tools() {
            self.strip_tools(&mut conversation);
        }
        self.asides(&mut conversation);
        self.marks(&mut conversation);
        if self.to.id != FormatId::OpenAiChat {
            self.reminders(&mut conversation);
        }
        let has_answer = self.is_answered(&conversation);
        self.extra(&mut conversation, has_answer);
        self.put(b"{");
        let content = match (self.to.name, self.to.dialect()) {
            ("text" | "input", _) => self.document(&mut conversation),
            ("image-caption", _) => self.caption(&mut conversation),
            ("prompt", _) => self.prompt(&mut conversation),
            ("prompt-completion", _) => self.pair(&mut conversation),
            ("evaluation", _) => self.evaluation(&mut conversation),
            ("preference", _) => self.preference(&mut conversation),
            (_, Some(Dialect::Claude)) => {
                self.claude(&mut conversation);
                Ok(())
            }
            (_, Some(Dialect::Converse)) => self.converse(&mut conversation),
            (_, Some(Dialect::Preference)) => self.candidates(&mut conversation),
            ("openai-chat", _) => self.openai_chat(&mut conversation),
            (_, Some(Dialect::Chat)) => self.chat_rft(&mut conversation),
            _ => Err(self.cannot(self.whole(), "records of another kind")),
        };
        if let Err(obstacle) = content {
            self.obstacles.push(obstacle);
            // It is about all of them.
            conversation.turns.clear();
        }
        self.unmapped_rest(conversation, has_answer);
        for member in std::mem::take(&mut self.kept) {
            let key = member.key.text().unwrap_or_default();
            if self.to.fields.iter().any(|field| field.key == key) {
                let message = format!("a key that would be kept is already a field of {}", self.to.name);
                let remark = self.remark(Code::ConvertExtraKey, member.key, message);
                self.obstacles.push(Obstacle { gravity: Gravity::Key, remark });
            }
            self.put(b",");
            self.put(member.key.bytes());
            self.put(b":");
            match &*key {
                "id" => self.id(member.value),
                _ => self.put(member.value.bytes()),
            }
        }
        self.put(b"}");
    }

    /// The id of the record, which is its own if it is one of several.
    pub(super) fn id(&mut self, id: Raw<'_>) {
        match self.nth {
            Some(nth) => self.put(&numbered(id, nth)),
            None => self.put(id.bytes()),
        }
    }

    /// Returns true if the format has a place for calls of tools.
    fn holds_tools(&self) -> bool {
        matches!(self.to.dialect(), Some(Dialect::Converse | Dialect::Preference | Dialect::Chat))
    }

    /// Adds an obstacle, behind which the rest of the record can be seen.
    pub(super) fn note(&mut self, written: Written) {
        self.obstacles.extend(written.err());
    }

    /// Ties the results of tools to their calls, and says where that cannot be.
    pub(super) fn tie(&mut self, conversation: &mut Conversation<'l>, names: Names) {
        let linked = link(conversation, names);
        for (at, why) in linked.loose {
            self.loose(at, why.to_owned());
        }
        for at in linked.renamed {
            let message =
                format!("{} does not take the id of this tool call, so it was replaced", self.to.name);
            let remark = self.remark(Code::ConvertToolId, at, message);
            self.remarks.push(remark);
        }
        if names == Names::Converse {
            self.undeclared(conversation);
        }
    }

    /// Refuses calls of tools that the record does not declare.
    fn undeclared(&mut self, conversation: &Conversation<'l>) {
        let of_turns = conversation.turns.iter().flat_map(|turn| &turn.parts);
        let of_candidates = conversation.candidates.iter().flat_map(|candidate| &candidate.parts);
        let calls = of_turns.chain(of_candidates).filter_map(|part| match part {
            Content::Call(call) if call.flaw.is_none() => Some(call),
            _ => None,
        });
        let mut calls = calls.peekable();
        let Some(first) = calls.peek().map(|call| call.at) else { return };
        let Some(declared) = conversation.tools else {
            return self.loose(first, "this record calls tools that it does not declare".to_owned());
        };
        // What is wrong with the tools themselves is said where they are written.
        let Ok(tools) = declared.tools(&mut Vec::new()) else { return };
        let names: Vec<_> = tools.iter().map(|tool| string_content(&tool.name)).collect();
        let unknown = calls.filter(|call| !names.contains(&string_content(&call.name)));
        let unknown: Vec<Raw<'l>> = unknown.map(|call| call.at).collect();
        for at in unknown {
            self.loose(at, "this record calls a tool that it does not declare".to_owned());
        }
    }

    /// An obstacle that has to do with tools, behind which more can be seen.
    pub(super) fn loose(&mut self, at: Raw<'l>, message: String) {
        self.refuse(Gravity::Tools, Code::ConvertContent, at, message);
    }

    fn document(&mut self, conversation: &mut Conversation<'l>) -> Written {
        let Some(document) = conversation.document.take() else {
            return Err(self.cannot(self.whole(), "a record that is not a document"));
        };
        self.key(self.to.name, &document);
        Ok(())
    }

    fn caption(&mut self, conversation: &mut Conversation<'l>) -> Written {
        let (Some(image), Some(caption)) = (conversation.image.take(), conversation.caption.take()) else {
            return Err(self.cannot(self.whole(), "a record that is not an image with a caption"));
        };
        self.put(b"\"image-ref\":");
        self.put(image.bytes());
        self.put(b",\"caption\":");
        self.put(caption.bytes());
        Ok(())
    }

    fn prompt(&mut self, conversation: &mut Conversation<'l>) -> Written {
        self.one_preferred(conversation);
        self.one_exchange(conversation)?;
        if conversation.turns.len() > 1 {
            let answer = conversation.turns.remove(1);
            self.unmapped(Kind::Answers, "the answer", answer.at, None);
        }
        if let Some(prompt) = self.only_text_of(conversation.turns.remove(0)) {
            self.key("prompt", &prompt);
        }
        Ok(())
    }

    fn pair(&mut self, conversation: &mut Conversation<'l>) -> Written {
        self.one_preferred(conversation);
        conversation.answer_by_reference();
        self.one_exchange(conversation)?;
        // A reference that is no text is named where it is.
        if conversation.turns.len() < 2 && conversation.reference.is_none() {
            return Err(self.cannot(self.whole(), "a record without an answer"));
        }
        self.exchange(conversation, "completion");
        Ok(())
    }

    fn evaluation(&mut self, conversation: &mut Conversation<'l>) -> Written {
        self.one_preferred(conversation);
        conversation.answer_by_reference();
        self.one_exchange(conversation)?;
        self.exchange(conversation, "referenceResponse");
        Ok(())
    }

    /// A prompt, and its answer where it has one.
    fn exchange(&mut self, conversation: &mut Conversation<'l>, answer_key: &str) {
        let mut keys = ["prompt", answer_key].into_iter();
        for turn in std::mem::take(&mut conversation.turns) {
            let key = keys.next().expect("a prompt and an answer");
            if let Some(words) = self.only_text_of(turn) {
                self.put(if key == "prompt" { b"" } else { b"," });
                self.key(key, &words);
            }
        }
    }

    fn preference(&mut self, conversation: &mut Conversation<'l>) -> Written {
        let candidates = std::mem::take(&mut conversation.candidates);
        let is_pair = candidates.len() == 2 && candidates[0].is_preferred != candidates[1].is_preferred;
        if !is_pair || conversation.turns.len() != 1 {
            let what = "anything but one prompt, one preferred and one other answer";
            return Err(self.cannot(self.whole(), what));
        }
        if let Some(prompt) = self.only_text_of(conversation.turns.remove(0)) {
            self.key("prompt", &prompt);
        }
        for is_preferred in [true, false] {
            let candidate = candidates.iter().find(|candidate| candidate.is_preferred == is_preferred);
            let candidate = candidate.expect("there is one of each").clone();
            if let Some(words) = self.only_text(candidate.parts, candidate.at) {
                self.put(b",");
                self.key(if is_preferred { "chosen" } else { "rejected" }, &words);
            }
        }
        if let Some(score) = conversation.score.take() {
            self.put(b",\"score\":");
            self.put(score.value.bytes());
        }
        Ok(())
    }

    fn claude(&mut self, conversation: &mut Conversation<'l>) {
        self.one_preferred(conversation);
        conversation.answer_by_reference();
        if let Some(words) = self.one_system(conversation) {
            self.key("system", &words);
            self.put(b",");
        }
        self.put(b"\"messages\":[");
        self.string_turns(conversation, false);
        self.put(b"]");
    }

    fn string_turns(&mut self, conversation: &mut Conversation<'l>, mut follows: bool) {
        for turn in std::mem::take(&mut conversation.turns) {
            let role = turn.role.name();
            let Some(words) = self.only_text_of(turn) else { continue };
            self.put(if follows { b",{\"role\":\"" } else { b"{\"role\":\"" });
            follows = true;
            self.put(role.as_bytes());
            self.put(b"\",");
            self.key("content", &words);
            self.put(b"}");
        }
    }

    pub(super) fn only_text_of(&mut self, turn: Turn<'l>) -> Option<RawText<'l>> {
        self.only_text(turn.parts, turn.at)
    }

    /// The text of a message whose content must be one string; none where the record is refused for want of one. Two
    /// texts are not glued together.
    pub(super) fn only_text(&mut self, parts: Vec<Content<'l>>, at: Raw<'l>) -> Option<RawText<'l>> {
        if !parts.iter().any(|part| matches!(part, Content::Text(_))) {
            let obstacle = self.nothing_left(&parts, at);
            self.obstacles.push(obstacle);
            return None;
        }
        let mut text = None;
        let mut second = None;
        for part in parts {
            match part {
                Content::Text(words) if text.is_none() => text = Some(words),
                Content::Text(words) => second = second.or(Some(words.at)),
                _ => self.unmapped_part(&part),
            }
        }
        if let Some(at) = second {
            let obstacle = self.cannot(at, "several texts in one message");
            self.obstacles.push(obstacle);
        }
        text
    }

    pub(super) fn one_system(&mut self, conversation: &mut Conversation<'l>) -> Option<RawText<'l>> {
        conversation.system_member = None;
        let mut system = std::mem::take(&mut conversation.system).into_iter();
        let first = system.next();
        if let Some(second) = system.next() {
            let obstacle = self.cannot(second.at, "several system prompts");
            self.obstacles.push(obstacle);
        }
        first
    }

    /// Where candidates have no place, the preferred one is the answer, and the others are left.
    pub(super) fn one_preferred(&mut self, conversation: &mut Conversation<'l>) {
        let mut candidates = std::mem::take(&mut conversation.candidates);
        if let Some(first) = candidates.first()
            && !candidates.iter().any(|candidate| candidate.is_preferred)
        {
            let message = "no answer is marked as preferred, so the record would have no answer";
            self.refuse(Gravity::Answer, Code::ConvertContent, first.at, message.to_owned());
            // What else there is to be said of the record does not depend on which.
            candidates.truncate(1);
            candidates[0].is_preferred = true;
        }
        let mut answer = None;
        for Candidate { is_preferred, parts, at } in candidates {
            if is_preferred && answer.is_none() {
                answer = Some(Turn { role: Role::Assistant, parts, marks: Vec::new(), at });
            } else {
                self.unmapped(Kind::Answers, "an answer that is not the preferred one", at, None);
            }
        }
        conversation.turns.extend(answer);
    }

    fn one_exchange(&self, conversation: &Conversation<'l>) -> Written {
        match &conversation.turns[..] {
            [Turn { role: Role::User, .. }]
            | [Turn { role: Role::User, .. }, Turn { role: Role::Assistant, .. }] => Ok(()),
            _ => Err(self.cannot(self.whole(), "anything but one prompt and one answer")),
        }
    }

    pub(super) fn whole(&self) -> Raw<'l> {
        Raw::of_line(self.line)
    }

    pub(super) fn key(&mut self, name: &str, words: &RawText<'_>) {
        self.put(b"\"");
        self.put(name.as_bytes());
        self.put(b"\":\"");
        self.put(&words.raw);
        self.put(b"\"");
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
}

/// The id of one of several records: whoever answers by id must tell them apart.
fn numbered(id: Raw<'_>, nth: usize) -> Vec<u8> {
    let is_number = id.bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
    match id.string() {
        Some(text) => [b"\"", text, format!("-{nth}\"").as_bytes()].concat(),
        None if is_number => [b"\"", id.bytes(), format!("-{nth}\"").as_bytes()].concat(),
        None => id.bytes().to_vec(),
    }
}
