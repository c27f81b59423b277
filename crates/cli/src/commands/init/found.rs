//! The sources that are there: what was named, or what lies in the working directory.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use bedload_bedrock::{Answers, Format, FormatId, Profile, Shape};
use bedload_engine::{Conversion, EngineError, Keys, Surveyed, survey};
use bedload_record::file_name::{is_jsonl, is_table};
use bedload_scan::{DiscoverOptions, Url, discover};

use crate::exit::Failure;
use crate::output::say;

use super::together::{globs, together};

/// An `[[input]]` table.
pub(super) struct Source {
    /// One path, or those of files that are alike among several.
    pub(super) paths: Vec<String>,
    pub(super) format: Option<&'static Format>,
    pub(super) shape: Option<&'static Shape>,
    pub(super) records: usize,
    pub(super) conversion: Conversion,
    pub(super) keys: Keys,
    /// Whether it was examined.
    pub(super) is_known: bool,
}

/// A directory with more of them is not examined unasked.
const FOUND_MAX: usize = 1000;

/// The sources that arguments name.
pub(super) fn find(args: &[OsString], profile: Option<&Profile>) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for arg in args {
        let Some(name) = arg.to_str() else {
            return Err(Failure::Usage(format!("{}: the name is not UTF-8", Path::new(arg).display())));
        };
        // What is read once only, or from elsewhere, is not read here.
        if name == "-" || Url::of(arg).is_some() {
            sources.push(Source {
                paths: vec![name.to_owned()],
                format: None,
                shape: None,
                records: 0,
                conversion: Conversion::None,
                keys: Keys::default(),
                is_known: false,
            });
            continue;
        }
        let inputs = discover(std::slice::from_ref(arg), &DiscoverOptions::default())?;
        sources.extend(alike(name, survey(&inputs, profile)?));
    }
    Ok(with_globs(sources))
}

/// One source of files that are alike; otherwise one for each kind, with the names of its files.
fn alike(arg: &str, surveyed: Vec<Surveyed>) -> Vec<Source> {
    let mut kinds: Vec<Source> = Vec::new();
    for Surveyed { name, format, shape, records, conversion, keys } in surveyed {
        let paths = vec![name];
        let source = Source { paths, format, shape, records, conversion, keys, is_known: true };
        match kinds.iter_mut().find(|kind| kind.is_like(&source)) {
            Some(kind) => kind.absorb(source),
            None => kinds.push(source),
        }
    }
    if let [one] = &mut kinds[..] {
        one.paths = vec![arg.to_owned()];
    }
    kinds
}

impl Source {
    /// Whether the records of both are of one kind, and become those of the target in one way.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let shape_name = |source: &Self| source.shape.map(|shape| shape.name);
        self.format == other.format
            && shape_name(self) == shape_name(other)
            && self.conversion == other.conversion
    }

    /// Takes the files of another source that is like this one.
    pub(super) fn absorb(&mut self, other: Self) {
        // What only some of the files have is not a key of the source.
        let both = |left: &mut Option<String>, right: Option<String>| {
            if *left != right {
                *left = None;
            }
        };
        both(&mut self.keys.id, other.keys.id);
        both(&mut self.keys.group, other.keys.group);
        both(&mut self.keys.label, other.keys.label);
        self.records += other.records;
        self.paths.extend(other.paths);
    }

    /// Whether its records compare answers, and those of the target hold one of them.
    pub(super) fn is_halved(&self) -> bool {
        // Of answers with a label each is in a record of its own.
        let compares = |format: &Format| format.answers == Answers::Compared && format.id != FormatId::Kto;
        match (self.format, &self.conversion) {
            (Some(from), Conversion::Format { to, .. }) => compares(from) && !compares(to),
            _ => false,
        }
    }

    /// Whether it is one file.
    pub(super) fn is_file(&self) -> bool {
        matches!(&self.paths[..], [path] if Path::new(path).is_file())
    }

    /// What its records are, in a word.
    pub(super) fn kind(&self) -> &'static str {
        self.format.map(|format| format.name).or(self.shape.map(|shape| shape.name)).unwrap_or("other")
    }
}

/// The files of records in the working directory, and the directories in it that have some. Outputs of builds, and what
/// cannot be read as records, are left out.
pub(super) fn in_this_directory(profile: Option<&Profile>) -> Result<Vec<Source>, Failure> {
    let failed = |source| Failure::from(EngineError::Io { path: ".".to_owned(), action: "read", source });
    let mut names: Vec<OsString> = Vec::new();
    for entry in fs::read_dir(".").map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (name, path) = (entry.file_name(), entry.path());
        let is_output = path.join("manifest.json").exists();
        let is_source = if path.is_dir() {
            has_records(&path) && !is_output
        } else {
            is_of_records(&name) || is_table(name.as_encoded_bytes())
        };
        if !is_source || is_hidden(&name) || name.to_str().is_none() {
            continue;
        }
        names.push(name);
    }
    names.sort();
    if names.len() > FOUND_MAX {
        say(&format!("note: there are {} files and directories of records; name the inputs\n", names.len()));
        return Ok(Vec::new());
    }
    let mut sources = Vec::new();
    for name in names {
        match find(std::slice::from_ref(&name), profile) {
            Ok(found) => sources.extend(found),
            Err(failure) => say(&format!("note: left out {failure}\n")),
        }
    }
    Ok(with_globs(sources))
}

fn with_globs(sources: Vec<Source>) -> Vec<Source> {
    let mut sources = together(sources);
    for source in sources.iter_mut().filter(|source| source.paths.len() > 1) {
        source.paths = globs(&source.paths);
    }
    sources
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_of_records(name: &OsStr) -> bool {
    is_jsonl(name.as_encoded_bytes())
}

fn has_records(dir: &Path) -> bool {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| !is_hidden(&entry.file_name()) && is_of_records(&entry.file_name()))
}
