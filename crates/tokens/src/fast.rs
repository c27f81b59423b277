//! The fast counter: split, look up, put off what was not seen lately, and count that together.

use std::ops::Range;

use crate::cache::{Cache, SHORT_MAX, Short, TINY_MAX, Tiny};
use crate::cache_miss::CacheMisses;
use crate::classes::Classes;
use crate::long::Windows;
use crate::merge::Lanes;
use crate::split::simd::Simd;
use crate::split::{Family, ascii, plain};
use crate::vocabulary::Vocabulary;

/// Bytes that a window of ASCII holds.
const WINDOW: usize = 64;
/// Bytes that are at hand: a window, and what a pretoken that begins in it may need beyond.
const VIEW: usize = WINDOW + 16;
/// Fewer bytes of ASCII than this are not worth a window.
const WINDOW_MIN: usize = 8;

/// What a counter works with.
pub(crate) struct Fast<'c> {
    pub(crate) vocabulary: &'c Vocabulary,
    pub(crate) classes: Classes,
    pub(crate) tools: &'c mut Tools,
}

/// What a counter keeps from text to text.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    cache: Cache,
    lanes: Lanes,
    windows: Windows,
    put_off: PutOff,
}

/// Pretokens that were not seen lately.
#[derive(Debug)]
struct PutOff {
    places: [Place; PutOff::MAX],
    len: usize,
}

/// Where a pretoken begins in a text, and how many bytes it has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) begin: usize,
    pub(crate) len: usize,
}

impl PutOff {
    /// As many as are counted together.
    const MAX: usize = 64;
}

impl Default for PutOff {
    fn default() -> Self {
        Self { places: [Place::default(); Self::MAX], len: 0 }
    }
}

impl Place {
    /// The bytes there.
    #[inline(always)]
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.begin..self.begin + self.len]
    }
}

impl Fast<'_> {
    /// The number of tokens of a text. Linear in the text.
    #[inline(always)]
    pub(crate) fn count<F: Family, S: Simd>(&mut self, simd: S, text: &str) -> u64 {
        let bytes = text.as_bytes();
        let mut tokens = 0u64;
        let mut at = 0;
        while at < bytes.len() {
            let left = bytes.len() - at;
            let mut padded = [0; VIEW];
            let view: &[u8; VIEW] = if let Some(view) = bytes[at..].first_chunk() {
                view
            } else {
                padded[..left].copy_from_slice(&bytes[at..]);
                &padded
            };
            // Where no window of ASCII begins anyway, none is looked for.
            let mut end = at;
            if (view[0] | view[1]).is_ascii() {
                end = self.window::<F, S>(simd, bytes, at, view, &mut tokens);
            }
            if end == at {
                end = plain::next::<F>(self.classes, text, at);
                let head = view.first_chunk().expect("a view holds a pretoken's first bytes");
                tokens += self.pretoken(simd, bytes, head, Place { begin: at, len: end - at });
            }
            at = end;
        }
        if self.tools.put_off.len > 0 { tokens + self.count_misses(simd, bytes) } else { tokens }
    }

    /// The number of tokens of the pretokens of a text, which are given by their ranges.
    #[inline(always)]
    pub(crate) fn count_pretokens<S: Simd>(
        &mut self,
        simd: S,
        text: &str,
        pretokens: &[Range<usize>],
    ) -> u64 {
        let bytes = text.as_bytes();
        let mut tokens = 0;
        for pretoken in pretokens {
            tokens += self.put_off(simd, bytes, Place { begin: pretoken.start, len: pretoken.len() });
        }
        tokens + self.count_misses(simd, bytes)
    }

    /// Adds the tokens of the pretokens that a window of ASCII shows whole, and gives the end of the last one; or the
    /// beginning, where it shows none.
    #[inline(always)]
    fn window<F: Family, S: Simd>(
        &mut self,
        simd: S,
        text: &[u8],
        at: usize,
        view: &[u8; VIEW],
        tokens: &mut u64,
    ) -> usize {
        let left = text.len() - at;
        let window = view.first_chunk().expect("a view holds a window");
        let masks = simd.masks(window);
        let ascii = (masks.wide.trailing_zeros() as usize).min(left).min(WINDOW);
        if ascii < WINDOW_MIN.min(left) {
            return at;
        }
        let starts = ascii::starts::<F>(&masks, window, ascii, ascii == left);
        let mut later = starts & starts.wrapping_sub(1);
        let mut begin = 0;
        while later != 0 {
            let end = later.trailing_zeros() as usize;
            later &= later.wrapping_sub(1);
            let head = view[begin & (WINDOW - 1)..].first_chunk().expect("a view is longer than a window");
            let place = Place { begin: at + begin, len: end.wrapping_sub(begin) };
            *tokens = tokens.wrapping_add(self.pretoken(simd, text, head, place));
            begin = end;
        }
        at + begin
    }

    /// The count of a pretoken, or of those that this one was too many to put off for; `head` has its first bytes.
    #[inline(always)]
    fn pretoken(&mut self, simd: impl Simd, text: &[u8], head: &[u8; 16], place: Place) -> u64 {
        let (count, is_found) = match place.len {
            0..=TINY_MAX => {
                let first = head.first_chunk().expect("eight of sixteen bytes");
                self.tools.cache.tiny(simd, Tiny::new(*first, place.len))
            }
            8..=SHORT_MAX => self.tools.cache.short(simd, Short::new(head, place.len)),
            _ => (0, false),
        };
        if is_found { count } else { self.put_off(simd, text, place) }
    }

    /// Leaves a pretoken for later. The count of those that this one was too many for.
    #[inline(always)]
    fn put_off(&mut self, simd: impl Simd, text: &[u8], place: Place) -> u64 {
        let PutOff { places, len } = &mut self.tools.put_off;
        places[*len % PutOff::MAX] = place;
        *len += 1;
        if *len == PutOff::MAX { self.count_misses(simd, text) } else { 0 }
    }

    /// The count of what was put off.
    fn count_misses(&mut self, simd: impl Simd, text: &[u8]) -> u64 {
        let Tools { cache, lanes, windows, put_off } = &mut *self.tools;
        let PutOff { places, len } = put_off;
        let put_off = &mut places[..std::mem::take(len)];
        simd.run(CacheMisses { vocabulary: self.vocabulary, text, put_off, cache, lanes, windows })
    }
}
