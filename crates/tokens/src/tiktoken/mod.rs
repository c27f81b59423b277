//! tiktoken-rs behind the same interface: for whoever doubts the fast counter, and its oracle in tests. Cuts a text
//! around long white space, on which tiktoken-rs fails, and adds up the parts.

pub(crate) mod blank;
pub(crate) mod run;

use std::panic::catch_unwind;

use tiktoken_rs::CoreBPE;

use crate::counter::Uncountable;
use crate::encoding::Encoding;
use run::{BlankPieces, Blanks};

/// Shortest run of white space, in bytes, that is counted apart from the text around it.
///
/// tiktoken-rs 0.12.1 fails from 999,997 characters of white space on (measured 2026-11), because the regex
/// engine keeps 24 bytes of stack for each; so this also bounds that stack, to 100 kB a thread.
const RUN_BYTES_MIN: usize = 4096;

// A character is at least a byte, so runs left to the engine stay far below its limit of 1,000,000 frames.
const _: () = assert!(0 < RUN_BYTES_MIN && RUN_BYTES_MIN < 900_000);

/// Returns the tokenizer of tiktoken-rs, read once per process and shared by all threads.
pub(crate) fn ranks(encoding: Encoding) -> &'static CoreBPE {
    match encoding {
        // Only the special tokens differ, which ordinary text never becomes; a second copy would cost
        // some 50 MB.
        Encoding::O200kBase | Encoding::O200kHarmony => tiktoken_rs::o200k_base_singleton(),
        Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
        Encoding::P50kBase => tiktoken_rs::p50k_base_singleton(),
        Encoding::R50kBase => tiktoken_rs::r50k_base_singleton(),
    }
}

/// Returns how an encoding splits white space.
const fn blanks(encoding: Encoding) -> Blanks {
    match encoding {
        Encoding::O200kBase | Encoding::O200kHarmony => Blanks::O200k,
        Encoding::Cl100kBase => Blanks::Cl100k,
        Encoding::P50kBase | Encoding::R50kBase => Blanks::Gpt2,
    }
}

/// Counts by tiktoken-rs alone.
#[derive(Clone)]
pub(crate) struct Tiktoken {
    encoding: Encoding,
    tokenizer: &'static CoreBPE,
    run_bytes_min: usize,
}

impl Tiktoken {
    /// A counter for an encoding. The vocabulary is read once per process (about 0.2 s for `o200k_base`).
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self::with_run_bytes_min(encoding, RUN_BYTES_MIN)
    }

    /// Creates a counter that sets apart white space from `run_bytes_min` bytes on, at least 1.
    ///
    /// The counts do not depend on it; tests make it small so that short texts take the way of long ones.
    pub(crate) fn with_run_bytes_min(encoding: Encoding, run_bytes_min: usize) -> Self {
        Self { encoding, tokenizer: ranks(encoding), run_bytes_min }
    }

    /// The number of tokens of a text, whose special tokens are ordinary text. Takes O(n log n) time for n bytes.
    ///
    /// # Errors
    /// [`Uncountable`] if the tokenizer panics, which no known text makes it do.
    pub(crate) fn count(&self, text: &str) -> Result<u64, Uncountable> {
        let mut tokens = 0;
        let mut counted_bytes = 0;
        for piece in BlankPieces::new(blanks(self.encoding), text, self.run_bytes_min) {
            tokens += count_with(self.tokenizer, &text[counted_bytes..piece.start])?;
            tokens += count_with(blank::tokenizer(self.encoding), &text[piece.clone()])?;
            counted_bytes = piece.end;
        }
        Ok(tokens + count_with(self.tokenizer, &text[counted_bytes..])?)
    }
}

/// Counts with `tokenizer` alone.
///
/// The panic hook is left alone: it is the process's, and setting it here would race with other threads. It
/// would print one message per such text, but `run.rs` shows why there should be none.
fn count_with(tokenizer: &CoreBPE, text: &str) -> Result<u64, Uncountable> {
    guard(text, || tokenizer.count_ordinary(text) as u64)
}

/// Turns a panic of `count` into an error about `text`.
///
/// The bound that unwinding is safe comes with the type: a tokenizer is never changed by counting, and the
/// regex engine's scratch memory is reset before each use.
pub(crate) fn guard(
    text: &str,
    count: impl FnOnce() -> u64 + std::panic::UnwindSafe,
) -> Result<u64, Uncountable> {
    catch_unwind(count).map_err(|_| Uncountable { bytes: text.len() as u64 })
}
