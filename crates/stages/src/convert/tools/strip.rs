//! A conversation without its tools, for formats that have no place for them.

use std::borrow::Cow;

use bedload_bedrock::Answers;
use bedload_record::Code;
use bedload_record::json::Raw;

use super::super::conversation::{Candidate, Content, Conversation, RawText, Turn};
use super::super::extras::{Extra, Kind};
use super::super::obstacle::{Gravity, Obstacle};
use super::super::write::Writer;
use crate::role::Role;

/// A call, or a result, that was taken from a conversation.
struct Removed<'l> {
    what: &'static str,
    at: Raw<'l>,
}

impl<'l> Writer<'_, 'l> {
    /// Removes calls and results, and turns that say nothing else: dropped where what is left is a conversation that has
    /// its answer, or else refused. No two turns are made one.
    pub(in super::super) fn strip_tools(&mut self, conversation: &mut Conversation<'l>) {
        let mut removed = Vec::new();
        let is_answered_apart = is_answered_apart(conversation);
        let Conversation { turns, candidates, reminders, .. } = conversation;
        let mut strip = |parts: &mut Vec<Content<'l>>| {
            take_tools(parts, &mut removed) && !parts.iter().any(says_something)
        };
        let gone: Vec<bool> = turns.iter_mut().map(|turn| strip(&mut turn.parts)).collect();
        let is_compared = self.to.answers == Answers::Compared;
        // Of one that goes as a whole, the calls are nothing of their own.
        let candidates = candidates.iter_mut().filter(|one| is_compared || one.is_preferred);
        let mut silent: Vec<&mut Candidate<'l>> = Vec::new();
        for candidate in candidates {
            if strip(&mut candidate.parts) {
                silent.push(candidate);
            }
        }
        if removed.is_empty() {
            return;
        }
        let is_lost = !silent.is_empty() || !is_answered_apart && lacks_its_answer(turns, &gone);
        let why = if is_lost && self.has_answers() {
            Some("an answer would be lost")
        } else if is_torn(turns, &gone, is_answered_apart) {
            Some("two messages of one role would follow each other")
        } else {
            None
        };
        removed.iter().for_each(|one| self.without_tool(one, why));
        if why.is_some() {
            // The rest of the record is looked at as it is, with something in the place of each call.
            let candidates = silent.iter_mut().map(|one| (&mut one.parts, one.at));
            let gone = turns.iter_mut().zip(gone).filter(|(_, gone)| *gone);
            let gone = gone.map(|(turn, _)| (&mut turn.parts, turn.at));
            gone.chain(candidates).for_each(|(parts, at)| {
                parts.push(Content::Text(RawText { raw: Cow::Borrowed(b""), at }));
            });
            return;
        }
        let left = turns.iter().zip(&gone).filter(|(_, gone)| **gone).flat_map(|(turn, _)| &turn.parts);
        left.filter(|part| !matches!(part, Content::Text(_))).for_each(|part| self.unmapped_part(part));
        for reminder in reminders {
            reminder.after -= gone[..reminder.after.min(gone.len())].iter().filter(|gone| **gone).count();
        }
        let mut gone = gone.into_iter();
        turns.retain(|_| gone.next() == Some(false));
    }

    /// Drops a call or a result, or says why it cannot be.
    fn without_tool(&mut self, removed: &Removed<'l>, why: Option<&str>) {
        let &Removed { what, at } = removed;
        let to = self.to.name;
        let message = match why {
            None if self.extras.of(Kind::ToolCalls) == Extra::Drop => {
                return self.drop(Some(Kind::ToolCalls), what, at);
            }
            None => format!(
                "{to} cannot hold {what}; `--extra {}=drop` removes calls, results and tools",
                Kind::ToolCalls.name()
            ),
            Some(why) => format!("{to} cannot hold {what}, and without the tool calls {why}"),
        };
        let remark = self.remark(Code::ConvertContent, at, message).about(Kind::ToolCalls);
        self.obstacles.push(Obstacle { gravity: Gravity::Tools, remark });
    }
}

/// Takes calls and results out of what a message contains; returns whether there were some.
fn take_tools<'l>(parts: &mut Vec<Content<'l>>, removed: &mut Vec<Removed<'l>>) -> bool {
    let before = removed.len();
    parts.retain(|part| {
        let what = match part {
            Content::Call(_) => "a tool call",
            Content::Result(_) => "the result of a tool call",
            _ => return true,
        };
        removed.push(Removed { what, at: part.at() });
        false
    });
    removed.len() > before
}

/// Returns true for text that is not blank.
fn says_something(part: &Content<'_>) -> bool {
    matches!(part, Content::Text(words) if !words.raw.trim_ascii().is_empty())
}

/// Returns true if the conversation ended with answers of which none is left.
fn lacks_its_answer(turns: &[Turn<'_>], gone: &[bool]) -> bool {
    let last = turns.iter().zip(gone).rev().take_while(|(_, gone)| **gone);
    last.into_iter().any(|(turn, _)| turn.role == Role::Assistant)
}

/// Returns true if the answer comes after the turns, and is none of them.
fn is_answered_apart(conversation: &Conversation<'_>) -> bool {
    let waits = conversation.turns.last().is_some_and(|turn| turn.role == Role::User);
    let has_text = conversation.reference.is_some_and(|member| member.value.string().is_some());
    !conversation.candidates.is_empty() || waits && has_text
}

/// Returns true if two turns of one role follow each other that did not before.
fn is_torn(turns: &[Turn<'_>], gone: &[bool], is_answered_apart: bool) -> bool {
    let left = turns.iter().zip(gone).enumerate().filter(|(_, (_, gone))| !**gone);
    let answer = is_answered_apart.then_some((turns.len(), Role::Assistant));
    let left: Vec<(usize, Role)> = left.map(|(nth, (turn, _))| (nth, turn.role)).chain(answer).collect();
    left.windows(2).any(|pair| pair[0].0 + 1 < pair[1].0 && pair[0].1 == pair[1].1)
}
