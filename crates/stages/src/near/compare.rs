//! How alike two sets are, exactly.

use super::seen::Seen;
use super::similarity::{Similarity, Threshold};

/// Members that are compared before it is asked whether the rest can be enough.
const STEP: usize = 16;

/// Compares one set with several others.
#[derive(Default)]
pub(super) struct Comparer {
    seen: Seen,
    size: u32,
}

impl Comparer {
    /// Takes the set that others are compared with.
    pub(super) fn begin(&mut self, set: &[u64]) {
        let mut seen = self.seen.begin(set.len());
        set.iter().for_each(|&hash| _ = seen.insert(hash));
        self.size = set.len() as u32;
    }

    /// How alike another set is; none below the threshold. Linear in it, and ends where it cannot be enough.
    pub(super) fn compare(&self, other: &[u64], threshold: Threshold) -> Option<Similarity> {
        let size = other.len() as u32;
        let least = threshold.least_common(self.size, size);
        if least > self.size.min(size) {
            return None;
        }
        let may_miss = size - least;
        let mut common = 0;
        let mut looked_at = 0;
        for some in other.chunks(STEP) {
            common += some.iter().filter(|&&hash| self.seen.has(hash)).count() as u32;
            looked_at += some.len() as u32;
            if looked_at - common > may_miss {
                return None;
            }
        }
        Some(Similarity { common, either: self.size + size - common })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_compared_exactly(
            a in prop::collection::btree_set(0u64..100, 1..80),
            b in prop::collection::btree_set(0u64..100, 1..80),
            hundredths in 1u32..=100,
        ) {
            let list = |set: &BTreeSet<u64>| set.iter().copied().collect::<Vec<_>>();
            let threshold: Threshold = format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().expect("one");
            let mut comparer = Comparer::default();
            comparer.begin(&[1, 2, 3]);
            comparer.begin(&list(&a));
            let (common, either) = (a.intersection(&b).count() as u32, a.union(&b).count() as u32);
            let is_alike = common * 100 >= either * hundredths;
            prop_assert_eq!(comparer.compare(&list(&b), threshold), is_alike.then_some(Similarity { common, either }));
        }
    }
}
