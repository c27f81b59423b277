//! Which lines are of which input.

use crate::{InputId, Ordinal};

/// The lines of one input within a table of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// The input's name in reports.
    pub name: String,
    /// Its first line.
    pub first: Ordinal,
    /// How many lines it has.
    pub lines: u64,
    /// Its (decompressed) size in bytes.
    pub bytes: u64,
    /// The number of the source that it belongs to, if it belongs to one.
    pub source: Option<usize>,
}

/// The inputs of lines that are asked for in order.
#[derive(Clone, Debug)]
pub struct Cursor<'f> {
    files: &'f [FileFacts],
    at: usize,
}

impl<'f> Cursor<'f> {
    /// Begins at a line.
    pub(super) fn new(files: &'f [FileFacts], line: Ordinal) -> Self {
        Self { files, at: files.partition_point(|file| file.first <= line).max(1) - 1 }
    }

    /// The input of a line that comes after those that were asked for before, or is the last of them.
    pub fn input_of(&mut self, line: Ordinal) -> InputId {
        while self.files[self.at].first.0 + self.files[self.at].lines <= line.0 {
            self.at += 1;
        }
        InputId::new(self.at)
    }
}
