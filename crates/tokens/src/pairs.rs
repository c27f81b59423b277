//! The merges of a vocabulary: which token two adjacent ones become.

/// A map from pairs of tokens to the token that they are merged into. Open addressing, eight bytes an entry.
#[derive(Debug)]
pub(crate) struct Pairs {
    /// Left, right and merged token in 21 bits each; zero where there is nothing, for no token is merged into the
    /// token 0 from two tokens 0.
    slots: Box<[u64]>,
    shift: u32,
}

const BITS: u32 = 21;

impl Pairs {
    /// What stands for no merge: larger than every rank.
    pub(crate) const NONE: u32 = u32::MAX;

    /// The most tokens that a vocabulary can have here.
    pub(crate) const TOKENS_MAX: usize = 1 << BITS;

    /// An empty map with room for so many merges.
    pub(crate) fn with_capacity(merges: usize) -> Self {
        let slots = (merges * 2).next_power_of_two().max(16);
        Self { slots: vec![0; slots].into_boxed_slice(), shift: u64::BITS - slots.ilog2() }
    }

    fn slot(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// Adds a merge. There is room for those that were announced.
    pub(crate) fn insert(&mut self, left: u32, right: u32, merged: u32) {
        let key = u64::from(left) << BITS | u64::from(right);
        let mut slot = self.slot(key);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = key << BITS | u64::from(merged);
    }

    /// The token that two become, or [`Pairs::NONE`]. A token beyond the vocabulary is in no pair.
    #[inline]
    pub(crate) fn get(&self, left: u32, right: u32) -> u32 {
        let key = u64::from(left) << BITS | u64::from(right);
        let mut slot = self.slot(key);
        loop {
            let entry = self.slots[slot];
            if entry >> BITS == key && entry != 0 {
                return (entry & ((1 << BITS) - 1)) as u32;
            }
            if entry == 0 {
                return Self::NONE;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}
