//! A vocabulary as merging needs it: which two tokens make which, and the few texts that no merge makes.

use std::collections::HashSet;

use crate::pairs::Pairs;
use crate::splits::Origin;

/// What tokens are made of. Tokens are known by their ranks.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The token of each byte.
    pub(crate) bytes: [u32; 256],
    /// The rank of the merge of each two bytes, [`Pairs::NONE`] where there is none.
    pub(crate) byte_pairs: Box<[u32]>,
    /// The merges of all other pairs of tokens, too.
    pub(crate) pairs: Pairs,
    /// Texts that are one token where they are a whole pretoken, though merging does not make them.
    whole: HashSet<Box<[u8]>>,
    /// The most bytes in such a text.
    whole_max: usize,
}

impl Vocabulary {
    /// Makes a vocabulary from the origins of its tokens, by rank.
    pub(crate) fn new(origins: impl ExactSizeIterator<Item = Origin>, whole: HashSet<Box<[u8]>>) -> Self {
        let mut bytes = [Pairs::NONE; 256];
        let mut pairs = Pairs::with_capacity(origins.len());
        for (rank, origin) in origins.enumerate() {
            match origin {
                Origin::Byte(byte) => bytes[usize::from(byte)] = rank as u32,
                Origin::Merge(left, right) => pairs.insert(left, right, rank as u32),
                Origin::Whole | Origin::None => {}
            }
        }
        let byte_pairs = (0..256 * 256).map(|n: usize| pairs.get(bytes[n >> 8], bytes[n & 0xFF])).collect();
        let whole_max = whole.iter().map(|text| text.len()).max().unwrap_or(0);
        Self { bytes, byte_pairs, pairs, whole, whole_max }
    }

    /// Makes a vocabulary from its tokens by rank and their origins.
    ///
    /// # Errors
    /// Where a byte is no token: not every text could be counted.
    pub(crate) fn of_ranks(tokens: &[Vec<u8>], origins: Vec<Origin>) -> Result<Self, String> {
        let is_whole = |(token, origin): (&Vec<u8>, &Origin)| {
            (*origin == Origin::Whole).then(|| token.as_slice().into())
        };
        let whole = tokens.iter().zip(&origins).filter_map(is_whole).collect();
        let vocabulary = Self::new(origins.into_iter(), whole);
        match vocabulary.bytes.iter().position(|token| *token == Pairs::NONE) {
            Some(byte) => Err(format!("the byte {byte:#04x} is no token")),
            None => Ok(vocabulary),
        }
    }

    /// Reads a table that the build script left.
    pub(crate) fn from_table(table: &[u8]) -> Self {
        let number = |at: usize| {
            let bytes = table[at..at + 4].try_into().expect("four bytes");
            u32::from_le_bytes(bytes)
        };
        let count = number(0) as usize;
        let origin = |rank: usize| match (number(4 + rank * 8), number(8 + rank * 8)) {
            (u32::MAX, _) => Origin::None,
            (byte, u32::MAX) => Origin::Byte(byte as u8),
            (left, right) => Origin::Merge(left, right),
        };
        let mut whole = HashSet::new();
        let mut at = 4 + count * 8;
        while at < table.len() {
            let len = number(at) as usize;
            whole.insert(Box::from(&table[at + 4..at + 4 + len]));
            at += 4 + len;
        }
        Self::new((0..count).map(origin), whole)
    }

    /// Returns true if the pretoken is one token whatever merging makes of it.
    pub(crate) fn is_whole(&self, pretoken: &[u8]) -> bool {
        pretoken.len() <= self.whole_max && self.whole.contains(pretoken)
    }
}
