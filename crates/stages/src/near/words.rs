//! Words of a text, as hashes of 64 bits: lower-cased runs of letters and digits; each character of a script without
//! spaces, and each pictograph, is a word of its own. Everything else parts words.
//!
//! ASCII, which most text is, goes 64 bytes at a time through registers; its words never touch a table.

use bedload_tokens::wide::{Instructions, Wide, Work};

/// Takes the words of a text one by one.
pub(crate) trait Sink {
    /// The hash of the next word.
    fn word(&mut self, hash: u64);
}

impl Sink for Vec<u64> {
    #[inline]
    fn word(&mut self, hash: u64) {
        self.push(hash);
    }
}

const SEED: u64 = 0x243F_6A88_85A3_08D3;
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// The two halves of a product of 128 bits, folded: every bit of the result depends on every bit of both factors.
#[inline(always)]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A word while its bytes come in.
#[derive(Default)]
struct Word {
    hash: u64,
    /// The last bytes, at most eight, the first of them lowest.
    tail: u64,
    tail_len: u32,
    is_open: bool,
}

#[inline(always)]
fn absorb(hash: u64, eight: u64) -> u64 {
    fold(hash ^ eight ^ SEED, MULTIPLIER)
}

impl Word {
    #[inline(always)]
    fn push(&mut self, byte: u8) {
        self.is_open = true;
        if self.tail_len == 8 {
            self.hash = absorb(self.hash, self.tail);
            (self.tail, self.tail_len) = (0, 0);
        }
        self.tail |= u64::from(byte) << (8 * self.tail_len);
        self.tail_len += 1;
    }

    #[inline(always)]
    fn push_char(&mut self, c: char) {
        let mut bytes = [0; 4];
        c.encode_utf8(&mut bytes).bytes().for_each(|byte| self.push(byte));
    }

    #[inline(always)]
    fn end(&mut self, sink: &mut impl Sink) {
        if self.is_open {
            sink.word(absorb(self.hash, self.tail));
            *self = Self::default();
        }
    }
}

/// Hands the words of a text to `sink`, in order. Linear.
pub(crate) fn words(text: &str, sink: &mut impl Sink) {
    Instructions::best().run(Words { text, sink });
}

struct Words<'a, S> {
    text: &'a str,
    sink: &'a mut S,
}

impl<S: Sink> Work for Words<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<W: Wide>(self, wide: W) {
        words_with(self.text, wide, self.sink);
    }
}

/// The same as part of other work.
#[inline(always)]
pub(super) fn words_with<W: Wide>(text: &str, wide: W, sink: &mut impl Sink) {
    let bytes = text.as_bytes();
    let mut word = Word::default();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let ascii = ascii_len(rest);
        ascii_words(&rest[..ascii], &mut word, wide, sink);
        at += ascii;
        let others = &text[at..];
        for c in others.chars() {
            if c.is_ascii() {
                break;
            }
            at += c.len_utf8();
            match kind(c) {
                Kind::Part => c.to_lowercase().for_each(|c| word.push_char(c)),
                Kind::Whole => {
                    word.end(sink);
                    word.push_char(c);
                    word.end(sink);
                }
                Kind::Between => word.end(sink),
            }
        }
    }
    word.end(sink);
}

/// How many of the first bytes are ASCII.
#[inline(always)]
fn ascii_len(bytes: &[u8]) -> usize {
    const BLOCK: usize = 64;
    let blocks = bytes.chunks_exact(BLOCK).take_while(|block| block.is_ascii()).count();
    let rest = &bytes[blocks * BLOCK..];
    blocks * BLOCK + rest.iter().take_while(|byte| byte.is_ascii()).count()
}

/// Appends the words of a text, each after a space where something comes before it. Linear.
pub(super) fn spell(text: &str, out: &mut String) {
    let mut is_new = true;
    for c in text.chars() {
        let kind = kind(c);
        if matches!(kind, Kind::Between) {
            is_new = true;
            continue;
        }
        let is_whole = matches!(kind, Kind::Whole);
        if (is_new || is_whole) && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
        is_new = is_whole;
    }
}

/// Where a word of a text begins, in bytes; words are numbered from 0. Linear.
pub(crate) fn word_start(text: &str, word: usize) -> Option<usize> {
    let mut next = 0;
    let mut is_in = false;
    for (at, c) in text.char_indices() {
        let (begins, goes_on) = match kind(c) {
            Kind::Part => (!is_in, true),
            Kind::Whole => (true, false),
            Kind::Between => (false, false),
        };
        is_in = goes_on;
        if begins {
            if next == word {
                return Some(at);
            }
            next += 1;
        }
    }
    None
}

/// What a character is to words.
enum Kind {
    Part,
    Whole,
    Between,
}

/// Blocks of scripts that put no spaces between words, and of pictographs.
const WHOLE: &[(u32, u32)] = &[
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2190, 0x2BFF),
    (0x2E80, 0x2FDF),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x1F000, 0x1FAFF),
    (0x20000, 0x3FFFF),
];

