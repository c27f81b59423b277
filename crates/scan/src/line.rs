//! Lines: what they are, where they lie, and the ones too long to be held. Where chunks begin and end is not
//! decided here.

use bedload_record::Terminator;
use memchr::memchr;

/// One physical line. Only LF separates lines; a CR elsewhere than before LF is a byte of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Offset in bytes of the first byte, in the decompressed input.
    pub start: u64,
    /// Bytes without the line end.
    pub len: u64,
    /// What ends the line.
    pub terminator: Terminator,
    /// The bytes without the line end; `None` when there are more than `max_record_bytes`.
    pub bytes: Option<&'a [u8]>,
}

impl<'a> Line<'a> {
    /// Makes the line whose bytes up to LF, or up to the end of the input, are `raw`.
    pub(crate) fn held(start: u64, raw: &'a [u8], ended_by_lf: bool, max_record_bytes: u64) -> Line<'a> {
        let (bytes, terminator) = match raw {
            [line @ .., b'\r'] if ended_by_lf => (line, Terminator::CrLf),
            _ if ended_by_lf => (raw, Terminator::Lf),
            _ => (raw, Terminator::None),
        };
        let len = bytes.len() as u64;
        Line { start, len, terminator, bytes: (len <= max_record_bytes).then_some(bytes) }
    }

    /// The offset after the line end, which is the start of the next line.
    pub fn next_start(&self) -> u64 {
        self.start + self.len + self.terminator.len_bytes()
    }
}

/// A line that is being counted instead of held.
#[derive(Debug)]
pub(crate) struct LongLine {
    start: u64,
    len: u64,
    last: Option<u8>,
}

impl LongLine {
    /// Whether a line must be oversized of which `n_bytes` are known to come before LF. One byte more than
    /// allowed may still turn out to be the CR of the line end.
    pub(crate) fn is_due(n_bytes: usize, max_record_bytes: u64) -> bool {
        n_bytes as u64 > max_record_bytes.saturating_add(1)
    }

    pub(crate) fn new(start: u64) -> LongLine {
        LongLine { start, len: 0, last: None }
    }

    /// Counts bytes up to the first LF; returns how many were taken with it, or `None` when there is no LF.
    pub(crate) fn eat(&mut self, piece: &[u8]) -> Option<usize> {
        let lf = memchr(b'\n', piece);
        let line = &piece[..lf.unwrap_or(piece.len())];
        self.len += line.len() as u64;
        self.last = line.last().copied().or(self.last);
        lf.map(|at| at + 1)
    }

    /// The whole line, when [`LongLine::eat`] found its LF.
    pub(crate) fn ended_by_lf(self) -> Line<'static> {
        let (len, terminator) = if self.last == Some(b'\r') {
            (self.len - 1, Terminator::CrLf)
        } else {
            (self.len, Terminator::Lf)
        };
        Line { start: self.start, len, terminator, bytes: None }
    }

    /// The whole line, when the input ended before an LF.
    pub(crate) fn ended_by_input(self) -> Line<'static> {
        Line { start: self.start, len: self.len, terminator: Terminator::None, bytes: None }
    }
}
