//! Random draws, the same on every machine: a resample depends on the seed and its number alone.

/// A generator of pseudorandom numbers: `SplitMix64`, which passes common tests of randomness and needs no state but a counter.
pub(crate) struct Draws(u64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Draws {
    /// The draws of one resample.
    pub(crate) fn new(seed: u64, resample: u64) -> Self {
        Self(mix(mix(seed).wrapping_add(resample.wrapping_add(1).wrapping_mul(STEP))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// An index below `n`. Its bias is below n / 2^64.
    #[inline]
    pub(crate) fn index(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[inline]
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_repeat() {
        let mut counts = [0u32; 10];
        let mut draws = Draws::new(7, 3);
        (0..100_000).for_each(|_| counts[draws.index(10)] += 1);
        assert!(counts.iter().all(|n| (9_600..10_400).contains(n)), "{counts:?}");
        let ten = |seed, resample| {
            let mut draws = Draws::new(seed, resample);
            (0..10).map(|_| draws.index(1000)).collect::<Vec<_>>()
        };
        assert_eq!(ten(7, 3), ten(7, 3));
        assert_ne!(ten(7, 3), ten(7, 4));
        assert_ne!(ten(7, 3), ten(8, 3));
    }
}
