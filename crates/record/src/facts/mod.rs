//! Facts: the small row that the scan leaves of every line, stored by column.
//!
//! Every byte here is paid once per record of every user; but a column costs nothing while all lines have its usual
//! value, as where the stage that it serves is off. `column.rs` has what a column is, `interner.rs` what is numbered,
//! `files.rs` which lines are of which input, `stored.rs` how facts leave the process and come back.

mod column;
mod columns;
mod files;
mod interner;
mod row;
mod stored;

use std::sync::Arc;

use crate::code::CodeSet;
use crate::features::Features;
use crate::{InputId, Ordinal, Span, Tokens};

pub use column::{Column, ColumnList, Memory, NoRoom, Plain, Room};
pub use files::{Cursor, FileFacts};
pub use interner::Interner;
pub use row::{FactRow, Terminator};
pub use stored::{FactsHeader, StoredValues, UnusableFacts};

use columns::Columns;

/// Counts of tokens and characters saturate here: far beyond any target's limit.
pub const TOKENS_MAX: u32 = u32::MAX;

/// In place of a key, where a record has none.
pub const NO_KEY: u64 = 0;

/// In place of a time, where a record has none.
pub const NO_TIME: u64 = 0;

/// In place of the id of a value, where a record has none.
pub const NO_VALUE: u32 = u32::MAX;

const NO_LABEL: u32 = u32::MAX;
const AS_IT_IS: u64 = u64::MAX;
const ACCEPTED: u8 = 4;

/// The facts of all lines of all inputs, in input order.
#[derive(Debug)]
pub struct FactTable {
    files: Vec<FileFacts>,
    len: usize,
    columns: Columns,
    /// Labels as they are written in the data.
    pub labels: Interner<String>,
    /// Values as they are written in the data, for each of the fields whose values are kept.
    pub values: Vec<Interner<String>>,
    /// The distinct pairs of codes and features: few, so that a line pays four bytes for both.
    kinds: Interner<(CodeSet, Features)>,
    /// Where columns go that hold more bytes than this together.
    spill: Option<(usize, Arc<dyn Room>)>,
    is_lent: bool,
}

impl FactTable {
    /// An empty table that tells at most `labels_max` labels apart.
    pub fn new(labels_max: usize) -> Self {
        Self {
            files: Vec::new(),
            len: 0,
            columns: Columns::new(),
            labels: Interner::new(labels_max),
            values: Vec::new(),
            kinds: Interner::new(usize::MAX),
            spill: None,
            is_lent: false,
        }
    }

    /// Keeps the values of so many fields, and tells at most `values_max` of each apart.
    #[must_use]
    pub fn with_values(self, fields: usize, values_max: usize) -> Self {
        Self { values: vec![Interner::new(values_max); fields], ..self }
    }

    /// Moves all columns to other memory as soon as they hold more than `bytes_max` bytes together.
    #[must_use]
    pub fn spilling(self, bytes_max: usize, room: Arc<dyn Room>) -> Self {
        Self { spill: Some((bytes_max, room)), ..self }
    }

    /// Adds a line to the last file.
    pub fn push(&mut self, row: &FactRow<'_>) {
        let at = self.len;
        let columns = &mut self.columns;
        columns.start.push(at, row.start);
        columns.digest.push(at, row.digest);
        let Tokens { prompt, completion, system, assistant, characters } = row.tokens;
        columns.tokens_prompt.push(at, saturate(prompt));
        columns.tokens_completion.push(at, saturate(completion));
        columns.tokens_system.push(at, saturate(system));
        columns.tokens_assistant.push(at, saturate(assistant));
        columns.characters.push(at, saturate(characters));
        columns.turns.push(at, saturate(row.turns));
        columns.label.push(at, row.label.unwrap_or(NO_LABEL));
        let kind = self.kinds.id(&(row.codes, row.features)).expect("an unbounded interner has room");
        columns.kind.push(at, kind);
        columns.keys.push(at, row.keys);
        columns.values.push(at, row.values);
        columns.flags.push(at, row.terminator as u8 | if row.accepted { ACCEPTED } else { 0 });
        columns.rank.push(at, row.rank);
        columns.time.push(at, row.time);
        columns.written.push(at, row.written.unwrap_or(AS_IT_IS));
        columns.records.push(at, row.records);
        self.len += 1;
    }

