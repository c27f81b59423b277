//! A text as bytes, and the words around a place in it.

use std::ops::Deref;

/// The bytes of a text.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'t>(pub(super) &'t [u8]);

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0
    }
}

/// How far before a number the word may stand that says what it is.
const CONTEXT_BYTES: usize = 48;

impl Bytes<'_> {
    /// The byte before a place.
    pub(super) fn before(self, at: usize) -> Option<u8> {
        at.checked_sub(1).map(|at| self[at])
    }

    /// Returns true if no number or name that goes on here comes before a place. A letter of another script is no part of
    /// it: Chinese has no space there.
    pub(super) fn begins(self, at: usize) -> bool {
        let above = at.checked_sub(2).map(|at| self[at]);
        let goes_on = match self.before(at) {
            Some(b'=' | b'#' | b':' | b'/') => above.is_some_and(|above| above.is_ascii_digit()),
            Some(b',') => {
                let digits = self[..at - 1].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
                (1..4).contains(&digits)
            }
            Some(b'.' | b'-') => above.is_some_and(is_word),
            Some(b'+' | b'$' | b'~' | b'\\' | b'%' | b'@') => true,
            Some(byte) => is_word(byte),
            None => false,
        };
        !goes_on
    }

    /// Returns true if nothing that a number or name could continue with comes after `end`.
    pub(super) fn ends(self, end: usize) -> bool {
        let goes_on = match self.get(end) {
            Some(b'.' | b'-' | b'/' | b':' | b'+' | b'*' | b'=') => {
                self.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
            }
            // Between thousands, and not between the fields of a table.
            Some(b',') => {
                let digits = self[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
                digits < 4 && self.get(end + 1).is_some_and(u8::is_ascii_digit)
            }
            Some(b'%' | b'\\') => true,
            Some(&byte) => is_word(byte),
            None => false,
        };
        !goes_on
    }

    /// Returns true if one of these words, in lower case, stands shortly before a place. A word begins where no letter
    /// is before it; that of a placeholder says nothing.
    pub(super) fn says(self, at: usize, words: &[&str]) -> bool {
        self.says_between(at.saturating_sub(CONTEXT_BYTES), at, words)
    }

    /// The same on the line of the place.
    pub(super) fn says_on_line(self, at: usize, words: &[&str]) -> bool {
        let from = at.saturating_sub(CONTEXT_BYTES);
        let line = self[from..at].iter().rposition(|&byte| byte == b'\n').map_or(from, |end| from + end + 1);
        self.says_between(line, at, words)
    }

    /// The same of whole words and phrases: `call me`, and not `VRING_CALL` or `text mentioned`.
    pub(super) fn says_word(self, at: usize, words: &[&str]) -> bool {
        let from = at.saturating_sub(CONTEXT_BYTES);
        let before = &self[from..at];
        words.iter().any(|word| {
            before.windows(word.len()).enumerate().any(|(n, window)| {
                let (begin, end) = (from + n, from + n + word.len());
                window.eq_ignore_ascii_case(word.as_bytes())
                    && !self.before(begin).is_some_and(is_word)
                    && !self.get(end).is_some_and(|&byte| is_word(byte))
            })
        })
    }

    fn says_between(self, from: usize, at: usize, words: &[&str]) -> bool {
        let before = &self[from..at];
        let is_other = |byte: u8| byte.is_ascii_alphabetic() || byte == b'[';
        words.iter().any(|word| {
            let word = word.as_bytes();
            before.windows(word.len()).enumerate().any(|(n, window)| {
                window.eq_ignore_ascii_case(word)
                    && !(from + n).checked_sub(1).is_some_and(|n| is_other(self[n]))
            })
        })
    }
}

/// Letters, digits and the underscore.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
