//! The sources that are there: what was named, or what lies in the working directory.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use bedload_bedrock::{Format, Profile, Shape};
use bedload_engine::{Conversion, EngineError, Keys, Surveyed, survey};
use bedload_record::file_name::is_jsonl;
use bedload_scan::{DiscoverOptions, Url, discover};

use crate::exit::Failure;
use crate::output::say;

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

/// A directory with more of them wants a glob, which only its owner knows.
const FOUND_MAX: usize = 100;

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
    Ok(sources)
}

/// One source of files that are alike; otherwise one for each kind, with the names of its files.
fn alike(arg: &str, surveyed: Vec<Surveyed>) -> Vec<Source> {
    let mut kinds: Vec<Source> = Vec::new();
    for Surveyed { name, format, shape, records, conversion, keys } in surveyed {
        let shape_name = |shape: Option<&Shape>| shape.map(|shape| shape.name);
        let same = kinds.iter_mut().find(|kind| {
            kind.format == format
                && shape_name(kind.shape) == shape_name(shape)
                && kind.conversion == conversion
        });
        let Some(kind) = same else {
            let paths = vec![name];
            kinds.push(Source { paths, format, shape, records, conversion, keys, is_known: true });
            continue;
        };
        // What only some of the files have is not a key of the source.
        let both = |left: &mut Option<String>, right: Option<String>| {
            if *left != right {
                *left = None;
            }
        };
        both(&mut kind.keys.id, keys.id);
        both(&mut kind.keys.group, keys.group);
        both(&mut kind.keys.label, keys.label);
        kind.records += records;
        kind.paths.push(name);
    }
    if let [one] = &mut kinds[..] {
        one.paths = vec![arg.to_owned()];
    }
    kinds
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
        let is_source = if path.is_dir() { has_records(&path) && !is_output } else { is_of_records(&name) };
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
    Ok(sources)
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
