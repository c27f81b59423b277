//! Well-known keys of other tools' data, and what they hold. They may be named in findings; a key that is neither here
//! nor in a format is the user's own: findings count it, and at most name the well-known word in it.

use std::collections::HashMap;
use std::sync::LazyLock;

mod table;

use table::{KEYS, METADATA_BEGINNINGS, METADATA_ENDS, PLAIN_CONTEXTS, PLAIN_PROMPTS};

/// What a well-known key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// What is asked.
    Prompt,
    /// Something that is asked about: a passage, a history.
    Context,
    /// A system prompt.
    System,
    /// What the model is to say.
    Answer,
    /// Thoughts that come before an answer.
    Reasoning,
    /// A call of a tool, or a refusal, in place of a text.
    Call,
    /// A class, a summary: what the model is to say, or a description of the text beside it.
    Label,
    /// The better of two answers.
    Chosen,
    /// The worse of two answers.
    Rejected,
    /// Something about the record: where it is from, when, how good.
    Metadata,
}

static BY_KEY: LazyLock<HashMap<String, Vec<(&'static str, Holds)>>> = LazyLock::new(|| {
    let mut by_key: HashMap<String, Vec<_>> = HashMap::new();
    for (holds, keys) in KEYS {
        for key in *keys {
            by_key.entry(key.to_ascii_lowercase()).or_default().push((*key, *holds));
        }
    }
    by_key
});

/// What a key of several well-known words holds: the first of these.
const ORDER: [Holds; 8] = [
    Holds::Rejected,
    Holds::Chosen,
    Holds::Answer,
    Holds::Reasoning,
    Holds::Label,
    Holds::System,
    Holds::Context,
    Holds::Prompt,
];

/// What a key holds, and how far its name is the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it holds.
    pub holds: Holds,
    /// The well-known word in it; none where the whole key is well known, and so may be named.
    pub word: Option<&'static str>,
}

impl Holds {
    /// What a key holds, if it is well known: in small letters, with a capital, or in capitals.
    pub fn from_key(key: &str) -> Option<Self> {
        if key.len() > KEY_MAX {
            return None;
        }
        let is_spelling = |known: &str| {
            known == key
                || key.bytes().all(|byte| !byte.is_ascii_lowercase())
                || known.get(1..) == key.get(1..) && key.is_char_boundary(1)
        };
        let mut small = [0; KEY_MAX];
        let small = &mut small[..key.len()];
        small.copy_from_slice(key.as_bytes());
        small.make_ascii_lowercase();
        let known = BY_KEY.get(std::str::from_utf8(small).ok()?)?;
        known.iter().find(|(known, _)| is_spelling(known)).map(|(_, holds)| *holds)
    }

    /// Returns true for a well-known key of a record's own content, as no object has that holds records.
    pub fn is_of_record(key: &str) -> bool {
        Self::from_key(key).is_some_and(|holds| holds != Self::Metadata)
    }

    /// What a key holds by the words that it consists of, such as `answer_2`, `rejectedText` or `prompt-id`; where it
    /// is not well known as a whole.
    pub fn from_words(key: &str) -> Option<Named> {
        if let Some(holds) = Self::from_key(key) {
            return Some(Named { holds, word: None });
        }
        if key.len() > KEY_MAX {
            return None;
        }
        let words = Words::of(key);
        let first = words.iter().next()?;
        let Some(last) = words.iter().skip(1).last() else {
            return Self::of_word(first).map(|(word, holds)| Named { holds, word: Some(word) });
        };
        let is_about = METADATA_BEGINNINGS.contains(&first)
            || METADATA_ENDS.contains(&last)
            || Self::of_word(last).is_some_and(|(_, holds)| holds == Self::Metadata);
        if is_about {
            return Some(Named { holds: Self::Metadata, word: Some("") });
        }
        let found = words.iter().filter_map(|word| {
            let (word, holds) = Self::of_word(word)?;
            Some((ORDER.iter().position(|&wanted| wanted == holds)?, word, holds))
        });
        let (_, word, holds) = found.min_by_key(|&(order, ..)| order)?;
        Some(Named { holds, word: Some(word) })
    }

    /// Returns true for a key of prompts or contexts that holds a text whatever its length.
    pub(crate) fn is_plain(key: &str) -> bool {
        [PLAIN_PROMPTS, PLAIN_CONTEXTS]
            .iter()
            .any(|keys| keys.iter().any(|known| known.eq_ignore_ascii_case(key)))
    }

