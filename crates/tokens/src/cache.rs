//! What pretokens were counted before: two tables for those of up to 15 bytes, one for those of up to 62.
//!
//! Words follow Zipf's law, so the small table answers nearly always. Tables are of fixed size, whatever the text:
//! what is new takes the place of something old.

use crate::split::simd::{Portable, Simd};

/// Bytes of a pretoken that fit a key.
pub(crate) const SHORT_MAX: usize = 15;
/// Bytes of a pretoken that fit a long slot.
const LONG_MAX: usize = 62;

/// The logarithms of the numbers of slots: 1 MiB, as much as a core's own cache often is, 4 MiB and 512 KiB. Measured on
/// 100 MB of English: 256 KiB cost a third of the speed, 2 and 4 MiB bring nothing.
const HOT_BITS: u32 = 16;
const COLD_BITS: u32 = 18;
const LONG_BITS: u32 = 13;
const HOT_MASK: usize = (1 << (HOT_BITS - 2)) - 1;
const COLD_MASK: usize = (1 << (COLD_BITS - 2)) - 1;

/// A pretoken of 1 to 15 bytes as a number: its bytes, zeros, and its length in the low half of the top byte. The high
/// half is for its count, which is at most its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) u128);

const COUNT_SHIFT: u32 = 124;
const LEN_SHIFT: u32 = 120;

/// All bits but those of the count.
pub(crate) const KEY_BITS: u128 = u128::MAX >> 4;

/// The bytes that belong to a pretoken of each length, and the length where a key has it.
const KEYS: [(u128, u128); 16] = {
    let mut keys = [(0, 0); 16];
    let mut len = 1;
    while len < 16 {
        keys[len] = ((1 << (8 * len)) - 1, (len as u128) << LEN_SHIFT);
        len += 1;
    }
    keys
};

/// A pretoken that was not seen lately.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Miss {
    key: Key,
    hash: u64,
}

impl Miss {
    /// The pretoken's bytes, and how many there are.
    pub(crate) fn pretoken(self) -> ([u8; 16], usize) {
        (self.key.0.to_le_bytes(), (self.key.0 >> LEN_SHIFT) as usize)
    }
}

impl Key {
    /// The key of the first `len` bytes, 1 to 15, of 16.
    #[inline(always)]
    pub(crate) fn new(bytes: &[u8; 16], len: usize) -> Self {
        let (mask, length) = KEYS[len & 15];
        Self(u128::from_le_bytes(*bytes) & mask | length)
    }

    #[inline(always)]
    fn hash(self) -> u64 {
        let (low, high) = (self.0 as u64, (self.0 >> 64) as u64);
        let product =
            u128::from(low ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(u128::from(high ^ 0xD1B5_4A32_D192_ED03));
        product as u64 ^ (product >> 64) as u64
    }
}

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Long {
    len: u8,
    count: u8,
    bytes: [u8; LONG_MAX],
}

/// The cache of one counter.
#[derive(Debug)]
pub(crate) struct Cache {
    hot: Box<[Ways; HOT_MASK + 1]>,
    cold: Box<[Ways; COLD_MASK + 1]>,
    long: Box<[Long]>,
}

/// Four entries that share a cache line: keys with their counts, the latest first, zero where there is none.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Ways(pub(crate) [u128; 4]);

impl Ways {
    fn put(&mut self, key: Key, count: u64) {
        let [first, second, third, _] = self.0;
        self.0 = [key.0 | u128::from(count) << COUNT_SHIFT, first, second, third];
    }

    #[inline(always)]
    fn get(&self, simd: impl Simd, key: Key) -> Option<u64> {
        let way = simd.find(self, key);
        (way < 4).then(|| (self.0[way & 3] >> COUNT_SHIFT) as u64)
    }
}

impl Cache {
    pub(crate) fn new() -> Self {
        let long = vec![Long { len: 0, count: 0, bytes: [0; LONG_MAX] }; 1 << LONG_BITS].into_boxed_slice();
        Self { hot: ways(), cold: ways(), long }
    }

    /// The count of a short pretoken that was seen lately; otherwise where to look further, for [`Cache::cold`].
    #[inline(always)]
    pub(crate) fn hot(&self, simd: impl Simd, key: Key) -> Result<u64, Miss> {
        let hash = key.hash();
        self.hot[hash as usize & HOT_MASK].get(simd, key).ok_or(Miss { key, hash })
    }

    /// The count of a short pretoken that was seen before, or by `count`.
    pub(crate) fn cold(&mut self, Miss { key, hash }: Miss, count: impl FnOnce() -> u64) -> u64 {
        let cold = &mut self.cold[(hash >> 32) as usize & COLD_MASK];
        let count = cold.get(Portable, key).unwrap_or_else(|| {
            let count = count();
            cold.put(key, count);
            count
        });
        self.hot[hash as usize & HOT_MASK].put(key, count);
        count
    }

    /// The count of a longer pretoken, found here or by `count`.
    pub(crate) fn long(&mut self, pretoken: &[u8], count: impl FnOnce() -> u64) -> u64 {
        if pretoken.len() > LONG_MAX {
            return count();
        }
        let slot = &mut self.long[hash(pretoken) as usize & ((1 << LONG_BITS) - 1)];
        let len = pretoken.len();
        if usize::from(slot.len) == len && slot.bytes[..len] == *pretoken {
            return u64::from(slot.count);
        }
        let count = count();
        slot.bytes[..len].copy_from_slice(pretoken);
        (slot.len, slot.count) = (len as u8, count as u8);
        count
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "an array of this size is made on the heap")]
fn ways<const N: usize>() -> Box<[Ways; N]> {
    let ways = vec![Ways([0; 4]); N].into_boxed_slice();
    ways.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for"))
}

fn hash(bytes: &[u8]) -> u64 {
    let word = |chunk: &[u8]| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    };
    bytes.chunks(8).fold(bytes.len() as u64, |hash, chunk| {
        let product = u128::from(hash ^ word(chunk)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        product as u64 ^ (product >> 64) as u64
    })
}
