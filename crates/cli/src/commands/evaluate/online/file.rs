//! The file of predictions on the disk, and the one of prompts without an answer beside it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use bedload_client::{How, Kept, Question};
use bedload_engine::EngineError;

use crate::exit::Failure;

/// Answers are added to it, whole lines at once.
pub(super) struct PredictionsFile {
    path: PathBuf,
    file: File,
    failures_path: PathBuf,
    failures: Option<File>,
}

/// Makes sure that what is there can keep answers: a pipe or a device would be read for ever.
fn refuse_other_than_file(path: &Path) -> Result<(), Failure> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(Failure::Usage(format!(
            "{}: not a regular file, and answers cannot be kept there\nhint: --predictions-out names another file",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// What an earlier run left, without touching it.
pub(super) fn look(path: &Path, questions: &[Question], how: &How) -> Result<Kept, Failure> {
    refuse_other_than_file(path)?;
    match fs::read(path) {
        Ok(text) => kept(path, &text, questions, how),
        Err(error) if error.kind() == io::ErrorKind::NotFound => kept(path, b"", questions, how),
        Err(error) => Err(failed(path, "read", error)),
    }
}

fn kept(path: &Path, text: &[u8], questions: &[Question], how: &How) -> Result<Kept, Failure> {
    Kept::read(text, questions, how).map_err(|error| {
        Failure::Usage(format!(
            "{}: {error}\nhint: a run goes on only with answers of its own; --predictions-out names another file",
            path.display()
        ))
    })
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> Failure {
    Failure::Engine(EngineError::Io { path: path.display().to_string(), action, source })
}

impl PredictionsFile {
    /// Opens the file, or makes it; half a line at its end is dropped. It is for this run alone until that ends.
    pub(super) fn open(path: &Path, questions: &[Question], how: &How) -> Result<(Self, Kept), Failure> {
        refuse_other_than_file(path)?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| failed(path, "opened", error))?;
        // Some file systems have no locks; whole lines are whole there too.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            let message = format!("{}: another run adds answers to this file", path.display());
            return Err(Failure::Usage(message));
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| failed(path, "read", error))?;
        let kept = kept(path, &text, questions, how)?;
        file.set_len(kept.bytes as u64).map_err(|error| failed(path, "shortened", error))?;
        file.seek(SeekFrom::Start(kept.bytes as u64)).map_err(|error| failed(path, "written", error))?;
        let failures_path = failures_path(path);
        remove_failures(&failures_path)?;
        Ok((Self { path: path.to_path_buf(), file, failures_path, failures: None }, kept))
    }

    /// Adds an answer.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<(), Failure> {
        self.file.write_all(line).map_err(|error| failed(&self.path, "written", error))
    }

    /// Adds a prompt that has no answer.
    pub(super) fn add_failure(&mut self, line: &[u8]) -> Result<(), Failure> {
        let path = &self.failures_path;
        let file = match &mut self.failures {
            Some(file) => file,
            none => none.insert(File::create(path).map_err(|error| failed(path, "created", error))?),
        };
        file.write_all(line).map_err(|error| failed(path, "written", error))
    }

    /// Waits until the answers are on the disk.
    pub(super) fn sync(&self) -> Result<(), Failure> {
        self.file.sync_all().map_err(|error| failed(&self.path, "synced", error))
    }
}

/// How each line about a prompt without an answer begins.
const FAILURE: &[u8] = br#"{"index":"#;

/// Removes what an earlier run left about prompts without an answer, and nothing else that has this name.
fn remove_failures(path: &Path) -> Result<(), Failure> {
    refuse_other_than_file(path)?;
    match fs::read(path) {
        Ok(text) if text.is_empty() || text.starts_with(FAILURE) => {
            fs::remove_file(path).map_err(|error| failed(path, "removed", error))
        }
        Ok(_) => Err(Failure::Usage(format!(
            "{}: prompts without an answer are named there, but this file is about something else\n\
             hint: --predictions-out names another file",
            path.display()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, "read", error)),
    }
}

/// Where prompts without an answer are named.
pub(super) fn failures_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".failed");
    path.with_file_name(name)
}
