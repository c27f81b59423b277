//! # Dedupe
//!
//! ## What it does
//! Drops records whose content equals that of an earlier one; each dropped record names its survivor.
//!
//! ## Why
//! A duplicate doubles a record's weight in training, and a duplicate in the validation set is a leak.
//!
//! ## How
//! A record's identity is a 128-bit hash (XXH3) over its format's field values, decoded and length-prefixed: key order,
//! spacing and escapes never matter, nor do metadata, labels and unknown keys, and no two ways to cut the
//! fields look alike. Answers, passages and system prompts under well-known keys of other formats count, and for
//! reinforcement fine-tuning, whose graders read them, all keys. Numbers are compared digit by digit, never as doubles,
//! so that long ids keep records apart; `100`, `1e2` and `100.0` are one number. The plan sorts those that may
//! recur by identity; equal neighbours are one family. At 10^9 records the chance that any two different records share an identity is below
//! 10^-20.
//!
//! ## Findings
//! None: a duplicate is a verdict, and a row of `report/duplicates.parquet`.

use std::borrow::Cow;

use bedload_bedrock::{Format, Kind, is_content};
use bedload_record::{FactTable, Json, NoRoom, Ordinal, Value};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use unicase::UniCase;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use xxhash_rust::xxh3::xxh3_128;

/// `[stages.dedupe]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DedupeConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// Normalization applied before records are compared. Example: `normalize = "nfc"`.
    pub normalize: Normalize,
    /// Which of several equal records to keep. Example: `survivor = "last"`.
    pub survivor: Survivor,
}

impl Default for DedupeConfig {
    fn default() -> Self {
        Self { enabled: true, normalize: Normalize::default(), survivor: Survivor::default() }
    }
}

/// Normalization applied before texts are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// Nothing: the decoded texts must be equal.
    #[default]
    None,
    /// Unicode NFC, then white space at both ends removed.
    Nfc,
    /// Unicode case folding, then as `nfc`.
    Casefold,
}

impl Normalize {
    /// The text by which `text` is compared.
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::None => Cow::Borrowed(text),
            Self::Nfc => nfc(text.trim()),
            Self::Casefold => {
                let folded = UniCase::unicode(text.trim()).to_folded_case();
                match nfc(&folded) {
                    Cow::Owned(text) => Cow::Owned(text),
                    Cow::Borrowed(_) => Cow::Owned(folded),
                }
            }
        }
    }
}

fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Which record of a family stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Survivor {
    /// The first in input order.
    #[default]
    First,
    /// The last in input order.
    Last,
}

/// The identity of a record's content. `scratch` is overwritten. Linear in the texts; n log n in the members of
/// objects, which stand in no order.
///
/// A record that lacks a required field (it is only kept where the schema stage is off) is identified by all of its
/// members, so that different records are never taken for one.
pub fn digest(format: &Format, json: Json<'_>, normalize: Normalize, scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    let values = format.values(json);
    if format.fields.iter().zip(&values).any(|(field, value)| field.required && value.is_none()) {
        write_value(json, normalize, scratch);
        return xxh3_128(scratch);
    }
    for (field, value) in format.fields.iter().zip(values) {
        match (field.kind, value) {
            // Names of a format or of a record are not content.
            (Kind::Version | Kind::RecordId | Kind::Any, _) => {}
            (_, Some(value)) => write_value(value, normalize, scratch),
            (_, None) => scratch.push(b'-'),
        }
    }
    let is_field = |key: &str| format.fields.iter().any(|field| field.key == key);
    // Records that differ in content under other keys are different data in the wrong format, not copies.
    let counts = |key: &str, value| format.hands_over_all_keys() || is_content(key, value);
    if json.members().any(|(key, value)| !is_field(key) && counts(key, value)) {
        let others = json.members().filter(|(key, value)| !is_field(key) && counts(key, *value));
        write_members(others, normalize, scratch);
    }
    xxh3_128(scratch)
}

