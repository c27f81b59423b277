//! What others may see of a run while it runs, and how they stop it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, TryLockError};
use std::thread;
use std::time::Duration;

use bedload_scan::Watch;

use crate::run::memory::Ledger;

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Copying streams to where they can be read at an offset.
    Spool,
    /// Reading, checking, counting: pass one.
    Scan,
    /// Deciding, and making variants.
    Plan,
    /// Writing shards: pass two.
    Write,
    /// Writing the tables, and hashing the inputs.
    Report,
    /// Sending files elsewhere.
    Upload,
}

impl Phase {
    const ALL: [Self; 6] = [Self::Spool, Self::Scan, Self::Plan, Self::Write, Self::Report, Self::Upload];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spool => "spool",
            Self::Scan => "scan",
            Self::Plan => "plan",
            Self::Write => "write",
            Self::Report => "report",
            Self::Upload => "upload",
        }
    }
}

/// Counters that only grow, for display; nothing is decided by them.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read, and the flag that stops the run.
    pub watch: Watch,
    /// What the run holds in memory.
    pub ledger: Ledger,
    records: AtomicU64,
    rejected: AtomicU64,
    phase: AtomicU8,
    /// What is being built.
    building: Mutex<Vec<Building>>,
}

/// An output under way.
#[derive(Debug)]
pub(crate) struct Building {
    /// Where it is built.
    pub(crate) path: PathBuf,
    /// How that is removed.
    pub(crate) discard: fn(&Path) -> io::Result<()>,
    /// Directories above the output that were made for it, the deepest last.
    pub(crate) made: Vec<PathBuf>,
}

impl Building {
    fn remove(&self) {
        // Threads that have not seen the signal yet may add files meanwhile.
        for _ in 0..100 {
            if (self.discard)(&self.path).is_ok() {
                break;
            }
        }
        for made in self.made.iter().rev() {
            let _ = std::fs::remove_dir(made);
        }
    }
}

impl Progress {
    /// Removes what is being built, for a process that is about to end without waiting for the run. Returns true where
    /// something was being built.
    pub fn abandon(&self) -> bool {
        let building = self.take_building();
        building.iter().for_each(Building::remove);
        !building.is_empty()
    }

    /// Takes what is being built. The lock is held for moments only, but perhaps by the very thread that ends the
    /// process, which must not wait for itself.
    fn take_building(&self) -> Vec<Building> {
        for _ in 0..100 {
            match self.building.try_lock() {
                Ok(mut building) => return std::mem::take(&mut *building),
                Err(TryLockError::Poisoned(_)) => break,
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
            }
        }
        Vec::new()
    }

    /// Notes what is being built from now on, or that the last of it is about to be moved into place.
    pub(crate) fn building(&self, what: Option<Building>) {
        if let Ok(mut building) = self.building.lock() {
            match what {
                Some(what) => building.push(what),
                None => drop(building.pop()),
            }
        }
    }

    /// A run that ends when the watch says so.
    pub fn new(watch: Watch) -> Self {
        Self { watch, ..Self::default() }
    }

    /// Records visited so far.
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// How many of them were rejected.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// What the run is doing.
    pub fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.phase.load(Ordering::Relaxed)) % Phase::ALL.len()]
    }

    /// Begins a phase.
    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, records: u64, rejected: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.rejected.fetch_add(rejected, Ordering::Relaxed);
    }
}
