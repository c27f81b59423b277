//! Scores of classification, from how often each reference label met each predicted one.

/// How often a prediction met a reference, as numbers of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The label that is right.
    pub reference: u32,
    /// The label that was predicted.
    pub prediction: u32,
}

/// Pairs of reference and prediction: each different pair once, and which of them each record has.
#[derive(Clone, Debug, Default)]
pub struct Confusion {
    cells: Vec<Cell>,
    counts: Vec<u64>,
    /// For each record, the index of its cell.
    of_record: Vec<u32>,
    n_labels: usize,
}

/// Scores of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassScores {
    /// Records whose reference it is.
    pub support: u64,
    /// Records for which it was predicted.
    pub predicted: u64,
    /// Records of both kinds.
    pub correct: u64,
    /// Share of the records for which it was predicted that have it; 0 where it was never predicted.
    pub precision: f64,
    /// Share of the records that have it for which it was predicted; 0 where no record has it.
    pub recall: f64,
    /// Harmonic mean of the two; 0 where both are.
    pub f1: f64,
}

/// The scores of a classification. Averages are over all labels of references and predictions, as in scikit-learn:
/// `macro` weighs labels alike, `weighted` by the records that have them. A score without a denominator is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Share of the records that were predicted right.
    pub accuracy: f64,
    /// Precision, weighted by support.
    pub precision_weighted: f64,
    /// Recall, weighted by support.
    pub recall_weighted: f64,
    /// F1, weighted by support.
    pub f1_weighted: f64,
    /// Mean precision of the labels.
    pub precision_macro: f64,
    /// Mean recall of the labels.
    pub recall_macro: f64,
    /// Mean F1 of the labels.
    pub f1_macro: f64,
}

impl Scores {
    /// The names of the scores, in the order of [`Scores::values`].
    pub const NAMES: [&'static str; 7] = [
        "accuracy",
        "precision_weighted",
        "recall_weighted",
        "f1_weighted",
        "precision_macro",
        "recall_macro",
        "f1_macro",
    ];

    /// The scores in the order of [`Scores::NAMES`].
    pub fn values(&self) -> [f64; 7] {
        let Self {
            accuracy,
            precision_weighted,
            recall_weighted,
            f1_weighted,
            precision_macro,
            recall_macro,
            f1_macro,
        } = *self;
        [accuracy, precision_weighted, recall_weighted, f1_weighted, precision_macro, recall_macro, f1_macro]
    }
}

impl Confusion {
    /// The pairs of records, whose labels are numbered from 0. Memory is 4 bytes a record, and more for each different
    /// pair.
    ///
    /// # Panics
    /// Where the two differ in length.
    pub fn new(references: &[u32], predictions: &[u32]) -> Self {
        assert_eq!(references.len(), predictions.len(), "a prediction for each reference");
        let pairs = || {
            references.iter().zip(predictions).map(|(&reference, &prediction)| Cell { reference, prediction })
        };
        let n_labels = pairs().map(|cell| cell.reference.max(cell.prediction) as usize + 1).max();
        let mut numbers = hashbrown::HashTable::new();
        let hash = |cell: &Cell| {
            let packed = (u64::from(cell.reference) << 32) | u64::from(cell.prediction);
            twox_hash::XxHash3_64::oneshot(&packed.to_le_bytes())
        };
        let mut cells: Vec<Cell> = Vec::new();
        let mut counts: Vec<u64> = Vec::new();
        let of_record = pairs()
            .map(|cell| {
                let hash_of = |&at: &u32| hash(&cells[at as usize]);
                let entry = numbers.entry(hash(&cell), |&at: &u32| cells[at as usize] == cell, hash_of);
                let at = match entry {
                    hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
                    hashbrown::hash_table::Entry::Vacant(new) => {
                        let at = cells.len() as u32;
                        new.insert(at);
                        cells.push(cell);
                        counts.push(0);
                        at
                    }
                };
                counts[at as usize] += 1;
                at
            })
            .collect();
        Self { cells, counts, of_record, n_labels: n_labels.unwrap_or(0) }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        self.of_record.len()
    }

