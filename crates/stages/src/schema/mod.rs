//! # Schema
//!
//! ## What it does
//! Checks a record against its format and the target's rules: fields and their types, roles and
//! the order of turns, content blocks, media, tools, candidates, reference answers, reserved words, control tokens of other models, characters.
//!
//! ## Why
//! A job fails on one bad record, after half an hour, without naming the line.
//!
//! ## How
//! The format is a table, and what a target says on each point where targets differ is data (`bedload-bedrock`);
//! this walks the record once and compares. Where the target has no rule, anything is accepted. Keys that neither
//! the format nor the target mentions are left alone.
//!
//! ## Findings
//! `schema/*`, `disputed/*`, `text/*`, `limit/characters`; about the data set `dataset/mixed-media`,
//! `dataset/several-buckets`, `dataset/mixed-references`, `disputed/optional-field`.

mod blocks;
mod by_text;
mod chat;
mod control;
mod dataset;
mod flat;
mod media;
mod messages;
mod tools;
mod visit;
mod weight;
mod words;

use std::sync::Arc;

use bedload_bedrock::{FieldKind, Profile, Record};
use bedload_record::{At, Code, Findings, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Check;
use crate::convert::Weights;
use control::ControlTokens;
use visit::Visit;
use words::WordFinder;

pub use dataset::{Tally, features, judge};

/// `[stages.schema]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
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

/// The check of a record against its format, by the rules of one target.
pub struct Schema {
    profile: Option<Arc<Profile>>,
    words: Option<WordFinder>,
    control: ControlTokens,
    weights: Weights,
}

impl Schema {
    /// The check by the rules of a profile; without one, of what all targets agree on. Marks that exclude an answer
    /// from training are errors unless `weights` says that they are dropped.
    pub fn new(profile: Option<Arc<Profile>>, weights: Weights) -> Self {
        let words = profile.as_deref().and_then(WordFinder::new);
        let control = ControlTokens::new(profile.as_deref());
        Self { profile, words, control, weights }
    }
}

impl Check for Schema {
    fn check(&self, record: &Record<'_>, findings: &mut Findings) {
        let mut visit =
            Visit::new(record, self.profile.as_deref(), (self.words.as_ref(), &self.control), findings);
        visit.refuses_weights = self.weights != Weights::Drop;
        let root = At::RECORD;
        for (field, value) in record.fields() {
            let at = root.key(field.key);
            match (field.kind, value) {
                (FieldKind::Text(part), Some(value)) => flat::text(&mut visit, part, field.key, value, &at),
                (FieldKind::Number { min, max }, Some(value)) => {
                    flat::number(&mut visit, min, max, field.key, value, &at);
                }
                (FieldKind::ImageUri, Some(value)) => media::image_reference(&mut visit, value, &at),
                (FieldKind::Caption, Some(value)) => flat::caption(&mut visit, value, &at),
                (FieldKind::Version, value) => flat::version(&mut visit, value, &at),
                (FieldKind::System, Some(value)) => blocks::system(&mut visit, value, &at),
                (FieldKind::Messages(dialect), Some(value)) => {
                    messages::check(&mut visit, dialect, value, record.json, &at);
                }
                (FieldKind::ToolConfig, Some(value)) => tools::config(&mut visit, value, &at),
                (FieldKind::ChatTools, Some(value)) => chat::tools(&mut visit, value, &at),
                (FieldKind::RecordId, Some(value)) => chat::id(&mut visit, value, &at),
                (FieldKind::Reference, value) => chat::reference(&mut visit, value, &at),
                (_, None) if field.required => flat::missing(&mut visit, field.key, record.json, &root),
                (_, None) | (FieldKind::Any, _) => {}
            }
        }
        if record.has_others() {
            if visit.refuses_weights {
                weight::record(&mut visit, record.format, record.json);
            }
            let keys = record.json.members().map(|(key, _)| key);
            visit.extra_keys(keys, |key| record.format.has_field(key), &root);
        }
        flat::rules(&mut visit, record);
        flat::characters(&mut visit, record);
    }
}

/// Adds a finding about a value of the wrong type.
fn wrong_type(visit: &mut Visit<'_, '_>, at: &At<'_>, what: &str, wanted: &str, value: &Value<'_>) {
    visit.add(Code::SchemaWrongType, at, || format!("{what} must be {wanted}, not {}", value.type_name()));
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
