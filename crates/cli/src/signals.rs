//! SIGINT, SIGTERM and SIGHUP: the first asks the run to stop and clean up, the second ends it at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

static CAUGHT: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// The number of the signal that was caught, if any.
pub(crate) fn caught() -> Option<u8> {
    let number = CAUGHT.get()?.load(Ordering::Relaxed);
    u8::try_from(number).ok().filter(|&signal| signal != 0)
}

/// Registers the handlers and returns the flag that the first signal sets.
pub(crate) fn install() -> std::io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let caught = CAUGHT.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))?;
        flag::register_usize(signal, Arc::clone(caught), signal as usize)?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    // A file size limit becomes an error of the write, which names the file.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(stop)
}
