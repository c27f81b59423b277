//! One byte range of a random-access input, from a map or by reads: which lines are its own, and their bytes.

use std::ops::Range;

use memchr::memrchr;

use crate::chunk::snap;
use crate::data::Data;
use crate::error::ScanError;
use crate::line::{Line, LongLine};

/// Bytes per read past the end of a range, where the last line of the range continues.
const STEP_BYTES: u64 = 256 << 10;

/// The lines that start inside `range`, which must not be empty; `None` when there are none.
pub(crate) fn lines_in_map(bytes: &[u8], range: &Range<u64>) -> Option<Range<usize>> {
    let lead = range.start.saturating_sub(1) as usize;
    let last = range.end as usize - 1;
    let start = snap(&bytes[lead..last], range.start)?;
    let end = snap(&bytes[last..], range.end).unwrap_or(bytes.len() as u64);
    Some(start as usize..end as usize)
}

/// What [`read_lines`] left in its buffer.
#[derive(Debug)]
pub(crate) struct ReadLines {
    /// Offset in the input of the first line.
    pub(crate) start: u64,
    /// Where the first line begins in the buffer; lines are held up to the end of the buffer.
    pub(crate) skip: usize,
    /// The last line, when it is too long to be held.
    pub(crate) long: Option<Line<'static>>,
}

/// Reads the lines that start inside `range`, which must not be empty; `None` when there are none.
pub(crate) fn read_lines(
    data: &Data<'_>,
    range: &Range<u64>,
    max_record_bytes: u64,
    buffer: &mut Vec<u8>,
) -> Result<Option<ReadLines>, ScanError> {
    let lead = range.start.saturating_sub(1);
    buffer.resize((range.end - lead) as usize, 0);
    data.read_at(buffer, lead)?;
    let last = buffer.len() - 1;
    let Some(start) = snap(&buffer[..last], range.start) else { return Ok(None) };
    let skip = (start - lead) as usize;
    let mut lines = ReadLines { start, skip, long: None };
    if snap(&buffer[last..], range.end).is_some() {
        return Ok(Some(lines));
    }
    // The last line continues after the range.
    let open = memrchr(b'\n', &buffer[skip..]).map_or(skip, |at| skip + at + 1);
    let mut pos = range.end;
    while pos < data.len {
        if LongLine::is_due(buffer.len() - open, max_record_bytes) {
            let mut long = LongLine::new(lead + open as u64);
            long.eat(&buffer[open..]);
            lines.long = Some(count_line(data, long, pos, &mut buffer.split_off(open))?);
            break;
        }
        let held = buffer.len();
        buffer.resize(held + STEP_BYTES.min(data.len - pos) as usize, 0);
        data.read_at(&mut buffer[held..], pos)?;
        if let Some(end) = snap(&buffer[held..], pos + 1) {
            buffer.truncate(held + (end - pos) as usize);
            break;
        }
        pos = lead + buffer.len() as u64;
    }
    Ok(Some(lines))
}

/// Counts a line on from `pos` to its end, piece by piece.
fn count_line(
    data: &Data<'_>,
    mut long: LongLine,
    mut pos: u64,
    piece: &mut Vec<u8>,
) -> Result<Line<'static>, ScanError> {
    while pos < data.len {
        piece.resize(STEP_BYTES.min(data.len - pos) as usize, 0);
        data.read_at(piece, pos)?;
        if long.eat(piece).is_some() {
            return Ok(long.ended_by_lf());
        }
        pos += piece.len() as u64;
    }
    Ok(long.ended_by_input())
}
