//! Counting a pretoken by the longest tokens one after another, taken back where two do not go together. Slower than
//! windows, but linear whatever the vocabulary is.
//!
//! For each place in a text there is at most one sequence of tokens up to it of which all adjacent ones go together. So
//! a place at which no token leads on is tried only once, and the time is linear in the text; what a place costs
//! depends on the tokens that can begin there, not on the text.

use crate::pairs::Pairs;
use crate::split::simd::Portable;
use crate::vocabulary::Vocabulary;

/// Memory for taking tokens back, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Backtrack {
    /// The tokens so far, and how many bytes each has.
    tokens: Vec<(u32, u32)>,
    /// A bit for each place; set where no token can end. Empty until there is such a place.
    dead: Vec<u64>,
}

/// Memory for more tokens than this is given back after use.
const KEEP_TOKENS: usize = 1 << 14;

impl Backtrack {
    /// How many tokens a pretoken becomes, however long it is.
    pub(crate) fn count(&mut self, vocabulary: &Vocabulary, pretoken: &[u8]) -> u64 {
        let trie = vocabulary.trie();
        let Self { tokens, dead } = self;
        tokens.clear();
        dead.clear();
        let mut begin = 0;
        let mut candidate = trie.longest(pretoken);
        loop {
            let before = tokens.last().map(|(token, _)| *token);
            let found = loop {
                let Some((token, len)) = candidate else { break None };
                let end = begin + len;
                let is_dead = dead.get(end / 64).is_some_and(|word| word >> (end % 64) & 1 == 1);
                if !is_dead && before.is_none_or(|before| go_together(&vocabulary.pairs, before, token)) {
                    break Some((token, len));
                }
                candidate = trie.shorter(token);
            };
            if let Some((token, len)) = found {
                tokens.push((token, len as u32));
                begin += len;
                if begin == pretoken.len() {
                    break;
                }
                candidate = trie.longest(&pretoken[begin..]);
            } else {
                dead.resize(pretoken.len() / 64 + 1, 0);
                dead[begin / 64] |= 1 << (begin % 64);
                // The first place is never dead: every text is merged into tokens.
                let (token, len) = tokens.pop().expect("merging comes to an end");
                begin -= len as usize;
                candidate = trie.shorter(token);
            }
        }
        let count = tokens.len() as u64;
        if tokens.capacity() > KEEP_TOKENS {
            *self = Self::default();
        }
        count
    }
}

/// Returns true if merging the bytes of two tokens gives these two.
///
/// Their merges are undone from the last one on. Between two of them the parts on both sides of the boundary were
/// adjacent; had their own merge been earlier than the one that made an end of this, it would have happened.
pub(crate) fn go_together(pairs: &Pairs, mut left: u32, mut right: u32) -> bool {
    let mut end = u32::MAX;
    loop {
        if pairs.find(Portable, pairs.lookup(left, right)) < end {
            return false;
        }
        let parts = if left > right {
            end = left;
            pairs.parts(left).map(|(_, last)| left = last)
        } else {
            // Of two merges into the same token the left one is first, so here an equal rank is earlier.
            end = right + 1;
            pairs.parts(right).map(|(first, _)| right = first)
        };
        if parts.is_none() {
            return true;
        }
    }
}
