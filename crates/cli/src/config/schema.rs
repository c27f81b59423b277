//! The JSON Schema of `bedload.toml`, made of the types that read it, and the list of its settings, made of the schema.

use bedload_bedrock::Catalogue;
use bedload_stages::shapes;
use clap::ValueEnum as _;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::Config;
use crate::args::{Fixes, Form};

/// A setting: a key of the file, of a table in it, or of an `[[input]]` table.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The table that it is in, e.g. `stages.near`; empty for the file itself.
    pub(crate) table: String,
    pub(crate) key: String,
    /// What it does.
    pub(crate) description: String,
    /// Its value where it is not set; none where it then has none.
    pub(crate) default: Option<Value>,
    /// A value that it may have.
    pub(crate) example: Option<Value>,
    /// Whether it may be a number, which is then written without quotes.
    pub(crate) is_number: bool,
    /// Its values, where these are few.
    values: Vec<String>,
}

/// The table of a source.
pub(crate) const INPUT: &str = "input";

impl Setting {
    /// Where the setting is in the file, e.g. `stages.near.threshold`.
    pub(crate) fn path(&self) -> String {
        if self.table.is_empty() { self.key.clone() } else { format!("{}.{}", self.table, self.key) }
    }

    /// A sentence with its values, where the description does not name them.
    pub(crate) fn values_told(&self) -> String {
        let is_told = |value: &String| self.description.contains(&format!("`{value}`"));
        if self.values.is_empty() || self.values.iter().all(is_told) {
            return String::new();
        }
        format!("Values: {}.", self.values.join(", "))
    }
}

/// The schema of the file, in the draft that editors of TOML read, without references.
fn schema() -> Value {
    let settings = SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(without_null))
        .with_transform(RecursiveTransform(in_plain_words));
    settings.into_generator().into_root_schema_for::<Config>().to_value()
}

/// The schema as it is published.
pub(crate) fn published_schema() -> String {
    format!("{:#}\n", schema())
}

/// All settings, in the order of their declaration: those of the file itself, of its stages, and of an input.
pub(crate) fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    collect(&schema(), "", &mut settings);
    settings
}

fn collect(table: &Value, path: &str, settings: &mut Vec<Setting>) {
    for (key, schema) in table["properties"].as_object().into_iter().flatten() {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(table) = [schema, &schema["items"]].into_iter().find(|schema| is_table(schema)) {
            collect(table, &below, settings);
            continue;
        }
        settings.push(Setting {
            table: path.to_owned(),
            key: key.clone(),
            description: schema["description"].as_str().unwrap_or_default().to_owned(),
            default: schema.get("default").cloned(),
            example: schema.pointer("/examples/0").cloned(),
            is_number: is_number(schema),
            values: values(schema),
        });
    }
}

fn is_table(schema: &Value) -> bool {
    schema.get("properties").is_some()
}

fn values(schema: &Value) -> Vec<String> {
    let of = |schema: &Value| -> Vec<String> {
        let consts = schema["oneOf"].as_array().into_iter().flatten().map(|one| &one["const"]);
        let values = schema["enum"].as_array().into_iter().flatten();
        consts.chain(values).filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let own = of(schema);
    if own.is_empty() { of(&schema["items"]) } else { own }
}

fn is_number(schema: &Value) -> bool {
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    std::iter::once(schema).chain(choices).any(|one| one["type"] == "number" || one["type"] == "integer")
}

/// TOML has no null: what may be left out is only not required.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(mut choices)) = object.remove("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    match &mut choices[..] {
        // What is said where the type is used goes before what is said of the type.
        [Value::Object(one)] => {
            for (key, value) in std::mem::take(one) {
                object.entry(key).or_insert(value);
            }
        }
        _ => {
            object.insert("anyOf".to_owned(), Value::Array(choices));
        }
    }
}

/// Numbers have no names of Rust's types, examples are values, and descriptions have one line.
fn in_plain_words(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("format");
    if object.contains_key("properties") {
        // Each key has its own.
        object.remove("default");
    }
    for (key, property) in object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(property) = property.as_object_mut() else { continue };
        let Some(Value::String(said)) = property.get("description") else { continue };
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let (text, example) = said.split_once(" Example: `").unwrap_or((&said, ""));
        if let Some(value) = example_of(key, example.trim_end_matches("`.")) {
            property.insert("examples".to_owned(), Value::Array(vec![value]));
        }
        property.insert("description".to_owned(), Value::String(text.to_owned()));
    }
}