fn write_text(kind: u8, text: &str, out: &mut Vec<u8>) {
    let mut head = [kind; 9];
    head[1..].copy_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a text, so that no two ways to cut several of them look alike.
pub(crate) fn write_bytes(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Appends a value so that equal contents, and only those, give equal bytes.
fn write_value(json: Json<'_>, normalize: Normalize, out: &mut Vec<u8>) {
    match json.value() {
        Value::Null => out.push(b'z'),
        Value::Bool(value) => out.push(if value { b't' } else { b'f' }),
        Value::Number(number) => write_text(b'n', &number.to_string(), out),
        Value::String(text) => write_text(b's', &normalize.apply(text), out),
        Value::Array(elements) => {
            out.push(b'[');
            elements.for_each(|element| write_value(element, normalize, out));
            out.push(b']');
        }
        Value::Object(members) => write_members(members, normalize, out),
    }
}

/// Appends members in the order of their keys, which are unique. Messages and blocks have one or two, which need no list.
fn write_members<'t>(
    members: impl Iterator<Item = (&'t str, Json<'t>)> + Clone,
    normalize: Normalize,
    out: &mut Vec<u8>,
) {
    out.push(b'{');
    let mut write = |key: &str, value| {
        write_bytes(key, out);
        write_value(value, normalize, out);
    };
    let mut rest = members.clone();
    match (rest.next(), rest.next(), rest.next()) {
        (None, ..) => {}
        (Some((key, value)), None, _) => write(key, value),
        (Some(a), Some(b), None) => {
            let [a, b] = if a.0 < b.0 { [a, b] } else { [b, a] };
            write(a.0, a.1);
            write(b.0, b.1);
        }
        _ => {
            let mut sorted: Vec<(&str, Json<'_>)> = members.collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            sorted.into_iter().for_each(|(key, value)| write(key, value));
        }
    }
    out.push(b'}');
}

/// A dropped record and the one that stays for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The record that goes.
    pub dropped: Ordinal,
    /// The record that stays.
    pub survivor: Ordinal,
}

/// Finds all duplicates among the accepted records, in the order of the dropped ones. Linear in the records, and
/// O(n log n) in those that are duplicates or few others; in parallel, with 1 to 2 bytes of memory per record, 8 per
/// record that is sorted, and 16 per duplicate.
///
/// # Errors
/// Where neither memory nor disk has room for what is sorted.
pub fn assign(facts: &FactTable, config: &DedupeConfig) -> Result<Vec<Duplicate>, NoRoom> {
    let seen = SeenTwice::of(facts);
    let may_recur = |line: &Ordinal| facts.accepted(*line) && seen.may_have(facts.digest(*line));
    let mut order = facts.scratch_of(facts.ordinals().filter(may_recur))?;
    order.values_mut().par_sort_unstable_by_key(|&line| (facts.digest(line), line));
    let mut duplicates: Vec<Duplicate> = order
        .values()
        .par_chunk_by(|&a, &b| facts.digest(a) == facts.digest(b))
        .filter(|family| family.len() > 1)
        .flat_map_iter(|family| {
            let (survivor, dropped) = match config.survivor {
                Survivor::First => (family[0], &family[1..]),
                Survivor::Last => (family[family.len() - 1], &family[..family.len() - 1]),
            };
            dropped.iter().map(move |&dropped| Duplicate { dropped, survivor })
        })
        .collect();
    duplicates.par_sort_unstable_by_key(|duplicate| duplicate.dropped);
    Ok(duplicates)
}

/// Which identities occur more than once, with some others among them: most records are alone, and need no sorting.
///
/// Two bits for each of four slots a record count what falls into a slot: nothing, one record, or more.
struct SeenTwice {
    /// The slots in parts of equal size, each of which was counted by one thread.
    parts: Vec<Vec<u8>>,
    part_slots: u64,
}

/// Beyond this a larger table would only be slower to reach; then more records are sorted than need be.
const SEEN_BYTES_MAX: usize = 1 << 26;
/// The same, for a run whose facts memory has no room for.
const SEEN_BYTES_MAX_SPILLED: usize = 1 << 20;
const SEEN_BYTES_MIN: usize = 1 << 10;
const SLOTS_PER_BYTE: u64 = 4;
/// Every thread looks at all records, so that more threads than this would only look more often.
const PARTS_MAX: usize = 8;

impl SeenTwice {
    fn of(facts: &FactTable) -> Self {
        let most = if facts.is_spilled() { SEEN_BYTES_MAX_SPILLED } else { SEEN_BYTES_MAX };
        let wanted = usize::try_from(facts.len()).unwrap_or(usize::MAX).min(most);
        let bytes = wanted.next_power_of_two().max(SEEN_BYTES_MIN);
        let n_parts = rayon::current_num_threads().next_power_of_two().min(PARTS_MAX);
        let part_slots = (bytes / n_parts) as u64 * SLOTS_PER_BYTE;
        let slots = part_slots * n_parts as u64;
        let count = |part: u64| {
            let mut counts = vec![0u8; bytes / n_parts];
            for line in facts.ordinals().filter(|&line| facts.accepted(line)) {
                let slot = slot_of(facts.digest(line), slots);
                if slot / part_slots == part {
                    let (byte, shift) = place_of(slot % part_slots);
                    let count = counts[byte] >> shift & 3;
                    counts[byte] |= [1, 2, 0, 0][usize::from(count)] << shift;
                }
            }
            counts
        };
        let parts = (0..n_parts as u64).into_par_iter().map(count).collect();
        Self { parts, part_slots }
    }

    fn may_have(&self, digest: u128) -> bool {
        let slot = slot_of(digest, self.part_slots * self.parts.len() as u64);
        let (byte, shift) = place_of(slot % self.part_slots);
        self.parts[(slot / self.part_slots) as usize][byte] >> shift & 2 != 0
    }
}

/// The slot of an identity, which is a hash already: some bits of it. The number of slots is a power of two.
fn slot_of(digest: u128, slots: u64) -> u64 {
    digest as u64 & (slots - 1)
}

fn place_of(slot: u64) -> (usize, u32) {
    ((slot / SLOTS_PER_BYTE) as usize, (slot % SLOTS_PER_BYTE) as u32 * 2)
}

#[cfg(test)]
mod tests;
