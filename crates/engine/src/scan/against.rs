//! Data that the records of a run are compared with, and that is no part of it: older data, or a set that is held out.

use std::sync::Arc;

use bedload_record::{FactTable, Ordinal, Room, Side, Verdict};
use bedload_scan::{Fetch, Inputs, ScanOptions, Watch};
use bedload_stages::near::{NearConfig, SetChunk};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::scan::near::SetMaker;
use crate::scan::rules::Rules;

/// Some inputs, as they were scanned.
pub(crate) struct Known {
    pub(crate) inputs: Inputs,
    pub(crate) rules: Rules,
    pub(crate) facts: FactTable,
}

/// All of them. Their records are numbered on from those of the run, so that a number tells which it is.
#[derive(Default)]
pub(crate) struct Against {
    known: Vec<Known>,
    /// The number of the first record of each.
    firsts: Vec<u64>,
}

/// Where a record of it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its file, as a number in [`Against::files`].
    pub(crate) file: usize,
    /// From 1.
    pub(crate) line: u64,
    pub(crate) byte_offset: u64,
}

impl Against {
    /// Numbers the records, after so many of the run.
    pub(crate) fn new(known: Vec<Known>, records: u64) -> Self {
        let mut next = records;
        let first = |known: &Known| {
            let first = next;
            next += known.facts.len();
            first
        };
        Self { firsts: known.iter().map(first).collect(), known }
    }

    /// The inputs.
    pub(crate) fn known(&self) -> &[Known] {
        &self.known
    }

    /// The names of all files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.known.iter().flat_map(|known| known.facts.files()).map(|file| file.name.as_str())
    }

    /// The digest of each record that can be compared, with its number, in the order of the digests.
    pub(crate) fn digests(&self) -> Vec<(u128, Ordinal)> {
        let of = |(known, first): (&Known, u64)| {
            let facts = &known.facts;
            let accepted = facts.ordinals().filter(|&line| facts.accepted(line));
            accepted.map(|line| (facts.digest(line), Ordinal(first + line.0))).collect::<Vec<_>>()
        };
        let mut digests: Vec<_> = self.known.iter().zip(self.firsts.iter().copied()).flat_map(of).collect();
        digests.par_sort_unstable();
        digests
    }

    /// Where a record is, by its number; none for one of the run.
    pub(crate) fn place(&self, record: Ordinal) -> Option<Place> {
        let nth = self.firsts.partition_point(|&first| first <= record.0).checked_sub(1)?;
        let facts = &self.known[nth].facts;
        let line = Ordinal(record.0 - self.firsts[nth]);
        let input = facts.input_of(line);
        let before: usize = self.known[..nth].iter().map(|known| known.facts.files().len()).sum();
        Some(Place {
            file: before + input.index(),
            line: line.0 - facts.file(input).first.0 + 1,
            byte_offset: facts.span(line, input).start,
        })
    }

    /// The bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.known.iter().flat_map(|known| known.facts.files()).map(|file| file.bytes).sum()
    }

    /// The sets of all records.
    ///
    /// # Errors
    /// Where one cannot be read again, or there is no room.
    pub(crate) fn sets(
        &self,
        config: &NearConfig,
        watch: &Watch,
        room: Option<&Arc<dyn Room>>,
    ) -> Result<Vec<SetChunk>, EngineError> {
        let mut chunks = Vec::new();
        self.each(watch, |maker, verdicts, first| {
            chunks.extend(maker.chunks(&verdicts, config, first, room)?);
            Ok(())
        })?;
        Ok(chunks)
    }

    /// Hands on what makes the sets of each, with the verdicts of its records and the number of the first.
    ///
    /// # Errors
    /// Those of `of`.
    pub(crate) fn each(
        &self,
        watch: &Watch,
        mut of: impl FnMut(&SetMaker<'_>, Vec<Verdict>, u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        for (Known { inputs, rules, facts }, &first) in self.known.iter().zip(&self.firsts) {
            let fetch = Fetch::new(inputs, &ScanOptions::default());
            let verdict = |line| {
                if facts.accepted(line) { Verdict::Kept(Side::Train) } else { Verdict::Rejected }
            };
            let verdicts: Vec<Verdict> = facts.ordinals().map(verdict).collect();
            let maker = SetMaker { facts, rules, fetch: &fetch, watch, limit: None };
            of(&maker, verdicts, first)?;
        }
        Ok(())
    }

    /// # Errors
    /// Where a file was changed since it was read.
    pub(crate) fn check_unchanged(&self) -> Result<(), EngineError> {
        self.known.iter().try_for_each(|known| Ok(known.inputs.check_unchanged()?))
    }
}
