//! The tokens of a vocabulary by their bytes: the longest one that a text begins with.

use crate::pairs::Pairs;

/// A map from a beginning of tokens and a byte to the longer beginning. Open addressing, eight bytes an entry.
#[derive(Debug)]
pub(crate) struct Trie {
    /// The longer beginning in the low half, the shorter one and the byte in the other; zero where there is nothing.
    slots: Vec<u64>,
    shift: u32,
    bytes: [u32; 256],
    /// By token: the longest shorter token that it begins with, and the length of that; the length is zero where there
    /// is none. Beginnings that have no entry here are no tokens.
    shorter: Vec<(u32, u32)>,
}

impl Trie {
    /// Makes it of the tokens that are bytes or merged. Linear in their bytes.
    pub(crate) fn new(bytes: &[u32; 256], pairs: &Pairs, tokens: usize) -> Self {
        // The bytes of all tokens, one after another, and where those of each are.
        let mut texts: Vec<u8> = Vec::with_capacity(8 * tokens);
        let mut ranges = vec![0..0; tokens];
        for (byte, token) in (0..=255u8).zip(bytes) {
            ranges[*token as usize] = texts.len()..texts.len() + 1;
            texts.push(byte);
        }
        for token in 0..tokens {
            if let Some((left, right)) = pairs.parts(token as u32) {
                let begin = texts.len();
                texts.extend_from_within(ranges[left as usize].clone());
                texts.extend_from_within(ranges[right as usize].clone());
                ranges[token] = begin..texts.len();
            }
        }
        // The shortest first, so that the beginnings of a token which are tokens are there before it.
        let mut order: Vec<u32> =
            (0..tokens as u32).filter(|token| ranges[*token as usize].len() > 1).collect();
        order.sort_by_key(|token| ranges[*token as usize].len());
        let right = |token: u32| pairs.parts(token).map(|(_, right)| ranges[right as usize].clone());
        let beginnings_max: usize =
            order.iter().filter_map(|token| right(*token)).map(|range| range.len()).sum();
        let slots = (beginnings_max * 3 / 2).next_power_of_two().max(16);
        let mut trie = Self {
            slots: vec![0; slots],
            shift: u64::BITS - slots.ilog2(),
            bytes: *bytes,
            shorter: vec![(0, 0); tokens],
        };
        let mut next = tokens as u32;
        for token in order {
            // What the token is merged from is a token itself, so what is new begins behind it.
            let Some((left, right)) = pairs.parts(token) else { continue };
            let (last, first) =
                texts[ranges[right as usize].clone()].split_last().expect("no token is empty");
            let left_len = ranges[left as usize].len() as u32;
            let (mut node, mut shorter) = (left, (left, left_len));
            for (len, byte) in (left_len + 1..).zip(first) {
                node = trie.get(node, *byte).unwrap_or_else(|| {
                    next += 1;
                    trie.put(node, *byte, next - 1);
                    next - 1
                });
                if (node as usize) < tokens {
                    shorter = (node, len);
                }
            }
            trie.shorter[token as usize] = shorter;
            trie.put(node, *last, token);
        }
        trie
    }

    /// The longest token that a text begins with, and its length in bytes; none for an empty text.
    #[inline]
    pub(crate) fn longest(&self, text: &[u8]) -> Option<(u32, usize)> {
        let (first, rest) = text.split_first()?;
        let mut node = self.bytes[usize::from(*first)];
        let mut found = (node, 1);
        for (len, byte) in (2..).zip(rest) {
            let Some(longer) = self.get(node, *byte) else { break };
            node = longer;
            if (node as usize) < self.shorter.len() {
                found = (node, len);
            }
        }
        Some(found)
    }

    /// The longest token that is shorter than this one and that it begins with, and its length in bytes.
    pub(crate) fn shorter(&self, token: u32) -> Option<(u32, usize)> {
        let (shorter, len) = self.shorter[token as usize];
        (len > 0).then_some((shorter, len as usize))
    }

    fn key(node: u32, byte: u8) -> u64 {
        // No key is zero, for beginnings count from 1 here.
        (u64::from(node) + 1) << 8 | u64::from(byte)
    }

    fn slot(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    #[inline]
    fn get(&self, node: u32, byte: u8) -> Option<u32> {
        let key = Self::key(node, byte);
        let mut slot = self.slot(key);
        loop {
            let entry = self.slots[slot];
            if entry >> 32 == key {
                return Some(entry as u32);
            }
            if entry == 0 {
                return None;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Adds what is not there yet.
    fn put(&mut self, node: u32, byte: u8, longer: u32) {
        let key = Self::key(node, byte);
        let mut slot = self.slot(key);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = key << 32 | u64::from(longer);
    }
}
