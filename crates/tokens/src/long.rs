//! Pretokens of many parts: merged in windows, which are joined where their tokens go together.
//!
//! Two tokens go together if merging their bytes gives just these two. A sequence of tokens is what merging gives for
//! a whole text exactly if every two adjacent ones go together. So a window of the text is merged on its own, its last
//! tokens are dropped, because bytes behind the window may change them, and the next window begins where they began.
//! If the first token of the new window goes together with the last one that was kept, both windows are right up to
//! the end of the new one. Otherwise more tokens are dropped.
//!
//! A window costs nearly the same whatever its bytes are, and each one advances by a share of its size, so the time is
//! linear. Where windows do not advance, because tokens are as long as they are or because a vocabulary was built to
//! be difficult, `backtrack.rs` counts the pretoken.

use crate::backtrack::{Backtrack, go_together};
use crate::split::simd::{Job, Simd};
use crate::vocabulary::Vocabulary;
use crate::window::{self, Window};

/// Memory for counting long pretokens, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    window: Window,
    /// The tokens of the window, and those of the window before it.
    tokens: Vec<Token>,
    before: Vec<Token>,
    backtrack: Backtrack,
}

/// A token of a window, and where it ends in the pretoken.
#[derive(Clone, Copy, Debug)]
struct Token {
    token: u32,
    end: usize,
}

/// At least so many bytes are dropped at the end of a window: more than what follows a window usually changes, so that
/// few windows are merged in vain (measured: 8 and 24 are slower).
const DROPPED_BYTES: usize = 12;
/// A window that advances by less is no use.
const ADVANCE_BYTES_MIN: usize = window::BYTES / 8;

/// The counting of a long pretoken, for any instructions.
pub(crate) struct Long<'c> {
    pub(crate) vocabulary: &'c Vocabulary,
    pub(crate) pretoken: &'c [u8],
    pub(crate) windows: &'c mut Windows,
}

impl Job for Long<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u64 {
        let Self { vocabulary, pretoken, windows } = self;
        let joined = windows.count(simd, vocabulary, pretoken);
        joined.unwrap_or_else(|| windows.backtrack.count(vocabulary, pretoken))
    }
}

impl Windows {
    /// How many tokens a pretoken becomes; none where windows do not advance.
    #[inline(always)]
    pub(crate) fn count(&mut self, simd: impl Simd, vocabulary: &Vocabulary, pretoken: &[u8]) -> Option<u64> {
        let mut count = 0;
        let mut begin = 0;
        self.merge(simd, vocabulary, pretoken, begin);
        while let Some(end) = self.tokens.last().map(|last| last.end).filter(|end| *end < pretoken.len()) {
            std::mem::swap(&mut self.tokens, &mut self.before);
            let is_dropped = |token: &&Token| token.end + DROPPED_BYTES > end;
            let mut dropped = self.before.iter().rev().take_while(is_dropped).count();
            begin = loop {
                let kept = self.before.len().checked_sub(dropped).filter(|kept| *kept > 0)?;
                let last = self.before[kept - 1];
                if last.end - begin < ADVANCE_BYTES_MIN {
                    return None;
                }
                self.merge(simd, vocabulary, pretoken, last.end);
                let first = self.tokens.first()?;
                if go_together(&vocabulary.pairs, last.token, first.token) {
                    count += kept as u64;
                    break last.end;
                }
                dropped *= 2;
            };
        }
        Some(count + self.tokens.len() as u64)
    }

    /// Merges as many bytes as a window holds.
    #[inline(always)]
    fn merge(&mut self, simd: impl Simd, vocabulary: &Vocabulary, pretoken: &[u8], begin: usize) {
        let end = pretoken.len().min(begin + window::BYTES);
        self.window.merge(simd, vocabulary, &pretoken[begin..end]);
        self.tokens.clear();
        self.tokens.extend(self.window.tokens().map(|(token, end)| Token { token, end: begin + end }));
    }
}
