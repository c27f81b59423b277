//! In how many sets each shingle occurs, roughly: what occurs once makes no two sets alike, and what is rare tells
//! which may be.

use std::ops::Range;
use std::sync::Arc;

use bedload_record::{Column, NoRoom, Room};
use rayon::prelude::*;

/// About how many hashes a part has: the cells of one fit in a processor's own cache.
const PART_HASHES: usize = 1 << 17;
/// More parts are more streams to write than the processor keeps at hand.
const PARTS_MAX: usize = 1 << 12;
/// How often the hashes are read where there is little memory, a part of the counts each time.
const PASSES: usize = 8;
/// Cells for each hash, at least.
const CELLS_PER_HASH: usize = 2;
const CELLS_PER_PART_MIN: usize = 1 << 10;

/// A count for each hash, never too low: two hashes may share a cell, and 255 stands for any higher count.
pub(super) struct Counts {
    cells: Column<u8>,
    shift: u32,
}

impl Counts {
    /// Counts the hashes of these lists. Linear, in parallel, with four bytes a hash while it works, and two to four that
    /// stay; with a room, half a byte while it works, and those that stay are there.
    ///
    /// # Errors
    /// Where there is no room.
    pub(super) fn of(lists: &[&[u64]], room: Option<&Arc<dyn Room>>) -> Result<Self, NoRoom> {
        let n: usize = lists.iter().map(|list| list.len()).sum();
        let parts = (n / PART_HASHES).next_power_of_two().min(PARTS_MAX);
        let part_bits = parts.trailing_zeros();
        let per_part = (n * CELLS_PER_HASH / parts).next_power_of_two().max(CELLS_PER_PART_MIN);
        let mut cells = Column::filled(per_part * parts, 0u8, room)?;
        let at_once = if room.is_some() { parts.div_ceil(PASSES) } else { parts };
        let shift = u32::BITS - per_part.trailing_zeros();
        // The parts are in the order of the hash, so that each has its cells to itself.
        for (pass, cells) in cells.values_mut().chunks_mut(per_part * at_once).enumerate() {
            let first = pass * at_once;
            let divide = |list: &&[u64]| Divided::new(list, part_bits, first..first + at_once);
            let divided: Vec<Divided> = lists.par_iter().map(divide).collect();
            cells.par_chunks_mut(per_part).enumerate().for_each(|(part, cells)| {
                for &tail in divided.iter().flat_map(|list| list.part(part)) {
                    let cell = &mut cells[(tail >> shift) as usize];
                    *cell = cell.saturating_add(1);
                }
            });
        }
        let shift = u64::BITS - (per_part * parts).trailing_zeros();
        Ok(Self { cells, shift })
    }

    /// What tells the count of a hash.
    pub(super) fn lookup(&self) -> impl Fn(u64) -> u8 + Copy {
        let (cells, shift) = (self.cells.values(), self.shift);
        move |hash| cells[(hash >> shift) as usize]
    }
}

/// The hashes of a list that fall into some parts, by their first bits, each as the 32 bits that come next.
struct Divided {
    tails: Vec<u32>,
    /// Where each part ends.
    ends: Vec<usize>,
}

impl Divided {
    fn new(list: &[u64], part_bits: u32, parts: Range<usize>) -> Self {
        // In two steps, as a shift by all 64 bits is none. A part before the first is none of these, too.
        let part =
            |hash: u64| ((hash >> 1 >> (u64::BITS - 1 - part_bits)) as usize).wrapping_sub(parts.start);
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
                tails[*at] = (hash << part_bits >> 32) as u32;
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
    use std::collections::HashMap;

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
            let count = counts.lookup();
            let difference = |(&hash, &n): (&u64, &usize)| usize::from(count(hash)).checked_sub(n.min(255));
            let differences: Option<Vec<usize>> = exact.iter().map(difference).collect();
            let differences = differences.expect("no count is too low");
            let too_high = differences.iter().filter(|&&difference| difference > 0).count();
            prop_assert!(too_high <= exact.len() / 2 + 10, "{} of {}", too_high, exact.len());
        }
    }
}
