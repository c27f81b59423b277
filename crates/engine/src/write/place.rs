//! The renames that publish an output, and what replaces them where a file system refuses their flags.
//!
//! A directory renamed onto a name takes it where nothing or an empty directory has it, and fails otherwise: that needs
//! no flag. To replace an earlier directory both are exchanged in one step; where that is refused (NFS, some overlay
//! and FUSE mounts) the old one is moved aside and the new one moved in, and in between nothing has the name.
//! A file takes a free name by a rename that does not replace; or else by a hard link, which never does; or else by
//! creating the name first, so that a process killed between the two leaves an empty file.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::run::error::{EngineError, io_error};
use crate::write::earlier::{self, NotOurs};
use crate::write::partial::Partial;

/// How something was moved into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// In one step.
    Atomically,
    /// The name was free, or that of an empty file, for a moment.
    InSteps,
}

/// Moves a directory into place, instead of an earlier output if it is to be overwritten. What was replaced is in the
/// private directory then.
pub(crate) fn directory(
    partial: &mut Partial,
    target: &Path,
    overwrite: bool,
) -> Result<Placed, EngineError> {
    let new = partial.new_path();
    match errno(fs::rename(&new, target)) {
        Ok(()) => Ok(Placed::Atomically),
        Err(Errno::NOTEMPTY | Errno::EXIST) if overwrite => replace(partial, target),
        Err(Errno::NOTEMPTY | Errno::EXIST) => Err(in_the_way(target, "something was put there")),
        Err(Errno::NOTDIR) => Err(in_the_way(target, "a file or link was put there")),
        Err(error) => Err(io_error(target, "put in place")(error.into())),
    }
}

fn replace(partial: &mut Partial, target: &Path) -> Result<Placed, EngineError> {
    let (new, old) = (partial.new_path(), partial.old_path());
    let failed = |error: io::Error| io_error(target, "put in place")(error);
    // From the exchange on, what has this name may be the only copy. It is named before that.
    fs::rename(&new, &old).map_err(failed)?;
    match renameat_with(CWD, &old, CWD, target, RenameFlags::EXCHANGE) {
        Ok(()) => {}
        Err(Errno::NOENT) => {
            return match errno(fs::rename(&old, target)) {
                Ok(()) => Ok(Placed::Atomically),
                Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => {
                    Err(in_the_way(target, "something was put there"))
                }
                Err(error) => Err(failed(error.into())),
            };
        }
        Err(error) if is_refusal(error) => {
            fs::rename(&old, &new).map_err(failed)?;
            return replace_in_steps(partial, target);
        }
        Err(error) => return Err(failed(error.into())),
    }
    let Err(why) = earlier::check(&old) else { return Ok(Placed::Atomically) };
    let back = || Ok(renameat_with(CWD, &old, CWD, target, RenameFlags::EXCHANGE)?);
    if let Err(error) = crate::run::tree::persist(back) {
        partial.keep();
        let what = format!(
            "what was replaced is not only an earlier output, and could not be put back ({error}): it is in {}",
            old.display()
        );
        return Err(EngineError::InPlace { path: target.display().to_string(), what });
    }
    Err(not_ours(target, why))
}

fn replace_in_steps(partial: &mut Partial, target: &Path) -> Result<Placed, EngineError> {
    let (new, old) = (partial.new_path(), partial.old_path());
    fs::rename(target, &old).map_err(io_error(target, "moved aside"))?;
    let failed = match earlier::check(&old) {
        Ok(()) => match fs::rename(&new, target) {
            Ok(()) => return Ok(Placed::InSteps),
            Err(error) => io_error(target, "put in place")(error),
        },
        Err(why) => not_ours(target, why),
    };
    if let Err(error) = crate::run::tree::persist(|| fs::rename(&old, target)) {
        partial.keep();
        let what = "put back where it was; it is the earlier output, whole";
        return Err(io_error(&old, what)(error));
    }
    Err(failed)
}

/// Moves a file into place, instead of another regular file if that is to be overwritten.
pub(crate) fn file(
    partial: &mut Partial,
    built: &Path,
    target: &Path,
    overwrite: bool,
) -> Result<Placed, EngineError> {
    if !overwrite {
        return new_file(built, target);
    }
    let old = partial.old_path();
    let failed = |error: io::Error| io_error(target, "put in place")(error);
    fs::rename(built, &old).map_err(failed)?;
    let is_file = |path: &Path| fs::symlink_metadata(path).map(|metadata| metadata.is_file());
    let other = "a directory or link was put there";
    match renameat_with(CWD, &old, CWD, target, RenameFlags::EXCHANGE) {
        Ok(()) => match is_file(&old) {
            Ok(true) => Ok(Placed::Atomically),
            looked => {
                let back = || Ok(renameat_with(CWD, &old, CWD, target, RenameFlags::EXCHANGE)?);
                if let Err(error) = crate::run::tree::persist(back) {
                    partial.keep();
                    let what =
                        format!("{other}, and could not be put back ({error}): it is {}", old.display());
                    return Err(EngineError::InPlace { path: target.display().to_string(), what });
                }
                Err(looked.map_or_else(failed, |_| in_the_way(target, other)))
            }
        },
        Err(Errno::NOENT) => new_file(&old, target),
        Err(error) if is_refusal(error) => match is_file(target) {
            Ok(true) => fs::rename(&old, target).map(|()| Placed::Atomically).map_err(failed),
            Ok(false) => Err(in_the_way(target, other)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => new_file(&old, target),
            Err(error) => Err(failed(error)),
        },
        Err(error) => Err(failed(error.into())),
    }
}

fn new_file(built: &Path, target: &Path) -> Result<Placed, EngineError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => in_the_way(target, "a file of that name was made"),
        _ => io_error(target, "put in place")(error),
    };
    match renameat_with(CWD, built, CWD, target, RenameFlags::NOREPLACE) {
        Ok(()) => return Ok(Placed::Atomically),
        Err(error) if is_refusal(error) => {}
        Err(error) => return Err(failed(error.into())),
    }
    match errno(fs::hard_link(built, target)) {
        Ok(()) => return Ok(Placed::Atomically),
        Err(error) if is_refusal(error) || matches!(error, Errno::PERM | Errno::MLINK) => {}
        Err(error) => return Err(failed(error.into())),
    }
    let claimed = File::options().write(true).create_new(true).mode(0o600).open(target).map_err(failed)?;
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino(), metadata.len());
    let is_claimed = || -> io::Result<bool> {
        Ok(id(&claimed.metadata()?) == id(&fs::symlink_metadata(target)?) && claimed.metadata()?.len() == 0)
    };
    if !is_claimed().map_err(failed)? {
        return Err(in_the_way(target, "a file of that name was made"));
    }
    fs::rename(built, target).map(|()| Placed::InSteps).map_err(|error| {
        if is_claimed().unwrap_or(false) {
            let _ = fs::remove_file(target);
        }
        failed(error)
    })
}

/// The file system does not know the flag or the call.
fn is_refusal(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

fn not_ours(target: &Path, why: NotOurs) -> EngineError {
    match why {
        NotOurs::Because(why) => in_the_way(target, &format!("something was put there ({why})")),
        NotOurs::Io(error) => io_error(target, "examined again, so it was not replaced")(error),
    }
}

fn in_the_way(target: &Path, what: &str) -> EngineError {
    EngineError::InTheWay { path: target.display().to_string(), what: what.to_owned() }
}

/// The number of an error, to match on.
fn errno<T>(result: io::Result<T>) -> Result<T, Errno> {
    result.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}
