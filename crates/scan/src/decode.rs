//! Streams of decompressed bytes: compression by content, and how many raw bytes went in. Lines are not known
//! here.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::error::ScanError;

/// How many first bytes tell the compression.
pub(crate) const MAGIC_BYTES: usize = 4;

/// Compressed bytes per read.
const BUFFER_BYTES: usize = 256 << 10;

/// 128 MiB. The format allows terabytes, and a window is memory that a stranger asks of us.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// A compression that is undone while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 8878, any number of frames with windows up to 128 MiB.
    Zstd,
}

impl Codec {
    /// Tells the compression from the first [`MAGIC_BYTES`] of an input; fewer are fine.
    pub(crate) fn sniff(prefix: &[u8]) -> Option<Codec> {
        match prefix {
            [0x1f, 0x8b, ..] => Some(Codec::Gzip),
            // The second is a skippable frame, which parallel compressors write first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Codec::Zstd),
            _ => None,
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
        })
    }
}

/// Reads an input from its beginning to its end, decompressed.
pub(crate) struct Decoder {
    pub(crate) codec: Option<Codec>,
    /// Decompressed bytes so far.
    pub(crate) n_out: u64,
    reader: Box<dyn Read + Send>,
    n_raw: Arc<AtomicU64>,
}

impl Decoder {
    /// Looks at the first bytes of `file`, which may block, and sets up what they ask for.
    pub(crate) fn new(file: File) -> io::Result<Decoder> {
        let n_raw = Arc::new(AtomicU64::new(0));
        let mut raw = Counted { file, n_raw: Arc::clone(&n_raw) };
        let mut prefix = Vec::with_capacity(MAGIC_BYTES);
        raw.by_ref().take(MAGIC_BYTES as u64).read_to_end(&mut prefix)?;
        let codec = Codec::sniff(&prefix);
        let whole = Cursor::new(prefix).chain(raw);
        let reader: Box<dyn Read + Send> = match codec {
            None => Box::new(whole),
            Some(Codec::Gzip) => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, whole))),
            Some(Codec::Zstd) => {
                let buffered = BufReader::with_capacity(BUFFER_BYTES, whole);
                let mut decoder = zstd::Decoder::with_buffer(buffered)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Box::new(decoder)
            }
        };
        Ok(Decoder { codec, n_out: 0, reader, n_raw })
    }

    /// Appends `n_bytes` to `buffer`, fewer only at the end of the stream. What came before an error is
    /// appended too.
    pub(crate) fn fill(&mut self, buffer: &mut Vec<u8>, n_bytes: usize) -> io::Result<usize> {
        buffer.reserve(n_bytes);
        let n_before = buffer.len();
        let filled = self.reader.by_ref().take(n_bytes as u64).read_to_end(buffer);
        self.n_out += (buffer.len() - n_before) as u64;
        filled
    }

    /// Puts bytes that were read ahead in front again.
    pub(crate) fn with_head(self, head: Vec<u8>) -> Decoder {
        Decoder { n_out: 0, reader: Box::new(Cursor::new(head).chain(self.reader)), ..self }
    }

    /// Names the input in an error of [`Decoder::fill`], and tells a damaged stream from a failed read.
    pub(crate) fn error(&self, name: &str, source: io::Error) -> ScanError {
        match self.codec {
            // Only the operating system gives error numbers.
            Some(codec) if source.raw_os_error().is_none() => {
                ScanError::Compressed { name: name.to_owned(), codec, at: self.n_out, source }
            }
            _ => ScanError::io(name, "read", source),
        }
    }

    /// How many bytes of the file itself were read so far.
    pub(crate) fn n_raw(&self) -> u64 {
        self.n_raw.load(Ordering::Relaxed)
    }
}

struct Counted {
    file: File,
    n_raw: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.n_raw.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
