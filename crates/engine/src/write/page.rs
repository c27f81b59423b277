//! Pages: the one of the report, in an output, and that of an evaluation, in a file of its own.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bedload_report::html::{Evaluation, render_evaluation};
use sha2::{Digest, Sha256};

use crate::report::manifest::FileEntry;
use crate::report::page::PAGE;
use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::write::atomic_file::AtomicFile;

/// Writes it into an output that is being built.
pub(crate) fn write(dir: &Path, page: &str) -> Result<FileEntry, EngineError> {
    write_to(&dir.join(PAGE), page)?;
    Ok(FileEntry {
        path: PAGE.to_owned(),
        bytes: page.len() as u64,
        sha256: hex(&Sha256::digest(page)),
        records: 0,
        tokens: None,
    })
}

/// Writes it to a file that is not there yet.
pub(crate) fn write_to(path: &Path, page: &str) -> Result<(), EngineError> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(io_error(path, "created"))?;
    file.write_all(page.as_bytes()).map_err(io_error(path, "written"))?;
    file.sync_all().map_err(io_error(path, "synced"))
}

/// Writes the page of an evaluation, complete or not at all. Gives notes for the user about how it was moved into place.
///
/// # Errors
/// Where something is in the way that may not be replaced, or it cannot be written.
pub fn write_evaluation(
    path: &Path,
    overwrite: bool,
    evaluation: &Evaluation,
    progress: &Progress,
) -> Result<Vec<String>, EngineError> {
    let file = AtomicFile::create("--html", path, overwrite, progress)?;
    write_to(&file.dir().join("page"), &render_evaluation(evaluation))?;
    file.publish("page")
}
