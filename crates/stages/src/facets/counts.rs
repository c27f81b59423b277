//! How many records have each value of a facet, and how even that is.

use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Finding, Side};

use super::Facet;
use crate::balance::BalanceConfig;

/// How many records have each value of a facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FacetCounts {
    /// The facet as it is configured.
    pub facet: String,
    /// The values that occur, in order.
    pub values: Vec<ValueCounts>,
    /// Records without a value.
    pub without: ValueCounts,
}

/// How many records have one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueCounts {
    /// The value.
    pub name: String,
    /// Valid records of the inputs.
    pub before: u64,
    /// Lines of the output by side, variants included; of a check, valid records by side.
    pub sides: [u64; Side::COUNT],
}

/// How even some counts are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evenness {
    /// How many values there are.
    pub values: u64,
    /// Records of the most frequent one.
    pub most: u64,
    /// Records of the rarest one.
    pub least: u64,
    /// Bits of information in the value of a record, to six decimals: 0 where all have the same, and the logarithm of the
    /// number of values where all are as frequent.
    pub entropy: f64,
}

impl Evenness {
    /// Of the counts that are not zero.
    pub fn of(counts: impl IntoIterator<Item = u64>) -> Self {
        let counts: Vec<u64> = counts.into_iter().filter(|&n| n > 0).collect();
        let all: u64 = counts.iter().sum();
        let bits = |&n: &u64| {
            let share = n as f64 / all as f64;
            -share * share.log2()
        };
        let entropy: f64 = counts.iter().map(bits).sum();
        Self {
            values: counts.len() as u64,
            most: counts.iter().copied().max().unwrap_or(0),
            least: counts.iter().copied().min().unwrap_or(0),
            // Adding zero turns a negative zero into a positive one.
            entropy: (entropy * 1e6).round() / 1e6 + 0.0,
        }
    }

    /// How many times larger the largest count is than the smallest; 1 where there is none.
    pub fn ratio(&self) -> f64 {
        if self.least == 0 { 1.0 } else { self.most as f64 / self.least as f64 }
    }
}

impl FacetCounts {
    /// How even the counts of one side are.
    pub fn evenness(&self, side: Side) -> Evenness {
        Evenness::of(self.values.iter().map(|value| value.sides[side as usize]))
    }

    /// Values with fewer training records than this, but some.
    pub fn rare(&self, least: u64) -> u64 {
        let of_training = self.values.iter().map(|value| value.sides[Side::Train as usize]);
        of_training.filter(|&n| n > 0 && n < least).count() as u64
    }

    /// Values with training records and without validation records.
    pub fn unvalidated(&self) -> u64 {
        let is_one = |value: &&ValueCounts| value.sides[0] > 0 && value.sides[1] == 0;
        self.values.iter().filter(is_one).count() as u64
    }

    /// Reports what is uneven.
    pub fn judge(&self, config: &BalanceConfig) -> Vec<Finding> {
        let facet = &self.facet;
        let mut findings = Vec::new();
        let even = self.evenness(Side::Train);
        // Of labels, `balance/imbalanced-labels` says it.
        if even.ratio() > config.ratio_max && *facet != Facet::Label.as_str() {
            let message = format!(
                "the most frequent value of {facet} has {}, the rarest {}; the ratio exceeds {}",
                plural(even.most, "training record", "training records"),
                count(even.least),
                config.ratio_max
            );
            findings.push(Finding::dataset(Code::BalanceUnevenValues, message));
        }
        let part = |n| {
            format!("{} of {facet} {}", part_of(n, even.values, "value", "values"), agree(n, "has", "have"))
        };
        let rare = self.rare(config.rare);
        if rare > 0 {
            let message = format!("{} fewer than {} training records", part(rare), count(config.rare));
            findings.push(Finding::dataset(Code::BalanceRareValues, message));
        }
        let has_validation = self.values.iter().chain([&self.without]).any(|value| value.sides[1] > 0);
        let unvalidated = self.unvalidated();
        if has_validation && unvalidated > 0 {
            let message = format!("{} no validation record", part(unvalidated));
            findings.push(Finding::dataset(Code::BalanceUnvalidatedValues, message));
        }
        findings
    }
}
