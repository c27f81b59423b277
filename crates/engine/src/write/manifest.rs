//! The manifest: written last, and onto the disk.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::report::manifest::{MANIFEST, MANIFEST_BYTES_MAX, Manifest};
use crate::run::bytes::size;
use crate::run::error::{EngineError, io_error};

/// Writes it into an output that is being built.
///
/// # Errors
/// Where it would be too large to be read again, or cannot be written.
pub(crate) fn write(dir: &Path, manifest: &Manifest) -> Result<(), EngineError> {
    let path = dir.join(MANIFEST);
    let text = manifest.text();
    if text.len() as u64 > MANIFEST_BYTES_MAX {
        let most = size(MANIFEST_BYTES_MAX);
        return Err(EngineError::Usage(format!(
            "the manifest would be larger than {most}\nhint: fewer inputs or larger shards make it smaller"
        )));
    }
    let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(io_error(&path, "created"))?;
    file.write_all(text.as_bytes()).map_err(io_error(&path, "written"))?;
    file.sync_all().map_err(io_error(&path, "synced"))
}
