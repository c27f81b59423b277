//! Reserved words: strings that mark turns or media in the prompts that a model is trained on.

use aho_corasick::AhoCorasick;
use bedload_bedrock::{Citation, Point, Profile, ReservedWords};

/// Who says a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The user or the system.
    Prompt,
    /// The assistant, its reasoning, or a tool.
    Answer,
}

/// The reserved words of a target, as one automaton that ignores the case of ASCII letters.
pub(super) struct WordFinder {
    reserved: Vec<Word>,
    automaton: AhoCorasick,
    minds_other_case: bool,
}

struct Word {
    text: String,
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
            let word = move |text: &String| Word { text: text.clone(), source: source.clone(), is_confirmed };
            group.words.iter().map(word).collect::<Vec<_>>()
        };
        let reserved: Vec<Word> = profile.reserved_words.iter().flat_map(of_group).collect();
        if reserved.is_empty() {
            return None;
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(reserved.iter().map(|word| &word.text))
            .expect("a few short words make a small automaton");
        let minds_other_case = profile.rule(Point::ReservedWordInAnotherCase).is_some();
        Some(Self { reserved, automaton, minds_other_case })
    }

    /// The worst occurrence in a text: a word as it is written, before one with different capitalization, before one
    /// that nothing confirms. Linear in the text.
    pub(super) fn find(&self, text: &str, speaker: Speaker) -> Option<Found<'_>> {
        let (mut other, mut unconfirmed) = (None, None);
        for at in self.automaton.find_overlapping_iter(text) {
            let written = &text[at.range()];
            match self.reserved.iter().find(|word| word.text == written) {
                Some(word) if word.is_confirmed => {
                    return Some(word.found(Some(match speaker {
                        Speaker::Prompt => Point::ReservedWord,
                        Speaker::Answer => Point::ReservedWordInAnswer,
                    })));
                }
                Some(word) => unconfirmed = unconfirmed.or(Some(word.found(None))),
                None => {
                    let word = &self.reserved[at.pattern().as_usize()];
                    if self.minds_other_case && word.is_confirmed && other.is_none() {
                        other = Some(word.found(Some(Point::ReservedWordInAnotherCase)));
                    }
                }
            }
        }
        other.or(unconfirmed)
    }
}

impl Word {
    fn found(&self, point: Option<Point>) -> Found<'_> {
        Found { point, source: &self.source, word: &self.text }
    }
}
