//! What pretokens were counted before: by their length in tables of 8, 16, 32 and 64 bytes an entry.
//!
//! Words follow Zipf's law, so two small tables answer nearly always; what falls out of them stays in a larger one.
//! Tables are of fixed size, whatever the text: what is new takes the place of something old.

use std::hint::select_unpredictable;

use crate::fast::Place;
use crate::split::simd::{Simd, prefetch};

/// Bytes of a pretoken that fit a tiny key.
pub(crate) const TINY_MAX: usize = 7;
/// Bytes of a pretoken that fit a short key.
pub(crate) const SHORT_MAX: usize = 15;
/// Bytes of a pretoken that fit a long key.
const LONG_MAX: usize = 30;
/// Bytes of a pretoken that fit the longest key.
const LONGEST_MAX: usize = 62;

/// The logarithms of the numbers of entries: 256 and 512 KiB of what was seen lately, which stay in the cache of a core
/// (measured: larger ones win nothing, smaller ones lose), 4 MiB, then 2 MiB and 1 MiB of long ones.
const TINY_BITS: u32 = 15;
const SHORT_BITS: u32 = 15;
const COLD_BITS: u32 = 18;
const LONG_BITS: u32 = 16;
const LONGEST_BITS: u32 = 14;

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

    fn tiny(self) -> Option<Tiny> {
        let len = (self.0 >> 120) as usize;
        (len <= TINY_MAX).then_some(Tiny(self.0 as u64 | (len as u64) << 56))
    }
}

impl Tiny {
    /// The key of the first `len` bytes, 1 to 7, of 8.
    #[inline(always)]
    pub(crate) fn new(bytes: [u8; 8], len: usize) -> Self {
        let len = len as u32 & 7;
        Self(u64::from_le_bytes(bytes) & ((1u64 << (8 * len)).wrapping_sub(1)) | u64::from(len) << 56)
    }
}

/// A pretoken of 16 to 30 bytes, likewise; its length and its count have a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Long([u128; 2]);

impl Long {
    /// The key of a pretoken.
    fn new(pretoken: &[u8]) -> Self {
        let (first, last) = (pretoken.first_chunk(), pretoken.last_chunk());
        let (first, last) = first.zip(last).expect("a long pretoken has 16 bytes");
        // The last ones without those that are among the first.
        let shared = 8 * (32 - pretoken.len() as u32);
        let high = u128::from_le_bytes(*last).checked_shr(shared).unwrap_or(0);
        Self([u128::from_le_bytes(*first), high | (pretoken.len() as u128) << 112])
    }

    fn hash(self) -> u64 {
        let Self([low, high]) = self;
        Short(low ^ u128::from(Short(high).hash()) << 64).hash()
    }
}

/// A pretoken of 31 to 62 bytes, likewise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub(crate) struct Longest([u128; 4]);

impl Longest {
    fn new(pretoken: &[u8]) -> Self {
        let mut bytes = [[0; 16]; 4];
        bytes.as_flattened_mut()[..pretoken.len()].copy_from_slice(pretoken);
        bytes[3][14] = pretoken.len() as u8;
        Self(bytes.map(u128::from_le_bytes))
    }

    fn hash(self) -> u64 {
        let Self(words) = self;
        words.into_iter().fold(0, |hash, word| Short(word ^ u128::from(hash)).hash())
    }
}

/// A pretoken as the larger tables have it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Short(Short),
    Long(Long),
    Longest(Longest),
    /// It has more bytes than any table.
    None,
}

impl Key {
    #[inline(always)]
    pub(crate) fn new(text: &[u8], place: Place) -> Self {
        let Place { begin, len } = place;
        match len {
            0..=SHORT_MAX => {
                let head = text[begin..].first_chunk().copied().unwrap_or_else(|| {
                    let mut head = [0; 16];
                    head[..len].copy_from_slice(place.of(text));
                    head
                });
                Self::Short(Short::new(&head, len))
            }
            16..=LONG_MAX => Self::Long(Long::new(place.of(text))),
            31..=LONGEST_MAX => Self::Longest(Longest::new(place.of(text))),
            _ => Self::None,
        }
    }
}

/// The cache of one counter.
#[derive(Debug)]
pub(crate) struct Cache {
    tiny: Box<[Tinies; lines(TINY_BITS, 8)]>,
    short: Box<[Shorts; lines(SHORT_BITS, 16)]>,
    /// Tiny ones too, by their wider keys.
    cold: Box<[Shorts; lines(COLD_BITS, 16)]>,
    long: Box<[Longs; lines(LONG_BITS, 32)]>,
    longest: Box<[Longest; lines(LONGEST_BITS, 64)]>,
}

/// Entries that share a cache line: keys with their counts, the latest first, zero where there is none.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Shorts(pub(crate) [u128; 4]);

/// Entries that share a cache line, likewise.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Tinies(pub(crate) [u64; 8]);

