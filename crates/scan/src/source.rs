//! Which source an input belongs to, by its path. What a source is otherwise is not known here.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::error::ScanError;
use crate::pattern::{Part, SPECIAL, fits, parts_of};
use crate::url::Url;

/// The inputs of one source: files, directories, globs, URLs, or `-` for standard input.
#[derive(Clone, Debug)]
pub struct SourcePaths(Vec<SourcePath>);

#[derive(Clone, Debug)]
struct SourcePath {
    /// As an argument of `discover`.
    arg: OsString,
    /// As it is compared with the paths of inputs, from the root on; two where a link leads to the directory.
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    /// A file may have the very name that reads like a pattern.
    literal: Vec<OsString>,
    parts: Vec<Part>,
    has_any_depth: bool,
}

impl SourcePaths {
    /// The inputs that `paths` name, which are relative to `dir`.
    ///
    /// # Errors
    /// Where one of them is empty, or no pattern.
    pub fn new<S: AsRef<str>>(dir: &Path, paths: &[S]) -> Result<Self, ScanError> {
        paths.iter().map(|path| SourcePath::new(dir, path.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    /// The paths as arguments of `discover`.
    pub fn args(&self) -> impl Iterator<Item = &OsString> {
        self.0.iter().map(|path| &path.arg)
    }

    /// Whether standard input is among them.
    pub(crate) fn has_stdin(&self) -> bool {
        self.0.iter().any(|path| path.arg == "-")
    }

    /// Whether a path is among them, or below one.
    pub(crate) fn has_path(&self, path: &PlacedPath) -> bool {
        self.0.iter().any(|own| path.0.iter().any(|place| own.has(place)))
    }
}

/// A path, or the address of an object, as it is compared with those of sources: as it was given, and where links in it
/// lead.
pub(crate) struct PlacedPath(Vec<Vec<OsString>>);

impl PlacedPath {
    pub(crate) fn of_file(path: &Path) -> Self {
        let mut places = vec![names(path)];
        let (parent, name) = (path.parent().filter(|dir| !dir.as_os_str().is_empty()), path.file_name());
        let parent = fs::canonicalize(parent.unwrap_or(Path::new(".")));
        if let (Ok(parent), Some(name)) = (parent, name) {
            places.push(names(&parent.join(name)));
        }
        places.dedup();
        Self(places)
    }

    pub(crate) fn of_object(address: &str) -> Self {
        Self(vec![names_of_url(address)])
    }
}

impl SourcePath {
    fn new(dir: &Path, path: &str) -> Result<Self, ScanError> {
        if path.is_empty() {
            return Err(ScanError::EmptyPath);
        }
        if path == "-" {
            return Ok(Self { arg: "-".into(), patterns: Vec::new() });
        }
        if let Some(url) = Url::of(OsStr::new(path)) {
            // Its scheme may be spelled in other ways.
            let address =
                url.s3().map_or_else(|| path.to_owned(), |(bucket, key)| format!("s3://{bucket}/{key}"));
            let pattern = Pattern::new(Vec::new(), &address, names_of_url(&address))?;
            return Ok(Self { arg: path.into(), patterns: vec![pattern] });
        }
        let arg = escaped(dir, path).join(path).into_os_string();
        let mut bases = vec![names(dir)];
        bases.extend(fs::canonicalize(or_here(dir)).map(|dir| names(&dir)));
        bases.dedup();
        let patterns = bases.into_iter().map(|mut base| {
            let mut rest = path;
            if rest.starts_with('/') {
                base.clear();
            }
            // Steps up are taken here, as a pattern has none.
            while let Some((first, after)) = rest.split_once('/')
                && matches!(first, "" | "." | "..")
            {
                if first == ".." {
                    base.pop();
                }
                rest = after;
            }
            let literal = base.iter().cloned().chain(rest_names(rest)).collect();
            Pattern::new(base, rest, literal)
        });
        Ok(Self { patterns: patterns.collect::<Result<_, _>>()?, arg })
    }

    fn has(&self, place: &[OsString]) -> bool {
        let is_at_or_below = |pattern: &Pattern| {
            let is_it = |end: usize| fits(&pattern.parts, &place[..end]);
            let is_below = !pattern.has_any_depth && (1..place.len()).any(is_it);
            place.starts_with(&pattern.literal) || is_it(place.len()) || is_below
        };
        self.patterns.iter().any(is_at_or_below)
    }
}

impl Pattern {
    fn new(base: Vec<OsString>, pattern: &str, literal: Vec<OsString>) -> Result<Self, ScanError> {
        let mut parts: Vec<Part> = base.into_iter().map(Part::Name).collect();
        parts.extend(parts_of(pattern)?);
        let has_any_depth = parts.iter().any(|part| matches!(part, Part::AnyDepth));
        Ok(Self { literal, parts, has_any_depth })
    }
}

/// The directory as the beginning of a pattern, where the path is one.
fn escaped(dir: &Path, path: &str) -> PathBuf {
    match dir.to_str() {
        Some(text) if path.contains(SPECIAL) && text.contains(SPECIAL) => {
            let escape = |c: char| if SPECIAL.contains(&c) { vec!['\\', c] } else { vec![c] };
            text.chars().flat_map(escape).collect::<String>().into()
        }
        _ => dir.to_owned(),
    }
}

/// The names on the way from the root to a path, with no step up left.
fn names(path: &Path) -> Vec<OsString> {
    let absolute = std::path::absolute(or_here(path)).unwrap_or_else(|_| path.to_owned());
    let mut names = Vec::new();
    for component in absolute.components() {
        match component {
            Component::Normal(name) => names.push(name.to_owned()),
            Component::ParentDir => {
                names.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    names
}

fn rest_names(path: &str) -> impl Iterator<Item = OsString> {
    path.split('/').filter(|name| !matches!(*name, "" | ".")).map(OsString::from)
}

/// The names in the address of an object.
fn names_of_url(address: &str) -> Vec<OsString> {
    address.split('/').filter(|name| !name.is_empty()).map(OsString::from).collect()
}

/// A relative path of no names is the working directory.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().as_bytes().is_empty() { Path::new(".") } else { path }
}

/// The first of some sources that has an input.
pub(crate) fn first_of(sources: &[SourcePaths], input: &crate::Input) -> Option<usize> {
    if sources.is_empty() {
        return None;
    }
    let place = match (input.path(), input.object()) {
        (Some(path), _) => PlacedPath::of_file(path),
        (None, Some(object)) => PlacedPath::of_object(&object.to_string()),
        (None, None) => return sources.iter().position(SourcePaths::has_stdin),
    };
    sources.iter().position(|source| source.has_path(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dir: &str, pattern: &str, has: &[&str], has_not: &[&str]) {
        let source = SourcePaths::new(Path::new(dir), &[pattern]).expect("a pattern");
        let is_in = |path: &&str| {
            let place = if path.contains("://") {
                PlacedPath::of_object(path)
            } else {
                PlacedPath::of_file(Path::new(path))
            };
            source.has_path(&place)
        };
        assert_eq!(has.iter().copied().filter(|path| !is_in(path)).collect::<Vec<_>>(), [""; 0], "{pattern}");
        assert_eq!(has_not.iter().copied().filter(is_in).collect::<Vec<_>>(), [""; 0], "{pattern}");
    }

    #[test]
    fn a_source_has_the_files_that_its_path_matches_and_those_below_directories_that_match() {
        check(
            "/p",
            "a.jsonl",
            &["/p/a.jsonl", "/p/x/../a.jsonl"],
            &["/p/b.jsonl", "/a.jsonl", "/p/x/a.jsonl"],
        );
        check("/p", "*.jsonl", &["/p/a.jsonl"], &["/p/.a.jsonl", "/p/x/a.jsonl", "/p/a.jsonl.gz"]);
        check("/p", "chat", &["/p/chat/a.jsonl", "/p/chat/x/b.jsonl.gz", "/p/chat"], &["/p/chats/a.jsonl"]);
        check("/p", "chat/", &["/p/chat/a.jsonl"], &["/p/a.jsonl"]);
        check("/p", "./{a,b}/[0-9]?.jsonl", &["/p/a/10.jsonl", "/p/b/2x.jsonl"], &["/p/c/10.jsonl"]);
        check("/p", "**/*.gz", &["/p/a.gz", "/p/x/y/a.gz"], &["/p/x/a.jsonl", "/q/a.gz", "/p/.x/a.gz"]);
        check("/p/conf", "../raw/*.jsonl", &["/p/raw/a.jsonl"], &["/p/conf/raw/a.jsonl"]);
        check("/p", "/q/*.jsonl", &["/q/a.jsonl"], &["/p/q/a.jsonl"]);
        check("/p", "a[1].jsonl", &["/p/a[1].jsonl", "/p/a1.jsonl"], &["/p/a2.jsonl"]);
        check("/p", "s3://b/raw/*.gz", &["s3://b/raw/a.gz"], &["s3://c/raw/a.gz", "s3://b/raw/x/a.gz"]);
        check("/p", "s3://b/raw/", &["s3://b/raw/x/a.gz"], &["s3://b/rare/a.gz"]);
    }

    #[test]
    fn paths_are_relative_to_a_directory_and_links_to_it_lead_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        fs::create_dir(&real).expect("made");
        std::os::unix::fs::symlink(&real, &link).expect("linked");
        for (of, path) in [(&real, &link), (&link, &real), (&link, &link)] {
            let source = SourcePaths::new(of, &["*.jsonl"]).expect("a pattern");
            assert!(source.has_path(&PlacedPath::of_file(&path.join("a.jsonl"))), "{of:?} {path:?}");
            assert_eq!(source.args().next().map(PathBuf::from), Some(of.join("*.jsonl")));
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        assert!(SourcePaths::new(Path::new("/p"), &["a**.jsonl"]).is_err());
        assert!(SourcePaths::new(Path::new("/p"), &[""]).is_err());
        assert!(SourcePaths::new(Path::new("/p"), &["-"]).expect("standard input").has_stdin());
    }
}
