//! Counting the tokens of a pretoken by merging: the pair of the lowest rank first, the leftmost of equals.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::pairs::Pairs;
use crate::vocabulary::Vocabulary;

/// Pretokens up to this length are merged in arrays that are searched from end to end.
const SHORT_MAX: usize = 96;
/// Most of them are no longer than this, and arrays of this size are cheaper to set up.
const WORD_MAX: usize = 16;

/// Memory for merging long pretokens, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    tokens: Vec<u32>,
    /// The part after each one, by where it begins.
    next: Vec<u32>,
    previous: Vec<u32>,
    /// The rank of the merge of each part with the one after it.
    ranks: Vec<u32>,
    heap: BinaryHeap<Reverse<(u32, u32)>>,
}

/// Scratch memory beyond this many bytes of pretoken is given back after use.
const KEEP_BYTES: usize = 1 << 16;

/// How many tokens a pretoken becomes; at least 1, for it is not empty.
pub(crate) fn count(vocabulary: &Vocabulary, pretoken: &[u8], scratch: &mut Scratch) -> u64 {
    if pretoken.len() == 1 {
        return 1;
    }
    let count = if pretoken.len() <= WORD_MAX {
        count_short::<WORD_MAX>(vocabulary, pretoken) as u64
    } else if pretoken.len() <= SHORT_MAX {
        count_short::<SHORT_MAX>(vocabulary, pretoken) as u64
    } else {
        let count = count_long(vocabulary, pretoken, scratch) as u64;
        if pretoken.len() > KEEP_BYTES {
            *scratch = Scratch::default();
        }
        count
    };
    if count > 1 && vocabulary.is_whole(pretoken) { 1 } else { count }
}

fn byte_pair(vocabulary: &Vocabulary, pair: &[u8]) -> u32 {
    vocabulary.byte_pairs[usize::from(pair[0]) << 8 | usize::from(pair[1])]
}

/// Quadratic in the pretoken, which has at most `MAX` bytes.
fn count_short<const MAX: usize>(vocabulary: &Vocabulary, pretoken: &[u8]) -> usize {
    let mut tokens = [0u32; MAX];
    let mut ranks = [Pairs::NONE; MAX];
    let mut len = pretoken.len();
    for (token, byte) in tokens.iter_mut().zip(pretoken) {
        *token = vocabulary.bytes[usize::from(*byte)];
    }
    for (rank, pair) in ranks.iter_mut().zip(pretoken.windows(2)) {
        *rank = byte_pair(vocabulary, pair);
    }
    loop {
        let lowest = ranks[..len - 1].iter().copied().min().unwrap_or(Pairs::NONE);
        if lowest == Pairs::NONE {
            return len;
        }
        let at = ranks[..len - 1].iter().position(|rank| *rank == lowest).unwrap_or(0);
        tokens[at] = lowest;
        tokens.copy_within(at + 2..len, at + 1);
        ranks.copy_within((at + 2).min(len)..len, at + 1);
        len -= 1;
        ranks[len - 1] = Pairs::NONE;
        if at + 1 < len {
            ranks[at] = vocabulary.pairs.get(lowest, tokens[at + 1]);
        }
        if at > 0 {
            ranks[at - 1] = vocabulary.pairs.get(tokens[at - 1], lowest);
        }
        if len == 1 {
            return 1;
        }
    }
}

/// n log n in the pretoken, by a heap of the pairs.
fn count_long(vocabulary: &Vocabulary, pretoken: &[u8], scratch: &mut Scratch) -> usize {
    let Scratch { tokens, next, previous, ranks, heap } = scratch;
    let end = pretoken.len() as u32;
    tokens.clear();
    tokens.extend(pretoken.iter().map(|byte| vocabulary.bytes[usize::from(*byte)]));
    next.clear();
    next.extend(1..=end);
    previous.clear();
    previous.extend((0..end).map(|at| at.wrapping_sub(1)));
    ranks.clear();
    ranks.extend(pretoken.windows(2).map(|pair| byte_pair(vocabulary, pair)));
    ranks.push(Pairs::NONE);
    let pairs = ranks.iter().zip(0u32..).filter(|(rank, _)| **rank != Pairs::NONE);
    *heap = pairs.map(|(rank, at)| Reverse((*rank, at))).collect();
    let mut count = pretoken.len();
    while let Some(Reverse((rank, at))) = heap.pop() {
        let here = at as usize;
        // A pair that was merged since, or whose parts were, is not what it was when it was put in.
        if ranks[here] != rank {
            continue;
        }
        let second = next[here] as usize;
        let third = next[second];
        tokens[here] = rank;
        next[here] = third;
        ranks[second] = Pairs::NONE;
        ranks[here] = Pairs::NONE;
        count -= 1;
        if third < end {
            previous[third as usize] = at;
            ranks[here] = vocabulary.pairs.get(rank, tokens[third as usize]);
            if ranks[here] != Pairs::NONE {
                heap.push(Reverse((ranks[here], at)));
            }
        }
        let before = previous[here];
        if before < end {
            let merged = vocabulary.pairs.get(tokens[before as usize], rank);
            ranks[before as usize] = merged;
            if merged != Pairs::NONE {
                heap.push(Reverse((merged, before)));
            }
        }
    }
    count
}
