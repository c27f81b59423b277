//! What a visit finds a record to be, besides its findings.

use bedload_record::Features;
use bedload_stages::tokens;

use crate::scan::stances::Stance;

/// What a run that keeps no facts needs to know about a record.
pub(crate) struct Summary {
    pub(crate) tokens: tokens::Tokens,
    pub(crate) features: Features,
    /// The identity of its content, where that was wanted.
    pub(crate) digest: u128,
    /// The id of its label, where that was wanted.
    pub(crate) label: Option<u32>,
    /// What it asks and answers, where that was wanted.
    pub(crate) stance: Option<Stance>,
}

impl Summary {
    pub(super) fn of(Content { tokens, features, digest, label, stance, .. }: Content) -> Self {
        Self { tokens, features, digest, label, stance }
    }
}

/// What else a record is, once it is accepted or not.
#[derive(Default)]
pub(super) struct Content {
    pub(super) tokens: tokens::Tokens,
    pub(super) digest: u128,
    pub(super) features: Features,
    /// The id of its label, where that was wanted.
    pub(super) label: Option<u32>,
    pub(super) stance: Option<Stance>,
    /// Messages of the user and of the assistant, where facts are wanted.
    pub(super) turns: u64,
    pub(super) rank: u64,
    pub(super) time: u64,
    /// Length in bytes once it is converted, with the line ends between several records; none where it stays as it is.
    pub(super) written: Option<u64>,
    /// How many records were made of it in a conversion, where that is not one.
    pub(super) records: Option<u32>,
}
