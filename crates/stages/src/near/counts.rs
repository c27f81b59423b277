//! In how many sets each hash occurs, roughly: what occurs once makes no two sets alike, and what is rare tells which
//! may be.

use std::ops::Range;
use std::slice::Iter;
use std::sync::Arc;

use bedload_record::{Column, NoRoom, Room};
use rayon::prelude::*;

/// About how many hashes a part has: the cells of one fit in a processor's own cache.
const PART_HASHES: usize = 1 << 17;
/// More parts are more streams than the processor keeps at hand.
const PARTS_MAX: usize = 1 << 12;
/// How often the hashes are read where there is little memory, a part of the counts each time.
const PASSES: usize = 8;
/// Cells for each hash, at least.
const CELLS_PER_HASH: usize = 2;
const CELLS_PER_PART_MIN: usize = 1 << 10;

/// What is counted, by 32 bits of it.
pub(super) trait Counted: Copy + Send + Sync {
    fn leading(self) -> u32;
}

impl Counted for u32 {
    #[inline]
    fn leading(self) -> u32 {
        self
    }
}

impl Counted for u64 {
    #[inline]
    fn leading(self) -> u32 {
        (self >> 32) as u32
    }
}

/// A count for each hash of some lists, never too low: two hashes may share a cell, and 255 stands for any higher count.
/// A list finds those of its hashes where it left them, part by part, so that none is looked up in a large table.
pub(super) struct Counts {
    /// The counts of the parts of each pass.
    passes: Vec<Column<u8>>,
    parts: Vec<Part>,
    part_bits: u32,
}

/// The hashes with the same first bits.
struct Part {
    pass: usize,
    /// Where the counts of each list begin.
    begins: Vec<usize>,
}

impl Counts {
    /// Counts the hashes of these lists. Linear, in parallel, with four bytes a hash while it works, and one that stays;
    /// with a room, half a byte while it works, and those that stay are there.
    ///
    /// # Errors
    /// Where there is no room.
    pub(super) fn of<T: Counted>(lists: &[&[T]], room: Option<&Arc<dyn Room>>) -> Result<Self, NoRoom> {
        let n: usize = lists.iter().map(|list| list.len()).sum();
        let n_parts = (n / PART_HASHES).next_power_of_two().min(PARTS_MAX);
        let part_bits = n_parts.trailing_zeros();
        let n_cells = (n * CELLS_PER_HASH / n_parts).next_power_of_two().max(CELLS_PER_PART_MIN);
        let shift = u32::BITS.saturating_sub(n_cells.trailing_zeros());
        let at_once = if room.is_some() { n_parts.div_ceil(PASSES) } else { n_parts };
        let mut counts = Self { passes: Vec::new(), parts: Vec::with_capacity(n_parts), part_bits };
        for first in (0..n_parts).step_by(at_once) {
            let divide = |list: &&[T]| Divided::new(list, part_bits, first..first + at_once);
            let divided: Vec<Divided> = lists.par_iter().map(divide).collect();
            let len = |part: usize| divided.iter().map(|list| list.part(part).len()).sum::<usize>();
            let lens: Vec<usize> = (0..at_once).map(len).collect();
            let mut column = Column::filled(lens.iter().sum(), 0u8, room)?;
            let mut rest = column.values_mut();
            let mut end = 0;
            let mut slices = Vec::with_capacity(at_once);
            for len in lens {
                let slice;
                (slice, rest) = rest.split_at_mut(len);
                slices.push((slice, end));
                end += len;
            }
            let count = |cells: &mut Vec<u8>, (part, (slice, begin)): (usize, (&mut [u8], usize))| {
                // The parts are in the order of the hash, so that each has its cells to itself.
                cells.fill(0);
                for &tail in divided.iter().flat_map(|list| list.part(part)) {
                    let cell = &mut cells[(tail >> shift) as usize];
                    *cell = cell.saturating_add(1);
                }
                let mut at = 0;
                let mut begins = Vec::with_capacity(divided.len());
                for list in &divided {
                    begins.push(begin + at);
                    for &tail in list.part(part) {
                        slice[at] = cells[(tail >> shift) as usize];
                        at += 1;
                    }
                }
                Part { pass: first / at_once, begins }
            };
            let parts: Vec<Part> =
                slices.into_par_iter().enumerate().map_init(|| vec![0; n_cells], count).collect();
            counts.parts.extend(parts);
            counts.passes.push(column);
        }
        Ok(counts)
    }

