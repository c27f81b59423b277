//! Which records of an index may be like new ones.

use rayon::prelude::*;
use std::collections::HashSet;

use super::super::sets::Sets;
use super::super::similarity::Threshold;
use super::super::sketch::Sketch;
use super::SavedIndex;
use super::signature::{common, keys};

/// A record of an index that may be like a new set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OldCandidate {
    /// The number of the new set among all new ones.
    pub(super) set: u32,
    /// The number of the record.
    pub(super) record: u32,
}

/// Sets that are looked up together.
const BATCH: usize = 1 << 12;

#[derive(Default)]
struct Scratch {
    members: Vec<u64>,
    found: Vec<u32>,
}

impl SavedIndex<'_> {
    /// The shingles that many of its records have.
    pub(super) fn frequent_shingles(&self) -> HashSet<u64> {
        self.frequent().collect()
    }

    /// Finds the records among some that may be like these sets, in the order of the sets; none where there are more
    /// than `most` of them. In parallel.
    pub(super) fn candidates(
        &self,
        sets: &Sets,
        most: usize,
        is_in: impl Fn(u32) -> bool + Sync,
    ) -> Option<Vec<OldCandidate>> {
        let frequent = self.frequent_shingles();
        let threshold = self.threshold;
        let of_set = |scratch: &mut Scratch, set: usize| {
            let Scratch { members, found } = scratch;
            let new = sets.get(set);
            let (size, sketch) = (new.len() as u32, Sketch::of(new));
            found.clear();
            for key in keys(new, threshold, |hash| frequent.contains(&hash), members) {
                self.find_key(key, found);
            }
            found.sort_unstable();
            let may_be = |record: u32, shared: u32| {
                let other = self.size(record);
                let least = common(threshold, size).min(common(threshold, other));
                shared >= least
                    && is_in(record)
                    && may_be_alike(threshold, (size, sketch), (other, self.sketch(record)))
            };
            let same = found.chunk_by(|a, b| a == b).filter(|same| may_be(same[0], same.len() as u32));
            same.map(|same| OldCandidate { set: set as u32, record: same[0] }).collect::<Vec<_>>()
        };
        let mut all = Vec::new();
        for begin in (0..sets.len()).step_by(BATCH) {
            let batch = begin..(begin + BATCH).min(sets.len());
            let found: Vec<Vec<_>> = batch.into_par_iter().map_init(Scratch::default, of_set).collect();
            all.extend(found.into_iter().flatten());
            if all.len() > most {
                return None;
            }
        }
        Some(all)
    }

    /// Adds the records that have a key. Keys are spread evenly, so that the place is almost known.
    fn find_key(&self, key: u32, found: &mut Vec<u32>) {
        let keys = self.keys();
        let at = |nth: usize| u32::from_le_bytes(keys[nth]);
        let guess = ((u64::from(key) * keys.len() as u64) >> u32::BITS) as usize;
        let (mut low, mut high) = (guess, guess);
        let mut step = 16;
        while low > 0 && at(low) >= key {
            low = low.saturating_sub(step);
            step *= 2;
        }
        step = 16;
        while high < keys.len() && at(high) < key {
            high = (high + step).min(keys.len());
            step *= 2;
        }
        let first = low + keys[low..high].partition_point(|&other| u32::from_le_bytes(other) < key);
        let same = keys[first..].iter().take_while(|&&other| u32::from_le_bytes(other) == key).count();
        let owners = &self.owners()[first..first + same];
        found.extend(owners.iter().map(|&owner| u32::from_le_bytes(owner)));
    }
}

/// Whether two sets can be alike, as far as their sizes and sketches tell.
fn may_be_alike(threshold: Threshold, (a, of_a): (u32, Sketch), (b, of_b): (u32, Sketch)) -> bool {
    let least = threshold.least_common(a, b);
    least <= a.min(b) && of_a.least_difference(of_b) <= a + b - 2 * least
}
