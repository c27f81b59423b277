//! The stages: one folder each, with what it does, its configuration, its code and its tests.
//!
//! A stage that needs the bytes of one record offers a [`Check`] or a function of a [`Record`] to the scan; one
//! that needs facts only is a pure function that the plan calls; one that makes bytes is a [`Rewrite`].
//! Not here: reading or writing anything, threads of its own, clocks.

#![allow(
    clippy::inline_always,
    reason = "code is compiled for the instructions of the function it is inlined into"
)]

mod buckets;
pub mod convert;
pub mod repair;

pub mod preference;
pub mod schema;
pub mod tokens;

pub mod conflicts;
pub mod contamination;
pub mod pii;

pub mod dedupe;
mod marks;
pub mod near;
mod role;

pub mod balance;
pub mod facets;
pub mod group;
pub mod ids;
pub mod pointer;
pub mod select;
pub mod split;

pub mod augment;

mod config;
mod read;
pub mod shapes;

pub use config::Stages;

use bedload_bedrock::Record;
use bedload_record::Findings;

/// Finds what is wrong with one record. Pure: the same record always gives the same findings, so that details can
/// be had again later.
pub trait Check: Sync {
    /// Adds what it finds.
    fn check(&self, record: &Record<'_>, findings: &mut Findings);
}

/// Makes a changed record as a splice of the old bytes and escaped new text.
pub trait Rewrite: Sync {
    /// Appends the changed line, without a line end, to `out`; returns false, and appends nothing, where the line
    /// cannot hold the change.
    fn rewrite(&self, line: &[u8], out: &mut Vec<u8>) -> bool;
}

/// The stages by name, in the order in which they decide.
pub const STAGES: &[(&str, &str)] = &[
    ("convert", "records of one format as records of another"),
    ("schema", "fields, their types and their ranges"),
    ("preference", "pairs that teach nothing, or contradict each other"),
    ("tokens", "exact token counts and the limit per record"),
    ("pii", "personal data and secrets"),
    ("dedupe", "exact duplicates by content"),
    ("contamination", "text in common with evaluation data"),
    ("conflicts", "prompts with different answers"),
    ("near", "near-duplicates by shingles"),
    ("balance", "label distribution"),
    ("split", "training and validation sets"),
    ("augment", "variants of training records"),
];
