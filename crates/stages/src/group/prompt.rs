//! Prompts as they are compared for groups: case folded, in NFC, each run of white space one space, and none at the ends.
//!
//! ASCII, which most prompts are, goes through registers, a block at a time; characters beyond it go through Unicode's tables
//! where they must, and nothing else does because of them.

use unicase::UniCase;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Ends each text: no byte of UTF-8, so that two texts in a row are not a third one.
const END: u8 = 0xFF;

/// Bytes that are looked at together: what the compiler puts into registers.
const BLOCK: usize = 32;

/// Appends a text as it is compared, and a byte that ends it. Linear.
pub(super) fn write_folded(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.trim();
    out.reserve(rest.len() + 1);
    while !rest.is_empty() {
        let ascii = ascii_len(rest.as_bytes());
        // A mark that follows may be composed with the last ASCII character. Nothing before that is.
        let plain = if ascii == rest.len() { ascii } else { ascii.saturating_sub(1) };
        write_ascii(&rest.as_bytes()[..plain], out);
        rest = &rest[plain..];
        let other = rest.bytes().skip(1).position(|byte| byte.is_ascii()).map_or(rest.len(), |at| at + 1);
        write_other(&rest[..other], out);
        rest = &rest[other..];
    }
    out.push(END);
}

fn ascii_len(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let whole = blocks.iter().take_while(|block| block.is_ascii()).count() * BLOCK;
    whole + bytes[whole..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// Appends ASCII text: letters and white space first, in a loop without branches, then less of the spaces.
fn write_ascii(bytes: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    out.extend(
        bytes.iter().map(|&byte| if is_control_space(byte) { b' ' } else { byte.to_ascii_lowercase() }),
    );
    squeeze(out, from);
}

/// White space in ASCII but for the space itself.
fn is_control_space(byte: u8) -> bool {
    byte.wrapping_sub(b'\t') < 5
}

/// Makes one space of each run of spaces in what was appended from a place on.
fn squeeze(out: &mut Vec<u8>, from: usize) {
    let (mut read, mut write) = (from, from);
    while let Some(second) = second_space(out, read) {
        out.copy_within(read..second, write);
        write += second - read;
        read = second + out[second..].iter().take_while(|&&byte| byte == b' ').count();
    }
    if read > write {
        out.copy_within(read.., write);
        out.truncate(out.len() - (read - write));
    }
}

/// The first space from a place on that comes after another one.
fn second_space(bytes: &[u8], from: usize) -> Option<usize> {
    let begin = from.saturating_sub(1);
    let (before, after) = (&bytes[begin..], bytes.get(begin + 1..)?);
    // Of two bytes of text, only spaces and NUL together have no other bits: that sorts out almost all blocks.
    let may_be = |a: &u8, b: &u8| u8::from(a | b == b' ');
    let (firsts, _) = before[..after.len()].as_chunks::<BLOCK>();
    let (seconds, _) = after.as_chunks::<BLOCK>();
    let mut at = 0;
    for (firsts, seconds) in firsts.iter().zip(seconds) {
        let found = (0..BLOCK).fold(0, |found, n| found | may_be(&firsts[n], &seconds[n]));
        if found != 0
            && let Some(place) = (0..BLOCK).position(|n| firsts[n] == b' ' && seconds[n] == b' ')
        {
            return Some(begin + 1 + at + place);
        }
        at += BLOCK;
    }
    let place = before[at..].iter().zip(&after[at..]).position(|pair| pair == (&b' ', &b' '))?;
    Some(begin + 1 + at + place)
}

fn write_space(out: &mut Vec<u8>) {
    if out.last() != Some(&b' ') {
        out.push(b' ');
    }
}

/// Appends text that begins with any character and has others beyond ASCII only.
fn write_other(text: &str, out: &mut Vec<u8>) {
    let ascii = text.bytes().take_while(u8::is_ascii).count();
    if text[ascii..].chars().all(is_plain) {
        write_ascii(&text.as_bytes()[..ascii], out);
        out.extend_from_slice(&text.as_bytes()[ascii..]);
        return;
    }
    let folded = UniCase::unicode(text).to_folded_case();
    let mut write = |character: char| {
        if character.is_whitespace() {
            write_space(out);
        } else {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    };
    if is_nfc_quick(folded.chars()) == IsNormalized::Yes {
        folded.chars().for_each(write);
    } else {
        folded.nfc().for_each(&mut write);
    }
}

/// Characters that have no case and no composition and are no white space, among those that are frequent: quotation marks and
/// dashes, Chinese, pictographs. Unicode's tables say the same, more slowly.
fn is_plain(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2027}' | '\u{4E00}'..='\u{9FFF}' | '\u{1F300}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write_folded(text, &mut out);
        assert_eq!(out.pop(), Some(END));
        out
    }

    /// The definition, a step at a time over the whole text.
    fn naive(text: &str) -> Vec<u8> {
        let folded: String = UniCase::unicode(text).to_folded_case().nfc().collect();
        folded.split_whitespace().collect::<Vec<&str>>().join(" ").into_bytes()
    }

    #[test]
    fn what_is_written_alike_is_compared_as_equal() {
        for (a, b) in [
            ("Is this  spam?", " is THIS\n\tspam? "),
            ("STRASSE", "straße"),
            ("caf\u{e9}", "CAFE\u{301}"),
            ("\u{3000}你好\u{a0}\u{a0}世界", "你好 世界\u{85}"),
            ("\u{212A}m", "KM"),
        ] {
            assert_eq!(folded(a), folded(b), "{a:?} {b:?}");
        }
        for (a, b) in [("a b", "ab"), ("a", "á"), ("1", "2"), ("a.", "a")] {
            assert_ne!(folded(a), folded(b), "{a:?} {b:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_what_the_whole_is(
            text in r"([a-zA-Z .]{0,40}|[ \t\r\n\x0b\x0c\x1c\x00]{0,3}|[éÉßſKå\u{301}\u{327}\u{345}Σς我\u{a0}\u{2003}İ🙂👍—“”\u{1100}\u{1161}]{0,3}){0,9}",
        ) {
            prop_assert_eq!(folded(&text), naive(&text), "{:?}", text);
        }

        #[test]
        fn any_text_is(text: String) {
            prop_assert_eq!(folded(&text), naive(&text), "{:?}", text);
        }
    }
}
