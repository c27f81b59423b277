//! Packing: which file every output line goes to, and at which byte. After it, writing is mere copying.

use bedload_record::{FactTable, Ordinal, Side, Verdict};

use crate::run::settings::ShardLimits;
use crate::scan::augment::Variant;

/// About how many bytes of output are copied by one worker at a time.
const UNIT_BYTES: u64 = 1 << 20;

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
        from: Place,
        to: Place,
        /// The number of the first of them in its shard, from 0.
        first: u64,
    },
    /// Bytes of one input as they are: part of a rejected line too long to be held.
    Raw { file: usize, start: u64 },
}

/// An output line: a record (copy 0) or one of its variants (copy 1, 2 …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
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

/// Packs both sides and the rejected lines. Linear in the lines; nothing but additions.
pub(crate) fn pack(
    facts: &FactTable,
    verdicts: &[Verdict],
    variants: &[Variant],
    limits: ShardLimits,
    held_max: u64,
) -> Packed {
    let mut packer = Packer { packed: Packed { shards: Vec::new(), units: Vec::new() }, limits, held_max };
    for side in Side::ALL {
        packer.side(facts, verdicts, variants, side);
    }
    packer.rejected(facts, verdicts);
    packer.packed
}

struct Packer {
    packed: Packed,
    limits: ShardLimits,
    held_max: u64,
}

impl Packer {
    fn side(&mut self, facts: &FactTable, verdicts: &[Verdict], variants: &[Variant], side: Side) {
        let sharded = self.limits != ShardLimits::default();
        let name = side.name();
        let first = self.packed.shards.len();
        let open = |number: usize| Shard {
            side: Some(side),
            path: if sharded { format!("{name}/part-{number:05}.jsonl") } else { format!("{name}.jsonl") },
            records: 0,
            bytes: 0,
            tokens: 0,
        };
        let mut file = 0;
        let mut later = variants;
        for (index, verdict) in verdicts.iter().enumerate() {
            if *verdict != Verdict::Kept(side) {
                continue;
            }
            let line = Ordinal(index as u64);
            file = file_from(facts, file, line);
            let own = (facts.written(line, file) + 1, facts.tokens(line).total());
            let of_parent = if side == Side::Train { later.partition_point(|v| v.parent <= line) } else { 0 };
            let (copies, rest) = later.split_at(of_parent);
            later = rest;
            let copies = copies.iter().map(|variant| (variant.bytes + 1, variant.tokens));
            for (copy, (bytes, tokens)) in std::iter::once(own).chain(copies).enumerate() {
                let shards = &mut self.packed.shards;
                if shards.len() == first || self.limits.are_full(&shards[shards.len() - 1], bytes) {
                    shards.push(open(shards.len() - first));
                }
                self.add(Place { line, copy: copy as u32 }, bytes, tokens);
            }
        }
        // A training set is always there, even an empty one: what is missing must not look like what is lost.
        if self.packed.shards.len() == first && side == Side::Train {
            self.packed.shards.push(open(0));
        }
    }

    /// Adds a line to the last shard.
    fn add(&mut self, place: Place, bytes: u64, tokens: u64) {
        let Packed { shards, units } = &mut self.packed;
        let index = shards.len() - 1;
        let shard = &mut shards[index];
        let next = Place { line: place.line, copy: place.copy + 1 };
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
        shard.records += 1;
        shard.bytes += bytes;
        shard.tokens += tokens;
    }

    fn rejected(&mut self, facts: &FactTable, verdicts: &[Verdict]) {
        let path = "rejected.jsonl".to_owned();
        self.packed.shards.push(Shard { side: None, path, records: 0, bytes: 0, tokens: 0 });
        let mut file = 0;
        for (index, _) in verdicts.iter().enumerate().filter(|(_, v)| **v == Verdict::Rejected) {
            let line = Ordinal(index as u64);
            file = file_from(facts, file, line);
            let span = facts.span(line, file);
            // Byte for byte, with its line end; only the last line of an input may have to be given one.
            let bytes = span.len + facts.terminator(line).len_bytes().max(1);
            if bytes <= self.held_max.max(UNIT_BYTES) {
                self.add(Place { line, copy: 0 }, bytes, facts.tokens(line).total());
                continue;
            }
            let shard = self.packed.shards.len() - 1;
            let mut start = span.start;
            let end = span.start + span.len;
            while start < end {
                let len = UNIT_BYTES.min(end - start);
                let offset = self.packed.shards[shard].bytes;
                self.packed.units.push(Unit { shard, offset, bytes: len, what: Piece::Raw { file, start } });
                self.packed.shards[shard].bytes += len;
                start += len;
            }
            // The line end, as a line of its own that has no other bytes: copy 1 of a rejected line.
            self.add(Place { line, copy: 1 }, facts.terminator(line).len_bytes().max(1), 0);
        }
    }
}

impl ShardLimits {
    fn are_full(self, shard: &Shard, next_bytes: u64) -> bool {
        self.records.is_some_and(|most| shard.records >= most)
            || self.bytes.is_some_and(|most| shard.records > 0 && shard.bytes + next_bytes > most)
    }
}

/// The input of a line, given that of an earlier one.
pub(crate) fn file_from(facts: &FactTable, mut file: usize, line: Ordinal) -> usize {
    let files = facts.files();
    while files[file].first.0 + files[file].lines <= line.0 {
        file += 1;
    }
    file
}
