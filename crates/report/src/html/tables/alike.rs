//! Duplicates and pairs that are alike: how alike they are, and which records most others are like.

use std::path::Path;

use crate::error::ReportError;

use super::columns::Columns;
use super::places::Lines;
use super::tally::{Tally, tally};

/// Clusters that are shown.
const CLUSTERS: usize = 8;

/// How many pairs have which similarity, in hundredths: the last is that of 1 alone.
pub(crate) type Hundredths = Vec<u64>;

/// What was removed because it is like something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alike {
    /// How many records were removed.
    pub(crate) removed: u64,
    /// Records that are kept for others.
    pub(crate) survivors: u64,
    /// The records that most others are like.
    pub(crate) largest: Vec<Cluster>,
    /// How many survivors have one, two, up to four, eight, and so on, others.
    pub(crate) sizes: Vec<u64>,
    /// The similarity of those that are not equal.
    pub(crate) similarity: Hundredths,
}

/// A record and those that are like it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) file: String,
    pub(crate) line: u64,
    /// How many were removed for it.
    pub(crate) removed: u64,
}

pub(crate) fn read(path: &Path, lines: &Lines) -> Result<Alike, ReportError> {
    let table = Columns::open(path)?;
    let Tally { keys, most, sizes } = tally(table.rows(), CLUSTERS, |is_wanted| {
        table.each(|group| {
            let files = table.words(group, "survivor_file")?;
            let numbers = table.integers(group, "survivor_line")?;
            let before: Vec<Option<u64>> = files.list.iter().map(|file| lines.before(file)).collect();
            let keys = files
                .rows
                .iter()
                .zip(numbers)
                .filter_map(|(file, line)| Some(before[(*file)? as usize]? + line?.checked_sub(1)?));
            Ok(keys.filter(|key| is_wanted(*key)).collect())
        })
    })?;
    let similarity = table.each(|group| {
        let methods = table.words(group, "method")?;
        let near = methods.list.iter().position(|method| method == "near");
        let mut counts = vec![0; 101];
        for (method, value) in methods.rows.iter().zip(table.reals(group, "similarity")?) {
            if near.is_some() && method.map(|method| method as usize) == near {
                counts[hundredths(value)] += 1;
            }
        }
        Ok(counts)
    })?;
    let place = |(key, removed): (u64, u64)| {
        let (file, line) = lines.place(key)?;
        Some(Cluster { file: file.to_owned(), line, removed })
    };
    Ok(Alike {
        removed: table.rows(),
        survivors: keys,
        largest: most.into_iter().filter_map(place).collect(),
        sizes,
        similarity: sum(similarity),
    })
}

/// The similarity of all pairs that were listed.
pub(crate) fn edges(path: &Path) -> Result<Hundredths, ReportError> {
    let table = Columns::open(path)?;
    let counts = table.each(|group| {
        let mut counts = vec![0; 101];
        table.reals(group, "similarity")?.into_iter().for_each(|value| counts[hundredths(value)] += 1);
        Ok(counts)
    })?;
    Ok(sum(counts))
}

fn sum(parts: Vec<Hundredths>) -> Hundredths {
    let mut all = vec![0; 101];
    parts.iter().for_each(|part| all.iter_mut().zip(part).for_each(|(n, more)| *n += more));
    all
}

/// A similarity in hundredths, rounded down; what is a ratio of integers is not rounded below its own hundredth.
pub(crate) fn hundredths(similarity: f64) -> usize {
    ((similarity * 100.0 + 1e-9).floor().clamp(0.0, 100.0)) as usize
}
