//! `clean`: removes what killed runs left next to an output or in a directory, once their process is certainly gone.
//!
//! A run holds a lock in its private directory, which the system releases when the process ends. A directory that has
//! no lock, or whose lock is held, stays. So does an earlier output that a run had moved aside and not put back, and
//! anything that others have put there. Uploads that were interrupted are named, with what to do.

mod uploads;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::run::error::{EngineError, io_error};
use crate::run::tree;
use crate::write::partial::{self, OLD, Owner, is_partial, parent_of};

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Cleaned {
    /// Leftovers that were removed.
    pub removed: Vec<PathBuf>,
    /// Leftovers that were left, and why.
    pub left: Vec<(PathBuf, String)>,
    /// Leftovers of runs that are gone and that could not be removed, and why.
    pub failed: Vec<(PathBuf, String)>,
}

/// Removes leftovers of runs that have ended: those of the output `dir`, next to it, and those of any output in
/// the directory `dir`. Links are not followed.
///
/// # Errors
/// Where neither the directory nor the one that holds it can be listed.
pub fn clean(dir: &Path) -> Result<Cleaned, EngineError> {
    let shown = dir.display();
    let mut found: Vec<PathBuf> = Vec::new();
    let mut cleaned = Cleaned::default();
    let is_dir = match fs::symlink_metadata(dir) {
        Ok(metadata) if metadata.is_symlink() => {
            return Err(EngineError::Usage(format!("{shown}: a link; name its target")));
        }
        Ok(metadata) => metadata.is_dir(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(io_error(dir, "examined")(error)),
    };
    let mut find = |parent: &Path, target: Option<&OsStr>| -> Result<(), EngineError> {
        let names = match tree::open_dir(parent).and_then(tree::list) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(EngineError::Usage(format!("{shown}: no such directory")));
            }
            names => names.map_err(io_error(parent, "listed"))?,
        };
        for (name, is_dir) in names {
            let shown = OsStr::from_bytes(name.to_bytes());
            if is_dir && is_partial(name.to_bytes(), target) {
                found.push(parent.join(shown));
            } else if !is_dir && uploads::is_upload(name.to_bytes(), target) {
                let why = uploads::why_left(parent, shown).map_err(io_error(&parent.join(shown), "read"))?;
                cleaned.left.extend(why.map(|why| (parent.join(shown), why)));
            }
        }
        Ok(())
    };
    if let Some(name) = dir.file_name() {
        find(parent_of(dir), Some(name))?;
    }
    if is_dir {
        find(dir, None)?;
    }
    for path in found {
        match remove(&path) {
            Ok(None) => cleaned.removed.push(path),
            Ok(Some(why)) => cleaned.left.push((path, why)),
            // Its own run, or another cleanup, was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => cleaned.failed.push((path, error.to_string())),
        }
    }
    Ok(cleaned)
}

/// Removes one leftover, or says why not.
fn remove(path: &Path) -> io::Result<Option<String>> {
    // A run that was killed before it made its lock left nothing. One that is about to make it tries another name.
    if fs::remove_dir(path).is_ok() {
        return Ok(None);
    }
    let _lock = match partial::owner(path)? {
        Owner::Gone(lock) => lock,
        Owner::Running => return Ok(Some("its run is still in progress".to_owned())),
        Owner::Unknown(why) => return Ok(Some(why.to_owned())),
    };
    let old = path.join(OLD);
    if fs::symlink_metadata(&old).is_ok() {
        if is_only_copy(path) {
            let old = old.display();
            return Ok(Some(format!(
                "{old} is the earlier output, and nothing has its name now; move it back"
            )));
        }
        if let Err(error) = crate::write::earlier::remove(&old) {
            return Ok(Some(format!("{}: {error}", old.display())));
        }
    }
    partial::discard(path).map(|()| None)
}

/// Returns true where an output was moved aside and nothing has its name.
fn is_only_copy(partial: &Path) -> bool {
    let name = partial.file_name().unwrap_or_default().as_bytes();
    // A name that was too long to be held whole looks free, so that what may be the only copy stays.
    partial::target_of(name).is_none_or(|target| {
        fs::symlink_metadata(parent_of(partial).join(OsStr::from_bytes(target))).is_err()
    })
}
