//! Finds long runs of white space and the pretoken in each that can be counted apart. Counts nothing.
//!
//! # What fails
//!
//! tiktoken-rs splits a text with fancy-regex. All alternatives of the patterns are handed to a linear-time
//! engine, whole or in atomic groups, but one: `\s+(?!\S)` runs on a backtracking machine, which keeps a
//! frame for each character it passes and gives up at 1,000,000 frames. So a text fails only if this
//! alternative is tried at a place with about a million characters of white space ahead; the alternatives
//! before it decide when:
//!
//! * `o200k`: not counting what `\s*[\r\n]+` takes, up to the last line break of the run;
//! * `cl100k`: not counting what `\s*[\r\n]` takes, likewise, nor a run that ends the text, for `\s++$`;
//! * `p50k`, `r50k`: line breaks included, but not a run that ends the text, for `\s++$`.
//!
//! The machine's other limit, 1,000,000 steps back in one match, is out of reach: each alternative that fails
//! costs a few, every character starts a match of some alternative, and the look-ahead fails once at most.
//!
//! # Why cutting is exact
//!
//! No pattern looks back, so the pretokens from a boundary on depend on the text from there on alone. Let a
//! run be maximal, `a..b`, and let a blank *tail* follow its last line break (or be all of the run if it has
//! none, or if breaks are nothing special, as in `p50k`).
//!
//! 1. *The tail's start is a boundary.* A match that starts before the run is of letters, digits or
//!    punctuation, or of an earlier run that ends before a visible character. Only punctuation can reach into
//!    this run, by `[\r\n/]*` (`o200k`) or `[\r\n]*+` (`cl100k`), and stops in front of the tail. From there,
//!    `\s*[\r\n]+` or `\s*[\r\n]` takes the rest of the line breaks, and being greedy ends at the tail.
//! 2. *The text before it splits alike without what follows.* Each match above ends by its own characters,
//!    and no look-ahead of an earlier run sees past a visible character. If breaks now end the text, `\s++$`
//!    takes what `\s*[\r\n]` took.
//! 3. *The pretoken at the tail's start is the tail without its last character*, by `\s+(?!\S)`: no other
//!    alternative takes more than one blank in front of what it wants, and here is a second blank. The last
//!    one is left to the word that follows. If the run ends the text, it is the whole tail.
//!
//! In `cl100k` a run that ends the text is one pretoken, breaks included, unless punctuation took the first
//! of them; so if it starts with a break it is left whole, which `\s++$` makes safe.

use std::ops::Range;

/// The ways to split white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blanks {
    /// `\s*[\r\n]+|\s+(?!\S)|\s+`, and punctuation takes `[\r\n/]*` along.
    O200k,
    /// `\s++$|\s*[\r\n]|\s+(?!\S)|\s`, and punctuation takes `[\r\n]*+` along.
    Cl100k,
    /// `\s++$|\s+(?!\S)|\s`, the same for line breaks as for blanks.
    Gpt2,
}

impl Blanks {
    /// Returns the pretoken of a maximal `run` that may be counted apart, if there is one.
    ///
    /// Both its ends are boundaries, and what is left of the run is safe for tiktoken-rs. Linear in the run.
    fn blank_piece(self, text: &str, run: &Range<usize>) -> Option<Range<usize>> {
        let ends_text = run.end == text.len();
        let blanks = &text[run.clone()];
        let start = match self {
            Blanks::Gpt2 => run.start,
            Blanks::Cl100k if ends_text => {
                if run.start > 0 && blanks.starts_with(LINE_BREAKS) {
                    return None;
                }
                run.start
            }
            Blanks::O200k | Blanks::Cl100k => {
                blanks.rfind(LINE_BREAKS).map_or(run.start, |position| run.start + position + 1)
            }
        };
        let kept_bytes = if ends_text { 0 } else { blanks.chars().next_back().map_or(0, char::len_utf8) };
        let end = run.end - kept_bytes;
        (start < end).then_some(start..end)
    }
}

const LINE_BREAKS: [char; 2] = ['\r', '\n'];

/// Iterates over the pretokens that can be counted apart, in order, as byte ranges of the text.
///
/// A run of at least `run_bytes_min` bytes covers one of any `run_bytes_min` bytes in a row, so one
/// character in as many bytes is looked at: searching costs nothing, and finding is linear in the runs.
pub(crate) struct BlankPieces<'a> {
    blanks: Blanks,
    text: &'a str,
    run_bytes_min: usize,
    /// The next byte to look at; no long run lies wholly between the last one and this.
    probe: usize,
}

impl<'a> BlankPieces<'a> {
    /// Starts at the beginning of `text`; `run_bytes_min` is at least 1.
    pub(crate) fn new(blanks: Blanks, text: &'a str, run_bytes_min: usize) -> Self {
        BlankPieces { blanks, text, run_bytes_min, probe: run_bytes_min - 1 }
    }
}

impl Iterator for BlankPieces<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while self.probe < self.text.len() {
            let run = run_around(self.text, self.probe);
            self.probe = self.probe.max(run.end) + self.run_bytes_min;
            if run.len() >= self.run_bytes_min
                && let Some(piece) = self.blanks.blank_piece(self.text, &run)
            {
                return Some(piece);
            }
        }
        None
    }
}

/// Returns the maximal run of white space that covers `byte`, or an empty range.
///
/// `char::is_whitespace` and `\s` are the same property, `White_Space`; a test compares them.
fn run_around(text: &str, byte: usize) -> Range<usize> {
    let (before, after) = text.split_at(text.floor_char_boundary(byte));
    if !after.starts_with(char::is_whitespace) {
        return 0..0;
    }
    before.trim_end().len()..text.len() - after.trim_start().len()
}
