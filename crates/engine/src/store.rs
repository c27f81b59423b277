//! The output directory: built beside its place, made durable, and renamed, so that it appears whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use crate::error::{EngineError, io_error};
use crate::manifest::{MANIFEST, Manifest};
use crate::progress::Progress;

/// An output directory that is being built. Dropping it removes what was built.
pub(crate) struct Store<'p> {
    target: PathBuf,
    /// None once it is published.
    building: Option<TempDir>,
    /// Directories above the target that were made for it, the deepest last.
    made: Vec<PathBuf>,
    replaces: bool,
    /// Names beside the target like that of the directory being built: of runs that were killed, or still go on.
    leftovers: Vec<String>,
    progress: &'p Progress,
}

impl<'p> Store<'p> {
    /// Begins to build `target`, in a sibling with a random name that only this user can read.
    ///
    /// # Errors
    /// Where something is in the way that may not be replaced, or the parent cannot be written.
    pub(crate) fn create(
        target: &Path,
        overwrite: bool,
        progress: &'p Progress,
    ) -> Result<Self, EngineError> {
        let shown = target.display();
        let name = target.file_name().ok_or_else(|| {
            EngineError::Usage(format!("--out {shown}: not the name of a directory to be made"))
        })?;
        let replaces = match fs::symlink_metadata(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(io_error(target, "looked at")(error)),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(EngineError::Usage(format!("--out {shown}: a file or link is in the way")));
            }
            Ok(_) => {
                let mut entries = fs::read_dir(target).map_err(io_error(target, "listed"))?;
                if entries.next().is_some() && !overwrite {
                    return Err(EngineError::Usage(format!(
                        "--out {shown}: the directory is not empty\nhint: --overwrite replaces an earlier output"
                    )));
                }
                refuse_what_is_no_output(target)?;
                true
            }
        };
        let parent = parent_of(target);
        let mut store = Self {
            target: target.to_owned(),
            building: None,
            made: Vec::new(),
            replaces,
            leftovers: Vec::new(),
            progress,
        };
        store.made = make_directories(parent)?;
        let prefix = format!(".{}.partial-", name.to_string_lossy());
        let beside = fs::read_dir(parent).map_err(io_error(parent, "listed"))?;
        let names = beside.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
        store.leftovers = names.filter(|name| name.starts_with(&prefix)).collect();
        store.leftovers.sort();
        let building = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent);
        let building = building.map_err(io_error(parent, "written to"))?;
        progress.building(Some((building.path().to_owned(), store.made.clone())));
        store.building = Some(building);
        Ok(store)
    }

    /// What runs that were killed left beside the target, by name.
    pub(crate) fn leftovers(&self) -> &[String] {
        &self.leftovers
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        self.building.as_ref().expect("only publishing takes it").path()
    }

    /// Makes what was built durable and puts it in its place. The files themselves must be synced.
    pub(crate) fn publish(mut self) -> Result<(), EngineError> {
        let (target, built) = (self.target.clone(), self.path().to_owned());
        open_to_others(&built)?;
        sync_directories(&built)?;
        let publish = |flags| {
            renameat_with(CWD, &built, CWD, &target, flags)
                .map_err(io::Error::from)
                .map_err(io_error(&target, "put in place"))
        };
        self.progress.watch.check()?;
        // From here on the directory is whole: a signal that comes now comes too late.
        self.progress.building(None);
        if self.replaces {
            // After the exchange the old directory has the temporary name, and goes with it.
            publish(RenameFlags::EXCHANGE)?;
        } else {
            publish(RenameFlags::NOREPLACE)?;
            if let Some(building) = self.building.take() {
                let _: PathBuf = building.keep();
            }
        }
        self.made.clear();
        let parent = parent_of(&target);
        sync(parent)
    }
}

/// Only an earlier output may be replaced, and only if nothing else has been put there.
fn refuse_what_is_no_output(target: &Path) -> Result<(), EngineError> {
    let present = list(target)?;
    if present.is_empty() {
        return Ok(());
    }
    let refuse = |why: String| {
        let target = target.display();
        EngineError::Usage(format!("--out {target}: {why}, so the directory is left alone"))
    };
    let manifest = fs::read(target.join(MANIFEST)).ok();
    let manifest = manifest.and_then(|text| serde_json::from_slice::<Manifest>(&text).ok());
    let Some(manifest) = manifest.filter(|manifest| manifest.tool == "bedload") else {
        return Err(refuse(format!("there is no {MANIFEST} of an earlier output")));
    };
    let is_ours = |path: &&String| *path == MANIFEST || manifest.files.iter().any(|file| file.path == **path);
    match present.iter().find(|path| !is_ours(path)) {
        Some(other) => Err(refuse(format!("{other} is not part of the earlier output"))),
        None => Ok(()),
    }
}

/// All files below a directory, as paths with `/`.
pub(crate) fn list(dir: &Path) -> Result<BTreeSet<String>, EngineError> {
    fn walk(dir: &Path, below: &str, found: &mut BTreeSet<String>) -> Result<(), EngineError> {
        for entry in fs::read_dir(dir).map_err(io_error(dir, "listed"))? {
            let entry = entry.map_err(io_error(dir, "listed"))?;
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(io_error(&entry.path(), "looked at"))?.is_dir() {
                walk(&entry.path(), &format!("{name}/"), found)?;
            } else {
                found.insert(name);
            }
        }
        Ok(())
    }
    let mut found = BTreeSet::new();
    walk(dir, "", &mut found)?;
    Ok(found)
}

impl Drop for Store<'_> {
    fn drop(&mut self) {
        // The temporary directory first, or the ones above it are not empty. What cannot be removed stays.
        drop(self.building.take());
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
    fs::create_dir_all(dir).map_err(io_error(dir, "created"))?;
    Ok(missing)
}

pub(crate) fn parent_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// The temporary directory is private; the finished one has the modes that the user's umask asks for.
fn open_to_others(built: &Path) -> Result<(), EngineError> {
    use std::os::unix::fs::PermissionsExt;
    let probe = built.join(".mode");
    fs::create_dir(&probe).map_err(io_error(&probe, "created"))?;
    let mode = fs::metadata(&probe).map_err(io_error(&probe, "looked at"))?.permissions().mode();
    fs::remove_dir(&probe).map_err(io_error(&probe, "removed"))?;
    fs::set_permissions(built, fs::Permissions::from_mode(mode)).map_err(io_error(built, "opened to others"))
}

fn sync_directories(dir: &Path) -> Result<(), EngineError> {
    for entry in fs::read_dir(dir).map_err(io_error(dir, "listed"))? {
        let entry = entry.map_err(io_error(dir, "listed"))?;
        if entry.file_type().map_err(io_error(&entry.path(), "looked at"))?.is_dir() {
            sync_directories(&entry.path())?;
        }
    }
    sync(dir)
}

pub(crate) fn sync(path: &Path) -> Result<(), EngineError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(io_error(path, "synced"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(target: &Path, overwrite: bool, content: &str) -> Result<(), EngineError> {
        let progress = Progress::default();
        let store = Store::create(target, overwrite, &progress)?;
        let manifest =
            Manifest { version: content.to_owned(), tool: "bedload".to_owned(), ..Manifest::default() };
        fs::write(store.path().join(MANIFEST), manifest.sealed().text()).expect("written");
        store.publish()
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
        drop(Store::create(&dir.path().join("given/up"), false, &progress).expect("begun"));
        assert!(!dir.path().join("given").exists());
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 3);
    }
}
