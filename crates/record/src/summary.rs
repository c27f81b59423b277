//! Numbers about a run: what became of its records, and exact quantiles of small integers.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use read::SummaryNumber;

use crate::verdict::Reason;
use crate::{Bin, Code, Distributions, PairLengths, Side, Tokens, Verdict};

/// What became of the records. `read` is the sum of `rejected`, `duplicates`, `unselected`, `train`, `validation` and
/// `test`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Lines of all inputs.
    pub read: u64,
    /// Lines with an error.
    pub rejected: u64,
    /// Records that equal another one, or nearly do.
    pub duplicates: u64,
    /// Those of them that only nearly do.
    #[serde(default)]
    pub near_duplicates: u64,
    /// Valid records that were not chosen.
    pub unselected: u64,
    /// Those of them that were not because enough others of their class were.
    #[serde(default)]
    pub capped: u64,
    /// Those of them that answer their prompt otherwise than others do.
    #[serde(default)]
    pub conflicting: u64,
    /// Those of them that have text in common with evaluation data.
    #[serde(default)]
    pub contaminated: u64,
    /// Input records in the training set.
    pub train: u64,
    /// Input records in the validation set.
    pub validation: u64,
    /// Input records in the test set.
    #[serde(default)]
    pub test: u64,
    /// Variants written in addition: the training set has `train` + `variants` lines.
    #[serde(default)]
    pub variants: u64,
}

impl Counts {
    /// Counts a verdict.
    pub fn add(&mut self, verdict: Verdict) {
        self.read += 1;
        match verdict.reason() {
            Some(Reason::ClassCap) => self.capped += 1,
            Some(Reason::Conflict) => self.conflicting += 1,
            Some(Reason::Contamination) => self.contaminated += 1,
            Some(Reason::Selection | Reason::Blank) | None => {}
        }
        *match verdict {
            Verdict::Rejected => &mut self.rejected,
            Verdict::Duplicate => &mut self.duplicates,
            Verdict::Unselected
            | Verdict::Capped
            | Verdict::Conflicting
            | Verdict::Contaminated
            | Verdict::Blank => &mut self.unselected,
            Verdict::Kept(Side::Train) => &mut self.train,
            Verdict::Kept(Side::Validation) => &mut self.validation,
            Verdict::Kept(Side::Test) => &mut self.test,
        } += 1;
    }

    /// The counts of two sets of lines together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            read: self.read + other.read,
            rejected: self.rejected + other.rejected,
            duplicates: self.duplicates + other.duplicates,
            near_duplicates: self.near_duplicates + other.near_duplicates,
            unselected: self.unselected + other.unselected,
            capped: self.capped + other.capped,
            conflicting: self.conflicting + other.conflicting,
            contaminated: self.contaminated + other.contaminated,
            train: self.train + other.train,
            validation: self.validation + other.validation,
            test: self.test + other.test,
            variants: self.variants + other.variants,
        }
    }

    /// Each number by the name that it has in long form, where its scope is a part of the records.
    fn named(&self) -> [(&'static str, u64); 12] {
        [
            ("records_read", self.read),
            ("records_rejected", self.rejected),
            ("records_duplicate", self.duplicates),
            ("records_near_duplicate", self.near_duplicates),
            ("records_unselected", self.unselected),
            ("records_unselected_class_cap", self.capped),
            ("records_unselected_conflict", self.conflicting),
            ("records_unselected_contamination", self.contaminated),
            ("records_train", self.train),
            ("records_validation", self.validation),
            ("records_test", self.test),
            ("variants", self.variants),
        ]
    }

    /// The number that has this name in long form.
    fn number_mut(&mut self, name: &str) -> Option<&mut u64> {
        Some(match name {
            "records_read" => &mut self.read,
            "records_rejected" => &mut self.rejected,
            "records_duplicate" => &mut self.duplicates,
            "records_near_duplicate" => &mut self.near_duplicates,
            "records_unselected" => &mut self.unselected,
            "records_unselected_class_cap" => &mut self.capped,
            "records_unselected_conflict" => &mut self.conflicting,
            "records_unselected_contamination" => &mut self.contaminated,
            "records_train" => &mut self.train,
            "records_validation" => &mut self.validation,
            "records_test" => &mut self.test,
            "variants" => &mut self.variants,
            _ => return None,
        })
    }

    /// Returns true if every record has become exactly one thing.
    pub fn add_up(&self) -> bool {
        let parts = [self.rejected, self.duplicates, self.unselected, self.train, self.validation, self.test];
        // The counts of a forged manifest can be any, so that their sum needs room.
        u128::from(self.read) == parts.map(u128::from).iter().sum()
    }
}

