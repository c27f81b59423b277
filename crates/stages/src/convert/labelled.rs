//! Reading answers that a label calls good or bad, as trainers of KTO take them.

use bedload_bedrock::preferences::{ANSWERED, ASKED, LABELS};
use bedload_bedrock::{Answers, Dialect, Format};
use bedload_record::Code;
use bedload_record::json::Raw;

use super::Remark;
use super::config::Pairs;
use super::conversation::{Aside, Candidate, Conversation, Member, Turn};
use super::read::{Reader, record};
use super::tools::{Declared, Form};
use crate::role::Role;

impl<'l> Reader<'l> {
    /// Reads a prompt, its answer and the label of that. The answer is the only candidate; or, where answers are not
    /// compared, the last turn, and the label says whether it is learned.
    pub(super) fn labelled(&self, to: &Format) -> Result<Conversation<'l>, Remark> {
        let mut conversation = self.labelled_turns(to)?;
        let label = self.label(&mut conversation)?;
        let is_good = verdict(label.value) == Some(true);
        if to.answers == Answers::Compared {
            let Turn { parts, marks, at, .. } = conversation.turns.pop().expect("it ends with the answer");
            conversation.asides.extend(marks.into_iter().map(Aside::Mark));
            conversation.candidates.push(Candidate { is_preferred: is_good, parts, at });
            return Ok(conversation);
        }
        if !is_good && to.answers != Answers::None {
            let does = match to.answers {
                Answers::Graded | Answers::Reference => "would compare others with",
                _ => "would teach",
            };
            let message = format!(
                "the label calls this answer a bad one, which {} {does}; a preference format takes it as the answer that \
                 is not preferred",
                to.name
            );
            return Err(Remark { code: Code::ConvertWeight, ..self.source(label.key, message) });
        }
        // A grader is handed all keys; elsewhere a label says no more than that the answer is learned.
        if to.hands_over_all_keys() {
            conversation.extra.push(label);
        }
        Ok(conversation)
    }

    /// A conversation that ends with the answer.
    fn labelled_turns(&self, to: &Format) -> Result<Conversation<'l>, Remark> {
        let whole = Raw::of_line(self.line);
        let has = |key: &str| whole.get(key).is_some_and(|value| !value.is_null());
        let base = match () {
            () if has("messages") && has("system") => Some("anthropic-messages"),
            () if has("messages") => Some("openai-chat"),
            () if has("conversations") => Some("sharegpt"),
            () if has("instruction") && has("output") => Some("alpaca"),
            () => None,
        };
        let Some(base) = base else { return self.labelled_pair() };
        let format = Format::from_any_name(base).expect("one of the table");
        let conversation = record(format, self.line, to, Pairs::One)?;
        let is_answered = conversation.turns.last().is_some_and(|turn| turn.role == Role::Assistant);
        if !is_answered || conversation.is_apart() {
            let message = "the last message must be the answer that the label is about";
            return Err(self.source(whole, message.to_owned()));
        }
        if conversation.turns.len() == 1 {
            return Err(self.source(whole, "there is no prompt before the answer".to_owned()));
        }
        Ok(conversation)
    }

    /// A prompt and an answer, each a text or a list of messages.
    fn labelled_pair(&self) -> Result<Conversation<'l>, Remark> {
        let whole = Raw::of_line(self.line);
        let given = |key: &&str| whole.get(key).is_some_and(|value| !value.is_null());
        let asked_key = ASKED.iter().find(|key| given(key));
        let Some(answer_key) = ANSWERED.iter().find(|key| given(key)) else {
            return Err(self.source(whole, "the record has no answer".to_owned()));
        };
        let (mut conversation, mut prompt, mut answer) = (Conversation::default(), None, whole);
        for (key, value) in whole.members() {
            let member = Member { key, value };
            let name = key.text().unwrap_or_default();
            match &*name {
                _ if value.is_null() => {}
                name if asked_key.is_some_and(|key| *key == name) => prompt = Some(value),
                name if name == *answer_key => answer = value,
                "tools" => conversation.declare(Declared { member, form: Form::Listed }),
                "system" => {
                    conversation.system.push(self.words(value, "system")?);
                    conversation.system_member = Some(member);
                }
                _ => conversation.extra.push(member),
            }
        }
        let messages: Vec<Raw<'l>> = answer.elements().collect();
        let before = messages[..messages.len().saturating_sub(1)].to_vec();
        if prompt.is_none() && before.is_empty() {
            return Err(self.source(whole, "the record has no prompt".to_owned()));
        }
        let skipped = self.asked(prompt, before, &mut conversation)?;
        let rest = messages.into_iter().skip(skipped).collect();
        self.rest_of_answer(Dialect::Chat, true, answer, rest, &mut conversation)?;
        let Candidate { parts, at, .. } = conversation.candidates.pop().expect("it was just read");
        conversation.turns.push(Turn { role: Role::Assistant, parts, marks: Vec::new(), at });
        Ok(conversation)
    }

    /// Takes out the label: the first key of those that may be one and says yes or no.
    fn label(&self, conversation: &mut Conversation<'l>) -> Result<Member<'l>, Remark> {
        let at = LABELS.iter().find_map(|label| {
            conversation.extra.iter().position(|member| {
                verdict(member.value).is_some() && member.key.text().is_some_and(|key| key == *label)
            })
        });
        if let Some(at) = at {
            return Ok(conversation.extra.remove(at));
        }
        let whole = Raw::of_line(self.line);
        let given = LABELS.iter().find_map(|label| whole.get(label));
        let message =
            if given.is_some() { "the label must be true or false" } else { "the key `label` is missing" };
        Err(self.source(given.unwrap_or(whole), message.to_owned()))
    }
}

/// What a label says of its answer: as a boolean, or as tables of text have it.
fn verdict(label: Raw<'_>) -> Option<bool> {
    let text = label.string().unwrap_or(label.bytes());
    match text.trim_ascii().to_ascii_lowercase().as_slice() {
        b"true" | b"1" => Some(true),
        b"false" | b"0" => Some(false),
        _ => None,
    }
}
