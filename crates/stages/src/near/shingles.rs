//! The set of shingles of a record, as hashes of 64 bits.

use std::fmt;
use std::str::FromStr;

use bedload_tokens::wide::{Instructions, Wide, Work};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::seen::{Seen, Turn};
use super::words::{Sink, fold, spell, words_with};

/// What a shingle is: `word:N`, so many words in a row, or `char:N`, so many characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shingle {
    /// Words in a row; a record with fewer is one shingle.
    Words(u32),
    /// Characters in a row of the words, which are joined by single spaces; a record with fewer is one shingle.
    Chars(u32),
}

/// More words or characters than this in a row hardly ever recur.
const LENGTH_MAX: u32 = 64;

impl Default for Shingle {
    fn default() -> Self {
        Self::Words(5)
    }
}

impl fmt::Display for Shingle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(n) => write!(out, "word:{n}"),
            Self::Chars(n) => write!(out, "char:{n}"),
        }
    }
}

/// Why a text is not a [`Shingle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write word:N or char:N, with N from 1 to {LENGTH_MAX}, e.g. word:5")]
pub struct NotShingle;

impl FromStr for Shingle {
    type Err = NotShingle;

    fn from_str(text: &str) -> Result<Self, NotShingle> {
        let (unit, n) = text.split_once(':').ok_or(NotShingle)?;
        let n = n.parse().ok().filter(|n| (1..=LENGTH_MAX).contains(n)).ok_or(NotShingle)?;
        match unit {
            "word" => Ok(Self::Words(n)),
            "char" => Ok(Self::Chars(n)),
            _ => Err(NotShingle),
        }
    }
}

impl Serialize for Shingle {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shingle {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An odd number with bits everywhere.
const BASE: u64 = 0xD6E8_FEB8_6659_FD93;
const SEED: u64 = 0x1319_8A2E_0370_7345;
const MULTIPLIER: u64 = 0xA409_3822_299F_31D1;

/// Collects the shingles of one record after the other.
pub struct Shingler {
    /// Words, or characters, of a shingle.
    len: usize,
    /// What the first of them counts for.
    power: u64,
    by_chars: bool,
    /// The words of the record, joined by spaces, where shingles are of characters.
    joined: String,
    seen: Seen,
    found: Vec<u64>,
}

impl Shingler {
    /// A collector of these shingles.
    pub fn new(shingle: Shingle) -> Self {
        let (len, by_chars) = match shingle {
            Shingle::Words(n) => (n, false),
            Shingle::Chars(n) => (n, true),
        };
        Self {
            len: len as usize,
            power: BASE.wrapping_pow(len),
            by_chars,
            joined: String::new(),
            seen: Seen::default(),
            found: Vec::new(),
        }
    }

    /// The different shingles of the texts together, in the order in which they first occur; none where there is no
    /// word. A shingle may begin in one text and end in the next. Linear.
    pub fn shingles<'t>(&mut self, texts: impl Iterator<Item = &'t str> + Clone) -> &[u64] {
        let n = Instructions::best().run(Shingles { shingler: self, texts });
        &self.found[..n]
    }
}

/// The shingles of some texts, as work that tells how many there are.
struct Shingles<'s, T> {
    shingler: &'s mut Shingler,
    texts: T,
}

impl<'t, T: Iterator<Item = &'t str> + Clone> Work for Shingles<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn run<W: Wide>(self, wide: W) -> usize {
        let Self { shingler: Shingler { len, power, by_chars, joined, seen, found }, texts } = self;
        // A word takes a byte and one between it and the next, if there is one; a character takes a byte.
        let bound = |text: &str| if *by_chars { text.len() + 1 } else { text.len() / 2 + 1 };
        let most: usize = texts.clone().map(bound).sum();
        if found.len() < most {
            found.resize(most, 0);
        }
        let mut window = Window {
            last: [0; LENGTH_MAX as usize],
            len: *len,
            words: 0,
            sum: 0,
            power: *power,
            seen: seen.begin(most),
            found,
            n: 0,
        };
        if *by_chars {
            texts.for_each(|text| spell(text, joined));
            for c in joined.chars() {
                window.word(fold(u64::from(u32::from(c)) ^ SEED, MULTIPLIER));
            }
            joined.clear();
        } else {
            texts.for_each(|text| words_with(text, wide, &mut window));
        }
        if (1..window.len).contains(&window.words) {
            window.add(window.sum);
        }
        window.n
    }
}

