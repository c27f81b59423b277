//! Pass two: the units of the plan are copied to their places, in parallel, and each file is hashed on the way.
//! No decision is taken here.

use std::fs::{DirBuilder, File};
use std::io::IoSlice;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::{io, iter, mem, thread};

use bedload_record::FactTable;
use bedload_scan::{Fetch, Watch};
use bedload_stages::augment::Variation;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::plan::pack::{Packed, Shard, Unit};
use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::scan::rules::Rules;
use crate::write::direct::{Direct, Writing};
use crate::write::gather::Gathered;
use crate::write::sync::{Ahead, Pending};

/// Units in flight per thread: copied and written together, then hashed while the next ones are copied.
const UNITS_PER_THREAD: usize = 4;

/// Everything that writing looks at.
pub(crate) struct WriteInput<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) plan: &'a Plan,
    pub(crate) variations: &'a [Variation],
    pub(crate) rules: &'a Rules,
    pub(crate) fetch: &'a Fetch<'a>,
}

/// Whether files are hashed on the way. A file is hashed by one thread at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksums {
    Sha256,
    Without,
}

/// Writes all shards below `dir` and returns the sha256 of each, in hexadecimal, where it is wanted. They are on the
/// disk then, but for their names.
pub(crate) fn write(
    dir: &Path,
    packed: &Packed,
    source: &WriteInput<'_>,
    wanted: Checksums,
    watch: &Watch,
) -> Result<Vec<String>, EngineError> {
    let mut sums: Vec<Sha256> = packed.shards.iter().map(|_| Sha256::new()).collect();
    let mut open: Vec<Option<Open>> = packed.shards.iter().map(|_| None).collect();
    for (shard, file) in packed.shards.iter().zip(&mut open) {
        // Files without a unit are made here; the others when their first unit comes.
        if shard.bytes == 0 {
            *file = Some(Open::new(dir, shard)?);
        }
    }
    let window = rayon::current_num_threads() * UNITS_PER_THREAD;
    let (mut written, mut next): (Vec<Copied>, Vec<Copied>) = Default::default();
    let mut pending = Pending::new();
    thread::scope(|scope| -> Result<(), EngineError> {
        let mut ahead = Ahead::new(scope);
        let mut writing = Writing::new(scope);
        for units in packed.units.chunks(window).chain(iter::once(&[][..])) {
            watch.check()?;
            for unit in units {
                if open[unit.shard].is_none() {
                    open[unit.shard] = Some(Open::new(dir, &packed.shards[unit.shard])?);
                }
            }
            next.resize_with(units.len(), Copied::default);
            let (hashed, copied) = rayon::join(
                || {
                    if wanted == Checksums::Sha256 {
                        hash(&mut sums, &written, source.fetch);
                    }
                },
                || {
                    copy(units, &mut next, &mut open, source, &mut writing).map_err(|(shard, error)| {
                        match error {
                            CopyError::Write(error) => {
                                io_error(&dir.join(&packed.shards[shard].path), "written")(error)
                            }
                            CopyError::Read(error) => error,
                        }
                    })
                },
            );
            let () = hashed;
            copied?;
            source.fetch.check()?;
            for unit in units {
                let Open { file, direct } = open[unit.shard].as_ref().expect("opened for its first unit");
                if direct.is_none() {
                    let path = dir.join(&packed.shards[unit.shard].path);
                    ahead.written((unit.shard, &path), file, unit.bytes)?;
                }
            }
            mem::swap(&mut written, &mut next);
            // A file whose last unit is written is closed, so that thousands of shards need few handles.
            let still_open = units.last().map_or(packed.shards.len(), |unit| unit.shard);
            for (shard, file) in packed.shards.iter().zip(&mut open).take(still_open) {
                if let Some(Open { file, direct }) = file.take() {
                    if direct.is_some() {
                        writing
                            .wait()
                            .map_err(|(_, error)| io_error(&dir.join(&shard.path), "written")(error))?;
                    }
                    pending.add(dir.join(&shard.path), file)?;
                }
            }
        }
        ahead.wait()?;
        pending.sync()
    })?;
    Ok(sums.into_iter().map(|sum| hex(&sum.finalize())).collect())
}

/// A file under way.
struct Open {
    file: File,
    /// Set where it is written past the page cache.
    direct: Option<Direct>,
}

impl Open {
    fn new(dir: &Path, shard: &Shard) -> Result<Self, EngineError> {
        let file = create(dir, &shard.path)?;
        let direct = Direct::begin(&file, shard.bytes);
        Ok(Self { file, direct })
    }
}

