//! How long the phases of a build take.

use std::time::{Duration, Instant};

/// How long each phase took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    /// Copying streams to where they can be read at an offset.
    pub spool: Duration,
    /// Reading, checking, counting: pass one.
    pub scan: Duration,
    /// Deciding, and making variants.
    pub plan: Duration,
    /// Writing shards: pass two.
    pub write: Duration,
    /// Writing the tables, and hashing the inputs, meanwhile; then the manifest.
    pub report: Duration,
}

/// Adds the time since `clock` to a phase, and starts it again.
pub(crate) fn lap(clock: &mut Instant, phase: &mut Duration) {
    *phase += std::mem::replace(clock, Instant::now()).elapsed();
}

/// Adds the time that `work` takes to a phase.
pub(crate) fn timed<T>(phase: &mut Duration, work: impl FnOnce() -> T) -> T {
    let mut clock = Instant::now();
    let done = work();
    lap(&mut clock, phase);
    done
}
