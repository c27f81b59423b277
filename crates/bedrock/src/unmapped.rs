//! Content that a format has no field for: which keys hold it, and in how many records.

use std::cell::{Cell, LazyCell};
use std::collections::BTreeMap;

use bedload_record::{Json, Value};
use serde::{Deserialize, Serialize};

use crate::format::Dialect;
use crate::keys::{Holds, Named};
use crate::record::Record;

/// Members with content that a format has no field for, over some records. Keys are kept only where they are well
/// known, so memory is bounded by the vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Unmapped {
    /// Well-known keys, as they are spelled.
    pub keys: BTreeMap<String, Seen>,
    /// Keys with a well-known word in their names, by that word.
    pub alike: BTreeMap<String, Seen>,
    /// Records that lose content, labels aside.
    pub losing: u64,
    /// Records that lose content or a label.
    pub losing_or_labelled: u64,
    /// Records with a text of several words under an unknown key.
    pub unnamed: u64,
    /// Unknown keys that are probably misspelt, by the field of the format that is meant.
    #[serde(default)]
    pub misspelt: BTreeMap<String, Seen>,
}

/// How often a key was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Seen {
    /// In how many records.
    pub records: u64,
    /// In how many of them with a string.
    pub texts: u64,
    /// In how many of them with content that the format loses.
    pub lost: u64,
    /// The first of those, as the caller numbers them.
    pub first_lost: u64,
}

impl Seen {
    fn add(&mut self, is_text: bool, is_lost: bool, nth: u64) {
        self.records += 1;
        self.texts += u64::from(is_text);
        if is_lost && self.lost == 0 {
            self.first_lost = nth;
        }
        self.lost += u64::from(is_lost);
    }

    fn absorb(&mut self, later: &Self, before: u64) {
        if self.lost == 0 {
            self.first_lost = later.first_lost + before;
        }
        self.records += later.records;
        self.texts += later.texts;
        self.lost += later.lost;
    }
}

impl Unmapped {
    /// Adds what later records have, whose numbers count from `before`.
    pub fn absorb(&mut self, later: &Self, before: u64) {
        for (key, seen) in &later.keys {
            self.keys.entry(key.clone()).or_default().absorb(seen, before);
        }
        for (word, seen) in &later.alike {
            self.alike.entry(word.clone()).or_default().absorb(seen, before);
        }
        for (field, seen) in &later.misspelt {
            self.misspelt.entry(field.clone()).or_default().absorb(seen, before);
        }
        self.losing += later.losing;
        self.losing_or_labelled += later.losing_or_labelled;
        self.unnamed += later.unnamed;
    }

    /// Adds a record. Cheap where the format names all of its keys.
    pub fn add(&mut self, record: &Record<'_>, nth: u64) {
        // A grader is handed all keys of its record.
        if record.format.hands_over_all_keys() {
            return;
        }
        let messages = larger_messages(record);
        if record.has_others() || messages.is_some() {
            self.add_members(Some(record), record.others(), messages, nth);
        }
    }

    /// Adds a record whose format is not known.
    pub fn add_unknown(&mut self, record: Json<'_>, nth: u64) {
        self.add_members(None, record.members(), None, nth);
    }

    /// Adds the members of a record, and of messages, that are not fields.
    fn add_members<'t>(
        &mut self,
        record: Option<&Record<'t>>,
        others: impl Iterator<Item = (&'t str, Json<'t>)>,
        messages: Option<Json<'t>>,
        nth: u64,
    ) {
        // Most other keys hold metadata, for which the record's texts are not needed.
        let own = LazyCell::new(|| record.map(Own::new));
        let (mut loses, mut is_labelled, mut is_unnamed) = (false, false, false);
        for (key, value) in others.filter(|(_, value)| !is_void(*value)) {
            let is_text = matches!(value.value(), Value::String(_));
            let Some(named) = Holds::from_words(key) else {
                is_unnamed |= has_prose(value);
                if let Some(field) = record.and_then(|record| record.format.meant_by(key)) {
                    self.misspelt.entry(field.to_owned()).or_default().add(is_text, true, nth);
                }
                continue;
            };
            if named.holds == Holds::Metadata || is_about(named.holds, value) {
                continue;
            }
            let is_lost = own.as_ref().is_some_and(|own| own.loses(key, named.holds, value));
            self.count(key, named, nth, (is_text, is_lost));
            is_labelled |= is_lost;
            loses |= is_lost && named.holds != Holds::Label;
        }
        for message in messages.into_iter().flat_map(Json::elements) {
            for (key, value) in message.members() {
                let named = Holds::from_words(key).filter(|named| named.holds.is_said());
                let Some(named) = named.filter(|_| !is_void(value)) else { continue };
                if own.as_ref().is_some_and(|own| own.loses_in_message(named.holds, value)) {
                    self.count(key, named, nth, (false, true));
                    loses = true;
                }
            }
        }
        self.losing += u64::from(loses);
        self.losing_or_labelled += u64::from(loses || is_labelled);
        self.unnamed += u64::from(is_unnamed);
    }

    fn count(&mut self, key: &str, named: Named, nth: u64, (is_text, is_lost): (bool, bool)) {
        let (list, name) = match named.word {
            Some(word) => (&mut self.alike, word),
            None => (&mut self.keys, key),
        };
        let seen = match list.get_mut(name) {
            Some(seen) => seen,
            None => list.entry(name.to_owned()).or_default(),
        };
        seen.add(is_text, is_lost, nth);
    }
}

