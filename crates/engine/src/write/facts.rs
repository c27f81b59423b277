//! Keeping the facts of a scan for a later run.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bedload_report::write_facts;
use bedload_scan::Inputs;

use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::facts::Scanned;
use crate::scan::kept::header;
use crate::write::atomic_file::AtomicFile;

/// Writes a file of facts, over an earlier one; returns notes for the user about how it was moved into place. Facts of
/// no lines are not kept.
///
/// # Errors
/// Where it cannot be written, or an input cannot be known again.
pub(crate) fn keep(
    path: &Path,
    scanned: &Scanned,
    inputs: &Inputs,
    settings: &Settings,
    progress: &Progress,
) -> Result<Vec<String>, EngineError> {
    const NAME: &str = "facts.parquet";
    if scanned.facts.is_empty() {
        return Ok(Vec::new());
    }
    let header = header(scanned, inputs, settings)?;
    let single = AtomicFile::create("--facts", path, true, progress)?;
    let written = single.dir().join(NAME);
    let file = File::options().write(true).create_new(true).mode(0o600).open(&written);
    write_facts(file.map_err(io_error(&written, "created"))?, &written, &scanned.facts, &header)?;
    single.publish(NAME)
}
