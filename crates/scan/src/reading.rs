//! What the lines of an input are: its own, the elements of an array, or the rows of a table. That shows in its name and
//! its first bytes.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use bedload_tables::{DelimitedLines, ParquetLines};

use crate::array::ArrayLines;
use crate::container::{Beside, Look as ObjectLook, Records, Unwrapper, look};
use crate::decode::MAGIC_BYTES;
use crate::input::Input;
use crate::kind::FileKind;
use crate::sniff::{Look, sniff};

/// How bytes become lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// Whether an input that is an array is read as its elements.
    pub(crate) array: bool,
    /// Which array of an input that is an object has the records, if it is to be read as these.
    pub(crate) records: Option<Records>,
    /// What stood beside the records of an object, once it was read.
    pub(crate) beside: Arc<OnceLock<Beside>>,
    /// Whether lines may end with commas.
    pub(crate) commas: bool,
    /// Whether its name says that it is a table of text.
    pub(crate) delimited: Option<Delimited>,
    /// The most decompressed bytes of an input that is compressed; a ratio where it is not set.
    pub(crate) max_decompressed: Option<u64>,
    /// Where a stream is copied to that can only be read as a file; the directory of the system where it is not set.
    pub(crate) temp_dir: Option<PathBuf>,
}

impl Reading {
    /// What tells apart two ways of reading the same bytes.
    pub(crate) fn stamp(&self) -> String {
        let Reading { array, records, beside: _, commas: _, delimited, max_decompressed, temp_dir: _ } = self;
        let records = match records {
            Some(Records::At(path)) if *array => format!("{path:?}"),
            Some(Records::Only { .. }) if *array => "one".to_owned(),
            _ => "none".to_owned(),
        };
        format!("{array} {records} {delimited:?} {max_decompressed:?}")
    }
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
    pub(crate) fn of_name(name: &str) -> Option<Delimited> {
        let known = [("csv", Delimited::Csv), ("tsv", Delimited::Tsv)];
        known.into_iter().find(|(suffix, _)| is_named(name, suffix)).map(|(_, delimited)| delimited)
    }
}

/// Whether a name has a suffix, perhaps before that of a compression.
pub(crate) fn is_named(name: &str, suffix: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    plain.rsplit_once('.').is_some_and(|(_, last)| last == suffix)
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

impl Input {
    /// Whether its lines are the elements of an array, which may be in an object; known once it was examined, for one with
    /// [`crate::Inputs::set_aside_foreign`].
    pub fn is_array(&self) -> bool {
        self.shape.get() == Some(&Shape::Array)
    }

    /// What stands beside the records of an object that holds them; known once it was read to its end.
    pub fn beside(&self) -> Option<&Beside> {
        self.reading.beside.get()
    }

    /// Whether its lines are the rows of a table, known when its elements are.
    pub fn is_table(&self) -> bool {
        self.shape.get() == Some(&Shape::Table)
    }
}

/// The lines of an input.
pub(crate) enum Lines {
    Read(Shape, Box<dyn Read + Send>),
    /// Rows that take more bytes than the file has.
    Rows(ParquetLines),
}

/// How much of what is named like a table is looked at before it is taken for one.
const SNIFFED_BYTES: usize = 64 << 10;

/// Looks at the first decompressed bytes and makes lines of the whole. `file` has the same bytes, where there is one.
pub(crate) fn lines(
    mut reader: Box<dyn Read + Send>,
    file: Option<File>,
    reading: &Reading,
    n_raw: &Arc<AtomicU64>,
) -> io::Result<Lines> {
    let mut lead = if reading.delimited.is_some() {
        head(&mut reader, SNIFFED_BYTES)?
    } else if reading.array {
        lead(&mut reader)?
    } else {
        head(&mut reader, MAGIC_BYTES)?
    };
    if Shape::is_parquet(&lead) {
        let whole = Cursor::new(lead).chain(reader);
        let file = file.map_or_else(|| copied(whole, reading), Ok)?;
        return Ok(Lines::Rows(ParquetLines::new(file, Arc::clone(n_raw))?));
    }
    if let Some(separator) = reading.delimited.and_then(|named| separator(named, &lead)) {
        let rows = DelimitedLines::new(Cursor::new(lead).chain(reader), separator);
        return Ok(Lines::Read(Shape::Table, Box::new(rows)));
    }
    let at = begin(&lead).filter(|_| reading.array);
    let records = match (at, &reading.records) {
        (Some(at), Some(records)) if lead[at] == b'{' => {
            is_container(&mut reader, &mut lead, at, records)?.then_some(records)
        }
        _ => None,
    };
    let is_array = at.is_some_and(|at| lead[at] == b'[');
    let at = at.filter(|_| is_array || records.is_some()).unwrap_or(0);
    let mut whole = Cursor::new(lead);
    whole.set_position(at as u64);
    let whole = whole.chain(reader);
    Ok(match records {
        Some(records) => {
            let (unwrapper, said) = (Unwrapper::new(records.clone(), at as u64), Arc::clone(&reading.beside));
            // It is the same whenever the input is read.
            let say = move |unwrapper: &Unwrapper| _ = said.set(unwrapper.beside());
            Lines::Read(Shape::Array, Box::new(ArrayLines::with(whole, unwrapper, say)))
        }
        None if is_array => Lines::Read(Shape::Array, Box::new(ArrayLines::new(whole, at as u64))),
        None => Lines::Read(Shape::Lines, Box::new(whole)),
    })
}

/// How far an object is looked into before it is taken for one that holds the records.
const OBJECT_BYTES_MAX: usize = 4 << 20;

/// Reads on until it shows whether the object that begins at `at` holds the records.
fn is_container(
    reader: &mut impl Read,
    lead: &mut Vec<u8>,
    at: usize,
    records: &Records,
) -> io::Result<bool> {
    let mut n_more = SNIFFED_BYTES;
    loop {
        let n = reader.by_ref().take(n_more as u64).read_to_end(lead)?;
        let is_whole = n < n_more;
        match look(&lead[at..], records, is_whole || lead.len() >= OBJECT_BYTES_MAX) {
            ObjectLook::Lines => return Ok(false),
            ObjectLook::Container => return Ok(true),
            ObjectLook::Unclear => n_more = lead.len().min(OBJECT_BYTES_MAX),
        }
    }
}

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

/// A stream could not be copied to a temporary file.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub(crate) struct NotCopied {
    pub(crate) dir: PathBuf,
    pub(crate) source: io::Error,
}

/// A stream as a file without a name: the footer of a Parquet file is at its end.
fn copied(mut stream: impl Read, reading: &Reading) -> io::Result<File> {
    const PIECE_BYTES: u64 = 1 << 20;
    let dir = reading.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    let failed = |source| io::Error::other(NotCopied { dir: dir.clone(), source });
    let mut file = tempfile::tempfile_in(&dir).map_err(failed)?;
    let mut piece = Vec::new();
    while stream.by_ref().take(PIECE_BYTES).read_to_end(&mut piece)? > 0 {
        file.write_all(&piece).map_err(failed)?;
        piece.clear();
    }
    file.rewind().map_err(failed)?;
    Ok(file)
}

/// White space that may stand before an array or an object.
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
pub(crate) fn begin(lead: &[u8]) -> Option<usize> {
    let bom = if lead.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    lead[bom..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|at| bom + at)
}
