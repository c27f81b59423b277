//! Counting what was put off: all of it is looked up in the larger tables at once, and what was never seen is merged.

use crate::cache::{Cache, Key};
use crate::fast::Place;
use crate::long::{Long, Windows};
use crate::merge::{LaneInput, Lanes, PARTS_MAX};
use crate::split::simd::{Job, Simd};
use crate::vocabulary::Vocabulary;

/// The counting of what was put off, for any instructions.
pub(crate) struct CacheMisses<'c> {
    pub(crate) vocabulary: &'c Vocabulary,
    pub(crate) text: &'c [u8],
    pub(crate) put_off: &'c mut [Place],
    pub(crate) cache: &'c mut Cache,
    pub(crate) lanes: &'c mut Lanes,
    pub(crate) windows: &'c mut Windows,
}

impl Job for CacheMisses<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u64 {
        let Self { vocabulary, text, put_off, cache, lanes, windows } = self;
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
        let mut words =
            New { vocabulary, text, places: &put_off[..new], cache, windows, next: 0, simd, tokens };
        lanes.run(simd, vocabulary, &mut words);
        words.tokens
    }
}

/// Pretokens that were never seen.
struct New<'c, S> {
    simd: S,
    vocabulary: &'c Vocabulary,
    text: &'c [u8],
    places: &'c [Place],
    cache: &'c mut Cache,
    windows: &'c mut Windows,
    next: usize,
    tokens: u64,
}

impl<S: Simd> LaneInput for New<'_, S> {
    #[inline(always)]
    fn next(&mut self, parts: &mut [u32; PARTS_MAX]) -> Option<(usize, usize)> {
        loop {
            let word = self.next;
            let pretoken = self.places.get(word)?.of(self.text);
            self.next += 1;
            if let Some(parts) =
                self.vocabulary.chars.split(&self.vocabulary.bytes, pretoken, parts, |_, _| ())
            {
                return Some((parts, word));
            }
            let Self { vocabulary, windows, .. } = self;
            let count = self.simd.run(Long { vocabulary, pretoken, windows });
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
