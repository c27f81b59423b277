//! # Contamination
//!
//! ## What it does
//! Finds records that have text in common with evaluation data, and says with which of its records, where, and how much.
//!
//! ## Why
//! A model that was trained on the questions of a test answers them from memory, and its score says nothing.
//!
//! ## How
//! Texts are compared by their words, as `near` makes them, all texts of a record one after the other. A record is
//! contaminated by a record of the evaluation data
//!
//! * if both have thirteen words in a row in common (`ngram`), or
//! * if the words in a row that both have, eight or more of them each time, are most of the words of the evaluation
//!   record (`coverage`), or
//! * where the evaluation record has fewer words than either takes, if it is the whole of a text of the record, or of the
//!   record.
//!
//! Words in a row that more than ten different evaluation records have are instructions or forms of a test, and not a
//! question of it: they count for neither, and words that are in no others are left out of the coverage. An evaluation
//! record of nothing else is compared as a whole. The same evaluation record given twice is one.
//!
//! The evaluation data is read first. It leaves a table of the hashes of its words in a row; each training record is
//! looked up in a bitmap of these as it is visited, and only one with a bit in it is looked at more closely. Hashes have
//! 64 bits: with 10^7 of them, one of 10^5 training records of a thousand words has one by chance in 20,000 runs.
//!
//! ## Findings
//! `contamination/match`, `contamination/dropped`, `contamination/found`, `contamination/uncompared`,
//! `contamination/common`.

pub(crate) mod config;
mod grams;
mod index;
mod matcher;
mod place;
#[cfg(test)]
mod tests;

pub use config::{ContaminationConfig, EvalSet, Hits, NotEvalSet};
pub use index::{EvalChunk, EvalRecord, Index};
pub use matcher::{By, Match, Matcher};
pub use place::{find_text, word_start};

/// Words in a row that both records have where coverage is concerned.
pub const COVERAGE_WORDS: usize = 8;
/// Evaluation records with fewer words are compared with nothing: `yes` is in every data set.
pub const WORDS_MIN: usize = 3;