    /// Begins an input. Its lines follow by [`FactTable::append`].
    pub fn begin_file(&mut self, name: &str) {
        self.begin_file_of(None, name);
    }

    /// Begins an input that belongs to a source.
    pub fn begin_file_of(&mut self, source: Option<usize>, name: &str) {
        let first = Ordinal(self.len());
        self.files.push(FileFacts { name: name.to_owned(), first, lines: 0, bytes: 0, source });
    }

    /// Appends the rows of a chunk of the current input, which are `bytes` long with their line ends.
    ///
    /// # Errors
    /// Where the columns are to be elsewhere, and there is no room.
    pub fn append(&mut self, mut chunk: Self, bytes: u64) -> Result<(), NoRoom> {
        let file = self.files.last_mut().expect("rows belong to a file");
        file.lines += chunk.len as u64;
        file.bytes += bytes;
        let labels = self.labels.absorb(&chunk.labels);
        let kinds = self.kinds.absorb(&chunk.kinds);
        chunk.columns.label.replace(chunk.len, |id| match id {
            NO_LABEL => NO_LABEL,
            id => labels[id as usize].unwrap_or(NO_LABEL),
        });
        for (nth, column) in chunk.columns.values.columns.iter_mut().enumerate() {
            let ids = self.values[nth].absorb(&chunk.values[nth]);
            column.replace(chunk.len, |id| match id {
                NO_VALUE => NO_VALUE,
                id => ids[id as usize].unwrap_or(NO_VALUE),
            });
        }
        chunk.columns.kind.replace(chunk.len, |id| kinds[id as usize].expect("kinds are unbounded"));
        self.columns.append(self.len, &chunk.columns, chunk.len)?;
        self.len += chunk.len;
        self.spill_where_full()
    }

    fn spill_where_full(&mut self) -> Result<(), NoRoom> {
        if let Some((bytes_max, room)) = &self.spill
            && !self.is_lent
            && self.columns.own_bytes() > *bytes_max
        {
            self.columns.lend(room)?;
            self.is_lent = true;
        }
        Ok(())
    }

