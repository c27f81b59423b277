//! Checksums of files: sha256 of what was written, BLAKE3 of what was read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bedload_record::{FactTable, InputId};
use bedload_scan::{Fetch, Inputs, Watch};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::report::manifest::InputEntry;
use crate::report::provenance;
use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::run::source::DataSource;

/// As much of a file as all cores hash at a time.
const PIECE_BYTES: usize = 8 << 20;

/// What was read of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    pub(crate) bytes: u64,
    /// In hexadecimal.
    pub(crate) sha256: String,
    /// Lines, the last one with or without its LF.
    pub(crate) lines: u64,
}

/// Reads a file from where it stands to its end; the path is for messages only.
pub(crate) fn checksum_file(file: &mut File, path: &Path, watch: &Watch) -> Result<Checksum, EngineError> {
    let mut sha256 = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let (mut bytes, mut lines, mut last) = (0, 0, b'\n');
    loop {
        watch.check()?;
        let n = match file.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            n => n.map_err(io_error(path, "read"))?,
        };
        let piece = &buffer[..n];
        let Some(&end) = piece.last() else { break };
        last = end;
        bytes += n as u64;
        lines += memchr::memchr_iter(b'\n', piece).count() as u64;
        sha256.update(piece);
    }
    lines += u64::from(last != b'\n');
    Ok(Checksum { bytes, sha256: hex(&sha256.finalize()), lines })
}

/// The size and BLAKE3 of a file that was written just now, in hexadecimal.
pub(crate) fn hash_written(path: &Path, watch: &Watch) -> Result<(u64, String), EngineError> {
    let mut file = File::open(path).map_err(io_error(path, "opened"))?;
    let mut sum = blake3::Hasher::new();
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    let mut bytes = 0;
    loop {
        watch.check()?;
        piece.clear();
        let n = file.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece);
        match n.map_err(io_error(path, "read"))? {
            0 => return Ok((bytes, sum.finalize().to_hex().to_string())),
            n => bytes += n as u64,
        }
        sum.update_rayon(&piece);
    }
}

/// BLAKE3 is a tree of hashes: unlike sha256 it takes one large file with all cores.
pub(crate) fn hash_inputs(
    inputs: &Inputs,
    fetch: &Fetch<'_>,
    facts: &FactTable,
    sources: &[DataSource],
    watch: &Watch,
) -> Result<Vec<InputEntry>, EngineError> {
    let hash = |input: InputId| {
        let file = facts.file(input);
        let source = file.source.map(|source| sources[source].name.clone());
        Ok(InputEntry { source, ..hash_input(inputs, fetch, input, file.lines, watch)? })
    };
    inputs.par_ids().map(hash).collect()
}

/// The same of other data, of which the lines were counted.
pub(crate) fn hash_others(
    inputs: &Inputs,
    fetch: &Fetch<'_>,
    lines: &[u64],
    watch: &Watch,
) -> Result<Vec<InputEntry>, EngineError> {
    inputs.par_ids().map(|input| hash_input(inputs, fetch, input, lines[input.index()], watch)).collect()
}

fn hash_input(
    inputs: &Inputs,
    fetch: &Fetch<'_>,
    input: InputId,
    records: u64,
    watch: &Watch,
) -> Result<InputEntry, EngineError> {
    let (bytes, blake3) = provenance::hash_input(fetch, input, watch)?;
    Ok(InputEntry { name: inputs.get(input).name().to_owned(), bytes, blake3, records, source: None })
}
