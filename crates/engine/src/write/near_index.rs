//! Keeping an index of near-duplicates for a later run.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bedload_stages::near::NewIndex;

use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::write::atomic_file::AtomicFile;

/// Writes an index with its checksum, over an earlier one; returns notes for the user about how it was moved into place.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write(path: &Path, index: &NewIndex, progress: &Progress) -> Result<Vec<String>, EngineError> {
    const NAME: &str = "near.index";
    let single = AtomicFile::create("--index", path, true, progress)?;
    let written = single.dir().join(NAME);
    let file = File::options().write(true).create_new(true).mode(0o600).open(&written);
    let mut file = BufWriter::new(file.map_err(io_error(&written, "created"))?);
    let mut checksum = blake3::Hasher::new();
    let mut write = |file: &mut BufWriter<File>| {
        index.write(|bytes| {
            checksum.update_rayon(bytes);
            file.write_all(bytes)
        })?;
        file.write_all(checksum.finalize().as_bytes())?;
        file.flush()?;
        file.get_ref().sync_all()
    };
    write(&mut file).map_err(io_error(&written, "written"))?;
    single.publish(NAME)
}
