//! Up to 64 bytes of ASCII at a time: where pretokens begin, by arithmetic on bits, without a branch for a pretoken.
//!
//! The window begins at a boundary, and what stands before it is of no concern. Each class of characters is a mask;
//! shifting a mask up by one tells what comes before each byte, down by one what comes after it; adding a bit at the
//! beginning of a run of ones carries it to the run's end.

use super::simd::Masks;
use super::{Contractions, Family, Words};

/// Where pretokens begin, as far as the window tells: bit 0, and others. What begins at the last bit may go on behind
/// the window.
///
/// `len` bytes from 1 to 64 are ASCII and belong to the window; `is_end` says that the text ends with them. Bits are
/// missing from where more than the window must be known; so where only bit 0 is left, `plain` has to go on.
#[inline(always)]
pub(crate) fn starts<F: Family>(masks: &Masks, bytes: &[u8; 64], len: usize, is_end: bool) -> u64 {
    let valid = u64::MAX >> (64 - len);
    let Masks { letter, upper, digit, space, line_break, blank, apostrophe, slash, .. } = *masks;
    let [letter, upper, digit, space] = [letter & valid, upper & valid, digit & valid, space & valid];
    let [line_break, blank] = [line_break & valid, blank & valid];
    let symbol = valid & !(letter | digit | space);
    let word_start = letter & !(letter << 1);
    let symbol_start = symbol & !(symbol << 1) & !(blank << 1);
    let space_start = space & !(space << 1);
    // A blank before a word, or a symbol that stands alone, is the word's own first character.
    let lone_symbol = symbol_start & !(symbol >> 1);
    let mut starts = match F::WORDS {
        Words::Spaced => {
            let last_space = space & !(space >> 1);
            let words = (word_start | (digit & !(digit << 1))) & !(blank << 1);
            words | symbol_start | space_start | last_space
        }
        Words::Cased | Words::Uncased => {
            let tab = space & !line_break;
            let words = word_start & !(tab << 1) & !(lone_symbol << 1);
            // Blanks between two line breaks belong to the pretoken of both. That is rare, and left to `plain`.
            let after_break = tab & (line_break << 1);
            if tab.wrapping_add(after_break) & !tab & line_break != 0 {
                return 1;
            }
            // Line breaks that follow symbols belong to them.
            let carried = line_break.wrapping_add(line_break & (symbol << 1));
            let of_symbols = line_break & !carried;
            if F::SLASHES && of_symbols != 0 && carried & !line_break & slash != 0 {
                return 1;
            }
            let last_blank = tab & !(space >> 1);
            let spaces = (space_start & !of_symbols) | (line_break << 1 & !line_break & valid) | last_blank;
            let cased = if F::WORDS == Words::Cased { upper & ((letter & !upper) << 1) } else { 0 };
            words | cased | digits::<F>(digit) | symbol_start | spaces
        }
    };
    let mut certain = valid;
    if space >> (len - 1) & 1 == 1 {
        // What becomes of white space depends on what follows all of it.
        let run = (!(space << (64 - len))).leading_zeros() as usize;
        certain = u64::MAX >> (64 - len) >> (run - 1);
    }
    let doubtful = match F::CONTRACTIONS {
        Contractions::Suffix => apostrophe & (letter << 1) & valid,
        Contractions::AnyCase | Contractions::LowerCase => apostrophe & lone_symbol,
        Contractions::None => 0,
    };
    if doubtful != 0 {
        certain &= contractions::<F>(&mut starts, doubtful, bytes, len, is_end);
    }
    starts & certain | 1
}

/// The first of every so many digits in a row.
#[inline(always)]
fn digits<F: Family>(digit: u64) -> u64 {
    let mut starts = digit & !(digit << 1);
    match F::DIGITS_MAX {
        1 => return digit,
        3 => {
            let in_threes = digit & (digit << 1) & (digit << 2);
            let mut later = (starts << 3) & in_threes;
            while later != 0 {
                starts |= later;
                later = (later << 3) & in_threes;
            }
        }
        _ => {}
    }
    starts
}

/// Moves boundaries to where the contractions among the apostrophes want them, and returns the bits before the first
/// apostrophe of which more than the window must be known.
#[inline(always)]
fn contractions<F: Family>(
    starts: &mut u64,
    mut doubtful: u64,
    bytes: &[u8; 64],
    len: usize,
    is_end: bool,
) -> u64 {
    let mut end_of_last = 0;
    while doubtful != 0 {
        let at = doubtful.trailing_zeros() as usize;
        doubtful &= doubtful - 1;
        if at + 3 > len && !is_end {
            return (1 << at) - 1;
        }
        let byte = |n: usize| {
            let byte = if at + n < len { bytes[at + n] } else { 0 };
            if F::CONTRACTIONS == Contractions::LowerCase { byte } else { byte | 0x20 }
        };
        let is_suffix = F::CONTRACTIONS == Contractions::Suffix;
        let letters = match (byte(1), byte(2)) {
            // The letter before this apostrophe ends a contraction, and is no word to have another one.
            _ if is_suffix && at == end_of_last && at > 0 => continue,
            (b's' | b't' | b'm' | b'd', _) => 1,
            (b'r' | b'v', b'e') | (b'l', b'l') => 2,
            _ => continue,
        };
        let end = at + 1 + letters;
        end_of_last = end;
        if is_suffix {
            *starts &= !(((1 << (1 + letters)) - 1) << at);
        } else {
            *starts &= !(((1 << letters) - 1) << (at + 1));
        }
        if end < len && bytes[end].is_ascii_alphabetic() {
            *starts |= 1 << end;
        }
    }
    u64::MAX
}
