//! The private directory next to an output in which it is built, until it is complete and gets its name.
//!
//! Only this user can enter it. It holds a lock for as long as the run lives, and the system releases that with the
//! process, so that a later run can recognize what a killed one has left. Dropping it removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::run::error::{EngineError, io_error};
use crate::run::progress::Building;
use crate::run::tree;
use crate::write::earlier;

/// The file that is locked.
pub(crate) const LOCK: &str = "bedload.lock";

/// Where the output is built.
pub(crate) const NEW: &str = "new";

/// Where an earlier output is while it is being replaced. Whatever has this name may be the only copy.
pub(crate) const OLD: &str = "old";

/// A name may have 255 bytes; this is what is left for the name of the target.
const TARGET_NAME_BYTES_MAX: usize = 200;

const RANDOM_BYTES: usize = 6;

const MARK: &str = ".partial-";

/// A directory under way.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    /// None where the file system has no locks.
    lock: Option<File>,
    /// Whether it stays, for what is in it.
    is_kept: bool,
}

impl Partial {
    /// Makes the directory next to `target`.
    pub(crate) fn create(target: &Path, name: &OsStr) -> Result<Self, EngineError> {
        let parent = parent_of(target);
        loop {
            let mut builder = tempfile::Builder::new();
            let prefix = prefix(name);
            builder.prefix(&prefix).rand_bytes(RANDOM_BYTES).permissions(Permissions::from_mode(0o700));
            let made = builder.tempdir_in(parent).map_err(io_error(parent, "written to"))?;
            let path = made.keep();
            match lock_new(&path) {
                Ok(Locked::Held(lock)) => return Ok(Self { path, lock: Some(lock), is_kept: false }),
                Ok(Locked::Refused) => return Ok(Self { path, lock: None, is_kept: false }),
                // Somebody who cleans up has taken it for the leftover of a killed run.
                Ok(Locked::Lost) => {}
                Err(error) => {
                    let _ = tree::remove(&path);
                    return Err(io_error(&path.join(LOCK), "created")(error));
                }
            }
        }
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What has to be removed where the run ends before its output is complete.
    pub(crate) fn building(&self, made: Vec<PathBuf>) -> Building {
        Building { path: self.path.clone(), discard, made }
    }

    /// Where the output is built.
    pub(crate) fn new_path(&self) -> PathBuf {
        self.path.join(NEW)
    }

    /// Where an earlier output is put.
    pub(crate) fn old_path(&self) -> PathBuf {
        self.path.join(OLD)
    }

    /// Leaves the directory where it is, for what is in it.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Removes everything, and says what stays and why where something does.
    pub(crate) fn discard(mut self) -> Option<String> {
        self.is_kept = true;
        let result = discard(&self.path);
        // The lock has been held until now.
        drop(self.lock.take());
        let why = result.err()?;
        let old = self.old_path();
        let (path, what) = match fs::symlink_metadata(&old) {
            Ok(_) => (&old, "the old output"),
            Err(_) => (&self.path, "the temporary directory"),
        };
        Some(format!("{}: {what} could not be removed: {why}", path.display()))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is found and named by the next run.
            let _ = discard(&self.path);
        }
    }
}

/// Removes a private directory, its lock last. An earlier output in it goes file by file, so that nothing which was
/// put there by somebody else is lost.
pub(crate) fn discard(partial: &Path) -> io::Result<()> {
    tree::persist(|| discard_once(partial))
}

fn discard_once(partial: &Path) -> io::Result<()> {
    earlier::remove(&partial.join(OLD))?;
    let opened = match tree::open_dir(partial) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    for (name, _) in tree::list(&opened)? {
        if name.to_bytes() != LOCK.as_bytes() {
            tree::remove(&partial.join(OsStr::from_bytes(name.to_bytes())))?;
        }
    }
    tree::remove(partial)
}

enum Locked {
    Held(File),
    Refused,
    Lost,
}

fn lock_new(dir: &Path) -> io::Result<Locked> {
    let path = dir.join(LOCK);
    let file = match File::options().read(true).write(true).create_new(true).mode(0o600).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Locked::Lost),
        file => file?,
    };
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) if file.metadata()?.nlink() > 0 => Ok(Locked::Held(file)),
        Ok(()) | Err(Errno::WOULDBLOCK) => Ok(Locked::Lost),
        // Without its lock a directory is never taken for a leftover.
        Err(_) => fs::remove_file(&path).map(|()| Locked::Refused),
    }
}

