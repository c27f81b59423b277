//! Work over bytes and numbers that is compiled for several sets of instructions, of which the best that the processor
//! has is used. What is inlined into it is compiled for them, too: loops over arrays become wide without further ado.

use crate::split::simd::{Job, Level, Simd};

/// Work that can be done with any instructions.
pub trait Work {
    /// What comes of it.
    type Output;

    /// Does it. Wants to be inlined, and so does what it calls.
    fn run<W: Wide>(self, wide: W) -> Self::Output;
}

/// What is asked of wide instructions by name.
pub trait Wide: Copy {
    /// Which of 64 bytes are ASCII letters and digits; bit n is byte n.
    fn alphanumeric(self, bytes: &[u8; 64]) -> u64;

    /// Which of 64 bytes are ASCII white space, vertical tabs included.
    fn white(self, bytes: &[u8; 64]) -> u64;
}

/// A set of instructions that the processor has.
#[derive(Clone, Copy, Debug)]
pub struct Instructions(Level);

impl Instructions {
    /// The best that the processor has.
    pub fn best() -> Self {
        Self(Level::best())
    }

    /// All that it has, the best first.
    pub fn all() -> Vec<Self> {
        Level::all().into_iter().map(Self).collect()
    }

    /// Does some work with them.
    pub fn run<W: Work>(self, work: W) -> W::Output {
        self.0.run(WorkJob(work))
    }
}

struct WorkJob<W>(W);

impl<W: Work> Job for WorkJob<W> {
    type Output = W::Output;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> W::Output {
        self.0.run(WideSimd(simd))
    }
}

#[derive(Clone, Copy)]
struct WideSimd<S>(S);

impl<S: Simd> Wide for WideSimd<S> {
    #[inline(always)]
    fn alphanumeric(self, bytes: &[u8; 64]) -> u64 {
        let masks = self.0.masks(bytes);
        masks.letter | masks.digit
    }

    #[inline(always)]
    fn white(self, bytes: &[u8; 64]) -> u64 {
        self.0.masks(bytes).space
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Classes<'a>(&'a [u8; 64]);

    impl Work for Classes<'_> {
        type Output = [u64; 2];

        fn run<W: Wide>(self, wide: W) -> [u64; 2] {
            [wide.alphanumeric(self.0), wide.white(self.0)]
        }
    }

    proptest! {
        #[test]
        fn classes_are_found_with_any_instructions(bytes in prop::collection::vec(0u8..0xA0, 64)) {
            let block: &[u8; 64] = bytes.first_chunk().expect("64 bytes");
            let bits = |is: fn(u8) -> bool| {
                block.iter().enumerate().fold(0, |mask, (nth, &byte)| mask | u64::from(is(byte)) << nth)
            };
            let white = |byte: u8| matches!(byte, b'\t'..=b'\r' | b' ');
            let expected = [bits(|byte| byte.is_ascii_alphanumeric()), bits(white)];
            for instructions in Instructions::all() {
                prop_assert_eq!(instructions.run(Classes(block)), expected, "{:?}", instructions);
            }
        }
    }
}
