//! The merges of a vocabulary: which token two adjacent ones become.

use std::hint::select_unpredictable;

use crate::split::simd::{Portable, Simd, prefetch};

/// A map from pairs of tokens to the token that they are merged into, and back.
///
/// A lookup reads one cache line, whose place is known beforehand, and takes no branch on what it finds there. So the
/// lookups of several pretokens can be under way at once.
#[derive(Debug)]
pub(crate) struct Pairs {
    lines: Box<[Line]>,
    /// What each token is merged from; [`Pairs::NONE`] twice where it is from nothing.
    parts: Box<[(u32, u32)]>,
}

/// Eight entries that share a cache line: a key in the upper 42 bits and the merged token in the lower 21, or zero.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u64; 8]);

/// A pair and where it is looked up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lookup {
    key: u64,
    line: usize,
}

const BITS: u32 = 21;
const TOKEN: u64 = (1 << BITS) - 1;
/// The bits of an entry that are its key: all of both tokens, and a bit that makes it other than nothing.
pub(crate) const KEY: u64 = !TOKEN & !MORE;
const USED: u64 = 1 << 63;
/// In the last entry of a line: others had no room there and are in the next line.
const MORE: u64 = 1 << 62;
/// Half as many as there is room for, so that one line in fifty has more than that.
const ENTRIES_MEAN: usize = 4;

impl Pairs {
    /// The marker for "no merge": larger than every token.
    pub(crate) const NONE: u32 = u32::MAX;

    /// The most tokens that a vocabulary can have here.
    pub(crate) const TOKENS_MAX: usize = (1 << (BITS - 1)) - 1;

    /// An empty map for a vocabulary of so many tokens.
    pub(crate) fn with_tokens(tokens: usize) -> Self {
        Self {
            lines: vec![Line::default(); tokens / ENTRIES_MEAN + 1].into_boxed_slice(),
            parts: vec![(Self::NONE, Self::NONE); tokens].into_boxed_slice(),
        }
    }

    /// Adds a merge.
    pub(crate) fn insert(&mut self, left: u32, right: u32, merged: u32) {
        self.parts[merged as usize] = (left, right);
        let Lookup { key, line } = self.lookup(left, right);
        let mut line = line;
        loop {
            let entries = &mut self.lines[line].0;
            if let Some(entry) = entries.iter_mut().find(|entry| **entry == 0) {
                *entry = key | u64::from(merged);
                return;
            }
            entries[7] |= MORE;
            line = self.after(line);
        }
    }

    fn after(&self, line: usize) -> usize {
        if line + 1 == self.lines.len() { 0 } else { line + 1 }
    }

    /// Where a pair would be. What is [`Pairs::NONE`] is in no pair.
    #[inline(always)]
    pub(crate) fn lookup(&self, left: u32, right: u32) -> Lookup {
        let left = u64::from(left).min(TOKEN >> 1);
        let right = u64::from(right).min(TOKEN);
        let key = USED | left << (2 * BITS) | right << BITS;
        let hash = (key >> BITS).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Lookup { key, line: (((hash >> 32) * self.lines.len() as u64) >> 32) as usize }
    }

    /// Has the memory for a lookup brought, without waiting for it.
    #[inline(always)]
    pub(crate) fn prefetch(&self, lookup: Lookup) {
        prefetch(&self.lines[lookup.line]);
    }

    /// The token that a pair becomes, or [`Pairs::NONE`].
    #[inline(always)]
    #[expect(clippy::needless_bitwise_bool, reason = "a branch on the first one alone could not be foreseen")]
    pub(crate) fn find(&self, simd: impl Simd, lookup: Lookup) -> u32 {
        let line = &self.lines[lookup.line];
        let found = simd.find_pair(line, lookup.key);
        // Whether there is something cannot be foreseen, so nothing branches on it alone.
        if (found >= 8) & (line.0[7] & MORE != 0) {
            return self.find_after(lookup);
        }
        select_unpredictable(found < 8, (line.0[found & 7] & TOKEN) as u32, Self::NONE)
    }

    #[cold]
    #[inline(never)]
    fn find_after(&self, lookup: Lookup) -> u32 {
        self.find(Portable, Lookup { line: self.after(lookup.line), ..lookup })
    }

    /// What a token is merged from; none where it is a byte, is not merged, or is not a token.
    #[inline]
    pub(crate) fn parts(&self, token: u32) -> Option<(u32, u32)> {
        self.parts.get(token as usize).copied().filter(|(left, _)| *left != Self::NONE)
    }
}
