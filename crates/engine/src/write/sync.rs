//! Files on their way to the disk: large ones while they are being written, small ones many at a time. A journal takes
//! as long for one file as for all that ask for it together.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

use rustix::process::{Resource, getrlimit};

use crate::run::error::{EngineError, io_error};

/// Threads that wait for the disk together.
const WAITING_MAX: usize = 32;

/// The most files that wait to be synced together: they are open until then.
const PENDING_MAX: usize = 64;

/// Of the files that the process may have open, waiting ones are at most one in so many.
const PENDING_SHARE: u64 = 8;

/// After so many bytes of a file, those are sent to the disk while more are written.
const AHEAD_BYTES: u64 = 32 << 20;

/// A thread that only waits needs no more.
const STACK_BYTES: usize = 64 << 10;

pub(super) fn waiter() -> Builder {
    Builder::new().stack_size(STACK_BYTES)
}

/// Sends what was written of one file to the disk while more is written.
pub(super) struct Ahead<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    /// The shard under way, and its bytes since the last time.
    shard: usize,
    bytes: u64,
    running: Option<ScopedJoinHandle<'scope, Result<(), EngineError>>>,
}

impl<'scope, 'env> Ahead<'scope, 'env> {
    pub(super) fn new(scope: &'scope Scope<'scope, 'env>) -> Self {
        Self { scope, shard: 0, bytes: 0, running: None }
    }

    /// Notes that so many bytes of a shard were written to its file.
    ///
    /// # Errors
    /// Where something that was sent ahead did not get to the disk: the system tells that once, so nobody else learns it.
    pub(super) fn written(
        &mut self,
        (shard, path): (usize, &Path),
        file: &File,
        bytes: u64,
    ) -> Result<(), EngineError> {
        if self.shard != shard {
            (self.shard, self.bytes) = (shard, 0);
        }
        self.bytes += bytes;
        let is_busy = self.running.as_ref().is_some_and(|running| !running.is_finished());
        if self.bytes < AHEAD_BYTES || is_busy {
            return Ok(());
        }
        self.wait()?;
        // What cannot be sent ahead goes with the rest.
        let Ok(file) = file.try_clone() else { return Ok(()) };
        let path = path.to_owned();
        let sync = move || file.sync_data().map_err(io_error(&path, "synced"));
        self.bytes = 0;
        self.running = waiter().spawn_scoped(self.scope, sync).ok();
        Ok(())
    }

    /// Waits for what is on its way.
    pub(super) fn wait(&mut self) -> Result<(), EngineError> {
        self.running.take().map_or(Ok(()), join)
    }
}

fn join(running: ScopedJoinHandle<'_, Result<(), EngineError>>) -> Result<(), EngineError> {
    running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Files that are written, and not yet on the disk for certain.
pub(super) struct Pending {
    files: Vec<(PathBuf, File)>,
    max: usize,
}

impl Pending {
    pub(super) fn new() -> Self {
        let open_max = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        Self { files: Vec::new(), max: (open_max / PENDING_SHARE).clamp(1, PENDING_MAX as u64) as usize }
    }

    /// Adds a file; syncs those there are once they are many.
    pub(super) fn add(&mut self, path: PathBuf, file: File) -> Result<(), EngineError> {
        self.files.push((path, file));
        if self.files.len() < self.max { Ok(()) } else { self.sync() }
    }

    /// Waits until all of them are on the disk, and closes them.
    pub(super) fn sync(&mut self) -> Result<(), EngineError> {
        let sync = |(path, file): &(PathBuf, File)| file.sync_all().map_err(io_error(path, "synced"));
        let files = std::mem::take(&mut self.files);
        let part = files.len().div_ceil(WAITING_MAX).max(1);
        thread::scope(|scope| {
            let mut parts = files.chunks(part);
            let first = parts.next().unwrap_or_default();
            let waiting: Vec<_> = parts
                .map(|part| {
                    let all = move || part.iter().try_for_each(sync);
                    // Where the system refuses threads, this one waits for each in turn.
                    waiter().spawn_scoped(scope, all).map_err(|_| part)
                })
                .collect();
            let mut result = first.iter().try_for_each(sync);
            for thread in waiting {
                let synced = match thread {
                    Ok(thread) => join(thread),
                    Err(part) => part.iter().try_for_each(sync),
                };
                result = result.and(synced);
            }
            result
        })
    }
}
