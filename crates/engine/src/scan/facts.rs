//! Pass one of `build`: every line of every input becomes a row of facts.

use std::path::Path;
use std::sync::Arc;

use bedload_bedrock::Unmapped;
use bedload_record::{FactTable, InputId, Room, Terminator};
use bedload_scan::{Fetch, Inputs, TempRoom, visit_weighing};
use bedload_stages::balance::LABELS_MAX;
use bedload_stages::facets::VALUES_MAX;

use crate::run::error::EngineError;
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

/// A table of no lines, for those of a chunk.
fn rows(settings: &Settings) -> FactTable {
    FactTable::new(LABELS_MAX).with_values(settings.stages.fields().len(), VALUES_MAX)
}

/// A table of no lines. Facts that memory has no room for are kept in an unnamed file in `temp_dir`.
pub(crate) fn empty(settings: &Settings, temp_dir: &Path) -> FactTable {
    let facts = rows(settings);
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
    let mut facts = empty(settings, temp_dir);
    let mut lines = vec![FileLines::default(); inputs.len()];
    let mut unmapped = Unmapped::default();
    let begin = |facts: &mut FactTable, until: usize| {
        while facts.files().len() <= until {
            let input = inputs.get(InputId::new(facts.files().len()));
            facts.begin_file_of(input.source(), input.name());
        }
    };
    let fetch = Fetch::new(inputs, &settings.scan);
    visit_weighing(
        inputs,
        &settings.scan,
        &progress.watch,
        || Examiner::new(rules).fetching(&fetch),
        |examiner, chunk| {
            let mut rows = rows(settings);
            let (mut crlf, mut rejected) = (0u64, 0u64);
            for line in chunk.lines() {
                let line = Physical::of(chunk.at.input, &line);
                progress.ledger.begin_line(line.len);
                crlf += u64::from(line.terminator == Terminator::CrLf);
                let names = Names { labels: &mut rows.labels, values: &mut rows.values };
                let row = examiner.facts(&line, names);
                rejected += u64::from(!row.accepted);
                rows.push(&row);
            }
            progress.add(rows.len(), rejected);
            progress.ledger.add_facts(rows.len(), rows.own_bytes());
            (rows, crlf, chunk.end() - chunk.at.start, examiner.take_unmapped())
        },
        |(rows, ..)| rows.own_bytes(),
        |at, (rows, n, bytes, more)| {
            begin(&mut facts, at.input.index());
            unmapped.absorb(&more, facts.len());
            lines[at.input.index()].lines += rows.len();
            let before = rows.own_bytes() + facts.own_bytes();
            facts.append(rows, bytes)?;
            progress.ledger.move_facts(before, facts.own_bytes());
            lines[at.input.index()].crlf += n;
            progress.ledger.hold_labels(facts.labels.keys().len());
            Ok::<(), EngineError>(())
        },
    )?;
    if !inputs.is_empty() {
        begin(&mut facts, inputs.len() - 1);
    }
    Ok(Scanned { facts, lines, unmapped })
}
