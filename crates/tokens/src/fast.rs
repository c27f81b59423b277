//! The fast counter: split, look up, put off what was not seen lately, and settle that at once.

use crate::cache::{Cache, Key, SHORT_MAX, Short, TINY_MAX, Tiny};
use crate::classes::Classes;
use crate::long::{self, Taken};
use crate::merge::{Lanes, PARTS_MAX, Words};
use crate::split::simd::{Job, Simd};
use crate::split::{Family, ascii, plain};
use crate::vocabulary::Vocabulary;

/// Bytes that a window of ASCII holds.
const WINDOW: usize = 64;
/// Bytes that are at hand: a window, and what a pretoken that begins in it may need beyond.
const VIEW: usize = WINDOW + 16;
/// Fewer bytes of ASCII than this are not worth a window.
const WINDOW_MIN: usize = 8;

/// Pretokens that are put off before they are settled.
const PENDING_MAX: usize = 64;

/// What a counter works with.
pub(crate) struct Fast<'c> {
    pub(crate) vocabulary: &'c Vocabulary,
    pub(crate) classes: Classes,
    pub(crate) tools: &'c mut Tools,
}

/// What a counter keeps from text to text.
#[derive(Debug)]
pub(crate) struct Tools {
    cache: Cache,
    lanes: Lanes,
    taken: Taken,
    /// Where pretokens that were put off begin in the text, and how long they are.
    pending: [(usize, usize); PENDING_MAX],
    /// How many there are.
    put_off: usize,
}

impl Tools {
    pub(crate) fn new() -> Self {
        let (cache, lanes, taken) = (Cache::new(), Lanes::default(), Taken::default());
        Self { cache, lanes, taken, pending: [(0, 0); PENDING_MAX], put_off: 0 }
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
            let window = view.first_chunk().expect("a view holds a window");
            let masks = simd.masks(window);
            let ascii = (masks.wide.trailing_zeros() as usize).min(left).min(WINDOW);
            let mut begin = 0;
            if ascii >= WINDOW_MIN.min(left) {
                let starts = ascii::starts::<F>(&masks, window, ascii, ascii == left);
                let mut later = starts & starts.wrapping_sub(1);
                while later != 0 {
                    let end = later.trailing_zeros() as usize;
                    later &= later.wrapping_sub(1);
                    let len = end.wrapping_sub(begin);
                    tokens = tokens.wrapping_add(if len <= SHORT_MAX {
                        let head = view[begin & (WINDOW - 1)..]
                            .first_chunk()
                            .expect("a view is longer than a window");
                        self.short(simd, bytes, head, at + begin, len)
                    } else {
                        self.put_off(simd, bytes, at + begin, len)
                    });
                    begin = end;
                }
                at += begin;
            }
            if begin == 0 {
                let end = plain::next::<F>(self.classes, text, at);
                tokens += self.pretoken(simd, bytes, at, end);
                at = end;
            }
        }
        if self.tools.put_off > 0 { tokens + self.settle(simd, bytes) } else { tokens }
    }

    #[inline(always)]
    fn pretoken(&mut self, simd: impl Simd, text: &[u8], begin: usize, end: usize) -> u64 {
        let len = end - begin;
        if len > SHORT_MAX {
            return self.put_off(simd, text, begin, len);
        }
        let mut head = [0; 16];
        head[..len].copy_from_slice(&text[begin..end]);
        self.short(simd, text, &head, begin, len)
    }

    /// The count of a pretoken of 1 to 15 bytes, which are the first ones of `head`.
    #[inline(always)]
    fn short(&mut self, simd: impl Simd, text: &[u8], head: &[u8; 16], begin: usize, len: usize) -> u64 {
        let found = if len <= TINY_MAX {
            let first = head.first_chunk().expect("eight of sixteen bytes");
            self.tools.cache.tiny(simd, Tiny::new(*first, len))
        } else {
            self.tools.cache.short(simd, Short::new(head, len))
        };
        match found {
            Some(count) => count,
            None => self.put_off(simd, text, begin, len),
        }
    }

    /// Leaves a pretoken for later. The count of those that this was too many for.
    #[inline(always)]
    fn put_off(&mut self, simd: impl Simd, text: &[u8], begin: usize, len: usize) -> u64 {
        let tools = &mut *self.tools;
        tools.pending[tools.put_off % PENDING_MAX] = (begin, len);
        tools.put_off += 1;
        if tools.put_off == PENDING_MAX { self.settle(simd, text) } else { 0 }
    }

    /// The count of what was put off.
    fn settle(&mut self, simd: impl Simd, text: &[u8]) -> u64 {
        let Self { vocabulary, tools, .. } = self;
        simd.run(Settle { vocabulary, tools, text })
    }
}

/// The counting of what was put off, for any instructions.
struct Settle<'c> {
    vocabulary: &'c Vocabulary,
    tools: &'c mut Tools,
    text: &'c [u8],
}

impl Job for Settle<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u64 {
        let Self { vocabulary, tools, text } = self;
        let Tools { cache, lanes, taken, pending, put_off } = tools;
        let mut tokens = 0;
        for &(begin, len) in &pending[..*put_off] {
            cache.prefetch(Key::new(&text[begin..begin + len]));
        }
        // What was never seen moves to the front.
        let mut new = 0;
        for at in 0..*put_off {
            let (begin, len) = pending[at];
            let found = cache.seen(simd, Key::new(&text[begin..begin + len]));
            tokens += found.unwrap_or_default();
            pending[new] = (begin, len);
            new += usize::from(found.is_none());
        }
        *put_off = 0;
        let mut words = New { vocabulary, cache, taken, text, pending: &pending[..new], next: 0, tokens };
        lanes.run(simd, vocabulary, &mut words);
        words.tokens
    }
}

/// Pretokens that were never seen.
struct New<'c> {
    vocabulary: &'c Vocabulary,
    cache: &'c mut Cache,
    taken: &'c mut Taken,
    text: &'c [u8],
    pending: &'c [(usize, usize)],
    next: usize,
    tokens: u64,
}

impl Words for New<'_> {
    #[inline(always)]
    fn next(&mut self, parts: &mut [u32; PARTS_MAX]) -> Option<(usize, usize)> {
        loop {
            let word = self.next;
            let (begin, len) = *self.pending.get(word)?;
            self.next += 1;
            let pretoken = &self.text[begin..begin + len];
            if let Some(parts) = self.vocabulary.chars.split(&self.vocabulary.bytes, pretoken, parts) {
                return Some((parts, word));
            }
            let count = long::count(self.vocabulary, pretoken, self.taken);
            self.done(word, count);
        }
    }

    #[inline(always)]
    fn done(&mut self, word: usize, count: u64) {
        let (begin, len) = self.pending[word];
        let pretoken = &self.text[begin..begin + len];
        let count = if count > 1 && self.vocabulary.is_whole(pretoken) { 1 } else { count };
        self.cache.put(Key::new(pretoken), count);
        self.tokens += count;
    }
}
