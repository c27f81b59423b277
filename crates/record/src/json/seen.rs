//! The keys of one object, to tell one that occurs twice. What counts as the same key is decided by those who ask.

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;

/// The most keys that are compared one by one: most objects have few, and comparing those is cheaper than hashing.
const FEW: usize = 16;

/// The keys of an object so far, each stored once.
pub(super) struct Seen<K> {
    keys: Vec<K>,
    /// Positions among `keys`, once there are more than a few.
    many: Option<(RandomState, HashTable<u32>)>,
}

impl<K> Default for Seen<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), many: None }
    }
}

impl<K: Eq + Hash> Seen<K> {
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
        let (state, table) = many.get_or_insert_with(|| {
            let state = RandomState::new();
            let mut table = HashTable::with_capacity(2 * FEW);
            for (at, key) in (0..).zip(keys.iter()) {
                table.insert_unique(state.hash_one(key), at, |&at: &u32| state.hash_one(&keys[at as usize]));
            }
            (state, table)
        });
        let hash = state.hash_one(&key);
        if table.find(hash, |&at| keys[at as usize] == key).is_some() {
            return false;
        }
        let at = u32::try_from(keys.len()).expect("a record has less than 4 GiB");
        keys.push(key);
        table.insert_unique(hash, at, |&at| state.hash_one(&keys[at as usize]));
        true
    }
}