    /// What tells the counts of a list, when it is asked for the hashes of the list one after the other.
    pub(super) fn of_list<T: Counted>(&self, list: usize) -> impl FnMut(T) -> u8 {
        let counts = |part: &Part| self.passes[part.pass].values()[part.begins[list]..].iter();
        let mut parts: Vec<Iter<'_, u8>> = self.parts.iter().map(counts).collect();
        let part_bits = self.part_bits;
        move |hash| {
            let part = part_of(hash.leading(), part_bits);
            *parts[part].next().expect("the hashes of the list, each once")
        }
    }
}

#[inline]
fn part_of(leading: u32, part_bits: u32) -> usize {
    (u64::from(leading) << part_bits >> u32::BITS) as usize
}

/// The hashes of a list that fall into some parts, by their first bits, each as the bits that come next.
struct Divided {
    tails: Vec<u32>,
    /// Where each part ends.
    ends: Vec<usize>,
}

impl Divided {
    fn new<T: Counted>(list: &[T], part_bits: u32, parts: Range<usize>) -> Self {
        // A part before the first is none of these, too.
        let part = |hash: T| part_of(hash.leading(), part_bits).wrapping_sub(parts.start);
        let mut ends = vec![0; parts.len()];
        list.iter().for_each(|&hash| {
            if let Some(end) = ends.get_mut(part(hash)) {
                *end += 1;
            }
        });
        let mut begin = 0;
        for end in &mut ends {
            begin += std::mem::replace(end, begin);
        }
        let mut tails = vec![0; begin];
        for &hash in list {
            if let Some(at) = ends.get_mut(part(hash)) {
                tails[*at] = hash.leading() << part_bits;
                *at += 1;
            }
        }
        Self { tails, ends }
    }

    fn part(&self, part: usize) -> &[u32] {
        let begin = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.tails[begin..self.ends[part]]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use proptest::prelude::*;

    use super::super::tests::Heap;
    use super::super::words::fold;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn no_count_is_too_low_and_few_are_too_high(
            n in 1usize..400_000, of in 1u64..600_000, lists in 1usize..5, seed: u64, is_spilled: bool,
        ) {
            let hash = |n| fold((fold(n ^ seed, 0xD6E8_FEB8_6659_FD93) % of) ^ seed, 0x9E37_79B9_7F4A_7C15);
            let hashes: Vec<u64> = (0..n as u64).map(hash).collect();
            let mut exact: HashMap<u64, usize> = HashMap::new();
            hashes.iter().for_each(|&hash| *exact.entry(hash).or_default() += 1);
            let room = is_spilled.then(|| Arc::new(Heap) as Arc<dyn Room>);
            let lists: Vec<&[u64]> = hashes.chunks(n.div_ceil(lists)).collect();
            let counts = Counts::of(&lists, room.as_ref()).expect("room");
            let mut too_high = BTreeSet::new();
            for (nth, list) in lists.iter().enumerate() {
                let mut count = counts.of_list(nth);
                for &hash in *list {
                    let difference = usize::from(count(hash)).checked_sub(exact[&hash].min(255));
                    if difference.expect("no count is too low") > 0 {
                        too_high.insert(hash);
                    }
                }
            }
            prop_assert!(too_high.len() <= exact.len() / 2 + 10, "{} of {}", too_high.len(), exact.len());
        }
    }
}
