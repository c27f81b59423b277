//! Records by prompt, and which of them stay.

use std::collections::HashMap;

use bedload_record::Ordinal;
use rayon::prelude::*;

use super::{Action, Answered};

/// What a record says where the labels of its prompt are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// Nothing: it has no label, and its answer cannot be taken for one.
    Abstains,
    /// A label that is none of the classes.
    Other,
    /// A class.
    Class(usize),
}

impl Vote {
    /// The vote of a record with a label, which is of a class or of none, or without.
    pub fn new(has_label: bool, class: Option<usize>) -> Self {
        match class {
            Some(class) => Self::Class(class),
            None if has_label => Self::Other,
            None => Self::Abstains,
        }
    }

    fn class(self) -> Option<usize> {
        match self {
            Self::Class(class) => Some(class),
            Self::Abstains | Self::Other => None,
        }
    }
}

/// A record of which it is known what it asks and answers.
#[derive(Clone, Copy, Debug)]
struct Voter {
    prompt: u64,
    line: Ordinal,
    answer: u64,
    vote: Vote,
}

impl Voter {
    /// What its answer is compared by: its class where labels are at a field, otherwise what it says.
    fn key(&self, by_class: bool) -> u64 {
        self.vote.class().filter(|_| by_class).map_or(self.answer, |class| class as u64)
    }
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
    /// The records that have no label where others have different ones. They are none of the above, and always stay.
    pub abstaining: Vec<Ordinal>,
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
/// vote. Where `by_class`, labels are at a field, and the class of a record is its answer, if it has one.
pub fn find(lines: &[Ordinal], answered: &[Option<Answered>], votes: &[Vote], by_class: bool) -> Conflicts {
    let voter = |((&line, answered), &vote): ((&Ordinal, &Option<Answered>), &Vote)| {
        let Answered { prompt, answer } = (*answered)?;
        Some(Voter { prompt, line, answer, vote })
    };
    let mut voters: Vec<Voter> = lines.iter().zip(answered).zip(votes).filter_map(voter).collect();
    voters.par_sort_unstable_by_key(|voter| (voter.prompt, voter.line));
    let families: Vec<&[Voter]> = voters.chunk_by(|a, b| a.prompt == b.prompt).collect();
    let mut found: Vec<Conflict> =
        families.into_par_iter().filter_map(|voters| disagreement(voters, by_class)).collect();
    found.par_sort_unstable_by_key(|conflict| conflict.answers[0].lines[0]);
    Conflicts(found)
}

/// What the records of one prompt, in order, disagree about: their labels, or else their answers.
fn disagreement(voters: &[Voter], by_class: bool) -> Option<Conflict> {
    if voters.iter().any(|voter| voter.vote.class().is_some()) {
        let (abstaining, voting): (Vec<Voter>, Vec<Voter>) =
            voters.iter().partition(|voter| voter.vote == Vote::Abstains);
        if let Some(conflict) = by_answer(&voting, |voter| voter.key(by_class)) {
            let abstaining = abstaining.iter().map(|voter| voter.line).collect();
            return Some(Conflict { is_conflict: true, abstaining, ..conflict });
        }
    }
    // One class at most is left. What has no label, and says the same as a record of the class, is the same answer.
    let of_class = voters.iter().filter(|voter| voter.key(by_class) != voter.answer);
    let keys: HashMap<u64, u64> = of_class.map(|voter| (voter.answer, voter.key(by_class))).collect();
    by_answer(voters, |voter| keys.get(&voter.answer).copied().unwrap_or_else(|| voter.key(by_class)))
}

/// Records of one prompt, in order, by their answers; none where all have the same.
fn by_answer(voters: &[Voter], key: impl Fn(&Voter) -> u64) -> Option<Conflict> {
    let first = voters.first()?;
    if voters.iter().all(|voter| key(voter) == key(first)) {
        return None;
    }
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut answers: Vec<OneAnswer> = Vec::new();
    let mut last = 0;
    for voter in voters {
        last = *places.entry(key(voter)).or_insert_with_key(|&answer| {
            answers.push(OneAnswer { answer, class: None, lines: Vec::new() });
            answers.len() - 1
        });
        let answer = &mut answers[last];
        answer.class = answer.class.or(voter.vote.class());
        answer.lines.push(voter.line);
    }
    let most = answers.iter().map(|answer| answer.lines.len()).max()?;
    let mut with_most = answers.iter().enumerate().filter(|(_, answer)| answer.lines.len() == most);
    let majority = with_most.next().map(|(nth, _)| nth).filter(|_| with_most.next().is_none());
    let prompt = first.prompt;
    Some(Conflict { prompt, is_conflict: false, answers, majority, last, abstaining: Vec::new() })
}
