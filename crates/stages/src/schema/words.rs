//! Reserved words: strings that mark turns or media in the prompts that a model is trained on.

use bedload_bedrock::{Citation, Part, Point, Profile, ReservedWords};
use memchr::{memchr, memchr2, memchr3};

/// The reserved words of a target, found whatever the case of their ASCII letters.
///
/// Nearly every text of every record is searched, and nearly none has such a word. So each word is sought by its
/// rarest byte, its anchor: the words of the built-in profiles have three different ones, which are punctuation, and
/// a vectorised search passes over everything else. At an anchor, one of the bytes next to it rules out nearly all words.
pub(super) struct WordFinder {
    reserved: Vec<Word>,
    anchors: Anchors,
    neighbours: Neighbours,
    minds_other_case: bool,
}

/// The bytes at which words are sought.
enum Anchors {
    One(u8),
    Two(u8, u8),
    Three(u8, u8, u8),
    Many(Box<[bool; 256]>),
}

/// Which words are possible by the byte before an anchor and by the one after it: each word asks for one of them. A bit
/// is a word, or several where there are more than 64.
struct Neighbours {
    before: [u64; 256],
    after: [u64; 256],
    /// The words of one byte.
    alone: u64,
}

struct Word {
    text: String,
    /// Where its rarest byte is in it.
    anchor: usize,
    source: Citation,
    is_confirmed: bool,
}

/// A reserved word in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<'w> {
    /// The point that judges it; none for a word that nothing confirms.
    pub(super) point: Option<Point>,
    /// Who reserves the word.
    pub(super) source: &'w Citation,
    word: &'w str,
}

impl Found<'_> {
    pub(super) fn message(&self) -> String {
        let word = self.word.escape_debug();
        match self.point {
            Some(Point::ReservedWordInAnotherCase) => {
                format!("the text contains the reserved word `{word}` with different capitalization")
            }
            Some(_) => format!("the text contains the reserved word `{word}`"),
            None => format!("the text contains `{word}`, which is on an unconfirmed list of reserved words"),
        }
    }
}

impl WordFinder {
    /// The words of a profile; none where it reserves none.
    pub(super) fn new(profile: &Profile) -> Option<Self> {
        let of_group = |group: &ReservedWords| {
            let (source, is_confirmed) = (group.source.clone(), group.is_confirmed);
            let word = move |text: &String| Word {
                text: text.clone(),
                anchor: anchor(text.as_bytes()),
                source: source.clone(),
                is_confirmed,
            };
            group.words.iter().filter(|text| !text.is_empty()).map(word).collect::<Vec<_>>()
        };
        let reserved: Vec<Word> = profile.reserved_words.iter().flat_map(of_group).collect();
        if reserved.is_empty() {
            return None;
        }
        let minds_other_case = profile.rule(Point::ReservedWordInAnotherCase).is_some();
        let (anchors, neighbours) = (Anchors::of(&reserved), Neighbours::of(&reserved));
        Some(Self { reserved, anchors, neighbours, minds_other_case })
    }

    /// The worst occurrence in a text: a word as it is written, before one with different capitalization, before one
    /// that nothing confirms. Linear in the text, times the words with one anchor.
    pub(super) fn find(&self, text: &str, part: Part) -> Option<Found<'_>> {
        let (mut other, mut unconfirmed) = (None, None);
        let mut from = 0;
        while let Some(at) = self.anchors.find(&text.as_bytes()[from..]).map(|at| from + at) {
            from = at + 1;
            for (word, written) in self.at(text, at) {
                match self.reserved.iter().find(|word| word.text == written) {
                    Some(word) if word.is_confirmed => {
                        return Some(word.found(Some(match part {
                            Part::Prompt => Point::ReservedWord,
                            Part::Completion => Point::ReservedWordInAnswer,
                        })));
                    }
                    Some(word) => unconfirmed = unconfirmed.or(Some(word.found(None))),
                    None if self.minds_other_case && word.is_confirmed && other.is_none() => {
                        other = Some(word.found(Some(Point::ReservedWordInAnotherCase)));
                    }
                    None => {}
                }
            }
        }
        other.or(unconfirmed)
    }

    /// The words whose anchor is at this byte of a text, each as it is written there.
    fn at<'t>(&self, text: &'t str, at: usize) -> impl Iterator<Item = (&Word, &'t str)> {
        let possible = self.neighbours.possible(text.as_bytes(), at);
        let words = if possible == 0 { &[][..] } else { &self.reserved };
        words.iter().enumerate().filter(move |(n, _)| possible >> (n % 64) & 1 == 1).filter_map(
            move |(_, word)| {
                let start = at.checked_sub(word.anchor)?;
                let written = text.get(start..start + word.text.len())?;
                written.eq_ignore_ascii_case(&word.text).then_some((word, written))
            },
        )
    }
}

