//! Leaks: records and prompts of the validation data that the training data has too. The validation data is read
//! first, on its own, and leaves keys; then every training record is looked up among them as it is visited. So memory
//! is bounded by the validation data, however much training data there is.

use std::collections::BTreeMap;
use std::iter;

use bedload_record::{NO_KEY, Side};
use bedload_scan::{Inputs, visit_some};
use bedload_stages::group::{GroupBy, GroupBys};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::examine::{Examiner, Physical};
use crate::scan::rules::Rules;

/// How many places of each kind of leak are named.
const NAMED_MAX: usize = 3;

/// The keys of all valid validation records, by kind: those of whole records, then those of each way to group them.
pub(crate) struct HeldOut(Vec<Keys>);

/// A key that a record has in common with the validation data, or has as a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// Its line in its chunk, from 0.
    nth: u64,
    kind: usize,
    /// The key's place among those of its kind.
    key: usize,
}

impl HeldOut {
    /// Reads the validation data; none where there is none, or nothing to compare it with.
    pub(crate) fn read(
        inputs: &Inputs,
        settings: &Settings,
        rules: &Rules,
        progress: &Progress,
    ) -> Result<Option<Self>, EngineError> {
        let first = inputs.iter().position(|input| input.side() == Side::Validation).unwrap_or(inputs.len());
        if rules.format.is_none() || first == 0 || first == inputs.len() {
            return Ok(None);
        }
        for input in inputs.ids().skip(first) {
            // What gives its bytes only once is read twice here.
            if inputs.get(input).is_once() && !inputs.get(input).is_set_aside() {
                let dir = settings.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
                inputs.spool(input, &dir, &progress.watch)?;
            }
        }
        let kinds = 1 + rules.by_source.ways().all().each().len();
        let mut found: Vec<Vec<u128>> = vec![Vec::new(); kinds];
        visit_some(
            inputs,
            first..inputs.len(),
            &settings.scan,
            &progress.watch.apart(),
            || Examiner::new(rules),
            |examiner, chunk| {
                let mut keys: Vec<Vec<u128>> = vec![Vec::new(); kinds];
                for line in chunk.lines() {
                    if let Some(identity) = examiner.identity(&Physical::of(chunk.at.input, &line)) {
                        keys_of(identity).for_each(|(kind, key)| keys[kind].push(key));
                    }
                }
                keys
            },
            |_, keys: Vec<Vec<u128>>| {
                found.iter_mut().zip(keys).for_each(|(all, keys)| all.extend(keys));
                Ok::<(), EngineError>(())
            },
        )?;
        Ok(Some(Self(found.into_iter().map(Keys::new).collect())))
    }

    /// Adds what a valid record, of this digest and these keys, has in common with the validation data.
    pub(crate) fn overlaps(&self, nth: u64, identity: (u128, &[u64]), overlaps: &mut Vec<Overlap>) {
        let found = |(kind, key): (usize, u128)| Some(Overlap { nth, kind, key: self.0[kind].find(key)? });
        overlaps.extend(keys_of(identity).filter_map(found));
    }
}

/// The keys of a record with their kinds. The 64 bits of a group's are widened to where a table is ordered by them.
fn keys_of((digest, keys): (u128, &[u64])) -> impl Iterator<Item = (usize, u128)> {
    let shared = keys.iter().zip(1..).filter(|&(&key, _)| key != NO_KEY);
    iter::once((0, digest)).chain(shared.map(|(&key, kind)| (kind, u128::from(key) << 64)))
}

/// Sorted keys, found by their leading bits: hashes spread evenly.
struct Keys {
    sorted: Vec<u128>,
    /// Where each of equal parts of all hashes begins among them, and their end.
    starts: Vec<usize>,
}

/// Keys in a part, on average.
const PART_KEYS: usize = 8;

impl Keys {
    fn new(mut keys: Vec<u128>) -> Self {
        keys.par_sort_unstable();
        keys.dedup();
        keys.shrink_to_fit();
        let parts = keys.len() / PART_KEYS + 1;
        let starts =
            (0..=parts).map(|part| keys.partition_point(|&key| bucket_of(key, parts) < part)).collect();
        Self { sorted: keys, starts }
    }

    fn find(&self, key: u128) -> Option<usize> {
        let part = bucket_of(key, self.starts.len() - 1);
        let start = self.starts[part];
        let found = self.sorted[start..self.starts[part + 1]].binary_search(&key);
        found.ok().map(|nth| start + nth)
    }
}

fn bucket_of(key: u128, parts: usize) -> usize {
    (((key >> 64) * parts as u128) >> 64) as usize
}

