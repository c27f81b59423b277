//! A vocabulary as merging needs it: which two tokens make which, and the few texts that no merge makes.

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::chars::Chars;
use crate::merge_table::{self, Origin};
use crate::pairs::Pairs;
use crate::trie::Trie;

/// What tokens are made of. Tokens are known by their ranks.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The token of each byte.
    pub(crate) bytes: [u32; 256],
    /// The merges of pairs of tokens.
    pub(crate) pairs: Pairs,
    /// Characters that need not be merged.
    pub(crate) chars: Chars,
    /// The tokens by their bytes, made when a pretoken asks for them.
    trie: OnceLock<Trie>,
    /// How many tokens there are.
    pub(crate) tokens: usize,
    /// Texts that are one token where they are a whole pretoken, though merging does not make them.
    whole: HashSet<Box<[u8]>>,
    /// The most bytes in such a text.
    whole_max: usize,
}

/// Beginnings of tokens that can be told apart: more than any vocabulary has that is known.
const TOKEN_BYTES_MAX: usize = 1 << 23;

impl Vocabulary {
    /// Makes a vocabulary from the origins of its tokens, by rank.
    ///
    /// # Errors
    /// Where a byte is no token, so that not every text could be counted, and where a token has a lower rank than its
    /// parts, as no training makes it.
    pub(crate) fn new(
        origins: impl ExactSizeIterator<Item = Origin>,
        whole: HashSet<Box<[u8]>>,
    ) -> Result<Self, String> {
        let tokens = origins.len();
        let mut bytes = [Pairs::NONE; 256];
        let mut pairs = Pairs::with_tokens(tokens);
        let mut lens = vec![0usize; tokens];
        for (rank, origin) in origins.enumerate() {
            match origin {
                Origin::Byte(byte) => {
                    bytes[usize::from(byte)] = rank as u32;
                    lens[rank] = 1;
                }
                Origin::Merge(left, right) => {
                    let parts = lens[..rank].get(left as usize).zip(lens[..rank].get(right as usize));
                    let Some((left_len, right_len)) = parts else {
                        return Err(format!("the token of rank {rank} comes before its parts"));
                    };
                    lens[rank] = left_len + right_len;
                    pairs.insert(left, right, rank as u32);
                }
                Origin::Whole | Origin::None => {}
            }
        }
        if let Some(byte) = bytes.iter().position(|token| *token == Pairs::NONE) {
            return Err(format!("there is no token for the byte {byte:#04x}"));
        }
        if lens.iter().sum::<usize>() > TOKEN_BYTES_MAX {
            return Err(format!("its tokens have more than {TOKEN_BYTES_MAX} bytes"));
        }
        let chars = Chars::new(&bytes, &pairs, tokens);
        let whole_max = whole.iter().map(|text| text.len()).max().unwrap_or(0);
        Ok(Self { bytes, pairs, chars, trie: OnceLock::new(), tokens, whole, whole_max })
    }

    /// The tokens by their bytes.
    pub(crate) fn trie(&self) -> &Trie {
        self.trie.get_or_init(|| Trie::new(&self.bytes, &self.pairs, self.tokens))
    }

    /// Makes a vocabulary from its tokens by rank and their origins.
    ///
    /// # Errors
    /// As for `new`.
    pub(crate) fn of_ranks(tokens: &[Vec<u8>], origins: Vec<Origin>) -> Result<Self, String> {
        let is_whole = |(token, origin): (&Vec<u8>, &Origin)| {
            (*origin == Origin::Whole).then(|| token.as_slice().into())
        };
        let whole = tokens.iter().zip(&origins).filter_map(is_whole).collect();
        Self::new(origins.into_iter(), whole)
    }

    /// Reads the tables of a public encoding.
    pub(crate) fn from_tables(tables: &[&[u8]]) -> Self {
        let (origins, whole) = merge_table::read(tables);
        Self::new(origins.into_iter(), whole).expect("the public encodings were trained")
    }

    /// Returns true if the pretoken is one token whatever merging makes of it.
    pub(crate) fn is_whole(&self, pretoken: &[u8]) -> bool {
        pretoken.len() <= self.whole_max && self.whole.contains(pretoken)
    }
}
