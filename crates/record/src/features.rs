//! Features of a record that a data set must have consistently, or not too consistently.

use crate::Lengths;

/// Features that some targets require in all records, in none, or of one kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Feature {
    System,
    Image,
    Video,
    Document,
    Reasoning,
    Tools,
    Id,
    /// `reference_answer` is a string.
    TextReference,
    /// `reference_answer` is an object.
    ObjectReference,
    /// `reference_answer` is a number.
    NumberReference,
    /// `reference_answer` is a list.
    ListReference,
    /// `reference_answer` is a boolean.
    BoolReference,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::System,
        Self::Image,
        Self::Video,
        Self::Document,
        Self::Reasoning,
        Self::Tools,
        Self::Id,
        Self::TextReference,
        Self::ObjectReference,
        Self::NumberReference,
        Self::ListReference,
        Self::BoolReference,
    ];
}

/// The features of one record: a bit for each, and a hash of the bucket of its media, 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    bits: u16,
    /// The bucket, if there is one.
    pub bucket: u64,
    /// How long the answers of a pair are, compared with each other.
    pub lengths: Lengths,
}

impl Features {
    /// Adds a feature.
    pub fn insert(&mut self, of: Feature) {
        self.bits |= 1 << of as u8;
    }

    /// A bit for each of [`Feature::ALL`], in this order.
    pub fn bits(self) -> u16 {
        self.bits
    }

    /// Those that have these bits; none where a bit is of no feature.
    pub fn from_bits(bits: u16, bucket: u64, lengths: Lengths) -> Option<Self> {
        (bits >> Feature::ALL.len() == 0).then_some(Self { bits, bucket, lengths })
    }

    /// Returns true if the record has it.
    pub fn has(self, of: Feature) -> bool {
        self.bits >> of as u8 & 1 == 1
    }
}
