//! Values by text, for the names and ids of one record: nearly all records have a few of them, which take no memory.

use std::collections::HashMap;

use smallvec::SmallVec;

/// The most texts that are compared one by one, where they are found without memory of their own.
const FEW: usize = 16;

/// Values by text.
pub(super) struct ByText<'t, V> {
    few: SmallVec<[(&'t str, V); FEW]>,
    /// Those after the first few. Its hasher is seeded at random, so that nobody can choose texts that collide.
    others: HashMap<&'t str, V>,
}

impl<V> Default for ByText<'_, V> {
    fn default() -> Self {
        Self { few: SmallVec::new(), others: HashMap::new() }
    }
}

impl<'t, V: Default> ByText<'t, V> {
    /// The value of a text, and whether it is new.
    pub(super) fn entry(&mut self, text: &'t str) -> (&mut V, bool) {
        if let Some(at) = self.few.iter().position(|(known, _)| *known == text) {
            return (&mut self.few[at].1, false);
        }
        if self.few.len() < FEW {
            let at = self.few.len();
            self.few.push((text, V::default()));
            return (&mut self.few[at].1, true);
        }
        let n_before = self.others.len();
        self.others.entry(text).or_default();
        let is_new = self.others.len() > n_before;
        (self.others.entry(text).or_default(), is_new)
    }

    /// Adds a text; returns false where it is there already.
    pub(super) fn insert(&mut self, text: &'t str) -> bool {
        self.entry(text).1
    }

    /// The value of a text that is there.
    pub(super) fn get(&self, text: &str) -> Option<&V> {
        let few = self.few.iter().find(|(known, _)| *known == text).map(|(_, value)| value);
        few.or_else(|| self.others.get(text))
    }

    /// The value of a text that is there, to be changed.
    pub(super) fn get_mut(&mut self, text: &str) -> Option<&mut V> {
        let few = self.few.iter_mut().find(|(known, _)| *known == text).map(|(_, value)| value);
        few.or_else(|| self.others.get_mut(text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map(texts in prop::collection::vec(0u8..40, 0..120)) {
            let texts: Vec<String> = texts.iter().map(u8::to_string).collect();
            let (mut found, mut wanted) = (ByText::<usize>::default(), BTreeMap::<&str, usize>::new());
            for text in &texts {
                let (count, is_new) = found.entry(text);
                *count += 1;
                prop_assert_eq!(is_new, !wanted.contains_key(text.as_str()));
                *wanted.entry(text).or_default() += 1;
            }
            for n in 0u8..50 {
                let text = n.to_string();
                prop_assert_eq!(found.get(&text), wanted.get(text.as_str()));
                prop_assert_eq!(found.get_mut(&text), wanted.get_mut(text.as_str()));
            }
        }
    }
}