/// Writes units to their places in parallel: those of a file that is written past the page cache together.
///
/// # Errors
/// The first one, with its shard.
fn copy(
    units: &[Unit],
    copied: &mut [Copied],
    open: &mut [Option<Open>],
    source: &WriteInput<'_>,
    writing: &mut Writing<'_, '_>,
) -> Result<(), (usize, CopyError)> {
    units.par_iter().zip(&mut *copied).try_for_each(|(unit, copied)| {
        let Open { file, direct } = open[unit.shard].as_ref().expect("opened for its first unit");
        let done = copied.gather(unit, source).and_then(|()| match direct {
            Some(_) => Ok(()),
            None => copied.write(unit, source, file),
        });
        done.map_err(|error| (unit.shard, error))
    })?;
    let mut copied = &*copied;
    for units in units.chunk_by(|a, b| a.shard == b.shard) {
        let (of_shard, rest) = copied.split_at(units.len());
        copied = rest;
        let shard = units[0].shard;
        if let Some(Open { file, direct: Some(direct) }) = &mut open[shard] {
            let len = units.iter().map(|unit| unit.bytes).sum::<u64>() as usize;
            let mut block = writing.spare();
            fill(direct.block(&mut block, len), units, of_shard, source);
            let sent = writing.send(shard, file, direct.next(block, len));
            sent.map_err(|(shard, error)| (shard, CopyError::Write(error)))?;
        }
    }
    Ok(())
}

/// Puts units one behind the other, in parallel.
fn fill(mut room: &mut [u8], units: &[Unit], copied: &[Copied], source: &WriteInput<'_>) {
    let mut rooms = Vec::with_capacity(units.len());
    for unit in units {
        let (own, rest) = room.split_at_mut(unit.bytes as usize);
        rooms.push(own);
        room = rest;
    }
    rooms.into_par_iter().zip(copied).for_each(|(mut room, copied)| {
        for part in copied.bytes.slices(source.fetch) {
            let (own, rest) = room.split_at_mut(part.len());
            own.copy_from_slice(part);
            room = rest;
        }
    });
}

/// A unit that was written: its bytes, to be hashed.
#[derive(Debug, Default)]
struct Copied {
    shard: usize,
    bytes: Gathered,
}

enum CopyError {
    Read(EngineError),
    Write(io::Error),
}

impl Copied {
    fn gather(&mut self, unit: &Unit, source: &WriteInput<'_>) -> Result<(), CopyError> {
        self.shard = unit.shard;
        self.bytes.fill(unit, source).map_err(CopyError::Read)
    }

    /// Writes a unit to its place.
    fn write(&self, unit: &Unit, source: &WriteInput<'_>, file: &File) -> Result<(), CopyError> {
        let mut slices = self.bytes.io_slices(source.fetch);
        write_all_at(file, &mut slices, unit.offset).map_err(|error| {
            // The system fails, too, when it is handed bytes of a map that are lost. A look at them marks the map.
            let lost = slices.iter().flat_map(|slice| slice.iter().step_by(PAGE_BYTES_MIN));
            std::hint::black_box(lost.fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
            match source.fetch.check() {
                Err(lost) => CopyError::Read(lost.into()),
                Ok(()) => CopyError::Write(error),
            }
        })
    }
}

/// No machine has smaller pages.
const PAGE_BYTES_MIN: usize = 4096;

/// How many slices the system takes at a time.
const SLICES_MAX: usize = 1024;

/// Writes all slices, one after the other, from `offset` on.
pub(super) fn write_all_at(file: &File, mut slices: &mut [IoSlice<'_>], mut offset: u64) -> io::Result<()> {
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        let some = slices.len().min(SLICES_MAX);
        match rustix::io::pwritev(file, &slices[..some], offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => {
                offset += n as u64;
                IoSlice::advance_slices(&mut slices, n);
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

/// Makes a file that only this user can read until it is published.
pub(super) fn create(dir: &Path, path: &str) -> Result<File, EngineError> {
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
fn hash(sums: &mut [Sha256], written: &[Copied], fetch: &Fetch<'_>) {
    let runs: Vec<&[Copied]> = written.chunk_by(|a, b| a.shard == b.shard).collect();
    let (Some(first), Some(last)) = (written.first(), written.last()) else { return };
    sums[first.shard..=last.shard].par_iter_mut().enumerate().for_each(|(n, sum)| {
        if let Ok(run) = runs.binary_search_by_key(&(first.shard + n), |run| run[0].shard) {
            runs[run].iter().flat_map(|copied| copied.bytes.slices(fetch)).for_each(|part| sum.update(part));
        }
    });
}
