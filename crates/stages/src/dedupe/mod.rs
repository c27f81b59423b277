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
//! so that long ids keep records apart; `100`, `1e2` and `100.0` are one number. The plan sorts by identity; equal
//! neighbours are one family. At 10^9 records the chance that any two different records share an identity is below
//! 10^-20.
//!
//! ## Findings
//! None: a duplicate is a verdict, and a row of `report/duplicates.parquet`.

mod survivor;

use std::borrow::Cow;
use std::io::Write;

use bedload_bedrock::{FieldKind, Record, is_content};
use bedload_record::{FactTable, Json, NoRoom, Ordinal, Value};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use twox_hash::XxHash3_128;
use unicase::UniCase;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::buckets::Buckets;
use crate::near::Similarity;

pub use survivor::{NotSurvivor, Survivor, UNRANKED};

/// `[stages.dedupe]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DedupeConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// Normalization applied before records are compared. Example: `normalize = "nfc"`.
    pub normalize: Normalize,
    /// Which of several equal or similar records to keep: `first`, `last`, `longest`, `highest:POINTER` or
    /// `lowest:POINTER`. Example: `survivor = "highest:/score"`.
    pub survivor: Survivor,
    /// Built directories and files whose records are removed here, with --near also those that are similar. Example:
    /// `against = ["held-out.jsonl"]`.
    pub against: Vec<String>,
}

impl Default for DedupeConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            normalize: Normalize::default(),
            survivor: Survivor::default(),
            against: Vec::new(),
        }
    }
}

/// Normalization applied before texts are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
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

/// The identity of a record's content. `scratch` is overwritten. Linear in the texts; n log n in the members of
/// objects, which stand in no order.
///
/// A record that lacks a required field (it is only kept where the schema stage is off) is identified by all of its
/// members, so that different records are never taken for one.
pub fn digest(record: &Record<'_>, normalize: Normalize, scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    if record.fields().any(|(field, value)| field.required && value.is_none()) {
        write_value(record.json, normalize, scratch);
        return XxHash3_128::oneshot(scratch);
    }
    for (field, value) in record.fields() {
        match (field.kind, value) {
            // Names of a format or of a record are not content.
            (FieldKind::Version | FieldKind::RecordId | FieldKind::Any, _) => {}
            (_, Some(value)) => write_value(value, normalize, scratch),
            (_, None) => scratch.push(b'-'),
        }
    }
    if record.has_others() {
        // Records that differ in content under other keys are different data in the wrong format, not copies.
        let counts = |key: &str, value| record.format.hands_over_all_keys() || is_content(key, value);
        let others = record.others().filter(|(key, value)| counts(key, *value));
        if others.clone().next().is_some() {
            write_members(others, normalize, scratch);
        }
    }
    XxHash3_128::oneshot(scratch)
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let mut head = [b's'; 9];
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
pub(crate) fn write_value(json: Json<'_>, normalize: Normalize, out: &mut Vec<u8>) {
    match json.value() {
        Value::Null => out.push(b'z'),
        Value::Bool(value) => out.push(if value { b't' } else { b'f' }),
        Value::Number(number) => {
            out.extend_from_slice(&[b'n', 0, 0, 0, 0, 0, 0, 0, 0]);
            let begin = out.len();
            write!(out, "{number}").expect("there is always room in memory");
            let len = (out.len() - begin) as u64;
            out[begin - 8..begin].copy_from_slice(&len.to_le_bytes());
        }
        Value::String(text) => write_text(&normalize.apply(text), out),
        Value::Array(elements) => {
            out.push(b'[');
            elements.for_each(|element| write_value(element, normalize, out));
            out.push(b']');
        }
        Value::Object(members) => write_members(members, normalize, out),
    }
}

/// The most members that are put into order without memory of their own: tools and their calls have three.
const FEW_MEMBERS: usize = 8;

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
            let mut sorted: SmallVec<[(&str, Json<'_>); FEW_MEMBERS]> = members.collect();
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
    /// How alike they are; none where they are equal.
    pub similarity: Option<Similarity>,
}

/// Finds all duplicates among the accepted records, in the order of the dropped ones. Linear, in parallel, with 4 bytes
/// of memory per accepted record and 16 per duplicate.
///
/// # Errors
/// Where neither memory nor disk has room for where they are.
pub fn assign(facts: &FactTable, config: &DedupeConfig) -> Result<Vec<Duplicate>, NoRoom> {
    let hash = |line: Ordinal| facts.accepted(line).then(|| (facts.digest(line) >> 64) as u64);
    let buckets = Buckets::new(facts, hash)?;
    let mut duplicates: Vec<Duplicate> = (0..buckets.len())
        .into_par_iter()
        .map_init(HashTable::new, |seen, bucket| match config.survivor {
            Survivor::First => of_bucket(facts, buckets.lines(bucket), seen),
            Survivor::Last => of_bucket(facts, buckets.lines(bucket).rev(), seen),
            _ => {
                let mut lines: Vec<Ordinal> = buckets.lines(bucket).collect();
                lines.sort_by_key(|&line| facts.rank(line));
                of_bucket(facts, lines.into_iter(), seen)
            }
        })
        .flatten_iter()
        .collect();
    duplicates.par_sort_unstable_by_key(|duplicate| duplicate.dropped);
    Ok(duplicates)
}

/// An odd number with bits everywhere: the fraction of the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Finds the duplicates among lines that have all lines like them beside them: the first of several stays. `seen` is
/// memory to be used again.
fn of_bucket(
    facts: &FactTable,
    lines: impl Iterator<Item = Ordinal>,
    seen: &mut HashTable<(u64, Ordinal)>,
) -> Vec<Duplicate> {
    let mut duplicates = Vec::new();
    seen.clear();
    for line in lines {
        let digest = facts.digest(line);
        // Both halves, so that digests that have one in common are told apart at once.
        let hash = digest as u64 ^ ((digest >> 64) as u64).wrapping_mul(SPREAD);
        let is_same = |&(of, other): &(u64, Ordinal)| of == hash && facts.digest(other) == digest;
        match seen.entry(hash, is_same, |&(hash, _)| hash) {
            Entry::Occupied(survivor) => {
                duplicates.push(Duplicate { dropped: line, survivor: survivor.get().1, similarity: None });
            }
            Entry::Vacant(place) => {
                place.insert((hash, line));
            }
        }
    }
    duplicates
}

#[cfg(test)]
mod tests;
