//! A sketch of a set: so small that those of all candidates stay at hand, and enough to tell most sets apart that are not
//! alike.

/// For each of some bits, whether an odd number of members fall on it (Sandes, Teodoro and Melo, arXiv 1711.07295).
/// Two sets differ in at least as many members as their sketches in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch([u64; 4]);

impl Sketch {
    /// The sketch of a set. Linear.
    pub(super) fn of(set: &[u64]) -> Self {
        let mut sketch = Self::default();
        for hash in set {
            // Other bits than those that tell the place of a hash in tables.
            sketch.0[(hash >> 40 & 3) as usize] ^= 1 << (hash >> 42 & 63);
        }
        sketch
    }

    /// Its bits.
    pub(super) fn words(self) -> [u64; 4] {
        self.0
    }

    /// The sketch of these bits.
    pub(super) fn from_words(words: [u64; 4]) -> Self {
        Self(words)
    }

    /// The least number of members that are in one of two sets and not in the other.
    #[inline]
    pub(super) fn least_difference(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::words::fold;
    use super::*;

    proptest! {
        #[test]
        fn sketches_differ_in_no_more_than_their_sets(
            a in prop::collection::btree_set(0u64..600, 0..400),
            b in prop::collection::btree_set(0u64..600, 0..400),
        ) {
            let hash = |n: &u64| fold(*n + 1, 0x9E37_79B9_7F4A_7C15);
            let sketch = |set: &BTreeSet<u64>| Sketch::of(&set.iter().map(hash).collect::<Vec<_>>());
            let least = sketch(&a).least_difference(sketch(&b));
            prop_assert!(least as usize <= a.symmetric_difference(&b).count());
            prop_assert_eq!(sketch(&a).least_difference(sketch(&a)), 0);
        }
    }
}
