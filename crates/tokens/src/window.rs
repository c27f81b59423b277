//! Merging a window of a long pretoken, and which tokens it becomes.
//!
//! All merges into the same token are done at once. A merge makes pairs of its own token, whose merges have higher
//! ranks, so the others with the lowest rank are still the next ones, from left to right. A text that repeats itself
//! takes few rounds, and what a round looks up does not wait for each other.

use crate::pairs::Pairs;
use crate::split::simd::Simd;
use crate::vocabulary::Vocabulary;

/// Bytes of a text that are merged at once: some of the longest tokens of the public encodings, which have 128 bytes
/// (measured: more make texts slow that do not repeat themselves).
pub(crate) const BYTES: usize = 512;
/// Keys that are compared at once.
const BLOCK: usize = 16;
/// Places for parts, and one that is empty at each end.
const PLACES: usize = BYTES + BLOCK;

/// A text that is being merged.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Window {
    /// By place: the token that the part there and the next one merge into, or [`Pairs::NONE`].
    keys: [[u32; BLOCK]; PLACES / BLOCK],
    /// By place: the token of the part there; [`Pairs::NONE`] before the first one and behind the last one.
    tokens: [u32; PLACES],
    /// By place: where the part ends in the text.
    ends: [u16; PLACES],
    /// By place: where the next part is, and where the one before it.
    next: [u16; PLACES],
    previous: [u16; PLACES],
    /// The places of the parts that a round merged.
    merged: [u16; BYTES / 2],
    /// How many parts there are, and how many blocks their keys take.
    parts: usize,
    blocks: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            keys: [[Pairs::NONE; BLOCK]; PLACES / BLOCK],
            tokens: [Pairs::NONE; PLACES],
            ends: [0; PLACES],
            next: [0; PLACES],
            previous: [0; PLACES],
            merged: [0; BYTES / 2],
            parts: 0,
            blocks: 0,
        }
    }
}

impl Window {
    /// Merges a text of at most [`BYTES`] bytes.
    #[inline(always)]
    pub(crate) fn merge(&mut self, simd: impl Simd, vocabulary: &Vocabulary, text: &[u8]) {
        let Vocabulary { chars, bytes, pairs, .. } = vocabulary;
        let Self { tokens, ends, .. } = self;
        let tokens: &mut [u32; BYTES] = tokens[1..].first_chunk_mut().expect("there are more places");
        let parts = chars.split(bytes, text, tokens, |part, end| ends[part + 1] = end as u16);
        self.parts = parts.expect("a part has a byte");
        self.link();
        self.keys[..self.blocks].fill([Pairs::NONE; BLOCK]);
        for place in 1..self.parts {
            self.look_up(simd, pairs, place);
        }
        loop {
            let token = simd.lowest(&self.keys[..self.blocks]);
            if token == Pairs::NONE {
                return;
            }
            self.round(simd, pairs, token);
            if self.blocks > 1 && self.parts < self.blocks * BLOCK / 2 {
                self.compact();
            }
        }
    }

    /// The tokens, and where each ends in the text.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (u32, usize)> {
        let mut place = 0;
        std::iter::from_fn(move || {
            place = usize::from(self.next[place]);
            let token = self.tokens[place];
            (token != Pairs::NONE).then(|| (token, usize::from(self.ends[place])))
        })
    }

    /// Merges all pairs that become a token.
    #[inline(always)]
    fn round(&mut self, simd: impl Simd, pairs: &Pairs, token: u32) {
        let mut merged = 0;
        for block in 0..self.blocks {
            let mut found = simd.find_all(&self.keys[block], token);
            while found != 0 {
                let place = block * BLOCK + found.trailing_zeros() as usize;
                found &= found - 1;
                // The part there may have been merged with the one before it.
                if self.keys.as_flattened()[place] != token {
                    continue;
                }
                let second = usize::from(self.next[place]);
                let after = usize::from(self.next[second]);
                self.tokens[place] = token;
                self.ends[place] = self.ends[second];
                self.next[place] = after as u16;
                self.previous[after] = place as u16;
                self.keys.as_flattened_mut()[second] = Pairs::NONE;
                self.merged[merged] = place as u16;
                merged += 1;
            }
        }
        self.parts -= merged;
        let mut last = 0;
        for at in 0..merged {
            let place = usize::from(self.merged[at]);
            let before = usize::from(self.previous[place]);
            if before != last || last == 0 {
                self.look_up(simd, pairs, before);
            }
            self.look_up(simd, pairs, place);
            last = place;
        }
    }

    /// Finds what a part and the next one merge into.
    #[inline(always)]
    fn look_up(&mut self, simd: impl Simd, pairs: &Pairs, place: usize) {
        let after = self.tokens[usize::from(self.next[place])];
        let token = pairs.find(simd, pairs.lookup(self.tokens[place], after));
        self.keys.as_flattened_mut()[place] = token;
    }

    /// Moves the parts together.
    fn compact(&mut self) {
        let mut place = 0;
        for to in 1..=self.parts {
            place = usize::from(self.next[place]);
            self.tokens[to] = self.tokens[place];
            self.ends[to] = self.ends[place];
            let keys = self.keys.as_flattened_mut();
            keys[to] = keys[place];
        }
        let used = self.parts + 1;
        self.link();
        self.keys[..self.blocks].as_flattened_mut()[used..].fill(Pairs::NONE);
    }

    /// Sets what follows what, for parts that are in the first places.
    fn link(&mut self) {
        for place in 0..=self.parts {
            self.next[place] = place as u16 + 1;
            self.previous[place + 1] = place as u16;
        }
        self.tokens[self.parts + 1] = Pairs::NONE;
        self.blocks = (self.parts + 1).div_ceil(BLOCK);
    }
}
