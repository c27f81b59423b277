//! Maps of files that may shrink meanwhile. What is read through one counts only when `check` is fine
//! afterwards.
#![allow(unsafe_code, reason = "a map of a file is unsafe, because others may write to the file")]

use std::fs::File;
use std::io;
use std::ops::Range;

use memmap2::{Mmap, MmapMut, MmapOptions, UncheckedAdvice};

use crate::data::Data;
use crate::error::ScanError;
use crate::input::Input;
use crate::sigbus::Guard;

/// Maps a temporary file for reading and writing, which has no name and this many bytes on the disk.
pub(crate) fn map_private_file(file: &File, len: usize) -> io::Result<MmapMut> {
    // SAFETY: the file has no name, so that nobody else can open it, and it is neither written to nor cut but
    // through this map. Its bytes are on the disk already, so that no page is missing.
    unsafe { MmapOptions::new().len(len).map_mut(file) }
}

/// The bytes of one random-access input, as memory.
#[derive(Debug)]
pub(crate) struct Map {
    /// First, so that the range is no longer registered when it is unmapped.
    guard: Guard,
    map: Mmap,
}

impl Map {
    /// Maps the whole input; the file may be closed afterwards. `None` when that fails for any reason: read
    /// it instead.
    pub(crate) fn new(data: &Data<'_>) -> Option<Map> {
        let len = usize::try_from(data.len).ok().filter(|&len| len > 0)?;
        // SAFETY: the map is read-only and private to this process. Others may still write to the file: its
        // bytes are then other bytes, which `check_unchanged` reports, and nothing here takes them for valid
        // UTF-8 or anything else that they could stop being. They may cut it: `Guard` turns the signal into
        // zeros and a mark.
        let map = unsafe { MmapOptions::new().offset(data.base).len(len).map(&*data.file) }.ok()?;
        Some(Map { guard: Guard::new(&map)?, map })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Fails when any byte read through the map so far was not the file's.
    pub(crate) fn check(&self, source: &Input) -> Result<(), ScanError> {
        self.guard.lost_at().map_or(Ok(()), |at| Err(source.why_lost(at as u64)))
    }

    /// Gives back the page tables of a range that was visited. Otherwise the thread that ends the map does that for all
    /// of it, while the others wait: 20 ms for 400 MB, a tenth of a scan (2026-11).
    pub(crate) fn release(&self, range: Range<usize>) {
        // SAFETY: the map is read-only and of a file. Whoever reads the range again gets the bytes of the file, as the
        // first did.
        let advised =
            unsafe { self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, range.len()) };
        // It is advice: where the system does not take it, the range is given back with the map.
        advised.unwrap_or_default();
    }
}
