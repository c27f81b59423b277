//! The bytes of a unit of output: runs of inputs as they are, and what is made. A run that is mapped is not copied here:
//! it is hashed and handed to the system where it lies.

use std::io::IoSlice;
use std::ops::Range;

use bedload_record::{InputId, Ordinal, Terminator, Verdict};
use bedload_scan::Fetch;
use bedload_stages::Rewrite;

use crate::plan::pack::{OutputLine, Piece, Unit};
use crate::plan::variants::variants_of;
use crate::run::error::EngineError;
use crate::write::copy::WriteInput;

/// Shorter runs are copied: a part of its own costs the system more than so many bytes.
const RUN_BYTES_MIN: u64 = 2048;

/// The bytes of a unit, in parts; used again from unit to unit.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// What is copied or made.
    own: Vec<u8>,
    parts: Vec<Segment>,
    /// A run that may go on.
    run: Option<(InputId, Range<u64>)>,
    fetched: Vec<u8>,
    converted: Vec<u8>,
}

#[derive(Debug)]
enum Segment {
    Own(Range<usize>),
    Mapped(InputId, Range<u64>),
}

impl Gathered {
    /// Gathers the bytes of a unit.
    ///
    /// # Errors
    /// Where an input cannot be read again.
    pub(super) fn fill(&mut self, unit: &Unit, source: &WriteInput<'_>) -> Result<(), EngineError> {
        self.own.clear();
        self.parts.clear();
        match unit.what {
            Piece::Raw { input, start } => self.raw(input, start, unit.bytes, source)?,
            Piece::Lines { from, to, .. } => self.lines(from, to, source)?,
        }
        self.end_run(source.fetch)?;
        // The plan knew every length; a difference is a defect here or an input that changed.
        assert_eq!(self.len_bytes(), unit.bytes, "a unit has the bytes that were planned");
        Ok(())
    }

    fn len_bytes(&self) -> u64 {
        let len = |part: &Segment| match part {
            Segment::Own(range) => range.len() as u64,
            Segment::Mapped(_, range) => range.end - range.start,
        };
        self.parts.iter().map(len).sum()
    }

