//! How sure scores are: the same records drawn again and again with replacement (Efron's bootstrap), and the spread of
//! the scores over these resamples. Draws depend on the seed and the number of the resample alone, and sums are
//! integers, so that neither threads nor machines change a digit.

use rayon::prelude::*;

use crate::confusion::{ClassScores, Confusion, Scores};
use crate::draw::Draws;
use crate::text::TextScores;

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// How many resamples; none for no intervals.
    pub resamples: u32,
    /// What the draws depend on.
    pub seed: u64,
}

/// Where 95 % of the resamples are: the 2.5th and the 97.5th percentile, by linear interpolation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A difference between two models on the same records, the first less the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Where 95 % of the resampled differences are.
    pub interval: Interval,
    /// Two-sided p-value: how often resampling turns the difference around, or makes it zero; never below
    /// 2 / (resamples + 1).
    pub p: f64,
}

/// Intervals of the scores of a classification, in the order of [`Scores::NAMES`]. None without records or resamples.
pub fn of_classes(confusion: &Confusion, how: Resampling) -> Option<[Interval; 7]> {
    if confusion.records() == 0 || how.resamples == 0 {
        return None;
    }
    let of_record = confusion.of_record();
    let init = || (vec![0u64; confusion.n_cells()], Vec::<ClassScores>::new());
    let scores = resamples(how).map_init(init, |(counts, classes), resample| {
        counts.fill(0);
        let mut draws = Draws::new(how.seed, resample);
        for _ in 0..of_record.len() {
            counts[of_record[draws.index(of_record.len())] as usize] += 1;
        }
        confusion.scores_of(counts, classes).values()
    });
    Some(intervals(&scores.collect::<Vec<_>>()))
}

/// Differences of the scores of two classifications of the same records, in the order of [`Scores::NAMES`].
///
/// # Panics
/// Where the two have different numbers of records.
pub fn between_classes(
    first: &Confusion,
    second: &Confusion,
    how: Resampling,
) -> Option<[Difference; Scores::NAMES.len()]> {
    assert_eq!(first.records(), second.records(), "the same records");
    if first.records() == 0 || how.resamples == 0 {
        return None;
    }
    let pairs: Vec<(u32, u32)> =
        first.of_record().iter().copied().zip(second.of_record().iter().copied()).collect();
    let init = || (vec![0u64; first.n_cells()], vec![0u64; second.n_cells()], Vec::<ClassScores>::new());
    let differences = resamples(how).map_init(init, |(ours, theirs, classes), resample| {
        ours.fill(0);
        theirs.fill(0);
        let mut draws = Draws::new(how.seed, resample);
        for _ in 0..pairs.len() {
            let (our, their) = pairs[draws.index(pairs.len())];
            ours[our as usize] += 1;
            theirs[their as usize] += 1;
        }
        let (ours, theirs) = (first.scores_of(ours, classes), second.scores_of(theirs, classes));
        let (ours, theirs) = (ours.values(), theirs.values());
        std::array::from_fn(|n| ours[n] - theirs[n])
    });
    Some(differences_of(&differences.collect::<Vec<_>>()))
}

/// Scores of texts, packed to be drawn quickly: in fixed point, 31 bits for a ratio and 1 for a yes or no.
#[derive(Clone, Debug, Default)]
pub struct PackedScores(Vec<u64>);

const RATIO_BITS: u32 = 31;
const RATIO_MAX: u64 = (1 << RATIO_BITS) - 1;

/// Sums of packed scores, in the order of [`TextScores::NAMES`].
type Sums = [u64; 4];