/// Entries that share a cache line, likewise.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
struct Longs([[u128; 2]; 2]);

impl Shorts {
    fn put(&mut self, key: Short, count: u64) {
        self.0.copy_within(..3, 1);
        self.0[0] = key.0 | u128::from(count) << 124;
    }

    #[inline(always)]
    fn get(&self, simd: impl Simd, key: Short) -> (u64, bool) {
        let found = simd.find_short(self, key);
        (select_unpredictable(found < 4, (self.0[found & 3] >> 124) as u64, 0), found < 4)
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self { tiny: table(), short: table(), cold: table(), long: table(), longest: table() }
    }
}

impl Cache {
    /// The count of a pretoken of 1 to 7 bytes, and whether it was seen lately; the count is zero where it was not.
    #[inline(always)]
    pub(crate) fn tiny(&self, simd: impl Simd, key: Tiny) -> (u64, bool) {
        let line = &self.tiny[tiny_line(key)];
        let found = simd.find_tiny(line, key);
        (select_unpredictable(found < 8, line.0[found & 7] >> 60, 0), found < 8)
    }

    /// The count of a pretoken of 8 to 15 bytes, likewise.
    #[inline(always)]
    pub(crate) fn short(&self, simd: impl Simd, key: Short) -> (u64, bool) {
        self.short[short_line(key.hash())].get(simd, key)
    }

    /// Has the memory brought where a pretoken would be that was not seen lately.
    #[inline(always)]
    pub(crate) fn prefetch(&self, key: Key) {
        match key {
            Key::Short(key) => prefetch(&self.cold[cold_line(key.hash())]),
            Key::Long(key) => prefetch(&self.long[long_line(key)]),
            Key::Longest(key) => prefetch(&self.longest[longest_line(key)]),
            Key::None => {}
        }
    }

    /// The count of a pretoken that was not seen lately, but before. It is as if seen now.
    #[inline(always)]
    pub(crate) fn seen(&mut self, simd: impl Simd, key: Key) -> Option<u64> {
        match key {
            Key::Short(key) => {
                let (count, is_found) = self.cold[cold_line(key.hash())].get(simd, key);
                if is_found {
                    self.warm(key, count);
                }
                is_found.then_some(count)
            }
            Key::Long(Long([low, high])) => {
                let line = &self.long[long_line(Long([low, high]))];
                let is_it = |entry: &&[u128; 2]| entry[0] == low && (entry[1] ^ high) << 8 == 0;
                line.0.iter().find(is_it).map(|entry| (entry[1] >> 120) as u64)
            }
            Key::Longest(key) => {
                let entry = self.longest[longest_line(key)];
                let is_it = key.0[..3] == entry.0[..3] && (key.0[3] ^ entry.0[3]) << 8 == 0;
                is_it.then_some((entry.0[3] >> 120) as u64)
            }
            Key::None => None,
        }
    }

    /// Keeps the count of a pretoken.
    pub(crate) fn put(&mut self, key: Key, count: u64) {
        match key {
            Key::Short(key) => {
                self.cold[cold_line(key.hash())].put(key, count);
                self.warm(key, count);
            }
            Key::Long(key) => {
                let Long([low, high]) = key;
                let line = &mut self.long[long_line(key)].0;
                *line = [[low, high | u128::from(count) << 120], line[0]];
            }
            Key::Longest(key) => {
                let entry = &mut self.longest[longest_line(key)];
                *entry = key;
                entry.0[3] |= u128::from(count) << 120;
            }
            Key::None => {}
        }
    }

    fn warm(&mut self, key: Short, count: u64) {
        match key.tiny() {
            Some(tiny) => {
                let line = &mut self.tiny[tiny_line(tiny)].0;
                line.copy_within(..7, 1);
                line[0] = tiny.0 | count << 60;
            }
            None => self.short[short_line(key.hash())].put(key, count),
        }
    }
}

#[inline(always)]
fn tiny_line(key: Tiny) -> usize {
    (mix(key.0) >> (64 - TINY_BITS + 3)) as usize & (lines(TINY_BITS, 8) - 1)
}

#[inline(always)]
fn short_line(hash: u64) -> usize {
    hash as usize & (lines(SHORT_BITS, 16) - 1)
}

#[inline(always)]
fn cold_line(hash: u64) -> usize {
    (hash >> 32) as usize & (lines(COLD_BITS, 16) - 1)
}

fn long_line(key: Long) -> usize {
    key.hash() as usize & (lines(LONG_BITS, 32) - 1)
}

fn longest_line(key: Longest) -> usize {
    key.hash() as usize & (lines(LONGEST_BITS, 64) - 1)
}

/// An empty table.
#[expect(clippy::unnecessary_box_returns, reason = "an array of this size is made on the heap")]
fn table<T: Copy + Default, const N: usize>() -> Box<[T; N]> {
    let lines = vec![T::default(); N].into_boxed_slice();
    lines.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for"))
}
