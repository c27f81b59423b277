//! The sets that may have one like them, by parts: where two sets are alike, few members are in one of them only, and
//! the others leave many parts of both the same (Arasu, Ganti and Kaushik, VLDB 2006). All members of a part have to
//! agree, so that what many sets share, a sentence or a template, makes few candidates.
//!
//! All hashes are divided into so many parts that sets of some sizes, a class, agree in several of them if they are
//! alike. What two sets have in a part is the same if its sum is. A set that leaves too many parts empty is divided into
//! twice as many, and again, until enough of them have members. Of the parts that other sets have, too, the rarest are
//! keys.

use std::sync::Arc;

use bedload_record::{Column, NoRoom, Room};
use rayon::prelude::*;

use super::candidates::{Candidates, Outline, Rare, RareChunk};
use super::counts::Counts;
use super::sets::Sets;
use super::similarity::Threshold;
use super::sketch::Sketch;
use super::words::fold;

/// Below it, parts have to be so small that members themselves are better keys.
pub(super) const THRESHOLD_MIN: f64 = 0.65;
/// More common parts make fewer candidates, and each needs one more key.
const COMMON: u32 = 2;
/// How much larger the largest sets of a class are than the smallest, in eighths.
const CLASS_EIGHTHS: u32 = 16;
/// Parts for each one that may differ, in eighths.
const SPARE_EIGHTHS: u32 = 12;
/// How often parts are made twice as many before each member is one.
const ROUNDS: u32 = 6;

/// Sets of some sizes and how they are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Class {
    /// The sizes of the larger set of two.
    smallest: u32,
    largest: u32,
    /// Parts, in the first round.
    parts: u32,
    /// How many parts sets have in common that are alike, of those that are keys.
    common: u32,
}

/// All classes up to some size.
#[derive(Debug)]
struct Classes {
    threshold: Threshold,
    list: Vec<Class>,
}

impl Classes {
    fn new(threshold: Threshold, largest: u32) -> Self {
        let mut list = Vec::new();
        let mut smallest = 1;
        while smallest <= largest {
            let class = Class::new(threshold, smallest);
            smallest = class.largest + 1;
            list.push(class);
        }
        Self { threshold, list }
    }

    /// The classes of the sets that one of this size may be like and that are not smaller.
    fn of(&self, size: u32) -> impl Iterator<Item = (u32, Class)> {
        let first = self.list.partition_point(|class| class.largest < size);
        let largest = self.threshold.largest_alike(size);
        (first as u32..)
            .zip(self.list[first..].iter().copied().take_while(move |class| class.smallest <= largest))
    }
}

impl Class {
    fn new(threshold: Threshold, smallest: u32) -> Self {
        let largest =
            (u64::from(smallest) * u64::from(CLASS_EIGHTHS) / 8).min(u64::from(u32::MAX - 1)) as u32;
        let largest = largest.max(smallest);
        let mut class = Self { smallest, largest, parts: 0, common: COMMON };
        // Where all members are parts, a set has as many as it has members, and fewer of them differ.
        let least = |size: u32| size - class.differences(threshold, size).min(size);
        let smallest_alike = threshold.least_shared(smallest);
        let common = (smallest_alike..=largest).take(SMALL).map(least).min().unwrap_or(0);
        class.common = common.min(COMMON);
        let differences = class.differences(threshold, largest);
        class.parts = (differences * SPARE_EIGHTHS).div_ceil(8) + class.common;
        class
    }

    /// How many members are in one of two sets only, at most, that are alike, one of them of this size and the other of
    /// one of the class that is not smaller: as many of their parts may differ.
    fn differences(&self, threshold: Threshold, size: u32) -> u32 {
        let largest = self.largest.min(threshold.largest_alike(size)).max(size);
        threshold.differences(size, largest)
    }
}

/// Sets of more members than this share more than the keys that are looked for.
const SMALL: usize = 256;

/// What some sets have in their parts, while it is found.
#[derive(Default)]
struct NewParts {
    keys: Vec<u32>,
    lists: Vec<List>,
    /// The sums of the parts of the set under way.
    sums: Vec<u64>,
}

/// What some sets have in their parts; the keys may be in a room.
struct Parts {
    keys: Column<u32>,
    lists: Vec<List>,
}

/// The parts of a set in one round of a class.
struct List {
    set: u32,
    /// Where it ends among the keys.
    end: usize,
    /// How many of them may differ from those of a set that it is like.
    differences: u32,
    common: u8,
}

