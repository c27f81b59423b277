//! How each token of a vocabulary comes about: the last merge that makes it. And the form in which the public encodings
//! are checked in, as finding the merges of their ranks at every start would take longer than most runs.
//!
//! Merging a text follows the ranks: the adjacent pair whose bytes together have the lowest rank is merged, the
//! leftmost of equals first. What happens inside the bytes of a token never depends on what stands around them, as
//! long as no merge crosses their ends. So a token that comes about at all always comes about by the same last
//! merge, which merging its own bytes shows; and a table of these merges, one a token, is all that merging needs.

use std::collections::{HashMap, HashSet};

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

// A table has an entry for each token, by rank, which begins with a number. Numbers have 7 bits a byte, the lowest
// first, and the highest bit of all but the last byte is set.

/// No token has this rank.
const NONE: u32 = 0;
/// A single byte, which follows.
const BYTE: u32 = 1;
/// Bytes that no merge makes follow, after their number.
const WHOLE: u32 = 2;
/// This much more than the left token of a merge; the right one follows.
const LEFT: u32 = 3;

/// The origins of the tokens in tables that stand one after the other, and the tokens that no merge makes.
pub(crate) fn read(tables: &[&[u8]]) -> (Vec<Origin>, HashSet<Box<[u8]>>) {
    // An entry has four bytes and more, but for the few that are not merges.
    let mut origins = Vec::with_capacity(tables.iter().map(|table| table.len() / 4 + 256).sum());
    let mut whole = HashSet::new();
    for table in tables {
        let mut at = 0;
        while at < table.len() {
            origins.push(match number(table, &mut at) {
                NONE => Origin::None,
                BYTE => {
                    at += 1;
                    Origin::Byte(table[at - 1])
                }
                WHOLE => {
                    let len = number(table, &mut at) as usize;
                    at += len;
                    whole.insert(table[at - len..at].into());
                    Origin::Whole
                }
                left => Origin::Merge(left - LEFT, number(table, &mut at)),
            });
        }
    }
    (origins, whole)
}

/// The number at a place, which moves behind it. No number has more than three bytes.
#[inline]
fn number(table: &[u8], at: &mut usize) -> u32 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = table[*at];
        *at += 1;
        number |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return number;
        }
    }
}

/// The table of some tokens.
#[cfg(test)]
pub(crate) fn write(tokens: &[Vec<u8>], origins: &[Origin]) -> Vec<u8> {
    let mut table = Vec::new();
    let push = |table: &mut Vec<u8>, mut number: u32| {
        while number > 0x7f {
            table.push(number as u8 | 0x80);
            number >>= 7;
        }
        table.push(number as u8);
    };
    for (token, origin) in tokens.iter().zip(origins) {
        match *origin {
            Origin::None => push(&mut table, NONE),
            Origin::Byte(byte) => {
                push(&mut table, BYTE);
                table.push(byte);
            }
            Origin::Whole => {
                push(&mut table, WHOLE);
                push(&mut table, token.len() as u32);
                table.extend_from_slice(token);
            }
            Origin::Merge(left, right) => {
                push(&mut table, LEFT + left);
                push(&mut table, right);
            }
        }
    }
    table
}
