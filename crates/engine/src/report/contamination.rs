//! `contamination.parquet`: every match of a record with an evaluation record, found again in the records of which the
//! scan has kept that there is one.

use std::borrow::Cow;
use std::path::Path;

use bedload_bedrock::{Record, TextBuffer};
use bedload_record::json::Framing;
use bedload_record::{Code, Ordinal, Parser};
use bedload_report::ContaminationRow;
use bedload_stages::contamination::Matcher;
use rayon::prelude::*;

use crate::report::manifest::FileEntry;
use crate::report::tables::{TableInput, table, windows};
use crate::run::error::EngineError;
use crate::scan::contamination::{EvalSets, Shared};

/// The buffers of a worker.
struct Buffers<'r> {
    parser: Parser,
    texts: TextBuffer,
    matcher: Matcher<'r>,
    fetched: Vec<u8>,
    converted: Vec<u8>,
}

/// `contamination.parquet`; nothing in it where there is no evaluation data.
pub(crate) fn contamination(dir: &Path, source: &TableInput<'_>) -> Result<FileEntry, EngineError> {
    let TableInput { facts, rules, fetch, watch, .. } = source;
    let is_match = |line: &u64| {
        let codes = facts.codes(Ordinal(*line));
        codes.contains(Code::ContaminationMatch) || codes.contains(Code::ContaminationDropped)
    };
    table(dir, "contamination", |writer| {
        let Some(sets) = &rules.eval_sets else { return Ok(()) };
        let begin = || Buffers {
            parser: Parser::default(),
            texts: TextBuffer::default(),
            matcher: sets.matcher(),
            fetched: Vec::new(),
            converted: Vec::new(),
        };
        for window in windows(facts) {
            watch.check()?;
            let lines: Vec<u64> = window.filter(is_match).collect();
            let found: Vec<(u64, Vec<Shared>)> = lines
                .into_par_iter()
                .map_init(begin, |buffers, line| Ok((line, shared(source, Ordinal(line), buffers)?)))
                .collect::<Result<_, EngineError>>()?;
            fetch.check()?;
            let rows = found.into_iter().flat_map(|(line, shared)| {
                shared.into_iter().map(move |shared| row(source, sets, Ordinal(line), shared))
            });
            writer.push(rows.collect::<Vec<_>>())?;
        }
        Ok(())
    })
}

fn shared(
    source: &TableInput<'_>,
    line: Ordinal,
    buffers: &mut Buffers<'_>,
) -> Result<Vec<Shared>, EngineError> {
    let TableInput { facts, rules, fetch, .. } = source;
    let Buffers { parser, texts, matcher, fetched, converted } = buffers;
    let Some(format) = rules.format else { return Ok(Vec::new()) };
    let input = facts.input_of(line);
    let span = facts.span(line, input);
    let bytes = fetch.bytes(input, span.start, span.len, fetched)?;
    let framing = if rules.conversion.is_some() { Framing::Line } else { rules.framing(Some(input)) };
    let bytes = rules.written(input, bytes, converted);
    Ok(parser.read(bytes, framing, &rules.known_keys, |json, _| match json {
        Some(json) => EvalSets::shared(matcher, &Record::new(format, bytes, json, texts), &rules.known_keys),
        // It was read before, and may have been written to since, which is found out at the end.
        None => Vec::new(),
    }))
}

fn row<'a>(
    source: &TableInput<'a>,
    sets: &'a EvalSets,
    line: Ordinal,
    Shared { found, pointer, offset }: Shared,
) -> ContaminationRow<'a> {
    let facts = source.facts;
    let input = facts.input_of(line);
    let file = facts.file(input);
    let (eval_file, eval_line) = sets.place(&found);
    ContaminationRow {
        file: &file.name,
        line: line.0 - file.first.0 + 1,
        byte_offset: facts.span(line, input).start,
        eval_file,
        eval_line,
        method: found.by.name(),
        pointer: Cow::Owned(pointer),
        text_offset: offset as u64,
        words: found.words as u64,
        covered_words: u64::from(found.covered),
        counted_words: u64::from(found.counted),
        coverage: found.coverage(),
    }
}