    /// The parts in their order.
    pub(super) fn slices<'g>(&'g self, fetch: &'g Fetch<'_>) -> impl Iterator<Item = &'g [u8]> {
        self.parts.iter().map(|part| match part {
            Segment::Own(range) => &self.own[range.clone()],
            Segment::Mapped(input, range) => {
                fetch.mapped(*input, range.clone()).expect("a map stays for as long as it is used")
            }
        })
    }

    /// The same for the system.
    pub(super) fn io_slices<'g>(&'g self, fetch: &'g Fetch<'_>) -> Vec<IoSlice<'g>> {
        self.slices(fetch).map(IoSlice::new).collect()
    }

    fn raw(
        &mut self,
        input: InputId,
        start: u64,
        len: u64,
        source: &WriteInput<'_>,
    ) -> Result<(), EngineError> {
        let framing = source.rules.framing(Some(input));
        if framing.is_as_it_was() {
            return self.add_run(input, start..start + len, source.fetch);
        }
        // What comes before determines what the first byte is.
        let before = start.min(1);
        let bytes = source.fetch.bytes(input, start - before, len + before, &mut self.fetched)?;
        let begin = self.own.len();
        self.own.extend_from_slice(bytes);
        framing.release(&mut self.own);
        self.own.drain(begin..begin + before as usize);
        self.add_own(begin);
        Ok(())
    }

    fn lines(
        &mut self,
        from: OutputLine,
        to: OutputLine,
        source: &WriteInput<'_>,
    ) -> Result<(), EngineError> {
        let WriteInput { facts, plan, .. } = source;
        let verdict = plan.verdicts[from.line.index()];
        let mut cursor = facts.cursor(from.line);
        for line in (from.line.0..=to.line.0).map(Ordinal) {
            if plan.verdicts[line.index()] != verdict {
                continue;
            }
            let input = cursor.input_of(line);
            let first = if line == from.line { from.copy } else { 0 };
            let end = if line == to.line { to.copy } else { u32::MAX };
            if verdict == Verdict::Rejected {
                self.rejected(input, line, first == 0, source)?;
            } else {
                self.kept(input, line, first..end, source)?;
            }
        }
        Ok(())
    }

    /// Adds a rejected line, or its end alone.
    fn rejected(
        &mut self,
        input: InputId,
        line: Ordinal,
        is_whole: bool,
        source: &WriteInput<'_>,
    ) -> Result<(), EngineError> {
        let span = source.facts.span(line, input);
        let terminator = source.facts.terminator(line);
        let framing = source.rules.framing(Some(input));
        if is_whole && framing.is_as_it_was() {
            self.add_run(input, span.start..span.start + span.len + terminator.len_bytes(), source.fetch)?;
            if terminator == Terminator::None {
                self.add(b"\n", source.fetch)?;
            }
            return Ok(());
        }
        self.end_run(source.fetch)?;
        let begin = self.own.len();
        if is_whole {
            let bytes = source.fetch.bytes(input, span.start, span.len, &mut self.fetched)?;
            self.own.extend_from_slice(bytes);
            framing.release(&mut self.own[begin..]);
        }
        self.own.extend_from_slice(if terminator == Terminator::CrLf { b"\r\n" } else { b"\n" });
        self.add_own(begin);
        Ok(())
    }

    /// Adds some of a kept record and its variants: copy 0 is the record.
    fn kept(
        &mut self,
        input: InputId,
        line: Ordinal,
        copies: Range<u32>,
        source: &WriteInput<'_>,
    ) -> Result<(), EngineError> {
        let WriteInput { facts, plan, variations, rules, fetch } = source;
        let span = facts.span(line, input);
        let variants = variants_of(&plan.variants, line);
        let is_rewritten = facts.is_rewritten(line);
        if !is_rewritten && variants.is_empty() {
            let has_lf = facts.terminator(line) == Terminator::Lf;
            self.add_run(input, span.start..span.start + span.len + u64::from(has_lf), fetch)?;
            return if has_lf { Ok(()) } else { self.add(b"\n", fetch) };
        }
        self.end_run(fetch)?;
        let bytes = fetch.bytes(input, span.start, span.len, &mut self.fetched)?;
        let bytes = if is_rewritten { rules.written(input, bytes, &mut self.converted) } else { bytes };
        let begin = self.own.len();
        if copies.start == 0 {
            self.own.extend_from_slice(bytes);
            self.own.push(b'\n');
        }
        for (copy, variant) in (1..copies.end).zip(variants) {
            if copy >= copies.start {
                variations[variant.variation].rewrite(bytes, &mut self.own);
                self.own.push(b'\n');
            }
        }
        self.add_own(begin);
        Ok(())
    }

    /// Adds bytes of an input.
    fn add_run(&mut self, input: InputId, range: Range<u64>, fetch: &Fetch<'_>) -> Result<(), EngineError> {
        match &mut self.run {
            Some((of, run)) if *of == input && run.end == range.start => run.end = range.end,
            _ => {
                self.end_run(fetch)?;
                self.run = Some((input, range));
            }
        }
        Ok(())
    }

    fn end_run(&mut self, fetch: &Fetch<'_>) -> Result<(), EngineError> {
        let Some((input, run)) = self.run.take() else { return Ok(()) };
        let len = run.end - run.start;
        if len >= RUN_BYTES_MIN && fetch.is_mapped(input)? {
            self.parts.push(Segment::Mapped(input, run));
            return Ok(());
        }
        let begin = self.own.len();
        self.own.extend_from_slice(fetch.bytes(input, run.start, len, &mut self.fetched)?);
        self.add_own(begin);
        Ok(())
    }

    fn add(&mut self, bytes: &[u8], fetch: &Fetch<'_>) -> Result<(), EngineError> {
        self.end_run(fetch)?;
        let begin = self.own.len();
        self.own.extend_from_slice(bytes);
        self.add_own(begin);
        Ok(())
    }

    /// Makes a part of what was added to the own bytes from `begin` on.
    fn add_own(&mut self, begin: usize) {
        match self.parts.last_mut() {
            Some(Segment::Own(range)) if range.end == begin => range.end = self.own.len(),
            _ => self.parts.push(Segment::Own(begin..self.own.len())),
        }
    }
}
