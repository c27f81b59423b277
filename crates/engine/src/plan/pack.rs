//! Packing: which file every output line goes to, and at which byte. After it, writing is mere copying.

use std::iter;
use std::ops::Range;

use bedload_record::{FactTable, InputId, Ordinal, Side, Verdict};
use rayon::prelude::*;

use crate::plan::variants::variants_of;
use crate::run::settings::ShardLimits;
use crate::scan::augment::Variant;

/// About how many bytes of output are copied by one worker at a time.
const UNIT_BYTES: u64 = 1 << 20;

/// How many lines are packed at a time where a side is one file.
const BLOCK_LINES: u64 = 1 << 16;

/// One output file with lines of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// None for rejected lines.
    pub(crate) side: Option<Side>,
    /// Path below the output directory, with `/`.
    pub(crate) path: String,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) tokens: u64,
}

/// A run of output lines that one worker copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Index of the shard.
    pub(crate) shard: usize,
    /// Where its bytes begin in the shard.
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
    pub(crate) what: Piece,
}

/// What a unit copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The output lines from one place to another, not included.
    Lines {
        from: OutputLine,
        to: OutputLine,
        /// The number of the first of them in its shard, from 0.
        first: u64,
    },
    /// Bytes of one input as they are: part of a rejected line too long to be held.
    Raw { input: InputId, start: u64 },
}

/// An output line: a record (copy 0) or one of its variants (copy 1, 2 …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OutputLine {
    pub(crate) line: Ordinal,
    pub(crate) copy: u32,
}

/// Everything that is to be written.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    pub(crate) shards: Vec<Shard>,
    /// In the order of shards and offsets.
    pub(crate) units: Vec<Unit>,
}

impl Packed {
    /// Adds a line to the last shard: so many records, with the line ends between them.
    fn add(&mut self, place: OutputLine, records: u64, bytes: u64, tokens: u64) {
        let Self { shards, units } = self;
        let index = shards.len() - 1;
        let shard = &mut shards[index];
        let next = OutputLine { line: place.line, copy: place.copy + 1 };
        match units.last_mut() {
            Some(Unit { shard: of, bytes: filled, what: Piece::Lines { to, .. }, .. })
                if *of == index && *filled + bytes <= UNIT_BYTES =>
            {
                *filled += bytes;
                *to = next;
            }
            _ => units.push(Unit {
                shard: index,
                offset: shard.bytes,
                bytes,
                what: Piece::Lines { from: place, to: next, first: shard.records },
            }),
        }
        shard.records += records;
        shard.bytes += bytes;
        shard.tokens += tokens;
    }

    /// Adds the files of another one after these.
    fn append(&mut self, other: Self) {
        let before = self.shards.len();
        self.shards.extend(other.shards);
        self.units.extend(other.units.into_iter().map(|unit| Unit { shard: unit.shard + before, ..unit }));
    }

    /// Continues the only file of this one with that of another.
    fn join(&mut self, other: Self) {
        let Some(end) = self.shards.first_mut() else {
            *self = other;
            return;
        };
        let (bytes, records) = (end.bytes, end.records);
        for shard in other.shards {
            end.bytes += shard.bytes;
            end.records += shard.records;
            end.tokens += shard.tokens;
        }
        self.units.extend(other.units.into_iter().map(|unit| {
            let what = match unit.what {
                Piece::Lines { from, to, first } => Piece::Lines { from, to, first: first + records },
                raw @ Piece::Raw { .. } => raw,
            };
            Unit { offset: unit.offset + bytes, what, ..unit }
        }));
    }

    /// Takes out the files of one side, or those of rejected lines.
    pub(crate) fn take(&mut self, side: Option<Side>) -> Self {
        let is_taken: Vec<bool> = self.shards.iter().map(|shard| shard.side == side).collect();
        // The number of each file among those of its kind.
        let number = |n: usize| is_taken[..n].iter().filter(|&&taken| taken == is_taken[n]).count();
        let numbers: Vec<usize> = (0..is_taken.len()).map(number).collect();
        let shards = self.shards.extract_if(.., |shard| shard.side == side).collect();
        let units = self.units.extract_if(.., |unit| is_taken[unit.shard]).collect();
        let mut taken = Self { shards, units };
        for unit in self.units.iter_mut().chain(&mut taken.units) {
            unit.shard = numbers[unit.shard];
        }
        taken
    }
}

/// Packs both sides and the rejected lines. Linear in the lines; nothing but additions. Where a side is one file, in
/// parallel.
pub(crate) fn pack(
    facts: &FactTable,
    verdicts: &[Verdict],
    variants: &[Variant],
    limits: ShardLimits,
    held_max: u64,
) -> Packed {
    let packer = Packer { facts, verdicts, variants, limits, held_max };
    let mut packed = Packed::default();
    Side::ALL.into_iter().for_each(|side| packed.append(packer.side(side)));
    packed.append(packer.rejected());
    packed
}

struct Packer<'a> {
    facts: &'a FactTable,
    verdicts: &'a [Verdict],
    variants: &'a [Variant],
    limits: ShardLimits,
    held_max: u64,
}

