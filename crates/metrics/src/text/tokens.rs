//! The words of two texts, as numbers: equal words have equal numbers.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use twox_hash::XxHash3_64;

/// The words of a text, one after the other.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// The text as the rules changed it.
    pub(super) text: String,
    /// Where in it each word begins and ends.
    spans: Vec<(usize, usize)>,
}

impl Tokens {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    /// Takes a piece of the text as a word.
    pub(super) fn push(&mut self, start: usize, end: usize) {
        self.spans.push((start, end));
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|&(start, end)| &self.text[start..end])
    }

    fn get(&self, at: u32) -> &str {
        let (start, end) = self.spans[at as usize];
        &self.text[start..end]
    }
}

/// The words of a reference and a prediction as numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// For each different word of the reference: the first place where it stands, and its number.
    known: HashTable<(u32, u32)>,
    /// The words of the reference.
    pub(super) reference: Vec<u32>,
    /// The words of the prediction that the reference has too.
    pub(super) prediction: Vec<u32>,
    /// How often the reference has each word.
    pub(super) counts: Vec<u32>,
}

fn hash(word: &str) -> u64 {
    XxHash3_64::oneshot(word.as_bytes())
}

impl Numbers {
    /// Numbers the words of two texts.
    pub(super) fn number(&mut self, reference: &Tokens, prediction: &Tokens) {
        let Self { known, reference: wanted, prediction: given, counts } = self;
        known.clear();
        wanted.clear();
        given.clear();
        counts.clear();
        for (word, at) in reference.iter().zip(0..) {
            let is_same = |&(first, _): &(u32, u32)| reference.get(first) == word;
            let entry = known.entry(hash(word), is_same, |&(first, _)| hash(reference.get(first)));
            let number = match entry {
                Entry::Occupied(word) => word.get().1,
                Entry::Vacant(new) => {
                    let number = counts.len() as u32;
                    new.insert((at, number));
                    counts.push(0);
                    number
                }
            };
            counts[number as usize] += 1;
            wanted.push(number);
        }
        let number = |word: &str| {
            known.find(hash(word), |&(first, _)| reference.get(first) == word).map(|&(_, number)| number)
        };
        given.extend(prediction.iter().filter_map(number));
    }

    /// How many words the two share, each as often as both have it.
    pub(super) fn shared(&mut self) -> usize {
        let Self { prediction, counts, .. } = self;
        let mut shared = 0;
        for &word in &*prediction {
            let left = &mut counts[word as usize];
            if *left > 0 {
                *left -= 1;
                shared += 1;
            }
        }
        shared
    }
}