/// How many validation records are also training data, or else have something in common with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeakCounts {
    /// The whole record.
    pub records: u64,
    /// The prompt.
    pub prompts: u64,
    /// The value at each field that records are grouped by.
    pub values: BTreeMap<String, u64>,
}

/// What was found of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaked {
    pub(crate) records: u64,
    /// A validation record and the first training record that it has the key in common with; the first few.
    pub(crate) places: Vec<(u64, u64)>,
}

/// What was found so far, given what was met in the order of the inputs: training data first.
pub(crate) struct Leaks {
    /// For each key the first training record that has it, counted from 1 over all inputs; 0 for none. Pages that
    /// are never written take no memory.
    first: Vec<Vec<u64>>,
    /// Whole records first, then each way to group them.
    pub(crate) found: Vec<Leaked>,
}

impl Leaks {
    pub(crate) fn among(held_out: &HeldOut) -> Self {
        let first = held_out.0.iter().map(|keys| vec![0; keys.sorted.len()]).collect();
        Self { first, found: vec![Leaked::default(); held_out.0.len()] }
    }

    /// Adds what was met in a chunk whose first line is line `before`, from 0 over all inputs.
    pub(crate) fn add(&mut self, side: Side, before: u64, overlaps: &[Overlap]) {
        for of_record in overlaps.chunk_by(|a, b| a.nth == b.nth) {
            let line = before + of_record[0].nth;
            match side {
                Side::Train => {
                    for &Overlap { kind, key, .. } in of_record {
                        let first = &mut self.first[kind][key];
                        if *first == 0 {
                            *first = line + 1;
                        }
                    }
                }
                Side::Validation | Side::Test => {
                    for &Overlap { kind, key, .. } in of_record {
                        let Some(first) = self.first[kind][key].checked_sub(1) else { continue };
                        let found = &mut self.found[kind];
                        found.records += 1;
                        if found.places.len() < NAMED_MAX {
                            found.places.push((line, first));
                        }
                        // A record that leaks whole, whose digest comes first, is not said again of its prompt.
                        if kind == 0 {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// How many validation records have something in common with the training data.
    pub(crate) fn counts(&self, group_by: &GroupBys) -> LeakCounts {
        let mut counts = LeakCounts { records: self.found[0].records, ..LeakCounts::default() };
        for (by, found) in group_by.each().iter().zip(&self.found[1..]) {
            match by {
                GroupBy::Prompt => counts.prompts = found.records,
                GroupBy::Field { .. } => {
                    counts.values.insert(by.as_str().to_owned(), found.records);
                }
                GroupBy::Record => {}
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_in_its_place_and_no_other() {
        for n in [0u128, 1, 2, 7, 8, 9, 1000] {
            let spread = |n: u128| n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_0C3D_0B2A_4D61);
            let mut keys: Vec<u128> = (0..n).map(spread).collect();
            keys.extend([0, u128::MAX, 1 << 64, u128::MAX >> 64]);
            keys.extend(keys.clone());
            let table = Keys::new(keys.clone());
            for &key in &keys {
                assert_eq!(table.find(key).map(|at| table.sorted[at]), Some(key));
            }
            for other in n + 1..n + 100 {
                assert_eq!(table.find(spread(other)), None);
            }
        }
    }

    #[test]
    fn the_first_training_record_counts_and_a_leaked_record_counts_once() {
        let table = |keys: &[u128]| Keys::new(keys.iter().map(|key| key << 64).collect());
        let held_out = HeldOut(vec![table(&[1, 2, 4]), table(&[7]), table(&[9])]);
        let met = |records: &[(u128, &[u64])]| {
            let mut overlaps = Vec::new();
            for (&(digest, keys), nth) in records.iter().zip(0..) {
                held_out.overlaps(nth, (digest << 64, keys), &mut overlaps);
            }
            overlaps
        };
        assert_eq!(met(&[(3, &[8, NO_KEY])]), []);
        let mut leaks = Leaks::among(&held_out);
        leaks.add(
            Side::Train,
            10,
            &met(&[(1, &[7, NO_KEY]), (1, &[7, NO_KEY]), (3, &[]), (5, &[NO_KEY, 9])]),
        );
        leaks.add(Side::Validation, 20, &met(&[(1, &[7, 9]), (2, &[7, 9]), (4, &[NO_KEY, 9])]));
        let found: Vec<&[(u64, u64)]> = leaks.found.iter().map(|found| &found.places[..]).collect();
        assert_eq!(found, [&[(20, 10)][..], &[(21, 10)], &[(21, 13), (22, 13)]]);
        let by = GroupBys::read(["/user"]).expect("a pointer");
        let counts = LeakCounts { records: 1, prompts: 1, values: [("/user".to_owned(), 2)].into() };
        assert_eq!(leaks.counts(&by), counts);
    }
}