/// Tokens of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideTokens {
    /// Tokens of the training set, variants included.
    pub train: u64,
    /// Tokens of the validation set.
    pub validation: u64,
    /// Tokens of the test set.
    #[serde(default)]
    pub test: u64,
}

/// How often each value occurred: dense below a bound, sorted pairs above it.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    dense: Vec<u64>,
    sparse: BTreeMap<u64, u64>,
    count: u64,
    sum: u64,
}

const DENSE: u64 = 1 << 16;

impl Histogram {
    /// Adds a value.
    pub fn add(&mut self, value: u64) {
        self.count += 1;
        self.sum += value;
        if value < DENSE {
            if self.dense.is_empty() {
                self.dense.resize(DENSE as usize, 0);
            }
            self.dense[value as usize] += 1;
        } else {
            *self.sparse.entry(value).or_default() += 1;
        }
    }

    /// Adds the values of another one.
    pub fn absorb(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        if self.dense.is_empty() {
            self.dense = other.dense;
        } else {
            self.dense.iter_mut().zip(other.dense).for_each(|(n, more)| *n += more);
        }
        other.sparse.into_iter().for_each(|(value, n)| *self.sparse.entry(value).or_default() += n);
    }

    /// The smallest value that at least `percent` per cent of the values do not exceed.
    fn at(&self, percent: u64) -> u64 {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let dense = self.dense.iter().enumerate().map(|(value, &n)| (value as u64, n));
        let sparse = self.sparse.iter().map(|(&value, &n)| (value, n));
        let mut seen = 0;
        for (value, n) in dense.chain(sparse) {
            seen += n;
            if seen >= rank {
                return value;
            }
        }
        0
    }

    /// How many values are in each bin that has any, in order.
    pub fn bins(&self) -> Vec<(Bin, u64)> {
        let dense = self.dense.iter().enumerate().map(|(value, &n)| (value as u64, n));
        let sparse = self.sparse.iter().map(|(&value, &n)| (value, n));
        let mut bins: Vec<(Bin, u64)> = Vec::new();
        for (value, n) in dense.chain(sparse).filter(|(_, n)| *n > 0) {
            match bins.last_mut() {
                Some((bin, records)) if *bin == Bin::of(value) => *records += n,
                _ => bins.push((Bin::of(value), n)),
            }
        }
        bins
    }

    /// The quantiles of all values that were added.
    pub fn quantiles(&self) -> Quantiles {
        if self.count == 0 {
            return Quantiles::default();
        }
        Quantiles {
            count: self.count,
            sum: self.sum,
            p50: self.at(50),
            p90: self.at(90),
            p99: self.at(99),
            max: self.at(100),
        }
    }
}

/// Summary of a distribution. All zero where nothing was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// The median: the smallest value that half of the values do not exceed.
    pub p50: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The largest value.
    pub max: u64,
}

/// The numbers of a built data set.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What became of the records.
    pub counts: Counts,
    /// Tokens of the output, by side.
    pub tokens: SideTokens,
    /// Tokens per kept record.
    pub record_tokens: Quantiles,
    /// Tokens of the kept records by what they are for and by who speaks, and their characters.
    pub texts: Tokens,
    /// Whether the records are conversations.
    pub is_conversation: bool,
    /// How many records have which tokens, bytes and turns.
    pub distributions: Distributions,
    /// How many findings there are of each code.
    pub by_code: BTreeMap<Code, u64>,
    /// What became of the records of each source, by its name; without a name, of those that are of none.
    pub sources: Vec<(Option<String>, Counts)>,
    /// How long the answers of kept pairs are; none where there are no pairs.
    pub pairs: Option<PairLengths>,
}

