//! How each token of a vocabulary comes about: the last merge that makes it. The build script reads this file too.
//!
//! Merging a text follows the ranks: the adjacent pair whose bytes together have the lowest rank is merged, the
//! leftmost of equals first. What happens inside the bytes of a token never depends on what stands around them, as
//! long as no merge crosses their ends. So a token that comes about at all always comes about by the same last
//! merge, which merging its own bytes shows; and a table of these merges, one a token, is all that merging needs.

use std::collections::HashMap;

/// How a token comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is a single byte.
    Byte(u8),
    /// Two tokens are merged into it.
    Merge(u32, u32),
    /// No merge makes it: it occurs only where a whole pretoken equals it.
    Whole,
    /// No token has this rank.
    None,
}

/// The origin of each token, by rank, where any two tokens merge whose bytes together are a token. The slice has the
/// tokens by rank, those of no bytes being none.
///
/// Linear in the vocabulary, but for tokens of hundreds of bytes, which take the square of their length.
pub(crate) fn origins(tokens: &[Vec<u8>]) -> Vec<Origin> {
    let ranks: HashMap<&[u8], u32> =
        tokens.iter().enumerate().map(|(rank, token)| (token.as_slice(), rank as u32)).collect();
    let merge = |token: &[u8], _: usize| ranks.get(token).copied();
    tokens.iter().map(|token| origin(token, |token| ranks.get(token).copied(), merge)).collect()
}

/// The origin of one token, given the rank of a token and that of the merge of two parts: their bytes together, and
/// how many of these are the first part's.
pub(crate) fn origin(
    token: &[u8],
    rank: impl Fn(&[u8]) -> Option<u32>,
    merge: impl Fn(&[u8], usize) -> Option<u32>,
) -> Origin {
    match token {
        [] => return Origin::None,
        [byte] => return Origin::Byte(*byte),
        _ => {}
    }
    // Where the parts begin, and where the last one ends.
    let mut bounds: Vec<usize> = (0..=token.len()).collect();
    let rank_at =
        |bounds: &[usize], at: usize| merge(&token[bounds[at]..bounds[at + 2]], bounds[at + 1] - bounds[at]);
    while bounds.len() > 3 {
        let pairs = (0..bounds.len() - 2).filter_map(|at| Some((rank_at(&bounds, at)?, at)));
        let Some((_, at)) = pairs.min() else { return Origin::Whole };
        bounds.remove(at + 1);
    }
    match (rank(&token[..bounds[1]]), rank(&token[bounds[1]..]), rank_at(&bounds, 0)) {
        (Some(left), Some(right), Some(_)) => Origin::Merge(left, right),
        _ => Origin::Whole,
    }
}
