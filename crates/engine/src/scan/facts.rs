//! Pass one of `build`: every line of every input becomes a row of facts.

use std::path::Path;
use std::sync::Arc;

use bedload_bedrock::Unmapped;
use bedload_record::{FactRow, FactTable, InputId, Room, Terminator};
use bedload_scan::{Chunk, ChunkAt, Fetch, Inputs, TempRoom, visit_weighing};
use bedload_stages::balance::LABELS_MAX;
use bedload_stages::facets::VALUES_MAX;

use crate::run::error::EngineError;
use crate::run::memory::Ledger;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::examine::{Examiner, Names, Physical};
use crate::scan::rules::Rules;

/// The lines of one input.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FileLines {
    pub(crate) lines: u64,
    /// How many of them end with CRLF.
    pub(crate) crlf: u64,
}

/// What pass one leaves.
pub(crate) struct Scanned {
    /// The facts of all lines.
    pub(crate) facts: FactTable,
    /// The lines of each input.
    pub(crate) lines: Vec<FileLines>,
    /// The content of the accepted records that their format has no field for.
    pub(crate) unmapped: Unmapped,
}

/// The part of the memory limit that facts may have before they move to a temporary file: besides them there are
/// their chunks, the verdicts, what is sorted, and the tables under way.
const FACTS_SHARE: u64 = 4;

/// What one chunk leaves.
pub(crate) struct ChunkFacts {
    pub(crate) rows: FactTable,
    /// How many of its lines end with CRLF.
    crlf: u64,
    rejected: u64,
    n_bytes: u64,
    unmapped: Unmapped,
}

impl ChunkFacts {
    /// Those of no lines.
    pub(crate) fn new(settings: &Settings) -> Self {
        let rows = FactTable::new(LABELS_MAX).with_values(settings.stages.fields().len(), VALUES_MAX);
        Self { rows, crlf: 0, rejected: 0, n_bytes: 0, unmapped: Unmapped::default() }
    }

    /// Where the label and the values of a line get their ids.
    pub(crate) fn names(&mut self) -> Names<'_> {
        Names { labels: &mut self.rows.labels, values: &mut self.rows.values }
    }

    /// Adds a line.
    pub(crate) fn push(&mut self, row: &FactRow<'_>) {
        self.crlf += u64::from(row.terminator == Terminator::CrLf);
        self.rejected += u64::from(!row.accepted);
        self.rows.push(row);
    }

    /// Ends the chunk.
    pub(crate) fn finish(&mut self, examiner: &mut Examiner<'_, '_>, chunk: &Chunk<'_>, progress: &Progress) {
        self.n_bytes = chunk.end() - chunk.at.start;
        self.unmapped = examiner.take_unmapped();
        progress.add(self.rows.len(), self.rejected);
        progress.ledger.add_facts(self.rows.len(), self.rows.own_bytes());
    }
}

/// The facts of chunk after chunk, put together.
pub(crate) struct Gathering<'a> {
    inputs: &'a Inputs,
    ledger: &'a Ledger,
    scanned: Scanned,
}

impl<'a> Gathering<'a> {
    /// Facts that memory has no room for are kept in an unnamed file in `temp_dir`.
    pub(crate) fn new(
        inputs: &'a Inputs,
        settings: &Settings,
        temp_dir: &Path,
        progress: &'a Progress,
    ) -> Self {
        let lines = vec![FileLines::default(); inputs.len()];
        let scanned = Scanned { facts: empty(settings, temp_dir), lines, unmapped: Unmapped::default() };
        Self { inputs, ledger: &progress.ledger, scanned }
    }

    fn begin_inputs(&mut self, until: usize) {
        let facts = &mut self.scanned.facts;
        while facts.files().len() <= until {
            let input = self.inputs.get(InputId::new(facts.files().len()));
            facts.begin_file_of(input.source(), input.name());
        }
    }

    /// How many lines of an input there are so far.
    pub(crate) fn lines_of(&self, input: InputId) -> u64 {
        self.scanned.lines[input.index()].lines
    }

    /// Adds the facts of the next chunk.
    ///
    /// # Errors
    /// Where there is no room.
    pub(crate) fn add(&mut self, at: ChunkAt, chunk: ChunkFacts) -> Result<(), EngineError> {
        self.begin_inputs(at.input.index());
        let Scanned { facts, lines, unmapped } = &mut self.scanned;
        unmapped.absorb(&chunk.unmapped, facts.len());
        let lines = &mut lines[at.input.index()];
        lines.lines += chunk.rows.len();
        lines.crlf += chunk.crlf;
        let before = chunk.rows.own_bytes() + facts.own_bytes();
        facts.append(chunk.rows, chunk.n_bytes)?;
        self.ledger.move_facts(before, facts.own_bytes());
        self.ledger.hold_labels(facts.labels.keys().len());
        Ok(())
    }

    /// All of them.
    pub(crate) fn finish(mut self) -> Scanned {
        if !self.inputs.is_empty() {
            self.begin_inputs(self.inputs.len() - 1);
        }
        self.scanned
    }
}

/// A table of no lines. Facts that memory has no room for are kept in an unnamed file in `temp_dir`.
pub(crate) fn empty(settings: &Settings, temp_dir: &Path) -> FactTable {
    let facts = ChunkFacts::new(settings).rows;
    match settings.memory_limit {
        None => facts,
        Some(limit) => {
            let most = usize::try_from(limit / FACTS_SHARE).unwrap_or(usize::MAX);
            facts.spilling(most, room(temp_dir))
        }
    }
}

/// Memory in unnamed files in `temp_dir`.
pub(crate) fn room(temp_dir: &Path) -> Arc<dyn Room> {
    Arc::new(TempRoom::new(temp_dir.to_owned()))
}

/// Reads all inputs. Facts that memory has no room for are kept in an unnamed file in `temp_dir`.
pub(crate) fn scan(
    inputs: &Inputs,
    settings: &Settings,
    rules: &Rules,
    temp_dir: &Path,
    progress: &Progress,
) -> Result<Scanned, EngineError> {
    let mut gathering = Gathering::new(inputs, settings, temp_dir, progress);
    let fetch = Fetch::new(inputs, &settings.scan);
    visit_weighing(
        inputs,
        &settings.scan,
        &progress.watch,
        || Examiner::new(rules).fetching(&fetch),
        |examiner, chunk| {
            let mut facts = ChunkFacts::new(settings);
            for line in chunk.lines() {
                let line = Physical::of(chunk.at.input, &line);
                progress.ledger.begin_line(line.len);
                let row = examiner.facts(&line, facts.names());
                facts.push(&row);
            }
            facts.finish(examiner, chunk, progress);
            facts
        },
        |facts| facts.rows.own_bytes(),
        |at, facts| gathering.add(at, facts),
    )?;
    Ok(gathering.finish())
}
