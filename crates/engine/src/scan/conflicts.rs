//! What records ask and answer, read again for those whose prompt others share: what the plan compares to find
//! conflicts and contradicting preferences.

use bedload_bedrock::{Record, TextBuffer};
use bedload_record::json::Framing;
use bedload_record::{Ordinal, Parser};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::scan::near::SetMaker;

/// Lines that are read together.
const LINES: usize = 1 << 12;

#[derive(Default)]
struct Buffers {
    parser: Parser,
    texts: TextBuffer,
    scratch: Vec<u8>,
    fetched: Vec<u8>,
    converted: Vec<u8>,
}

impl SetMaker<'_> {
    /// What each of these lines asks and answers, as `read` has it.
    ///
    /// # Errors
    /// Where a record cannot be read again.
    pub(crate) fn read_again<T: Copy + Send>(
        &self,
        lines: &[Ordinal],
        read: impl Fn(&Record<'_>, &mut Vec<u8>) -> Option<T> + Sync,
    ) -> Result<Vec<Option<T>>, EngineError> {
        let of_chunk = |buffers: &mut Buffers, lines: &[Ordinal]| {
            self.watch.check()?;
            let of_line = |&line| self.read_line(line, &read, buffers);
            lines.iter().map(of_line).collect::<Result<Vec<_>, EngineError>>()
        };
        let chunks = lines.par_chunks(LINES).map_init(Buffers::default, of_chunk);
        let answers = chunks.collect::<Result<Vec<_>, EngineError>>()?;
        self.fetch.check()?;
        Ok(answers.concat())
    }

    fn read_line<T>(
        &self,
        line: Ordinal,
        read: impl Fn(&Record<'_>, &mut Vec<u8>) -> Option<T>,
        buffers: &mut Buffers,
    ) -> Result<Option<T>, EngineError> {
        let Self { facts, rules, fetch, .. } = self;
        let Buffers { parser, texts, scratch, fetched, converted } = buffers;
        let Some(format) = rules.format else { return Ok(None) };
        let input = facts.input_of(line);
        let span = facts.span(line, input);
        let bytes = fetch.bytes(input, span.start, span.len, fetched)?;
        let framing = if rules.conversion.is_some() { Framing::Line } else { rules.framing(Some(input)) };
        let bytes = rules.written(input, bytes, converted);
        Ok(parser.read(bytes, framing, &rules.known_keys, |json, _| {
            // It was read before, and may have been written to since, which is found out at the end.
            read(&Record::new(format, bytes, json?, texts), scratch)
        }))
    }
}