/// The messages of a record, if one of them has more members than its format names.
fn larger_messages<'t>(record: &Record<'t>) -> Option<Json<'t>> {
    let (dialect, messages) = record.messages()?;
    if matches!(dialect, Dialect::Chat | Dialect::ShareGpt) {
        return None;
    }
    messages.elements().any(|message| message.members().len() > 2).then_some(messages)
}

/// Null, or nothing in a string, an array or an object: exporters write those into every record.
fn is_void(value: Json<'_>) -> bool {
    match value.value() {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(mut list) => list.all(is_void),
        Value::Object(mut members) => members.all(|(_, value)| is_void(value)),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Returns true for an object that only says which prompt or context it is, such as `"conversation": {"id": "c1"}`: that
/// is metadata, as it would be beside a record's fields.
fn is_about(holds: Holds, value: Json<'_>) -> bool {
    let is_metadata = |key: &str| Holds::from_words(key).is_some_and(|named| named.holds == Holds::Metadata);
    let Value::Object(mut members) = value.value() else { return false };
    matches!(holds, Holds::Prompt | Holds::Context)
        && members.all(|(key, value)| {
            is_metadata(key) && !has_prose(value) || is_void(value) || is_about(holds, value)
        })
}

/// Returns true for text of at least three words, or of as much in a script that is written without spaces: names,
/// codes and identifiers are shorter.
fn is_prose(text: &str) -> bool {
    const IDEOGRAPHS_FROM: char = '\u{2E80}';
    text.split_whitespace().nth(2).is_some()
        || text.chars().filter(|&char| char >= IDEOGRAPHS_FROM).nth(5).is_some()
}

/// Values that switch something on or grade it, where a text could be.
const SETTINGS: &[&str] = &[
    "high", "medium", "low", "none", "off", "on", "enabled", "disabled", "auto", "true", "false", "yes", "no",
];

fn is_setting(text: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.eq_ignore_ascii_case(text))
}

/// Returns true if a member that is no field of its record's format tells the record apart from others: by content
/// under a well-known key, or by a text of several words under any other that does not hold metadata.
pub fn is_content(key: &str, value: Json<'_>) -> bool {
    match Holds::from_words(key).map(|named| named.holds) {
        Some(Holds::Label | Holds::Metadata) => false,
        Some(Holds::Prompt | Holds::Context) if !Holds::is_plain(key) => has_prose(value),
        Some(holds) if is_about(holds, value) => false,
        Some(_) => !is_void(value),
        None => has_prose(value),
    }
}

fn has_prose(value: Json<'_>) -> bool {
    match value.value() {
        Value::String(text) => is_prose(text),
        Value::Array(mut list) => list.any(has_prose),
        Value::Object(mut members) => members.any(|(_, value)| has_prose(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// How much a template may add to the texts of a record where it renders them as one.
const TEMPLATE_BYTES: usize = 256;

/// How much is searched for repetitions in one record: a list of thousands of texts that are all repeated would else
/// take time by the square of the record.
const SEARCHED_MAX: usize = 64 << 20;

/// What a record holds in the fields of its format.
struct Own<'t> {
    is_document: bool,
    is_answered: bool,
    texts: Vec<&'t str>,
    /// Length of all texts in bytes.
    bytes: usize,
    /// Bytes that were searched.
    searched: Cell<usize>,
}

impl<'t> Own<'t> {
    fn new(record: &Record<'t>) -> Self {
        let mut texts: Vec<&str> = record.texts().list.iter().map(|text| text.text.trim()).collect();
        texts.retain(|text| !text.is_empty());
        let bytes = texts.iter().map(|text| text.len()).sum();
        let is_document = record.format.is_document();
        Self { is_document, is_answered: record.is_answered(), texts, bytes, searched: Cell::new(0) }
    }

    /// Returns true if what is under a key is nowhere in the fields of the format.
    fn loses(&self, key: &str, holds: Holds, value: Json<'_>) -> bool {
        match holds {
            Holds::Metadata => false,
            // A flag says what became of the record.
            Holds::Chosen | Holds::Rejected => !matches!(value.value(), Value::Bool(_)),
            Holds::Call => true,
            Holds::Answer if !self.is_answered => true,
            Holds::Label => !self.is_answered,
            Holds::System => !self.is_document && self.misses(value, |_| true),
            Holds::Answer => self.misses(value, is_prose),
            Holds::Prompt | Holds::Context if !Holds::is_plain(key) => self.misses(value, is_prose),
            Holds::Prompt | Holds::Context | Holds::Reasoning => self.misses(value, |text| !is_setting(text)),
        }
    }

    fn loses_in_message(&self, holds: Holds, value: Json<'_>) -> bool {
        holds == Holds::Call || self.misses(value, |_| true)
    }

    /// Returns true if a text in a value counts, and is neither a part of one of the record's own texts nor made of
    /// all of them.
    fn misses(&self, value: Json<'_>, counts: fn(&str) -> bool) -> bool {
        match value.value() {
            Value::String(text) => {
                let text = text.trim();
                if self.searched.get() > SEARCHED_MAX {
                    return false;
                }
                self.searched.set(self.searched.get() + self.bytes);
                let is_part = || self.texts.iter().any(|own| own.contains(text));
                let is_whole = || {
                    self.texts.len() > 1
                        && text.len() <= 2 * self.bytes + TEMPLATE_BYTES
                        && self.texts.iter().all(|own| text.contains(own))
                };
                counts(text) && !text.is_empty() && !is_part() && !is_whole()
            }
            Value::Array(mut list) => list.any(|value| self.misses(value, counts)),
            Value::Object(mut members) => members.any(|(_, value)| self.misses(value, counts)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
