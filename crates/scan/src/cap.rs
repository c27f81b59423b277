//! The bound on what a compressed input may become: a few kilobytes can decompress to petabytes. What is read is not
//! known here.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Up to here the ratio does not matter: the size is harmless, and tiny files of repeated lines compress well.
const HARMLESS_BYTES: u64 = 1_000_000_000;
/// Deflate stays below 1,032; text rarely reaches 20.
const RATIO_MAX: u64 = 1_000;

/// Passes decompressed bytes on until there are too many.
pub(crate) struct Capped<R> {
    reader: R,
    /// Compressed bytes taken so far.
    n_raw: Arc<AtomicU64>,
    n_out: u64,
    limit: Option<u64>,
}

/// A compressed input became longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} bytes from {n_raw} compressed ones")]
pub(crate) struct TooLong {
    pub(crate) limit: u64,
    pub(crate) n_raw: u64,
}

impl<R> Capped<R> {
    /// Without a `limit` in bytes, up to 1 GB or 1,000 times the compressed bytes pass, whichever is more.
    pub(crate) fn new(reader: R, n_raw: Arc<AtomicU64>, limit: Option<u64>) -> Capped<R> {
        Capped { reader, n_raw, n_out: 0, limit }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.n_out += n as u64;
        let n_raw = self.n_raw.load(Ordering::Relaxed);
        let limit = self.limit.unwrap_or(n_raw.saturating_mul(RATIO_MAX).max(HARMLESS_BYTES));
        if self.n_out > limit {
            return Err(io::Error::other(TooLong { limit, n_raw }));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(n_out: u64, n_raw: u64, limit: Option<u64>) -> Result<(), TooLong> {
        let mut capped = Capped::new(io::repeat(b'x'), Arc::new(AtomicU64::new(n_raw)), limit);
        capped.n_out = n_out - 1;
        match capped.read_exact(&mut [0]) {
            Ok(()) => Ok(()),
            Err(error) => Err(*error.get_ref().unwrap().downcast_ref().unwrap()),
        }
    }

    #[test]
    fn the_ratio_counts_from_a_gigabyte_on() {
        assert_eq!(passes(1_000_000_000, 3, None), Ok(()));
        assert_eq!(passes(1_000_000_001, 3, None), Err(TooLong { limit: 1_000_000_000, n_raw: 3 }));
        assert_eq!(passes(2_000_000_000, 2_000_000, None), Ok(()));
        let limit = 2_000_000_000;
        assert_eq!(passes(limit + 1, 2_000_000, None), Err(TooLong { limit, n_raw: 2_000_000 }));
        assert_eq!(passes(u64::MAX, u64::MAX / 10, None), Ok(()));
    }

    #[test]
    fn a_named_limit_is_the_limit() {
        assert_eq!(passes(10, 1, Some(10)), Ok(()));
        assert_eq!(passes(11, 1_000_000, Some(10)), Err(TooLong { limit: 10, n_raw: 1_000_000 }));
        assert_eq!(passes(5_000_000_000, 1, Some(5_000_000_000)), Ok(()));
    }
}
