//! The sets of shingles of records, read again for those that are left after exact duplicates: what the plan compares
//! to find near-duplicates.

use std::ops::Range;

use bedload_bedrock::{Record, Speaker, TextBuffer, TextName};
use bedload_record::json::Framing;
use bedload_record::{FactTable, Ordinal, Parser, Verdict};
use bedload_scan::{Fetch, Watch};
use bedload_stages::near::{Fields, NearConfig, SetChunk, Sets, Shingler};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::scan::rules::Rules;

/// Lines whose sets are made together.
const LINES: u64 = 1 << 13;

/// What makes the sets of a run.
pub(crate) struct SetMaker<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) rules: &'a Rules,
    pub(crate) fetch: &'a Fetch<'a>,
    pub(crate) watch: &'a Watch,
}

/// The buffers of a worker.
struct Buffers {
    parser: Parser,
    texts: TextBuffer,
    shingler: Shingler,
    fetched: Vec<u8>,
    converted: Vec<u8>,
}

impl SetMaker<'_> {
    /// The sets of the records that are kept so far.
    ///
    /// # Errors
    /// Where a record cannot be read again.
    pub(crate) fn make(&self, verdicts: &[Verdict], config: &NearConfig) -> Result<Sets, EngineError> {
        Ok(Sets::new(self.chunks(verdicts, config, 0)?))
    }

    /// The same in pieces, where the lines are numbered from `first`.
    ///
    /// # Errors
    /// Where a record cannot be read again.
    pub(crate) fn chunks(
        &self,
        verdicts: &[Verdict],
        config: &NearConfig,
        first: u64,
    ) -> Result<Vec<SetChunk>, EngineError> {
        let begin = || Buffers {
            parser: Parser::default(),
            texts: TextBuffer::default(),
            shingler: Shingler::new(config.shingle),
            fetched: Vec::new(),
            converted: Vec::new(),
        };
        let chunks = (0..self.facts.len().div_ceil(LINES))
            .into_par_iter()
            .map_init(begin, |buffers, chunk| {
                let lines = chunk * LINES..((chunk + 1) * LINES).min(self.facts.len());
                self.watch.check()?;
                self.of_lines(lines, (verdicts, first), config.fields, buffers)
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
    ) -> Result<SetChunk, EngineError> {
        let Self { facts, rules, fetch, .. } = self;
        let Buffers { parser, texts, shingler, fetched, converted } = buffers;
        let is_kept = |line: &Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
        let lines = lines.map(Ordinal).filter(is_kept);
        let bytes: u64 = lines.clone().map(|line| facts.span(line, facts.input_of(line)).len).sum();
        let mut sets = SetChunk::with_capacity(bytes as usize);
        for line in lines {
            let Some(format) = rules.format else { continue };
            let input = facts.input_of(line);
            let span = facts.span(line, input);
            let bytes = fetch.bytes(input, span.start, span.len, fetched)?;
            let bytes = if facts.is_rewritten(line) { rules.written(input, bytes, converted) } else { bytes };
            parser.read(bytes, Framing::Line, &rules.known_keys, |json, _| {
                // It was read before, and may have been written to since, which is found out at the end.
                let Some(json) = json else { return };
                let record = Record::new(format, bytes, json, texts);
                let is_wanted = |text: &&bedload_bedrock::Text<'_>| {
                    let is_system = text.speaker == Some(Speaker::System) && text.name != TextName::Tools;
                    !is_system && fields.has(text.part)
                };
                let wanted = record.texts().list.iter().filter(is_wanted).map(|text| text.text);
                sets.push(Ordinal(first + line.0), shingler.shingles(wanted));
            });
        }
        Ok(sets)
    }
}
