//! A small set of hashes that is emptied by counting up, for one record or set after the other.

/// Hashes, each with the number of the turn that it was added in.
#[derive(Default)]
pub(super) struct Seen {
    places: Vec<(u64, u32)>,
    mask: usize,
    turn: u32,
}

impl Seen {
    /// Empties it, and makes room for so many hashes.
    pub(super) fn begin(&mut self, most: usize) {
        let size = (most * 2 + 16).next_power_of_two();
        self.mask = size - 1;
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 || size > self.places.len() {
            self.places.clear();
            self.places.resize(size, (0, 0));
            self.turn = 1;
        }
    }

    /// Where a hash is, or a free place.
    #[inline]
    fn place(&self, hash: u64) -> usize {
        let mut at = hash as usize & self.mask;
        loop {
            let (other, turn) = self.places[at];
            if turn != self.turn || other == hash {
                return at;
            }
            at = (at + 1) & self.mask;
        }
    }

    /// Adds a hash; false where it was there.
    #[inline]
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        let at = self.place(hash);
        let is_new = self.places[at].1 != self.turn;
        self.places[at] = (hash, self.turn);
        is_new
    }

    /// Whether a hash was added.
    #[inline]
    pub(super) fn has(&self, hash: u64) -> bool {
        self.places[self.place(hash)].1 == self.turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_knows_nothing_of_the_one_before() {
        let mut seen = Seen::default();
        for turn in 0..100u64 {
            let most = (turn * 7 % 50) as usize;
            seen.begin(most);
            for n in 0..most as u64 {
                // All in the same place.
                assert!(!seen.has(n << 32));
                assert!(seen.insert(n << 32));
                assert!(!seen.insert(n << 32));
            }
        }
    }
}
