//! Patterns of paths, as shells know them: `*`, `?`, `[a-z]`, `{a,b}` inside a name, and `**` for any number of
//! directories. `*` and `?` match no `/`; a name that begins with a dot is matched by a pattern that does. Names need
//! not be UTF-8.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use rustix::fs::FileType;

use crate::discover::shown;
use crate::error::ScanError;
use crate::listing::{entries, is_hidden};

/// What makes a path a pattern.
pub(crate) const SPECIAL: [char; 4] = ['*', '?', '[', '{'];

/// One name of a path.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Name(OsString),
    Matching {
        name: GlobMatcher,
        matches_hidden: bool,
    },
    /// `**`
    AnyDepth,
}

/// The names of a pattern.
pub(crate) fn parts_of(pattern: &str) -> Result<Vec<Part>, ScanError> {
    let bad = |message: String| ScanError::BadPattern { pattern: pattern.to_owned(), message };
    let mut parts = Vec::new();
    for name in pattern.split('/').filter(|name| !name.is_empty()) {
        if name == "**" {
            // Twice in a row it matches no more than once.
            if !matches!(parts.last(), Some(Part::AnyDepth)) {
                parts.push(Part::AnyDepth);
            }
        } else if name.contains("**") {
            return Err(bad("`**` must be alone between slashes".to_owned()));
        } else if name.contains(SPECIAL) || name.contains('\\') {
            let glob = GlobBuilder::new(name).literal_separator(true).backslash_escape(true).build();
            let name_matcher = glob.map_err(|error| bad(error.kind().to_string()))?.compile_matcher();
            let matches_hidden = name.starts_with('.') || name.starts_with("\\.");
            parts.push(Part::Matching { name: name_matcher, matches_hidden });
        } else {
            parts.push(Part::Name(name.into()));
        }
    }
    Ok(parts)
}

/// Whether a pattern matches a path, by the names of both.
pub(crate) fn fits(parts: &[Part], names: &[OsString]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return names.is_empty() };
    let Some((name, below)) = names.split_first() else {
        return matches!(part, Part::AnyDepth) && rest.is_empty();
    };
    match part {
        Part::Name(own) => own == name && fits(rest, below),
        Part::Matching { name: matcher, matches_hidden } => {
            matcher.is_match(name) && (*matches_hidden || !is_hidden(name)) && fits(rest, below)
        }
        Part::AnyDepth => fits(rest, names) || !is_hidden(name) && fits(parts, below),
    }
}

/// The paths that a pattern matches, directories too, in no order; with `**` none of them comes twice.
pub(crate) fn matches(pattern: &str) -> Result<Vec<PathBuf>, ScanError> {
    let parts = parts_of(pattern)?;
    let mut found = Vec::new();
    let base = if pattern.starts_with('/') { Path::new("/") } else { Path::new("") };
    expand(base, &parts, &mut found)
        .map_err(|(path, source)| ScanError::io(&shown(&path), "listed", source))?;
    Ok(found)
}

fn expand(base: &Path, parts: &[Part], found: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let Some((part, rest)) = parts.split_first() else {
        found.push(base.to_owned());
        return Ok(());
    };
    let listed = || match entries(base) {
        Ok(entries) => Ok(entries),
        // Not a directory, so nothing is below it.
        Err(source) if matches!(source.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::NotFound) => {
            Ok(Vec::new())
        }
        Err(source) => Err((base.to_owned(), source)),
    };
    match part {
        Part::Name(name) => {
            let path = base.join(name);
            if path.symlink_metadata().is_ok() {
                expand(&path, rest, found)?;
            }
        }
        Part::Matching { name: matcher, matches_hidden } => {
            for (name, _) in listed()? {
                if matcher.is_match(&name) && (*matches_hidden || !is_hidden(&name)) {
                    expand(&base.join(name), rest, found)?;
                }
            }
        }
        Part::AnyDepth => {
            let is_last = rest.is_empty();
            if !is_last {
                expand(base, rest, found)?;
            }
            for (name, file_type) in listed()? {
                let path = base.join(&name);
                if is_hidden(&name) {
                    continue;
                }
                // Links to directories are not followed, as they could lead back.
                let is_dir = match file_type {
                    FileType::Unknown => path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()),
                    file_type => file_type == FileType::Directory,
                };
                if is_dir {
                    expand(&path, parts, found)?;
                } else if is_last {
                    found.push(path);
                }
            }
        }
    }
    Ok(())
}
