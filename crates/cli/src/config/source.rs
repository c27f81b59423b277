//! `[[input]]` tables: what is different for some inputs.

use std::path::Path;

use bedload_bedrock::{Decimal, Format};
use bedload_engine::DataSource;
use bedload_scan::SourcePaths;
use bedload_stages::convert::Map;
use bedload_stages::group::GroupBys;
use bedload_stages::select::Weight;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Written, read};
use crate::exit::Failure;

/// One table as written.
#[derive(Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct InputTable {
    /// Files, directories, globs or URLs, relative to the directory of the configuration file; or `-`. Example:
    /// `path = "chat/*.jsonl"`.
    #[serde(deserialize_with = "paths")]
    #[schemars(schema_with = "super::schema::paths")]
    path: OneOrMany,
    /// Name of the source in reports; the path when not set. Example: `name = "chat"`.
    #[serde(default, deserialize_with = "read::name")]
    name: Option<String>,
    /// Format of its records; detected when not set. Example: `format = "sharegpt"`.
    #[serde(default, deserialize_with = "read::format")]
    #[schemars(schema_with = "super::schema::format")]
    format: Option<String>,
    /// For records in no known format: where each field is, as the name of a key or as a JSON Pointer. Example:
    /// `map = { prompt = "question", completion = "/answers/0" }`.
    #[serde(default)]
    map: Map,
    /// Keep records with the same value at these JSON Pointers on the same side of the split. Example:
    /// `group-by = ["/user/id"]`.
    group_by: Option<GroupBys>,
    /// JSON Pointer to the label. Example: `label = "/category"`.
    #[serde(default, deserialize_with = "read::pointer")]
    #[schemars(schema_with = "super::schema::pointer")]
    label: Option<String>,
    /// JSON Pointer to what names a record. Example: `id = "/id"`.
    #[serde(default, deserialize_with = "read::pointer")]
    #[schemars(schema_with = "super::schema::pointer")]
    id: Option<String>,
    /// How much of the selection the source gets, above 0 and up to 1,000,000. Example: `weight = 2`.
    #[serde(default, deserialize_with = "weight")]
    weight: Option<Weight>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged, expecting = "a path, or a list of paths")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMany, D::Error> {
    let wrong = |message: &str| Err(serde::de::Error::custom(message));
    match OneOrMany::deserialize(deserializer)? {
        OneOrMany::Many(paths) if paths.is_empty() => {
            wrong("the list is empty\nhint: name at least one path")
        }
        OneOrMany::One(path) if path.is_empty() => wrong("a path cannot be empty"),
        OneOrMany::Many(paths) if paths.iter().any(String::is_empty) => wrong("a path cannot be empty"),
        paths => Ok(paths),
    }
}

fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Weight>, D::Error> {
    let text = Written::deserialize(deserializer)?.text();
    let number: Option<Decimal> = text.parse().ok();
    let weight =
        number.filter(|number| *number != Decimal::ZERO).and_then(|number| Weight::try_from(number).ok());
    let wrong = || {
        let hint = "a number above 0 and up to 1,000,000 with up to six decimals, such as 2 or 0.25";
        serde::de::Error::custom(format!("`{text}` is not a weight: {hint}"))
    };
    weight.map(Some).ok_or_else(wrong)
}

impl InputTable {
    fn paths(&self) -> &[String] {
        match &self.path {
            OneOrMany::One(path) => std::slice::from_ref(path),
            OneOrMany::Many(paths) => paths,
        }
    }
}

/// The sources that tables describe, with the paths of each.
pub(crate) fn sources(
    tables: Vec<InputTable>,
    file: Option<&Path>,
) -> Result<Vec<(DataSource, SourcePaths)>, Failure> {
    let dir = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let mut sources: Vec<(DataSource, SourcePaths)> = Vec::new();
    for table in tables {
        let paths = table.paths();
        let name = table.name.clone().or_else(|| paths.first().cloned()).unwrap_or_default();
        let wrong = |message: String| Failure::Usage(format!("[[input]] {name}: {message}"));
        if sources.iter().any(|(other, _)| other.name == name) {
            return Err(wrong("two tables have this name\nhint: give each a `name` of its own".to_owned()));
        }
        let paths = SourcePaths::new(dir, paths).map_err(|error| wrong(format!("path: {error}")))?;
        let format = table.format.as_deref().filter(|&format| format != "auto");
        let format = format.and_then(Format::from_any_name);
        if let (Some(format), false) = (format, table.map.0.is_empty()) {
            let message = format!(
                "`map` cannot be used with `format = \"{}\"`, which defines its own fields",
                format.name
            );
            return Err(wrong(message));
        }
        let InputTable { map, group_by, label, id, weight, .. } = table;
        sources.push((DataSource { name, format, map, group_by, label, id, weight }, paths));
    }
    Ok(sources)
}
