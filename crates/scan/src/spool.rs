//! Temporary copies of streams, so that the write phase can fetch from them.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use rayon::prelude::*;

use bedload_record::InputId;

use crate::error::ScanError;
use crate::input::{Input, Inputs};
use crate::visit::Watch;

const PIECE_BYTES: usize = 1 << 20;

/// Where the decompressed bytes of one stream are in a temporary file.
#[derive(Debug)]
pub(crate) struct Spool {
    pub(crate) file: Arc<File>,
    pub(crate) base: u64,
    pub(crate) len: u64,
}

/// A temporary file without a name, readable by its owner only. Streams are in it one after the other, so
/// that there are never more such files than threads that spool, however many the inputs are.
#[derive(Debug)]
pub(crate) struct SpoolFile {
    dir: PathBuf,
    file: Arc<File>,
    len: u64,
}

impl Inputs {
    /// Copies the decompressed bytes of an input to an unnamed temporary file in `dir`; from then on it is
    /// random access. Name, order and offsets stay. Does nothing for an input that is random access already.
    ///
    /// # Errors
    /// [`ScanError::Spool`] when the copy cannot be written, for one because no space is left; the errors of
    /// reading; and [`ScanError::Interrupted`].
    pub fn spool(&self, input: InputId, dir: &Path, watch: &Watch) -> Result<(), ScanError> {
        let input = self.get(input);
        if input.is_random_access() {
            return Ok(());
        }
        let mut into = self.idle_spool(dir).map_err(|source| ScanError::spool(input.name(), dir, source))?;
        let len = copy(input, &into, watch)?;
        // A second copy of the same input would lose this race and do no harm.
        let _ = input.spool.set(Spool { file: Arc::clone(&into.file), base: into.len, len });
        into.len += len;
        self.idle_spools.lock().unwrap_or_else(PoisonError::into_inner).push(into);
        Ok(())
    }

    /// Spools every input that is not random access, several at a time.
    ///
    /// # Errors
    /// Those of [`Inputs::spool`], for the first input in order that has one.
    pub fn spool_all(&self, dir: &Path, watch: &Watch) -> Result<(), ScanError> {
        let failed = self.par_ids().find_map_first(|input| self.spool(input, dir, watch).err());
        failed.map_or(Ok(()), Err)
    }

    fn idle_spool(&self, dir: &Path) -> io::Result<SpoolFile> {
        let mut idle = self.idle_spools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = idle.iter().position(|spool| spool.dir == dir) {
            return Ok(idle.swap_remove(at));
        }
        Ok(SpoolFile { dir: dir.to_owned(), file: Arc::new(tempfile::tempfile_in(dir)?), len: 0 })
    }
}

/// Appends the stream and returns how many bytes it had.
fn copy(input: &Input, into: &SpoolFile, watch: &Watch) -> Result<u64, ScanError> {
    let mut decoder = input.open_stream()?;
    let mut piece = Vec::new();
    let mut len = 0;
    loop {
        watch.check()?;
        piece.clear();
        let filled = decoder.fill(&mut piece, PIECE_BYTES);
        let n = filled.map_err(|source| decoder.error(input.name(), source))?;
        if n == 0 {
            return Ok(len);
        }
        let written = into.file.write_all_at(&piece, into.len + len);
        written.map_err(|source| ScanError::spool(input.name(), &into.dir, source))?;
        len += n as u64;
    }
}
