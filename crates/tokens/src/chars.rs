//! Characters that become one token before anything beside them can touch a part of them: they need not be merged from
//! their bytes again and again.
//!
//! A character of two or three bytes that is a token is merged from its bytes by one or two merges. A byte of it can
//! be lost to a neighbour only by a merge of a lower rank that begins or ends inside the character, such as that of a
//! space and the first byte of Cyrillic letters. Where the vocabulary has no such merge, the character can be taken
//! for a token from the beginning: merges that involve all of it have higher ranks than its own, and so come later in
//! either case.

use crate::pairs::Pairs;

/// What is known of the characters up to U+FFFF.
#[derive(Debug)]
pub(crate) struct Chars(Box<[u32]>);

const TOKEN: u32 = (1 << 21) - 1;
const AFTER_ASCII: u32 = 1 << 29;
const AFTER_OTHERS: u32 = 1 << 30;
const BEFORE_ALL: u32 = 1 << 31;

impl Chars {
    /// Finds these characters, given the tokens of the bytes. Linear in the vocabulary.
    pub(crate) fn new(bytes: &[u32; 256], pairs: &Pairs, tokens: usize) -> Self {
        let mut byte_of = vec![None; tokens];
        for (byte, token) in (0..=255u8).zip(bytes) {
            byte_of[*token as usize] = Some(byte);
        }
        // The lowest ranks of the merges of each token with what stands before and behind it.
        let [mut behind, mut before_ascii, mut before_others] = [(); 3].map(|()| vec![Pairs::NONE; tokens]);
        let mut ends_in_ascii: Vec<bool> =
            byte_of.iter().map(|byte| byte.is_some_and(|byte| byte.is_ascii())).collect();
        for token in 0..tokens as u32 {
            let Some((left, right)) = pairs.parts(token) else { continue };
            let [left, right] = [left, right].map(|part| part as usize);
            ends_in_ascii[token as usize] = ends_in_ascii[right];
            behind[left] = behind[left].min(token);
            let before = if ends_in_ascii[left] { &mut before_ascii } else { &mut before_others };
            before[right] = before[right].min(token);
        }
        let mut chars = vec![0; 1 << 16];
        for token in 0..tokens as u32 {
            let Some(char) = char_of(pairs, &byte_of, token) else { continue };
            let mut flags = AFTER_ASCII | AFTER_OTHERS | BEFORE_ALL;
            let mut whole = token;
            while let Some((first, _)) = pairs.parts(whole) {
                if before_ascii[first as usize] <= whole {
                    flags &= !AFTER_ASCII;
                }
                if before_others[first as usize] <= whole {
                    flags &= !AFTER_OTHERS;
                }
                whole = first;
            }
            whole = token;
            while let Some((_, last)) = pairs.parts(whole) {
                if behind[last as usize] < whole {
                    flags &= !BEFORE_ALL;
                }
                whole = last;
            }
            chars[char as usize] = token | flags;
        }
        Self(chars.into_boxed_slice())
    }

    /// The parts that merging can begin with: one a byte, but one a character where that is the same. None where there
    /// are more than there is room for.
    #[inline(always)]
    pub(crate) fn split<const MAX: usize>(
        &self,
        bytes: &[u32; 256],
        text: &[u8],
        parts: &mut [u32; MAX],
        mut ends: impl FnMut(usize, usize),
    ) -> Option<usize> {
        let mut len = 0;
        let mut at = 0;
        while at < text.len() {
            let first = text[at];
            let continued =
                |n: usize| u32::from(text.get(at + n).copied().unwrap_or_default() & 0x3F) << (6 * (2 - n));
            let (width, char) = match first {
                0xC2..=0xDF => (2, u32::from(first & 0x1F) << 6 | continued(1) >> 6),
                0xE0..=0xEF => (3, u32::from(first & 0x0F) << 12 | continued(1) | continued(2)),
                _ => (1, 0),
            };
            let end = at + width;
            let mut needed = 0;
            if let Some(before) = at.checked_sub(1) {
                needed |= if text[before].is_ascii() { AFTER_ASCII } else { AFTER_OTHERS };
            }
            if end < text.len() {
                needed |= BEFORE_ALL;
            }
            let known = self.0[char as usize & 0xFFFF];
            // A window may end inside a character.
            if width > 1 && end <= text.len() && known != 0 && known & needed == needed {
                *parts.get_mut(len)? = known & TOKEN;
                ends(len, end);
                len += 1;
            } else {
                for (byte_end, byte) in (at + 1..).zip(&text[at..end.min(text.len())]) {
                    *parts.get_mut(len)? = bytes[usize::from(*byte)];
                    ends(len, byte_end);
                    len += 1;
                }
            }
            at = end;
        }
        Some(len)
    }
}

/// The character of two or three bytes that a token is.
fn char_of(pairs: &Pairs, byte_of: &[Option<u8>], token: u32) -> Option<char> {
    let byte = |token: u32| byte_of[token as usize];
    let (left, right) = pairs.parts(token)?;
    let bytes = match (byte(left), byte(right)) {
        (Some(first), Some(second)) => vec![first, second],
        (Some(first), None) => {
            let (second, third) = pairs.parts(right)?;
            vec![first, byte(second)?, byte(third)?]
        }
        (None, third) => {
            let (first, second) = pairs.parts(left)?;
            vec![byte(first)?, byte(second)?, third?]
        }
    };
    let mut chars = str::from_utf8(&bytes).ok()?.chars();
    chars.next().filter(|_| chars.next().is_none())
}
