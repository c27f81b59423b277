//! Prompts as they are compared for groups: case folded, in NFC, each run of white space one space, and none at the ends.
//!
//! ASCII, which most prompts are, goes through registers, a block at a time; characters beyond it go through Unicode's tables, and
//! nothing else does because of them.

use bedload_tokens::wide::{Instructions, Wide, Work};
use unicase::UniCase;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Ends each text: no byte of UTF-8, so that two texts in a row are not a third one.
const END: u8 = 0xFF;

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// Appends a text as it is compared, and a byte that ends it. Linear.
pub(crate) fn write_folded(text: &str, out: &mut Vec<u8>) {
    Instructions::best().run(Folding { text, out });
}

struct Folding<'a> {
    text: &'a str,
    out: &'a mut Vec<u8>,
}

impl Work for Folding<'_> {
    type Output = ();

    #[inline(always)]
    fn run<W: Wide>(self, wide: W) {
        let Self { text, out } = self;
        let mut rest = text.trim();
        out.reserve(rest.len() + 1);
        while !rest.is_empty() {
            let ascii = ascii_len(rest.as_bytes());
            // A mark that follows may be composed with the last ASCII character. Nothing before that is.
            let plain = if ascii == rest.len() { ascii } else { ascii.saturating_sub(1) };
            write_ascii(&rest.as_bytes()[..plain], wide, out);
            rest = &rest[plain..];
            let other = rest.bytes().skip(1).position(|byte| byte.is_ascii()).map_or(rest.len(), |at| at + 1);
            write_other(&rest[..other], out);
            rest = &rest[other..];
        }
        out.push(END);
    }
}

#[inline(always)]
fn ascii_len(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let whole = blocks.iter().take_while(|block| block.is_ascii()).count() * BLOCK;
    whole + bytes[whole..].iter().take_while(|byte| byte.is_ascii()).count()
}

#[inline(always)]
fn write_ascii<W: Wide>(bytes: &[u8], wide: W, out: &mut Vec<u8>) {
    let (blocks, last) = bytes.as_chunks::<BLOCK>();
    blocks.iter().for_each(|block| write_block(block, BLOCK, wide, out));
    if !last.is_empty() {
        let mut block = [0; BLOCK];
        block[..last.len()].copy_from_slice(last);
        write_block(&block, last.len(), wide, out);
    }
}

/// Appends the first bytes of a block, which is ASCII.
#[inline(always)]
fn write_block<W: Wide>(block: &[u8; BLOCK], len: usize, wide: W, out: &mut Vec<u8>) {
    let white = wide.white(block);
    let mut doubled = white & ((white << 1) | u64::from(out.last() == Some(&b' ')));
    let folded = block.map(|byte| {
        let is_control_space = byte.wrapping_sub(b'\t') < 5;
        if is_control_space { b' ' } else { byte.to_ascii_lowercase() }
    });
    let mut begin = 0;
    while doubled != 0 {
        let end = doubled.trailing_zeros() as usize;
        out.extend_from_slice(&folded[begin..end]);
        begin = end + 1;
        doubled &= doubled - 1;
    }
    out.extend_from_slice(&folded[begin..len]);
}

fn write_space(out: &mut Vec<u8>) {
    if out.last() != Some(&b' ') {
        out.push(b' ');
    }
}

/// Appends text that begins with any character and has others beyond ASCII only.
fn write_other(text: &str, out: &mut Vec<u8>) {
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
            text in r"([a-zA-Z .]{0,40}|[ \t\r\n\x0b\x0c\x1c\x00]{0,3}|[éÉßſKå\u{301}\u{327}\u{345}Σς我\u{a0}\u{2003}İ🙂\u{1100}\u{1161}]{0,3}){0,9}",
        ) {
            prop_assert_eq!(folded(&text), naive(&text), "{:?}", text);
        }

        #[test]
        fn any_text_is(text: String) {
            prop_assert_eq!(folded(&text), naive(&text), "{:?}", text);
        }
    }
}
