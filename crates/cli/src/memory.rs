//! The memory limit of a run: kept, and the run ended in an orderly way where it would be crossed, before the system
//! kills the process. What the limits of the system are is in `limits.rs`, and how bytes are counted in `alloc.rs`.

use std::cell::Cell;
use std::fmt::Write;
use std::fs::File;
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use std::{process, thread};

use bedload_engine::{Held, Progress};
use bedload_record::plural::plural;

use crate::alloc;
use crate::exit::{Exit, give_up_unlocked};
use crate::limits::{self, Limit};

/// What a thread is assumed to need: for counting tokens, its chunks, and what it found in them.
const THREAD_BYTES: u64 = 24 << 20;
/// Memory for the last words.
const RESERVE_BYTES: usize = 1 << 20;

static LIMIT: Mutex<Option<Limit>> = Mutex::new(None);
static RESERVE: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static RUN: OnceLock<Arc<Progress>> = OnceLock::new();
static IS_ENDING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static ENDS_THE_RUN: Cell<bool> = const { Cell::new(false) };
}

/// Takes the system's limit for that of the run.
pub(crate) fn install() {
    if let Ok(mut reserve) = RESERVE.lock() {
        *reserve = vec![0; RESERVE_BYTES];
    }
    if let Some(limit) = limits::detect() {
        set(limit);
    }
}

/// Takes the user's limit in place of the system's.
pub(crate) fn set_by_user(bytes: u64) {
    set(Limit { bytes, name: "--memory-limit".to_owned() });
}

fn set(limit: Limit) {
    // Allocations are not all that takes memory: there are stacks, tables of the kernel, and what the allocator
    // keeps. What is really held is compared as well.
    alloc::set_bound(limit.bytes - (limit.bytes / 10).max(4 << 20).min(limit.bytes / 2));
    if let Ok(mut held) = LIMIT.lock() {
        *held = Some(limit);
    }
}

/// What the run is to take away where it ends for want of memory.
pub(crate) fn watch_over(run: &Arc<Progress>) {
    let _ = RUN.set(Arc::clone(run));
}

/// The limit of the run, in bytes.
pub(crate) fn limit_bytes() -> Option<u64> {
    LIMIT.lock().ok().and_then(|limit| limit.as_ref().map(|limit| limit.bytes))
}

/// How many threads the limit has room for.
pub(crate) fn threads_max() -> NonZeroUsize {
    let threads = limit_bytes().map_or(u64::MAX, |bytes| bytes / 4 / THREAD_BYTES);
    NonZeroUsize::new(usize::try_from(threads).unwrap_or(usize::MAX)).unwrap_or(NonZeroUsize::MIN)
}

/// Called by the allocator, inside any function, once more bytes are live than the bound allows.
pub(crate) fn exceeded(asked_bytes: u64) {
    end("the memory limit was reached", asked_bytes);
}

/// Called by the allocator where the system refuses memory.
pub(crate) fn refused(asked_bytes: u64) {
    end("the system refused an allocation", asked_bytes);
}

/// Compares what the process really holds with the limit, from time to time.
pub(crate) struct Look {
    statm: Option<File>,
    page_bytes: u64,
}

impl Look {
    pub(crate) const EVERY: Duration = Duration::from_millis(20);

    pub(crate) fn new() -> Self {
        let page_bytes = rustix::param::page_size() as u64;
        Self { statm: File::open("/proc/self/statm").ok(), page_bytes }
    }

    /// Ends the run where the limit is all but reached.
    pub(crate) fn look(&self) {
        let Some(held) = self.anonymous_bytes() else { return };
        if limit_bytes().is_some_and(|limit| held > limit - (limit / 20).max(2 << 20).min(limit / 4)) {
            end("the memory limit was reached", 0);
        }
    }

    /// Resident memory that no file backs.
    fn anonymous_bytes(&self) -> Option<u64> {
        let mut text = [0; 128];
        let n = self.statm.as_ref()?.read_at(&mut text, 0).ok()?;
        let mut fields = std::str::from_utf8(&text[..n]).ok()?.split(' ').skip(1);
        let (resident, shared) = (fields.next()?.parse::<u64>().ok()?, fields.next()?.parse::<u64>().ok()?);
        Some(resident.saturating_sub(shared) * self.page_bytes)
    }
}

/// Removes what was begun, says why, and ends the process. Any thread may be here, at any allocation, with any lock
/// held: nothing here waits for a lock. What this thread allocates on the way is let through; other threads stop.
fn end(why: &str, asked_bytes: u64) {
    if ENDS_THE_RUN.get() {
        return;
    }
    if IS_ENDING.swap(true, Ordering::SeqCst) {
        loop {
            thread::sleep(Duration::from_secs(1));
        }
    }
    ENDS_THE_RUN.set(true);
    let held_bytes = alloc::live_bytes().saturating_sub(asked_bytes);
    if let Ok(mut reserve) = RESERVE.try_lock() {
        drop(std::mem::take(&mut *reserve));
    }
    let mut message = format!("out of memory: {why}");
    if let Ok(limit) = LIMIT.try_lock()
        && let Some(Limit { bytes, name }) = limit.as_ref()
    {
        let _ = write!(message, " ({}, {name})", mebibytes(*bytes));
    }
    let held = RUN.get().map(|run| run.ledger.held()).unwrap_or_default();
    let _ = write!(message, "\nin use: {}", mebibytes(held_bytes));
    if asked_bytes >= 1 << 20 {
        let _ = write!(message, ", and {} more were requested", mebibytes(asked_bytes));
    }
    message += &describe(&held);
    if RUN.get().is_some_and(|run| run.abandon()) {
        message += "\nthe unfinished output was removed";
    }
    message += hint(&held);
    give_up_unlocked(&message);
    process::exit(i32::from(Exit::Environment.code()))
}

fn describe(held: &Held) -> String {
    let mut parts = Vec::new();
    if held.facts_bytes > 0 {
        parts.push(format!(
            "the facts of {} ({})",
            plural(held.lines, "line", "lines"),
            mebibytes(held.facts_bytes)
        ));
    }
    for (n, [one, many]) in [
        (held.labels, ["label", "labels"]),
        (held.duplicates, ["duplicate", "duplicates"]),
        (held.variants, ["variant", "variants"]),
    ] {
        if n > 0 {
            parts.push(plural(n, one, many));
        }
    }
    if held.longest_line > 0 {
        parts.push(format!("up to several copies of a line of {} bytes", held.longest_line));
    }
    if parts.is_empty() { String::new() } else { format!("\nthis includes {}", parts.join(", ")) }
}

/// What helps, given what is held.
fn hint(held: &Held) -> &'static str {
    if held.longest_line > held.facts_bytes / 8 {
        "\nhint: raise the limit, use fewer threads (--threads), or reject long records (--max-record-bytes)"
    } else if held.lines > 0 {
        "\nhint: raise the limit, use fewer threads (--threads), or split the input"
    } else {
        "\nhint: raise the limit, or use fewer threads (--threads)"
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
