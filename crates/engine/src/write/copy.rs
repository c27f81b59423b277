//! Pass two: the units of the plan are copied to their places, in parallel, and each file is hashed on the way.
//! No decision is taken here.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

use bedload_record::{FactTable, Terminator, Verdict};
use bedload_scan::{Fetch, Watch};
use bedload_stages::Rewrite;
use bedload_stages::augment::Template;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::plan::pack::{Packed, Piece, Place, Unit, file_from};
use crate::plan::variants::variants_of;
use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::scan::rules::Rules;

/// Units in flight per thread: copied and written together, then hashed while the next ones are copied.
const UNITS_PER_THREAD: usize = 4;

/// Everything that writing looks at.
pub(crate) struct WriteInput<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) plan: &'a Plan,
    pub(crate) templates: &'a [Template],
    pub(crate) rules: &'a Rules,
    pub(crate) fetch: &'a Fetch<'a>,
}

/// Whether files are hashed on the way. A file is hashed by one thread at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksums {
    Sha256,
    Without,
}

/// Writes all shards below `dir` and returns the sha256 of each, in hexadecimal, where it is wanted.
pub(crate) fn write(
    dir: &Path,
    packed: &Packed,
    source: &WriteInput<'_>,
    wanted: Checksums,
    watch: &Watch,
) -> Result<Vec<String>, EngineError> {
    let mut sums: Vec<Sha256> = packed.shards.iter().map(|_| Sha256::new()).collect();
    let mut open: Vec<Option<File>> = packed.shards.iter().map(|_| None).collect();
    for (shard, file) in packed.shards.iter().zip(&mut open) {
        // Files without a unit are made here; the others when their first unit comes.
        if shard.bytes == 0 {
            *file = Some(create(dir, &shard.path)?);
        }
    }
    let mut written: Vec<(usize, Vec<u8>)> = Vec::new();
    let window = rayon::current_num_threads() * UNITS_PER_THREAD;
    for units in packed.units.chunks(window).chain(std::iter::once(&[][..])) {
        watch.check()?;
        for unit in units {
            if open[unit.shard].is_none() {
                open[unit.shard] = Some(create(dir, &packed.shards[unit.shard].path)?);
            }
        }
        let (hashed, copied) = rayon::join(
            || {
                if wanted == Checksums::Sha256 {
                    hash(&mut sums, &written);
                }
            },
            || {
                let copy = |scratch: &mut Scratch, unit: &Unit| -> Result<(usize, Vec<u8>), EngineError> {
                    let bytes = render(unit, source, scratch)?;
                    let shard = &packed.shards[unit.shard];
                    let file = open[unit.shard].as_ref().expect("opened for its first unit");
                    file.write_all_at(&bytes, unit.offset)
                        .map_err(io_error(&dir.join(&shard.path), "written"))?;
                    Ok((unit.shard, bytes))
                };
                units.par_iter().map_init(Scratch::default, copy).collect::<Result<Vec<_>, _>>()
            },
        );
        let () = hashed;
        written = copied?;
        source.fetch.check()?;
        // A file whose last unit is written is synced and closed, so that thousands of shards need few handles.
        let still_open = units.last().map_or(packed.shards.len(), |unit| unit.shard);
        for (shard, file) in packed.shards.iter().zip(&mut open).take(still_open) {
            if let Some(file) = file.take() {
                file.sync_all().map_err(io_error(&dir.join(&shard.path), "synced"))?;
            }
        }
    }
    Ok(sums.into_iter().map(|sum| hex(&sum.finalize())).collect())
}

/// Makes a file that only this user can read until it is published.
fn create(dir: &Path, path: &str) -> Result<File, EngineError> {
    let path = dir.join(path);
    if let Some(parent) = path.parent() {
        make_private(parent)?;
    }
    let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
    file.map_err(io_error(&path, "created"))
}

/// Makes a directory that only this user can enter until it is published, where it is not there yet.
pub(crate) fn make_private(dir: &Path) -> Result<(), EngineError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(io_error(dir, "created"))
}

/// Adds what was written to the sums of its files: files side by side, the units of each in order.
fn hash(sums: &mut [Sha256], written: &[(usize, Vec<u8>)]) {
    let runs: Vec<&[(usize, Vec<u8>)]> = written.chunk_by(|a, b| a.0 == b.0).collect();
    let (Some(first), Some(last)) = (written.first(), written.last()) else { return };
    sums[first.0..=last.0].par_iter_mut().enumerate().for_each(|(n, sum)| {
        if let Ok(run) = runs.binary_search_by_key(&(first.0 + n), |run| run[0].0) {
            runs[run].iter().for_each(|(_, bytes)| sum.update(bytes));
        }
    });
}

#[derive(Default)]
struct Scratch {
    fetched: Vec<u8>,
    converted: Vec<u8>,
}

/// The bytes of a unit.
fn render(unit: &Unit, source: &WriteInput<'_>, scratch: &mut Scratch) -> Result<Vec<u8>, EngineError> {
    let mut out = Vec::with_capacity(unit.bytes as usize);
    match unit.what {
        Piece::Raw { file, start } => {
            // What comes before determines what the first byte is.
            let before = start.min(1);
            let len = unit.bytes + before;
            out.extend_from_slice(source.fetch.bytes(file, start - before, len, &mut scratch.fetched)?);
            source.rules.framing(Some(file)).release(&mut out);
            out.drain(..before as usize);
        }
        Piece::Lines { from, to, .. } => render_lines(from, to, source, scratch, &mut out)?,
    }
    // The plan knew every length; a difference is a defect here or an input that changed.
    assert_eq!(out.len() as u64, unit.bytes, "a unit has the bytes that were planned");
    Ok(out)
}

fn render_lines(
    from: Place,
    to: Place,
    source: &WriteInput<'_>,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> Result<(), EngineError> {
    let WriteInput { facts, plan, templates, rules, fetch } = source;
    let verdict = plan.verdicts[from.line.index()];
    let mut file = facts.file_of(from.line);
    for line in (from.line.0..=to.line.0).map(bedload_record::Ordinal) {
        if plan.verdicts[line.index()] != verdict {
            continue;
        }
        file = file_from(facts, file, line);
        let first = if line == from.line { from.copy } else { 0 };
        let end = if line == to.line { to.copy } else { u32::MAX };
        let span = facts.span(line, file);
        if verdict == Verdict::Rejected {
            if first == 0 {
                let begin = out.len();
                out.extend_from_slice(fetch.bytes(file, span.start, span.len, &mut scratch.fetched)?);
                rules.framing(Some(file)).release(&mut out[begin..]);
            }
            out.extend_from_slice(if facts.terminator(line) == Terminator::CrLf { b"\r\n" } else { b"\n" });
            continue;
        }
        let bytes = fetch.bytes(file, span.start, span.len, &mut scratch.fetched)?;
        let bytes = rules.written(file, bytes, &mut scratch.converted);
        if first == 0 {
            out.extend_from_slice(bytes);
            out.push(b'\n');
        }
        for (copy, variant) in (1..end).zip(variants_of(&plan.variants, line)) {
            if copy >= first {
                templates[variant.template].rewrite(bytes, out);
                out.push(b'\n');
            }
        }
    }
    Ok(())
}
