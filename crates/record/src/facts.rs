//! Facts: the small fixed row that the scan leaves of every line, stored by column.
//!
//! A row costs [`FACT_BYTES`] bytes. Every byte added here is paid once per record of every user.

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;

use crate::code::CodeSet;
use crate::features::Features;
use crate::{Ordinal, Span, Tokens};

/// How a physical line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Terminator {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
    /// The end of the input.
    None,
}

impl Terminator {
    /// Its length: 0, 1 or 2 bytes.
    pub fn len_bytes(self) -> u64 {
        match self {
            Self::Lf => 1,
            Self::CrLf => 2,
            Self::None => 0,
        }
    }
}

/// What the scan knows about one line.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// Byte offset of the line in its input.
    pub start: u64,
    /// How the line ended.
    pub terminator: Terminator,
    /// Whether no finding rejects the record.
    pub accepted: bool,
    /// Identity of the record's content; meaningful for accepted records only.
    pub digest: u128,
    /// Tokens and characters of its texts, each kept up to [`TOKENS_MAX`].
    pub tokens: Tokens,
    /// The label, as an id of the table's [`FactTable::labels`].
    pub label: Option<u32>,
    /// Everything found.
    pub codes: CodeSet,
    /// What it has of the things that must be alike in all records.
    pub features: Features,
    /// Records with the same group stay on the same side of a split.
    pub group: u64,
    /// Whether the group is more than the record's own.
    pub grouped: bool,
    /// Length in bytes of the record as it is to be written, where that is not its line.
    pub written: Option<u64>,
}

/// Counts of tokens and characters saturate here: far beyond any target's limit.
pub const TOKENS_MAX: u32 = u32::MAX;

/// Bytes per line in a [`FactTable`], but for the 8 more of a run that changes lines.
pub const FACT_BYTES: usize =
    size_of::<u64>() * 2 + size_of::<u128>() + size_of::<u32>() * 7 + size_of::<u8>();

const NO_LABEL: u32 = u32::MAX;
const AS_IT_IS: u64 = u64::MAX;
const ACCEPTED: u8 = 4;
const GROUPED: u8 = 8;

/// Numbers for things that recur, in order of first appearance.
#[derive(Clone, Debug)]
pub struct Interner<K> {
    /// Each key once, by id.
    keys: Vec<K>,
    ids: HashTable<u32>,
    hasher: RandomState,
    /// Beyond this many keys nothing more is kept, and [`Interner::overflowed`] is true.
    keys_max: usize,
    overflowed: bool,
}

impl<K: Clone + Eq + Hash> Interner<K> {
    /// An empty interner of at most `keys_max` keys.
    pub fn new(keys_max: usize) -> Self {
        let (keys, ids, hasher) = (Vec::new(), HashTable::new(), RandomState::new());
        Self { keys, ids, hasher, keys_max, overflowed: false }
    }

    /// The id of a key, given now if it is new; none where there is no room.
    pub fn id<Q>(&mut self, key: &Q) -> Option<u32>
    where
        Q: ?Sized + Eq + Hash + ToOwned<Owned = K>,
        K: std::borrow::Borrow<Q>,
    {
        let Self { keys, ids, hasher, keys_max, overflowed } = self;
        let hash = hasher.hash_one(key);
        if let Some(&id) = ids.find(hash, |&id| keys[id as usize].borrow() == key) {
            return Some(id);
        }
        if keys.len() == *keys_max {
            *overflowed = true;
            return None;
        }
        let id = u32::try_from(keys.len()).ok()?;
        keys.push(key.to_owned());
        ids.insert_unique(hash, id, |&id| hasher.hash_one(keys[id as usize].borrow()));
        Some(id)
    }

    /// The keys, by id.
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// Returns true if some key found no room. Independent of how the input was cut: what one chunk cannot
    /// hold the whole cannot hold either.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Takes in another interner and returns its ids in terms of this one.
    fn absorb(&mut self, other: &Self) -> Vec<Option<u32>> {
        self.overflowed |= other.overflowed;
        other.keys.iter().map(|key| self.id(key)).collect()
    }
}

