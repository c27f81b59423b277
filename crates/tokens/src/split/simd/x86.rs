//! With AVX-512 and with AVX2. The only unsafe code of the crate.

#![allow(unsafe_code, reason = "instructions that not every processor has")]

#[allow(clippy::wildcard_imports, reason = "their names are prefixed")]
use std::arch::x86_64::*;

use super::{Job, KEY, Line, Masks, SHORT_KEY, Short, Shorts, Simd, TINY_KEY, Tinies, Tiny};

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run_avx2<J: Job>(simd: Avx2, job: J) -> J::Output {
    job.run(simd)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2,lzcnt,popcnt")]
fn run_avx512<J: Job>(simd: Avx512, job: J) -> J::Output {
    job.run(simd)
}

/// Has memory brought to the core, without waiting for it.
#[inline(always)]
pub(super) fn prefetch<T>(line: &T) {
    // SAFETY: every x86-64 has this instruction, which reads nothing.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(line).cast()) };
}

/// With AVX2. Only made where the processor has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// None where the processor lacks it.
    pub(crate) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has.then_some(Self(()))
    }
}

// The bodies stand in the methods themselves, which are inlined into `run_avx2` and `run_avx512` before anything
// else is: only there are the instructions switched on, so only there can they be inlined in turn.
impl Simd for Avx2 {
    #[inline(always)]
    fn masks(self, bytes: &[u8; 64]) -> Masks {
        let (low, high) = bytes.split_at(32);
        let (low, high) = (half_masks(low), half_masks(high));
        Masks {
            wide: low.wide | high.wide << 32,
            letter: low.letter | high.letter << 32,
            upper: low.upper | high.upper << 32,
            digit: low.digit | high.digit << 32,
            space: low.space | high.space << 32,
            line_break: low.line_break | high.line_break << 32,
            blank: low.blank | high.blank << 32,
            apostrophe: low.apostrophe | high.apostrophe << 32,
            slash: low.slash | high.slash << 32,
        }
    }

    #[inline(always)]
    fn find_short(self, line: &Shorts, key: Short) -> usize {
        // SAFETY: `detect` saw AVX2; 64 bytes are read of four numbers of 16.
        unsafe {
            let twice = |word: u128| {
                let [low, high] = [word as i64, (word >> 64) as i64];
                _mm256_set_epi64x(high, low, high, low)
            };
            equal_pairs(equal_lanes(line.0.as_ptr().cast(), twice(key.0), twice(SHORT_KEY)))
        }
    }

    #[inline(always)]
    fn find_tiny(self, line: &Tinies, key: Tiny) -> usize {
        // SAFETY: `detect` saw AVX2; 64 bytes are read of eight numbers of 8.
        unsafe {
            let all = |word: u64| _mm256_set1_epi64x(word.cast_signed());
            equal_lanes(line.0.as_ptr().cast(), all(key.0), all(TINY_KEY)).trailing_zeros() as usize
        }
    }

    #[inline(always)]
    fn find_pair(self, line: &Line, key: u64) -> usize {
        // SAFETY: `detect` saw AVX2; 64 bytes are read of eight numbers of 8.
        unsafe {
            let all = |word: u64| _mm256_set1_epi64x(word.cast_signed());
            equal_lanes(line.0.as_ptr().cast(), all(key), all(KEY)).trailing_zeros() as usize
        }
    }

    #[inline(always)]
    fn find_all(self, block: &[u32; 16], number: u32) -> u32 {
        // SAFETY: `detect` saw AVX2; 64 bytes are read of sixteen numbers of 4.
        unsafe {
            let number = _mm256_set1_epi32(number.cast_signed());
            let half = |block: *const __m256i| {
                let equal = _mm256_cmpeq_epi32(_mm256_loadu_si256(block), number);
                _mm256_movemask_ps(_mm256_castsi256_ps(equal)) as u32
            };
            half(block.as_ptr().cast()) | half(block[8..].as_ptr().cast()) << 8
        }
    }

    fn run<J: Job>(self, job: J) -> J::Output {
        // SAFETY: `detect` saw AVX2 and what is switched on with it.
        unsafe { run_avx2(self, job) }
    }
}

/// Which of eight numbers equal the key in some bits.
///
/// # Safety
/// The processor has AVX2, and the line has 64 bytes.
#[inline(always)]
unsafe fn equal_lanes(line: *const __m256i, key: __m256i, bits: __m256i) -> u32 {
    // SAFETY: as above.
    unsafe {
        let half = |line: *const __m256i| {
            let other = _mm256_and_si256(_mm256_xor_si256(_mm256_loadu_si256(line), key), bits);
            let equal = _mm256_cmpeq_epi64(other, _mm256_setzero_si256());
            _mm256_movemask_pd(_mm256_castsi256_pd(equal)) as u32
        };
        half(line) | half(line.add(1)) << 4
    }
}

