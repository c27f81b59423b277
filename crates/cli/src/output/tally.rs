//! Findings by code and file, with the first places of each: as much as fits a bound, whatever the data.

use std::collections::BTreeMap;

use bedload_record::{Code, Finding, Severity};

/// What a group takes besides its texts.
const GROUP_BYTES: usize = 400;

/// Characters of a message that are kept.
const MESSAGE_CHARS: usize = 600;

/// What is kept at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Groups of a code and a file.
    pub(super) groups: usize,
    /// Places of a group.
    pub(super) places: usize,
    /// Bytes of all places, names and messages, but for the first group of each code.
    pub(super) bytes: usize,
}

/// The findings of one code in one file, or about the data set.
#[derive(Debug)]
pub(super) struct Group {
    /// How many there are.
    pub(super) n: u64,
    pub(super) severity: Severity,
    /// Of the first one.
    pub(super) message: String,
    /// Of the first one.
    pub(super) source: String,
    /// Whether one of them fails the run.
    pub(super) fails: bool,
    /// The first places, as the form writes them.
    pub(super) places: Vec<String>,
}

/// Groups by code and name of the file; the name is empty for the data set. Findings beyond the bounds are counted.
#[derive(Debug)]
pub(super) struct Tally {
    bounds: Bounds,
    groups: BTreeMap<Code, BTreeMap<String, Group>>,
    n_groups: usize,
    bytes: usize,
    beyond: BTreeMap<Code, u64>,
}

impl Tally {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, groups: BTreeMap::new(), n_groups: 0, bytes: 0, beyond: BTreeMap::new() }
    }

    /// Adds a finding; `place` is asked only where there is room for it.
    pub(super) fn add(&mut self, finding: &Finding, fails: bool, place: impl FnOnce() -> Option<String>) {
        let Bounds { groups, places, bytes } = self.bounds;
        let file = finding.file.as_deref().unwrap_or_default();
        let of_code = self.groups.entry(finding.code).or_default();
        let has_room = self.bytes < bytes;
        if !of_code.contains_key(file) {
            // The first of a code is kept whatever there is besides.
            if !of_code.is_empty() && !file.is_empty() && (self.n_groups >= groups || !has_room) {
                *self.beyond.entry(finding.code).or_default() += 1;
                return;
            }
            self.n_groups += 1;
            self.bytes += file.len() + finding.message.len().min(4 * MESSAGE_CHARS) + GROUP_BYTES;
            let group = Group {
                n: 0,
                severity: finding.severity,
                message: cut(&finding.message, MESSAGE_CHARS),
                source: finding.source.clone(),
                fails: false,
                places: Vec::new(),
            };
            of_code.insert(file.to_owned(), group);
        }
        let Some(group) = of_code.get_mut(file) else { return };
        group.n += 1;
        group.severity = group.severity.max(finding.severity);
        group.fails |= fails;
        if (group.places.len() < places && has_room || group.places.is_empty())
            && let Some(place) = place()
        {
            self.bytes += place.len();
            group.places.push(place);
        }
    }

    /// All groups, by code and file.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Code, &str, &Group)> {
        self.groups
            .iter()
            .flat_map(|(&code, files)| files.iter().map(move |(file, group)| (code, file.as_str(), group)))
    }

    /// How many findings of each code are in no group.
    pub(super) fn beyond(&self) -> &BTreeMap<Code, u64> {
        &self.beyond
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_bounds_hold(
            found in prop::collection::vec((0usize..6, 0u32..9), 0..400), groups in 1usize..9, places in 1usize..5
        ) {
            let mut tally = Tally::new(Bounds { groups, places, bytes: 1 << 16 });
            let codes = &bedload_record::code::CODES[..6];
            let mut naive: BTreeMap<Code, u64> = BTreeMap::new();
            for (code, file) in found {
                let code = codes[code].code;
                let finding = Finding::file(&format!("{file}.jsonl"), code, "m".repeat(900));
                tally.add(&finding, false, || Some("place".to_owned()));
                *naive.entry(code).or_default() += 1;
            }
            let mut counted: BTreeMap<Code, u64> = tally.beyond().clone();
            tally.groups().for_each(|(code, _, group)| *counted.entry(code).or_default() += group.n);
            prop_assert_eq!(&counted, &naive);
            prop_assert!(tally.groups().count() <= groups.max(naive.len()) + naive.len());
            prop_assert!(tally.groups().all(|(.., group)| (1..=places).contains(&group.places.len())));
            // Each code is there.
            let held: std::collections::BTreeSet<Code> = tally.groups().map(|(code, ..)| code).collect();
            prop_assert!(naive.keys().eq(held.iter()));
        }
    }
}