/// The lines of one input within a [`FactTable`].
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
}

/// The facts of all lines of all inputs, in input order.
#[derive(Clone, Debug)]
pub struct FactTable {
    files: Vec<FileFacts>,
    start: Vec<u64>,
    digest: Vec<u128>,
    tokens_prompt: Vec<u32>,
    tokens_completion: Vec<u32>,
    tokens_system: Vec<u32>,
    tokens_assistant: Vec<u32>,
    characters: Vec<u32>,
    label: Vec<u32>,
    kind: Vec<u32>,
    group: Vec<u64>,
    flags: Vec<u8>,
    /// Lengths of what is written in place of lines; empty in a run that changes none.
    written: Vec<u64>,
    /// Labels as they are written in the data.
    pub labels: Interner<String>,
    /// The distinct pairs of codes and features: few, so that a line pays four bytes for both.
    kinds: Interner<(CodeSet, Features)>,
}

impl FactTable {
    /// An empty table that tells at most `labels_max` labels apart.
    pub fn new(labels_max: usize) -> Self {
        Self {
            files: Vec::new(),
            start: Vec::new(),
            digest: Vec::new(),
            tokens_prompt: Vec::new(),
            tokens_completion: Vec::new(),
            tokens_system: Vec::new(),
            tokens_assistant: Vec::new(),
            characters: Vec::new(),
            label: Vec::new(),
            kind: Vec::new(),
            group: Vec::new(),
            flags: Vec::new(),
            written: Vec::new(),
            labels: Interner::new(labels_max),
            kinds: Interner::new(usize::MAX),
        }
    }

    /// Adds a line to the last file.
    pub fn push(&mut self, row: &FactRow) {
        self.start.push(row.start);
        self.digest.push(row.digest);
        let Tokens { prompt, completion, system, assistant, characters } = row.tokens;
        self.tokens_prompt.push(saturate(prompt));
        self.tokens_completion.push(saturate(completion));
        self.tokens_system.push(saturate(system));
        self.tokens_assistant.push(saturate(assistant));
        self.characters.push(saturate(characters));
        self.label.push(row.label.unwrap_or(NO_LABEL));
        self.kind.push(self.kinds.id(&(row.codes, row.features)).expect("an unbounded interner has room"));
        self.group.push(row.group);
        let accepted = if row.accepted { ACCEPTED } else { 0 };
        self.flags.push(row.terminator as u8 | accepted | if row.grouped { GROUPED } else { 0 });
        if row.written.is_some() || !self.written.is_empty() {
            self.written.resize(self.flags.len() - 1, AS_IT_IS);
            self.written.push(row.written.unwrap_or(AS_IT_IS));
        }
    }

    /// Begins an input. Its lines follow by [`FactTable::append`].
    pub fn begin_file(&mut self, name: &str) {
        self.files.push(FileFacts { name: name.to_owned(), first: Ordinal(self.len()), lines: 0, bytes: 0 });
    }

    /// Appends the rows of a chunk of the current input, which are `bytes` long with their line ends.
    pub fn append(&mut self, chunk: &Self, bytes: u64) {
        let file = self.files.last_mut().expect("rows belong to a file");
        file.lines += chunk.start.len() as u64;
        file.bytes += bytes;
        let labels = self.labels.absorb(&chunk.labels);
        let kinds = self.kinds.absorb(&chunk.kinds);
        self.start.extend_from_slice(&chunk.start);
        self.digest.extend_from_slice(&chunk.digest);
        self.tokens_prompt.extend_from_slice(&chunk.tokens_prompt);
        self.tokens_completion.extend_from_slice(&chunk.tokens_completion);
        self.tokens_system.extend_from_slice(&chunk.tokens_system);
        self.tokens_assistant.extend_from_slice(&chunk.tokens_assistant);
        self.characters.extend_from_slice(&chunk.characters);
        self.label.extend(chunk.label.iter().map(|&id| match id {
            NO_LABEL => NO_LABEL,
            id => labels[id as usize].unwrap_or(NO_LABEL),
        }));
        self.kind.extend(chunk.kind.iter().map(|&id| kinds[id as usize].expect("kinds are unbounded")));
        self.group.extend_from_slice(&chunk.group);
        if !self.written.is_empty() || !chunk.written.is_empty() {
            self.written.resize(self.flags.len(), AS_IT_IS);
            self.written.extend_from_slice(&chunk.written);
            self.written.resize(self.flags.len() + chunk.flags.len(), AS_IT_IS);
        }
        self.flags.extend_from_slice(&chunk.flags);
    }