impl PackedScores {
    /// Adds a record.
    pub fn push(&mut self, scores: &TextScores) {
        let ratio = |value: f64| (value.clamp(0.0, 1.0) * RATIO_MAX as f64).round() as u64;
        let bits = u64::from(scores.exact) | (u64::from(scores.exact_normalized) << 1);
        self.0.push((ratio(scores.token_f1) << (RATIO_BITS + 2)) | (ratio(scores.rouge_l) << 2) | bits);
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[inline]
fn add(sums: &mut Sums, packed: u64) {
    sums[0] += packed & 1;
    sums[1] += (packed >> 1) & 1;
    sums[2] += packed >> (RATIO_BITS + 2);
    sums[3] += (packed >> 2) & RATIO_MAX;
}

/// What one unit of each sum is.
const UNITS: [f64; 4] = [1.0, 1.0, 1.0 / RATIO_MAX as f64, 1.0 / RATIO_MAX as f64];

/// Intervals of mean scores of texts, in the order of [`TextScores::NAMES`]. None without records or resamples.
pub fn of_texts(scores: &PackedScores, how: Resampling) -> Option<[Interval; 4]> {
    let PackedScores(scores) = scores;
    if scores.is_empty() || how.resamples == 0 {
        return None;
    }
    let means = resamples(how).map(|resample| {
        let mut draws = Draws::new(how.seed, resample);
        let mut sums = Sums::default();
        (0..scores.len()).for_each(|_| add(&mut sums, scores[draws.index(scores.len())]));
        std::array::from_fn(|n| sums[n] as f64 * UNITS[n] / scores.len() as f64)
    });
    Some(intervals(&means.collect::<Vec<_>>()))
}

/// Differences of mean scores of two models on the same records, in the order of [`TextScores::NAMES`].
///
/// # Panics
/// Where the two have different numbers of records.
pub fn between_texts(
    first: &PackedScores,
    second: &PackedScores,
    how: Resampling,
) -> Option<[Difference; TextScores::NAMES.len()]> {
    assert_eq!(first.len(), second.len(), "the same records");
    if first.is_empty() || how.resamples == 0 {
        return None;
    }
    let pairs: Vec<(u64, u64)> = first.0.iter().copied().zip(second.0.iter().copied()).collect();
    let differences = resamples(how).map(|resample| {
        let mut draws = Draws::new(how.seed, resample);
        let (mut ours, mut theirs) = (Sums::default(), Sums::default());
        for _ in 0..pairs.len() {
            let (our, their) = pairs[draws.index(pairs.len())];
            add(&mut ours, our);
            add(&mut theirs, their);
        }
        // Exact in whole numbers; only the last step rounds.
        let less = |n: usize| ours[n].cast_signed() - theirs[n].cast_signed();
        std::array::from_fn(|n| less(n) as f64 * UNITS[n] / pairs.len() as f64)
    });
    Some(differences_of(&differences.collect::<Vec<_>>()))
}

/// The numbers of the resamples.
fn resamples(how: Resampling) -> impl IndexedParallelIterator<Item = u64> {
    (0..how.resamples).into_par_iter().map(u64::from)
}

fn intervals<const N: usize>(resampled: &[[f64; N]]) -> [Interval; N] {
    std::array::from_fn(|n| interval(column(resampled, n)))
}

fn differences_of<const N: usize>(resampled: &[[f64; N]]) -> [Difference; N] {
    std::array::from_fn(|n| {
        let values = column(resampled, n);
        let at_most = values.iter().filter(|&&value| value <= 0.0).count();
        let at_least = values.iter().filter(|&&value| value >= 0.0).count();
        // The scores as they are count as one more resample, or p could be 0, which no number of resamples shows.
        let tail = (at_most.min(at_least) + 1) as f64 / (values.len() + 1) as f64;
        Difference { p: (2.0 * tail).min(1.0), interval: interval(values) }
    })
}

fn column<const N: usize>(resampled: &[[f64; N]], n: usize) -> Vec<f64> {
    resampled.iter().map(|values| values[n]).collect()
}

fn interval(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    Interval { low: percentile(&values, 0.025), high: percentile(&values, 0.975) }
}

/// A quantile of sorted values, by linear interpolation between the two nearest.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOW: Resampling = Resampling { resamples: 2000, seed: 1 };

    /// `n` records with two labels, of which `right` are predicted right.
    fn confusion(n: u32, right: u32) -> Confusion {
        let references: Vec<u32> = (0..n).map(|at| at % 2).collect();
        let predictions: Vec<u32> = (0..n).map(|at| if at < right { at % 2 } else { 1 - at % 2 }).collect();
        Confusion::new(&references, &predictions)
    }

    #[test]
    fn an_interval_is_as_wide_as_theory_says() {
        // The standard error of a share of 0.8 among 400 is 0.02.
        let [accuracy, ..] = of_classes(&confusion(400, 320), HOW).expect("records");
        assert!((accuracy.low - 0.7608).abs() < 0.006, "{accuracy:?}");
        assert!((accuracy.high - 0.8392).abs() < 0.006, "{accuracy:?}");
        let mut scores = PackedScores::default();
        for at in 0..400 {
            let exact = at < 320;
            let ratio = f64::from(u8::from(exact));
            scores.push(&TextScores { exact, exact_normalized: exact, token_f1: ratio, rouge_l: ratio });
        }
        // The same draws of the same records.
        assert_eq!(of_texts(&scores, HOW).expect("records"), [accuracy; 4]);
    }

    #[test]
    fn threads_change_nothing() {
        let confusion = confusion(1000, 700);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| of_classes(&confusion, HOW))
        };
        assert_eq!(on(1), on(4));
    }

    #[test]
    fn a_model_does_not_differ_from_itself() {
        let one = confusion(100, 60);
        for difference in between_classes(&one, &one, HOW).expect("records") {
            assert_eq!(difference, Difference { interval: Interval { low: 0.0, high: 0.0 }, p: 1.0 });
        }
    }

    #[test]
    fn a_clear_difference_has_a_small_p() {
        let [accuracy, ..] =
            between_classes(&confusion(400, 380), &confusion(400, 300), HOW).expect("records");
        assert!(accuracy.p < 0.002 && accuracy.interval.low > 0.1, "{accuracy:?}");
    }

    #[test]
    fn without_records_or_resamples_there_are_no_intervals() {
        assert_eq!(of_classes(&confusion(0, 0), HOW), None);
        assert_eq!(of_classes(&confusion(4, 2), Resampling { resamples: 0, seed: 0 }), None);
        assert_eq!(of_texts(&PackedScores::default(), HOW), None);
    }

    #[test]
    fn percentiles_are_interpolated() {
        let check = |sorted: &[f64], share, expected: f64| {
            assert!((percentile(sorted, share) - expected).abs() < 1e-12, "{sorted:?} {share}");
        };
        check(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.5, 3.0);
        check(&[0.0, 10.0], 0.025, 0.25);
        check(&[7.0], 0.975, 7.0);
    }
}
