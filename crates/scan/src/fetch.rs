//! Bytes by offset, for the write phase: borrowed from a map, or read. What to fetch is decided elsewhere.

use std::io::Read;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use bedload_record::InputId;

use crate::data::Data;
use crate::error::ScanError;
use crate::input::Inputs;
use crate::mmap::Map;
use crate::visit::ScanOptions;

/// How many files stay open when they cannot be mapped or shall not be; others are opened for each fetch. A
/// process may have 1024 by default, and writers need some.
const N_OPEN_FILES: usize = 16;

/// Bytes per piece of [`Fetch::copy`].
const PIECE_BYTES: u64 = 1 << 20;

/// Bytes per piece of [`Fetch::raw`]: enough for many threads to hash one together.
const RAW_PIECE_BYTES: u64 = 16 << 20;

/// Reads any range of the random-access inputs, from any number of threads. Inputs are opened when first
/// asked for.
#[derive(Debug)]
pub struct Fetch<'a> {
    inputs: &'a Inputs,
    mmap: bool,
    held: Vec<OnceLock<Held<'a>>>,
    n_open: AtomicUsize,
}

#[derive(Debug)]
enum Held<'a> {
    Map(Map),
    File(Data<'a>),
    Nothing,
}

impl<'a> Fetch<'a> {
    /// Spool all streams first: what is not random access when it is asked for is an error.
    pub fn new(inputs: &'a Inputs, options: &ScanOptions) -> Fetch<'a> {
        let held = inputs.iter().map(|_| OnceLock::new()).collect();
        Fetch { inputs, mmap: options.mmap, held, n_open: AtomicUsize::new(0) }
    }

    /// The `len` bytes from `start` on, which must lie inside the input: borrowed from a map, or read into
    /// `scratch`. Call [`Fetch::check`] after a batch and before its bytes count for anything: a map may lose
    /// bytes under its borrower.
    ///
    /// # Errors
    /// When the input is not random access, cannot be opened, is another file now, or is shorter than it was.
    pub fn bytes<'s>(
        &'s self,
        input: InputId,
        start: u64,
        len: u64,
        scratch: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], ScanError> {
        let held = self.hold(input)?;
        let range = start as usize..(start + len) as usize;
        let opened;
        let data = match held {
            Held::Map(map) => {
                map.check(self.inputs.get(input))?;
                return Ok(&map.bytes()[range]);
            }
            Held::File(data) => data,
            Held::Nothing => {
                opened = self.inputs.get(input).open_data()?;
                &opened
            }
        };
        assert!(start + len <= data.len, "a range inside {}", data.name);
        scratch.resize(range.len(), 0);
        data.read_at(scratch, start)?;
        Ok(scratch)
    }

    /// Whether [`Fetch::mapped`] has the bytes of an input.
    ///
    /// # Errors
    /// Those of [`Fetch::bytes`].
    pub fn is_mapped(&self, input: InputId) -> Result<bool, ScanError> {
        Ok(matches!(self.hold(input)?, Held::Map(_)))
    }

    /// Some bytes of an input as they are mapped; none where they are not. As those of [`Fetch::bytes`], they may be
    /// lost under their borrower.
    pub fn mapped(&self, input: InputId, range: Range<u64>) -> Option<&[u8]> {
        match self.held[input.index()].get() {
            Some(Held::Map(map)) => Some(&map.bytes()[range.start as usize..range.end as usize]),
            _ => None,
        }
    }

    /// Hands the `len` bytes from `start` on to `sink`, in pieces of at most 1 MiB: for lines too long to be
    /// held. Needs no [`Fetch::check`]; when a piece was lost under `sink`, the error comes right after it.
    ///
    /// # Errors
    /// Those of [`Fetch::bytes`], and those of `sink`.
    pub fn copy<E: From<ScanError>>(
        &self,
        input: InputId,
        start: u64,
        len: u64,
        scratch: &mut Vec<u8>,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.pieces(input, start..start + len, PIECE_BYTES, scratch, &mut sink)
    }

    /// Hands the bytes of an input as its user knows them on to `sink`, in pieces: those of the file, compressed if it
    /// is compressed; or, for a stream, those of its spool. Returns how many there are.
    ///
    /// # Errors
    /// When the file cannot be read, is another one now or is shorter than it was, or when a stream is not spooled; and
    /// those of `sink`.
    pub fn raw<E: From<ScanError>>(
        &self,
        input: InputId,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut scratch = Vec::new();
        let source = self.inputs.get(input);
        if let Some((object, mut reader)) = source.encoded_object() {
            let failed = |error| ScanError::reading(source.name(), None, error);
            while reader.by_ref().take(RAW_PIECE_BYTES).read_to_end(&mut scratch).map_err(failed)? > 0 {
                sink(&scratch)?;
                scratch.clear();
            }
            return Ok(object.bytes);
        }
        let Some((path, identity)) = source.encoded_file() else {
            let len = source.data_bytes().ok_or_else(|| source.not_random_access())?;
            self.pieces(input, 0..len, RAW_PIECE_BYTES, &mut scratch, &mut sink)?;
            return Ok(len);
        };
        let data = source.open_file(path, identity)?;
        let mut pos = 0;
        while pos < data.len {
            scratch.resize(RAW_PIECE_BYTES.min(data.len - pos) as usize, 0);
            data.read_at(&mut scratch, pos)?;
            sink(&scratch)?;
            pos += scratch.len() as u64;
        }
        Ok(data.len)
    }

    fn pieces<E: From<ScanError>>(
        &self,
        input: InputId,
        range: Range<u64>,
        piece_bytes: u64,
        scratch: &mut Vec<u8>,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut pos = range.start;
        while pos < range.end {
            let n = piece_bytes.min(range.end - pos);
            let piece = self.bytes(input, pos, n, scratch)?;
            let result = sink(piece);
            // First, because a `sink` fails, too, when it passes lost bytes to the system.
            self.check_input(input)?;
            result?;
            pos += n;
        }
        Ok(())
    }

    /// Makes sure that no bytes fetched so far were lost under their borrower.
    ///
    /// # Errors
    /// [`ScanError::InputShrank`] for the first input, in order, whose map lost bytes.
    pub fn check(&self) -> Result<(), ScanError> {
        self.inputs.ids().try_for_each(|input| self.check_input(input))
    }

    fn check_input(&self, input: InputId) -> Result<(), ScanError> {
        match self.held[input.index()].get() {
            Some(Held::Map(map)) => map.check(self.inputs.get(input)),
            _ => Ok(()),
        }
    }

    fn hold(&self, input: InputId) -> Result<&Held<'a>, ScanError> {
        let slot = &self.held[input.index()];
        if let Some(held) = slot.get() {
            return Ok(held);
        }
        let data = self.inputs.get(input).open_data()?;
        // Whoever comes second here drops what it made, and at worst wastes one of the open files.
        Ok(slot.get_or_init(|| {
            if let Some(map) = self.mmap.then(|| Map::new(&data)).flatten() {
                return Held::Map(map);
            }
            let is_room = self.n_open.fetch_add(1, Ordering::Relaxed) < N_OPEN_FILES;
            if is_room { Held::File(data) } else { Held::Nothing }
        }))
    }
}
