//! A small set of hashes that is emptied by counting up, for one record or set after the other.

/// Hashes, each with the number of the turn that it was added in.
#[derive(Default)]
pub(super) struct Seen {
    places: Vec<(u64, u32)>,
    len: usize,
    turn: u32,
}

/// One turn, in which hashes are added.
pub(super) struct Turn<'s> {
    /// As many as a power of two.
    places: &'s mut [(u64, u32)],
    turn: u32,
}

impl Seen {
    /// Empties it, and makes room for so many hashes.
    #[inline(always)]
    pub(super) fn begin(&mut self, most: usize) -> Turn<'_> {
        self.len = (most * 2 + 16).next_power_of_two();
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 || self.len > self.places.len() {
            self.places.clear();
            self.places.resize(self.len, (0, 0));
            self.turn = 1;
        }
        Turn { places: &mut self.places[..self.len], turn: self.turn }
    }

    /// Whether a hash was added in the last turn.
    #[inline(always)]
    pub(super) fn has(&self, hash: u64) -> bool {
        let places = &self.places[..self.len];
        places[place(places, self.turn, hash)].1 == self.turn
    }
}

impl Turn<'_> {
    /// Adds a hash; false where it was there.
    #[inline(always)]
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        let at = place(self.places, self.turn, hash);
        let is_new = self.places[at].1 != self.turn;
        self.places[at] = (hash, self.turn);
        is_new
    }
}

/// Where a hash is, or a free place.
#[inline(always)]
fn place(places: &[(u64, u32)], now: u32, hash: u64) -> usize {
    let mask = places.len() - 1;
    let mut at = hash as usize & mask;
    loop {
        let (other, turn) = places[at];
        if turn != now || other == hash {
            return at;
        }
        at = (at + 1) & mask;
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
            let mut now = seen.begin(most);
            // All in the same place.
            let hashes = || (0..most as u64).map(|n| n << 32);
            hashes().for_each(|hash| assert!(now.insert(hash)));
            hashes().for_each(|hash| assert!(!now.insert(hash)));
            hashes().for_each(|hash| assert!(seen.has(hash)));
            assert!(!seen.has(u64::MAX << 32));
            if turn == 99 {
                assert!(!seen.begin(0).places.is_empty());
                hashes().for_each(|hash| assert!(!seen.has(hash)));
            }
        }
    }
}
