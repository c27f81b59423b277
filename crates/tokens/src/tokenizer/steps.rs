//! Splitting a text by the steps that a `tokenizer.json` lists, where they are none of the known families: each step
//! splits the pieces of the one before it, by a regular expression or at digits.

use std::ops::Range;

use fancy_regex::Regex;

/// The steps, in order. No step changes the text, but a space may be put before it.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(super) steps: Vec<Step>,
    pub(super) prefix_space: bool,
}

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    /// What matches, and what stands between matches.
    Regex(Box<Regex>, Kept),
    /// Each number on its own.
    EachDigit,
    /// Numbers side by side.
    Digits,
}

/// What stays of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    All,
    Matches,
    Gaps,
}

impl Steps {
    /// One step, whose matches are the pieces: what no match covers is not counted, as by tiktoken.
    ///
    /// # Errors
    /// Where the regular expression is invalid.
    pub(super) fn of_regex(regex: &str) -> Result<Self, Box<fancy_regex::Error>> {
        let step = Step::Regex(Box::new(Regex::new(regex)?), Kept::Matches);
        Ok(Self { steps: vec![step], prefix_space: false })
    }

    /// The pieces of a text, none of which is empty.
    ///
    /// # Errors
    /// Where a regular expression takes too many steps back.
    pub(crate) fn split(&self, text: &str) -> Result<Vec<Range<usize>>, Box<fancy_regex::Error>> {
        let mut pieces: Vec<Range<usize>> = std::iter::once(0..text.len()).collect();
        for step in &self.steps {
            let mut smaller = Vec::with_capacity(pieces.len());
            for piece in pieces {
                let base = piece.start;
                let keep = |range: Range<usize>| smaller.push(base + range.start..base + range.end);
                step.split(&text[piece], keep)?;
            }
            pieces = smaller;
        }
        pieces.retain(|piece| !piece.is_empty());
        Ok(pieces)
    }

    /// The text with a space before it, where one is wanted and there is none.
    pub(crate) fn prefixed(&self, text: &str) -> Option<String> {
        (self.prefix_space && !text.is_empty() && !text.starts_with(' ')).then(|| format!(" {text}"))
    }
}

impl Step {
    fn split(&self, text: &str, mut keep: impl FnMut(Range<usize>)) -> Result<(), Box<fancy_regex::Error>> {
        match self {
            Self::Regex(regex, kept) => {
                let mut at = 0;
                for found in regex.find_iter(text) {
                    let found = found.map_err(Box::new)?;
                    if *kept != Kept::Matches && found.start() > at {
                        keep(at..found.start());
                    }
                    if *kept != Kept::Gaps && found.end() > found.start() {
                        keep(found.start()..found.end());
                    }
                    at = found.end();
                }
                if *kept != Kept::Matches && at < text.len() {
                    keep(at..text.len());
                }
            }
            Self::EachDigit | Self::Digits => {
                let mut begin = 0;
                let mut was_digit = false;
                for (at, char) in text.char_indices() {
                    let is_digit = char.is_numeric();
                    let is_boundary = is_digit != was_digit || is_digit && matches!(self, Self::EachDigit);
                    if is_boundary && at > begin {
                        keep(begin..at);
                        begin = at;
                    }
                    was_digit = is_digit;
                }
                keep(begin..text.len());
            }
        }
        Ok(())
    }
}
