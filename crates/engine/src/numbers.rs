//! Exact quantiles of small integers.

/// How often each value occurred: dense below a bound, sorted pairs above it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    dense: Vec<u64>,
    sparse: std::collections::BTreeMap<u64, u64>,
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

/// What is said of a distribution. All zero where nothing was counted.
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
