//! How far a distribution has moved: the size of the difference, and what it would be by chance.

use std::f64::consts::PI;

/// The total variation distance of two distributions, given as counts of each value in both: the share of the records
/// that would have to have another value so that both were alike, from 0 to 1. Zero where one has no record.
pub fn total_variation(counts: &[[u64; 2]]) -> f64 {
    let [first, second] = totals(counts);
    if first == 0.0 || second == 0.0 {
        return 0.0;
    }
    let differences = counts.iter().map(|[a, b]| (*a as f64 / first - *b as f64 / second).abs());
    differences.sum::<f64>() / 2.0
}

/// What [`total_variation`] would be on average if both were samples of one distribution, the two taken together: by
/// the normal approximation of each value's share, whose mean absolute deviation is σ √(2/π). At most 1.
pub fn by_chance(counts: &[[u64; 2]]) -> f64 {
    let [first, second] = totals(counts);
    if first == 0.0 || second == 0.0 {
        return 0.0;
    }
    let deviation = |[a, b]: &[u64; 2]| {
        let share = (*a as f64 + *b as f64) / (first + second);
        (2.0 / PI * share * (1.0 - share) * (1.0 / first + 1.0 / second)).sqrt()
    };
    (counts.iter().map(deviation).sum::<f64>() / 2.0).min(1.0)
}

fn totals(counts: &[[u64; 2]]) -> [f64; 2] {
    [0, 1].map(|nth| counts.iter().map(|both| both[nth]).sum::<u64>() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_distance_is_the_share_that_moved() {
        let check = |counts: &[[u64; 2]], expected: f64| {
            assert!((total_variation(counts) - expected).abs() < 1e-12, "{counts:?}");
        };
        check(&[[50, 100], [50, 100]], 0.0);
        check(&[[50, 60], [50, 40]], 0.1);
        check(&[[10, 0], [0, 3]], 1.0);
        check(&[[10, 0], [5, 0]], 0.0);
        check(&[], 0.0);
    }

    #[test]
    fn samples_of_one_distribution_differ_about_as_much_as_by_chance() {
        // A linear congruential generator: the test must give the same result every time.
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % 20
        };
        let (mut measured, mut expected) = (0.0, 0.0);
        for _ in 0..200 {
            let mut counts = [[0u64; 2]; 20];
            (0..1000).for_each(|_| counts[next() as usize][0] += 1);
            (0..500).for_each(|_| counts[next() as usize][1] += 1);
            measured += total_variation(&counts);
            expected += by_chance(&counts);
        }
        assert!((measured / expected - 1.0).abs() < 0.05, "{measured} {expected}");
    }

    proptest! {
        #[test]
        fn distances_are_symmetric_shares(counts in prop::collection::vec([0u64..1000, 0u64..1000], 0..40)) {
            let swapped: Vec<[u64; 2]> = counts.iter().map(|&[a, b]| [b, a]).collect();
            let distance = total_variation(&counts);
            prop_assert!((0.0..=1.0 + 1e-9).contains(&distance));
            prop_assert!((distance - total_variation(&swapped)).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&by_chance(&counts)));
        }
    }
}
