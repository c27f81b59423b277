//! Streams of decompressed bytes: compression and what becomes lines by content, and how many raw bytes went in. Lines
//! are not known here.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bedload_tables::{DelimitedLines, ParquetLines};

use crate::array::ArrayLines;
use crate::cap::Capped;
use crate::error::ScanError;
use crate::gzip::Members;
use crate::kind::FileKind;
use crate::sniff::{Look, sniff};

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

/// How bytes become lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether an input that is an array is read as its elements.
    pub(crate) array: bool,
    /// Whether its name says that it is a table of text.
    pub(crate) delimited: Option<Delimited>,
    /// The most decompressed bytes of an input that is compressed; a ratio where it is not set.
    pub(crate) max_decompressed: Option<u64>,
}

/// A table of text, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delimited {
    /// Separated by commas, semicolons or bars.
    Csv,
    /// Separated by tabs.
    Tsv,
}

impl Delimited {
    /// What a name ends in, perhaps before the suffix of a compression.
    pub(crate) fn of_name(name: &str) -> Option<Delimited> {
        let name = name.to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
        match plain.rsplit_once('.')?.1 {
            "csv" => Some(Delimited::Csv),
            "tsv" => Some(Delimited::Tsv),
            _ => None,
        }
    }
}

/// What the lines of an input are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Its own lines.
    Lines,
    /// The elements of a JSON array.
    Array,
    /// The rows of a table.
    Table,
}

impl Shape {
    /// What four bytes at the beginning tell of a file that is not compressed.
    pub(crate) fn is_parquet(prefix: &[u8]) -> bool {
        prefix.starts_with(b"PAR1")
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
    pub(crate) fn new(raw: Raw, reading: Reading) -> Result<Decoder, (Option<Codec>, io::Error)> {
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
        let mut reader: Box<dyn Read + Send> = match codec {
            None => Box::new(whole),
            Some(Codec::Gzip) => capped(Box::new(Members::new(buffered(whole)))),
            Some(Codec::Zstd) => {
                let mut decoder = zstd::Decoder::with_buffer(buffered(whole)).map_err(failed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(failed)?;
                capped(Box::new(decoder))
            }
        };
        let file = file.filter(|_| codec.is_none());
        let mut shape = Shape::Lines;
        let lead = if reading.delimited.is_some() {
            head(&mut reader, SNIFFED_BYTES)
        } else if reading.array {
            lead(&mut reader)
        } else {
            head(&mut reader, MAGIC_BYTES)
        };
        let lead = lead.map_err(failed)?;
        if Shape::is_parquet(&lead) {
            shape = Shape::Table;
            let file = file.map_or_else(|| copied(Cursor::new(lead).chain(reader)), Ok).map_err(failed)?;
            reader = capped(Box::new(ParquetLines::new(file, Arc::clone(&n_raw)).map_err(failed)?));
        } else if let Some(separator) = reading.delimited.and_then(|named| separator(named, &lead)) {
            shape = Shape::Table;
            reader = Box::new(DelimitedLines::new(Cursor::new(lead).chain(reader), separator));
        } else {
            let at = begin(&lead).filter(|&at| reading.array && lead[at] == b'[');
            let mut whole = Cursor::new(lead);
            whole.set_position(at.unwrap_or(0) as u64);
            let whole = whole.chain(reader);
            if let Some(at) = at {
                shape = Shape::Array;
                reader = Box::new(ArrayLines::new(whole, at as u64));
            } else {
                reader = Box::new(whole);
            }
        }
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

/// How much of what is named like a table is looked at before it is taken for one.
const SNIFFED_BYTES: usize = 64 << 10;

fn head(reader: &mut impl Read, n_bytes: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.by_ref().take(n_bytes as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// What separates the fields, unless it is something else after all.
fn separator(named: Delimited, head: &[u8]) -> Option<u8> {
    let is_json = begin(head).is_some_and(|at| matches!(head[at], b'{' | b'['));
    match sniff(head, head.len() < SNIFFED_BYTES) {
        _ if head.is_empty() || is_json => None,
        Look::Lines | Look::Other(FileKind::Csv | FileKind::Tsv) => Some(match named {
            Delimited::Csv => b",;|".iter().copied().find(|&by| is_table(head, by)).unwrap_or(b','),
            Delimited::Tsv => b'\t',
        }),
        Look::Other(_) | Look::Unclear(_) => None,
    }
}

fn is_table(head: &[u8], separator: u8) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    crate::sniff::is_table(head, separator, head.len() < SNIFFED_BYTES - 3)
}

/// A stream as a file without a name: the footer of a Parquet file is at its end.
fn copied(mut stream: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut stream, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// White space that may stand before an array.
const LEAD_BYTES_MAX: usize = 1 << 20;

/// Reads on until something else than white space shows.
fn lead(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut lead = Vec::new();
    while begin(&lead).is_none() && lead.len() < LEAD_BYTES_MAX {
        if reader.by_ref().take(512).read_to_end(&mut lead)? == 0 {
            break;
        }
    }
    Ok(lead)
}

/// Where the first byte is that is neither white space nor part of a byte order mark.
fn begin(lead: &[u8]) -> Option<usize> {
    let bom = if lead.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    lead[bom..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|at| bom + at)
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
