//! What a run holds that grows with its data, for the message of a run that reaches its memory limit. Nothing is
//! decided by these numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Shorter lines take no notable memory, and a counter that all threads write would cost more than it tells.
const LONG_LINE_BYTES: u64 = 1 << 20;

/// Counters of what a run holds, updated chunk by chunk.
#[derive(Debug, Default)]
pub struct Ledger {
    lines: AtomicU64,
    facts_bytes: AtomicU64,
    labels: AtomicU64,
    duplicates: AtomicU64,
    variants: AtomicU64,
    longest_line: AtomicU64,
}

/// What a run holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Lines whose facts are in memory; none of a run that keeps no facts.
    pub lines: u64,
    /// The bytes of these facts.
    pub facts_bytes: u64,
    /// Different labels.
    pub labels: u64,
    /// Duplicates found.
    pub duplicates: u64,
    /// Variants made.
    pub variants: u64,
    /// The longest line so far in bytes; zero where none was long.
    pub longest_line: u64,
}

impl Ledger {
    /// Notes that there are facts of some more lines, and how much memory these take.
    pub(crate) fn add_facts(&self, lines: u64, bytes: usize) {
        self.lines.fetch_add(lines, Ordering::Relaxed);
        self.facts_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Notes that facts which took `from` bytes of memory take `to` bytes now, put together or put elsewhere.
    pub(crate) fn move_facts(&self, from: usize, to: usize) {
        self.facts_bytes.fetch_add(to as u64, Ordering::Relaxed);
        self.facts_bytes.fetch_sub(from as u64, Ordering::Relaxed);
    }

    /// Notes how many different labels the lines have.
    pub(crate) fn hold_labels(&self, labels: usize) {
        self.labels.store(labels as u64, Ordering::Relaxed);
    }

    /// Notes how many records were found to be duplicates, and how many variants were made.
    pub(crate) fn hold_plan(&self, duplicates: usize, variants: usize) {
        self.duplicates.store(duplicates as u64, Ordering::Relaxed);
        self.variants.store(variants as u64, Ordering::Relaxed);
    }

    /// Notes a line that is about to be visited: one record can take all memory by itself.
    pub(crate) fn begin_line(&self, bytes: u64) {
        if bytes >= LONG_LINE_BYTES {
            self.longest_line.fetch_max(bytes, Ordering::Relaxed);
        }
    }

    /// What is held.
    pub fn held(&self) -> Held {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Held {
            lines: of(&self.lines),
            facts_bytes: of(&self.facts_bytes),
            labels: of(&self.labels),
            duplicates: of(&self.duplicates),
            variants: of(&self.variants),
            longest_line: of(&self.longest_line),
        }
    }
}
