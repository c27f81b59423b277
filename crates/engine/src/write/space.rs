//! Free space against what will be written, before the writing begins.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::statvfs;

use crate::plan::pack::Packed;
use crate::run::error::{EngineError, io_error};

/// What the tables take per line at least: a digest and a group that do not compress, and little else. A report with
/// findings takes more; this is to catch what cannot fit, not to promise that the rest will.
const REPORT_BYTES_PER_LINE: u64 = 24;

/// What the tables and the manifest take at least.
const REPORT_BYTES: u64 = 16 << 10;

/// What `build` writes at least: the shards as planned, and the report by estimate.
pub(crate) fn of_build(packed: &Packed, lines: u64) -> Vec<u64> {
    let report = REPORT_BYTES + lines * REPORT_BYTES_PER_LINE;
    packed.shards.iter().map(|shard| shard.bytes).chain([report]).collect()
}

/// Compares the sizes of the files to come, by directory, with the free space of the file systems they are on.
///
/// # Errors
/// Where they do not fit. A file system that tells no size, as some network ones do, is not asked further.
pub(crate) fn check<'d>(files: impl IntoIterator<Item = (&'d Path, Vec<u64>)>) -> Result<(), EngineError> {
    let mut by_device: BTreeMap<u64, (&Path, Vec<u64>)> = BTreeMap::new();
    for (dir, file_bytes) in files {
        let device = std::fs::metadata(dir).map_err(io_error(dir, "examined"))?.dev();
        by_device.entry(device).or_insert_with(|| (dir, Vec::new())).1.extend(file_bytes);
    }
    for (dir, file_bytes) in by_device.into_values() {
        let stat = statvfs(dir).map_err(std::io::Error::from).map_err(io_error(dir, "examined"))?;
        let block = stat.f_frsize.max(1);
        let available = stat.f_bavail.saturating_mul(block);
        let needed = needed(&file_bytes, block);
        if stat.f_blocks > 0 && needed > available {
            return Err(EngineError::Space { path: dir.display().to_string(), needed, available });
        }
    }
    Ok(())
}

/// Files take whole blocks.
fn needed(file_bytes: &[u64], block: u64) -> u64 {
    file_bytes
        .iter()
        .fold(0, |sum: u64, bytes| sum.saturating_add(bytes.div_ceil(block).saturating_mul(block)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_blocks() {
        assert_eq!(needed(&[0, 1, 4096, 4097], 4096), 4 * 4096);
        assert_eq!(needed(&[u64::MAX, 1], 4096), u64::MAX);
    }

    #[test]
    fn more_than_there_is_does_not_fit() {
        let dir = tempfile::tempdir().expect("a directory");
        check([(dir.path(), vec![1])]).expect("a byte fits");
        let error =
            check([(dir.path(), vec![1 << 61]), (dir.path(), vec![1 << 61])]).expect_err("that does not");
        assert!(error.to_string().contains("4.0 EiB (4611686018427387904 bytes)"), "{error}");
    }
}
