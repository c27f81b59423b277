//! The output directory: built in a private one next to it, synced, and renamed, so that it appears complete or
//! not at all.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::report::manifest::MANIFEST;
use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::run::tree;
use crate::write::earlier::{self, NotOurs};
use crate::write::partial::{Partial, leftovers_of, open_to_others, parent_of};
use crate::write::place::{self, Placed};

/// An output directory that is being built. Dropping it removes what was built.
pub(crate) struct Store<'p> {
    target: PathBuf,
    /// None once it is published.
    partial: Option<Partial>,
    path: PathBuf,
    /// Directories above the target that were made for it, the deepest last.
    made: Vec<PathBuf>,
    overwrite: bool,
    /// Names next to the target like that of the directory being built: of runs that were killed or still running.
    leftovers: Vec<String>,
    progress: &'p Progress,
}

impl<'p> Store<'p> {
    /// Begins to build `target`, which the user named with `flag`, in a sibling with a random name that only this user
    /// can read.
    ///
    /// # Errors
    /// Where something is in the way that may not be replaced, or the parent cannot be written.
    pub(crate) fn create(
        flag: &str,
        target: &Path,
        overwrite: bool,
        progress: &'p Progress,
    ) -> Result<Self, EngineError> {
        let shown = target.display();
        let name = target
            .file_name()
            .ok_or_else(|| EngineError::Usage(format!("{flag} {shown}: not a directory name")))?;
        if target.as_os_str() == "-" {
            return Err(EngineError::Usage(format!(
                "{flag} -: a directory cannot be written to standard output"
            )));
        }
        match fs::symlink_metadata(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(target, "examined")(error)),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(EngineError::Usage(format!(
                    "{flag} {shown}: a file or link already has this name"
                )));
            }
            Ok(_) => refuse_what_is_no_output(flag, target, overwrite)?,
        }
        let mut store = Self {
            target: target.to_owned(),
            partial: None,
            path: PathBuf::new(),
            made: make_directories(parent_of(target))?,
            overwrite,
            leftovers: Vec::new(),
            progress,
        };
        store.leftovers = leftovers_of(target, name)?;
        let partial = Partial::create(target, name)?;
        progress.building(Some(partial.building(store.made.clone())));
        store.path = partial.new_path();
        store.partial = Some(partial);
        DirBuilder::new().mode(0o700).create(&store.path).map_err(io_error(&store.path, "created"))?;
        Ok(store)
    }

    /// What killed runs left next to the target, by name.
    pub(crate) fn leftovers(&self) -> &[String] {
        &self.leftovers
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs what was built and moves it into place. The files themselves must be synced.
    /// Returns what the user must know about how that was done.
    pub(crate) fn publish(mut self) -> Result<Vec<String>, EngineError> {
        let mut partial = self.partial.take().expect("only publishing takes it");
        // An error in here removes what was built before the directories that were made for it.
        let placed = self.place(&mut partial);
        let placed = match placed {
            Ok(placed) => placed,
            Err(error) => {
                self.partial = Some(partial);
                return Err(error);
            }
        };
        self.made.clear();
        let mut notes = Vec::new();
        if placed == Placed::InSteps {
            let target = self.target.display();
            notes.push(format!(
                "{target}: this file system cannot exchange directories, so nothing had that name for a moment"
            ));
        }
        in_place(&self.target, sync(parent_of(&self.target)))?;
        notes.extend(partial.discard());
        Ok(notes)
    }

    fn place(&self, partial: &mut Partial) -> Result<Placed, EngineError> {
        open_to_others(partial.path(), &self.path)?;
        sync_directories(&self.path)?;
        self.progress.watch.check()?;
        // From here on the directory is whole: a signal that comes now comes too late.
        self.progress.building(None);
        place::directory(partial, &self.target, self.overwrite)
    }
}

/// Only an earlier output may be replaced, and only if nothing else has been put there.
fn refuse_what_is_no_output(flag: &str, target: &Path, overwrite: bool) -> Result<(), EngineError> {
    let shown = target.display();
    let present = tree::open_dir(target).and_then(tree::list).map_err(io_error(target, "listed"))?;
    let has_manifest = present.iter().any(|(name, _)| name.to_bytes() == MANIFEST.as_bytes());
    let hint = if has_manifest { "--overwrite replaces an earlier output" } else { "choose another name" };
    if !present.is_empty() && !overwrite {
        return Err(EngineError::Usage(format!("{flag} {shown}: the directory is not empty\nhint: {hint}")));
    }
    match earlier::check(target) {
        Ok(()) => Ok(()),
        Err(NotOurs::Because(why)) => Err(EngineError::Usage(format!(
            "{flag} {shown}: {why}, so the directory is left alone\nhint: choose another name"
        ))),
        Err(NotOurs::Io(error)) => Err(io_error(target, "listed")(error)),
    }
}

/// Says of an error after publishing that there is an output.
pub(crate) fn in_place(target: &Path, result: Result<(), EngineError>) -> Result<(), EngineError> {
    result.map_err(|error| EngineError::InPlace {
        path: target.display().to_string(),
        what: format!("its name may be lost if the machine loses power now ({error})"),
    })
}

impl Drop for Store<'_> {
    fn drop(&mut self) {
        // The temporary directory first, or the ones above it are not empty. What cannot be removed stays.
        drop(self.partial.take());
        for made in self.made.iter().rev() {
            let _ = fs::remove_dir(made);
        }
    }
}

