//! Findings by code and file, those that a baseline knows apart from the others, with the first places of each: as much
//! as fits a bound, whatever the data.

use std::collections::BTreeMap;

use bedload_record::{Code, Finding, Severity, Standing};

/// What a group takes besides its texts.
const GROUP_BYTES: usize = 400;

/// Characters of a message that are kept.
const MESSAGE_CHARS: usize = 600;

/// What is kept at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Groups of a code, a standing and a file.
    pub(super) groups: usize,
    /// Places of a group.
    pub(super) places: usize,
    /// Bytes of all places, names and messages, but for the first group of each code.
    pub(super) bytes: usize,
}

/// The findings of one code in one file, or about the data set: those that are known, or those that are not.
#[derive(Debug)]
pub(super) struct Group {
    /// How many there are.
    pub(super) n: u64,
    pub(super) severity: Severity,
    /// Of the first one.
    pub(super) message: String,
    /// Of the first one.
    pub(super) source: String,
    /// Of the first one.
    pub(super) standing: Option<Standing>,
    /// Why they are known, of the first one that says it.
    pub(super) reason: Option<String>,
    /// The first places, as the form writes them.
    pub(super) places: Vec<String>,
}

impl Group {
    pub(super) fn is_known(&self) -> bool {
        self.standing == Some(Standing::Known)
    }
}

/// A code, and whether what is found of it is known.
pub(super) type Kind = (Code, bool);

/// Groups by kind and name of the file; the name is empty for the data set. Findings beyond the bounds are counted.
#[derive(Debug)]
pub(super) struct Tally {
    bounds: Bounds,
    groups: BTreeMap<Kind, BTreeMap<String, Group>>,
    n_groups: usize,
    bytes: usize,
    beyond: BTreeMap<Kind, u64>,
}

impl Tally {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, groups: BTreeMap::new(), n_groups: 0, bytes: 0, beyond: BTreeMap::new() }
    }

    /// Adds a finding to the group of a file; `place` is asked only where there is room for it.
    pub(super) fn add(
        &mut self,
        finding: &Finding,
        file: Option<&str>,
        place: impl FnOnce() -> Option<String>,
    ) {
        let Bounds { groups, places, bytes } = self.bounds;
        let file = file.unwrap_or_default();
        let kind = (finding.code, finding.is_known());
        let of_kind = self.groups.entry(kind).or_default();
        let has_room = self.bytes < bytes;
        if !of_kind.contains_key(file) {
            // The first of a kind is kept whatever there is besides.
            if !of_kind.is_empty() && !file.is_empty() && (self.n_groups >= groups || !has_room) {
                *self.beyond.entry(kind).or_default() += 1;
                return;
            }
            self.n_groups += 1;
            self.bytes += file.len() + finding.message.len().min(4 * MESSAGE_CHARS) + GROUP_BYTES;
            let group = Group {
                n: 0,
                severity: finding.severity,
                message: cut(&finding.message, MESSAGE_CHARS),
                source: finding.source.clone(),
                standing: finding.standing,
                reason: None,
                places: Vec::new(),
            };
            of_kind.insert(file.to_owned(), group);
        }
        let Some(group) = of_kind.get_mut(file) else { return };
        group.n += 1;
        group.severity = group.severity.max(finding.severity);
        if group.reason.is_none()
            && let Some(reason) = &finding.reason
        {
            let reason = cut(reason, MESSAGE_CHARS);
            self.bytes += reason.len();
            group.reason = Some(reason);
        }
        if (group.places.len() < places && has_room || group.places.is_empty())
            && let Some(place) = place()
        {
            self.bytes += place.len();
            group.places.push(place);
        }
    }

    /// All groups, by code, standing and file.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Code, &str, &Group)> {
        self.groups.iter().flat_map(|(&(code, _), files)| {
            files.iter().map(move |(file, group)| (code, file.as_str(), group))
        })
    }

    /// How many findings of each kind are in no group.
    pub(super) fn beyond(&self) -> &BTreeMap<Kind, u64> {
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

/// The beginning of a message, and where its record is now if it was converted.
pub(super) fn noted(finding: &Finding, chars: usize) -> String {
    let note = finding.place_note().map(|note| format!(" ({note})")).unwrap_or_default();
    cut(&finding.message, chars) + &note
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_bounds_hold(
            found in prop::collection::vec((0usize..6, 0u32..9, prop::bool::ANY), 0..400), groups in 1usize..9, places in 1usize..5
        ) {
            let mut tally = Tally::new(Bounds { groups, places, bytes: 1 << 16 });
            let codes = &bedload_record::code::CODES[..6];
            let mut naive: BTreeMap<Kind, u64> = BTreeMap::new();
            for (code, file, is_known) in found {
                let code = codes[code].code;
                let standing = if is_known { Standing::Known } else { Standing::New };
                let finding = Finding {
                    standing: Some(standing),
                    ..Finding::file(&format!("{file}.jsonl"), code, "m".repeat(900))
                };
                tally.add(&finding, finding.file.as_deref(), || Some("place".to_owned()));
                *naive.entry((code, is_known)).or_default() += 1;
            }
            let mut counted: BTreeMap<Kind, u64> = tally.beyond().clone();
            tally.groups().for_each(|(code, _, group)| {
                *counted.entry((code, group.is_known())).or_default() += group.n;
            });
            prop_assert_eq!(&counted, &naive);
            prop_assert!(tally.groups().count() <= groups.max(naive.len()) + naive.len());
            prop_assert!(tally.groups().all(|(.., group)| (1..=places).contains(&group.places.len())));
            // Each kind is there.
            let held: std::collections::BTreeSet<Kind> =
                tally.groups().map(|(code, _, group)| (code, group.is_known())).collect();
            prop_assert!(naive.keys().eq(held.iter()));
        }
    }
}