/// The value of a line of TOML that sets a key.
fn example_of(key: &str, line: &str) -> Option<Value> {
    toml::from_str::<Map<String, Value>>(line).ok()?.remove(key)
}

/// The name of a format of records.
pub(super) fn format(_: &mut SchemaGenerator) -> Schema {
    shapes::source_format()
}

/// A target: one of those that are built in, which editors then offer, or of a file.
pub(super) fn profile(_: &mut SchemaGenerator) -> Schema {
    let catalogue = Catalogue::built_in();
    let names: Vec<&str> = catalogue.profiles().iter().map(|profile| profile.name.as_str()).collect();
    json_schema!({ "anyOf": [{ "enum": names }, { "type": "string", "minLength": 1 }] })
}

/// A path, or several.
pub(super) fn paths(_: &mut SchemaGenerator) -> Schema {
    let path = json_schema!({ "type": "string", "minLength": 1 });
    json_schema!({ "anyOf": [path, { "type": "array", "items": path, "minItems": 1 }] })
}

/// Forms with the files that they are written to.
pub(super) fn outputs(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<String> = Form::value_variants().iter().map(|form| form.name()).collect();
    let pattern = format!("^({})=.", names.join("|"));
    json_schema!({ "type": "array", "items": { "type": "string", "pattern": pattern } })
}

/// A JSON Pointer.
pub(super) fn pointer(_: &mut SchemaGenerator) -> Schema {
    shapes::pointer()
}

/// Whether to repair, or the codes to repair.
pub(super) fn fixes(_: &mut SchemaGenerator) -> Schema {
    let codes = json_schema!({ "type": "array", "items": { "enum": Fixes::names() } });
    json_schema!({ "anyOf": [{ "type": "boolean" }, codes] })
}

/// A size in bytes.
pub(super) fn size(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 1 },
        { "type": "string", "pattern": "^[0-9]+ *([kKmMgGtT]([iI]?[bB])?|[bB])? *$" },
    ] })
}

/// A number of records, or a share of them.
pub(super) fn limit(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [
        { "type": "number", "minimum": 0 },
        { "type": "string", "pattern": "^([0-9]+|[01]?\\.[0-9]{1,5}|(100(\\.0{0,3})?|[0-9]{1,2}(\\.[0-9]{0,3})?) *%)$" },
    ] })
}

/// Severities by the names of codes and areas.
pub(super) fn severities(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "pattern": CODE_OR_AREA },
        "additionalProperties": { "enum": ["error", "warning", "note"] },
    })
}

/// Numbers of findings by the names of codes and areas.
pub(super) fn limits(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "pattern": CODE_OR_AREA },
        "additionalProperties": limit(generator),
    })
}

/// A finding code, or all of an area.
const CODE_OR_AREA: &str = "^[a-z]+/([a-z0-9-]+|\\*)$";

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::*;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        expect_file!["../../../../docs/bedload.schema.json"].assert_eq(&published_schema());
    }

    #[test]
    fn every_setting_is_explained_and_has_a_value_to_show() {
        let settings = settings();
        assert!(settings.len() > 60, "{}", settings.len());
        for setting in settings {
            let path = setting.path();
            assert!(setting.description.ends_with('.') && !setting.description.contains("[`"), "{path}");
            assert!(setting.default.is_some() || setting.example.is_some(), "{path} has no example");
            let is_read = |value: &Option<Value>| {
                let Some(value) = value else { return true };
                let mut table = serde_json::json!({ &setting.key: value });
                let names: Vec<&str> = setting.table.split('.').filter(|name| !name.is_empty()).collect();
                if setting.table == INPUT && setting.key != "path" {
                    table["path"] = "a".into();
                }
                for name in names.iter().rev() {
                    table = serde_json::json!({ *name: table });
                }
                if setting.table == INPUT {
                    table[INPUT] = Value::Array(vec![table[INPUT].take()]);
                }
                let text = toml::to_string(&table).unwrap();
                toml::from_str::<Config>(&text).map_err(|error| panic!("{path}: {error}")).is_ok()
            };
            assert!(is_read(&setting.default) && is_read(&setting.example));
        }
    }
}
