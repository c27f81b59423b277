//! The tokens of a vocabulary by their bytes: the longest one that a text begins with.

use crate::pairs::Pairs;

/// A map from a beginning of tokens and a byte to the longer beginning. Open addressing, eight bytes an entry.
#[derive(Debug)]
pub(crate) struct Trie {
    /// The longer beginning in the low half, the shorter one and the byte in the other; zero where there is nothing.
    slots: Box<[u64]>,
    shift: u32,
    bytes: [u32; 256],
    /// Beginnings below this are tokens by their ranks, others are none.
    tokens: u32,
}

impl Trie {
    /// Makes it of the tokens that are bytes or merged. Takes some 20 ms for 200,000 tokens.
    pub(crate) fn new(bytes: &[u32; 256], pairs: &Pairs, tokens: usize) -> Self {
        let mut texts: Vec<Vec<u8>> = vec![Vec::new(); tokens];
        for (byte, token) in (0..=255u8).zip(bytes) {
            texts[*token as usize] = vec![byte];
        }
        for token in 0..tokens {
            let (left, right) = pairs.parts(token as u32);
            if left != Pairs::NONE {
                texts[token] = [texts[left as usize].as_slice(), &texts[right as usize]].concat();
            }
        }
        let mut trie = Self {
            slots: vec![0; 1024].into_boxed_slice(),
            shift: u64::BITS - 10,
            bytes: *bytes,
            tokens: tokens as u32,
        };
        // Sorted, so that a token finds the beginnings of the one before it. A token comes before all that it begins.
        let mut order: Vec<usize> = (0..tokens).filter(|token| texts[*token].len() > 1).collect();
        order.sort_unstable_by(|a, b| texts[*a].cmp(&texts[*b]));
        let mut used = 0;
        let mut next = tokens as u32;
        for token in order {
            let (last, first) = texts[token].split_last().expect("at least two bytes");
            let mut node = bytes[usize::from(first[0])];
            for byte in &first[1..] {
                node = trie.get(node, *byte).unwrap_or_else(|| {
                    next += 1;
                    used += 1;
                    trie.insert(node, *byte, next - 1, used);
                    next - 1
                });
            }
            used += 1;
            trie.insert(node, *last, token as u32, used);
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
            if node < self.tokens {
                found = (node, len);
            }
        }
        Some(found)
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

    /// Adds what is not there yet; `used` entries there will be.
    fn insert(&mut self, node: u32, byte: u8, longer: u32, used: usize) {
        if used * 2 > self.slots.len() {
            let slots = vec![0; self.slots.len() * 4].into_boxed_slice();
            let old = std::mem::replace(&mut self.slots, slots);
            self.shift -= 2;
            for entry in old.into_iter().filter(|entry| *entry != 0) {
                self.put(entry);
            }
        }
        self.put(Self::key(node, byte) << 32 | u64::from(longer));
    }

    fn put(&mut self, entry: u64) {
        let mut slot = self.slot(entry >> 32);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = entry;
    }
}
