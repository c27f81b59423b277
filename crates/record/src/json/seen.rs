//! The keys of one object, to tell one that occurs twice. What counts as the same key is decided by those who ask.

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;

/// The most keys that are compared one by one: most objects have few, and comparing those is cheaper than hashing.
const FEW: usize = 16;

/// The keys of an object so far, each stored once.
pub(super) struct Seen<K> {
    keys: Vec<K>,
    /// Half of each key's hash and its position among `keys`, once there are more than a few: a table that grows, or
    /// holds another key at the place, need not look at the keys, which are far apart in memory.
    many: Option<(RandomState, HashTable<(u32, u32)>)>,
}

impl<K> Default for Seen<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), many: None }
    }
}

/// Spreads half a hash over the bits that a table looks at: the lowest and the highest.
fn spread(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

impl<K: Eq + Hash> Seen<K> {
    /// No key yet, with room for some.
    pub(super) fn with_capacity(n_keys: usize) -> Self {
        let table = HashTable::with_capacity(if n_keys > FEW { n_keys } else { 0 });
        Self { keys: Vec::with_capacity(n_keys), many: Some((RandomState::new(), table)) }
    }

    /// Adds a key; returns false where it is there already. Constant time on average, whatever the keys are: the
    /// hasher is seeded at random, so that nobody can choose keys that collide.
    pub(super) fn insert(&mut self, key: K) -> bool {
        let Self { keys, many } = self;
        if keys.len() < FEW {
            let is_new = !keys.contains(&key);
            if is_new {
                keys.push(key);
            }
            return is_new;
        }
        let (state, table) = many.get_or_insert_with(|| (RandomState::new(), HashTable::new()));
        let half = |key: &K| state.hash_one(key) as u32;
        if table.is_empty() {
            for (at, key) in (0..).zip(keys.iter()) {
                table.insert_unique(spread(half(key)), (half(key), at), |&(half, _)| spread(half));
            }
        }
        let own = half(&key);
        if table.find(spread(own), |&(half, at)| half == own && keys[at as usize] == key).is_some() {
            return false;
        }
        let at = u32::try_from(keys.len()).expect("a record has less than 4 GiB");
        keys.push(key);
        table.insert_unique(spread(own), (own, at), |&(half, _)| spread(half));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_new_once(keys in prop::collection::vec(0_u16..300, 0..400), room in 0_usize..40) {
            let (mut own, mut with_room) = (Seen::default(), Seen::with_capacity(room));
            let mut std = HashSet::new();
            for key in keys {
                let is_new = std.insert(key);
                prop_assert_eq!((own.insert(key), with_room.insert(key)), (is_new, is_new));
            }
        }
    }
}
