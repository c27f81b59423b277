//! The search of a text. Nearly every text of every record is searched, and nearly none has anything: so two vectorised
//! passes look for what all kinds need, and only there a text is read with care.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::secret::{ISSUED, Issued};
use super::text::{Bytes, is_word};
use super::{Kind, Kinds, card, email, iban, ip, national, phone, secret};

/// Something found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Byte offset in the text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// Looks for some kinds in texts.
pub struct Scanner {
    kinds: Kinds,
    secrets: Option<Prefixes>,
}

/// The search for the prefixes of secrets.
struct Prefixes {
    issued: Vec<&'static Issued>,
    /// Where the processor has the instructions for it, and for texts that are long enough.
    packed: Option<Searcher>,
    automaton: AhoCorasick,
}

/// What is counted in a block.
const BLOCK: usize = 32;

/// Two blocks side by side with fewer digits, full stops, slashes and colons hold no number that is looked for.
const DENSE: u8 = 7;

/// What an `@` counts: it is looked at wherever it is.
const AT: u8 = 16;

impl Scanner {
    /// The search for some kinds.
    pub fn new(kinds: Kinds) -> Self {
        let issued: Vec<&Issued> = ISSUED.iter().filter(|issued| kinds.has(issued.kind)).collect();
        let secrets = (!issued.is_empty()).then(|| Prefixes::new(issued));
        Self { kinds, secrets }
    }

    /// Replaces `hits` by what is in a text: in order, none inside another.
    pub fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        let text = Bytes(text.as_bytes());
        self.find_dense(text, hits);
        if let Some(secrets) = &self.secrets {
            secrets.find(text, hits);
        }
        if hits.len() > 1 {
            hits.sort_by_key(|hit| (hit.start, usize::MAX - hit.end));
            let mut end = 0;
            hits.retain(|hit| {
                let is_free = hit.start >= end;
                end = end.max(hit.end);
                is_free
            });
        }
    }

    /// Looks at where there are many digits, or an `@`.
    fn find_dense(&self, text: Bytes<'_>, hits: &mut Vec<Hit>) {
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut before = 0;
        // Where the dense part begins that is under way.
        let mut open: Option<usize> = None;
        let mut done = 0;
        for (n, block) in blocks.iter().enumerate() {
            let weight = weight(block);
            let is_dense = before + weight >= DENSE;
            before = weight;
            match (is_dense, open) {
                (true, None) => open = Some(n.saturating_sub(1) * BLOCK),
                (false, Some(start)) => {
                    done = self.look(text, start.max(done), n * BLOCK, hits);
                    open = None;
                }
                _ => {}
            }
        }
        let is_dense = before + weight(rest) >= DENSE;
        let start = open.or(is_dense.then(|| blocks.len().saturating_sub(1) * BLOCK));
        if let Some(start) = start {
            self.look(text, start.max(done), text.len(), hits);
        }
    }

    /// Reads a part of a text with care, and returns where it ended: what begins in the part may end after it.
    fn look(&self, text: Bytes<'_>, from: usize, to: usize, hits: &mut Vec<Hit>) -> usize {
        // The name that a number is in may begin before it.
        let mut at = from;
        while at > 0 && is_word(text[at - 1]) && from - at < BLOCK {
            at -= 1;
        }
        while at < to {
            let byte = text[at];
            if byte == b'@' {
                let found = (self.kinds.has(Kind::Email) || self.kinds.has(Kind::Password))
                    .then(|| email::at(text, at))
                    .flatten()
                    .filter(|(kind, ..)| self.kinds.has(*kind));
                // A password ends where the `@` is.
                at = take(found, hits).unwrap_or(0).max(at + 1);
            } else if matches!(byte, b'+' | b'(') {
                let found = self.number(text, at);
                at = take(found, hits).unwrap_or(at + 1);
            } else if byte.is_ascii_alphanumeric() {
                let found = self.number(text, at);
                at = take(found, hits)
                    .unwrap_or_else(|| at + text[at..].iter().take_while(|&&byte| is_word(byte)).count());
            } else {
                at += 1;
            }
        }
        at
    }

    /// What begins at a digit, a letter, a plus sign or a parenthesis.
    fn number(&self, text: Bytes<'_>, at: usize) -> Option<(Kind, usize, usize)> {
        let of = |kind: Kind, find: fn(Bytes<'_>, usize) -> Option<usize>| {
            let end = self.kinds.has(kind).then(|| find(text, at)).flatten()?;
            Some((kind, at, end))
        };
        let byte = text[at];
        if byte.is_ascii_hexdigit() && is_before_colon(text, at) {
            return of(Kind::IpAddress, ip::v6).or_else(|| of(Kind::Phone, phone::at));
        }
        if byte.is_ascii_lowercase() || !has_many_digits(text, at) {
            return None;
        }
        match byte {
            b'0'..=b'9' if text.begins(at) || text.before(at) == Some(b'@') => of(Kind::IpAddress, ip::v4)
                .or_else(|| of(Kind::Card, card::at))
                .or_else(|| of(Kind::NationalId, national::at))
                .or_else(|| of(Kind::Phone, phone::at)),
            b'A'..=b'Z' => of(Kind::Iban, iban::at).or_else(|| of(Kind::NationalId, national::at)),
            b'+' | b'(' => of(Kind::Phone, phone::at),
            _ => None,
        }
    }
}

