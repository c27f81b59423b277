//! # Group
//!
//! ## What it does
//! Finds the records that belong together: those with the same prompt, and those with the same value at a field, and those
//! that are linked by others.
//!
//! ## Why
//! What a model learned from one record of a conversation, a user or a document helps it with the others; a split that
//! parts them measures memory.
//!
//! ## How
//! The scan leaves a key of each record for each way to group: a 64-bit hash (XXH3) of the prompt, and of the value at each
//! field of `--group-by`, in the record as it was before a conversion. Each source can have its own fields (`ways.rs`); the
//! same value at the same field is one group across sources. Prompts group whatever else does, compared without case and
//! white space where there are several sides (`prompt.rs`), unless `--group-by record` says that they do not. The plan unites
//! records that share a key in any way, and those that share one with the same third record. A dropped duplicate leaves its
//! keys to its survivor, which stands for it. A group is named by the smallest of its keys, so that its name depends on its
//! records, and not on their order.
//!
//! ## Findings
//! `split/no-groups`, `split/missing-group`, `split/ungrouped`.

mod groups;
mod prompt;
#[cfg(test)]
mod tests;
mod ways;

use bedload_bedrock::Record;
use bedload_record::{Json, NO_KEY, Value};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash3_64;

use crate::dedupe::{Normalize, write_bytes, write_value};
use crate::pointer;

pub use groups::Groups;
pub(crate) use prompt::write_folded;
pub use ways::Ways;

/// A way to group records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The same prompt; the whole record where a format has none.
    Prompt,
    /// Nothing: each content is a group of its own, unless fields say otherwise.
    Record,
    /// The same value at a JSON Pointer; a record without one is in no group of this kind.
    Field {
        /// As it was given.
        pointer: String,
        /// Its decoded steps.
        steps: Vec<String>,
    },
}

impl GroupBy {
    /// Reads the name of a way.
    ///
    /// # Errors
    /// Where it is no JSON Pointer, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        match text {
            "prompt" => Ok(Self::Prompt),
            "record" => Ok(Self::Record),
            other => match pointer::read(other) {
                Ok(steps) => Ok(Self::Field { pointer: other.to_owned(), steps }),
                Err(wrong) => Err(format!(
                    "`{other}` is neither `prompt`, `record` nor a JSON Pointer\nhint: {}",
                    wrong.hint_beside(&["prompt", "record"])
                )),
            },
        }
    }

    /// As it is written in a configuration.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Prompt => "prompt",
            Self::Record => "record",
            Self::Field { pointer, .. } => pointer,
        }
    }
}

/// How prompts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompts {
    /// Whatever their case, composition and white space, where records are on several sides or conflicts are asked for.
    Folded,
    /// As duplicates are, at no cost, where there is one side.
    As(Normalize),
}

/// All ways to group records in a run; in a configuration one of them, or a list. The prompt is among them, unless
/// `record` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupBys(Vec<GroupBy>);

impl Default for GroupBys {
    fn default() -> Self {
        Self(vec![GroupBy::Prompt])
    }
}

impl GroupBys {
    /// Reads the names of some ways; a name that comes again says nothing new. The prompt comes first where neither it nor
    /// `record` is named.
    ///
    /// # Errors
    /// Where one is no JSON Pointer, or two contradict each other, in words.
    pub fn read<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut all: Vec<GroupBy> = Vec::new();
        for name in names {
            let by = GroupBy::read(name.as_ref())?;
            if !all.contains(&by) {
                all.push(by);
            }
        }
        match (all.contains(&GroupBy::Prompt), all.contains(&GroupBy::Record)) {
            (true, true) => {
                return Err("`prompt` keeps records with the same prompt together, and `record` does not\nhint: leave one \
                            of them out"
                    .to_owned());
            }
            (false, false) => all.insert(0, GroupBy::Prompt),
            _ => {}
        }
        Ok(Self(all))
    }

    /// Each of them, in the order of the keys.
    pub fn each(&self) -> &[GroupBy] {
        &self.0
    }

    /// The fields by which records are grouped, each with the number of its keys.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, by)| matches!(by, GroupBy::Field { .. }))
            .map(|(n, by)| (n, by.as_str()))
    }
}

impl Serialize for GroupBys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => serializer.serialize_str(one.as_str()),
            several => serializer.collect_seq(several.iter().map(GroupBy::as_str)),
        }
    }
}

impl<'de> Deserialize<'de> for GroupBys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = GroupBys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`prompt`, `record`, a JSON Pointer, or a list of these")
            }

            fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<GroupBys, E> {
                GroupBys::read([one]).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<GroupBys, A::Error> {
                let names = Vec::<String>::deserialize(SeqAccessDeserializer::new(names))?;
                if names.is_empty() {
                    return Err(serde::de::Error::invalid_length(0, &self));
                }
                GroupBys::read(names).map_err(serde::de::Error::custom)
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

/// Replaces `keys` by those of a record, one for each way to group: [`NO_KEY`] where it is in no group of the kind. The
/// prompt of a conversation is what the user says before the first answer: two conversations that begin alike are one
/// group, whatever the system prompt.
///
/// However prompts are compared, it is not more strictly than `dedupe` compares records, so that records which are duplicates
/// but for their answers, and the one of several duplicates that happens to survive, are in one group. `scratch` is
/// overwritten.
pub fn keys(
    by: &GroupBys,
    record: &Record<'_>,
    prompts: Prompts,
    scratch: &mut Vec<u8>,
    keys: &mut Vec<u64>,
) {
    keys.clear();
    for by in &by.0 {
        let key = match by {
            GroupBy::Record => None,
            GroupBy::Prompt => {
                scratch.clear();
                for text in record.texts().list.iter().filter(|text| text.opens) {
                    match prompts {
                        Prompts::Folded => write_folded(text.text, scratch),
                        Prompts::As(normalize) => write_bytes(&normalize.apply(text.text), scratch),
                    }
                }
                (!scratch.is_empty()).then(|| key_of("", scratch))
            }
            GroupBy::Field { pointer, steps } => field_key(pointer, steps, record.json, scratch),
        };
        keys.push(key.unwrap_or(NO_KEY));
    }
}

/// Replaces `keys` by those of the fields of a record as it was before a conversion, which may have no place for them;
/// [`NO_KEY`] for every other way to group. `scratch` is overwritten.
pub fn source_keys(by: &GroupBys, source: Json<'_>, scratch: &mut Vec<u8>, keys: &mut Vec<u64>) {
    keys.clear();
    keys.extend(by.0.iter().map(|by| match by {
        GroupBy::Field { pointer, steps } => field_key(pointer, steps, source, scratch).unwrap_or(NO_KEY),
        GroupBy::Prompt | GroupBy::Record => NO_KEY,
    }));
}

/// The key of the value at a field; none where there is none, or null.
fn field_key(pointer: &str, steps: &[String], json: Json<'_>, scratch: &mut Vec<u8>) -> Option<u64> {
    let value = json.at(steps)?;
    match value.value() {
        Value::Array(_) | Value::Object(_) => {
            scratch.clear();
            write_value(value, Normalize::None, scratch);
            Some(key_of(pointer, scratch))
        }
        _ => Some(key_of(pointer, value.scalar()?.as_bytes())),
    }
}

/// The key of a value in a field, or of a prompt, which has no field here. The same value in two fields is two keys,
/// whatever the order of the fields.
fn key_of(field: &str, bytes: &[u8]) -> u64 {
    let seed = if field.is_empty() { 0 } else { XxHash3_64::oneshot(field.as_bytes()) };
    XxHash3_64::oneshot_with_seed(seed, bytes).max(NO_KEY + 1)
}
