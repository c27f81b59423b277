//! A Parquet file, read by several threads at places of their own.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// Clones of a handle share one position, so each read names its own.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    file: Arc<File>,
    len: u64,
    /// Bytes read so far.
    n_raw: Arc<AtomicU64>,
}

pub(crate) struct SharedReader {
    shared: Shared,
    at: u64,
}

impl Shared {
    pub(crate) fn new(file: File, n_raw: Arc<AtomicU64>) -> io::Result<Shared> {
        let len = file.metadata()?.len();
        Ok(Shared { file: Arc::new(file), len, n_raw })
    }
}

impl Read for SharedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.shared.file.read_at(buffer, self.at)?;
        self.at += n as u64;
        self.shared.n_raw.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Length for Shared {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Shared {
    type T = BufReader<SharedReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(SharedReader { shared: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // A forged footer may name any length; the file says what there can be.
        if start.checked_add(length as u64).is_none_or(|end| end > self.len) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} lie beyond the end")));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        self.n_raw.fetch_add(length as u64, Ordering::Relaxed);
        Ok(bytes.into())
    }
}