/// Whether the run that made a private directory is still in progress.
pub(crate) enum Owner {
    /// It is gone: the lock is ours now.
    Gone(File),
    /// It still runs.
    Running,
    /// It cannot be told, and why.
    Unknown(&'static str),
}

/// Tries to take over the lock of a private directory.
pub(crate) fn owner(partial: &Path) -> io::Result<Owner> {
    let dir = tree::open_dir_at(rustix::fs::CWD, partial)?;
    let lock = match tree::open_file(&dir, LOCK)? {
        tree::Opened::File(lock, _) => lock,
        tree::Opened::NotRegular => return Ok(Owner::Unknown("its lock is not a regular file")),
        tree::Opened::Missing => {
            return Ok(Owner::Unknown("it has no lock, so its run may still be in progress"));
        }
    };
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Owner::Gone(lock)),
        Err(Errno::WOULDBLOCK) => Ok(Owner::Running),
        Err(_) => Ok(Owner::Unknown("this file system has no locks, so its run may still be in progress")),
    }
}

/// What the names of private directories for a target begin with.
fn prefix(target: &OsStr) -> OsString {
    let target = target.as_bytes();
    let mut end = target.len().min(TARGET_NAME_BYTES_MAX);
    // A name in UTF-8 is not cut inside a character.
    while end < target.len() && target[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    OsString::from_vec([b".", &target[..end], MARK.as_bytes()].concat())
}

/// The beginning of the target's name, where a name is that of a private directory.
pub(crate) fn target_of(name: &[u8]) -> Option<&[u8]> {
    let (target, random) = name.split_at(memchr::memmem::rfind(name, MARK.as_bytes())?);
    let target = target.strip_prefix(b".")?;
    (!target.is_empty() && random.len() > MARK.len()).then_some(target)
}

/// Whether a name is that of a private directory: for this target, or for any.
pub(crate) fn is_partial(name: &[u8], target: Option<&OsStr>) -> bool {
    match target {
        Some(target) => name.starts_with(prefix(target).as_bytes()) && target_of(name).is_some(),
        None => target_of(name).is_some(),
    }
}

/// Names of private directories of other runs for the same target.
pub(crate) fn leftovers_of(target: &Path, name: &OsStr) -> Result<Vec<String>, EngineError> {
    let parent = parent_of(target);
    let names = tree::open_dir(parent).and_then(tree::list).map_err(io_error(parent, "listed"))?;
    let partials =
        names.into_iter().filter(|(found, is_dir)| *is_dir && is_partial(found.to_bytes(), Some(name)));
    Ok(partials.map(|(name, _)| name.to_string_lossy().into_owned()).collect())
}

pub(crate) fn parent_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Gives a finished file or directory, which only this user could read so far, the modes that the user's umask asks
/// for. It stays in the private directory meanwhile.
pub(crate) fn open_to_others(partial: &Path, built: &Path) -> Result<(), EngineError> {
    let probe = partial.join("mode");
    fs::create_dir(&probe).map_err(io_error(&probe, "created"))?;
    let mode = fs::metadata(&probe).map_err(io_error(&probe, "examined"))?.permissions().mode() & 0o7777;
    fs::remove_dir(&probe).map_err(io_error(&probe, "removed"))?;
    let set = |path: &Path, is_dir: bool| {
        let mode = if is_dir { mode } else { mode & 0o666 };
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(io_error(path, "given its permissions"))
    };
    let is_dir = fs::symlink_metadata(built).map_err(io_error(built, "examined"))?.is_dir();
    if is_dir {
        let below = tree::open_dir(built).and_then(tree::walk).map_err(io_error(built, "listed"))?;
        for entry in below {
            set(&built.join(OsStr::from_bytes(&entry.path)), entry.is_dir)?;
        }
    }
    set(built, is_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_for_what_they_were_made() {
        let is = |name: &str, target| is_partial(name.as_bytes(), target);
        let out = Some(OsStr::new("out"));
        assert!(is(".out.partial-aB3dE6", out) && is(".out.partial-aB3dE6", None));
        assert!(is(".other.partial-aB3dE6", None) && !is(".other.partial-aB3dE6", out));
        for name in ["out", ".out.partial-", "out.partial-aB3dE6", ".partial-aB3dE6", "x"] {
            assert!(!is(name, out) && !is(name, None), "{name}");
        }
        let long = OsString::from("é".repeat(127));
        assert!(prefix(&long).to_str().expect("UTF-8").len() <= 255 - RANDOM_BYTES);
        assert!(is_partial(&[prefix(&long).as_bytes(), b"abcdef"].concat(), Some(&long)));
    }

    #[test]
    fn a_run_that_goes_on_is_told_from_one_that_is_gone() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("out");
        let partial = Partial::create(&target, OsStr::new("out")).expect("made");
        let mode = fs::metadata(partial.path()).expect("examined").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(matches!(owner(partial.path()), Ok(Owner::Running)));
        assert_eq!(leftovers_of(&target, OsStr::new("out")).expect("listed").len(), 1);
        let path = partial.path().to_owned();
        flock(partial.lock.as_ref().expect("locked"), FlockOperation::Unlock).expect("unlocked");
        assert!(matches!(owner(&path), Ok(Owner::Gone(_))));
        fs::create_dir(partial.new_path()).expect("made");
        fs::write(partial.new_path().join("half"), "x").expect("written");
        drop(partial);
        assert!(!path.exists());
    }
}