impl NewParts {
    fn add(&mut self, set: u32, members: &[u64], classes: &Classes) {
        let size = members.len() as u32;
        for (nth, class) in classes.of(size) {
            let differences = class.differences(classes.threshold, size);
            let mut parts = class.parts;
            for round in 0..=ROUNDS {
                let salt = u64::from(nth * (ROUNDS + 1) + round);
                let begin = self.keys.len();
                if round == ROUNDS {
                    self.keys.extend(members.iter().map(|&member| key(member, salt)));
                } else {
                    self.divide(members, parts, salt);
                }
                let found = (self.keys.len() - begin) as u32;
                let end = self.keys.len();
                self.lists.push(List { set, end, differences, common: class.common as u8 });
                if found >= differences + class.common {
                    break;
                }
                parts *= 2;
            }
        }
    }

    fn divide(&mut self, members: &[u64], parts: u32, salt: u64) {
        self.sums.clear();
        self.sums.resize(parts as usize, 0);
        for &member in members {
            let part = (u64::from(member as u32) * u64::from(parts)) >> u32::BITS;
            let sum = &mut self.sums[part as usize];
            *sum = sum.wrapping_add(member);
        }
        // A sum of zero is taken for an empty part, in all sets alike.
        let keys = (0u64..).zip(&self.sums).filter(|(_, sum)| **sum != 0);
        self.keys.extend(keys.map(|(part, &sum)| key(sum, (part << 16) | salt)));
    }

    fn finish(mut self, room: Option<&Arc<dyn Room>>) -> Result<Parts, NoRoom> {
        self.keys.shrink_to_fit();
        let mut keys = Column::of(self.keys, 0);
        if let Some(room) = room {
            keys.lend(room)?;
        }
        Ok(Parts { keys, lists: self.lists })
    }
}

impl Parts {
    /// The keys of these sets, of which each shares some with any that it is like.
    fn rarest(&self, sets: &Sets, mut count: impl FnMut(u32) -> u8) -> Rare {
        let mut rare = Rare::default();
        let mut shared: Vec<u64> = Vec::new();
        let mut chosen: Vec<u32> = Vec::new();
        let mut begin = 0;
        let mut lists = self.lists.iter().peekable();
        let mut common = u8::MAX;
        while let Some(list) = lists.next() {
            shared.clear();
            let keys = &self.keys.values()[begin..list.end];
            begin = list.end;
            for &key in keys {
                let count = count(key);
                if count > 1 {
                    shared.push((u64::from(count) << 32) | u64::from(key));
                }
            }
            // The rarest parts that two sets share are among these of both. Parts that no other set has come first of
            // all, and need no place in an index.
            let alone = (keys.len() - shared.len()) as u32;
            let few = (list.differences + u32::from(list.common)).saturating_sub(alone) as usize;
            if few >= usize::from(list.common) {
                if few < shared.len() {
                    shared.select_nth_unstable(few);
                    shared.truncate(few);
                }
                chosen.extend(shared.iter().map(|&key| key as u32));
                common = common.min(list.common);
            }
            if lists.peek().is_none_or(|next| next.set != list.set) {
                if chosen.len() >= usize::from(common) {
                    let members = sets.get(list.set as usize);
                    let outline = Outline {
                        size: members.len() as u32,
                        sketch: Sketch::of(members),
                        common,
                        indexed: chosen.len() as u32,
                    };
                    rare.push(list.set, outline, chosen.drain(..));
                }
                chosen.clear();
                common = u8::MAX;
            }
        }
        rare
    }
}

#[inline]
fn key(sum: u64, salt: u64) -> u32 {
    (fold(sum ^ SEED, ((salt << 1) | 1).wrapping_mul(FACTOR)) >> 32) as u32
}

const SEED: u64 = 0xBB67_AE85_84CA_A73B;
const FACTOR: u64 = 0x3C6E_F372_FE94_F82B;

