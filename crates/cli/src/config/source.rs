//! `[[input]]` tables: what is different for some inputs.

use std::path::Path;

use bedload_engine::{DataSource, Weight};
use bedload_scan::SourcePaths;
use serde::{Deserialize, Deserializer};

use super::Written;
use crate::exit::Failure;

/// One table as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct InputTable {
    /// Files, directories, globs or URLs, relative to the directory of the configuration file; or `-`.
    path: OneOrMany,
    /// What it is called in reports; the path, where there is no name.
    name: Option<String>,
    #[serde(default, deserialize_with = "weight")]
    weight: Option<Weight>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a path, or a list of paths")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Weight>, D::Error> {
    let written = Written::deserialize(deserializer)?;
    written.text().parse().map(Some).map_err(serde::de::Error::custom)
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
        let Some(first) = paths.first() else {
            return Err(Failure::Usage(
                "[[input]] path: the list is empty\nhint: name at least one path".to_owned(),
            ));
        };
        let name = table.name.clone().unwrap_or_else(|| first.clone());
        let wrong = |message: String| Failure::Usage(format!("[[input]] {name}: {message}"));
        if name.is_empty() {
            return Err(Failure::Usage("[[input]] name: a name cannot be empty".to_owned()));
        }
        if sources.iter().any(|(other, _)| other.name == name) {
            return Err(wrong("two tables have this name\nhint: give each a `name` of its own".to_owned()));
        }
        let paths = SourcePaths::new(dir, paths).map_err(|error| wrong(format!("path: {error}")))?;
        sources.push((DataSource { name, weight: table.weight }, paths));
    }
    Ok(sources)
}
