//! Records by prompt, and which of them stay.

use std::collections::HashMap;

use bedload_record::Ordinal;
use rayon::prelude::*;

use super::{Action, Answered};

/// A record of which it is known what it asks and answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voter {
    pub(super) prompt: u64,
    pub(super) line: Ordinal,
    pub(super) answer: u64,
    pub(super) class: Option<usize>,
}

/// A prompt that records answer differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Its hash.
    pub prompt: u64,
    /// True for classification, where one answer at most is right.
    pub is_conflict: bool,
    /// Its answers, in the order of their first records.
    pub answers: Vec<OneAnswer>,
    /// The answer that more records have than any other.
    pub majority: Option<usize>,
    /// The answer of the last record.
    pub last: usize,
}

/// An answer to a prompt that has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneAnswer {
    /// Its hash.
    pub answer: u64,
    /// Its class, where it is one.
    pub class: Option<usize>,
    /// The records that give it, dropped exact duplicates included, in order.
    pub lines: Vec<Ordinal>,
}

impl Conflict {
    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.answers.iter().map(|answer| answer.lines.len() as u64).sum()
    }

    /// The part of the records that give the most frequent answer.
    pub fn majority_share(&self) -> f64 {
        let most = self.answers.iter().map(|answer| answer.lines.len()).max().unwrap_or(0);
        most as f64 / self.records() as f64
    }

    /// The entropy of the answers in bits: 0 where all agree, 1 where two are as frequent.
    pub fn entropy(&self) -> f64 {
        let records = self.records() as f64;
        let part = |answer: &OneAnswer| {
            let share = answer.lines.len() as f64 / records;
            -share * share.log2()
        };
        self.answers.iter().map(part).sum()
    }

    /// Whether the records with an answer stay; those of a variation always do.
    pub fn stays(&self, answer: usize, action: Action) -> bool {
        !self.is_conflict
            || match action {
                Action::Report => true,
                Action::Drop => false,
                Action::Majority => self.majority == Some(answer),
                Action::Last => self.last == answer,
            }
    }
}

/// All prompts that records answer differently, in the order of their first records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conflicts(pub Vec<Conflict>);

/// Finds the prompts that records answer differently, given for each record, in order, what it asks and answers, and its
/// class. Where `by_class`, the class of a record is its answer, if it has one.
pub fn find(
    lines: &[Ordinal],
    answered: &[Option<Answered>],
    classes: &[Option<usize>],
    by_class: bool,
) -> Conflicts {
    let voter = |((&line, answered), &class): ((&Ordinal, &Option<Answered>), &Option<usize>)| {
        let Answered { prompt, answer } = (*answered)?;
        let answer = class.filter(|_| by_class).map_or(answer, |class| class as u64);
        Some(Voter { prompt, line, answer, class })
    };
    let mut voters: Vec<Voter> = lines.iter().zip(answered).zip(classes).filter_map(voter).collect();
    voters.par_sort_unstable_by_key(|voter| (voter.prompt, voter.line));
    let families: Vec<&[Voter]> = voters.chunk_by(|a, b| a.prompt == b.prompt).collect();
    let mut found: Vec<Conflict> = families.into_par_iter().filter_map(conflict).collect();
    found.par_sort_unstable_by_key(|conflict| conflict.answers[0].lines[0]);
    Conflicts(found)
}

/// What the records of one prompt, in order, disagree about.
fn conflict(voters: &[Voter]) -> Option<Conflict> {
    if voters.iter().all(|voter| voter.answer == voters[0].answer) {
        return None;
    }
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut answers: Vec<OneAnswer> = Vec::new();
    let mut last = 0;
    for &Voter { line, answer, class, .. } in voters {
        last = *places.entry(answer).or_insert_with(|| {
            answers.push(OneAnswer { answer, class, lines: Vec::new() });
            answers.len() - 1
        });
        answers[last].lines.push(line);
    }
    let most = answers.iter().map(|answer| answer.lines.len()).max()?;
    let mut with_most = answers.iter().enumerate().filter(|(_, answer)| answer.lines.len() == most);
    let majority = with_most.next().map(|(nth, _)| nth).filter(|_| with_most.next().is_none());
    let is_conflict = answers.iter().any(|answer| answer.class.is_some());
    Some(Conflict { prompt: voters[0].prompt, is_conflict, answers, majority, last })
}
