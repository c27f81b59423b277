//! Classes: labels with case and space folded, by how many records hold them.

use bedload_record::{FactTable, Ordinal};
use rayon::prelude::*;
use unicase::UniCase;

use super::BalanceConfig;

/// The most classes that data for classification has, where no label field is named.
const CLASSES_MAX: u64 = 1000;

/// One class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The most frequent spelling; of two as frequent, the one that sorts first.
    pub name: String,
    /// All spellings with how many accepted records use each, sorted by name.
    pub spellings: Vec<(String, u64)>,
    /// How many accepted records it has.
    pub records: u64,
}

/// The classes of a data set, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    list: Vec<Class>,
    /// By label id: the class as an index into the list, and the spelling as one into its spellings.
    of_label: Vec<Option<(u32, u32)>>,
    too_many: bool,
}

/// A label with case folded, and runs of white space as one space.
pub fn fold(label: &str) -> String {
    let folded = UniCase::unicode(label).to_folded_case();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many records a class has at least, where no label field is named.
fn least_of(records: u64) -> u64 {
    (records / 1000).max(1)
}

/// Returns true if short texts of which so many records each have the same are classes, and not answers: those with a
/// thousandth of the records each hold a tenth of the records, and three records each on average.
pub fn are_classes(counts: impl IntoIterator<Item = u64>, records: u64) -> bool {
    let frequent = counts.into_iter().filter(|&n| n >= least_of(records));
    let (n, held) = frequent.fold((0u64, 0u64), |(n, held), records| (n + 1, held + records));
    (2..=CLASSES_MAX).contains(&n) && n * 3 <= held && held * 10 >= records
}

/// Finds the classes among the accepted records. Linear in the records, in parallel.
pub fn find(facts: &FactTable, config: &BalanceConfig) -> Classes {
    let labels = facts.labels.keys();
    if !config.enabled || facts.labels.overflowed() {
        return Classes { too_many: facts.labels.overflowed(), ..Classes::default() };
    }
    let (counts, accepted) = (0..facts.len())
        .into_par_iter()
        .map(Ordinal)
        .filter(|&line| facts.accepted(line))
        .fold(
            || (vec![0u64; labels.len()], 0u64),
            |(mut counts, accepted), line| {
                if let Some(label) = facts.label(line) {
                    counts[label as usize] += 1;
                }
                (counts, accepted + 1)
            },
        )
        .reduce(
            || (vec![0; labels.len()], 0),
            |(mut a, n), (b, m)| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                (a, n + m)
            },
        );
    among(labels, &counts, accepted, true, config)
}

/// Finds the classes among labels, given how many of the accepted records have each; none where some labels are not
/// known.
pub fn among(
    labels: &[String],
    counts: &[u64],
    accepted: u64,
    is_known: bool,
    config: &BalanceConfig,
) -> Classes {
    if !config.enabled || !is_known {
        return Classes { too_many: !is_known, ..Classes::default() };
    }
    let mut folded: Vec<(String, usize)> = labels
        .iter()
        .enumerate()
        .filter(|&(id, _)| counts[id] > 0)
        .map(|(id, label)| (fold(label), id))
        .collect();
    folded.sort();
    let mut list = Vec::new();
    for spellings in folded.chunk_by(|a, b| a.0 == b.0) {
        let mut ids: Vec<usize> = spellings.iter().map(|&(_, id)| id).collect();
        ids.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
        let records = ids.iter().map(|&id| counts[id]).sum();
        let name = ids.iter().max_by_key(|&&id| (counts[id], std::cmp::Reverse(&labels[id])));
        let name = name.map_or_else(String::new, |&id| labels[id].clone());
        let spellings = ids.iter().map(|&id| (labels[id].clone(), counts[id])).collect();
        list.push((Class { name, spellings, records }, ids));
    }
    if config.label_field.is_none() {
        if !are_classes(list.iter().map(|(class, _)| class.records), accepted) {
            return Classes::default();
        }
        list.retain(|(class, _)| class.records >= least_of(accepted));
    }
    list.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let mut of_label = vec![None; labels.len()];
    for (index, (_, ids)) in list.iter().enumerate() {
        for (spelling, &id) in ids.iter().enumerate() {
            of_label[id] = Some((index as u32, spelling as u32));
        }
    }
    Classes { list: list.into_iter().map(|(class, _)| class).collect(), of_label, too_many: false }
}

impl Classes {
    /// The classes, sorted by name.
    pub fn list(&self) -> &[Class] {
        &self.list
    }

    /// The class of the label with an id, as an index into the list.
    pub fn of_label(&self, id: usize) -> Option<usize> {
        self.of_label.get(id).copied().flatten().map(|(class, _)| class as usize)
    }

    /// The class of a record, as an index into the list.
    pub fn of(&self, facts: &FactTable, line: Ordinal) -> Option<usize> {
        self.spelling_of(facts, line).map(|(class, _)| class)
    }

    /// The class of a record, and which of its spellings the record has.
    fn spelling_of(&self, facts: &FactTable, line: Ordinal) -> Option<(usize, usize)> {
        let (class, spelling) = (*self.of_label.get(facts.label(line)? as usize)?)?;
        Some((class as usize, spelling as usize))
    }

    /// Returns true if there were too many different labels to find classes among them.
    pub fn too_many(&self) -> bool {
        self.too_many
    }

    /// How many of these records each class has.
    pub fn count(&self, facts: &FactTable, lines: impl ParallelIterator<Item = Ordinal>) -> Vec<u64> {
        self.count_spellings(facts, lines).iter().map(|spellings| spellings.iter().sum()).collect()
    }

    /// How many of these records each spelling of each class has, in the order of [`Class::spellings`].
    pub fn count_spellings(
        &self,
        facts: &FactTable,
        lines: impl ParallelIterator<Item = Ordinal>,
    ) -> Vec<Vec<u64>> {
        let none = || self.list.iter().map(|class| vec![0; class.spellings.len()]).collect::<Vec<Vec<u64>>>();
        if self.list.is_empty() {
            return none();
        }
        let count = |mut counts: Vec<Vec<u64>>, line| {
            if let Some((class, spelling)) = self.spelling_of(facts, line) {
                counts[class][spelling] += 1;
            }
            counts
        };
        let add = |mut a: Vec<Vec<u64>>, b: Vec<Vec<u64>>| {
            a.iter_mut().flatten().zip(b.into_iter().flatten()).for_each(|(a, b)| *a += b);
            a
        };
        lines.fold(none, count).reduce(none, add)
    }
}
