//! The classes of 64 bytes at a time, as bits: with AVX-512, with AVX2, or without either; and the choice among them,
//! when the program runs.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::cache::{SHORT_KEY, Short, Shorts, TINY_KEY, Tinies, Tiny};
use crate::pairs::{KEY, Line};

/// Which of 64 bytes are what; bit n is byte n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// Not ASCII.
    pub(crate) wide: u64,
    pub(crate) letter: u64,
    pub(crate) upper: u64,
    pub(crate) digit: u64,
    /// White space, line breaks included.
    pub(crate) space: u64,
    /// `\r` and `\n`
    pub(crate) line_break: u64,
    /// `' '`
    pub(crate) blank: u64,
    pub(crate) apostrophe: u64,
    pub(crate) slash: u64,
}

/// A way of finding masks.
pub(crate) trait Simd: Copy {
    fn masks(self, bytes: &[u8; 64]) -> Masks;

    /// Which of the entries has the key; 4 or more where none has it.
    fn find_short(self, line: &Shorts, key: Short) -> usize;

    /// Which of the entries has the key; 8 or more where none has it.
    fn find_tiny(self, line: &Tinies, key: Tiny) -> usize;

    /// Which of the entries has the key; 8 or more where none has it.
    fn find_pair(self, line: &Line, key: u64) -> usize;

    /// The smallest of some numbers; the largest that there is where there are none.
    #[inline(always)]
    fn lowest(self, blocks: &[[u32; 16]]) -> u32 {
        let mut lowest = [u32::MAX; 16];
        for block in blocks {
            for (lowest, number) in lowest.iter_mut().zip(block) {
                *lowest = (*lowest).min(*number);
            }
        }
        lowest.into_iter().fold(u32::MAX, u32::min)
    }

    /// Which of some numbers equal another one; bit n is the one at n.
    #[inline(always)]
    fn find_all(self, block: &[u32; 16], number: u32) -> u32 {
        (0..16).fold(0, |found, at| found | u32::from(block[at] == number) << at)
    }

    /// Does some work apart from the code around it.
    fn run<J: Job>(self, job: J) -> J::Output;
}

/// Work that can be done with any instructions.
pub(crate) trait Job {
    /// What comes of it.
    type Output;

    /// Does it; inlined into where the instructions are switched on.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Which instructions are used. One is made only where the processor has them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    Portable(Portable),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Level {
    /// All that this processor has, the best first.
    pub(crate) fn all() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(Avx512::detect().map(Self::Avx512));
            levels.extend(Avx2::detect().map(Self::Avx2));
        }
        levels.push(Self::Portable(Portable));
        levels
    }

    /// The best that this processor has. Cheap: what it has is found out once.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let best = Avx512::detect().map(Self::Avx512).or_else(|| Avx2::detect().map(Self::Avx2));
            if let Some(level) = best {
                return level;
            }
        }
        Self::Portable(Portable)
    }

    /// Does some work with these instructions.
    pub(crate) fn run<J: Job>(self, job: J) -> J::Output {
        match self {
            Self::Portable(simd) => simd.run(job),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => simd.run(job),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => simd.run(job),
        }
    }
}

/// Has memory brought to the core, without waiting for it, where that can be asked for.
#[inline(always)]
pub(crate) fn prefetch<T>(line: &T) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(line);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

/// Without special instructions: eight bytes at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;

/// The high bit of each byte, which must be below 0x80, that is at least `from` and at most `to`.
fn within(word: u64, from: u8, to: u8) -> u64 {
    let at_least = word + ONES * u64::from(0x80 - from);
    let beyond = word + ONES * u64::from(0x7F - to);
    at_least & !beyond & HIGHS
}

/// The high bits of eight bytes, side by side.
fn gather(highs: u64) -> u64 {
    (highs >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl Simd for Portable {
    #[inline(always)]
    fn masks(self, bytes: &[u8; 64]) -> Masks {
        let mut masks = Masks::default();
        for (n, chunk) in bytes.chunks_exact(8).enumerate() {
            let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
            let wide = word & HIGHS;
            let low = word & !HIGHS;
            let is = |highs: u64| gather(highs & !wide) << (8 * n);
            masks.wide |= gather(wide) << (8 * n);
            masks.letter |= is(within(low | (ONES * 0x20), b'a', b'z'));
            masks.upper |= is(within(low, b'A', b'Z'));
            masks.digit |= is(within(low, b'0', b'9'));
            masks.space |= is(within(low, 9, 13) | within(low, b' ', b' '));
            masks.line_break |= is(within(low, b'\n', b'\n') | within(low, b'\r', b'\r'));
            masks.blank |= is(within(low, b' ', b' '));
            masks.apostrophe |= is(within(low, b'\'', b'\''));
            masks.slash |= is(within(low, b'/', b'/'));
        }
        masks
    }

    #[inline(always)]
    fn find_short(self, line: &Shorts, key: Short) -> usize {
        let is_it = |at: usize| u32::from((line.0[at] ^ key.0) & SHORT_KEY == 0) << at;
        let found = is_it(0) | is_it(1) | is_it(2) | is_it(3);
        found.trailing_zeros() as usize
    }

    #[inline(always)]
    fn find_tiny(self, line: &Tinies, key: Tiny) -> usize {
        let is_it = |at: usize| u32::from((line.0[at] ^ key.0) & TINY_KEY == 0) << at;
        let found = is_it(0) | is_it(1) | is_it(2) | is_it(3) | is_it(4) | is_it(5) | is_it(6) | is_it(7);
        found.trailing_zeros() as usize
    }

    #[inline(always)]
    fn find_pair(self, line: &Line, key: u64) -> usize {
        let is_it = |at: usize| u32::from((line.0[at] ^ key) & KEY == 0) << at;
        let found = is_it(0) | is_it(1) | is_it(2) | is_it(3) | is_it(4) | is_it(5) | is_it(6) | is_it(7);
        found.trailing_zeros() as usize
    }

    #[inline(never)]
    fn run<J: Job>(self, job: J) -> J::Output {
        job.run(self)
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};
