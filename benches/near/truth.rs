//! How similar records are, by a comparison of all pairs: as the guide defines it, from shingles that are spelled out.
//! Nothing of the program is used.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

/// Shingles that two records have in common, and that either has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    pub(crate) common: u32,
    pub(crate) either: u32,
}

impl Alike {
    /// Whether this is at least so many hundredths.
    pub(crate) fn reaches(self, hundredths: u32) -> bool {
        u64::from(self.common) * 100 >= u64::from(self.either) * u64::from(hundredths)
    }
}

/// What is known of all pairs that have anything in common.
pub(crate) struct Truth {
    /// The shingles of each record, each as the number of its kind.
    sets: Vec<Vec<u32>>,
    /// Later record, earlier record, and how alike they are.
    pub(crate) pairs: Vec<(u32, u32, Alike)>,
}

/// The words of a text: runs of letters and digits in lower case; ideographs and pictographs are words of their own.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut open = String::new();
    for c in text.chars() {
        let is_whole = matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{1F000}'..='\u{1FAFF}');
        if !is_whole && c.is_alphanumeric() {
            open.extend(c.to_lowercase());
            continue;
        }
        if !open.is_empty() {
            words.push(std::mem::take(&mut open));
        }
        if is_whole {
            words.push(c.to_string());
        }
    }
    if !open.is_empty() {
        words.push(open);
    }
    words
}

impl Truth {
    /// Compares all pairs of which the less alike have at least so many hundredths in common.
    pub(crate) fn of<'t>(texts: impl Iterator<Item = &'t str>, least: u32) -> Self {
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut having: Vec<Vec<u32>> = Vec::new();
        let mut sets: Vec<Vec<u32>> = Vec::new();
        for (text, record) in texts.zip(0..) {
            let words = words(text);
            let mut set = BTreeSet::new();
            for window in words.windows(words.len().clamp(1, 5)) {
                let next = known.len() as u32;
                let shingle = *known.entry(window.join(" ")).or_insert(next);
                if shingle == next {
                    having.push(Vec::new());
                }
                if set.insert(shingle) {
                    having[shingle as usize].push(record);
                }
            }
            sets.push(set.into_iter().collect());
        }
        let of_one = |record: usize| -> Vec<(u32, u32, Alike)> {
            let mut common: HashMap<u32, u32> = HashMap::new();
            for &shingle in &sets[record] {
                let earlier = having[shingle as usize].iter().take_while(|&&other| (other as usize) < record);
                earlier.for_each(|&other| *common.entry(other).or_default() += 1);
            }
            let alike = |(other, common): (u32, u32)| {
                let either = (sets[record].len() + sets[other as usize].len()) as u32 - common;
                (record as u32, other, Alike { common, either })
            };
            let mut pairs: Vec<_> =
                common.into_iter().map(alike).filter(|pair| pair.2.reaches(least)).collect();
            pairs.sort_unstable_by_key(|pair| pair.1);
            pairs
        };
        let pairs = (0..sets.len()).into_par_iter().flat_map_iter(of_one).collect();
        Self { sets, pairs }
    }

    /// How alike two records are.
    pub(crate) fn alike(&self, a: usize, b: usize) -> Alike {
        let (a, b) = (&self.sets[a], &self.sets[b]);
        let common = a.iter().filter(|shingle| b.contains(shingle)).count() as u32;
        Alike { common, either: (a.len() + b.len()) as u32 - common }
    }
}
