//! Sums of files: sha256 of what was written, BLAKE3 of what was read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bedload_record::FactTable;
use bedload_scan::{Inputs, Watch};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::{EngineError, io_error};
use crate::manifest::InputEntry;

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a string takes everything");
        out
    })
}

/// Size and sha256 of a file.
pub(crate) fn sum_file(path: &Path) -> Result<(u64, String), EngineError> {
    let mut file = File::open(path).map_err(io_error(path, "opened"))?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).map_err(io_error(path, "read"))?;
        if n == 0 {
            return Ok((bytes, hex(&sum.finalize())));
        }
        bytes += n as u64;
        sum.update(&buffer[..n]);
    }
}

/// BLAKE3 is a tree of hashes: unlike sha256 it takes one large file with all cores.
pub(crate) fn hash_inputs(
    inputs: &Inputs,
    facts: &FactTable,
    watch: &Watch,
) -> Result<Vec<InputEntry>, EngineError> {
    const PIECE_BYTES: u64 = 16 << 20;
    let hash = |index: usize| -> Result<InputEntry, EngineError> {
        let input = inputs.get(index);
        let mut raw = inputs.open_raw(index)?;
        let bytes = raw.len_bytes();
        let mut sum = blake3::Hasher::new();
        let mut piece = Vec::new();
        loop {
            watch.check()?;
            piece.clear();
            let mut next = (&mut raw).take(PIECE_BYTES);
            let n = next.read_to_end(&mut piece).map_err(io_error(Path::new(input.name()), "read"))?;
            if n == 0 {
                break;
            }
            sum.update_rayon(&piece);
        }
        Ok(InputEntry {
            name: input.name().to_owned(),
            bytes,
            blake3: sum.finalize().to_hex().to_string(),
            records: facts.files()[index].lines,
        })
    };
    (0..inputs.len()).into_par_iter().map(hash).collect()
}
