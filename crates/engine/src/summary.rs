//! Numbers about a run: exact quantiles of small integers, and the rows of the summary.

use std::collections::BTreeMap;

use bedload_record::{Code, FactTable, Side, Tokens};

use crate::manifest::{Counts, SideTokens};
use crate::pack::Packed;
use crate::plan::{Plan, kept};

/// How often each value occurred: dense below a bound, sorted pairs above it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    dense: Vec<u64>,
    sparse: BTreeMap<u64, u64>,
    count: u64,
    sum: u64,
}

const DENSE: u64 = 1 << 16;

impl Histogram {
    pub(crate) fn add(&mut self, value: u64) {
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

    pub(crate) fn quantiles(&self) -> Quantiles {
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// Tokens of what was built.
pub(crate) struct CountedTokens {
    /// Of the output, by side, variants included.
    pub(crate) sides: SideTokens,
    /// Per kept record.
    pub(crate) record: Quantiles,
    /// Of the kept records, by what they are for and by who speaks.
    pub(crate) texts: Tokens,
    /// Whether the records are conversations.
    pub(crate) is_conversation: bool,
}

impl CountedTokens {
    pub(crate) fn of(facts: &FactTable, plan: &Plan, packed: &Packed, is_conversation: bool) -> Self {
        let of = |side| packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.tokens).sum();
        let (mut histogram, mut texts) = (Histogram::default(), Tokens::default());
        for line in kept(&plan.verdicts) {
            let tokens = facts.tokens(line);
            histogram.add(tokens.total());
            texts += tokens;
        }
        let sides = SideTokens { train: of(Side::Train), validation: of(Side::Validation) };
        Self { sides, record: histogram.quantiles(), texts, is_conversation }
    }
}

/// The rows of the summary: metric, scope, value.
pub(crate) fn summary_rows(
    counts: Counts,
    tokens: &CountedTokens,
    by_code: &BTreeMap<Code, u64>,
) -> Vec<(String, String, f64)> {
    let CountedTokens { sides, record, texts, is_conversation } = tokens;
    let mut rows: Vec<(&str, &str, u64)> = vec![
        ("records", "read", counts.read),
        ("records", "rejected", counts.rejected),
        ("records", "duplicate", counts.duplicates),
        ("records", "unselected", counts.unselected),
        ("records", "train", counts.train),
        ("records", "validation", counts.validation),
        ("variants", "train", counts.variants),
        ("tokens", "train", sides.train),
        ("tokens", "validation", sides.validation),
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
    rows.extend(by_code.iter().map(|(code, &n)| ("findings", code.name(), n)));
    rows.into_iter().map(|(metric, scope, n)| (metric.to_owned(), scope.to_owned(), n as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        }
    }
}
