//! A file of findings, written while the run goes on; it gets its name when the run has ended.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bedload_scan::Inputs;

use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::write::atomic_file::AtomicFile;
use crate::write::paths::refuse_output_inside_input;

/// The name of the file until it has its own.
const WRITTEN: &str = "findings";

/// A file under way. Dropping it removes what was written, and leaves an earlier file with its name as it was, unless
/// that was removed.
pub struct FileBeside<'p> {
    single: AtomicFile<'p>,
    path: PathBuf,
    writer: BufWriter<File>,
}

impl<'p> FileBeside<'p> {
    /// Begins to write `target`, which the user named with `flag`. An earlier file with this name is replaced at the
    /// end, unless it is one of the inputs.
    ///
    /// # Errors
    /// Where the name is that of an input or a directory, or the place cannot be written to.
    pub fn create(
        flag: &str,
        target: &Path,
        inputs: Option<&Inputs>,
        progress: &'p Progress,
    ) -> Result<Self, EngineError> {
        if let Some(inputs) = inputs {
            refuse_output_inside_input(flag, inputs, target)?;
        }
        let single = AtomicFile::create(flag, target, true, progress)?;
        let path = single.dir().join(WRITTEN);
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(io_error(&path, "created"))?;
        Ok(Self { single, path, writer: BufWriter::with_capacity(1 << 16, file) })
    }

    /// Removes an earlier file with this name now, so that it cannot be taken for what this run found if the run fails.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove_earlier(&self) -> Result<(), EngineError> {
        self.single.remove_earlier()
    }

    /// Appends to the file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        self.writer.write_all(bytes).map_err(io_error(&self.path, "written"))
    }

    /// Gives the file its name. Returns notes for the user about how that was done.
    ///
    /// # Errors
    /// Where it cannot be written, synced or renamed.
    pub fn publish(self) -> Result<Vec<String>, EngineError> {
        let Self { single, path, writer } = self;
        let file = writer.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(io_error(&path, "written"))?;
        single.publish(WRITTEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_file_stays_until_the_new_one_is_complete() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("a.sarif");
        std::fs::write(&target, "earlier").expect("written");
        let progress = Progress::default();
        let begin = || FileBeside::create("--output", &target, None, &progress).expect("begun");
        let mut file = begin();
        file.write(b"half").expect("written");
        drop(file);
        assert_eq!(std::fs::read(&target).expect("read"), b"earlier");
        let mut file = begin();
        file.write(b"whole").expect("written");
        assert_eq!(std::fs::read(&target).expect("read"), b"earlier");
        assert!(file.publish().expect("published").is_empty());
        assert_eq!(std::fs::read(&target).expect("read"), b"whole");
        let file = begin();
        file.remove_earlier().expect("removed");
        file.remove_earlier().expect("it is gone");
        drop(file);
        assert_eq!(std::fs::read_dir(dir.path()).expect("listed").count(), 0);
    }
}
