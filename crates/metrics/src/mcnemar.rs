//! The exact test of `McNemar`: whether two models that judged the same records are equally often right.

/// Records on which exactly one of two models was right, and what follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Records on which only the first was right.
    pub only_first: u64,
    /// Records on which only the second was right.
    pub only_second: u64,
    /// Two-sided p-value: how likely a split of these records at least as uneven is, were both equally good.
    pub p: f64,
    /// How often the first was right where exactly one was, less one half: Cohen's g, from -0.5 to 0.5. None where the
    /// two never differed.
    pub g: Option<f64>,
}

/// The exact test. Linear in the smaller count, and made of products and sums alone, so that every machine gets the
/// same digits.
pub fn exact(only_first: u64, only_second: u64) -> McNemar {
    let n = only_first + only_second;
    let few = only_first.min(only_second);
    let p = (2.0 * lower_tail(n, few)).min(1.0);
    let g = (n > 0).then(|| only_first as f64 / n as f64 - 0.5);
    McNemar { only_first, only_second, p, g }
}

/// How likely at most `few` of `n` tosses of a fair coin are heads, for `few` ≤ n / 2.
fn lower_tail(n: u64, few: u64) -> f64 {
    // The sum relative to its last and largest term: 1 + k/(n-k+1) + …
    let (mut sum, mut term) = (0.0, 1.0);
    let mut k = few;
    loop {
        sum += term;
        if k == 0 || term < sum * f64::EPSILON / 4.0 {
            break;
        }
        term *= k as f64 / (n - k + 1) as f64;
        k -= 1;
    }
    // That term: C(n, few) / 2^n, with halvings taken whenever the product would grow large.
    let mut halvings = n;
    let mut largest = 1.0;
    for i in 1..=few {
        largest *= (n - few + i) as f64 / i as f64;
        while largest > 1.0 && halvings > 0 {
            largest *= 0.5;
            halvings -= 1;
        }
    }
    while halvings > 0 && largest > 0.0 {
        let step = halvings.min(1000);
        // An exact power of two; below the smallest number the tail is zero.
        largest *= 0.5f64.powi(step as i32);
        halvings -= step;
    }
    sum * largest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.binomtest(b, b + c).pvalue`, scipy 1.17.1.
    #[test]
    fn p_values_are_those_of_a_binomial_test() {
        let cases = [
            (0, 0, 1.0),
            (0, 1, 1.0),
            (0, 6, 0.03125),
            (5, 15, 0.041_389_465_332_031_25),
            (10, 10, 1.0),
            (25, 40, 0.081_681_533_941_540_03),
            (1000, 1100, 0.030_720_707_864_242_49),
            (50_000, 51_000, 0.001_669_630_455_991_401_6),
        ];
        for (first, second, p) in cases {
            for test in [exact(first, second), exact(second, first)] {
                assert!((test.p - p).abs() <= 1e-9 * p, "{first} {second}: {} is not {p}", test.p);
            }
        }
        assert!(exact(0, 100_000).p < f64::MIN_POSITIVE);
        assert_eq!(exact(30, 10).g, Some(0.25));
        assert_eq!(exact(0, 0).g, None);
    }
}
