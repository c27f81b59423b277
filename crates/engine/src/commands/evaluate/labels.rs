//! The labels of references and predictions: a number for each, whatever its length, and the text of those that can be
//! shown.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bedload_stages::balance::{LABELS_MAX, are_classes, fold, is_label};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use twox_hash::XxHash3_128;

/// Characters of a longer text that are kept to tell it from others.
const EXCERPT_CHARS: usize = 40;

/// A label, known by the digest of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    digest: u128,
    /// Its text, shortened where it is long; empty beyond [`LABELS_MAX`] labels, which nobody reads.
    pub(super) name: String,
    /// Whether it can be the label of a class: a short line.
    pub(super) is_short: bool,
}

/// Labels by number, in order of first appearance. Memory is some 100 bytes a label, 30 beyond [`LABELS_MAX`].
#[derive(Debug, Default)]
pub(super) struct Labels {
    list: Vec<Label>,
    numbers: HashTable<u32>,
}

impl Labels {
    /// The number of a label.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        let digest = XxHash3_128::oneshot(text.as_bytes());
        self.number_of(digest, || {
            let is_short = is_label(text);
            let mut name: String =
                if is_short { text.to_owned() } else { text.chars().take(EXCERPT_CHARS).collect() };
            if name.len() < text.len() {
                name.push('…');
            }
            Label { digest, name, is_short }
        })
    }

    fn number_of(&mut self, digest: u128, label: impl FnOnce() -> Label) -> u32 {
        let Self { list, numbers } = self;
        let is_same = |&at: &u32| list[at as usize].digest == digest;
        match numbers.entry(digest as u64, is_same, |&at| list[at as usize].digest as u64) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = u32::try_from(list.len()).expect("fewer labels than lines in memory");
                new.insert(number);
                let mut label = label();
                if list.len() >= LABELS_MAX {
                    label.name = String::new();
                }
                list.push(label);
                number
            }
        }
    }

    /// Takes in the labels of a chunk, and returns their numbers here.
    pub(super) fn absorb(&mut self, chunk: Labels) -> Vec<u32> {
        chunk.list.into_iter().map(|label| self.number_of(label.digest, || label)).collect()
    }

    pub(super) fn get(&self, number: u32) -> &Label {
        &self.list[number as usize]
    }

    /// The text of a label that is a short line; none for other texts, which nobody asked to see.
    pub(super) fn short_name(&self, number: u32) -> Option<&str> {
        let label = &self.list[number as usize];
        label.is_short.then_some(label.name.as_str())
    }

    /// Puts the labels into the order of their texts, and returns the new number of each.
    pub(super) fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.list.len() as u32).collect();
        let by = |&a: &u32, &b: &u32| -> Ordering {
            let (a, b) = (&self.list[a as usize], &self.list[b as usize]);
            let nameless = a.name.is_empty().cmp(&b.name.is_empty());
            nameless.then_with(|| a.name.cmp(&b.name)).then_with(|| a.digest.cmp(&b.digest))
        };
        order.sort_by(by);
        let mut moved = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&old, new)| moved[old as usize] = new);
        self.list = order.iter().map(|&old| self.list[old as usize].clone()).collect();
        // Nothing is looked up by text any more.
        self.numbers.clear();
        moved
    }

    /// Returns true if these references are classes by the rule of the balance stage.
    pub(super) fn are_classes(&self, references: &[u32]) -> bool {
        let mut counts = vec![0u64; self.list.len()];
        references.iter().for_each(|&label| counts[label as usize] += 1);
        let mut classes: BTreeMap<String, u64> = BTreeMap::new();
        let short = self.list.iter().zip(&counts).filter(|(label, n)| label.is_short && **n > 0);
        if short.clone().count() > LABELS_MAX {
            return false;
        }
        short.for_each(|(label, n)| *classes.entry(fold(&label.name)).or_default() += n);
        are_classes(classes.into_values(), references.len() as u64)
    }
}
