//! How near an encoding is to a target's own: true counts against ours, and the margin that they call for.

use std::cmp::Ordering;

/// Pairs of fewer true tokens than this are too short for a ratio: a single token is a large share of them.
pub const SHORT: u64 = 20;

/// How many of a hundred pairs are within the margin.
const WITHIN: usize = 99;

/// The true count of a text, and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Tokens that the target counts, at least 1.
    pub truth: u64,
    /// Tokens by the encoding, at least 1.
    pub ours: u64,
}

impl Pair {
    fn ratio(self) -> f64 {
        self.truth as f64 / self.ours as f64
    }

    /// By ratio, exactly.
    fn by_ratio(self, other: Self) -> Ordering {
        let cross = |a: Self, b: Self| u128::from(a.truth) * u128::from(b.ours);
        cross(self, other).cmp(&cross(other, self))
    }

    /// The smallest whole margin, in per cent, by which neither count is over the other.
    fn margin(self) -> u64 {
        let (low, high) = (self.truth.min(self.ours), self.truth.max(self.ours));
        let percent = (u128::from(high) * 100).div_ceil(u128::from(low)) - 100;
        u64::try_from(percent).unwrap_or(u64::MAX)
    }
}

/// What pairs say of an encoding.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// How many pairs there are.
    pub pairs: u64,
    /// How many of them are shorter than [`SHORT`]; they count for the sums only, unless all are.
    pub short: u64,
    /// Tokens that the target counts, in all.
    pub truth: u64,
    /// Tokens by the encoding, in all.
    pub ours: u64,
    /// True tokens per token of ours, of each pair that is not short; none where all are.
    pub spread: Option<Spread>,
    /// The smallest whole margin, in per cent, by which 99 % of the pairs are over in neither direction.
    pub margin: u64,
}

/// A distribution of ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The smallest.
    pub min: f64,
    /// The smallest that at least 5 % of them do not exceed.
    pub p5: f64,
    /// The median.
    pub p50: f64,
    /// The smallest that at least 95 % of them do not exceed.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

impl Calibration {
    /// What some pairs say; none where there are none. Independent of their order.
    pub fn of(pairs: &[Pair]) -> Option<Self> {
        let mut judged: Vec<Pair> = pairs.iter().copied().filter(|pair| pair.truth >= SHORT).collect();
        judged.sort_unstable_by(|a, b| a.by_ratio(*b));
        let at = |percent| Some(judged.get(rank(judged.len(), percent))?.ratio());
        let spread = || Some(Spread { min: at(0)?, p5: at(5)?, p50: at(50)?, p95: at(95)?, max: at(100)? });
        let spread = spread();
        let short = (pairs.len() - judged.len()) as u64;
        let judged = if judged.is_empty() { pairs } else { &judged[..] };
        let mut margins: Vec<u64> = judged.iter().map(|pair| pair.margin()).collect();
        margins.sort_unstable();
        Some(Self {
            pairs: pairs.len() as u64,
            short,
            truth: pairs.iter().map(|pair| pair.truth).sum(),
            ours: pairs.iter().map(|pair| pair.ours).sum(),
            spread,
            margin: *margins.get(rank(margins.len(), WITHIN))?,
        })
    }

    /// True tokens per token of ours, all pairs together.
    pub fn ratio(&self) -> f64 {
        Pair { truth: self.truth, ours: self.ours }.ratio()
    }
}

/// The index of the smallest of `count` sorted values that at least `percent` per cent of them do not exceed.
fn rank(count: usize, percent: usize) -> usize {
    (count * percent).div_ceil(100).max(1) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(u64, u64)]) -> Vec<Pair> {
        of.iter().map(|&(truth, ours)| Pair { truth, ours }).collect()
    }

    fn margin(of: &[(u64, u64)]) -> u64 {
        Calibration::of(&pairs(of)).expect("pairs").margin
    }

    #[test]
    fn a_margin_is_the_smallest_whole_one_in_both_directions() {
        for (truth, ours, expected) in
            [(100, 100, 0), (105, 100, 5), (1051, 1000, 6), (100, 105, 5), (100, 106, 6), (300, 100, 200)]
        {
            assert_eq!(margin(&[(truth, ours)]), expected, "{truth} {ours}");
            let within = |m: u64| truth * 100 <= ours * (100 + m) && ours * 100 <= truth * (100 + m);
            assert!(within(expected) && (expected == 0 || !within(expected - 1)));
        }
        assert_eq!(margin(&[(u64::MAX, 1)]), u64::MAX);
    }

    #[test]
    fn one_pair_of_a_hundred_may_be_off() {
        let mut of = vec![(101, 100); 99];
        of.push((200, 100));
        assert_eq!(margin(&of), 1);
        of.push((200, 100));
        assert_eq!(margin(&of), 100);
    }

    #[test]
    fn short_pairs_count_for_the_sums_only() {
        let calibration = Calibration::of(&pairs(&[(19, 1), (20, 20), (30, 20), (40, 20)])).expect("pairs");
        assert_eq!((calibration.pairs, calibration.short), (4, 1));
        assert_eq!((calibration.truth, calibration.ours, calibration.margin), (109, 61, 100));
        let spread = Spread { min: 1.0, p5: 1.0, p50: 1.5, p95: 2.0, max: 2.0 };
        assert_eq!(calibration.spread, Some(spread));
        let all_short = Calibration::of(&pairs(&[(3, 2), (2, 2)])).expect("pairs");
        assert_eq!((all_short.short, all_short.spread, all_short.margin), (2, None, 50));
        assert_eq!(Calibration::of(&[]), None);
    }
}