impl Summary {
    /// All numbers in long form: metric, scope, value.
    pub fn rows(&self) -> Vec<(&'static str, &'static str, u64)> {
        let Self {
            counts,
            tokens,
            record_tokens: record,
            texts,
            is_conversation,
            by_code,
            pairs,
            distributions: _,
            sources: _,
        } = self;
        let mut rows = vec![
            ("records", "read", counts.read),
            ("records", "rejected", counts.rejected),
            ("records", "duplicate", counts.duplicates),
            ("records", "near_duplicate", counts.near_duplicates),
            ("records", "unselected", counts.unselected),
            ("records", "unselected_class_cap", counts.capped),
            ("records", "unselected_conflict", counts.conflicting),
            ("records", "unselected_contamination", counts.contaminated),
            ("records", "train", counts.train),
            ("records", "validation", counts.validation),
            ("records", "test", counts.test),
            ("variants", "train", counts.variants),
            ("tokens", "train", tokens.train),
            ("tokens", "validation", tokens.validation),
            ("tokens", "test", tokens.test),
            ("tokens_per_record_p50", "kept", record.p50),
            ("tokens_per_record_p90", "kept", record.p90),
            ("tokens_per_record_p99", "kept", record.p99),
            ("tokens_per_record_max", "kept", record.max),
            ("tokens_prompt", "kept", texts.prompt),
            ("tokens_completion", "kept", texts.completion),
        ];
        if *is_conversation {
            rows.extend([
                ("tokens_system", "kept", texts.system),
                ("tokens_user", "kept", texts.user()),
                ("tokens_assistant", "kept", texts.assistant),
            ]);
        }
        rows.extend([
            ("characters", "kept", texts.characters),
            ("tokens_by_6", "kept", texts.by_6()),
            ("tokens_by_3", "kept", texts.by_3()),
        ]);
        if let Some(pairs) = pairs {
            rows.extend([
                ("pairs", "kept", pairs.pairs),
                ("pairs_chosen_longer", "kept", pairs.chosen_longer),
                ("pairs_rejected_longer", "kept", pairs.rejected_longer),
            ]);
        }
        rows.extend(by_code.iter().map(|(code, &n)| ("findings", code.name(), n)));
        rows
    }

    /// The numbers of sources in long form: metric, scope, value.
    pub fn source_rows(&self) -> Vec<(&'static str, String, u64)> {
        let rows = |(name, counts): &(Option<String>, Counts)| {
            let scope = name.as_ref().map_or_else(|| "no source".to_owned(), |name| format!("source:{name}"));
            counts.named().map(|(what, n)| (what, scope.clone(), n))
        };
        self.sources.iter().flat_map(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forged_counts_do_not_overflow() {
        let most = u64::MAX;
        let counts = Counts { read: most, rejected: most, train: most, ..Counts::default() };
        assert!(!counts.add_up());
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_sorted_values(
            mut values in prop::collection::vec(prop_oneof![0u64..50, 65_000u64..66_000, 0u64..9_999_999], 1..300)
        ) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|&value| histogram.add(value));
            values.sort_unstable();
            let at = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
            let expected = Quantiles {
                count: values.len() as u64,
                sum: values.iter().sum(),
                p50: at(50),
                p90: at(90),
                p99: at(99),
                max: *values.last().expect("not empty"),
            };
            prop_assert_eq!(histogram.quantiles(), expected);
            let half = |values: &[u64]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|&value| histogram.add(value));
                histogram
            };
            let (a, b) = values.split_at(values.len() / 2);
            let mut both = half(a);
            both.absorb(half(b));
            prop_assert_eq!(both.quantiles(), expected);
        }
    }
}
