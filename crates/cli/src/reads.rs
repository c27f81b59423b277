//! What a run reads besides its inputs: none of its outputs may be written over that.

use std::path::{Path, PathBuf};

use bedload_engine::resolve;
use bedload_stages::Stages;
use serde_json::Value;

use crate::exit::Failure;

/// Files, and outputs of earlier runs, that the settings name.
#[derive(Debug, Default)]
pub(crate) struct Reads(Vec<PathBuf>);

impl Reads {
    /// What the stages name, and some more files. Every text of the settings counts that leads to a file or to an earlier
    /// output, so that a new setting is covered as well.
    pub(crate) fn of(stages: &Stages, named: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut texts = Vec::new();
        add_texts(&serde_json::to_value(stages).unwrap_or_default(), &mut texts);
        let is_read = |path: &PathBuf| {
            path.is_file() || path.join("manifest.json").is_file() && path.file_name().is_some()
        };
        let paths = texts.into_iter().map(PathBuf::from).chain(named).filter(is_read);
        Self(paths.map(|path| resolve(&path)).collect())
    }

    /// Adds a file whose content is in the settings already.
    pub(crate) fn add(&mut self, path: &Path) {
        self.0.push(resolve(path));
    }

    /// Refuses a file that the run reads, or that is in a directory which it reads.
    ///
    /// # Errors
    /// If it is one; `flag` names it.
    pub(crate) fn refuse(&self, flag: &str, path: &Path) -> Result<(), Failure> {
        let resolved = resolve(path);
        let Some(read) = self.0.iter().find(|read| resolved.starts_with(read)) else { return Ok(()) };
        let shown = path.display();
        let what =
            if *read == resolved { "that file".to_owned() } else { format!("the output {}", read.display()) };
        Err(Failure::Usage(format!("{flag} {shown}: this run reads {what}\nhint: name another file")))
    }
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => texts.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| add_texts(value, texts)),
        Value::Object(members) => members.values().for_each(|value| add_texts(value, texts)),
        _ => {}
    }
}
