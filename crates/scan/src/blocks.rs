//! A stream as a sequence of blocks of whole lines. Which stream, and how many blocks at a time, is decided
//! in `feed.rs`.

use std::io;

use memchr::memrchr;

use crate::decode::Decoder;
use crate::line::{Line, LongLine};

/// Whole lines of a stream: those held, and after them perhaps one too long to be held.
#[derive(Debug)]
pub(crate) struct Block {
    /// Offset in the stream of the first line.
    pub(crate) start: u64,
    pub(crate) held: Vec<u8>,
    pub(crate) long: Option<Line<'static>>,
}

/// Cuts a stream into blocks.
pub(crate) struct Blocks {
    pub(crate) decoder: Decoder,
    /// Offset in the stream of the next block.
    pub(crate) start: u64,
    /// Bytes of the next block that were read already.
    carry: Vec<u8>,
    block_bytes: usize,
    max_record_bytes: u64,
}

impl Blocks {
    /// Blocks have `block_bytes`, at least 1, or are as long as the line that does not fit, up to
    /// `max_record_bytes`.
    pub(crate) fn new(decoder: Decoder, block_bytes: usize, max_record_bytes: u64) -> Blocks {
        Blocks { decoder, start: 0, carry: Vec::new(), block_bytes, max_record_bytes }
    }

    /// The next block; `None` at the end of the stream. `spare` gives its memory to the block.
    pub(crate) fn next(&mut self, mut spare: Vec<u8>) -> io::Result<Option<Block>> {
        spare.clear();
        spare.append(&mut self.carry);
        let mut held = spare;
        let start = self.start;
        let mut n_searched = 0;
        let long = loop {
            // Room for one block, or for a piece more of a line that does not fit.
            let missing =
                self.block_bytes.checked_sub(held.len()).filter(|&n| n > 0).unwrap_or(self.block_bytes);
            let n = self.decoder.fill(&mut held, missing)?;
            if let Some(at) = memrchr(b'\n', &held[n_searched..]) {
                let end = n_searched + at + 1;
                self.carry.extend_from_slice(&held[end..]);
                held.truncate(end);
                break None;
            }
            if n < missing {
                break None;
            }
            n_searched = held.len();
            if LongLine::is_due(held.len(), self.max_record_bytes) {
                break Some(self.count_line(&mut held)?);
            }
        };
        let block = Block { start, held, long };
        self.start = block.long.map_or(start + block.held.len() as u64, |line| line.next_start());
        Ok((self.start > start).then_some(block))
    }

    /// Counts the line that begins with `held` to its end, and leaves `held` empty.
    fn count_line(&mut self, held: &mut Vec<u8>) -> io::Result<Line<'static>> {
        let mut long = LongLine::new(self.start);
        long.eat(held);
        loop {
            held.clear();
            let n = self.decoder.fill(held, self.block_bytes)?;
            if let Some(taken) = long.eat(held) {
                self.carry.extend_from_slice(&held[taken..]);
                held.clear();
                return Ok(long.ended_by_lf());
            }
            if n < self.block_bytes {
                held.clear();
                return Ok(long.ended_by_input());
            }
        }
    }
}