/// The masks of 32 bytes.
#[inline(always)]
fn half_masks(bytes: &[u8]) -> Masks {
    let bytes: &[u8; 32] = bytes.try_into().expect("half of 64 bytes");
    // SAFETY: only for `Avx2`, so `detect` saw AVX2; 32 bytes are read of an array of 32.
    unsafe {
        let v = _mm256_loadu_si256(bytes.as_ptr().cast());
        let all = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let bits = |mask: __m256i| u64::from(_mm256_movemask_epi8(mask) as u32);
        // Bytes from 0x80 on are negative, and so below every bound.
        let within = |v: __m256i, from: u8, to: u8| {
            let above = _mm256_cmpgt_epi8(v, all(from.wrapping_sub(1)));
            _mm256_andnot_si256(_mm256_cmpgt_epi8(v, all(to)), above)
        };
        let equals = |byte: u8| _mm256_cmpeq_epi8(v, all(byte));
        Masks {
            wide: bits(v),
            letter: bits(within(_mm256_or_si256(v, all(0x20)), b'a', b'z')),
            upper: bits(within(v, b'A', b'Z')),
            digit: bits(within(v, b'0', b'9')),
            space: bits(_mm256_or_si256(within(v, 9, 13), equals(b' '))),
            line_break: bits(_mm256_or_si256(equals(b'\n'), equals(b'\r'))),
            blank: bits(equals(b' ')),
            apostrophe: bits(equals(b'\'')),
            slash: bits(equals(b'/')),
        }
    }
}

/// Which entry has both its halves equal, two bits an entry.
#[inline(always)]
fn equal_pairs(halves: u32) -> usize {
    let both = halves & (halves >> 1) & 0x55;
    both.trailing_zeros() as usize / 2
}

/// With AVX-512. Only made where the processor has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(());

impl Avx512 {
    /// None where the processor lacks it.
    pub(crate) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has.then_some(Self(()))
    }
}

impl Simd for Avx512 {
    #[inline(always)]
    fn masks(self, bytes: &[u8; 64]) -> Masks {
        // SAFETY: `detect` saw these features; 64 bytes are read of an array of 64.
        unsafe {
            let v = _mm512_loadu_si512(bytes.as_ptr().cast());
            let all = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
            // One subtraction brings a range to the bottom; bytes from 0x80 on stay outside of all of them.
            let within = |v: __m512i, from: u8, to: u8| {
                _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, all(from)), all(to - from))
            };
            let equals = |byte: u8| _mm512_cmpeq_epi8_mask(v, all(byte));
            let blank = equals(b' ');
            Masks {
                wide: _mm512_movepi8_mask(v),
                letter: within(_mm512_or_si512(v, all(0x20)), b'a', b'z'),
                upper: within(v, b'A', b'Z'),
                digit: within(v, b'0', b'9'),
                space: within(v, 9, 13) | blank,
                line_break: equals(b'\n') | equals(b'\r'),
                blank,
                apostrophe: equals(b'\''),
                slash: equals(b'/'),
            }
        }
    }

    #[inline(always)]
    fn find_short(self, line: &Shorts, key: Short) -> usize {
        // SAFETY: `detect` saw these features; 64 bytes are read of four numbers of 16.
        unsafe {
            let four = |word: u128| {
                let [low, high] = [word as i64, (word >> 64) as i64];
                _mm512_broadcast_i32x4(_mm_set_epi64x(high, low))
            };
            let other = _mm512_xor_si512(_mm512_loadu_si512(line.0.as_ptr().cast()), four(key.0));
            equal_pairs(u32::from(_mm512_testn_epi64_mask(other, four(SHORT_KEY))))
        }
    }

    #[inline(always)]
    fn find_tiny(self, line: &Tinies, key: Tiny) -> usize {
        // SAFETY: `detect` saw these features; 64 bytes are read of eight numbers of 8.
        unsafe {
            let all = |word: u64| _mm512_set1_epi64(word.cast_signed());
            let other = _mm512_xor_si512(_mm512_loadu_si512(line.0.as_ptr().cast()), all(key.0));
            u32::from(_mm512_testn_epi64_mask(other, all(TINY_KEY))).trailing_zeros() as usize
        }
    }

    #[inline(always)]
    fn find_pair(self, line: &Line, key: u64) -> usize {
        // SAFETY: `detect` saw these features; 64 bytes are read of eight numbers of 8.
        unsafe {
            let all = |word: u64| _mm512_set1_epi64(word.cast_signed());
            let other = _mm512_xor_si512(_mm512_loadu_si512(line.0.as_ptr().cast()), all(key));
            u32::from(_mm512_testn_epi64_mask(other, all(KEY))).trailing_zeros() as usize
        }
    }

    #[inline(always)]
    fn lowest(self, blocks: &[[u32; 16]]) -> u32 {
        // SAFETY: `detect` saw these features; 64 bytes are read of each sixteen numbers of 4.
        unsafe {
            let load = |block: &[u32; 16]| _mm512_loadu_si512(block.as_ptr().cast());
            let most = _mm512_set1_epi32(-1);
            let lowest = blocks.iter().fold(most, |lowest, block| _mm512_min_epu32(lowest, load(block)));
            _mm512_reduce_min_epu32(lowest)
        }
    }

    #[inline(always)]
    fn find_all(self, block: &[u32; 16], number: u32) -> u32 {
        // SAFETY: `detect` saw these features; 64 bytes are read of sixteen numbers of 4.
        unsafe {
            let block = _mm512_loadu_si512(block.as_ptr().cast());
            u32::from(_mm512_cmpeq_epi32_mask(block, _mm512_set1_epi32(number.cast_signed())))
        }
    }

    fn run<J: Job>(self, job: J) -> J::Output {
        // SAFETY: `detect` saw AVX-512 and what is switched on with it.
        unsafe { run_avx512(self, job) }
    }
}
