//! A line as the examiner takes it, from an input or made here.

use bedload_record::{InputId, Terminator};
use bedload_scan::Line;

/// A line as the examiner takes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Physical<'l> {
    /// The input it is from; none for a line that was made here, which is in the format of the run.
    pub(crate) input: Option<InputId>,
    /// Byte offset in its input.
    pub(crate) start: u64,
    /// Length in bytes, without the line end.
    pub(crate) len: u64,
    pub(crate) terminator: Terminator,
    /// Its bytes, unless it is longer than the limit.
    pub(crate) bytes: Option<&'l [u8]>,
}

impl<'l> Physical<'l> {
    /// A scanned line of an input.
    pub(crate) fn of(input: InputId, line: &Line<'l>) -> Self {
        let Line { start, len, terminator, bytes, .. } = *line;
        Self { input: Some(input), start, len, terminator, bytes }
    }
}
