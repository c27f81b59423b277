//! # Schema
//!
//! ## What it does
//! Checks that a record has the fields of its format, each of its type, none of them blank, numbers in range, and
//! the format's rules about several fields.
//!
//! ## Why
//! A job fails on one bad record, after half an hour, without naming the line.
//!
//! ## How
//! The format is a table (`bedload-bedrock`); this reads the record once and compares. Keys that the format does
//! not name are left alone.
//!
//! ## Findings
//! `schema/missing-field`, `schema/wrong-type`, `schema/empty-content`, `schema/out-of-range`,
//! `schema/identical-pair`.

use bedload_bedrock::{Field, Format, Kind, Rule};
use bedload_record::json::{Step, locate};
use bedload_record::{Code, Findings, Json, Record, Value};
use serde::{Deserialize, Serialize};

use crate::Check;

/// `[stages.schema]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchemaConfig {
    /// Whether the stage runs.
    pub enabled: bool,
}

impl Default for SchemaConfig {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// The check of one format.
pub struct Schema {
    /// What records must look like.
    pub format: &'static Format,
}

impl Check for Schema {
    fn check(&self, record: &Record<'_>, findings: &mut Findings) {
        let values = self.format.values(record.json);
        for (field, value) in self.format.fields.iter().zip(values) {
            match value {
                Some(value) => check_value(field, value, record, findings),
                None if field.required => {
                    findings.add(Code::SchemaMissingField, || missing(field, record.json));
                }
                None => {}
            }
        }
        for Rule::Differ(first, second) in self.format.rules {
            let text = |key: &str| match record.json.get(key).map(Json::value) {
                Some(Value::String(text)) => Some(text.trim()),
                _ => None,
            };
            if text(first).is_some_and(|text_1| Some(text_1) == text(second)) {
                findings.add(Code::SchemaIdenticalPair, || {
                    place(record, second, format!("`{second}` equals `{first}`"))
                });
            }
        }
    }
}

fn check_value(field: &Field, value: Json<'_>, record: &Record<'_>, findings: &mut Findings) {
    let key = field.key;
    let value = value.value();
    match (field.kind, &value) {
        (Kind::Text(_), Value::String(text)) => {
            if text.trim().is_empty() {
                let how = if text.is_empty() { "empty" } else { "blank" };
                findings.add(Code::SchemaEmptyContent, || place(record, key, format!("`{key}` is {how}")));
            }
        }
        (Kind::Number { min, max }, Value::Number(number)) => {
            if !(min..=max).contains(number) {
                findings.add(Code::SchemaOutOfRange, || {
                    place(record, key, format!("`{key}` must be from {min:.1} to {max:.1}"))
                });
            }
        }
        (kind, value) => {
            let wanted = match kind {
                Kind::Text(_) => "a string",
                Kind::Number { .. } => "a number",
            };
            findings.add(Code::SchemaWrongType, || {
                place(record, key, format!("`{key}` must be {wanted}, not {}", value.type_name()))
            });
        }
    }
}

/// Pointer, offset and message of a finding at a field.
fn place(record: &Record<'_>, key: &str, message: String) -> (String, u64, String) {
    let offset = locate(record.raw, &[Step::Key(key)]).map_or(0, |at| at.start as u64);
    (format!("/{key}"), offset, message)
}

fn missing(field: &Field, json: Json<'_>) -> (String, u64, String) {
    let key = field.key;
    let near = json.members().any(|(k, _)| k != key && k.trim().eq_ignore_ascii_case(key));
    let hint = if near { "; a key differs from it in case or space only" } else { "" };
    (String::new(), 0, format!("`{key}` is missing{hint}"))
}

#[cfg(test)]
mod tests;
