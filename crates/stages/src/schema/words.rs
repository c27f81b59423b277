//! Reserved words: strings that mark turns or media in the prompts that a model is trained on.

use aho_corasick::AhoCorasick;
use bedload_bedrock::{Citation, Point, Profile};

/// Who says a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The user or the system.
    Prompt,
    /// The assistant, its reasoning, or a tool.
    Answer,
}

/// The reserved words of a target, as one automaton that ignores the case of ASCII letters.
pub(super) struct Words {
    reserved: Vec<(String, Citation)>,
    automaton: AhoCorasick,
    minds_other_case: bool,
}

/// A reserved word in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<'w> {
    pub(super) point: Point,
    /// Who reserves the word.
    pub(super) source: &'w Citation,
    word: &'w str,
}

impl Found<'_> {
    pub(super) fn message(&self) -> String {
        let word = self.word.escape_debug();
        match self.point {
            Point::ReservedWordInAnotherCase => format!("the text holds `{word}` in other capitals"),
            _ => format!("the text holds the reserved word `{word}`"),
        }
    }
}

impl Words {
    /// The words of a profile; none where it reserves none.
    pub(super) fn new(profile: &Profile) -> Option<Self> {
        let groups = profile.reserved_words.iter();
        let reserved: Vec<(String, Citation)> = groups
            .flat_map(|group| group.words.iter().map(|word| (word.clone(), group.source.clone())))
            .collect();
        if reserved.is_empty() {
            return None;
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(reserved.iter().map(|(word, _)| word))
            .expect("a few short words make a small automaton");
        let minds_other_case = profile.rule(Point::ReservedWordInAnotherCase).is_some();
        Some(Self { reserved, automaton, minds_other_case })
    }

    /// The worst occurrence in a text: a word as it is written, before one in other capitals. Linear in the text.
    pub(super) fn find(&self, text: &str, speaker: Speaker) -> Option<Found<'_>> {
        let found = |point, (word, source)| Found { point, source, word };
        let mut other = None;
        for at in self.automaton.find_overlapping_iter(text) {
            let written = &text[at.range()];
            if let Some((word, source)) = self.reserved.iter().find(|(word, _)| word == written) {
                let point = match speaker {
                    Speaker::Prompt => Point::ReservedWord,
                    Speaker::Answer => Point::ReservedWordInAnswer,
                };
                return Some(found(point, (word, source)));
            }
            if self.minds_other_case && other.is_none() {
                let (word, source) = &self.reserved[at.pattern().as_usize()];
                other = Some(found(Point::ReservedWordInAnotherCase, (word, source)));
            }
        }
        other
    }
}
