//! One output file: written beside its place, made durable, and renamed, so that it appears whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use crate::error::{EngineError, io_error};
use crate::progress::Progress;
use crate::store::{parent_of, sync};

/// A file under way, in a directory of its own beside its place. Dropping it removes what was written.
pub(crate) struct SingleFile<'p> {
    target: PathBuf,
    building: TempDir,
    replaces: bool,
    progress: &'p Progress,
}

impl<'p> SingleFile<'p> {
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
        let name = target.file_name().ok_or_else(|| usage("not the name of a file to be made"))?;
        if target.as_os_str() == "-" {
            return Err(usage(
                "a file is written beside its place and renamed, which standard output is not",
            ));
        }
        let replaces = match fs::symlink_metadata(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(io_error(target, "looked at")(error)),
            Ok(metadata) if !metadata.is_file() => {
                return Err(usage("a directory or link is in the way"));
            }
            Ok(_) if !overwrite => {
                return Err(usage("the file exists\nhint: --overwrite replaces it"));
            }
            Ok(_) => true,
        };
        let parent = parent_of(target);
        let prefix = format!(".{}.partial-", name.to_string_lossy());
        let building = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent);
        let building = building.map_err(io_error(parent, "written to"))?;
        progress.building(Some((building.path().to_owned(), Vec::new())));
        Ok(Self { target: target.to_owned(), building, replaces, progress })
    }

    /// Where to write.
    pub(crate) fn dir(&self) -> &Path {
        self.building.path()
    }

    /// Puts a file that was written, and synced, in its place.
    pub(crate) fn publish(self, written: &str) -> Result<(), EngineError> {
        self.progress.watch.check()?;
        let flags = if self.replaces { RenameFlags::empty() } else { RenameFlags::NOREPLACE };
        renameat_with(CWD, self.dir().join(written), CWD, &self.target, flags)
            .map_err(io::Error::from)
            .map_err(io_error(&self.target, "put in place"))?;
        self.progress.building(None);
        sync(parent_of(&self.target))
    }
}
