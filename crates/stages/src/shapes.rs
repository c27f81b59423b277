//! The JSON Schema of settings that are read from a text or a number, beside the types that derive theirs.
//!
//! What a schema accepts may be a little more than what the reader does, and never less: an editor that marks a valid
//! setting as wrong is worse than one that leaves some of the work to `bedload`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bedload_bedrock::{FOREIGN, FORMATS, Format};
use bedload_tokens::Encoding;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::contamination::EvalSet;
use crate::convert::{Extras, extra_table};
use crate::dedupe::Survivor;
use crate::facets::Facet;
use crate::group::GroupBys;
use crate::near::{Shingle, Threshold};
use crate::pii::{Kind, Kinds};
use crate::select::{Amount, Weight};
use crate::split::{Size, TimeField};

/// A JSON Pointer to one field of a record.
const POINTER: &str = "(/([^/~]|~[01])*)+";

/// The schema of a type, which is written where the type is used.
macro_rules! shape {
    ($($kind:ty: $name:literal = $schema:expr;)*) => {$(
        impl JsonSchema for $kind {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

shape! {
    Threshold: "Threshold" = json_schema!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 });
    Shingle: "Shingle" = text("(word|char):([1-9]|[1-5][0-9]|6[0-4])");
    Survivor: "Survivor" = text(&format!("first|last|longest|(highest|lowest):{POINTER}"));
    Facet: "Facet" = text(&format!("label|source|length|{POINTER}"));
    TimeField: "TimeField" = pointer();
    EvalSet: "EvalSet" = json_schema!({ "type": "string", "minLength": 1 });
    Size: "Size" = json_schema!({ "anyOf": [
        { "type": "number", "minimum": 0, "maximum": 0.5 },
        { "type": "integer", "minimum": 0 },
        text(r"0?\.[0-9]{1,9}|[0-9]+|[0-9]+(\.[0-9]{1,7})? *%"),
    ] });
    Amount: "Amount" = json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1 }, text("fit|[1-9][0-9]*")] });
    Weight: "Weight" = json_schema!({ "anyOf": [
        { "type": "number", "minimum": 0, "maximum": 1_000_000 },
        text(r"[0-9]+(\.[0-9]+)?"),
    ] });
    GroupBys: "GroupBys" = {
        let one = text(&format!("prompt|record|{POINTER}"));
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    };
    Extras: "Extras" = {
        let properties: BTreeMap<&str, Schema> =
            extra_table().map(|(key, ways)| (key, json_schema!({ "enum": ways }))).collect();
        json_schema!({ "anyOf": [
            properties["default"],
            { "type": "object", "properties": properties, "additionalProperties": false },
        ] })
    };
    Kinds: "Kinds" = {
        let names: Vec<&str> = Kind::all().map(Kind::name).collect();
        json_schema!({ "type": "array", "items": { "enum": names }, "minItems": 1 })
    };
}

/// A text that matches a pattern from its beginning to its end.
fn text(pattern: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": format!("^({pattern})$") })
}

/// A JSON Pointer.
#[must_use]
pub fn pointer() -> Schema {
    text(POINTER)
}

/// A JSON Pointer, in a setting that may be left out.
pub(crate) fn some_pointer(_: &mut SchemaGenerator) -> Schema {
    pointer()
}

/// The name of a format that records are converted to.
pub(crate) fn target_format(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Format::written().map(|format| format.name).collect::<Vec<_>>() })
}

/// The name of a format that records are read from.
#[must_use]
pub fn source_format() -> Schema {
    let names = FORMATS.iter().chain(FOREIGN).map(|format| format.name);
    json_schema!({ "enum": std::iter::once("auto").chain(names).collect::<Vec<_>>() })
}

/// The name of an encoding.
pub(crate) fn encoding(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": Encoding::ALL.map(Encoding::name) })
}

/// The name of an engine that counts tokens, whether this program has it or not.
pub(crate) fn engine(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["fast", "tiktoken"] })
}
