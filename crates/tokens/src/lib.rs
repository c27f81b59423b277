//! Exact token counts of a text under the public encodings of `OpenAI`; no ids, no decoding, no model names.
//!
//! A count equals the length of what tiktoken-rs' `encode_ordinary` returns, on every text for which that returns,
//! and special tokens such as `<|endoftext|>` are ordinary text. Counting alone needs no ids: a text is split without
//! a regex engine (`split/`), a pretoken that was seen before is looked up (`cache.rs`), and others are merged
//! (`merge.rs`) by a table made from the ranks of tiktoken-rs (`merge_table.rs`, `vocabulary.rs`). The tables are checked
//! in, in `merges/`; a test makes them again and compares. The feature `tiktoken` adds tiktoken-rs as a second engine.
//! This crate is the only user of tiktoken-rs.
//!
//! ```
//! use bedload_tokens::{Counter, Encoding};
//!
//! let mut counter = Counter::new(Encoding::Cl100kBase);
//! assert_eq!(counter.count("tiktoken is great!"), Ok(6));
//! ```

#![allow(
    clippy::inline_always,
    reason = "code is compiled for the instructions of the function it is inlined into"
)]

mod backtrack;
mod cache;
mod cache_miss;
mod chars;
mod classes;
mod counter;
mod encoding;
mod fast;
mod long;
mod merge;
mod merge_table;
mod pairs;
mod split;
#[cfg(any(test, feature = "tiktoken"))]
mod tiktoken;
mod tokenizer;
mod trie;
mod vocabulary;
pub mod wide;
mod window;

pub use counter::{Counter, Uncountable};
pub use encoding::{Encoding, UnknownEncoding};
pub use tokenizer::{Engine, Tokenizer, TokenizerError};

#[cfg(test)]
mod tests;
