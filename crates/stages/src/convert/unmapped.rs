//! Content that the target format cannot hold: refused, dropped or kept, as configured.

use std::borrow::Cow;

use bedload_bedrock::{Answers, FOREIGN, FORMATS, Holds};
use bedload_record::json::{Raw, string_content};
use bedload_record::{Code, HIDDEN_KEY};

use super::Remark;
use super::config::Weights;
use super::conversation::{Aside, Content, Conversation, Mark, Member, RawText, Reminder};
use super::extras::{Extra, Kind};
use super::obstacle::{Gravity, Obstacle};
use super::write::{VERSION, Writer};
use crate::marks::{self, Training};
use crate::role::Role;

impl<'l> Writer<'_, 'l> {
    /// The system prompt that every record is to have takes the place of none, or of an equal one.
    pub(super) fn given_system(&mut self, conversation: &mut Conversation<'l>, given: Option<&'l [u8]>) {
        let Some(given) = given else { return };
        let is_equal = |words: &RawText<'_>| string_content(&words.raw) == string_content(given);
        if conversation.system.len() == 1 && is_equal(&conversation.system[0]) {
            return;
        }
        for own in std::mem::take(&mut conversation.system) {
            if self.extras.of(Kind::System) == Extra::Drop {
                self.unmapped(Kind::System, "the record's own system prompt", own.at, None);
            } else {
                let message =
                    "the record's system prompt differs from --system; `--extra system=drop` replaces it";
                let Obstacle { gravity, remark } = self.content(own.at, message);
                self.obstacles.push(Obstacle { gravity, remark: remark.about(Kind::System) });
            }
        }
        conversation.system = vec![RawText { raw: Cow::Borrowed(given), at: self.whole() }];
        conversation.system_member = None;
    }

    /// Returns true if the format's models learn from every answer of a record.
    fn learns_all(&self) -> bool {
        self.to.answers == Answers::Learned
    }

    /// Returns true if the format has answers, or is all answer.
    pub(super) fn has_answers(&self) -> bool {
        !matches!(self.to.answers, Answers::None | Answers::Graded | Answers::Caption)
    }

    /// What is inside messages and has no place elsewhere.
    pub(super) fn asides(&mut self, conversation: &mut Conversation<'l>) {
        self.all_asides(std::mem::take(&mut conversation.asides));
    }

    pub(super) fn all_asides(&mut self, asides: Vec<Aside<'l>>) {
        for aside in asides {
            match aside {
                Aside::Key(at) => {
                    let key = self.shown_key(at);
                    let what = match &*key {
                        HIDDEN_KEY => "a key inside a message or a tool".to_owned(),
                        key => format!("the key `{key}` inside a message or a tool"),
                    };
                    self.unmapped_named((Kind::NestedKeys, Some(key)), &what, at, None);
                }
                Aside::Inside(at) => {
                    self.unmapped(Kind::NestedKeys, "a key inside the text of a call or a tool", at, None);
                }
                Aside::Mark(mark) => self.mark(mark, self.has_answers()),
                Aside::Answer(at) => {
                    self.unmapped(
                        Kind::Answers,
                        "an answer that is neither the best nor the worst (`--pairs all` makes pairs of it)",
                        at,
                        None,
                    );
                }
            }
        }
    }

    /// System messages between turns, where only the first may be one.
    pub(super) fn reminders(&mut self, conversation: &mut Conversation<'l>) {
        for Reminder { after, at, .. } in std::mem::take(&mut conversation.reminders) {
            let role = |nth: Option<usize>| Some(conversation.turns.get(nth?)?.role);
            let before = role(after.checked_sub(1));
            let divides = before.is_some() && before == role(Some(after));
            if divides {
                let message = "without this system message, two messages of one role would follow each other";
                self.refuse(Gravity::Content, Code::ConvertContent, at, message.to_owned());
            } else {
                self.unmapped(Kind::System, "a system message after the first turn", at, None);
            }
        }
    }

    /// Marks of training on the turns.
    pub(super) fn marks(&mut self, conversation: &mut Conversation<'l>) {
        let last = conversation.turns.len().wrapping_sub(1);
        let has_reference = conversation.reference.is_some();
        for (n, turn) in conversation.turns.iter_mut().enumerate() {
            let is_reference = self.to.hands_over_all_keys() && n == last && !has_reference;
            let is_learned = turn.role == Role::Assistant && (self.learns_all() || is_reference);
            std::mem::take(&mut turn.marks).into_iter().for_each(|mark| self.mark(mark, is_learned));
        }
    }

    fn mark(&mut self, mark: Mark<'l>, is_learned: bool) {
        let to = self.to.name;
        match mark.training {
            _ if self.weights == Weights::Drop => self.drop(None, "a training weight or mask", mark.at),
            Training::None if is_learned => {
                let message = format!(
                    "this answer is excluded from training, which {to} cannot express; \
                     `--weights drop` trains on it"
                );
                self.refuse(Gravity::Training, Code::ConvertWeight, mark.at, message);
            }
            // So is every answer.
            Training::Full if is_learned => {}
            Training::Weighted if is_learned => {
                let message = format!(
                    "this answer has its own weight, which {to} cannot express; \
                     `--weights drop` trains on it like any other"
                );
                self.refuse(Gravity::Training, Code::ConvertWeight, mark.at, message);
            }
            _ => self.unmapped(Kind::NestedKeys, "a training weight or mask", mark.at, None),
        }
    }

    /// Members of the record that its format does not name. Null counts as absent.
    pub(super) fn extra(&mut self, conversation: &mut Conversation<'l>, has_answer: bool) {
        if self.to.hands_over_all_keys() && conversation.id.is_none() {
            let is_id = |member: &Member<'_>| {
                !member.value.is_null() && member.key.text().is_some_and(|key| key == "id")
            };
            let at = conversation.extra.iter().position(is_id);
            conversation.id = at.map(|at| conversation.extra.remove(at));
        }
        for member in std::mem::take(&mut conversation.extra) {
            let key = member.key.text().unwrap_or_default();
            let is_carried = self.to.hands_over_all_keys() || self.extras.of(Kind::Keys) == Extra::Keep;
            let is_field = self.to.fields.iter().any(|field| field.key == key);
            if member.value.is_null() && (!is_carried || is_field) {
                continue;
            }
            let is_off = marks::of_record(&key, member.value) == Some(Training::None);
            let is_dropped = self.weights == Weights::Drop && marks::is_plain(&key, member.value);
            if (is_off || is_dropped) && self.has_answers() {
                self.record_mark(member, &key);
            } else if !self.is_lost_answer(&key, member, has_answer) {
                let what = match &*self.shown_key(member.key) {
                    HIDDEN_KEY => "an unknown key".to_owned(),
                    key => format!("the key `{key}`"),
                };
                self.unmapped_key(Kind::Keys, &what, member);
            }
        }
    }

    /// Returns true if the record has an answer where its format has one.
    pub(super) fn is_answered(&self, conversation: &Conversation<'_>) -> bool {
        let waits = conversation.turns.last().is_none_or(|turn| turn.role == Role::User);
        let has_text = conversation.reference.is_some_and(|member| member.value.string().is_some());
        !waits || !conversation.candidates.is_empty() || has_text && self.learns_all()
    }

    /// A mark on the whole record.
    fn record_mark(&mut self, member: Member<'l>, key: &str) {
        match self.weights {
            Weights::Drop => self.drop(None, "a training weight or mask", member.key),
            Weights::Error | Weights::Split => {
                let message = format!(
                    "`{key}` excludes this record from training, which {} cannot express; `--weights drop` trains on it",
                    self.to.name
                );
                self.refuse(Gravity::Training, Code::ConvertWeight, member.key, message);
            }
        }
    }

    /// Refuses what would lose the answer of a record, or one of the answers that it compares.
    fn is_lost_answer(&mut self, key: &str, member: Member<'l>, has_answer: bool) -> bool {
        if !self.has_answers() {
            return false;
        }
        let is_document = self.to.is_document();
        let message = match Holds::from_key(key) {
            Some(Holds::Chosen | Holds::Rejected)
                if !has_answer || self.extras.of(Kind::Keys) != Extra::Keep =>
            {
                format!(
                    "`{key}` makes this a preference record, which {} cannot hold; \
                 `--map` names the keys of flat objects",
                    self.to.name
                )
            }
            Some(Holds::Label) if is_document => return false,
            Some(Holds::Answer | Holds::Label) if !has_answer => format!(
                "the answer is under `{key}`, and without it the record has none; \
                 `--map` names the keys of flat objects, and in a conversation it belongs in the last turn"
            ),
            _ => return false,
        };
        self.refuse(Gravity::Answer, Code::ConvertContent, member.key, message);
        true
    }

    /// A part of a message that is not text, next to one that is.
    pub(super) fn unmapped_part(&mut self, part: &Content<'l>) {
        let at = part.at();
        match part {
            Content::Text(_) => unreachable!("every format holds text"),
            Content::Call(_) | Content::Result(_) => {
                self.loose(at, format!("{} has no place for a tool call here", self.to.name));
            }
            Content::Reasoning(_) => self.unmapped(Kind::Reasoning, "reasoning", at, None),
            Content::Image(_) => self.unmapped(Kind::Media, "an image", at, None),
            Content::Media(_) => self.unmapped(Kind::Media, "a part of a message that is not text", at, None),
            Content::Block(_) => self.unmapped(Kind::Media, "a content block that is not text", at, None),
        }
    }

    /// Why a message that has no text, or no block, cannot be written.
    pub(super) fn nothing_left(&self, parts: &[Content<'l>], at: Raw<'l>) -> Obstacle {
        match parts.first() {
            Some(part) if !matches!(part, Content::Text(_)) => {
                let message = format!("this message has no text, and {} holds only text", self.to.name);
                self.content(part.at(), &message)
            }
            _ => self.content(at, "this message has no content"),
        }
    }

    /// Whatever the format had no place for.
    pub(super) fn unmapped_rest(&mut self, mut conversation: Conversation<'l>, has_answer: bool) {
        self.unmapped_reference(&mut conversation, has_answer);
        let member = conversation.system_member.filter(|_| !conversation.system.is_empty());
        if let Some(member) = member {
            self.unmapped(Kind::System, "a system prompt", member.value, Some(member));
        }
        // Those of the member went with it.
        let is_apart = |at: Raw<'_>| {
            member.is_none_or(|member| {
                let from = member.value.offset_in(self.line);
                !(from..from + member.value.bytes().len()).contains(&at.offset_in(self.line))
            })
        };
        let apart: Vec<Raw<'l>> =
            conversation.system.iter().map(|words| words.at).filter(|at| is_apart(*at)).collect();
        apart.into_iter().for_each(|at| self.unmapped(Kind::System, "a system prompt", at, None));
        if let Some(version) = conversation.version.filter(|version| version.value.bytes() != VERSION) {
            self.unmapped_key(Kind::Keys, "another schemaVersion", version);
        }
        for turn in conversation.turns {
            self.unmapped(Kind::Keys, "a message", turn.at, None);
        }
        if let Some(words) = conversation.document {
            self.unmapped(Kind::Keys, "a document", words.at, None);
        }
        for value in [conversation.image, conversation.caption].into_iter().flatten() {
            self.unmapped(Kind::Media, "an image with a caption", value, None);
        }
        for (kind, what, member) in [
            (Kind::ToolCalls, "tools", conversation.tools.map(|declared| declared.member)),
            (Kind::Keys, "an id", conversation.id),
            (Kind::Keys, "a score", conversation.score),
        ] {
            if let Some(member) = member {
                self.unmapped_key(kind, what, member);
            }
        }
    }

    /// A reference answer that no turn was made of.
    fn unmapped_reference(&mut self, conversation: &mut Conversation<'l>, has_answer: bool) {
        let Some(member) = conversation.reference.take() else { return };
        if has_answer || !self.has_answers() {
            self.unmapped_key(Kind::Answers, "a reference answer", member);
            return;
        }
        let message = format!(
            "the only answer is a reference answer that is not text, which {} cannot hold",
            self.to.name
        );
        self.refuse(Gravity::Answer, Code::ConvertContent, member.key, message);
    }

    /// Leaves a member of the record out or carries it along.
    fn unmapped_key(&mut self, kind: Kind, what: &str, member: Member<'l>) {
        let key = self.shown_key(member.key);
        self.unmapped_named((kind, Some(key)), what, member.key, Some(member));
    }

    pub(super) fn unmapped(&mut self, kind: Kind, what: &str, at: Raw<'l>, member: Option<Member<'l>>) {
        self.unmapped_named((kind, None), what, at, member);
    }

    /// A key as it may be named: if it is one of a format, or well known, or the text of records is shown.
    fn shown_key(&self, key: Raw<'_>) -> String {
        let key = key.text().unwrap_or_default();
        let is_public = || {
            let mut formats = FORMATS.iter().chain(FOREIGN);
            Holds::from_key(&key).is_some() || formats.any(|format| format.has_field(&key))
        };
        if self.names_keys || is_public() { key.into_owned() } else { HIDDEN_KEY.to_owned() }
    }

    /// The same, of a key with the name that is shown.
    fn unmapped_named(
        &mut self,
        (kind, key): (Kind, Option<String>),
        what: &str,
        at: Raw<'l>,
        member: Option<Member<'l>>,
    ) {
        // A grader is handed all keys of its record, so that format has a place for them.
        let has_place = self.to.hands_over_all_keys() && member.is_some();
        let is_kept = self.extras.of(kind) == Extra::Keep || has_place;
        let is_dropped = self.extras.of(kind) == Extra::Drop && !has_place;
        match member {
            Some(member) if is_dropped && self.is_used(member) => {}
            _ if is_dropped => {
                let remark = self.remark(Code::ConvertDropped, at, format!("{what} was removed")).about(kind);
                self.remarks.push(Remark { key, ..remark });
            }
            Some(member) if is_kept => self.kept.push(member),
            _ => {
                let to = self.to.name;
                let name = kind.name();
                let help = format!("`--extra {name}=drop` removes it");
                let (gravity, code, help) = match member {
                    Some(_) => {
                        let help = format!("{help}, `--extra {name}=keep` keeps it");
                        (Gravity::Key, Code::ConvertExtraKey, help)
                    }
                    None => (Gravity::Content, Code::ConvertContent, help),
                };
                let message = format!("{to} cannot hold {what}; {help}");
                let remark = Remark { key, ..self.remark(code, at, message).about(kind) };
                self.obstacles.push(Obstacle { gravity, remark });
            }
        }
    }

    /// Returns true if all of a member is read elsewhere.
    fn is_used(&self, member: Member<'l>) -> bool {
        fn is_within(value: Raw<'_>, used: &[usize], line: &[u8]) -> bool {
            let mut parts = value.members().filter(|(_, value)| !value.is_null()).peekable();
            used.contains(&value.offset_in(line))
                || parts.peek().is_some() && parts.all(|(_, value)| is_within(value, used, line))
        }
        let key = member.key.text().unwrap_or_default();
        let leads_there = |steps: &&Vec<String>| steps.iter().any(|step| *step == key);
        let whole = self.whole();
        let used: Vec<usize> = self
            .fields
            .iter()
            .filter(leads_there)
            .filter_map(|steps| Some(whole.at(steps)?.offset_in(self.line)))
            .collect();
        !used.is_empty() && is_within(member.value, &used, self.line)
    }

    pub(super) fn cannot(&self, at: Raw<'_>, what: &str) -> Obstacle {
        self.content(at, &format!("{} cannot hold {what}", self.to.name))
    }

    pub(super) fn content(&self, at: Raw<'_>, message: &str) -> Obstacle {
        let remark = self.remark(Code::ConvertContent, at, message.to_owned());
        Obstacle { gravity: Gravity::Content, remark }
    }

    pub(super) fn remark(&self, code: Code, at: Raw<'_>, message: String) -> Remark {
        Remark::new(code, at.offset_in(self.line), message)
    }

    pub(super) fn drop(&mut self, kind: Option<Kind>, what: &str, at: Raw<'_>) {
        let remark = self.remark(Code::ConvertDropped, at, format!("{what} was removed"));
        self.remarks.push(Remark { kind, ..remark });
    }

    pub(super) fn refuse(&mut self, gravity: Gravity, code: Code, at: Raw<'_>, message: String) {
        let remark = self.remark(code, at, message);
        self.obstacles.push(Obstacle { gravity, remark });
    }
}
