//! How long the two answers of preference pairs are, compared with each other, and how many pairs have which lengths.

use std::cmp::Ordering;

/// How long the chosen answer of a pair is, compared with the rejected one, to an eighth of a power of two: few enough
/// values to count the pairs of each. In their order, the smallest is the shortest chosen answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lengths(u8);

impl Lengths {
    /// How many values there are, with that of a record which has no pair.
    pub const COUNT: usize = 128;
    /// Of answers that are equally long.
    const EQUAL: u8 = 64;
    /// The last step, for everything beyond.
    const STEP_MAX: u32 = 62;

    /// Compares the lengths of a chosen and of a rejected answer.
    pub fn of(chosen: u64, rejected: u64) -> Self {
        let (long, short) = (chosen.max(rejected), chosen.min(rejected));
        // In eighths: the place of the first bit is the power of two, the three after it are the step.
        let step = match (u128::from(long) * 8).checked_div(u128::from(short)) {
            Some(eighths) => {
                let power = eighths.ilog2() - 3;
                (power * 8 + (eighths >> power) as u32 - 8).min(Self::STEP_MAX)
            }
            None => Self::STEP_MAX,
        } as u8;
        Self(match chosen.cmp(&rejected) {
            Ordering::Less => Self::EQUAL - 1 - step,
            Ordering::Equal => Self::EQUAL,
            Ordering::Greater => Self::EQUAL + 1 + step,
        })
    }

    /// The value with this number, if there is one; 0 is that of no pair.
    pub fn from_number(number: u8) -> Option<Self> {
        (usize::from(number) < Self::COUNT).then_some(Self(number))
    }

    /// Its number, below [`Lengths::COUNT`].
    pub fn number(self) -> u8 {
        self.0
    }

    /// Which answer is longer; none where there is no pair.
    pub fn order(self) -> Option<Ordering> {
        (self.0 > 0).then(|| self.0.cmp(&Self::EQUAL))
    }

    /// How many times as long as the shorter answer the longer one is, rounded down to an eighth of a power of two.
    pub fn ratio(self) -> f64 {
        let step = match self.0.cmp(&Self::EQUAL) {
            Ordering::Less => Self::EQUAL - 1 - self.0,
            Ordering::Equal => 0,
            Ordering::Greater => self.0 - Self::EQUAL - 1,
        };
        f64::from((8 + u32::from(step) % 8) << (step / 8)) / 8.0
    }
}

/// How many pairs have which lengths. Folds in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LengthCounts {
    /// By number; empty while there is no pair.
    counts: Vec<u64>,
}

impl LengthCounts {
    /// Adds a record.
    pub fn add(&mut self, lengths: Lengths) {
        if lengths.order().is_some() {
            self.counts.resize(Lengths::COUNT, 0);
            self.counts[usize::from(lengths.0)] += 1;
        }
    }

    /// Adds what was counted elsewhere.
    pub fn absorb(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(n, more)| *n += more);
    }

    /// What they come to; none where there is no pair.
    pub fn pairs(&self) -> Option<PairLengths> {
        let pairs: u64 = self.counts.iter().sum();
        let below = |middle: &mut u64, n: u64| {
            let is_here = *middle < n;
            *middle = middle.saturating_sub(n);
            is_here
        };
        let mut middle = pairs.checked_sub(1)? / 2;
        let median = self.counts.iter().position(|&n| below(&mut middle, n))?;
        let equal = usize::from(Lengths::EQUAL);
        Some(PairLengths {
            pairs,
            chosen_longer: self.counts[equal + 1..].iter().sum(),
            rejected_longer: self.counts[..equal].iter().sum(),
            median: Lengths(median as u8),
        })
    }
}

/// How long the chosen answers of pairs are, compared with the rejected ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairLengths {
    /// How many pairs there are.
    pub pairs: u64,
    /// Those whose chosen answer is longer.
    pub chosen_longer: u64,
    /// Those whose rejected answer is longer.
    pub rejected_longer: u64,
    /// The one in the middle.
    pub median: Lengths,
}

impl PairLengths {
    /// How many times as long as the rejected answer the chosen one is, of the pair in the middle.
    pub fn median_ratio(self) -> f64 {
        match self.median.order() {
            Some(Ordering::Less) => 1.0 / self.median.ratio(),
            _ => self.median.ratio(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lengths_keep_which_is_longer_and_by_how_much(chosen in 0u64..100_000, rejected in 0u64..100_000) {
            let lengths = Lengths::of(chosen, rejected);
            prop_assert_eq!(lengths.order(), Some(chosen.cmp(&rejected)));
            prop_assert_eq!(Lengths::from_number(lengths.number()), Some(lengths));
            let ratio = chosen.max(rejected) as f64 / chosen.min(rejected) as f64;
            let least = lengths.ratio();
            prop_assert!(chosen == rejected || least <= ratio);
            prop_assert!(chosen == rejected || ratio < least * 1.125 || least > 223.0);
        }

        #[test]
        fn counts_are_those_of_a_sorted_list(
            pairs in prop::collection::vec((0u64..40, 0u64..40), 0..40),
            cut in 0usize..40,
        ) {
            let cut = cut.min(pairs.len());
            let count = |pairs: &[(u64, u64)]| {
                let mut counts = LengthCounts::default();
                pairs.iter().for_each(|&(chosen, rejected)| counts.add(Lengths::of(chosen, rejected)));
                counts
            };
            let mut counts = count(&pairs[cut..]);
            counts.absorb(&count(&pairs[..cut]));
            prop_assert_eq!(&counts, &count(&pairs));
            let mut sorted: Vec<Lengths> = pairs.iter().map(|&(a, b)| Lengths::of(a, b)).collect();
            sorted.sort_unstable();
            let expected = (!pairs.is_empty()).then(|| PairLengths {
                pairs: pairs.len() as u64,
                chosen_longer: pairs.iter().filter(|(a, b)| a > b).count() as u64,
                rejected_longer: pairs.iter().filter(|(a, b)| a < b).count() as u64,
                median: sorted[(pairs.len() - 1) / 2],
            });
            prop_assert_eq!(counts.pairs(), expected);
        }

        #[test]
        fn lengths_are_in_the_order_of_their_ratios(pairs in prop::collection::vec((1u64..500, 1u64..500), 2)) {
            let [(a, b), (c, d)] = pairs[..] else { unreachable!("two pairs") };
            if a * d < c * b {
                prop_assert!(Lengths::of(a, b) <= Lengths::of(c, d));
            }
        }
    }

    #[test]
    fn a_record_without_a_pair_has_no_lengths() {
        assert_eq!((Lengths::default().order(), Lengths::of(0, 0).order()), (None, Some(Ordering::Equal)));
        assert_eq!(Lengths::of(u64::MAX, 1).ratio().to_string(), "224");
    }
}
