//! Which result answers which call, and the ids that say so in the target format.

use std::borrow::Cow;
use std::collections::HashSet;

use bedload_record::json::{Raw, string_content};

use super::super::conversation::{Candidate, Content, Conversation, Turn};
use super::Call;
use crate::role::Role;

/// What a format allows as the id of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Names {
    /// Letters, digits, `_` and `-`, at most 64, each id once in a record: `ToolUseBlock` of the Converse API.
    Converse,
    /// Anything.
    Any,
}

/// The longest name or id that Converse takes, in characters.
const LENGTH_MAX: usize = 64;

impl Names {
    /// Returns true if the format takes this as the name of a tool, and in an id.
    pub(in super::super) fn take(self, raw: &[u8]) -> bool {
        let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
        match self {
            Self::Any => !raw.is_empty(),
            Self::Converse => {
                let text = string_content(raw);
                (1..=LENGTH_MAX).contains(&text.len()) && text.chars().all(is_plain)
            }
        }
    }
}

/// What is wrong with the calls and results of a conversation, and what was done to their ids.
#[derive(Debug, Default)]
pub(in super::super) struct Linked<'l> {
    /// Results without their calls, and the reverse.
    pub(in super::super) loose: Vec<(Raw<'l>, &'static str)>,
    /// Calls whose ids the format does not take.
    pub(in super::super) renamed: Vec<Raw<'l>>,
}

/// A call that waits for its result.
struct Waiting<'l> {
    /// As the record has it, decoded.
    own_id: Option<Cow<'l, str>>,
    name: Cow<'l, str>,
    /// As the target format has it.
    id: Cow<'l, [u8]>,
    at: Raw<'l>,
    is_answered: bool,
}

const NO_CALL: &str = "this tool result answers no call of the message before it";
const OTHER_NAME: &str = "this tool result names another tool than the call that it answers";
const NO_RESULT: &str = "this tool call has no result, though the conversation goes on";

/// Gives each call an id that the format takes, each result that of its call, and puts results in the order of their
/// calls. An id is kept where the format takes it; no two calls have the same one afterwards where it must be unique.
/// Linear in the conversation, but for the calls of one turn.
pub(in super::super) fn link<'l>(conversation: &mut Conversation<'l>, names: Names) -> Linked<'l> {
    let Conversation { turns, candidates, .. } = conversation;
    let mut linked = Linked::default();
    let mut ids = Ids::new(turns, candidates, names);
    let mut waiting: Vec<Waiting<'l>> = Vec::new();
    let lost = |waiting: &[Waiting<'l>], linked: &mut Linked<'l>| {
        let lost = waiting.iter().filter(|call| !call.is_answered);
        linked.loose.extend(lost.map(|call| (call.at, NO_RESULT)));
    };
    for turn in turns.iter_mut() {
        if turn.role == Role::Assistant {
            lost(&waiting, &mut linked);
            waiting.clear();
        }
        let mut answers = Vec::new();
        for part in &mut turn.parts {
            match part {
                Content::Call(call) => {
                    waiting.push(ids.call(call, &mut linked.renamed));
                }
                Content::Result(result) => {
                    let own_id = result.id.as_deref().map(string_content);
                    let name = result.name.as_deref().map(string_content);
                    let answers_it = |call: &Waiting<'_>| match (&own_id, &name) {
                        (Some(id), _) => call.own_id.as_ref() == Some(id),
                        (None, Some(name)) => call.name == *name,
                        (None, None) => true,
                    };
                    let nth = waiting.iter().position(|call| !call.is_answered && answers_it(call));
                    match nth {
                        Some(nth) => {
                            waiting[nth].is_answered = true;
                            if name.as_ref().is_some_and(|name| *name != waiting[nth].name) {
                                linked.loose.push((result.at, OTHER_NAME));
                            }
                            result.id = Some(waiting[nth].id.clone());
                            answers.push(nth);
                        }
                        None => linked.loose.push((result.at, NO_CALL)),
                    }
                }
                _ => {}
            }
        }
        if turn.role == Role::User {
            lost(&waiting, &mut linked);
            waiting.clear();
            sort_results(&mut turn.parts, &answers);
        }
    }
    if !candidates.is_empty() {
        lost(&waiting, &mut linked);
    }
    for part in candidates.iter_mut().flat_map(|candidate| &mut candidate.parts) {
        match part {
            Content::Call(call) => {
                ids.call(call, &mut linked.renamed);
            }
            Content::Result(result) => linked.loose.push((result.at, NO_CALL)),
            _ => {}
        }
    }
    linked
}

/// Puts the results of a turn in the order of the calls that they answer.
fn sort_results(parts: &mut [Content<'_>], answers: &[usize]) {
    let is_result = |part: &Content<'_>| matches!(part, Content::Result(_));
    if answers.is_sorted() || parts.iter().filter(|part| is_result(part)).count() != answers.len() {
        return;
    }
    let places: Vec<usize> = (0..parts.len()).filter(|&n| is_result(&parts[n])).collect();
    let mut order: Vec<usize> = (0..answers.len()).collect();
    order.sort_by_key(|&nth| answers[nth]);
    let sorted: Vec<Content<'_>> = order.iter().map(|&nth| parts[places[nth]].clone()).collect();
    for (place, part) in places.into_iter().zip(sorted) {
        parts[place] = part;
    }
}

/// The ids of a record's calls.
struct Ids {
    names: Names,
    /// Those that the record has, and those that were made.
    known: HashSet<String>,
    /// Those that calls have by now.
    used: HashSet<String>,
    made: usize,
}

impl Ids {
    fn new(turns: &[Turn<'_>], candidates: &[Candidate<'_>], names: Names) -> Self {
        let of_turns = turns.iter().flat_map(|turn| &turn.parts);
        let of_candidates = candidates.iter().flat_map(|candidate| &candidate.parts);
        let calls = of_turns.chain(of_candidates).filter_map(|part| match part {
            Content::Call(call) => call.id.as_deref(),
            _ => None,
        });
        let known = calls.map(|id| string_content(id).into_owned()).collect();
        Self { names, known, used: HashSet::new(), made: 0 }
    }

    /// Decides the id of a call, and lists the call where it had another.
    fn call<'l>(&mut self, call: &mut Call<'l>, renamed: &mut Vec<Raw<'l>>) -> Waiting<'l> {
        let own_id = call.id.as_deref().map(|id| Cow::Owned(string_content(id).into_owned()));
        let kept = call.id.take().filter(|id| {
            self.names.take(id)
                && (self.names == Names::Any || self.used.insert(string_content(id).into_owned()))
        });
        let id = kept.unwrap_or_else(|| {
            if own_id.is_some() {
                renamed.push(call.at);
            }
            Cow::Owned(self.new_id().into_bytes())
        });
        call.id = Some(id.clone());
        let name = Cow::Owned(string_content(&call.name).into_owned());
        Waiting { own_id, name, id, at: call.at, is_answered: false }
    }

    fn new_id(&mut self) -> String {
        loop {
            self.made += 1;
            let id = format!("call_{}", self.made);
            if self.known.insert(id.clone()) {
                return id;
            }
        }
    }
}
