//! An earlier output that is to be replaced: is it one, is anything in it that it did not write, and its removal.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;

use crate::report::manifest::{self, MANIFEST, Outline, Read};
use crate::run::tree::{self, Entry};

/// Why a directory may not be replaced or removed.
#[derive(Debug)]
pub(crate) enum NotOurs {
    /// It is not an output, or holds more than one.
    Because(String),
    /// It could not be looked at.
    Io(io::Error),
}

impl From<io::Error> for NotOurs {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Checks that a directory is empty or an output with nothing else in it.
pub(crate) fn check(dir: &Path) -> Result<(), NotOurs> {
    let opened = tree::open_dir(dir)?;
    let present = tree::walk(&opened)?;
    if present.is_empty() {
        return Ok(());
    }
    let outline = match manifest::read_outline(&opened)? {
        Read::Sound(outline) => outline,
        Read::Missing => {
            return Err(NotOurs::Because(format!("there is no {MANIFEST} of an earlier output")));
        }
        Read::Unsound(why) => return Err(NotOurs::Because(format!("its {MANIFEST} {why}"))),
    };
    match foreign(&present, &outline) {
        Some(other) => Err(NotOurs::Because(format!("{other} is not part of the earlier output"))),
        None => Ok(()),
    }
}

fn foreign(present: &[Entry], outline: &Outline) -> Option<String> {
    let files: BTreeSet<&[u8]> = outline.paths().map(str::as_bytes).collect();
    let dirs = directories(outline);
    let is_ours = |entry: &Entry| {
        let path = &entry.path[..];
        if entry.is_dir { dirs.contains(path) } else { path == MANIFEST.as_bytes() || files.contains(path) }
    };
    let other = present.iter().find(|entry| !is_ours(entry))?;
    Some(if other.is_dir { format!("{}/", other.shown()) } else { other.shown() })
}

/// The directories that the files of an output are in.
fn directories(outline: &Outline) -> BTreeSet<&[u8]> {
    let above = |path: &'_ str| -> Vec<usize> { path.match_indices('/').map(|(at, _)| at).collect() };
    outline.paths().flat_map(|path| above(path).into_iter().map(|at| &path.as_bytes()[..at])).collect()
}

/// Removes an earlier output, its manifest last; and nothing else, also where that came after it was checked.
/// A file at an output's path is removed too; a link is not.
pub(crate) fn remove(dir: &Path) -> io::Result<()> {
    let opened = match tree::open_dir_at(rustix::fs::CWD, dir) {
        Ok(opened) => opened,
        Err(error) => {
            return match std::fs::symlink_metadata(dir) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Ok(metadata) if metadata.is_file() => tree::remove(dir),
                _ => Err(error),
            };
        }
    };
    if !tree::list(&opened)?.is_empty() {
        let outline = match manifest::read_outline(&opened)? {
            Read::Sound(outline) => outline,
            Read::Missing | Read::Unsound(_) => {
                return Err(io::Error::other(format!("there is no {MANIFEST} that says what it holds")));
            }
        };
        // Everything is looked at before anything is removed.
        if let Some(other) = foreign(&tree::walk(&opened)?, &outline) {
            return Err(io::Error::other(format!("{other} is not part of the earlier output")));
        }
        for path in outline.paths() {
            unlink(&opened, path.as_bytes(), AtFlags::empty())?;
        }
        for path in directories(&outline).into_iter().rev() {
            unlink(&opened, path, AtFlags::REMOVEDIR)?;
        }
        unlink(&opened, MANIFEST.as_bytes(), AtFlags::empty())?;
    }
    unlink(rustix::fs::CWD, dir.as_os_str().as_bytes(), AtFlags::REMOVEDIR)
}

fn unlink(dir: impl std::os::fd::AsFd, path: &[u8], flags: AtFlags) -> io::Result<()> {
    match unlinkat(dir, OsStr::from_bytes(path), flags) {
        Err(Errno::NOENT) => Ok(()),
        result => Ok(result?),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn output(dir: &Path) {
        fs::create_dir_all(dir.join("train")).expect("made");
        fs::write(dir.join("train/part-00000.jsonl"), "{}\n").expect("written");
        let manifest =
            r#"{"tool": "bedload", "new": 1, "files": [{"path": "train/part-00000.jsonl", "x": 2}]}"#;
        fs::write(dir.join(MANIFEST), manifest).expect("written");
    }

    fn why(dir: &Path) -> String {
        match check(dir) {
            Err(NotOurs::Because(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_the_manifest_lists_is_removed() {
        let dir = tempfile::tempdir().expect("a directory");
        let out = dir.path().join("out");
        output(&out);
        check(&out).expect("an output");
        for other in ["thesis.txt", "train/thesis.txt"] {
            fs::write(out.join(other), "x").expect("written");
            assert_eq!(why(&out), format!("{other} is not part of the earlier output"));
            assert!(remove(&out).is_err());
            assert!(out.join("train/part-00000.jsonl").exists());
            fs::remove_file(out.join(other)).expect("removed");
        }
        fs::create_dir(out.join("empty")).expect("made");
        assert_eq!(why(&out), "empty/ is not part of the earlier output");
        fs::remove_dir(out.join("empty")).expect("removed");
        remove(&out).expect("removed");
        assert!(!out.exists());
        remove(&out).expect("nothing is there");
    }

    #[test]
    fn a_manifest_that_cannot_be_one_makes_no_output() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("x"), "x").expect("written");
        assert_eq!(why(dir.path()), "there is no manifest.json of an earlier output");
        let newer = r#"{"tool": "bedload", "format_version": 7, "files": []}"#;
        let outside = r#"{"tool": "bedload", "files": [{"path": "../x"}]}"#;
        let both = r#"{"tool": "bedload", "files": [{"path": "x"}, {"path": "x/y"}]}"#;
        for (text, expected) in [
            ("{}", "was not written by bedload"),
            ("[", "was not written by bedload"),
            (r#"{"tool": "other", "files": []}"#, "was not written by bedload"),
            (outside, "was not written by bedload"),
            (both, "was not written by bedload"),
            (newer, "has format version 7; this version of bedload reads versions up to 1"),
        ] {
            fs::write(dir.path().join(MANIFEST), text).expect("written");
            assert!(
                why(dir.path()).starts_with(&format!("its manifest.json {expected}")),
                "{}",
                why(dir.path())
            );
            assert!(remove(dir.path()).is_err());
        }
        fs::remove_file(dir.path().join(MANIFEST)).expect("removed");
        std::os::unix::fs::symlink("x", dir.path().join(MANIFEST)).expect("linked");
        assert_eq!(why(dir.path()), "its manifest.json is not a regular file");
    }
}
