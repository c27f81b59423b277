//! One output file: written next to its target, synced, and renamed, so that it appears complete or not at all.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::write::partial::{Partial, leftovers_of, open_to_others, parent_of};
use crate::write::paths::refuse_missing_directory;
use crate::write::place::{self, Placed};
use crate::write::store::{in_place, sync};

/// A file being written, in a private directory next to its target. Dropping it removes what was written.
pub(crate) struct AtomicFile<'p> {
    target: PathBuf,
    partial: Partial,
    path: PathBuf,
    overwrite: bool,
    leftovers: Vec<String>,
    progress: &'p Progress,
}

impl<'p> AtomicFile<'p> {
    /// Begins to write `target`, which the user named with `flag`.
    ///
    /// # Errors
    /// Where something is in the way that may not be replaced, or the directory cannot be written.
    pub(crate) fn create(
        flag: &str,
        target: &Path,
        overwrite: bool,
        progress: &'p Progress,
    ) -> Result<Self, EngineError> {
        let shown = target.display();
        let usage = |message: &str| EngineError::Usage(format!("{flag} {shown}: {message}"));
        let name = target.file_name().ok_or_else(|| usage("not a file name"))?;
        if target.as_os_str() == "-" {
            return Err(usage(
                "the output cannot be standard output; it is written to a temporary file and renamed",
            ));
        }
        refuse_missing_directory(flag, target)?;
        match fs::symlink_metadata(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(target, "examined")(error)),
            Ok(metadata) if !metadata.is_file() => {
                return Err(usage("a directory or link already has this name"));
            }
            Ok(_) if !overwrite => {
                return Err(usage("the file exists\nhint: --overwrite replaces it"));
            }
            Ok(_) => {}
        }
        let leftovers = leftovers_of(target, name)?;
        let partial = Partial::create(target, name)?;
        progress.building(Some(partial.building(Vec::new())));
        let path = partial.new_path();
        DirBuilder::new().mode(0o700).create(&path).map_err(io_error(&path, "created"))?;
        Ok(Self { target: target.to_owned(), partial, path, overwrite, leftovers, progress })
    }

    /// What killed runs left next to the target, by name.
    pub(crate) fn leftovers(&self) -> &[String] {
        &self.leftovers
    }

    /// Removes an earlier file with the name of the target.
    pub(crate) fn remove_earlier(&self) -> Result<(), EngineError> {
        match fs::remove_file(&self.target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(io_error(&self.target, "removed")),
        }
    }

    /// Where to write.
    pub(crate) fn dir(&self) -> &Path {
        &self.path
    }

    /// Moves a file that was written and synced into place. Returns notes for the user about how that was done.
    pub(crate) fn publish(mut self, written: &str) -> Result<Vec<String>, EngineError> {
        let built = self.path.join(written);
        open_to_others(self.partial.path(), &built)?;
        self.progress.watch.check()?;
        self.progress.building(None);
        let placed = place::file(&mut self.partial, &built, &self.target, self.overwrite)?;
        let mut notes = Vec::new();
        if placed == Placed::InSteps {
            let target = self.target.display();
            notes.push(format!(
                "{target}: this file system cannot rename without replacing, so the file was empty for a moment"
            ));
        }
        in_place(&self.target, sync(parent_of(&self.target)))?;
        notes.extend(self.partial.discard());
        Ok(notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<'p>(target: &Path, overwrite: bool, progress: &'p Progress) -> AtomicFile<'p> {
        let single = AtomicFile::create("--out", target, overwrite, progress).expect("begun");
        fs::write(single.dir().join("x"), "new").expect("written");
        single
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_spared() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("out.jsonl");
        let progress = Progress::default();
        let single = written(&target, false, &progress);
        fs::write(&target, "mine").expect("written");
        assert!(matches!(single.publish("x"), Err(EngineError::InTheWay { .. })));
        assert_eq!(fs::read(&target).expect("spared"), b"mine");
        written(&target, true, &progress).publish("x").expect("replaced");
        assert_eq!(fs::read(&target).expect("read"), b"new");
        let single = written(&target, true, &progress);
        fs::remove_file(&target).expect("removed");
        single.publish("x").expect("written");
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
    }

    #[test]
    fn only_a_regular_file_is_replaced() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("out.jsonl");
        let progress = Progress::default();
        fs::write(&target, "mine").expect("written");
        let single = written(&target, true, &progress);
        fs::remove_file(&target).expect("removed");
        std::os::unix::fs::symlink("elsewhere", &target).expect("linked");
        assert!(matches!(single.publish("x"), Err(EngineError::InTheWay { .. })));
        assert_eq!(fs::read_link(&target).expect("spared"), Path::new("elsewhere"));
        fs::remove_file(&target).expect("removed");
        let single = written(&target, true, &progress);
        fs::create_dir(&target).expect("made");
        fs::write(target.join("thesis.txt"), "years").expect("written");
        assert!(matches!(single.publish("x"), Err(EngineError::InTheWay { .. })));
        assert_eq!(fs::read(target.join("thesis.txt")).expect("spared"), b"years");
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
    }
}
