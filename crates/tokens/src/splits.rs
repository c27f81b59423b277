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

/// The origin of each token, by rank. The slice has the tokens by rank, those of no bytes being none.
///
/// Linear in the vocabulary, but for tokens of hundreds of bytes, which take the square of their length.
pub(crate) fn origins(tokens: &[Vec<u8>]) -> Vec<Origin> {
    let ranks: HashMap<&[u8], u32> =
        tokens.iter().enumerate().map(|(rank, token)| (token.as_slice(), rank as u32)).collect();
    tokens.iter().map(|token| origin(token, &ranks)).collect()
}

fn origin(token: &[u8], ranks: &HashMap<&[u8], u32>) -> Origin {
    match token {
        [] => return Origin::None,
        [byte] => return Origin::Byte(*byte),
        _ => {}
    }
    // Where the parts begin, and where the last one ends.
    let mut bounds: Vec<usize> = (0..=token.len()).collect();
    let rank = |bounds: &[usize], at: usize| ranks.get(&token[bounds[at]..bounds[at + 2]]).copied();
    while bounds.len() > 3 {
        let pairs = (0..bounds.len() - 2).filter_map(|at| Some((rank(&bounds, at)?, at)));
        let Some((_, at)) = pairs.min() else { return Origin::Whole };
        bounds.remove(at + 1);
    }
    match (ranks.get(&token[..bounds[1]]), ranks.get(&token[bounds[1]..])) {
        (Some(&left), Some(&right)) => Origin::Merge(left, right),
        _ => Origin::Whole,
    }
}