/// The last words, or characters, as a polynomial of their hashes. Apart from what outlasts a record, so that it is in
/// registers.
struct Window<'s> {
    /// As a ring.
    last: [u64; LENGTH_MAX as usize],
    /// How many a shingle has.
    len: usize,
    /// How many there were.
    words: usize,
    sum: u64,
    /// What the oldest counts for.
    power: u64,
    seen: Turn<'s>,
    found: &'s mut [u64],
    /// How many were found.
    n: usize,
}

impl Window<'_> {
    #[inline(always)]
    fn add(&mut self, sum: u64) {
        let hash = fold(sum ^ SEED, MULTIPLIER);
        // It is not known before whether it counts.
        self.found[self.n] = hash;
        self.n += usize::from(self.seen.insert(hash));
    }
}

impl Sink for Window<'_> {
    #[inline(always)]
    fn word(&mut self, hash: u64) {
        let oldest = self.last[self.words.wrapping_sub(self.len) % self.last.len()];
        let newest = self.words % self.last.len();
        self.last[newest] = hash;
        self.words += 1;
        self.sum =
            self.sum.wrapping_mul(BASE).wrapping_add(hash).wrapping_sub(oldest.wrapping_mul(self.power));
        if self.words >= self.len {
            self.add(self.sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The shingles of some texts, spelled out.
    fn naive(shingle: Shingle, texts: &[&str]) -> BTreeSet<String> {
        let mut joined = String::new();
        texts.iter().for_each(|text| spell(text, &mut joined));
        let (pieces, n): (Vec<String>, u32) = match shingle {
            Shingle::Words(n) => (joined.split_whitespace().map(|word| format!("{word} ")).collect(), n),
            Shingle::Chars(n) => (joined.chars().map(String::from).collect(), n),
        };
        if pieces.is_empty() {
            return BTreeSet::new();
        }
        let n = pieces.len().min(n as usize);
        pieces.windows(n).map(<[String]>::concat).collect()
    }

    fn check(shingle: &str, texts: &[&str], expected: usize) {
        let shingle: Shingle = shingle.parse().expect("a shingle");
        assert_eq!(naive(shingle, texts).len(), expected);
        let mut shingler = Shingler::new(shingle);
        // What an earlier record leaves does not count.
        shingler.shingles(["other words than those that come next, and many of them"].into_iter());
        assert_eq!(shingler.shingles(texts.iter().copied()).len(), expected);
    }

    #[test]
    fn shingles_are_a_set() {
        check("word:5", &[], 0);
        check("word:5", &["?!"], 0);
        check("word:5", &["One two"], 1);
        check("word:5", &["one two three four five"], 1);
        check("word:5", &["one two three", "four five six"], 2);
        check("word:2", &["a b a b a"], 2);
        check("char:3", &["ab"], 1);
        check("char:3", &["Ab, cd"], 3);
        check("char:1", &["aaa"], 1);
        check("word:1", &["我们我们"], 2);
        for wrong in ["word:0", "word:65", "word", "line:3", "char:x", ""] {
            assert_eq!(wrong.parse::<Shingle>(), Err(NotShingle), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn two_records_share_as_many_hashes_as_shingles(
            a in "([ab我] ?){0,12}", b in "([ab我] ?){0,12}", n in 1u32..6, by_chars: bool,
        ) {
            let shingle = if by_chars { Shingle::Chars(n) } else { Shingle::Words(n) };
            let mut shingler = Shingler::new(shingle);
            let mut of = |text: &str| -> BTreeSet<u64> {
                shingler.shingles([text].into_iter()).iter().copied().collect()
            };
            let (ours, theirs) = (of(&a), of(&b));
            let (ours_spelled, theirs_spelled) = (naive(shingle, &[&a]), naive(shingle, &[&b]));
            prop_assert_eq!(ours.len(), ours_spelled.len());
            prop_assert_eq!(ours.intersection(&theirs).count(), ours_spelled.intersection(&theirs_spelled).count());
        }
    }
}
