//! An index that is made: of records that an earlier one has, and of new ones.

use std::ops::Range;
use std::sync::Arc;

use bedload_record::{Column, NoRoom, Room};
use rayon::prelude::*;

use super::super::counts::Counts;
use super::super::sets::Sets;
use super::super::similarity::Threshold;
use super::super::sketch::Sketch;
use super::signature::{FREQUENT, keys};
use super::{ALIGNED, HEADER, MAGIC, SavedIndex, SavedPair, VERSION};

/// Bytes that are handed on together.
const BLOCK: usize = 1 << 20;
/// Old keys that are merged with new ones together; few in tests, so that there are several parts.
const PART: usize = if cfg!(test) { 1 << 6 } else { 1 << 18 };

/// A record of an index to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// The number that it has in the earlier index.
    Old(u32),
    /// The number of its set among the new ones.
    New(u32),
    /// It has no set.
    Empty,
}

/// An index, before it is bytes.
#[derive(Debug)]
pub struct NewIndex {
    stamp: String,
    threshold: Threshold,
    made_of: u64,
    ids: Vec<u128>,
    outlines: Vec<(Sketch, u32)>,
    frequent: Vec<u64>,
    /// A key and the number of its record, the key in the upper half.
    keys: Column<u64>,
    pairs: Vec<SavedPair>,
}

impl NewIndex {
    /// Makes it of records, ascending by their ids and each once, and of all pairs of these at the threshold, by their
    /// numbers among them. The earlier index has the same stamp and threshold.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn new(
        (stamp, threshold): (String, Threshold),
        old: Option<&SavedIndex<'_>>,
        members: &[(u128, Member)],
        sets: &Sets,
        mut pairs: Vec<SavedPair>,
        room: Option<&Arc<dyn Room>>,
    ) -> Result<Self, NoRoom> {
        let outline = |&(_, member): &(u128, Member)| match member {
            Member::Old(record) => old.map(|old| (old.sketch(record), old.size(record))).unwrap_or_default(),
            Member::New(set) => {
                let set = sets.get(set as usize);
                (Sketch::of(set), set.len() as u32)
            }
            Member::Empty => (Sketch::default(), 0),
        };
        pairs.par_sort_unstable();
        let mut index = Self {
            stamp,
            threshold,
            made_of: old.map_or(members.len() as u64, |old| old.made_of),
            ids: members.iter().map(|&(id, _)| id).collect(),
            outlines: members.par_iter().map(outline).collect(),
            frequent: Vec::new(),
            keys: Column::new(0),
            pairs,
        };
        let mut numbers = vec![u32::MAX; sets.len()];
        let mut renumbered = vec![u32::MAX; old.map_or(0, SavedIndex::len)];
        for (&(_, member), number) in members.iter().zip(0..) {
            match member {
                Member::New(set) => numbers[set as usize] = number,
                Member::Old(record) => renumbered[record as usize] = number,
                Member::Empty => {}
            }
        }
        let new = if let Some(old) = old {
            index.frequent = old.frequent().collect();
            let frequent = old.frequent_shingles();
            let frequent = &frequent;
            keys_of(sets, &numbers, threshold, |_| |hash| frequent.contains(&hash))
        } else {
            let lists: Vec<&[u64]> = (0..sets.chunks()).map(|chunk| sets.of_chunk(chunk)).collect();
            let counts = Counts::of(&lists, sets.room())?;
            let of_list = |list: usize| {
                let mut count = counts.of_list(list);
                move |hash: u64| count(hash) >= FREQUENT
            };
            index.frequent = frequent(&lists, of_list);
            keys_of(sets, &numbers, threshold, of_list)
        };
        index.keys = merge(old, &renumbered, &new, room)?;
        Ok(index)
    }

    /// Hands on its bytes, piece by piece.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn write<E>(&self, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut header = MAGIC.to_vec();
        let stamp = self.stamp.as_bytes();
        for number in [VERSION, stamp.len() as u32, self.threshold.parts(), 0] {
            header.extend(number.to_le_bytes());
        }
        let counts = [self.frequent.len(), self.ids.len(), self.keys.values().len(), self.pairs.len()];
        for number in [self.made_of].into_iter().chain(counts.map(|count| count as u64)) {
            header.extend(number.to_le_bytes());
        }
        debug_assert_eq!(header.len(), HEADER);
        header.extend(stamp);
        header.resize(header.len().next_multiple_of(ALIGNED), 0);
        sink(&header)?;
        blocks(&mut sink, &self.ids, |id| id.to_le_bytes())?;
        blocks(&mut sink, &self.outlines, |(sketch, _)| {
            let mut bytes = [0; 32];
            for (place, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(sketch.words()) {
                *place = word.to_le_bytes();
            }
            bytes
        })?;
        blocks(&mut sink, &self.outlines, |(_, size)| size.to_le_bytes())?;
        blocks(&mut sink, &self.frequent, |hash| hash.to_le_bytes())?;
        blocks(&mut sink, self.keys.values(), |&key| ((key >> u32::BITS) as u32).to_le_bytes())?;
        blocks(&mut sink, self.keys.values(), |&key| (key as u32).to_le_bytes())?;
        blocks(&mut sink, &self.pairs, |pair| {
            let mut bytes = [0; 16];
            let numbers = [pair.later, pair.earlier, pair.common, pair.either];
            for (place, number) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(numbers) {
                *place = number.to_le_bytes();
            }
            bytes
        })
    }
}

