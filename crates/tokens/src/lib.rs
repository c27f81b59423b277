//! Exact token counts of a text under the public encodings of `OpenAI`; no ids, no decoding, no model names.
//!
//! A count equals the length of what tiktoken-rs' `encode_ordinary` returns, on every text for which that
//! returns, and special tokens such as `<|endoftext|>` are ordinary text. tiktoken-rs 0.12.1 panics on long
//! runs of white space; [`Counter`] counts those exactly as well (see `run.rs` for which and why).
//! This crate is the only user of tiktoken-rs.
//!
//! ```
//! use bedload_tokens::{Counter, Encoding};
//!
//! let mut counter = Counter::new(Encoding::Cl100kBase);
//! assert_eq!(counter.count("tiktoken is great!"), Ok(6));
//! ```

mod blank;
mod counter;
mod encoding;
mod run;

pub use counter::{Counter, Uncountable};
pub use encoding::{Encoding, UnknownEncoding};

#[cfg(test)]
mod tests;