/// Finds them. Linear in the members of all sets, in parallel.
///
/// # Errors
/// Where there is no room.
pub(super) fn candidates(sets: &Sets, threshold: Threshold) -> Result<Candidates, NoRoom> {
    let largest = |chunk: usize| sets.sets_of_chunk(chunk).map(|(_, set)| set.len()).max().unwrap_or(0);
    let largest = (0..sets.chunks()).into_par_iter().map(largest).max().unwrap_or(0);
    let classes = Classes::new(threshold, threshold.largest_alike(largest as u32));
    let parts = |chunk| {
        let mut parts = NewParts::default();
        sets.sets_of_chunk(chunk).for_each(|(set, members)| parts.add(set as u32, members, &classes));
        parts.finish(sets.room())
    };
    let parts: Vec<Parts> = (0..sets.chunks()).into_par_iter().map(parts).collect::<Result<_, NoRoom>>()?;
    let lists: Vec<&[u32]> = parts.iter().map(|parts| parts.keys.values()).collect();
    let counts = Counts::of(&lists, sets.room())?;
    let rare: Vec<RareChunk> = parts
        .par_iter()
        .enumerate()
        .map(|(chunk, parts)| parts.rarest(sets, counts.of_list(chunk)).finish(sets.room()))
        .collect::<Result<_, NoRoom>>()?;
    drop((parts, counts));
    Candidates::sharing(&rare, sets.room())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bedload_record::Ordinal;
    use proptest::prelude::*;

    use super::super::sets::NewSets;
    use super::*;

    /// Every pair that is alike shares as many keys as either of them says.
    fn check(sets: &[BTreeSet<u64>], threshold: Threshold) -> Result<(), TestCaseError> {
        let mut chunk = NewSets::default();
        for (line, set) in (0..).zip(sets) {
            chunk.push(Ordinal(line), &set.iter().copied().collect::<Vec<_>>());
        }
        let chunk = chunk.finish(None).expect("own memory");
        let found = candidates(&Sets::new(vec![chunk], None), threshold).expect("own memory");
        let keys = |set: usize| {
            let candidate = found.sets.iter().position(|&other| other as usize == set)?;
            let keys: BTreeSet<u32> = found.keys(candidate).iter().copied().collect();
            Some((keys, usize::from(found.common(candidate))))
        };
        for (b, set) in sets.iter().enumerate() {
            for (a, other) in sets[..b].iter().enumerate() {
                let common = set.intersection(other).count() as u32;
                if !threshold.is_reached(common, (set.len() + other.len()) as u32 - common) {
                    continue;
                }
                let (Some((of_a, least_a)), Some((of_b, least_b))) = (keys(a), keys(b)) else {
                    return Err(TestCaseError::fail(format!("{a} or {b} is no candidate")));
                };
                let shared = of_a.intersection(&of_b).count();
                prop_assert!(shared >= least_a.max(least_b).max(1), "{} and {} share {}", a, b, shared);
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn sets_that_are_alike_share_keys(
            sizes in prop::collection::vec((1u64..300, 0u64..4), 1..4),
            copies in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec((any::<u64>(), any::<bool>()), 0..40)), 1..40),
            thousandths in 650u32..=1000,
        ) {
            // Sets of other sizes have members in common, too.
            let member = |n: u64| fold(n + 1, 0x9E37_79B9_7F4A_7C15);
            let mut sets: Vec<BTreeSet<u64>> =
                sizes.iter().map(|&(size, from)| (from * 50..from * 50 + size).map(member).collect()).collect();
            for (of, edits) in copies {
                let mut set = sets[of.index(sets.len())].clone();
                for (nth, is_new) in edits {
                    let last = set.iter().nth(nth as usize % set.len()).copied().filter(|_| set.len() > 1);
                    last.map(|member| set.remove(&member));
                    if is_new {
                        set.insert(member(nth));
                    }
                }
                sets.push(set);
            }
            let threshold = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            check(&sets, threshold.parse().expect("a threshold"))?;
        }

        #[test]
        fn classes_have_keys_for_all_sizes(thousandths in 650u32..=1000, size in 1u32..100_000) {
            let threshold: Threshold =
                format!("{}.{:03}", thousandths / 1000, thousandths % 1000).parse().expect("a threshold");
            let classes = Classes::new(threshold, threshold.largest_alike(size));
            for (nth, class) in classes.of(size) {
                // Of as many parts as there are members, so many may differ, and as many as are looked for are left.
                prop_assert!(class.common > 0 && class.parts > 0);
                prop_assert!(class.differences(threshold, size) + class.common <= size, "class {}", nth);
            }
            prop_assert_eq!(classes.of(size).next().map(|(_, class)| class.smallest <= size), Some(true));
        }
    }
}
