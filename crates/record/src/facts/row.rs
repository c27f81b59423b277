//! One line's facts, as the scan hands them over.

use crate::Tokens;
use crate::code::CodeSet;
use crate::features::Features;

/// How a physical line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Terminator {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
    /// The end of the input.
    None,
}

impl Terminator {
    /// Its length: 0, 1 or 2 bytes.
    pub fn len_bytes(self) -> u64 {
        match self {
            Self::Lf => 1,
            Self::CrLf => 2,
            Self::None => 0,
        }
    }
}

/// What the scan knows about one line.
#[derive(Clone, Debug)]
pub struct FactRow<'k> {
    /// Byte offset of the line in its input.
    pub start: u64,
    /// How the line ended.
    pub terminator: Terminator,
    /// Whether no finding rejects the record.
    pub accepted: bool,
    /// Identity of the record's content; meaningful for accepted records only.
    pub digest: u128,
    /// Tokens and characters of its texts, each kept up to [`TOKENS_MAX`](super::TOKENS_MAX).
    pub tokens: Tokens,
    /// Messages of the user and of the assistant; zero where the record is not a conversation.
    pub turns: u64,
    /// The label, as an id of the table's [`FactTable::labels`](super::FactTable::labels).
    pub label: Option<u32>,
    /// Everything found.
    pub codes: CodeSet,
    /// What it has of the things that must be alike in all records.
    pub features: Features,
    /// What it shares with records that stay on the same side of a split: a key for each way to group records, or
    /// [`NO_KEY`](super::NO_KEY).
    pub keys: &'k [u64],
    /// Its values, as ids of the table's [`FactTable::values`](super::FactTable::values) or
    /// [`NO_VALUE`](super::NO_VALUE): one for each field whose values are kept.
    pub values: &'k [u32],
    /// Of several records that are equal or alike, the one of the lowest rank stays; 0 where nothing ranks them.
    pub rank: u64,
    /// When it is from, as a number that grows with time; [`NO_TIME`](super::NO_TIME) where it has no time.
    pub time: u64,
    /// Length in bytes of the record as it is to be written, where that is not its line.
    pub written: Option<u64>,
    /// How many records are written in its place; one as a rule.
    pub records: u32,
}