/// Returns true if the first name of an IPv6 address may be here.
fn is_before_colon(text: Bytes<'_>, at: usize) -> bool {
    let len = text[at..].iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
    len < 5 && text.get(at + len) == Some(&b':')
}

/// Returns true if so many digits follow, with no more between them than numbers have, that they can be one that is
/// looked for. Nearly all numbers in a text are shorter.
fn has_many_digits(text: Bytes<'_>, at: usize) -> bool {
    // Some that begin with letters have six.
    let most = if text[at].is_ascii_uppercase() { 6 } else { 7 };
    let (mut digits, mut dots) = (0, 0);
    for &byte in text[at..].iter().take(32) {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => dots += 1,
            b' ' | b'-' | b'/' | b'(' | b')' | b'+' | b'A'..=b'Z' | 0x80.. => {}
            _ => break,
        }
        if digits == most {
            return true;
        }
    }
    // An IPv4 address may have fewer.
    dots >= 3 && digits >= 4
}

/// Keeps what was found, and returns where it ends.
fn take(found: Option<(Kind, usize, usize)>, hits: &mut Vec<Hit>) -> Option<usize> {
    let (kind, start, end) = found?;
    hits.push(Hit { kind, start, end });
    Some(end)
}

/// How much of what numbers are written with is in a block, and more where there is an `@`; at most 48. Written so that
/// the compiler does sixteen bytes at a time.
#[inline]
fn weight(block: &[u8]) -> u8 {
    let (numbers, is_at) = block.iter().fold((0u8, 0u8), |(numbers, is_at), &byte| {
        let is_of_number = byte.wrapping_sub(b'.') <= b':' - b'.';
        (numbers.wrapping_add(u8::from(is_of_number)), is_at | u8::from(byte == b'@'))
    });
    numbers + is_at * AT
}

impl Prefixes {
    fn new(issued: Vec<&'static Issued>) -> Self {
        let prefixes: Vec<&str> = issued.iter().map(|issued| issued.prefix).collect();
        let packed = Config::new().match_kind(MatchKind::LeftmostLongest).builder().extend(&prefixes).build();
        let automaton = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&prefixes)
            .expect("a few short patterns make an automaton");
        Self { issued, packed, automaton }
    }

    fn find(&self, text: Bytes<'_>, hits: &mut Vec<Hit>) {
        let mut add = |start: usize, pattern: usize| {
            let found = secret::at(text, start, self.issued[pattern]);
            if let Some((kind, start, end)) = found {
                hits.push(Hit { kind, start, end });
            }
        };
        match &self.packed {
            Some(packed) if text.len() >= packed.minimum_len() => {
                packed.find_iter(&*text).for_each(|found| add(found.start(), found.pattern().as_usize()));
            }
            _ => {
                self.automaton
                    .find_iter(&*text)
                    .for_each(|found| add(found.start(), found.pattern().as_usize()));
            }
        }
    }
}
