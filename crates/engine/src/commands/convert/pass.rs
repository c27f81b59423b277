//! The pass over the records: what is made of them is written while later ones are read. Nothing of them is read again
//! for that.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use bedload_record::{Code, Finding, Findings};
use bedload_scan::{Chunk, Fetch, Inputs, visit_making};

use crate::report::losses::{FileLosses, Losses};
use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::examine::place::{in_order, place};
use crate::scan::examine::{Examiner, Physical, Wanted};
use crate::scan::facts::{ChunkFacts, Gathering, Scanned};
use crate::scan::rules::Rules;
use crate::write::growing::Growing;

/// What a pass needs to know.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) settings: &'a Settings,
    pub(super) rules: &'a Rules,
    /// Where facts go that memory has no room for.
    pub(super) temp_dir: &'a Path,
    pub(super) progress: &'a Progress,
    /// Whether facts are to have what records are known by, for a report.
    pub(super) identifies: bool,
    /// At most so many findings are made of each code; without it none are.
    pub(super) per_code: Option<u64>,
}

/// What a pass leaves besides a file.
pub(super) struct Passed {
    pub(super) scanned: Scanned,
    pub(super) losses: Vec<FileLosses>,
    /// The first findings of each code, in the order of the inputs.
    pub(super) findings: Vec<Finding>,
    /// How many there are, where they were made.
    pub(super) by_code: BTreeMap<Code, u64>,
    /// How many bytes were written.
    pub(super) bytes: u64,
}

/// What one chunk leaves.
struct Made {
    facts: ChunkFacts,
    /// The records that are written, each with its line end.
    bytes: Vec<u8>,
    losses: Losses,
    /// Placed, but with line numbers that count from the chunk's first line.
    findings: Vec<Finding>,
    by_code: BTreeMap<Code, u64>,
}

/// The texts of a finding: file, pointer, message and source.
const FINDING_TEXT_BYTES: usize = 400;

impl Made {
    fn held_bytes(&self) -> usize {
        let findings = self.findings.len() * (size_of::<Finding>() + FINDING_TEXT_BYTES);
        self.facts.rows.own_bytes() + self.bytes.capacity() + findings
    }
}

/// Memory of what is written, to be used again: of each thread its own, so that none waits for another.
struct Spares(Vec<Mutex<Vec<Vec<u8>>>>);

impl Spares {
    /// A thread that comes to little would collect what others lack.
    const PER_THREAD: usize = 16;
    /// What one long record took is given back.
    const BYTES_MAX: usize = 4 << 20;

    fn new() -> Self {
        Self((0..rayon::current_num_threads()).map(|_| Mutex::default()).collect())
    }

    fn take(&self) -> Vec<u8> {
        let slot = &self.0[rayon::current_thread_index().unwrap_or(0) % self.0.len()];
        slot.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Gives to one thread after the other, from `nth` on.
    fn give(&self, nth: &mut usize, written: Vec<Vec<u8>>) {
        for mut spare in written {
            *nth = (*nth + 1) % self.0.len();
            let mut slot = self.0[*nth].lock().unwrap_or_else(PoisonError::into_inner);
            if slot.len() < Self::PER_THREAD && spare.capacity() <= Self::BYTES_MAX {
                spare.clear();
                slot.push(spare);
            }
        }
    }
}

impl Pass<'_> {
    /// Reads all inputs, and writes what is accepted to a file of this name in `dir`. It is on the disk then, but for its
    /// name.
    pub(super) fn run(&self, dir: &Path, name: &str) -> Result<Passed, EngineError> {
        let Self { inputs, settings, rules, temp_dir, progress, per_code, .. } = *self;
        let mut gathering = Gathering::new(inputs, settings, temp_dir, progress);
        let (mut losses, mut findings) = (Vec::new(), Vec::new());
        let mut by_code: BTreeMap<Code, u64> = BTreeMap::new();
        let mut n_shown: BTreeMap<Code, u64> = BTreeMap::new();
        let fetch = Fetch::new(inputs, &settings.scan);
        let (spares, mut nth) = (Spares::new(), 0);
        let bytes = thread::scope(|scope| {
            let mut file = Growing::create(scope, dir, name)?;
            visit_making(
                inputs,
                &settings.scan,
                &progress.watch,
                || Examiner::new(rules).fetching(&fetch),
                |examiner, chunk| self.make(examiner, chunk, spares.take()),
                |made| made.as_ref().map_or(0, Made::held_bytes),
                |at, made| {
                    let made = made?;
                    let n_before = gathering.lines_of(at.input);
                    for mut finding in made.findings {
                        let n = n_shown.entry(finding.code).or_default();
                        *n += 1;
                        if per_code.is_some_and(|most| *n > most) {
                            continue;
                        }
                        finding.line = finding.line.map(|line| line + n_before);
                        finding.record = finding.record.map(|record| record + n_before);
                        rules.origins.put(at.input, &mut finding);
                        findings.push(finding);
                    }
                    made.by_code.into_iter().for_each(|(code, n)| *by_code.entry(code).or_default() += n);
                    made.losses.append_to(inputs.get(at.input).name(), &mut losses);
                    gathering.add(at, made.facts)?;
                    spares.give(&mut nth, file.add(made.bytes)?);
                    Ok::<(), EngineError>(())
                },
            )?;
            fetch.check()?;
            file.finish()
        })?;
        Ok(Passed { scanned: gathering.finish(), losses, findings, by_code, bytes })
    }

    /// What a chunk becomes; its bytes are put into `made`.
    fn make(
        &self,
        examiner: &mut Examiner<'_, '_>,
        chunk: &Chunk<'_>,
        mut made: Vec<u8>,
    ) -> Result<Made, EngineError> {
        let Self { inputs, settings, rules, progress, identifies, per_code, .. } = *self;
        let input = chunk.at.input;
        let name = inputs.get(input).name();
        let wanted = if identifies { Wanted::Groups } else { Wanted::Nothing };
        let mut facts = ChunkFacts::new(settings);
        let (mut losses, mut shown) = (Losses::default(), Vec::new());
        let mut by_code: BTreeMap<Code, u64> = BTreeMap::new();
        let findings = if per_code.is_some() { Findings::in_full() } else { Findings::codes_only() };
        let mut findings = findings.with_losses();
        for line in chunk.lines() {
            let line = Physical::of(input, &line);
            progress.ledger.begin_line(line.len);
            findings.next_record();
            let names = identifies.then(|| facts.names());
            let row = examiner.facts_with(&line, wanted, names, &mut findings);
            let (is_written, is_rewritten) = (row.accepted && row.records > 0, row.written.is_some());
            facts.push(&row);
            if is_written {
                let bytes = line.bytes.expect("no line is accepted that is too long to be held");
                made.extend_from_slice(if is_rewritten {
                    examiner.rewritten(input, line.start, bytes)?
                } else {
                    bytes
                });
                made.push(b'\n');
            }
            if findings.codes().is_empty() {
                continue;
            }
            losses.add(&findings, rules.severities);
            let Some(most) = per_code else { continue };
            let mut found = in_order(&mut findings);
            found.retain(|finding| {
                let n = by_code.entry(finding.code).or_default();
                *n += 1;
                if *n >= most {
                    findings.mute(finding.code);
                }
                *n <= most
            });
            shown.extend(place(found, rules, name, facts.rows.len(), &line));
        }
        findings.muted().for_each(|(code, n)| *by_code.entry(code).or_default() += n);
        facts.finish(examiner, chunk, progress);
        Ok(Made { facts, bytes: made, losses, findings: shown, by_code })
    }
}
