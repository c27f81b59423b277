//! How many distinct records there are: exact as long as it matters for a minimum.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use bedload_record::Side;

/// The most distinct records that are counted: ten times the highest minimum and recommendation of a target. Beyond it
/// nothing more is kept, and records are no longer hashed.
pub(crate) const DISTINCT_MAX: usize = 1 << 17;

/// Counts of different records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// Of all inputs together.
    pub all: u64,
    /// Of training data, and of data that is held out.
    pub by_side: [u64; 2],
    /// False where there are at least that many, and possibly more.
    pub is_exact: bool,
}

/// The keys seen so far: eight bytes of each digest, so that the chance to miss one of a million is below 10^-7.
pub(crate) struct DistinctKeys {
    by_side: [HashSet<u64, BuildHasherDefault<Digested>>; 2],
    max: usize,
    counts: Distinct,
}

impl DistinctKeys {
    /// Tells at most `max` keys apart.
    pub(crate) fn new(max: usize) -> Self {
        let counts = Distinct { is_exact: true, ..Distinct::default() };
        Self { by_side: Default::default(), max, counts }
    }

    /// Adds the keys of valid records, in the order of the inputs.
    pub(crate) fn add(&mut self, side: Side, keys: &[u64]) {
        for key in keys {
            let [own, other] = match side {
                Side::Train => [0, 1],
                Side::Validation | Side::Test => [1, 0],
            };
            if !self.counts.is_exact || self.by_side[own].contains(key) {
                continue;
            }
            if self.by_side[0].len() + self.by_side[1].len() == self.max {
                self.counts.is_exact = false;
                // What was counted stays; the keys have done their work.
                self.by_side = Default::default();
                return;
            }
            self.counts.all += u64::from(!self.by_side[other].contains(key));
            self.counts.by_side[own] += 1;
            self.by_side[own].insert(*key);
        }
    }

    pub(crate) fn counts(&self) -> Distinct {
        self.counts
    }
}

/// The hash of a key is the key: it is one already.
#[derive(Default)]
struct Digested(u64);

impl Hasher for Digested {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_once_on_each_side_and_once_in_all() {
        let mut seen = DistinctKeys::new(100);
        seen.add(Side::Train, &[1, 2, 2, 3]);
        seen.add(Side::Validation, &[3, 4, 4]);
        assert_eq!(seen.counts(), Distinct { all: 4, by_side: [3, 2], is_exact: true });
    }

    #[test]
    fn what_finds_no_room_makes_the_count_a_lower_bound() {
        let mut seen = DistinctKeys::new(3);
        seen.add(Side::Train, &[1, 2, 3, 1, 2, 3]);
        assert_eq!(seen.counts(), Distinct { all: 3, by_side: [3, 0], is_exact: true });
        seen.add(Side::Train, &[4, 5, 1]);
        assert_eq!(seen.counts(), Distinct { all: 3, by_side: [3, 0], is_exact: false });
    }
}
