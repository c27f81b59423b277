//! Directories: what is in them, and which files below them are data. Patterns are in `pattern.rs`.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bedload_record::file_name;
use rustix::fs::{Dir, FileType};

use crate::data::open;
use crate::discover::shown;
use crate::error::ScanError;

/// How many skipped files are named.
const NAMED_MAX: usize = 10;

/// Device and inode: what makes two names the same file.
pub(crate) type FileId = (u64, u64);

/// Files below directories that were not read: how many, and the first of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many there are. Hidden directories are not looked into, and hidden files count where their names end like
    /// those of data.
    pub n_files: u64,
    names: BTreeSet<String>,
}

impl Skipped {
    /// At most ten names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The names in a sentence, with how many more there are.
    pub fn named(&self) -> String {
        let names: Vec<&str> = self.names().collect();
        let more = match self.n_files - names.len() as u64 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", names.join(", "))
    }

    fn add(&mut self, path: &Path) {
        self.add_name(shown(path));
    }

    pub(crate) fn add_name(&mut self, name: String) {
        self.absorb(Skipped { n_files: 1, names: BTreeSet::from([name]) });
    }

    /// Adds the files of another directory.
    pub(crate) fn absorb(&mut self, other: Skipped) {
        self.n_files += other.n_files;
        self.names.extend(other.names);
        while self.names.len() > NAMED_MAX {
            self.names.pop_last();
        }
    }
}

/// Collects the JSONL files below a directory, following links, and counts the others. Names that begin with a dot
/// are left out.
pub(crate) fn files_below(
    dir: &Path,
    files: &mut Vec<PathBuf>,
    skipped: &mut Skipped,
) -> Result<(), ScanError> {
    let id = std::fs::metadata(dir).map_err(|source| ScanError::io(&shown(dir), "listed", source))?;
    Walk { above: vec![(id.dev(), id.ino())], files, skipped }.enter(dir)
}

struct Walk<'a> {
    /// The directory under way and those that led to it: only a link leads back into one of them.
    above: Vec<FileId>,
    files: &'a mut Vec<PathBuf>,
    skipped: &'a mut Skipped,
}

impl Walk<'_> {
    fn enter(&mut self, dir: &Path) -> Result<(), ScanError> {
        for (name, file_type) in
            entries(dir).map_err(|source| ScanError::io(&shown(dir), "listed", source))?
        {
            let path = dir.join(&name);
            let is_data = is_jsonl(&name);
            if is_hidden(&name) {
                if is_data {
                    self.skipped.add(&path);
                }
                continue;
            }
            if file_type == FileType::RegularFile {
                self.file(path, is_data);
                continue;
            }
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    let id = (metadata.dev(), metadata.ino());
                    if self.above.contains(&id) {
                        let source = io::Error::other("a link leads to a directory above it");
                        return Err(ScanError::io(&shown(&path), "listed", source));
                    }
                    self.above.push(id);
                    self.enter(&path)?;
                    self.above.pop();
                }
                Ok(metadata) => self.file(path, is_data && metadata.is_file()),
                // A link to nothing that would not have been read anyway.
                Err(source) if source.kind() == io::ErrorKind::NotFound && !is_data => {}
                Err(source) => return Err(ScanError::io(&shown(&path), "listed", source)),
            }
        }
        Ok(())
    }

    fn file(&mut self, path: PathBuf, is_data: bool) {
        if is_data { self.files.push(path) } else { self.skipped.add(&path) }
    }
}

/// The names in a directory with what each is, as far as the directory tells.
///
/// The standard library panics where a directory cannot be closed, as on a file system that is gone.
pub(crate) fn entries(dir: &Path) -> io::Result<Vec<(OsString, FileType)>> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut names = Vec::new();
    for entry in Dir::new(open(dir)?)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push((OsString::from_vec(name.to_vec()), entry.file_type()));
        }
    }
    Ok(names)
}

pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

pub(crate) fn is_jsonl(name: &OsStr) -> bool {
    file_name::is_jsonl(name.as_bytes())
}
