//! The counter a worker thread owns: cuts a text around long white space and adds up its parts.

use std::panic::catch_unwind;

use tiktoken_rs::CoreBPE;

use crate::blank;
use crate::encoding::Encoding;
use crate::run::BlankPieces;

/// Shortest run of white space, in bytes, that is counted apart from the text around it.
///
/// tiktoken-rs 0.12.1 fails from 999,997 characters of white space on (measured 2026-11), because the regex
/// engine keeps 24 bytes of stack for each; so this also bounds that stack, to 100 kB a thread.
const RUN_BYTES_MIN: usize = 4096;

// A character is at least a byte, so runs left to the engine stay far below its limit of 1,000,000 frames.
const _: () = assert!(0 < RUN_BYTES_MIN && RUN_BYTES_MIN < 900_000);

/// Counts the tokens of texts under one encoding.
///
/// Each worker thread owns one. The vocabulary is read once per process (about 0.2 s for `o200k_base`), by
/// the first counter of an encoding; further counters share it and cost nothing.
///
/// ```
/// use bedload_tokens::{Counter, Encoding};
///
/// let mut counter = Counter::new(Encoding::O200kBase);
/// assert_eq!(counter.count("hello world"), Ok(2));
/// assert!(counter.count(&" ".repeat(2_000_000)).is_ok());
/// ```
#[derive(Clone)]
pub struct Counter {
    encoding: Encoding,
    tokenizer: &'static CoreBPE,
    run_bytes_min: usize,
}

impl Counter {
    /// Creates a counter for `encoding`, reading its vocabulary if this process has not done so yet.
    pub fn new(encoding: Encoding) -> Counter {
        Counter::with_run_bytes_min(encoding, RUN_BYTES_MIN)
    }

    /// Creates a counter that sets apart white space from `run_bytes_min` bytes on, at least 1.
    ///
    /// The counts do not depend on it; tests make it small so that short texts take the way of long ones.
    pub(crate) fn with_run_bytes_min(encoding: Encoding, run_bytes_min: usize) -> Counter {
        Counter { encoding, tokenizer: encoding.tokenizer(), run_bytes_min }
    }

    /// Returns the encoding this counter was created for.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns the number of tokens of `text`, whose special tokens are ordinary text.
    ///
    /// Takes O(n log n) time for n bytes: linear in the text, times the logarithm of its longest pretoken.
    /// Memory beyond the text is 4 bytes a token, and some 50 bytes for each byte of the longest pretoken.
    ///
    /// # Errors
    ///
    /// [`Uncountable`] if the tokenizer panics, which no known text makes it do: what it cannot take is
    /// counted without it.
    pub fn count(&mut self, text: &str) -> Result<u64, Uncountable> {
        let mut tokens = 0;
        let mut counted_bytes = 0;
        for piece in BlankPieces::new(self.encoding.pattern(), text, self.run_bytes_min) {
            tokens += count_with(self.tokenizer, &text[counted_bytes..piece.start])?;
            tokens += count_with(blank::tokenizer(self.encoding), &text[piece.clone()])?;
            counted_bytes = piece.end;
        }
        Ok(tokens + count_with(self.tokenizer, &text[counted_bytes..])?)
    }
}

impl std::fmt::Debug for Counter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Counter").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

/// Says that the tokenizer gave up on a text; the counter remains usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tokenizer failed on {bytes} bytes of text")]
pub struct Uncountable {
    /// Length of the part of the text on which it failed, in bytes.
    pub bytes: u64,
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
