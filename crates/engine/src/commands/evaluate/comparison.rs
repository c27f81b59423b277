//! Two models on the same prompts: which predictions belong together, and whether one model is better.

use std::cmp::Ordering;

use bedload_metrics::bootstrap::{self, Difference, PackedScores, Resampling};
use bedload_metrics::confusion::{Confusion, Scores};
use bedload_metrics::mcnemar::{self, McNemar};
use bedload_metrics::text::TextScores;

use super::Task;
use super::predictions::Predictions;

/// What two models have in common, and how they differ.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Prompts that both were asked, and that have the same reference in both files.
    pub matched: u64,
    /// Predictions of the first file without a counterpart.
    pub unmatched: u64,
    /// Predictions of the other file without a counterpart.
    pub unmatched_against: u64,
    /// Prompts of both files that have another reference in each; they are not compared.
    pub other_reference: u64,
    /// Every score of both, over the matched prompts.
    pub scores: Vec<ComparedScore>,
}

/// One score of two models.
#[derive(Clone, Copy, Debug)]
pub struct ComparedScore {
    /// Its name.
    pub name: &'static str,
    /// That of the first model.
    pub value: f64,
    /// That of the other.
    pub against: f64,
    /// How sure the difference is; none without resamples.
    pub difference: Option<Difference>,
    /// The exact test, for scores that are a share of records that are right.
    pub mcnemar: Option<McNemar>,
    /// Mean difference of a record in units of its standard deviation (Cohen's d), for means of records.
    pub d: Option<f64>,
}

impl ComparedScore {
    /// The p-value: of the exact test where there is one, and else of the paired bootstrap.
    pub fn p(&self) -> Option<f64> {
        self.mcnemar.map(|test| test.p).or(self.difference.map(|difference| difference.p))
    }

    /// What the p-value is of.
    pub fn test(&self) -> Option<&'static str> {
        self.p().map(|_| if self.mcnemar.is_some() { "mcnemar" } else { "paired-bootstrap" })
    }
}

/// Rows of two files that belong together.
struct Pairing {
    pairs: Vec<(usize, usize)>,
    other_reference: u64,
}

/// Pairs predictions of the same prompt; among several of the same prompt the first with the first, and so on.
fn pair(first: &Predictions, second: &Predictions) -> Pairing {
    let order = |of: &Predictions| {
        let mut rows: Vec<usize> = (0..of.prompts.len()).collect();
        rows.sort_by_key(|&row| (of.prompts[row], row));
        rows
    };
    let (ours, theirs) = (order(first), order(second));
    let (mut at, mut other) = (0, 0);
    let mut pairing = Pairing { pairs: Vec::new(), other_reference: 0 };
    while let (Some(&our), Some(&their)) = (ours.get(at), theirs.get(other)) {
        match first.prompts[our].cmp(&second.prompts[their]) {
            Ordering::Less => at += 1,
            Ordering::Greater => other += 1,
            Ordering::Equal => {
                if first.truths[our] == second.truths[their] {
                    pairing.pairs.push((our, their));
                } else {
                    pairing.other_reference += 1;
                }
                at += 1;
                other += 1;
            }
        }
    }
    // Resamples draw by position, which must not depend on digests.
    pairing.pairs.sort_unstable();
    pairing
}

/// Compares the first file with the second.
pub(super) fn compare(task: Task, first: &Predictions, second: &Predictions, how: Resampling) -> Comparison {
    let Pairing { pairs, other_reference } = pair(first, second);
    let scores = match task {
        Task::Classification => of_labels(first, second, &pairs, how),
        Task::Generation => of_texts(first, second, &pairs, how),
    };
    let matched = pairs.len() as u64;
    Comparison {
        matched,
        unmatched: first.scored - matched - other_reference,
        unmatched_against: second.scored - matched - other_reference,
        other_reference,
        scores,
    }
}

fn of_labels(
    first: &Predictions,
    second: &Predictions,
    pairs: &[(usize, usize)],
    how: Resampling,
) -> Vec<ComparedScore> {
    let references: Vec<u32> = pairs.iter().map(|&(our, _)| first.references[our]).collect();
    let ours: Vec<u32> = pairs.iter().map(|&(our, _)| first.answers[our]).collect();
    let theirs: Vec<u32> = pairs.iter().map(|&(_, their)| second.answers[their]).collect();
    let right = |predictions: &[u32]| -> Vec<bool> {
        predictions.iter().zip(&references).map(|(prediction, reference)| prediction == reference).collect()
    };
    let accuracy = test(right(&ours).into_iter().zip(right(&theirs)));
    let (ours, theirs) = (Confusion::new(&references, &ours), Confusion::new(&references, &theirs));
    let differences = bootstrap::between_classes(&ours, &theirs, how);
    let values = ours.scores().values().into_iter().zip(theirs.scores().values());
    let named = Scores::NAMES.into_iter().zip(values).enumerate();
    let score = |(n, (name, (value, against)))| ComparedScore {
        name,
        value,
        against,
        difference: differences.map(|all: [Difference; 7]| all[n]),
        mcnemar: (n == 0).then_some(accuracy),
        d: None,
    };
    named.map(score).collect()
}

fn of_texts(
    first: &Predictions,
    second: &Predictions,
    pairs: &[(usize, usize)],
    how: Resampling,
) -> Vec<ComparedScore> {
    let (mut ours, mut theirs) = (PackedScores::default(), PackedScores::default());
    for &(our, their) in pairs {
        ours.push(&first.scores[our]);
        theirs.push(&second.scores[their]);
    }
    let differences = bootstrap::between_texts(&ours, &theirs, how);
    let both = || pairs.iter().map(|&(our, their)| (&first.scores[our], &second.scores[their]));
    let is_right: [fn(&TextScores) -> bool; 2] = [|scores| scores.exact, |scores| scores.exact_normalized];
    let n = pairs.len() as f64;
    let score = |(at, name): (usize, &'static str)| {
        let sum = |side: fn((&TextScores, &TextScores)) -> TextScores| {
            both().map(|pair| side(pair).values()[at]).sum::<f64>()
        };
        let (value, against) = (sum(|(our, _)| *our) / n, sum(|(_, their)| *their) / n);
        let less = || both().map(|(our, their)| our.values()[at] - their.values()[at]);
        let mean = less().sum::<f64>() / n;
        let variance = less().map(|less| (less - mean) * (less - mean)).sum::<f64>() / (n - 1.0);
        ComparedScore {
            name,
            value,
            against,
            difference: differences.map(|all: [Difference; 4]| all[at]),
            mcnemar: is_right
                .get(at)
                .map(|is_right| test(both().map(|(our, their)| (is_right(our), is_right(their))))),
            d: (at >= is_right.len() && variance > 0.0).then(|| mean / variance.sqrt()),
        }
    };
    if pairs.is_empty() {
        return Vec::new();
    }
    TextScores::NAMES.into_iter().enumerate().map(score).collect()
}

fn test(right: impl Iterator<Item = (bool, bool)>) -> McNemar {
    let (mut only_first, mut only_second) = (0, 0);
    for (ours, theirs) in right {
        only_first += u64::from(ours && !theirs);
        only_second += u64::from(theirs && !ours);
    }
    mcnemar::exact(only_first, only_second)
}