impl Packer<'_> {
    fn side(&self, side: Side) -> Packed {
        let mut packed = if self.limits == ShardLimits::default() {
            self.in_blocks(|lines| self.lines_of(side, lines))
        } else {
            self.lines_of(side, 0..self.facts.len())
        };
        // A training set is always there, even an empty one: what is missing must not look like what is lost.
        if packed.shards.is_empty() && side == Side::Train {
            packed.shards.push(self.open(side, 0));
        }
        packed
    }

    /// Packs blocks of lines side by side, and joins their files.
    fn in_blocks(&self, pack: impl Fn(Range<u64>) -> Packed + Sync) -> Packed {
        let len = self.facts.len();
        let block = |nth: u64| pack(nth * BLOCK_LINES..((nth + 1) * BLOCK_LINES).min(len));
        let blocks: Vec<Packed> = (0..len.div_ceil(BLOCK_LINES)).into_par_iter().map(block).collect();
        let mut joined = Packed::default();
        blocks.into_iter().for_each(|block| joined.join(block));
        joined
    }

    fn open(&self, side: Side, number: usize) -> Shard {
        let name = side.name();
        let is_cut = self.limits != ShardLimits::default();
        let path = if is_cut { format!("{name}/part-{number:05}.jsonl") } else { format!("{name}.jsonl") };
        Shard { side: Some(side), path, records: 0, bytes: 0, tokens: 0 }
    }

    /// Packs those of some lines that go to a side.
    fn lines_of(&self, side: Side, lines: Range<u64>) -> Packed {
        let Self { facts, verdicts, variants, limits, .. } = self;
        let mut packed = Packed::default();
        if lines.is_empty() {
            return packed;
        }
        let mut cursor = facts.cursor(Ordinal(lines.start));
        let mut later = &variants[variants.partition_point(|variant| variant.parent.0 < lines.start)..];
        let is_written =
            |line: &Ordinal| verdicts[line.index()] == Verdict::Kept(side) && facts.records(*line) > 0;
        for line in lines.map(Ordinal).filter(is_written) {
            let input = cursor.input_of(line);
            let own = (facts.records(line), facts.written(line, input) + 1, facts.tokens(line).total());
            let n_copies = if side == Side::Train { variants_of(later, line).len() } else { 0 };
            let (copies, rest) = later.split_at(n_copies);
            later = rest;
            let copies = copies.iter().map(|variant| (1, variant.bytes + 1, variant.tokens));
            for (copy, (records, bytes, tokens)) in iter::once(own).chain(copies).enumerate() {
                if packed.shards.last().is_none_or(|shard| limits.are_full(shard, bytes)) {
                    packed.shards.push(self.open(side, packed.shards.len()));
                }
                packed.add(OutputLine { line, copy: copy as u32 }, records, bytes, tokens);
            }
        }
        packed
    }

    fn rejected(&self) -> Packed {
        let open =
            || Shard { side: None, path: "rejected.jsonl".to_owned(), records: 0, bytes: 0, tokens: 0 };
        let mut packed = self.in_blocks(|lines| {
            let mut packed = Packed { shards: vec![open()], units: Vec::new() };
            let mut cursor = self.facts.cursor(Ordinal(lines.start));
            let is_rejected = |line: &Ordinal| self.verdicts[line.index()] == Verdict::Rejected;
            for line in lines.map(Ordinal).filter(is_rejected) {
                let input = cursor.input_of(line);
                self.add_rejected(&mut packed, input, line);
            }
            packed
        });
        if packed.shards.is_empty() {
            packed.shards.push(open());
        }
        packed
    }

    fn add_rejected(&self, packed: &mut Packed, input: InputId, line: Ordinal) {
        let Self { facts, held_max, .. } = self;
        let span = facts.span(line, input);
        // Byte for byte, with its line end; only the last line of an input may have to be given one.
        let bytes = span.len + facts.terminator(line).len_bytes().max(1);
        if bytes <= (*held_max).max(UNIT_BYTES) {
            packed.add(OutputLine { line, copy: 0 }, 1, bytes, facts.tokens(line).total());
            return;
        }
        let shard = packed.shards.len() - 1;
        let mut start = span.start;
        let end = span.start + span.len;
        while start < end {
            let len = UNIT_BYTES.min(end - start);
            let offset = packed.shards[shard].bytes;
            packed.units.push(Unit { shard, offset, bytes: len, what: Piece::Raw { input, start } });
            packed.shards[shard].bytes += len;
            start += len;
        }
        // The line end, as a line of its own that has no other bytes: copy 1 of a rejected line.
        packed.add(OutputLine { line, copy: 1 }, 1, facts.terminator(line).len_bytes().max(1), 0);
    }
}

impl ShardLimits {
    fn are_full(self, shard: &Shard, next_bytes: u64) -> bool {
        self.records.is_some_and(|most| shard.records >= most)
            || self.bytes.is_some_and(|most| shard.records > 0 && shard.bytes + next_bytes > most)
    }
}
