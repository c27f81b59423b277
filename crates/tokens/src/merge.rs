//! Counting the tokens of pretokens that were not seen before, by merging: the pair of the lowest rank first, the
//! leftmost of equals.
//!
//! A merge waits for the memory that tells which pairs are tokens, and the next merge waits for this one. So several
//! pretokens are merged at once, each in a lane: while one waits the others go on.

use std::hint::select_unpredictable;

use crate::pairs::{Lookup, Pairs};
use crate::split::simd::Simd;
use crate::vocabulary::Vocabulary;

/// The most parts that a pretoken can have to be merged in a lane.
pub(crate) const PARTS_MAX: usize = 256;
/// Pretokens that are merged at once: what a core can look up in memory while it waits.
const LANES: usize = 8;
/// Keys that are compared at once.
const BLOCK: usize = 16;

/// No merge, in a key.
const NONE: u32 = u32::MAX;
/// The low bits of a key are the place of the merge, those above are its rank.
const PLACE_BITS: u32 = PARTS_MAX.ilog2();
const _: () = assert!(Pairs::TOKENS_MAX < 1 << (u32::BITS - PLACE_BITS));

/// A pretoken that is being merged.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
struct Lane {
    /// By place: the merge of the part there with the next one. Smaller is earlier.
    keys: [[u32; BLOCK]; PARTS_MAX / BLOCK],
    /// By place: the token of the part that begins there.
    tokens: [u32; PARTS_MAX],
    /// By place: where the next part begins, and where the one before it.
    next: [u8; PARTS_MAX],
    previous: [u8; PARTS_MAX],
    /// The place of the last part.
    last: usize,
    /// How many parts are left.
    count: u64,
    /// How many blocks of keys are in use.
    blocks: usize,
    /// Whether the pairs of the first parts are still to be found.
    is_new: bool,
    /// Pairs that are looked up, and their places.
    awaited: [(usize, Lookup); 2],
    /// Which pretoken it is.
    word: usize,
}

/// Where pretokens to merge come from, and where their counts go.
pub(crate) trait LaneInput {
    /// Splits the next pretoken into its first parts, and says how many they are and which pretoken it is.
    fn next(&mut self, parts: &mut [u32; PARTS_MAX]) -> Option<(usize, usize)>;

    /// Takes the count of a pretoken.
    fn done(&mut self, word: usize, count: u64);
}

/// Memory for merging, used again and again.
#[derive(Debug)]
pub(crate) struct Lanes([Lane; LANES]);

impl Default for Lanes {
    fn default() -> Self {
        Self([(); LANES].map(|()| Lane::default()))
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            keys: [[NONE; BLOCK]; PARTS_MAX / BLOCK],
            tokens: [0; PARTS_MAX],
            next: [0; PARTS_MAX],
            previous: [0; PARTS_MAX],
            last: 0,
            count: 0,
            blocks: 0,
            is_new: true,
            awaited: [(0, Lookup::default()); 2],
            word: 0,
        }
    }
}

impl Lanes {
    /// Counts the tokens of pretokens, in any order.
    #[inline(always)]
    pub(crate) fn run(&mut self, simd: impl Simd, vocabulary: &Vocabulary, words: &mut impl LaneInput) {
        let lanes = &mut self.0;
        let mut order: [usize; LANES] = std::array::from_fn(|lane| lane);
        let mut busy = 0;
        loop {
            while busy < LANES {
                let lane = &mut lanes[order[busy]];
                let Some((parts, word)) = words.next(&mut lane.tokens) else { break };
                lane.begin(vocabulary, parts, word);
                busy += 1;
            }
            if busy == 0 {
                return;
            }
            let mut at = 0;
            while at < busy {
                let lane = &mut lanes[order[at]];
                if lane.step(simd, vocabulary) {
                    at += 1;
                } else {
                    words.done(lane.word, lane.count);
                    busy -= 1;
                    order.swap(at, busy);
                }
            }
        }
    }
}

impl Lane {
    /// Begins with the first parts, which are there.
    #[inline(always)]
    fn begin(&mut self, vocabulary: &Vocabulary, parts: usize, word: usize) {
        self.blocks = parts.div_ceil(BLOCK);
        self.keys[..self.blocks].fill([NONE; BLOCK]);
        self.last = parts - 1;
        self.count = parts as u64;
        self.word = word;
        self.is_new = true;
        for place in 0..self.last {
            vocabulary.pairs.prefetch(vocabulary.pairs.lookup(self.tokens[place], self.tokens[place + 1]));
            self.next[place] = place as u8 + 1;
            self.previous[place + 1] = place as u8;
        }
    }

    /// Looks a pair up, and keeps its key and gives it.
    #[inline(always)]
    fn find(&mut self, simd: impl Simd, pairs: &Pairs, place: usize, lookup: Lookup) -> u32 {
        let rank = pairs.find(simd, lookup);
        let key = select_unpredictable(rank == Pairs::NONE, NONE, rank << PLACE_BITS | place as u32);
        self.keys.as_flattened_mut()[place] = key;
        key
    }

    /// Takes in what was looked up, and merges a pair; false where there is none left.
    #[inline(always)]
    fn step(&mut self, simd: impl Simd, vocabulary: &Vocabulary) -> bool {
        let pairs = &vocabulary.pairs;
        // New keys are compared on their own: memory that was just written in parts is slow to read as a whole.
        let lowest = if self.is_new {
            let mut lowest = NONE;
            for place in 0..self.last {
                let lookup = pairs.lookup(self.tokens[place], self.tokens[place + 1]);
                lowest = lowest.min(self.find(simd, pairs, place, lookup));
            }
            self.is_new = false;
            lowest
        } else {
            let known = simd.lowest(&self.keys[..self.blocks]);
            // Where there is nothing before, both have the same place, and the second one stays.
            let [before, after] = self.awaited;
            let before = self.find(simd, pairs, before.0, before.1);
            let after = self.find(simd, pairs, after.0, after.1);
            known.min(before).min(after)
        };
        if lowest == NONE {
            return false;
        }
        let (place, token) = (lowest as usize & (PARTS_MAX - 1), lowest >> PLACE_BITS);
        let merged = usize::from(self.next[place]);
        let (is_last, is_first) = (merged == self.last, place == 0);
        let place_after = usize::from(self.next[merged]);
        let place_before = usize::from(self.previous[place]);
        // What is no token is in no pair.
        let after = select_unpredictable(is_last, Pairs::NONE, self.tokens[place_after]);
        let before = select_unpredictable(is_first, Pairs::NONE, self.tokens[place_before]);
        self.tokens[place] = token;
        self.count -= 1;
        self.next[place] = place_after as u8;
        // Behind the last part this is the first one's, which is never asked.
        self.previous[select_unpredictable(is_last, 0, place_after)] = place as u8;
        self.last = select_unpredictable(is_last, place, self.last);
        let place_before = select_unpredictable(is_first, place, place_before);
        for place in [place_before, place, merged] {
            self.keys.as_flattened_mut()[place] = NONE;
        }
        self.awaited = [(place_before, pairs.lookup(before, token)), (place, pairs.lookup(token, after))];
        for (_, lookup) in self.awaited {
            pairs.prefetch(lookup);
        }
        true
    }
}
