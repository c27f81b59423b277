//! What a later run needs to know of the records of this one, so that it has to compare only those that are new: which
//! they are, all pairs of them that are alike, and of the set of each what it must share with any set that is like it.
//! As bytes, so that another run finds it in a file.
//!
//! ```text
//! magic[16] version:u32 stamp_bytes:u32 threshold:u32 zero:u32
//! made_of:u64 frequent:u64 records:u64 keys:u64 pairs:u64
//! stamp, zeros up to a multiple of 16
//! id:u128     of each record, ascending; by their numbers here they are named below
//! sketch:u64×4, then size:u32     of the set of each
//! hash:u64    of shingles that many records have
//! key:u32, then record:u32        for each key of each set, ascending
//! later:u32 earlier:u32 common:u32 either:u32     for each pair, ascending
//! ```
//! All numbers are little-endian. A checksum is for whoever keeps the bytes.

mod extend;
mod make;
mod probe;
mod signature;

use std::ops::Range;

use rayon::prelude::*;

use super::shingles::{Shingle, Shingler};
use super::similarity::Threshold;
use super::{Fields, words};

pub use extend::{Run, all_pairs, pairs_max};
pub use make::{Member, NewIndex};

/// The first bytes.
pub const MAGIC: [u8; 16] = *b"bedload-near-idx";
/// Of the layout, and of what is in it.
const VERSION: u32 = 1;
const HEADER: usize = 72;
const ALIGNED: usize = 16;
/// How many times as many records as it was made of an index may have before it is made anew: what is frequent among
/// them may be something else by then.
const GROWTH_MAX: u64 = 2;

/// How the sets of an index are made: only those of one way can be compared.
pub fn stamp(shingle: Shingle, fields: Fields) -> String {
    // What shingles are may change with the program: then these do.
    let text =
        "A sample of 12 words: naïve Ünïcode, 東京 and العربية, so that a change of what shingles are shows.";
    let sample = [Shingle::Words(3), Shingle::Chars(7)].into_iter().fold(0, |all, shingle| {
        let mut shingler = Shingler::new(shingle);
        let set = shingler.shingles([text].into_iter());
        set.iter().fold(all, |all, &hash| words::fold(all ^ hash, 0x9E37_79B9_7F4A_7C15))
    });
    let fields = match fields {
        Fields::All => "all",
        Fields::Prompt => "prompt",
        Fields::Completion => "completion",
    };
    let version = env!("CARGO_PKG_VERSION");
    format!("bedload {version} {sample:016x}\nshingle {shingle}\nfields {fields}\n")
}

/// Why an index cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The bytes are not those of an index.
    NoIndex,
    /// The bytes are not those that were written.
    Changed,
    /// It was made in another way; how.
    Other(String),
}

/// An index in bytes.
#[derive(Debug)]
pub struct SavedIndex<'a> {
    bytes: &'a [u8],
    threshold: Threshold,
    made_of: u64,
    ids: Range<usize>,
    sketches: Range<usize>,
    sizes: Range<usize>,
    frequent: Range<usize>,
    keys: Range<usize>,
    owners: Range<usize>,
    pairs: Range<usize>,
}

/// A pair of records of an index, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SavedPair {
    /// The record with the higher number.
    pub later: u32,
    /// The other one.
    pub earlier: u32,
    /// Shingles in both.
    pub common: u32,
    /// Shingles in either.
    pub either: u32,
}

const PAIR: usize = 16;
const SKETCH: usize = 32;
const ID: usize = 16;

fn u32_at(bytes: &[u8], nth: usize) -> u32 {
    let (chunks, _) = bytes.as_chunks::<4>();
    u32::from_le_bytes(chunks[nth])
}

fn u64_at(bytes: &[u8], nth: usize) -> u64 {
    let (chunks, _) = bytes.as_chunks::<8>();
    u64::from_le_bytes(chunks[nth])
}

