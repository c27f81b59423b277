//! Tokenizers for pretokens of white space alone, whatever their length. They do not split.
//!
//! Merging inside a pretoken looks up substrings of it only. So the ranks of the tokens that are made of the
//! bytes of white space, some hundreds, give the same merges as the whole vocabulary, and tiktoken-rs itself
//! does them, in O(n log n), under a pattern that takes any text as one pretoken without backtracking.

use std::sync::OnceLock;

use tiktoken_rs::{CoreBPE, Rank};

use crate::encoding::Encoding;

/// One past the largest rank of an ordinary token in any encoding.
///
/// `o200k_base` has the most, 199,998 (2026-11). Special tokens in this range need no care: their names are
/// not blank.
pub(crate) const RANKS_END: Rank = 200_000;

/// Returns the tokenizer for blank pretokens of `encoding`, made once per process in some 20 ms.
pub(crate) fn tokenizer(encoding: Encoding) -> &'static CoreBPE {
    static O200K: OnceLock<CoreBPE> = OnceLock::new();
    static CL100K: OnceLock<CoreBPE> = OnceLock::new();
    static P50K: OnceLock<CoreBPE> = OnceLock::new();
    static R50K: OnceLock<CoreBPE> = OnceLock::new();
    let cell = match encoding {
        Encoding::O200kBase | Encoding::O200kHarmony => &O200K,
        Encoding::Cl100kBase => &CL100K,
        Encoding::P50kBase => &P50K,
        Encoding::R50kBase => &R50K,
    };
    cell.get_or_init(|| build(super::ranks(encoding)))
}

fn build(full: &CoreBPE) -> CoreBPE {
    let ranks = (0..RANKS_END)
        .filter_map(|rank| Some((full.decode_bytes(&[rank]).ok()?, rank)))
        .filter(|(token, _)| token.iter().copied().all(is_blank_byte))
        .collect();
    CoreBPE::new(ranks, [].into_iter().collect(), "(?s:.+)").expect("the pattern is valid")
}

/// Tells whether a byte occurs in the UTF-8 form of some white space.
///
/// The 25 characters are U+0009..=U+000D, U+0020, U+0085, U+00A0, U+1680, U+2000..=U+200A, U+2028, U+2029,
/// U+202F, U+205F and U+3000. A byte too many would be harmless, one too few is seen by a test.
pub(crate) fn is_blank_byte(byte: u8) -> bool {
    matches!(
        byte,
        0x09..=0x0D | b' ' | 0x80..=0x8A | 0x9A | 0x9F | 0xA0 | 0xA8 | 0xA9 | 0xAF | 0xC2 | 0xE1..=0xE3
    )
}
