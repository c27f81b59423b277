//! Words in a row, as hashes of 64 bits, and which evaluation records have them.

use rayon::prelude::*;

use crate::near::words::fold;

/// An odd number with bits everywhere.
const BASE: u64 = 0xD6E8_FEB8_6659_FD93;
const SEED: u64 = 0x1319_8A2E_0370_7345;
const MULTIPLIER: u64 = 0xA409_3822_299F_31D1;

/// Hands over the hash of each `n` words in a row, with the place of their first. Linear.
#[inline]
pub(super) fn grams(words: &[u64], n: usize, mut each: impl FnMut(usize, u64)) {
    let power = BASE.wrapping_pow(n as u32);
    let mut sum = 0u64;
    for (at, &word) in words.iter().enumerate() {
        let oldest = if at < n { 0 } else { words[at - n] };
        sum = sum.wrapping_mul(BASE).wrapping_add(word).wrapping_sub(oldest.wrapping_mul(power));
        if at + 1 >= n {
            each(at + 1 - n, fold(sum ^ SEED, MULTIPLIER));
        }
    }
}

/// The hash of all words together, and of how many they are.
pub(super) fn whole(words: &[u64]) -> u64 {
    let sum = words.iter().fold(words.len() as u64, |sum, &word| sum.wrapping_mul(BASE).wrapping_add(word));
    fold(sum ^ SEED, MULTIPLIER)
}

/// Hashes with the records that have them, both in order.
#[derive(Debug, Default)]
pub(super) struct Grams {
    hashes: Vec<u64>,
    records: Vec<u32>,
    /// Where each of equal parts of all hashes begins, and their end.
    starts: Vec<usize>,
}

/// Hashes in a part, on average.
const PART_HASHES: usize = 8;

/// The hashes of all `n` words in a row of some records, each with its record, in order and each once.
pub(super) fn pairs(n: usize, records: &[&[u64]]) -> Vec<(u64, u32)> {
    let of_record = |(record, words): (usize, &&[u64])| {
        let mut pairs = Vec::with_capacity((words.len() + 1).saturating_sub(n));
        grams(words, n, |_, hash| pairs.push((hash, record as u32)));
        pairs
    };
    let mut pairs: Vec<(u64, u32)> = records.par_iter().enumerate().flat_map_iter(of_record).collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

impl Grams {
    /// Those of some pairs that at most `common` records have, and how many hashes more of them have.
    pub(super) fn of(pairs: &[(u64, u32)], common: usize) -> (Self, u64) {
        let (mut hashes, mut records, mut n_common) = (Vec::new(), Vec::new(), 0);
        for of_hash in pairs.chunk_by(|a, b| a.0 == b.0) {
            if of_hash.len() > common {
                n_common += 1;
                continue;
            }
            for &(hash, record) in of_hash {
                hashes.push(hash);
                records.push(record);
            }
        }
        let parts = hashes.len() / PART_HASHES + 1;
        let starts =
            (0..=parts).map(|part| hashes.partition_point(|&hash| part_of(hash, parts) < part)).collect();
        (Self { hashes, records, starts }, n_common)
    }

    /// The records that have a hash, in order.
    pub(super) fn find(&self, hash: u64) -> &[u32] {
        let part = part_of(hash, self.starts.len() - 1);
        let (start, end) = (self.starts[part], self.starts[part + 1]);
        let hashes = &self.hashes[start..end];
        let from = hashes.partition_point(|&other| other < hash);
        let len = hashes[from..].iter().take_while(|&&other| other == hash).count();
        &self.records[start + from..start + from + len]
    }
}

fn part_of(hash: u64, parts: usize) -> usize {
    ((u128::from(hash) * parts as u128) >> 64) as usize
}

/// Bits by the leading bits of hashes: what is not in it is certain.
#[derive(Debug)]
pub(super) struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

/// Bits for each hash, so that one of sixteen other hashes at most looks like one of them.
const BITS_PER_HASH: usize = 16;

impl Filter {
    pub(super) fn of(pairs: &[(u64, u32)]) -> Self {
        let bits = (pairs.len() * BITS_PER_HASH).next_power_of_two().max(64);
        let mut filter = Self { bits: vec![0; bits / 64], shift: 64 - bits.trailing_zeros() };
        for &(hash, _) in pairs {
            let bit = hash >> filter.shift;
            filter.bits[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        filter
    }

    #[inline]
    pub(super) fn may_have(&self, hash: u64) -> bool {
        let bit = hash >> self.shift;
        self.bits[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_is_found_with_its_records_and_no_other() {
        let spread = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut all: Vec<(u64, u32)> =
            (0..1000).flat_map(|n| (0..n % 5).map(move |record| (spread(n), record as u32))).collect();
        all.sort_unstable();
        let (found, n_common) = Grams::of(&all, 3);
        let filter = Filter::of(&all);
        assert_eq!(n_common, 200);
        for n in 0..1000 {
            let expected: Vec<u32> = if n % 5 > 3 { Vec::new() } else { (0..n as u32 % 5).collect() };
            assert_eq!(found.find(spread(n)), expected, "{n}");
            assert!(n % 5 == 0 || filter.may_have(spread(n)));
            assert!(found.find(spread(n + 1000)).is_empty());
        }
        let (none, _) = Grams::of(&[], 3);
        assert!(none.find(0).is_empty() && none.find(u64::MAX).is_empty());
        assert!(!Filter::of(&[]).may_have(7));
    }

    #[test]
    fn words_in_a_row_have_a_hash_of_their_own() {
        let of = |words: &[u64], n| {
            let mut found = Vec::new();
            grams(words, n, |at, hash| found.push((at, hash)));
            found
        };
        let [a, b] = [of(&[1, 2, 3, 4], 3), of(&[9, 2, 3, 4], 3)];
        assert_eq!(a.iter().map(|found| found.0).collect::<Vec<_>>(), [0, 1]);
        assert!(a[0].1 != b[0].1 && a[1].1 == b[1].1);
        assert_eq!((of(&[1, 2], 3), of(&[], 3)), (Vec::new(), Vec::new()));
        assert_ne!(whole(&[0]), whole(&[0, 0]));
    }
}
