//! Counting what was put off: all of it is looked up in the larger tables at once, and what was never seen is merged.

use crate::cache::{Cache, Key};
use crate::fast::Place;
use crate::long::{self, Taken};
use crate::merge::{Lanes, PARTS_MAX, Words};
use crate::split::simd::{Job, Simd};
use crate::vocabulary::Vocabulary;

/// The counting of what was put off, for any instructions.
pub(crate) struct Settle<'c> {
    pub(crate) vocabulary: &'c Vocabulary,
    pub(crate) text: &'c [u8],
    pub(crate) put_off: &'c mut [Place],
    pub(crate) cache: &'c mut Cache,
    pub(crate) lanes: &'c mut Lanes,
    pub(crate) taken: &'c mut Taken,
}

impl Job for Settle<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u64 {
        let Self { vocabulary, text, put_off, cache, lanes, taken } = self;
        for place in &*put_off {
            cache.prefetch(Key::new(text, *place));
        }
        let mut tokens = 0;
        // What was never seen moves to the front.
        let mut new = 0;
        for at in 0..put_off.len() {
            let place = put_off[at];
            let found = cache.seen(simd, Key::new(text, place));
            tokens += found.unwrap_or_default();
            put_off[new] = place;
            new += usize::from(found.is_none());
        }
        let mut words = New { vocabulary, text, places: &put_off[..new], cache, taken, next: 0, tokens };
        lanes.run(simd, vocabulary, &mut words);
        words.tokens
    }
}

/// Pretokens that were never seen.
struct New<'c> {
    vocabulary: &'c Vocabulary,
    text: &'c [u8],
    places: &'c [Place],
    cache: &'c mut Cache,
    taken: &'c mut Taken,
    next: usize,
    tokens: u64,
}

impl Words for New<'_> {
    #[inline(always)]
    fn next(&mut self, parts: &mut [u32; PARTS_MAX]) -> Option<(usize, usize)> {
        loop {
            let word = self.next;
            let pretoken = self.places.get(word)?.of(self.text);
            self.next += 1;
            if let Some(parts) = self.vocabulary.chars.split(&self.vocabulary.bytes, pretoken, parts) {
                return Some((parts, word));
            }
            let count = long::count(self.vocabulary, pretoken, self.taken);
            self.done(word, count);
        }
    }

    #[inline(always)]
    fn done(&mut self, word: usize, count: u64) {
        let place = self.places[word];
        let pretoken = place.of(self.text);
        let count = if count > 1 && self.vocabulary.is_whole(pretoken) { 1 } else { count };
        self.cache.put(Key::new(self.text, place), count);
        self.tokens += count;
    }
}
