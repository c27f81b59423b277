//! The sets that may have one like them, by what they must share with it: two sets that are alike have one of their
//! rarest members in common.

use std::sync::Arc;

use bedload_record::{Column, NoRoom, Room};
use rayon::prelude::*;

use super::counts::Counts;
use super::sets::Sets;
use super::similarity::Threshold;
use super::sketch::Sketch;

/// Sets that may have others like them, and their rarest members as far as other candidates have these among theirs.
#[derive(Debug)]
pub(super) struct Candidates {
    /// Their numbers among all sets, ascending.
    pub(super) sets: Vec<u32>,
    outlines: Vec<Outline>,
    ends: Vec<usize>,
    keys: Column<u32>,
    /// How many keys there are: one past the highest.
    pub(super) n_keys: usize,
}

/// What is known of a candidate without its members.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline {
    /// How many members it has.
    pub(super) size: u32,
    pub(super) sketch: Sketch,
    /// How many of its keys it shares with any that it is like, at least.
    pub(super) common: u8,
    /// How many of its keys, from the first, it shares so many of with any that is not smaller.
    pub(super) indexed: u32,
}

/// More common keys make fewer candidates, and each needs one more key.
const COMMON: u32 = 3;

/// The rarest members of some sets, which may be in a room.
pub(super) struct RareChunk {
    sets: Vec<u32>,
    outlines: Vec<Outline>,
    ends: Vec<usize>,
    members: Column<u32>,
}

/// The rarest members of some sets while they are found, as 32 bits of their hashes.
#[derive(Default)]
pub(super) struct Rare {
    sets: Vec<u32>,
    outlines: Vec<Outline>,
    ends: Vec<usize>,
    members: Vec<u32>,
}

impl Candidates {
    /// Finds them. Linear in the members of all sets, in parallel.
    ///
    /// # Errors
    /// Where there is no room.
    pub(super) fn among(sets: &Sets, threshold: Threshold) -> Result<Self, NoRoom> {
        let lists: Vec<&[u64]> = (0..sets.chunks()).map(|chunk| sets.of_chunk(chunk)).collect();
        let counts = Counts::of(&lists, sets.room())?;
        let rare: Vec<RareChunk> = (0..sets.chunks())
            .into_par_iter()
            .map_init(Vec::new, |scratch, chunk| {
                Rare::of(sets, chunk, &counts, threshold, scratch).finish(sets.room())
            })
            .collect::<Result<_, NoRoom>>()?;
        drop(counts);
        Self::sharing(&rare, sets.room())
    }

    /// Keeps the members that several sets have.
    ///
    /// # Errors
    /// Where there is no room.
    pub(super) fn sharing(rare: &[RareChunk], room: Option<&Arc<dyn Room>>) -> Result<Self, NoRoom> {
        let n = rare.iter().map(|rare| rare.members.values().len()).sum();
        let mut all = Column::filled(n, 0u32, room)?;
        let mut rest = all.values_mut();
        for rare in rare {
            let place;
            (place, rest) = rest.split_at_mut(rare.members.values().len());
            place.copy_from_slice(rare.members.values());
        }
        all.values_mut().par_sort_unstable();
        let shared: Vec<u32> =
            all.values().chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0]).collect();
        drop(all);
        let keys = Keys::new(shared);
        let parts: Vec<RareChunk> = rare
            .par_iter()
            .map(|rare| {
                let mut part = Rare::default();
                let members = rare.members.values();
                let mut begin = 0;
                for ((&set, &outline), &end) in rare.sets.iter().zip(&rare.outlines).zip(&rare.ends) {
                    let before = part.members.len();
                    let (indexed, others) = members[begin..end].split_at(outline.indexed as usize);
                    begin = end;
                    part.members.extend(indexed.iter().filter_map(|&member| keys.find(member)));
                    let indexed = (part.members.len() - before) as u32;
                    part.members.extend(others.iter().filter_map(|&member| keys.find(member)));
                    if part.members.len() - before < usize::from(outline.common) {
                        part.members.truncate(before);
                        continue;
                    }
                    part.sets.push(set);
                    part.outlines.push(Outline { indexed, ..outline });
                    part.ends.push(part.members.len());
                }
                part.finish(room)
            })
            .collect::<Result<_, NoRoom>>()?;
        let n = parts.iter().map(|part| part.members.values().len()).sum();
        let mut all = Self {
            sets: Vec::new(),
            outlines: Vec::new(),
            ends: Vec::new(),
            keys: Column::filled(n, 0, room)?,
            n_keys: keys.members.len(),
        };
        let mut before = 0;
        for RareChunk { sets, outlines, ends, members } in parts {
            let end = before + members.values().len();
            all.keys.values_mut()[before..end].copy_from_slice(members.values());
            all.sets.extend(sets);
            all.outlines.extend(outlines);
            all.ends.extend(ends.into_iter().map(|end| before + end));
            before = end;
        }
        Ok(all)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    /// The keys of a candidate, of which it shares some with any that it is like.
    pub(super) fn keys(&self, candidate: usize) -> &[u32] {
        let begin = candidate.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.keys.values()[begin..self.ends[candidate]]
    }

    /// Those of which it shares as many with any that it is like and that is not smaller.
    pub(super) fn indexed_keys(&self, candidate: usize) -> &[u32] {
        &self.keys(candidate)[..self.outlines[candidate].indexed as usize]
    }

    /// How many members a candidate has.
    pub(super) fn size(&self, candidate: usize) -> u32 {
        self.outlines[candidate].size
    }

    /// How many keys a candidate shares with any that it is like, at least.
    pub(super) fn common(&self, candidate: usize) -> u8 {
        self.outlines[candidate].common
    }

    /// Whether two candidates can be alike, as far as their sizes and sketches tell.
    #[inline]
    pub(super) fn may_be_alike(&self, a: usize, b: usize, threshold: Threshold) -> bool {
        let (a, b) = (&self.outlines[a], &self.outlines[b]);
        let least = threshold.least_common(a.size, b.size);
        least <= a.size.min(b.size) && a.sketch.least_difference(b.sketch) <= a.size + b.size - 2 * least
    }
}