/// Hands on some values, each as so many bytes.
fn blocks<T, E, const N: usize>(
    sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    values: &[T],
    bytes: impl Fn(&T) -> [u8; N],
) -> Result<(), E> {
    let mut block = vec![[0; N]; BLOCK / N];
    for values in values.chunks(BLOCK / N) {
        let block = &mut block[..values.len()];
        block.iter_mut().zip(values).for_each(|(place, value)| *place = bytes(value));
        sink(block.as_flattened())?;
    }
    Ok(())
}

/// The keys of new sets with the numbers of their records, in order. What tells whether a shingle is frequent is made for
/// each chunk, and asked about its shingles in order, once each.
fn keys_of<F: FnMut(u64) -> bool>(
    sets: &Sets,
    numbers: &[u32],
    threshold: Threshold,
    of_chunk: impl Fn(usize) -> F + Sync,
) -> Vec<u64> {
    let keys_of_chunk = |chunk: usize| {
        let (mut all, mut scratch) = (Vec::new(), Vec::new());
        let mut is_frequent = of_chunk(chunk);
        for (set, members) in sets.sets_of_chunk(chunk) {
            let number = numbers[set];
            let keys = keys(members, threshold, &mut is_frequent, &mut scratch);
            // One that another record has as well is not there twice.
            if number != u32::MAX {
                all.extend(keys.map(|key| u64::from(key) << u32::BITS | u64::from(number)));
            }
        }
        all
    };
    let chunks: Vec<Vec<u64>> = (0..sets.chunks()).into_par_iter().map(keys_of_chunk).collect();
    let mut all = chunks.concat();
    all.par_sort_unstable();
    all
}

/// The shingles that are frequent, in order, asked about as those of [`keys_of`].
fn frequent<F: FnMut(u64) -> bool>(lists: &[&[u64]], of_list: impl Fn(usize) -> F + Sync) -> Vec<u64> {
    let of = |(nth, list): (usize, &&[u64])| {
        let mut is_frequent = of_list(nth);
        let mut some: Vec<u64> = list.iter().copied().filter(|&hash| is_frequent(hash)).collect();
        some.sort_unstable();
        some.dedup();
        some
    };
    let lists: Vec<Vec<u64>> = lists.par_iter().enumerate().map(of).collect();
    let mut all = lists.concat();
    all.par_sort_unstable();
    all.dedup();
    all
}

/// The keys of the old records that are still there, by their new numbers, which are in the same order, and the new keys.
fn merge(
    old: Option<&SavedIndex<'_>>,
    renumbered: &[u32],
    new: &[u64],
    room: Option<&Arc<dyn Room>>,
) -> Result<Column<u64>, NoRoom> {
    let (keys, owners) = old.map(|old| (old.keys(), old.owners())).unwrap_or_default();
    let number = |owner: &[u8; 4]| renumbered[u32::from_le_bytes(*owner) as usize];
    // Parts of all keys, each of which is merged on its own.
    let mut parts = Vec::new();
    let (mut from, mut from_new) = (0, 0);
    while from < keys.len() || from_new < new.len() {
        let (mut to, mut to_new) = (keys.len(), new.len());
        if from + PART < to {
            let next = u32::from_le_bytes(keys[from + PART]);
            to = keys.partition_point(|&key| u32::from_le_bytes(key) <= next);
            to_new = new.partition_point(|&new| (new >> u32::BITS) as u32 <= next);
        }
        parts.push((from..to, from_new..to_new));
        (from, from_new) = (to, to_new);
    }
    let stays = |owner: &&[u8; 4]| number(owner) != u32::MAX;
    let len = |(old, new): &(Range<usize>, Range<usize>)| {
        owners[old.clone()].iter().filter(stays).count() + new.len()
    };
    let lens: Vec<usize> = parts.par_iter().map(len).collect();
    let mut all = Column::filled(lens.iter().sum(), 0u64, room)?;
    let mut rest = all.values_mut();
    let mut places = Vec::with_capacity(parts.len());
    for len in lens {
        let place;
        (place, rest) = rest.split_at_mut(len);
        places.push(place);
    }
    places.into_par_iter().zip(parts).for_each(|(place, (from, from_new))| {
        let mut new = new[from_new].iter().copied().peekable();
        let mut at = 0;
        for (key, owner) in keys[from.clone()].iter().zip(&owners[from]) {
            let number = number(owner);
            if number == u32::MAX {
                continue;
            }
            let old = u64::from(u32::from_le_bytes(*key)) << u32::BITS | u64::from(number);
            while let Some(before) = new.next_if(|&new| new < old) {
                place[at] = before;
                at += 1;
            }
            place[at] = old;
            at += 1;
        }
        place[at..].iter_mut().zip(new).for_each(|(place, new)| *place = new);
    });
    Ok(all)
}