    fn of_word(word: &str) -> Option<(&'static str, Self)> {
        BY_KEY.get(word).and_then(|known| known.first()).copied()
    }

    /// Returns true for what is said in a message besides its text.
    pub(crate) fn is_said(self) -> bool {
        self.is_answer() || matches!(self, Self::Reasoning | Self::Call)
    }

    /// Returns true for what a model learns to say, or not to say.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Answer | Self::Label | Self::Chosen | Self::Rejected)
    }
}

/// No well-known key is longer.
const KEY_MAX: usize = 64;

/// The words of a key, in small letters: parted by punctuation or capitals, and without numbers at their ends. On the
/// stack, because every record may have such a key.
struct Words {
    /// Each with a NUL after it.
    bytes: [u8; WORDS_MAX],
    len: usize,
}

/// A small letter may take half as many bytes again as its capital, and a break may come after every letter.
const WORDS_MAX: usize = 3 * KEY_MAX;

impl Words {
    /// The words of a key of at most [`KEY_MAX`] bytes.
    fn of(key: &str) -> Self {
        let mut words = Self { bytes: [0; WORDS_MAX], len: 0 };
        let mut was_small = false;
        for char in key.chars() {
            if matches!(char, '_' | '-' | '.' | ' ' | '/' | ':') || char.is_uppercase() && was_small {
                words.push('\0');
            }
            was_small = char.is_lowercase();
            if char.is_alphabetic() {
                char.to_lowercase().for_each(|small| words.push(small));
            }
        }
        words
    }

    fn push(&mut self, char: char) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + char.len_utf8()) {
            char.encode_utf8(room);
            self.len += char.len_utf8();
        }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let text = std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default();
        text.split('\0').filter(|word| !word.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_in_their_usual_spellings() {
        for (key, holds) in [
            ("answer", Some(Holds::Answer)),
            ("Answer", Some(Holds::Answer)),
            ("ANSWER", Some(Holds::Answer)),
            ("aNSwer", None),
            ("antwort", None),
            ("", None),
            ("é", None),
            ("Question", Some(Holds::Prompt)),
            ("rejected_response", Some(Holds::Rejected)),
            ("referenceResponse", Some(Holds::Answer)),
            ("url", Some(Holds::Metadata)),
        ] {
            assert_eq!(Holds::from_key(key), holds, "{key}");
        }
    }

    #[test]
    fn other_keys_are_known_by_the_words_in_them() {
        for (key, holds) in [
            ("answer", Some((Holds::Answer, None))),
            ("answer_2", Some((Holds::Answer, Some("answer")))),
            ("rejected_2", Some((Holds::Rejected, Some("rejected")))),
            ("rejectedText", Some((Holds::Rejected, Some("rejected")))),
            ("label_text", Some((Holds::Label, Some("label")))),
            ("german-answer", Some((Holds::Answer, Some("answer")))),
            ("prompt_id", Some((Holds::Metadata, Some("")))),
            ("conversation_id", Some((Holds::Metadata, Some("")))),
            ("has_answer", Some((Holds::Metadata, Some("")))),
            ("answer_start", Some((Holds::Metadata, Some("")))),
            ("antwort", None),
            ("x_y", None),
            ("__", None),
            ("", None),
            ("É", None),
        ] {
            assert_eq!(Holds::from_words(key), holds.map(|(holds, word)| Named { holds, word }), "{key}");
        }
    }

    /// The words of a key, without a bound.
    fn naive(key: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut was_small = false;
        for char in key.chars() {
            if "_-. /:".contains(char) || char.is_uppercase() && was_small {
                words.push(String::new());
            }
            was_small = char.is_lowercase();
            words
                .last_mut()
                .expect("never empty")
                .extend(char.to_lowercase().filter(|_| char.is_alphabetic()));
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn words_have_room_whatever_their_letters() {
        let mut keys: Vec<String> = ["ȺȺ", "aİ", "İ", "aȺ", "ẞß", "a_", "_A", "漢字_1B", "fooBar.baz-2", ""]
            .iter()
            .flat_map(|unit| (0..=64).map(move |n| unit.repeat(n)))
            .filter(|key| key.len() <= KEY_MAX)
            .collect();
        keys.push("x".repeat(KEY_MAX));
        for key in keys {
            assert_eq!(Words::of(&key).iter().collect::<Vec<_>>(), naive(&key), "{key}");
        }
    }
}
