//! Chunks: runs of whole lines, and the one rule for where they begin and end. How their bytes were read is
//! not known here.

use memchr::memchr;

use bedload_record::InputId;

use crate::line::Line;

/// Where a chunk is; chunks are folded in the order of these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkAt {
    /// Index of the input.
    pub input: InputId,
    /// Offset in bytes of the first line, in the decompressed input.
    pub start: u64,
}

/// At least one whole line of one input.
#[derive(Clone, Debug)]
pub struct Chunk<'a> {
    /// Where the chunk is.
    pub at: ChunkAt,
    /// Whole lines; only the last may lack its LF, at the end of the input.
    held: &'a [u8],
    /// An oversized line after the held ones.
    long: Option<Line<'static>>,
    max_record_bytes: u64,
}

impl<'a> Chunk<'a> {
    pub(crate) fn new(
        at: ChunkAt,
        held: &'a [u8],
        long: Option<Line<'static>>,
        max_record_bytes: u64,
    ) -> Chunk<'a> {
        Chunk { at, held, long, max_record_bytes }
    }

    /// The lines in order; never none.
    pub fn lines(&self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        Lines {
            rest: self.held,
            start: self.at.start,
            long: self.long,
            max_record_bytes: self.max_record_bytes,
        }
    }

    /// A copy for a look at it later. It costs as many bytes as the chunk has.
    pub fn keep(&self) -> KeptChunk {
        let Self { at, held, long, max_record_bytes } = self;
        KeptChunk { at: *at, held: held.to_vec(), long: *long, max_record_bytes: *max_record_bytes }
    }

    /// The offset in bytes after the last line with its end.
    pub fn end(&self) -> u64 {
        self.long.map_or(self.at.start + self.held.len() as u64, |line| line.next_start())
    }
}

/// A chunk that outlives its visit, as a copy.
#[derive(Clone, Debug)]
pub struct KeptChunk {
    at: ChunkAt,
    held: Vec<u8>,
    long: Option<Line<'static>>,
    max_record_bytes: u64,
}

impl KeptChunk {
    /// How much memory it takes.
    pub fn n_bytes(&self) -> usize {
        self.held.capacity()
    }

    /// The chunk as it was visited.
    pub fn chunk(&self) -> Chunk<'_> {
        Chunk { at: self.at, held: &self.held, long: self.long, max_record_bytes: self.max_record_bytes }
    }
}

struct Lines<'a> {
    rest: &'a [u8],
    start: u64,
    long: Option<Line<'static>>,
    max_record_bytes: u64,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return self.long.take();
        }
        let lf = memchr(b'\n', self.rest);
        let (raw, rest) = match lf {
            Some(at) => (&self.rest[..at], &self.rest[at + 1..]),
            None => (self.rest, &[][..]),
        };
        let line = Line::held(self.start, raw, lf.is_some(), self.max_record_bytes);
        self.start = line.next_start();
        self.rest = rest;
        Some(line)
    }
}

/// The first line start at or after `pos`, as far as `window` shows it: the bytes from `pos - 1` on.
///
/// A chunk for the range from `a` to `b` begins at `snap` of `a`, looking at no byte from `b - 1` on, so that
/// a line over many ranges is looked through once and not once per range. It ends at `snap` of `b`, which is
/// where the next one begins.
pub(crate) fn snap(window: &[u8], pos: u64) -> Option<u64> {
    if pos == 0 {
        return Some(0);
    }
    memchr(b'\n', window).map(|at| pos + at as u64)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};

    use super::*;

    fn check(held: &str, max_record_bytes: u64, expected: &Expect) {
        let chunk = Chunk::new(
            ChunkAt { input: InputId::new(0), start: 100 },
            held.as_bytes(),
            None,
            max_record_bytes,
        );
        let mut out = String::new();
        for line in chunk.lines() {
            let bytes = line.bytes.map(|bytes| bytes.escape_ascii().to_string());
            writeln!(out, "{}+{} {:?} {bytes:?}", line.start, line.len, line.terminator).unwrap();
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn only_lf_separates_and_one_cr_goes_with_it() {
        check(
            "a\n\r\n\nb\rc\r\r\nd\r",
            9,
            &expect![[r#"
                100+1 Lf Some("a")
                102+0 CrLf Some("")
                104+0 Lf Some("")
                105+4 CrLf Some("b\\rc\\r")
                111+2 None Some("d\\r")
            "#]],
        );
    }

    #[test]
    fn the_limit_counts_bytes_without_the_line_end() {
        check(
            "abc\r\nabcd\nabc\r",
            3,
            &expect![[r#"
                100+3 CrLf Some("abc")
                105+4 Lf None
                110+4 None None
            "#]],
        );
    }

    #[test]
    fn snap_of_a_position_is_the_first_line_start_not_before_it() {
        let bytes = b"ab\n\ncd\n";
        let snaps: Vec<_> = (0..=7).map(|pos: usize| snap(&bytes[pos.max(1) - 1..], pos as u64)).collect();
        assert_eq!(snaps, [0, 3, 3, 3, 4, 7, 7, 7].map(Some));
        assert_eq!(snap(b"ab", 1), None);
    }
}
