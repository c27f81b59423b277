//! SIGINT, SIGTERM and SIGHUP: the first asks the run to stop, which it does at the next chunk. A run that is stuck, such
//! as in a read from a pipe that has stalled, is ended from here after a moment, and at once by a second signal. Either
//! way nothing half-built stays behind. A signal that was ignored when the program started stays ignored, as `nohup`
//! wants it.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use std::{fs, io, process, thread};

use bedload_engine::Progress;
use bedload_scan::Watch;
use signal_hook::consts::{SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::memory::{self, Look};

static CAUGHT: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// How long a run has to stop by itself.
const PATIENCE: Duration = Duration::from_millis(800);

/// The number of the signal that was caught, if any.
pub(crate) fn caught() -> Option<u8> {
    u8::try_from(CAUGHT.load(Ordering::Relaxed)).ok().filter(|&signal| signal != 0)
}

/// Begins to listen, and returns the progress of a run that the first signal stops.
pub(crate) fn install() -> io::Result<Arc<Progress>> {
    let stop = Arc::new(AtomicBool::new(false));
    let progress = Arc::new(Progress::new(Watch::new(Arc::clone(&stop))));
    memory::watch_over(&progress);
    let ignored = ignored_signals(&fs::read_to_string("/proc/self/status").unwrap_or_default());
    let is_heeded = |signal: &c_int| ignored & (1 << (signal - 1)) == 0;
    let heeded: Vec<c_int> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(is_heeded).collect();
    let signals = Signals::new(&heeded)?;
    let (run, stops) = (Arc::clone(&progress), Arc::clone(&stop));
    let spawned =
        thread::Builder::new().name("signals".to_owned()).spawn(move || attend(signals, &stops, &run));
    if spawned.is_err() {
        // No thread could be started. Then the first signal stops the run at its next chunk, and a second one ends it.
        for signal in heeded {
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))?;
            flag::register_usize(signal, Arc::clone(&CAUGHT), signal as usize)?;
            flag::register(signal, Arc::clone(&stop))?;
        }
    }
    // Rust aborts where the heap is beyond help. That is the environment's doing, and ends as such.
    flag::register_conditional_shutdown(SIGABRT, 3, Arc::new(AtomicBool::new(true)))?;
    // A file size limit becomes an error of the write, which names the file.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(progress)
}

/// The signals that this process ignores, as bits, from `/proc/self/status`; none where that cannot be read.
fn ignored_signals(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Waits for signals, and looks after the memory meanwhile.
fn attend(mut signals: Signals, stop: &AtomicBool, run: &Progress) {
    let look = Look::new();
    let mut first: Option<(c_int, Instant)> = None;
    loop {
        for signal in signals.pending() {
            if first.is_some() {
                end(run, signal);
            }
            first = Some((signal, Instant::now()));
            CAUGHT.store(signal as usize, Ordering::Relaxed);
            stop.store(true, Ordering::Relaxed);
        }
        if let Some((signal, _)) = first.filter(|(_, since)| since.elapsed() >= PATIENCE) {
            end(run, signal);
        }
        look.look();
        thread::sleep(Look::EVERY);
    }
}

fn end(run: &Progress, signal: c_int) -> ! {
    run.abandon();
    crate::exit::complain_unlocked("interrupted");
    process::exit(128 + signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_status() {
        let status = "Name:\tbedload\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!(ignored_signals(status), 1 << (SIGHUP - 1) | 1 << 12);
        assert_eq!(ignored_signals(""), 0);
    }
}
