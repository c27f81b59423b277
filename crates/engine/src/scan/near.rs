//! The sets of shingles of records, read again for those that are left after exact duplicates: what the plan compares
//! to find near-duplicates.

use std::ops::Range;
use std::sync::Arc;

use bedload_bedrock::{Record, Speaker, TextBuffer, TextName};
use bedload_record::json::Framing;
use bedload_record::{FactTable, Ordinal, Parser, Room, Verdict};
use bedload_scan::{Fetch, Watch};
use bedload_stages::near::{Fields, NearConfig, NewSets, SetChunk, Sets, Shingler};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::scan::against::Against;
use crate::scan::rules::Rules;

/// Lines whose sets are made together: of few lines, few, so that all threads have some; of many, more, as each of these
/// pieces is divided into thousands of parts.
fn lines_at_once(lines: u64) -> u64 {
    (lines / 64).clamp(1 << 8, 1 << 13).max(lines >> 12)
}

/// Of English, where each makes a shingle.
const BYTES_PER_WORD: u64 = 6;
/// The part of the memory limit that sets may have before they go to temporary files: what is made from them takes as
/// much again.
const SHARE: u64 = 6;

/// What makes the sets of a run.
pub(crate) struct SetMaker<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) rules: &'a Rules,
    pub(crate) fetch: &'a Fetch<'a>,
    pub(crate) watch: &'a Watch,
    /// The bytes of memory that the run may use, where that is limited, and what has room beside it.
    pub(crate) limit: Option<(u64, Arc<dyn Room>)>,
}

/// What makes the set of one record after the other.
pub(crate) struct SetBuffers {
    parser: Parser,
    texts: TextBuffer,
    shingler: Shingler,
}

impl SetBuffers {
    pub(crate) fn new(config: &NearConfig) -> Self {
        Self {
            parser: Parser::default(),
            texts: TextBuffer::default(),
            shingler: Shingler::new(config.shingle),
        }
    }

    /// The set of a record as it is written; nothing where the line is none.
    pub(crate) fn of(&mut self, bytes: &[u8], rules: &Rules, fields: Fields) -> &[u64] {
        let Self { parser, texts, shingler } = self;
        let Some(format) = rules.format else { return &[] };
        parser.read(bytes, Framing::Line, &rules.known_keys, |json, _| {
            // It was read before, and may have been written to since, which is found out at the end.
            let Some(json) = json else { return &[][..] };
            let record = Record::new(format, bytes, json, texts);
            let is_wanted = |text: &&bedload_bedrock::Text<'_>| {
                let is_system = text.speaker == Some(Speaker::System) && text.name != TextName::Tools;
                !is_system && fields.has(text.part)
            };
            let wanted = record.texts().list.iter().filter(is_wanted).map(|text| text.text);
            shingler.shingles(wanted)
        })
    }
}

/// The buffers of a worker.
struct Buffers {
    sets: SetBuffers,
    fetched: Vec<u8>,
    converted: Vec<u8>,
}

impl SetMaker<'_> {
    /// The sets of the records that are kept so far, and of other data where they are compared with it.
    ///
    /// # Errors
    /// Where a record cannot be read again, or there is no room.
    pub(crate) fn make(
        &self,
        verdicts: &[Verdict],
        config: &NearConfig,
        against: Option<&Against>,
    ) -> Result<Sets, EngineError> {
        let room = self.room_for(verdicts, against);
        let mut chunks = self.chunks(verdicts, config, 0, room.as_ref())?;
        if let Some(against) = against {
            chunks.extend(against.sets(config, self.watch, room.as_ref())?);
        }
        Ok(Sets::new(chunks, room))
    }

    /// Where the sets of these records go, if memory has no room for them.
    pub(crate) fn room_for(&self, verdicts: &[Verdict], against: Option<&Against>) -> Option<Arc<dyn Room>> {
        let is_kept = |line: &Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
        let bytes: u64 = (0..self.facts.len())
            .into_par_iter()
            .map(Ordinal)
            .filter(is_kept)
            .map(|line| self.facts.span(line, self.facts.input_of(line)).len)
            .sum();
        let bytes = bytes + against.map_or(0, Against::bytes);
        let room = self.limit.as_ref().filter(|(limit, _)| bytes / BYTES_PER_WORD * 8 > limit / SHARE);
        room.map(|(_, room)| Arc::clone(room))
    }

    /// The sets of the records in pieces, where the lines are numbered from `first`.
    ///
    /// # Errors
    /// Where a record cannot be read again, or there is no room.
    pub(crate) fn chunks(
        &self,
        verdicts: &[Verdict],
        config: &NearConfig,
        first: u64,
        room: Option<&Arc<dyn Room>>,
    ) -> Result<Vec<SetChunk>, EngineError> {
        let begin = || Buffers { sets: SetBuffers::new(config), fetched: Vec::new(), converted: Vec::new() };
        let at_once = lines_at_once(self.facts.len());
        let chunks = (0..self.facts.len().div_ceil(at_once))
            .into_par_iter()
            .map_init(begin, |buffers, chunk| {
                let lines = chunk * at_once..((chunk + 1) * at_once).min(self.facts.len());
                self.watch.check()?;
                let sets = self.of_lines(lines, (verdicts, first), config.fields, buffers)?;
                Ok(sets.finish(room)?)
            })
            .collect::<Result<Vec<SetChunk>, EngineError>>()?;
        self.fetch.check()?;
        Ok(chunks)
    }

    fn of_lines(
        &self,
        lines: Range<u64>,
        (verdicts, first): (&[Verdict], u64),
        fields: Fields,
        buffers: &mut Buffers,
    ) -> Result<NewSets, EngineError> {
        let Self { facts, rules, fetch, .. } = self;
        let Buffers { sets: of, fetched, converted } = buffers;
        let is_kept = |line: &Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
        let lines = lines.map(Ordinal).filter(is_kept);
        let bytes: u64 = lines.clone().map(|line| facts.span(line, facts.input_of(line)).len).sum();
        let mut sets = NewSets::with_capacity(bytes as usize);
        for line in lines {
            let input = facts.input_of(line);
            let span = facts.span(line, input);
            let bytes = fetch.bytes(input, span.start, span.len, fetched)?;
            let bytes = if facts.is_rewritten(line) { rules.written(input, bytes, converted) } else { bytes };
            sets.push(Ordinal(first + line.0), of.of(bytes, rules, fields));
        }
        Ok(sets)
    }
}
