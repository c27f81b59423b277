//! Reading the preference data of other tools: a prompt, or the turns before the answers, and the answers.

use std::cmp::Ordering;

use bedload_bedrock::preferences::{ANSWER_LISTS, ASKED, SCORE_LISTS, SCORES};
use bedload_bedrock::{Dialect, Format, FormatId};
use bedload_record::json::Raw;

use super::Remark;
use super::config::Pairs;
use super::conversation::{Aside, Candidate, Content, Conversation, Member, Turn};
use super::read::{Reader, rest};
use super::several::RECORDS_MAX;
use super::tools::{Declared, Form};
use crate::role::Role;

/// A member by its key.
type Named<'l> = (&'static str, Member<'l>);

impl<'l> Reader<'l> {
    /// Reads a record of a format whose answers are compared.
    pub(super) fn compared(&self, format: &Format) -> Result<Conversation<'l>, Remark> {
        let mut conversation = Conversation::default();
        let mut fields: Vec<Named<'l>> = Vec::new();
        for (key, value) in Raw::of_line(self.line).members() {
            let member = Member { key, value };
            let name = key.text().unwrap_or_default();
            let mut known = format.fields.iter().map(|field| field.key);
            match known.find(|known| *known == name) {
                Some(_) if value.is_null() => {}
                Some("tools") => conversation.declare(Declared { member, form: Form::Listed }),
                Some("system") => {
                    conversation.system.push(self.words(value, "system")?);
                    conversation.system_member = Some(member);
                }
                Some(known) => fields.push((known, member)),
                None => conversation.extra.push(member),
            }
        }
        let field =
            |key: &str| fields.iter().find(|(known, _)| *known == key).map(|(_, member)| member.value);
        let wanted = |key: &'static str| {
            let record = Raw::of_line(self.line);
            field(key).ok_or_else(|| self.source(record, format!("the key `{key}` is missing")))
        };
        match format.id {
            FormatId::OpenAiPreference => {
                let input = wanted("input")?;
                self.turns(Dialect::Chat, self.member(input, "messages")?, &mut conversation)?;
                for (key, value) in input.members() {
                    let member = Member { key, value };
                    match key.text().as_deref() {
                        Some("messages") => {}
                        Some("tools") => conversation.declare(Declared { member, form: Form::Listed }),
                        _ => conversation.asides.push(Aside::Key(key)),
                    }
                }
                self.answer(Dialect::Chat, true, wanted("preferred_output")?, &mut conversation)?;
                self.answer(Dialect::Chat, false, wanted("non_preferred_output")?, &mut conversation)?;
            }
            FormatId::ShareGptPreference => {
                self.turns(Dialect::ShareGpt, wanted("conversations")?, &mut conversation)?;
                self.answer(Dialect::ShareGpt, true, wanted("chosen")?, &mut conversation)?;
                self.answer(Dialect::ShareGpt, false, wanted("rejected")?, &mut conversation)?;
            }
            FormatId::MessagesPreference => {
                self.turns(Dialect::Chat, wanted("messages")?, &mut conversation)?;
                let rejected = ["rejected_response", "rejected_messages", "rejected"];
                let mut rejected = rejected.into_iter().filter_map(field);
                let first = rejected.next().ok_or_else(|| {
                    self.source(Raw::of_line(self.line), "there is no rejected answer".to_owned())
                })?;
                if let Some(second) = rejected.next() {
                    return Err(self.source(second, "there are two rejected answers".to_owned()));
                }
                if conversation.is_apart() {
                    let message = "a system message follows the answer that is preferred";
                    return Err(self.source(wanted("messages")?, message.to_owned()));
                }
                let last = conversation.turns.pop().filter(|turn| turn.role == Role::Assistant);
                let Some(Turn { parts, at, .. }) = last else {
                    let message = "the last of `messages` must be the answer that is preferred";
                    return Err(self.source(wanted("messages")?, message.to_owned()));
                };
                conversation.candidates.push(Candidate { is_preferred: true, parts, at });
                let skipped = shared(wanted("messages")?, first).len();
                let rejected = first.elements().skip(skipped).collect();
                self.rest_of_answer(Dialect::Chat, false, first, rejected, &mut conversation)?;
            }
            _ => self.trl(field("prompt"), wanted("chosen")?, wanted("rejected")?, &mut conversation)?,
        }
        Ok(conversation)
    }

    fn turns(
        &self,
        dialect: Dialect,
        list: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        if !list.is_array() {
            return Err(self.source(list, "the messages must be an array".to_owned()));
        }
        list.elements().try_for_each(|message| self.message(dialect, message, conversation))
    }

    /// `chosen` and `rejected` are answers, or whole conversations that begin alike: with the prompt, or as far as they
    /// have the same messages where there is none.
    fn trl(
        &self,
        prompt: Option<Raw<'l>>,
        chosen: Raw<'l>,
        rejected: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        let shared = shared(chosen, rejected);
        if prompt.is_none() && shared.is_empty() {
            let message = "there is no prompt: the two conversations do not begin alike";
            return Err(self.source(chosen, message.to_owned()));
        }
        let skipped = self.asked(prompt, shared, conversation)?;
        for (is_preferred, answer) in [(true, chosen), (false, rejected)] {
            let rest = answer.elements().skip(skipped).collect();
            self.rest_of_answer(Dialect::Chat, is_preferred, answer, rest, conversation)?;
        }
        Ok(())
    }

    /// Reads what comes before an answer, or before two: a prompt, and the messages that the answer begins with. Returns
    /// how many of these are no part of it.
    pub(super) fn asked(
        &self,
        prompt: Option<Raw<'l>>,
        before: Vec<Raw<'l>>,
        conversation: &mut Conversation<'l>,
    ) -> Result<usize, Remark> {
        let skipped = before.len();
        match prompt {
            Some(prompt) if prompt.is_array() => {
                self.turns(Dialect::Chat, prompt, conversation)?;
                let asked: Vec<Raw<'l>> = prompt.elements().collect();
                let is_again = before.len() >= asked.len()
                    && asked.iter().zip(&before).all(|(one, other)| one.bytes() == other.bytes());
                return Ok(if is_again { asked.len() } else { 0 });
            }
            Some(prompt) => {
                let words = self.words(prompt, "prompt")?;
                // A prompt beside whole conversations is what the first of them asks.
                before
                    .into_iter()
                    .try_for_each(|message| self.message(Dialect::Chat, message, conversation))?;
                let says = |turn: &Turn<'_>| match &turn.parts[..] {
                    [Content::Text(own)] => own.raw == words.raw,
                    _ => false,
                };
                if skipped == 0 {
                    conversation.turns.push(Turn::of(Role::User, words));
                } else if !conversation.turns.iter().any(|turn| turn.role == Role::User && says(turn)) {
                    let message = "`prompt` is not what the conversations ask";
                    return Err(self.source(prompt, message.to_owned()));
                }
            }
            None => {
                before
                    .into_iter()
                    .try_for_each(|message| self.message(Dialect::Chat, message, conversation))?;
            }
        }
        Ok(skipped)
    }

    /// An answer: a text, a message, or a list of one message.
    fn answer(
        &self,
        dialect: Dialect,
        is_preferred: bool,
        value: Raw<'l>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        self.rest_of_answer(dialect, is_preferred, value, value.elements().collect(), conversation)
    }

    /// The same, where a list of messages was cut to its rest.
    pub(super) fn rest_of_answer(
        &self,
        dialect: Dialect,
        is_preferred: bool,
        value: Raw<'l>,
        rest: Vec<Raw<'l>>,
        conversation: &mut Conversation<'l>,
    ) -> Result<(), Remark> {
        if value.string().is_some() {
            let parts = vec![Content::Text(self.words(value, "an answer")?)];
            conversation.candidates.push(Candidate { is_preferred, parts, at: value });
            return Ok(());
        }
        let message = match &rest[..] {
            _ if value.is_object() => value,
            &[message] => message,
            _ => {
                let message = "an answer must be a text, or one message after those that both answers share";
                return Err(self.source(value, message.to_owned()));
            }
        };
        let before = conversation.turns.len();
        self.message(dialect, message, conversation)?;
        match conversation.turns.pop() {
            Some(turn) if conversation.turns.len() == before && turn.role == Role::Assistant => {
                conversation.asides.extend(turn.marks.into_iter().map(Aside::Mark));
                conversation.candidates.push(Candidate { is_preferred, parts: turn.parts, at: message });
                Ok(())
            }
            _ => Err(self.source(message, "an answer must be the assistant's".to_owned())),
        }
    }

    /// Reads a prompt with a list of scored answers: the best one is preferred to the worst, or any to any that is worse.
    pub(super) fn scored(&self, pairs: Pairs) -> Result<Conversation<'l>, Remark> {
        let mut conversation = Conversation::default();
        let record = Raw::of_line(self.line);
        let find = |keys: &'static [&'static str]| {
            let mut found = keys.iter().filter_map(|key| Some((*key, record.get(key)?)));
            found.find(|(_, value): &(_, Raw<'_>)| !value.is_null())
        };
        let lacks = |what: &str| self.source(record, format!("the record has no {what}"));
        let (asked_key, asked) = find(ASKED).ok_or_else(|| lacks("prompt"))?;
        let (list_key, list) = find(ANSWER_LISTS).ok_or_else(|| lacks("list of answers"))?;
        let scores = find(SCORE_LISTS);
        if asked.is_array() {
            self.turns(Dialect::Chat, asked, &mut conversation)?;
        } else {
            conversation.turns.push(Turn::of(Role::User, self.words(asked, asked_key)?));
        }
        let used = [asked_key, list_key, scores.map_or("", |(key, _)| key)];
        for (key, value) in record.members() {
            if !key.text().is_some_and(|key| used.contains(&&*key)) {
                conversation.extra.push(Member { key, value });
            }
        }
        let answers: Vec<Raw<'l>> = list.elements().collect();
        let scores: Vec<Raw<'l>> = match scores {
            Some((_, scores)) => scores.elements().collect(),
            None => {
                answers.iter().filter_map(|answer| SCORES.iter().find_map(|key| answer.get(key))).collect()
            }
        };
        if scores.len() != answers.len() || answers.len() < 2 {
            let message = "there must be two answers or more, and a score for each";
            return Err(self.source(list, message.to_owned()));
        }
        let mut ranked = Vec::new();
        for (answer, score) in answers.iter().zip(&scores) {
            let number = std::str::from_utf8(score.bytes()).ok().and_then(|text| text.parse::<f64>().ok());
            // Minus zero is the same score as zero.
            let number = number.filter(|number| number.is_finite()).map(|number| number + 0.0);
            ranked.push((
                number.ok_or_else(|| self.source(*score, "a score must be a number".to_owned()))?,
                *answer,
            ));
        }
        let Some((best, worst)) = extremes(&ranked) else {
            return Err(self.source(list, "all answers have the same score, so none is preferred".to_owned()));
        };
        let pairs = match pairs {
            Pairs::One => vec![[best, worst]],
            Pairs::All => self.all_pairs(list, &ranked)?,
        };
        let mut texts = Vec::new();
        for (nth, (_, answer)) in ranked.iter().enumerate() {
            if !pairs.iter().flatten().any(|&used| used == nth) {
                conversation.asides.push(Aside::Answer(*answer));
                texts.push(Vec::new());
                continue;
            }
            let own = TEXTS.iter().find_map(|key| Some((*key, answer.get(key)?)));
            let (key, text) = own.unwrap_or(("", *answer));
            let known: Vec<&str> = SCORES.iter().copied().chain([key]).collect();
            rest(*answer, &known, &mut conversation.asides);
            texts.push(vec![Content::Text(self.words(text, "an answer")?)]);
        }
        let candidate = |nth: usize, is_preferred| Candidate {
            is_preferred,
            parts: texts[nth].clone(),
            at: ranked[nth].1,
        };
        let mut pairs =
            pairs.into_iter().map(|[better, worse]| [candidate(better, true), candidate(worse, false)]);
        conversation.candidates.extend(pairs.next().into_iter().flatten());
        conversation.more_pairs = pairs.collect();
        Ok(conversation)
    }

    /// All pairs of answers with different scores, the better one first: each answer in the order of the list, with those
    /// after it.
    fn all_pairs(&self, list: Raw<'l>, ranked: &[(f64, Raw<'l>)]) -> Result<Vec<[usize; 2]>, Remark> {
        let mut pairs = Vec::new();
        for (one, (score, _)) in ranked.iter().enumerate() {
            for (other, (its_score, _)) in ranked.iter().enumerate().skip(one + 1) {
                let better = match score.total_cmp(its_score) {
                    Ordering::Equal => continue,
                    Ordering::Greater => [one, other],
                    Ordering::Less => [other, one],
                };
                if pairs.len() == RECORDS_MAX {
                    let message = format!("these answers make more than {RECORDS_MAX} pairs");
                    return Err(self.source(list, message));
                }
                pairs.push(better);
            }
        }
        Ok(pairs)
    }
}

/// The best and the worst answer, the first of several; none where all are alike.
fn extremes(ranked: &[(f64, Raw<'_>)]) -> Option<(usize, usize)> {
    let (mut best, mut worst) = (0, 0);
    for (nth, (score, _)) in ranked.iter().enumerate() {
        best = if *score > ranked[best].0 { nth } else { best };
        worst = if *score < ranked[worst].0 { nth } else { worst };
    }
    (ranked[best].0 > ranked[worst].0).then_some((best, worst))
}

/// Keys of the text of a scored answer.
const TEXTS: &[&str] = &["text", "response", "answer", "completion", "output", "content"];

/// The messages that two conversations begin with, but for the last of either: that is its answer.
fn shared<'l>(one: Raw<'l>, other: Raw<'l>) -> Vec<Raw<'l>> {
    let most = one.elements().count().min(other.elements().count()).saturating_sub(1);
    let pairs = one.elements().zip(other.elements()).take(most);
    pairs.take_while(|(one, other)| one.bytes() == other.bytes()).map(|(one, _)| one).collect()
}
