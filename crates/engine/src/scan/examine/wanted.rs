//! What the caller of a visit wants to know.

use bedload_record::Interner;

/// Gives ids to the label and the values of records.
#[derive(Debug)]
pub(crate) struct Names<'n> {
    pub(crate) labels: &'n mut Interner<String>,
    /// For each field whose values are kept.
    pub(crate) values: &'n mut [Interner<String>],
}

/// How much of a record's identity the caller needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// Nothing, and the line was visited before: nothing of it is counted again.
    Again,
    Nothing,
    Digest,
    /// Its digest, and the keys of its groups.
    Groups,
}
