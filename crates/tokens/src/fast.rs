//! The fast counter: split, look up, merge what was never seen.

use crate::cache::{Cache, Miss, SHORT_MAX, Short, TINY_MAX, Tiny};
use crate::classes::Classes;
use crate::merge::{self, Scratch};
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
    pub(crate) cache: &'c mut Cache,
    pub(crate) scratch: &'c mut Scratch,
}

impl Fast<'_> {
    /// The number of tokens of a text. Linear in the text, but for the longest pretoken's logarithm.
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
                        self.short(simd, head, len)
                    } else {
                        self.long(&bytes[at + begin..at + end])
                    });
                    begin = end;
                }
                at += begin;
            }
            if begin == 0 {
                let end = plain::next::<F>(self.classes, text, at);
                tokens += self.pretoken(simd, &bytes[at..end]);
                at = end;
            }
        }
        tokens
    }

    #[inline(always)]
    fn pretoken(&mut self, simd: impl Simd, pretoken: &[u8]) -> u64 {
        if pretoken.len() > SHORT_MAX {
            return self.long(pretoken);
        }
        let mut head = [0; 16];
        head[..pretoken.len()].copy_from_slice(pretoken);
        self.short(simd, &head, pretoken.len())
    }

    #[inline(always)]
    fn short(&mut self, simd: impl Simd, head: &[u8; 16], len: usize) -> u64 {
        let found = if len <= TINY_MAX {
            let first = head.first_chunk().expect("eight of sixteen bytes");
            self.cache.tiny(simd, Tiny::new(*first, len))
        } else {
            self.cache.short(simd, Short::new(head, len))
        };
        match found {
            Ok(count) => count,
            Err(miss) => self.miss(miss),
        }
    }

    #[cold]
    #[inline(never)]
    fn miss(&mut self, miss: Miss) -> u64 {
        let Self { vocabulary, cache, scratch, .. } = self;
        cache.cold(miss, || {
            let (bytes, len) = miss.pretoken();
            merge::count(vocabulary, &bytes[..len], scratch)
        })
    }

    #[inline(never)]
    fn long(&mut self, pretoken: &[u8]) -> u64 {
        let Self { vocabulary, cache, scratch, .. } = self;
        cache.long(pretoken, || merge::count(vocabulary, pretoken, scratch))
    }
}