    /// How many lines there are.
    pub fn len(&self) -> u64 {
        self.start.len() as u64
    }

    /// Returns true if there is no line.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// All ordinals, in order.
    pub fn ordinals(&self) -> impl DoubleEndedIterator<Item = Ordinal> + use<> {
        (0..self.len()).map(Ordinal)
    }

    /// The inputs, in order.
    pub fn files(&self) -> &[FileFacts] {
        &self.files
    }

    /// The index of the input that a line is in. Logarithmic in the number of inputs.
    pub fn file_of(&self, line: Ordinal) -> usize {
        self.files.partition_point(|file| file.first <= line) - 1
    }

    /// Where a line is in its input, given that input's index.
    pub fn span(&self, line: Ordinal, file: usize) -> Span {
        let FileFacts { first, lines, bytes, .. } = self.files[file];
        let start = self.start[line.index()];
        let next = if line.0 + 1 == first.0 + lines { bytes } else { self.start[line.index() + 1] };
        Span { start, len: next - start - self.terminator(line).len_bytes() }
    }

    /// Length in bytes of the record as it is to be written, given the index of its input.
    pub fn written(&self, line: Ordinal, file: usize) -> u64 {
        match self.written.get(line.index()) {
            None | Some(&AS_IT_IS) => self.span(line, file).len,
            Some(&bytes) => bytes,
        }
    }

    /// How a line ended.
    pub fn terminator(&self, line: Ordinal) -> Terminator {
        match self.flags[line.index()] & 3 {
            0 => Terminator::Lf,
            1 => Terminator::CrLf,
            _ => Terminator::None,
        }
    }

    /// Returns true if nothing rejects the record.
    pub fn accepted(&self, line: Ordinal) -> bool {
        self.flags[line.index()] & ACCEPTED != 0
    }

    /// Returns true if the record's group is more than its own.
    pub fn grouped(&self, line: Ordinal) -> bool {
        self.flags[line.index()] & GROUPED != 0
    }

    /// The identity of an accepted record's content.
    pub fn digest(&self, line: Ordinal) -> u128 {
        self.digest[line.index()]
    }

    /// Tokens and characters of a record; zero where they were not counted.
    pub fn tokens(&self, line: Ordinal) -> Tokens {
        let of = |column: &[u32]| u64::from(column[line.index()]);
        Tokens {
            prompt: of(&self.tokens_prompt),
            completion: of(&self.tokens_completion),
            system: of(&self.tokens_system),
            assistant: of(&self.tokens_assistant),
            characters: of(&self.characters),
        }
    }

    /// The id of a record's label.
    pub fn label(&self, line: Ordinal) -> Option<u32> {
        Some(self.label[line.index()]).filter(|&id| id != NO_LABEL)
    }

    /// The kinds of lines: the distinct pairs of what was found and what must be alike.
    pub fn kinds(&self) -> &[(CodeSet, Features)] {
        self.kinds.keys()
    }

    /// The kind of a line, as an index into the list.
    pub fn kind(&self, line: Ordinal) -> usize {
        self.kind[line.index()] as usize
    }

    /// What was found in a record.
    pub fn codes(&self, line: Ordinal) -> CodeSet {
        self.kinds.keys()[self.kind[line.index()] as usize].0
    }

    /// What a record has of the things that must be alike in all records.
    pub fn features(&self, line: Ordinal) -> Features {
        self.kinds.keys()[self.kind[line.index()] as usize].1
    }

    /// The group that must not part in a split.
    pub fn group(&self, line: Ordinal) -> u64 {
        self.group[line.index()]
    }
}

fn saturate(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(TOKENS_MAX)
}

#[cfg(test)]
mod tests;
