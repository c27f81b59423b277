//! Sets that others are compared with one by one: whether a text that was just made is like one of them.

use std::collections::HashMap;

use super::sets::Sets;
use super::similarity::Threshold;

/// Some sets, by what they must share with any that is like them.
#[derive(Debug)]
pub struct Lookup {
    threshold: Threshold,
    /// Each in the order of its members.
    sets: Vec<Vec<u64>>,
    /// The sets that have a member among their first ones.
    by_member: HashMap<u64, Vec<u32>>,
}

/// How many of the first members of a set, in an order that all sets follow, are enough to find every set that is like it.
fn prefix(set: &[u64], threshold: Threshold) -> &[u64] {
    &set[..threshold.prefix(set.len() as u32, 1) as usize]
}

impl Lookup {
    /// Prepares the sets. Linear but for sorting each of them.
    pub fn new(sets: &Sets, threshold: Threshold) -> Self {
        let mut lookup = Self { threshold, sets: Vec::with_capacity(sets.len()), by_member: HashMap::new() };
        for nth in 0..sets.len() {
            let mut set = sets.get(nth).to_vec();
            set.sort_unstable();
            for &member in prefix(&set, threshold) {
                lookup.by_member.entry(member).or_default().push(nth as u32);
            }
            lookup.sets.push(set);
        }
        lookup
    }

    /// Whether one of them is like `set`, which is put in order.
    pub fn has_alike(&self, set: &mut [u64]) -> bool {
        set.sort_unstable();
        let mut found: Vec<u32> = prefix(set, self.threshold)
            .iter()
            .filter_map(|member| self.by_member.get(member))
            .flatten()
            .copied()
            .collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().any(|other| {
            let other = &self.sets[other as usize];
            let common = common(set, other);
            self.threshold.is_reached(common, (set.len() + other.len()) as u32 - common)
        })
    }
}

/// How many members two sets have in common, both in order.
fn common(a: &[u64], b: &[u64]) -> u32 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut common = 0;
    while let (Some(&&left), Some(&&right)) = (a.peek(), b.peek()) {
        if left <= right {
            a.next();
        }
        if right <= left {
            b.next();
        }
        common += u32::from(left == right);
    }
    common
}

#[cfg(test)]
mod tests {
    use bedload_record::Ordinal;
    use proptest::prelude::*;

    use super::super::sets::NewSets;
    use super::*;

    proptest! {
        #[test]
        fn a_set_is_found_if_one_is_like_it(
            sets in prop::collection::vec(prop::collection::btree_set(0u64..30, 1..12), 0..20),
            wanted in prop::collection::btree_set(0u64..30, 0..12),
            threshold in prop::sample::select(vec!["0.1", "0.3", "0.5", "0.8", "1"]),
        ) {
            let mut chunk = NewSets::with_capacity(0);
            for (line, set) in (0..).zip(&sets) {
                chunk.push(Ordinal(line), &set.iter().rev().copied().collect::<Vec<u64>>());
            }
            let parts: Threshold = threshold.parse().expect("a threshold");
            let lookup = Lookup::new(&Sets::new(vec![chunk.finish(None).expect("own memory")], None), parts);
            let expected = sets.iter().any(|set| {
                let common = set.intersection(&wanted).count() as u32;
                parts.is_reached(common, (set.len() + wanted.len()) as u32 - common)
            });
            let mut wanted: Vec<u64> = wanted.into_iter().rev().collect();
            prop_assert_eq!(lookup.has_alike(&mut wanted), expected);
        }
    }
}