impl Rare {
    /// Adds a set with what it must share with any that it is like.
    pub(super) fn push(&mut self, set: u32, outline: Outline, members: impl Iterator<Item = u32>) {
        self.sets.push(set);
        self.outlines.push(outline);
        self.members.extend(members);
        self.ends.push(self.members.len());
    }

    pub(super) fn finish(mut self, room: Option<&Arc<dyn Room>>) -> Result<RareChunk, NoRoom> {
        self.members.shrink_to_fit();
        let mut members = Column::of(self.members, 0);
        if let Some(room) = room {
            members.lend(room)?;
        }
        Ok(RareChunk { sets: self.sets, outlines: self.outlines, ends: self.ends, members })
    }

    fn of(sets: &Sets, chunk: usize, counts: &Counts, threshold: Threshold, scratch: &mut Vec<u64>) -> Self {
        let mut rare = Self::default();
        let mut count_of = counts.of_list(chunk);
        for (set, members) in sets.sets_of_chunk(chunk) {
            let size = members.len() as u32;
            scratch.clear();
            scratch.resize(members.len(), 0);
            let mut shared = 0;
            for &hash in members {
                let count = count_of(hash);
                // Any order will do that is the same for all sets; rare members first make the fewest candidates.
                scratch[shared] = u64::from(count) << 56 | hash >> 8;
                shared += usize::from(count > 1);
            }
            scratch.truncate(shared);
            // The rarest members that two sets share are in the prefixes of both.
            let common = COMMON.min(threshold.least_shared(size));
            // Members that no other set has come first of all, and need no place in an index.
            let alone = size - scratch.len() as u32;
            let few = threshold.prefix(size, COMMON).saturating_sub(alone);
            if few < common {
                continue;
            }
            let few = few as usize;
            if few < scratch.len() {
                scratch.select_nth_unstable(few);
                scratch.truncate(few);
            }
            scratch.sort_unstable();
            let indexed =
                threshold.prefix_of_smaller(size, COMMON).saturating_sub(alone).min(scratch.len() as u32);
            let outline = Outline { size, sketch: Sketch::of(members), common: common as u8, indexed };
            rare.push(set as u32, outline, scratch.iter().map(|&member| member as u32));
        }
        rare
    }
}

/// Sorted members, found by their leading bits.
struct Keys {
    members: Vec<u32>,
    /// Where the members of equal parts of all numbers begin, and their end.
    starts: Vec<u32>,
}

/// Members in such a part, on average.
const PART: usize = 2;

impl Keys {
    fn new(members: Vec<u32>) -> Self {
        let parts = members.len() / PART + 1;
        let mut starts = vec![0; parts + 1];
        members.iter().for_each(|&member| starts[part_of(member, parts) + 1] += 1);
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        Self { members, starts }
    }

    fn find(&self, member: u32) -> Option<u32> {
        let part = part_of(member, self.starts.len() - 1);
        let (from, to) = (self.starts[part], self.starts[part + 1]);
        let same = self.members[from as usize..to as usize].iter().position(|&other| other == member);
        same.map(|nth| from + nth as u32)
    }
}

fn part_of(member: u32, parts: usize) -> usize {
    ((u64::from(member) * parts as u64) >> 32) as usize
}
