//! Numbers for things that recur: a label, a kind of record. A column then has four bytes for each line.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;

/// Numbers for things that recur, in order of first appearance.
#[derive(Clone, Debug)]
pub struct Interner<K> {
    /// Each key once, by id.
    keys: Vec<K>,
    ids: HashTable<u32>,
    hasher: RandomState,
    /// Beyond this many keys nothing more is kept, and [`Interner::overflowed`] is true.
    keys_max: usize,
    overflowed: bool,
    /// The id given last: what recurs often does so in a row, and comparing is quicker than hashing.
    last: u32,
}

impl<K: Clone + Eq + Hash> Interner<K> {
    /// An empty interner of at most `keys_max` keys.
    pub fn new(keys_max: usize) -> Self {
        let (keys, ids, hasher) = (Vec::new(), HashTable::new(), RandomState::new());
        Self { keys, ids, hasher, keys_max, overflowed: false, last: 0 }
    }

    /// The id of a key, given now if it is new; none where there is no room.
    pub fn id<Q>(&mut self, key: &Q) -> Option<u32>
    where
        Q: ?Sized + Eq + Hash + ToOwned<Owned = K>,
        K: Borrow<Q>,
    {
        let Self { keys, ids, hasher, keys_max, overflowed, last } = self;
        if keys.get(*last as usize).is_some_and(|known| known.borrow() == key) {
            return Some(*last);
        }
        let hash = hasher.hash_one(key);
        if let Some(&id) = ids.find(hash, |&id| keys[id as usize].borrow() == key) {
            *last = id;
            return Some(id);
        }
        if keys.len() == *keys_max {
            *overflowed = true;
            return None;
        }
        let id = u32::try_from(keys.len()).ok()?;
        keys.push(key.to_owned());
        ids.insert_unique(hash, id, |&id| hasher.hash_one(keys[id as usize].borrow()));
        Some(id)
    }

    /// The keys, by id.
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// Returns true if some key found no room. Independent of how the input was cut: what one chunk cannot
    /// hold the whole cannot hold either.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Takes it that some key found no room.
    pub(super) fn overflow(&mut self) {
        self.overflowed = true;
    }

    /// Takes in another interner and returns its ids in terms of this one.
    pub fn absorb(&mut self, other: &Self) -> Vec<Option<u32>> {
        self.overflowed |= other.overflowed;
        other.keys.iter().map(|key| self.id(key)).collect()
    }
}
