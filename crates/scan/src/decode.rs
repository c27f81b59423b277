//! Streams of decompressed bytes: compression and what becomes lines by content, and how many raw bytes went in. Lines
//! are not known here.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cap::Capped;
use crate::error::ScanError;
use crate::gzip::Members;
use crate::reading::{Lines, Reading, Shape, lines};

/// How many first bytes tell the compression.
pub(crate) const MAGIC_BYTES: usize = 4;

/// Compressed bytes per read.
const BUFFER_BYTES: usize = 256 << 10;

/// How many bytes must have come out before their ratio to what went in tells anything.
const DENSE_BYTES: u64 = 512 << 10;
/// Text rarely reaches 20.
const DENSE_RATIO: u64 = 100;

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

/// Where the bytes of an input come from.
pub(crate) enum Raw {
    /// A file, which can be read at any place.
    File(File),
    Stream(Box<dyn Read + Send>),
}

/// Reads an input from its beginning to its end, decompressed, and taken apart where it is an array or a table.
pub(crate) struct Decoder {
    pub(crate) codec: Option<Codec>,
    pub(crate) shape: Shape,
    /// Bytes handed out so far.
    pub(crate) n_out: u64,
    reader: Box<dyn Read + Send>,
    n_raw: Arc<AtomicU64>,
    /// Compressed bytes that were taken out of the buffer.
    n_taken: Arc<AtomicU64>,
}

impl Decoder {
    /// Looks at the first bytes of `file`, which may block, and sets up what they ask for. An error comes with the
    /// compression, where that is known.
    pub(crate) fn new(raw: Raw, reading: &Reading) -> Result<Decoder, (Option<Codec>, io::Error)> {
        let (n_raw, n_taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (file, stream): (_, Box<dyn Read + Send>) = match raw {
            Raw::File(file) => (file.try_clone().ok(), Box::new(file)),
            Raw::Stream(stream) => (None, stream),
        };
        let mut raw = Counted { file: stream, n_raw: Arc::clone(&n_raw) };
        let mut prefix = Vec::with_capacity(MAGIC_BYTES);
        let read = raw.by_ref().take(MAGIC_BYTES as u64).read_to_end(&mut prefix);
        read.map_err(|source| (None, source))?;
        let codec = Codec::sniff(&prefix);
        let failed = |source| (codec, source);
        let whole = Cursor::new(prefix).chain(raw);
        let buffered = |whole| Taken {
            reader: BufReader::with_capacity(BUFFER_BYTES, whole),
            n_taken: Arc::clone(&n_taken),
        };
        let capped = |reader: Box<dyn Read + Send>| {
            Box::new(Capped::new(reader, Arc::clone(&n_raw), reading.max_decompressed))
        };
        let reader: Box<dyn Read + Send> = match codec {
            None => Box::new(whole),
            Some(Codec::Gzip) => capped(Box::new(Members::new(buffered(whole)))),
            Some(Codec::Zstd) => {
                let mut decoder = zstd::Decoder::with_buffer(buffered(whole)).map_err(failed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(failed)?;
                capped(Box::new(decoder))
            }
        };
        let file = file.filter(|_| codec.is_none());
        let opened = lines(reader, file, reading, &n_raw).map_err(failed)?;
        let (shape, reader) = match opened {
            Lines::Read(shape, reader) => (shape, reader),
            Lines::Rows(rows) => (Shape::Table, capped(Box::new(rows)) as Box<dyn Read + Send>),
        };
        Ok(Decoder { codec, shape, n_out: 0, reader, n_raw, n_taken })
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

    /// Names the input in an error of [`Decoder::fill`], and tells what is wrong with the data from a failed read.
    pub(crate) fn error(&self, name: &str, source: io::Error) -> ScanError {
        ScanError::reading(name, self.codec.map(|codec| (codec, self.n_out)), source)
    }

    /// Whether so much came from so little that the whole may become longer than it may.
    pub(crate) fn is_dense(&self) -> bool {
        let n_taken = self.n_taken.load(Ordering::Relaxed);
        self.codec.is_some() && self.n_out >= DENSE_BYTES && self.n_out / DENSE_RATIO >= n_taken
    }

    /// How many bytes of the file itself were read so far.
    pub(crate) fn n_raw(&self) -> u64 {
        self.n_raw.load(Ordering::Relaxed)
    }
}

struct Counted {
    file: Box<dyn Read + Send>,
    n_raw: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.n_raw.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Counts what is taken out of a buffer.
struct Taken<R> {
    reader: BufReader<R>,
    n_taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Taken<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.n_taken.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl<R: Read> BufRead for Taken<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, n_bytes: usize) {
        self.n_taken.fetch_add(n_bytes as u64, Ordering::Relaxed);
        self.reader.consume(n_bytes);
    }
}
