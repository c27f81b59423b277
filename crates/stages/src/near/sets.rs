//! The sets of all records, each of 64-bit hashes, as the scan leaves them.

use std::sync::Arc;

use bedload_record::{Column, NoRoom, Ordinal, Room};

/// The sets of some records, in order.
#[derive(Debug)]
pub struct SetChunk {
    lines: Vec<Ordinal>,
    /// Where the set of each ends among the hashes.
    ends: Vec<usize>,
    hashes: Column<u64>,
}

/// The sets of some records while they are made.
#[derive(Debug, Default)]
pub struct NewSets {
    lines: Vec<Ordinal>,
    ends: Vec<usize>,
    hashes: Vec<u64>,
}

/// Of English; where there are more words, the room grows.
const BYTES_PER_WORD: usize = 6;

impl NewSets {
    /// No sets, with room for those of so many bytes of text.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { hashes: Vec::with_capacity(bytes / BYTES_PER_WORD), ..Self::default() }
    }

    /// Adds the set of a record; one without members is like no other, and is passed over.
    pub fn push(&mut self, line: Ordinal, set: &[u64]) {
        if !set.is_empty() {
            self.lines.push(line);
            self.hashes.extend_from_slice(set);
            self.ends.push(self.hashes.len());
        }
    }

    /// The sets, in a room where there is one.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn finish(mut self, room: Option<&Arc<dyn Room>>) -> Result<SetChunk, NoRoom> {
        self.hashes.shrink_to_fit();
        let mut hashes = Column::of(self.hashes, 0);
        if let Some(room) = room {
            hashes.lend(room)?;
        }
        Ok(SetChunk { lines: self.lines, ends: self.ends, hashes })
    }
}

impl SetChunk {
    fn get(&self, nth: usize) -> &[u64] {
        let begin = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.hashes.values()[begin..self.ends[nth]]
    }
}

/// The sets of all records, in input order.
#[derive(Debug, Default)]
pub struct Sets {
    chunks: Vec<SetChunk>,
    /// The number of the first set of each chunk.
    firsts: Vec<usize>,
    len: usize,
    /// Where what is made from them goes, where memory has no room for it.
    room: Option<Arc<dyn Room>>,
}

impl Sets {
    /// The sets of all chunks, which are in order. What is made from them goes to the room, if there is one.
    pub fn new(chunks: Vec<SetChunk>, room: Option<Arc<dyn Room>>) -> Self {
        let mut sets = Self { room, ..Self::default() };
        for chunk in &chunks {
            sets.firsts.push(sets.len);
            sets.len += chunk.lines.len();
        }
        Self { chunks, ..sets }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets the sets of records from this number on, which are in chunks of their own at the end.
    pub fn truncate(&mut self, records: u64) {
        let is_beyond = |chunk: &mut SetChunk| chunk.lines.first().is_none_or(|line| line.0 >= records);
        while let Some(chunk) = self.chunks.pop_if(is_beyond) {
            self.firsts.pop();
            self.len -= chunk.lines.len();
        }
    }

    pub(super) fn room(&self) -> Option<&Arc<dyn Room>> {
        self.room.as_ref()
    }

    /// How many chunks there are.
    pub(super) fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// The hashes of a chunk, set after set.
    pub(super) fn of_chunk(&self, chunk: usize) -> &[u64] {
        self.chunks[chunk].hashes.values()
    }

    /// The sets of a chunk with their numbers.
    pub(super) fn sets_of_chunk(&self, chunk: usize) -> impl Iterator<Item = (usize, &[u64])> {
        let first = self.firsts[chunk];
        (0..self.chunks[chunk].lines.len()).map(move |nth| (first + nth, self.chunks[chunk].get(nth)))
    }

    /// The members of a set.
    pub(super) fn get(&self, set: usize) -> &[u64] {
        let (chunk, nth) = self.place(set);
        chunk.get(nth)
    }

    /// The record of a set.
    pub fn line(&self, set: usize) -> Ordinal {
        let (chunk, nth) = self.place(set);
        chunk.lines[nth]
    }

    fn place(&self, set: usize) -> (&SetChunk, usize) {
        let chunk = self.firsts.partition_point(|&first| first <= set) - 1;
        (&self.chunks[chunk], set - self.firsts[chunk])
    }
}