    /// One more than the largest number of a label.
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// The different pairs with how many records have each, in order of first appearance.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.cells.iter().copied().zip(self.counts.iter().copied())
    }

    /// The index of each record's pair.
    pub(crate) fn of_record(&self) -> &[u32] {
        &self.of_record
    }

    /// How many different pairs there are.
    pub(crate) fn n_cells(&self) -> usize {
        self.cells.len()
    }

    /// The scores of all labels, by number; a label that no record has or was given has zeros.
    pub fn classes(&self) -> Vec<ClassScores> {
        let mut classes = vec![ClassScores::default(); self.n_labels];
        self.count_into(&mut classes, &self.counts);
        for class in &mut classes {
            let ClassScores { support, predicted, correct, .. } = *class;
            class.precision = ratio(correct, predicted);
            class.recall = ratio(correct, support);
            class.f1 = ratio(2 * correct, support + predicted);
        }
        classes
    }

    /// The scores of the whole.
    pub fn scores(&self) -> Scores {
        self.scores_of(&self.counts, &mut Vec::new())
    }

    /// The scores, were the pairs as often as `counts` says. Linear in pairs and labels.
    pub(crate) fn scores_of(&self, counts: &[u64], classes: &mut Vec<ClassScores>) -> Scores {
        classes.clear();
        classes.resize(self.n_labels, ClassScores::default());
        self.count_into(classes, counts);
        let (mut records, mut right, mut present) = (0u64, 0u64, 0u64);
        let mut sums = Scores::default();
        for &ClassScores { support, predicted, correct, .. } in &*classes {
            if support + predicted == 0 {
                continue;
            }
            let (precision, recall) = (ratio(correct, predicted), ratio(correct, support));
            let f1 = ratio(2 * correct, support + predicted);
            records += support;
            right += correct;
            present += 1;
            sums.precision_macro += precision;
            sums.recall_macro += recall;
            sums.f1_macro += f1;
            sums.precision_weighted += precision * support as f64;
            sums.recall_weighted += recall * support as f64;
            sums.f1_weighted += f1 * support as f64;
        }
        let mean = |sum: f64, n: u64| if n == 0 { 0.0 } else { sum / n as f64 };
        Scores {
            accuracy: ratio(right, records),
            precision_weighted: mean(sums.precision_weighted, records),
            recall_weighted: mean(sums.recall_weighted, records),
            f1_weighted: mean(sums.f1_weighted, records),
            precision_macro: mean(sums.precision_macro, present),
            recall_macro: mean(sums.recall_macro, present),
            f1_macro: mean(sums.f1_macro, present),
        }
    }

    fn count_into(&self, classes: &mut [ClassScores], counts: &[u64]) {
        for (cell, &n) in self.cells.iter().zip(counts) {
            classes[cell.reference as usize].support += n;
            classes[cell.prediction as usize].predicted += n;
            if cell.reference == cell.prediction {
                classes[cell.reference as usize].correct += n;
            }
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(references: &[u32], predictions: &[u32], expect: Expect) {
        let confusion = Confusion::new(references, predictions);
        let mut shown = String::new();
        for (name, value) in Scores::NAMES.iter().zip(confusion.scores().values()) {
            shown += &format!("{name} {value:.4}\n");
        }
        for (number, class) in confusion.classes().iter().enumerate() {
            let ClassScores { support, predicted, correct, precision, recall, f1 } = class;
            shown +=
                &format!("{number}: {support}/{predicted}/{correct} {precision:.3} {recall:.3} {f1:.3}\n");
        }
        expect.assert_eq(&shown);
    }

    #[test]
    fn labels_are_those_of_both_sides_and_nothing_is_divided_by_zero() {
        // 2 is predicted and never right; 1 is never predicted.
        check(
            &[0, 0, 0, 1],
            &[0, 0, 2, 2],
            expect![[r#"
                accuracy 0.5000
                precision_weighted 0.7500
                recall_weighted 0.5000
                f1_weighted 0.6000
                precision_macro 0.3333
                recall_macro 0.2222
                f1_macro 0.2667
                0: 3/2/2 1.000 0.667 0.800
                1: 1/0/0 0.000 0.000 0.000
                2: 0/2/0 0.000 0.000 0.000
            "#]],
        );
    }

    #[test]
    fn without_records_all_is_zero() {
        assert_eq!(Confusion::new(&[], &[]).scores(), Scores::default());
    }
}