impl Neighbours {
    fn of(words: &[Word]) -> Self {
        let mut neighbours = Self { before: [0; 256], after: [0; 256], alone: 0 };
        for (n, word) in words.iter().enumerate() {
            let bytes = word.text.as_bytes();
            let (table, byte) = match (word.anchor.checked_sub(1), bytes.get(word.anchor + 1)) {
                (_, Some(&after)) => (&mut neighbours.after, after),
                (Some(before), None) => (&mut neighbours.before, bytes[before]),
                (None, None) => {
                    neighbours.alone |= 1 << (n % 64);
                    continue;
                }
            };
            for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                table[usize::from(byte)] |= 1 << (n % 64);
            }
        }
        neighbours
    }

    fn possible(&self, text: &[u8], anchor: usize) -> u64 {
        let before = anchor.checked_sub(1).map_or(0, |at| self.before[usize::from(text[at])]);
        let after = text.get(anchor + 1).map_or(0, |&byte| self.after[usize::from(byte)]);
        before | after | self.alone
    }
}

impl Anchors {
    fn of(words: &[Word]) -> Self {
        let of_word = |word: &Word| {
            let byte = word.text.as_bytes()[word.anchor];
            [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]
        };
        let mut bytes: Vec<u8> = words.iter().flat_map(of_word).collect();
        bytes.sort_unstable();
        bytes.dedup();
        match bytes[..] {
            [a] => Self::One(a),
            [a, b] => Self::Two(a, b),
            [a, b, c] => Self::Three(a, b, c),
            _ => {
                let mut table = [false; 256];
                bytes.iter().for_each(|&byte| table[usize::from(byte)] = true);
                Self::Many(Box::new(table))
            }
        }
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        match *self {
            Self::One(a) => memchr(a, text),
            Self::Two(a, b) => memchr2(a, b, text),
            Self::Three(a, b, c) => memchr3(a, b, c, text),
            Self::Many(ref table) => text.iter().position(|&byte| table[usize::from(byte)]),
        }
    }
}

/// The place of a word's rarest byte, as texts go: brackets and signs, then other punctuation, then rare letters.
fn anchor(word: &[u8]) -> usize {
    let commonness = |byte: u8| match byte {
        b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'~' | b'`' | b'@' | b'#' | b'$'
        | b'%' | b'&' | b'*' | b'+' | b'=' => 0,
        b':' | b';' | b'!' | b'?' | b'/' | b'(' | b')' | b'"' | b'_' => 1,
        b'0'..=b'9' => 2,
        b'j' | b'q' | b'x' | b'z' | b'J' | b'Q' | b'X' | b'Z' => 3,
        byte if byte.is_ascii_alphabetic() || !byte.is_ascii() => 4,
        _ => 5,
    };
    (0..word.len()).min_by_key(|&at| commonness(word[at])).unwrap_or(0)
}

impl Word {
    fn found(&self, point: Option<Point>) -> Found<'_> {
        Found { point, source: &self.source, word: &self.text }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finder(words: &[&str]) -> WordFinder {
        let word = |text: &&str| Word {
            text: (*text).to_owned(),
            anchor: anchor(text.as_bytes()),
            source: Citation { place: "here".to_owned(), date: "2026-11".to_owned() },
            is_confirmed: true,
        };
        let reserved: Vec<Word> = words.iter().map(word).collect();
        let (anchors, neighbours) = (Anchors::of(&reserved), Neighbours::of(&reserved));
        WordFinder { reserved, anchors, neighbours, minds_other_case: true }
    }

    /// Whether a text has one of the words, and whether as it is written.
    fn naive(words: &[&str], text: &str) -> Option<bool> {
        let lower = text.to_ascii_lowercase();
        if words.iter().any(|word| text.contains(word)) {
            return Some(true);
        }
        words.iter().any(|word| lower.contains(&word.to_ascii_lowercase())).then_some(false)
    }

    const SETS: &[&[&str]] = &[
        &["User:", "USER:", "<image>", "[EOS]", "<|end|>"],
        &["\nHuman:"],
        &["abc", "xab"],
        &["a", "é:", "::", "b c"],
    ];

    #[test]
    fn built_in_words_are_anchored_at_punctuation() {
        assert!(matches!(finder(SETS[0]).anchors, Anchors::Three(b':', b'<', b'[')));
        assert!(matches!(finder(SETS[1]).anchors, Anchors::One(b':')));
        assert!(matches!(finder(SETS[3]).anchors, Anchors::Many(_)));
    }

    proptest! {
        #[test]
        fn a_word_is_found_wherever_it_is(set in 0..SETS.len(), text in "[abcxXé:<>\\[\\]|\n ]{0,12}(User:|uSER:|<IMAGE>|\nHuman:|[EOS]|<|END|>|)[abcé: ]{0,4}") {
            let found = finder(SETS[set]);
            let found = found.find(&text, Part::Prompt).map(|found| found.point == Some(Point::ReservedWord));
            prop_assert_eq!(found, naive(SETS[set], &text));
        }

        #[test]
        fn many_words_share_bits(n in 0..90_usize, before in "[a-z:]{0,3}", after in "[a-z:]{0,3}") {
            let words: Vec<String> = (0..90).map(|n| format!("w{n}:")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let text = format!("{before}W{n}:{after}");
            let finder = finder(&words);
            let found = finder.find(&text, Part::Prompt).map(|found| found.word);
            prop_assert_eq!(found, Some(words[n]));
        }
    }
}
