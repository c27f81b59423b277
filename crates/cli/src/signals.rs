//! SIGINT, SIGTERM and SIGHUP: the first asks the run to stop, which it does at the next chunk. A run that is stuck, such
//! as in a read from a pipe that has stalled, is ended from here after a moment, and at once by a second signal. Either
//! way nothing half-built stays behind.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use bedload_engine::Progress;
use bedload_scan::Watch;
use signal_hook::consts::{SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;

static CAUGHT: AtomicU8 = AtomicU8::new(0);

/// How long a run has to stop by itself.
const PATIENCE: Duration = Duration::from_millis(800);

/// The number of the signal that was caught, if any.
pub(crate) fn caught() -> Option<u8> {
    Some(CAUGHT.load(Ordering::Relaxed)).filter(|&signal| signal != 0)
}

/// Begins to listen, and returns the progress of a run that the first signal stops.
pub(crate) fn install() -> std::io::Result<Arc<Progress>> {
    let stop = Arc::new(AtomicBool::new(false));
    let progress = Arc::new(Progress::new(Watch::new(Arc::clone(&stop))));
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let run = Arc::clone(&progress);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let first = CAUGHT.swap(signal as u8, Ordering::Relaxed) == 0;
            stop.store(true, Ordering::Relaxed);
            if !first {
                end(&run, signal);
            }
            let run = Arc::clone(&run);
            thread::spawn(move || {
                thread::sleep(PATIENCE);
                end(&run, signal);
            });
        }
    })?;
    // Rust aborts where memory cannot be had. That is the environment's doing, and ends as such.
    flag::register_conditional_shutdown(SIGABRT, 3, Arc::new(AtomicBool::new(true)))?;
    // A file size limit becomes an error of the write, which names the file.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(progress)
}

fn end(run: &Progress, signal: i32) -> ! {
    run.abandon();
    crate::exit::complain("interrupted");
    process::exit(128 + signal)
}