/// Makes a directory and those above it, and returns the ones that were not there.
fn make_directories(dir: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let mut missing: Vec<PathBuf> = dir
        .ancestors()
        .take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists())
        .map(Path::to_owned)
        .collect();
    missing.reverse();
    let made = fs::create_dir_all(dir).map_err(io_error(dir, "created"));
    if made.is_err() {
        missing.iter().rev().for_each(|dir| drop(fs::remove_dir(dir)));
    }
    made.map(|()| missing)
}

fn sync_directories(dir: &Path) -> Result<(), EngineError> {
    let below = tree::open_dir(dir).and_then(tree::walk).map_err(io_error(dir, "listed"))?;
    for entry in below.iter().filter(|entry| entry.is_dir) {
        sync(&dir.join(OsStr::from_bytes(&entry.path)))?;
    }
    sync(dir)
}

pub(crate) fn sync(path: &Path) -> Result<(), EngineError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(io_error(path, "synced"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::manifest::{MANIFEST, Manifest};

    fn build(target: &Path, overwrite: bool, content: &str) -> Result<(), EngineError> {
        let progress = Progress::default();
        let store = Store::create("--out", target, overwrite, &progress)?;
        let manifest =
            Manifest { version: content.to_owned(), tool: "bedload".to_owned(), ..Manifest::default() };
        fs::write(store.path().join(MANIFEST), manifest.sealed().text()).expect("written");
        store.publish().map(|notes| assert!(notes.is_empty(), "{notes:?}"))
    }

    fn version(target: &Path) -> String {
        let text = fs::read(target.join(MANIFEST)).expect("read");
        serde_json::from_slice::<Manifest>(&text).expect("a manifest").version
    }

    #[test]
    fn a_directory_appears_whole_and_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("a/out");
        build(&target, false, "1").expect("built");
        assert_eq!(version(&target), "1");
        assert!(build(&target, false, "2").expect_err("in the way").is_usage());
        build(&target, true, "3").expect("replaced");
        assert_eq!(version(&target), "3");
        let names: Vec<_> = fs::read_dir(dir.path().join("a")).expect("listed").collect();
        assert_eq!(names.len(), 1, "nothing else is left: {names:?}");
    }

    #[test]
    fn what_is_not_an_output_is_never_replaced() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("precious");
        fs::create_dir(&target).expect("made");
        build(&target, false, "1").expect("an empty directory is no obstacle");
        fs::remove_file(target.join(MANIFEST)).expect("removed");
        fs::write(target.join("thesis.txt"), "x").expect("written");
        assert!(build(&target, true, "2").expect_err("refused").is_usage());
        fs::write(target.join(MANIFEST), "{\"name\": \"an extension\"}").expect("written");
        assert!(build(&target, true, "2").expect_err("refused").is_usage());
        fs::remove_dir_all(&target).expect("removed");
        build(&target, false, "1").expect("built");
        fs::write(target.join("thesis.txt"), "x").expect("written");
        assert!(build(&target, true, "2").expect_err("refused").is_usage());
        let file = dir.path().join("file");
        fs::write(&file, "x").expect("written");
        assert!(build(&file, true, "2").expect_err("refused").is_usage());
        std::os::unix::fs::symlink(&target, dir.path().join("link")).expect("linked");
        assert!(build(&dir.path().join("link"), true, "2").expect_err("refused").is_usage());
        let progress = Progress::default();
        drop(Store::create("--out", &dir.path().join("given/up"), false, &progress).expect("begun"));
        assert!(!dir.path().join("given").exists());
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 3);
    }
    #[test]
    fn what_appears_meanwhile_is_spared() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("out");
        let progress = Progress::default();
        let begin = |overwrite| {
            let store = Store::create("--out", &target, overwrite, &progress).expect("begun");
            let manifest = Manifest { tool: "bedload".to_owned(), ..Manifest::default() };
            fs::write(store.path().join(MANIFEST), manifest.sealed().text()).expect("written");
            store
        };
        let precious = target.join("thesis.txt");
        let is_spared = |store: Store<'_>| {
            assert!(matches!(store.publish(), Err(EngineError::InTheWay { .. })));
            assert_eq!(fs::read(&precious).expect("spared"), b"years");
            assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
        };
        for was_there in [false, true] {
            for overwrite in [false, true] {
                let _ = fs::remove_dir_all(&target);
                if was_there {
                    fs::create_dir(&target).expect("made");
                }
                let store = begin(overwrite);
                let _ = fs::create_dir(&target);
                fs::write(&precious, "years").expect("written");
                is_spared(store);
            }
        }
        fs::remove_dir_all(&target).expect("removed");
        begin(false).publish().expect("built");
        let store = begin(true);
        fs::write(&precious, "years").expect("written");
        is_spared(store);
        assert!(target.join(MANIFEST).exists(), "the earlier output is back");
        fs::remove_dir_all(&target).expect("removed");
        let store = begin(false);
        fs::write(&target, "a file").expect("written");
        assert!(matches!(store.publish(), Err(EngineError::InTheWay { .. })));
        assert_eq!(fs::read(&target).expect("spared"), b"a file");
        fs::remove_file(&target).expect("removed");
        // Both may replace what they find, and the last one does.
        let (first, second) = (begin(true), begin(true));
        first.publish().expect("built");
        second.publish().expect("built");
        let store = begin(true);
        fs::remove_dir_all(&target).expect("removed");
        store.publish().expect("what is to be replaced need not be there");
        assert!(target.join(MANIFEST).exists());
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
    }
}
