//! The two answers of a record, and what they answer.

use bedload_bedrock::{Record, Speaker};
use bedload_record::{At, Json, Value};
use smallvec::SmallVec;

use crate::group::write_folded;

/// How many characters tell most texts apart.
const LOOK: usize = 16;

/// The answers that a record compares.
pub(super) struct Pair<'t> {
    /// The last text of the prompt.
    pub(super) prompt: Option<&'t str>,
    /// The chosen one and the rejected one.
    pub(super) sides: [Side<'t>; 2],
}

/// An answer.
pub(super) enum Side<'t> {
    /// The field of a flat record.
    Field(&'static str, &'t str),
    /// A candidate of a conversation: of which message, which of them, and its texts.
    Candidate(usize, usize, SmallVec<[&'t str; 2]>),
}

impl<'t> Pair<'t> {
    /// The pair of a record; none where it has none.
    pub(super) fn of(record: &Record<'t>) -> Option<Self> {
        let Some((_, messages)) = record.messages() else {
            let text = |key| match record.json.get(key).map(Json::value) {
                Some(Value::String(text)) => Some(text),
                _ => None,
            };
            let side = |key| Some(Side::Field(key, text(key)?));
            return Some(Self { prompt: text("prompt"), sides: [side("chosen")?, side("rejected")?] });
        };
        let (nth, last) = messages.elements().enumerate().last()?;
        let side = |label: &str| {
            let candidates = last.get("candidates")?.elements().enumerate();
            let is_it = |candidate: &(usize, Json<'_>)| {
                let own = candidate.1.get("preferenceLabel").map(Json::value);
                matches!(own, Some(Value::String(own)) if own == label)
            };
            let (index, candidate) = candidates.clone().find(is_it)?;
            let mut texts = SmallVec::new();
            for block in candidate.get("content")?.elements() {
                match block.get("text").map(Json::value) {
                    Some(Value::String(text)) => texts.push(text),
                    // What is not text is not compared here.
                    _ => return None,
                }
            }
            Some(Side::Candidate(nth, index, texts))
        };
        let said = record.texts().list.iter().rev().find(|text| text.speaker == Some(Speaker::User));
        let prompt = said.map(|text| text.text);
        Some(Self { prompt, sides: [side("preferred")?, side("non-preferred")?] })
    }
}

impl Side<'_> {
    pub(super) fn texts(&self) -> &[&str] {
        match self {
            Self::Field(_, text) => std::slice::from_ref(text),
            Self::Candidate(.., texts) => texts,
        }
    }

    /// Its text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self.texts() {
            [text] => Some(text),
            _ => None,
        }
    }

    /// Returns false where a look at the first characters tells that neither begins as the other does: hardly ever does
    /// one, and to compare them whole takes time.
    pub(super) fn may_begin_as(&self, other: &Self) -> bool {
        let (Some(text), Some(other)) = (self.text(), other.text()) else { return true };
        let letters = |text: &str| {
            let bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'\x0b');
            bytes.map(|byte| byte.to_ascii_lowercase()).take(LOOK).collect::<SmallVec<[u8; LOOK]>>()
        };
        let (text, other) = (letters(text), letters(other));
        let len = text.len().min(other.len());
        !text.is_ascii() || !other.is_ascii() || text[..len] == other[..len]
    }

    /// Returns true if another is the same but for white space at its ends.
    pub(super) fn equals(&self, other: &Self) -> bool {
        let trimmed =
            |side: &Self| side.texts().iter().map(|text| text.trim().to_owned()).collect::<Vec<_>>();
        trimmed(self) == trimmed(other)
    }

    /// Its texts as they are compared, whatever the case and white space.
    pub(super) fn folded(&self) -> Vec<u8> {
        let mut folded = Vec::new();
        self.texts().iter().for_each(|text| write_folded(text, &mut folded));
        folded
    }

    /// Hands over where it is.
    pub(super) fn with_place(&self, found: &mut dyn FnMut(&At<'_>)) {
        match self {
            Self::Field(key, _) => found(&At::RECORD.key(key)),
            Self::Candidate(message, candidate, _) => {
                let messages = At::RECORD.key("messages");
                let message = messages.index(*message);
                found(&message.key("candidates").index(*candidate));
            }
        }
    }
}