impl<'a> SavedIndex<'a> {
    /// Reads an index that was stamped so, and that has all pairs at this threshold.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn read(bytes: &'a [u8], stamp: &str, threshold: Threshold) -> Result<Self, Unusable> {
        if !bytes.starts_with(&MAGIC) {
            return Err(Unusable::NoIndex);
        }
        let Some(header) = bytes.get(..HEADER) else { return Err(Unusable::Changed) };
        if u32_at(header, 4) != VERSION {
            return Err(Unusable::Other("it was written by another version of bedload".to_owned()));
        }
        let stamp_bytes = u32_at(header, 5) as usize;
        let Some(found) = bytes.get(HEADER..HEADER + stamp_bytes) else { return Err(Unusable::Changed) };
        let found = String::from_utf8_lossy(found);
        let index = Self::of(bytes, stamp_bytes).filter(Self::is_sound).ok_or(Unusable::Changed)?;
        if let Some((was, is)) = found.lines().zip(stamp.lines()).find(|(was, is)| was != is) {
            return Err(Unusable::Other(match was.split_once(' ') {
                Some((name @ ("shingle" | "fields"), was)) => {
                    let is = is.split_once(' ').map_or("", |(_, is)| is);
                    format!("it was made with {name} {was}, not {is}")
                }
                _ => "it was written by another version of bedload".to_owned(),
            }));
        }
        if index.threshold > threshold {
            let was = index.threshold;
            return Err(Unusable::Other(format!("it has pairs from {was} on, and {threshold} is compared")));
        }
        Ok(index)
    }

    fn of(bytes: &'a [u8], stamp_bytes: usize) -> Option<Self> {
        let threshold = Threshold::from_parts(u32_at(bytes, 6))?;
        let count = |nth: usize| usize::try_from(u64_at(bytes, 4 + nth)).ok();
        let (frequent, records, keys, pairs) = (count(1)?, count(2)?, count(3)?, count(4)?);
        let mut end = (HEADER + stamp_bytes).next_multiple_of(ALIGNED);
        let mut next = |n: usize, of: usize| {
            let begin = end;
            end = begin.checked_add(n.checked_mul(of)?)?;
            Some(begin..end)
        };
        let index = Self {
            bytes,
            threshold,
            made_of: u64_at(bytes, 4),
            ids: next(records, ID)?,
            sketches: next(records, SKETCH)?,
            sizes: next(records, 4)?,
            frequent: next(frequent, 8)?,
            keys: next(keys, 4)?,
            owners: next(keys, 4)?,
            pairs: next(pairs, PAIR)?,
        };
        (end == bytes.len()).then_some(index)
    }

    /// Whether all numbers are of records, and in order.
    fn is_sound(&self) -> bool {
        let n = self.len();
        let is_ascending = |range: &Range<usize>| {
            let (keys, _) = self.bytes[range.clone()].as_chunks::<4>();
            keys.par_windows(2).all(|two| u32::from_le_bytes(two[0]) <= u32::from_le_bytes(two[1]))
        };
        let (owners, _) = self.bytes[self.owners.clone()].as_chunks::<4>();
        let is_pair = |pair: SavedPair| pair.earlier < pair.later && (pair.later as usize) < n;
        u32::try_from(n).is_ok()
            && (1..n).into_par_iter().all(|nth| self.id(nth - 1) < self.id(nth))
            && is_ascending(&self.keys)
            && owners.par_iter().all(|&owner| (u32::from_le_bytes(owner) as usize) < n)
            && self.pairs().all(is_pair)
    }

    /// The least similarity of its pairs.
    pub fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.ids.len() / ID
    }

    /// Returns true if it has no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an index with so many records that are in this one, and so many new ones, is rather made anew.
    pub fn is_outgrown(&self, old: usize, new: usize) -> bool {
        new > old || (old + new) as u64 > self.made_of.saturating_mul(GROWTH_MAX)
    }

    /// The number of a record.
    pub fn find(&self, id: u128) -> Option<u32> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle).cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle as u32),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = SavedPair> + use<'a> {
        let (pairs, _) = self.bytes[self.pairs.clone()].as_chunks::<PAIR>();
        pairs.iter().map(|pair| {
            let [later, earlier, common, either] = [0, 1, 2, 3].map(|nth| u32_at(pair, nth));
            SavedPair { later, earlier, common, either }
        })
    }

    fn id(&self, nth: usize) -> u128 {
        let (ids, _) = self.bytes[self.ids.clone()].as_chunks::<ID>();
        u128::from_le_bytes(ids[nth])
    }

    fn size(&self, record: u32) -> u32 {
        u32_at(&self.bytes[self.sizes.clone()], record as usize)
    }

    fn sketch(&self, record: u32) -> super::sketch::Sketch {
        let sketches = &self.bytes[self.sketches.clone()];
        super::sketch::Sketch::from_words([0, 1, 2, 3].map(|nth| u64_at(sketches, record as usize * 4 + nth)))
    }

    fn frequent(&self) -> impl ExactSizeIterator<Item = u64> + use<'a> {
        let (hashes, _) = self.bytes[self.frequent.clone()].as_chunks::<8>();
        hashes.iter().map(|&hash| u64::from_le_bytes(hash))
    }

    fn keys(&self) -> &'a [[u8; 4]] {
        self.bytes[self.keys.clone()].as_chunks().0
    }

    fn owners(&self) -> &'a [[u8; 4]] {
        self.bytes[self.owners.clone()].as_chunks().0
    }
}

#[cfg(test)]
mod tests;
