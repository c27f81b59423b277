//! What pretokens were counted before: by their length in tables of 8, 16 and 64 bytes an entry.
//!
//! Words follow Zipf's law, so two small tables answer nearly always; what falls out of them stays in a larger one.
//! Tables are of fixed size, whatever the text: what is new takes the place of something old.

use crate::split::simd::{Portable, Simd};

/// Bytes of a pretoken that fit a tiny key.
pub(crate) const TINY_MAX: usize = 7;
/// Bytes of a pretoken that fit a short key.
pub(crate) const SHORT_MAX: usize = 15;
/// Bytes of a pretoken that fit a long slot.
const LONG_MAX: usize = 62;

/// The logarithms of the numbers of entries: 256 and 512 KiB of what was seen lately, which stay in the cache of a core
/// (measured: larger ones win nothing, smaller ones lose), 4 MiB, and 512 KiB of long ones.
const TINY_BITS: u32 = 15;
const SHORT_BITS: u32 = 15;
const COLD_BITS: u32 = 18;
const LONG_BITS: u32 = 13;

/// Lines of a table of so many entries, some of which share a line.
const fn lines(bits: u32, entry_bytes: usize) -> usize {
    (1 << bits) * entry_bytes / 64
}

/// A pretoken of 1 to 15 bytes as a number: its bytes, zeros, and its length in the low half of the top byte. The high
/// half is for its count, which is at most its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short(pub(crate) u128);

/// A pretoken of 1 to 7 bytes, likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tiny(pub(crate) u64);

/// All bits but those of the count.
pub(crate) const SHORT_KEY: u128 = u128::MAX >> 4;
pub(crate) const TINY_KEY: u64 = u64::MAX >> 4;

/// The bytes that belong to a pretoken of each length, and the length where a key has it.
const SHORT_KEYS: [(u128, u128); 16] = {
    let mut keys = [(0, 0); 16];
    let mut len = 1;
    while len < 16 {
        keys[len] = ((1 << (8 * len)) - 1, (len as u128) << 120);
        len += 1;
    }
    keys
};

/// A pretoken that was not seen lately.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Miss {
    key: Short,
    hash: u64,
}

impl Miss {
    /// The pretoken's bytes, and how many there are.
    pub(crate) fn pretoken(self) -> ([u8; 16], usize) {
        let [.., last] = self.key.0.to_le_bytes();
        (self.key.0.to_le_bytes(), usize::from(last))
    }
}

/// Mixes the bits of a number so that the upper ones tell numbers apart.
#[inline(always)]
fn mix(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Short {
    /// The key of the first `len` bytes, 1 to 15, of 16.
    #[inline(always)]
    pub(crate) fn new(bytes: &[u8; 16], len: usize) -> Self {
        let (mask, length) = SHORT_KEYS[len & 15];
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

impl Tiny {
    /// The key of the first `len` bytes, 1 to 7, of 8.
    #[inline(always)]
    pub(crate) fn new(bytes: [u8; 8], len: usize) -> Self {
        let len = len as u32 & 7;
        Self(u64::from_le_bytes(bytes) & ((1u64 << (8 * len)).wrapping_sub(1)) | u64::from(len) << 56)
    }

    fn widen(self) -> Short {
        let bytes = u128::from(self.0 & (u64::MAX >> 8));
        Short(bytes | u128::from(self.0 >> 56) << 120)
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
    tiny: Box<[Tinies; lines(TINY_BITS, 8)]>,
    short: Box<[Shorts; lines(SHORT_BITS, 16)]>,
    /// Tiny ones too, by their wider keys.
    cold: Box<[Shorts; lines(COLD_BITS, 16)]>,
    long: Box<[Long]>,
}

/// Entries that share a cache line: keys with their counts, the latest first, zero where there is none.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Shorts(pub(crate) [u128; 4]);

/// Entries that share a cache line, likewise.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Tinies(pub(crate) [u64; 8]);

impl Shorts {
    fn put(&mut self, key: Short, count: u64) {
        self.0.copy_within(..3, 1);
        self.0[0] = key.0 | u128::from(count) << 124;
    }

    #[inline(always)]
    fn get(&self, simd: impl Simd, key: Short) -> Option<u64> {
        let found = simd.find_short(self, key);
        (found < 4).then(|| (self.0[found & 3] >> 124) as u64)
    }
}

impl Cache {
    pub(crate) fn new() -> Self {
        let long = vec![Long { len: 0, count: 0, bytes: [0; LONG_MAX] }; 1 << LONG_BITS].into_boxed_slice();
        Self { tiny: table(), short: table(), cold: table(), long }
    }

    /// The count of a pretoken of 1 to 7 bytes that was seen lately; otherwise where to look further.
    #[inline(always)]
    pub(crate) fn tiny(&self, simd: impl Simd, key: Tiny) -> Result<u64, Miss> {
        let hash = mix(key.0);
        let line = &self.tiny[(hash >> (64 - TINY_BITS + 3)) as usize & (lines(TINY_BITS, 8) - 1)];
        let found = simd.find_tiny(line, key);
        if found < 8 { Ok(line.0[found & 7] >> 60) } else { Err(Miss { key: key.widen(), hash }) }
    }

    /// The count of a pretoken of 8 to 15 bytes that was seen lately; otherwise where to look further.
    #[inline(always)]
    pub(crate) fn short(&self, simd: impl Simd, key: Short) -> Result<u64, Miss> {
        let hash = key.hash();
        let line = &self.short[hash as usize & (lines(SHORT_BITS, 16) - 1)];
        line.get(simd, key).ok_or(Miss { key, hash })
    }

    /// The count of a short or tiny pretoken that was seen before, or by `count`.
    pub(crate) fn cold(&mut self, miss: Miss, count: impl FnOnce() -> u64) -> u64 {
        let Miss { key, hash } = miss;
        let line = &mut self.cold[(key.hash() >> 32) as usize & (lines(COLD_BITS, 16) - 1)];
        let count = line.get(Portable, key).unwrap_or_else(|| {
            let count = count();
            line.put(key, count);
            count
        });
        let (bytes, len) = miss.pretoken();
        if len <= TINY_MAX {
            let [first, ..] = *bytes.as_chunks::<8>().0 else { unreachable!("sixteen bytes") };
            let line = &mut self.tiny[(hash >> (64 - TINY_BITS + 3)) as usize & (lines(TINY_BITS, 8) - 1)];
            line.0.copy_within(..7, 1);
            line.0[0] = Tiny::new(first, len).0 | count << 60;
        } else {
            self.short[hash as usize & (lines(SHORT_BITS, 16) - 1)].put(key, count);
        }
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

/// An empty table.
#[expect(clippy::unnecessary_box_returns, reason = "an array of this size is made on the heap")]
fn table<T: Copy + Default, const N: usize>() -> Box<[T; N]> {
    let lines = vec![T::default(); N].into_boxed_slice();
    lines.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for"))
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