fn kind(c: char) -> Kind {
    let code = u32::from(c);
    let at = WHOLE.partition_point(|&(_, last)| last < code);
    if WHOLE.get(at).is_some_and(|&(first, _)| first <= code) {
        Kind::Whole
    } else if c.is_alphanumeric() {
        Kind::Part
    } else {
        Kind::Between
    }
}

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Some bytes from `at` on as lower-case, the first of them lowest, and zeros after the end.
#[inline(always)]
fn load(bytes: &[u8], at: usize) -> u64 {
    let eight = if let Some(eight) = bytes[at..].first_chunk() {
        u64::from_le_bytes(*eight)
    } else {
        let mut eight = [0; 8];
        eight[..bytes.len() - at].copy_from_slice(&bytes[at..]);
        u64::from_le_bytes(eight)
    };
    // A digit has this bit already.
    eight | each(0x20)
}

#[inline(always)]
fn first(eight: u64, len: usize) -> u64 {
    eight & (u64::MAX >> (64 - 8 * len))
}

#[inline(always)]
fn ascii_words<W: Wide>(bytes: &[u8], open: &mut Word, wide: W, sink: &mut impl Sink) {
    let mut at = 0;
    if open.is_open {
        // It began before these bytes.
        while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_alphanumeric()) {
            open.push(byte | 0x20);
            at += 1;
        }
        if at == bytes.len() {
            return;
        }
        open.end(sink);
    }
    // Whether the byte before is of a word, and where that began.
    let (mut is_in, mut begin) = (false, 0);
    while at < bytes.len() {
        let (mask, len) = mask_of(bytes, at, wide);
        let before = (mask << 1) | u64::from(is_in);
        let (mut starts, mut ends) = (mask & !before, before & !mask);
        if len < 64 {
            // A word that these bytes end with may go on after them.
            ends &= !(1 << len);
        }
        let mut next = || {
            let start = at + starts.trailing_zeros() as usize;
            starts &= starts.wrapping_sub(1);
            start
        };
        if !is_in {
            begin = next();
        }
        while ends != 0 {
            sink.word(hash(bytes, begin, at + ends.trailing_zeros() as usize));
            ends &= ends - 1;
            begin = next();
        }
        is_in = (mask >> (len - 1)) & 1 == 1;
        at += len;
    }
    if is_in {
        bytes[begin..].iter().for_each(|byte| open.push(byte | 0x20));
    }
}

/// Which of the bytes from `at` on, at most 64, are letters and digits, and how many were looked at.
#[inline(always)]
fn mask_of<W: Wide>(bytes: &[u8], at: usize, wide: W) -> (u64, usize) {
    if let Some(block) = bytes[at..].first_chunk() {
        return (wide.alphanumeric(block), 64);
    }
    let len = bytes.len() - at;
    if let Some(block) = bytes.last_chunk() {
        return (wide.alphanumeric(block) >> (64 - len), len);
    }
    let mut block = [0; 64];
    block[..len].copy_from_slice(&bytes[at..]);
    (wide.alphanumeric(&block), len)
}

/// The hash of the word from `from` to `to`, which is ASCII.
#[inline(always)]
fn hash(bytes: &[u8], mut from: usize, to: usize) -> u64 {
    let mut hash = 0;
    while to - from > 8 {
        hash = absorb(hash, load(bytes, from));
        from += 8;
    }
    absorb(hash, first(load(bytes, from), to - from))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(text: &str) -> Vec<String> {
        let mut joined = String::new();
        spell(text, &mut joined);
        joined.split_whitespace().map(str::to_owned).collect()
    }

    fn hash_of(word: &str) -> u64 {
        let mut open = Word::default();
        word.bytes().for_each(|byte| open.push(byte));
        let mut out = Vec::new();
        open.end(&mut out);
        out[0]
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(naive(text), expected, "{text}");
        let mut found = Vec::new();
        words(text, &mut found);
        assert_eq!(found, expected.iter().map(|word| hash_of(word)).collect::<Vec<_>>(), "{text}");
    }

    #[test]
    fn words_are_what_the_documentation_says() {
        check("", &[]);
        check("  -- !", &[]);
        check("The quick-brown FOX's 3.5", &["the", "quick", "brown", "fox", "s", "3", "5"]);
        check("Café CAFÉ naïveté", &["café", "café", "naïveté"]);
        check("我们 abc好", &["我", "们", "abc", "好"]);
        check("🙂🙂ok", &["🙂", "🙂", "ok"]);
        check("Straße ΑΒΓ привет", &["straße", "αβγ", "привет"]);
        check("12345678 123456789 1234567", &["12345678", "123456789", "1234567"]);
        check("\u{2019}a\u{2019}b", &["a", "b"]);
    }

    #[test]
    fn a_word_begins_where_its_first_letter_is() {
        let check = |text: &str, expected: &[&str]| {
            let starts = (0..).map_while(|word| word_start(text, word));
            assert_eq!(starts.map(|at| &text[at..]).collect::<Vec<_>>(), expected);
        };
        check("", &[]);
        check(" it's 我们ok.", &["it's 我们ok.", "s 我们ok.", "我们ok.", "们ok.", "ok."]);
    }

    proptest! {
        #[test]
        fn fast_and_naive_find_the_same_words(text in r"([a-zA-Z0-9 .\-é我🙂\n]{0,12}[a-zA-Z]{0,20}){0,12}") {
            let mut found = Vec::new();
            words(&text, &mut found);
            prop_assert_eq!(found, naive(&text).iter().map(|word| hash_of(word)).collect::<Vec<_>>());
        }
    }
}