    /// So many equal values to be worked with, in the same memory as the columns.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn scratch<T: Plain>(&self, len: usize, value: T) -> Result<Column<T>, NoRoom> {
        let room = self.spill.as_ref().map(|(_, room)| room);
        Column::filled(len, value, room.filter(|_| self.is_lent))
    }

    /// The bytes of memory that the columns hold, but for those that were moved elsewhere.
    pub fn own_bytes(&self) -> usize {
        self.columns.own_bytes()
    }

    /// How many lines there are.
    pub fn len(&self) -> u64 {
        self.len as u64
    }

    /// Returns true if there is no line.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All ordinals, in order.
    pub fn ordinals(&self) -> impl DoubleEndedIterator<Item = Ordinal> + use<> {
        (0..self.len()).map(Ordinal)
    }

    /// The inputs, in order.
    pub fn files(&self) -> &[FileFacts] {
        &self.files
    }

    /// The lines of an input.
    #[inline]
    pub fn file(&self, input: InputId) -> &FileFacts {
        &self.files[input.index()]
    }

    /// The input that a line is in. Logarithmic in the number of inputs.
    pub fn input_of(&self, line: Ordinal) -> InputId {
        InputId::new(self.files.partition_point(|file| file.first <= line) - 1)
    }

    /// The number of the source that a line is from, if it is from one.
    pub fn source_of(&self, line: Ordinal) -> Option<usize> {
        self.file(self.input_of(line)).source
    }

    /// Tells the inputs of lines from this one on, which are asked for in order.
    pub fn cursor(&self, line: Ordinal) -> Cursor<'_> {
        Cursor::new(&self.files, line)
    }

    /// Where a line is in its input.
    #[inline]
    pub fn span(&self, line: Ordinal, input: InputId) -> Span {
        let FileFacts { first, lines, bytes, .. } = *self.file(input);
        let start = self.columns.start.get(line.index());
        let next =
            if line.0 + 1 == first.0 + lines { bytes } else { self.columns.start.get(line.index() + 1) };
        Span { start, len: next - start - self.terminator(line).len_bytes() }
    }

    /// Length in bytes of the record as it is to be written, given its input; of several with the line ends between them.
    #[inline]
    pub fn written(&self, line: Ordinal, input: InputId) -> u64 {
        match self.columns.written.get(line.index()) {
            AS_IT_IS => self.span(line, input).len,
            bytes => bytes,
        }
    }

    /// Returns true if the record is written as other bytes than its line: converted, or masked.
    #[inline]
    pub fn is_rewritten(&self, line: Ordinal) -> bool {
        self.columns.written.get(line.index()) != AS_IT_IS
    }

    /// How many records are written in place of the line, where it is accepted.
    #[inline]
    pub fn records(&self, line: Ordinal) -> u64 {
        u64::from(self.columns.records.get(line.index()))
    }

    /// How a line ended.
    #[inline]
    pub fn terminator(&self, line: Ordinal) -> Terminator {
        match self.columns.flags.get(line.index()) & 3 {
            0 => Terminator::Lf,
            1 => Terminator::CrLf,
            _ => Terminator::None,
        }
    }

    /// Returns true if nothing rejects the record.
    #[inline]
    pub fn accepted(&self, line: Ordinal) -> bool {
        self.columns.flags.get(line.index()) & ACCEPTED != 0
    }

    /// In how many ways records are grouped.
    pub fn key_kinds(&self) -> usize {
        self.columns.keys.len()
    }

    /// What a record shares with its group in one of the ways.
    #[inline]
    pub fn key(&self, line: Ordinal, kind: usize) -> Option<u64> {
        Some(self.columns.keys.get(line.index(), kind)).filter(|&key| key != NO_KEY)
    }

    /// What a record shares with its groups.
    #[inline]
    pub fn keys(&self, line: Ordinal) -> impl Iterator<Item = u64> {
        (0..self.key_kinds()).filter_map(move |kind| self.key(line, kind))
    }

    /// When a record is from, as a number that grows with time.
    #[inline]
    pub fn time(&self, line: Ordinal) -> Option<u64> {
        Some(self.columns.time.get(line.index())).filter(|&time| time != NO_TIME)
    }

    /// The rank of a record among those that it is equal to or like.
    #[inline]
    pub fn rank(&self, line: Ordinal) -> u64 {
        self.columns.rank.get(line.index())
    }

    /// The identity of an accepted record's content.
    #[inline]
    pub fn digest(&self, line: Ordinal) -> u128 {
        self.columns.digest.get(line.index())
    }

    /// Tokens and characters of a record; zero where they were not counted.
    #[inline]
    pub fn tokens(&self, line: Ordinal) -> Tokens {
        let of = |column: &Column<u32>| u64::from(column.get(line.index()));
        Tokens {
            prompt: of(&self.columns.tokens_prompt),
            completion: of(&self.columns.tokens_completion),
            system: of(&self.columns.tokens_system),
            assistant: of(&self.columns.tokens_assistant),
            characters: of(&self.columns.characters),
        }
    }

    /// Messages of the user and of the assistant; zero where the record is not a conversation.
    #[inline]
    pub fn turns(&self, line: Ordinal) -> u64 {
        u64::from(self.columns.turns.get(line.index()))
    }

    /// The id of a record's label.
    #[inline]
    pub fn label(&self, line: Ordinal) -> Option<u32> {
        Some(self.columns.label.get(line.index())).filter(|&id| id != NO_LABEL)
    }

    /// The id of a record's value at one of the fields whose values are kept.
    #[inline]
    pub fn value(&self, line: Ordinal, field: usize) -> Option<u32> {
        if field >= self.columns.values.len() {
            return None;
        }
        Some(self.columns.values.get(line.index(), field)).filter(|&id| id != NO_VALUE)
    }

    /// The kinds of lines: the distinct pairs of what was found and what must be alike.
    pub fn kinds(&self) -> &[(CodeSet, Features)] {
        self.kinds.keys()
    }

    /// The kind of a line, as an index into the list.
    #[inline]
    pub fn kind(&self, line: Ordinal) -> usize {
        self.columns.kind.get(line.index()) as usize
    }

    /// What was found in a record.
    pub fn codes(&self, line: Ordinal) -> CodeSet {
        self.kinds.keys()[self.kind(line)].0
    }

    /// What a record has of the things that must be alike in all records.
    pub fn features(&self, line: Ordinal) -> Features {
        self.kinds.keys()[self.kind(line)].1
    }
}

fn saturate(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(TOKENS_MAX)
}

#[cfg(test)]
mod tests;
