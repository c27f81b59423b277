//! The vocabulary of bedload: what a record is, what is found in it, what is remembered of it, and what happens
//! to it.
//!
//! Not here: reading files, threads, clocks, the rules of any target. Everything is a pure function of bytes.

pub mod code;
mod distribution;
pub mod facts;
pub mod features;
pub mod file_name;
pub mod finding;

pub mod findings;
mod fingerprint;
pub mod hostile;
pub mod json;
mod lengths;
pub mod names;
pub mod path;
pub mod plural;
pub mod severities;
pub mod summary;
pub mod tokens;
pub mod verdict;

use zerocopy::{FromBytes, Immutable, IntoBytes};

pub use code::{Code, CodeInfo, CodeSet, Scope, Severity};
pub use distribution::{Bar, Bin, Distributions, Measure, Part};
pub use facts::{
    Column, Cursor, FactRow, FactTable, FactsHeader, FileFacts, Interner, Memory, NO_KEY, NO_TIME, NO_VALUE,
    NoRoom, Plain, Room, StoredValues, Terminator, UnusableFacts,
};
pub use features::{Feature, Features};
pub use finding::{Detail, Excerpt, Finding, HIDDEN_KEY, Origin, RecordFinding, Standing};
pub use findings::{Findings, FindingsBefore, Loss};
pub use fingerprint::{Fingerprint, LineDigest};
pub use json::{Flaw, Json, Number, Parser, Value};
pub use lengths::{LengthCounts, Lengths, PairLengths};
pub use path::{At, Locator};
pub use severities::Severities;
pub use summary::{Counts, Histogram, Quantiles, SideTokens, Summary, SummaryNumber};
pub use tokens::Tokens;
pub use verdict::{Reason, Side, Verdict};

/// The place of a physical line among all lines of all inputs, counted from 0 in input order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable)]
#[repr(transparent)]
pub struct Ordinal(pub u64);

impl Ordinal {
    /// The index of this line in a column of a [`FactTable`].
    #[inline]
    pub fn index(self) -> usize {
        usize::try_from(self.0).expect("a table that fits in memory has indices that fit in usize")
    }
}

/// An input of a run, by its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputId(u32);

impl InputId {
    /// The input that comes after so many others.
    ///
    /// # Panics
    /// Where there are more than 2^32 inputs.
    pub fn new(before: usize) -> Self {
        Self(u32::try_from(before).expect("no command line names so many inputs"))
    }

    /// How many inputs come before it: its index in a list of all of them.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a line is in its (decompressed) input, in bytes, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Length in bytes. Lines of more than 4 GiB are legal input, if not legal records.
    pub len: u64,
}
