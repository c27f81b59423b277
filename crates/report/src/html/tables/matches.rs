//! What records have that they should not have: text of evaluation data, and personal data.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::ReportError;

use super::columns::Columns;

/// Matches that are shown.
const SHOWN: usize = 5;

/// Matches of records with evaluation records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Matches {
    pub(crate) rows: u64,
    /// Records that have one.
    pub(crate) records: u64,
    pub(crate) by_method: BTreeMap<String, u64>,
    pub(crate) by_file: BTreeMap<String, u64>,
    /// By the part of the evaluation record that is covered, in tenths; the last is all of it.
    pub(crate) coverage: Vec<u64>,
    /// File and line of a record and of an evaluation record, and how many words the longest common run has.
    pub(crate) first: Vec<[String; 5]>,
}

/// Personal data and secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Personal {
    pub(crate) rows: u64,
    /// Records that have some.
    pub(crate) records: u64,
    /// How many were reported, masked and rejected, by kind.
    pub(crate) kinds: BTreeMap<String, [u64; 3]>,
}

/// What is done with personal data, in the order of its counts.
pub(crate) const ACTIONS: [&str; 3] = ["reported", "masked", "rejected"];

/// How many records rows are about, which are in their order: a record is counted where it begins.
fn records(table: &Columns) -> Result<u64, ReportError> {
    // Of each group: how many records begin in it after its first row, and where it begins and ends.
    let parts = table.each(|group| {
        let files = table.words(group, "file")?;
        let lines = table.integers(group, "line")?;
        let place = |row: usize| (files.text(row).map(str::to_owned), lines.get(row).copied().flatten());
        let is_new = |row: &usize| files.rows[*row] != files.rows[*row - 1] || lines[*row] != lines[*row - 1];
        let new = (1..lines.len()).filter(is_new).count() as u64;
        Ok((new, place(0), place(lines.len().saturating_sub(1))))
    })?;
    let mut last = None;
    let mut all = 0;
    for (new, first, end) in parts {
        all += new + u64::from(last != Some(first));
        last = Some(end);
    }
    Ok(if table.rows() == 0 { 0 } else { all })
}

pub(crate) fn contamination(path: &Path) -> Result<Matches, ReportError> {
    let table = Columns::open(path)?;
    let mut found = Matches {
        rows: table.rows(),
        records: records(&table)?,
        coverage: vec![0; 11],
        ..Matches::default()
    };
    let parts = table.each(|group| {
        let mut coverage = vec![0; 11];
        let values = table.reals(group, "coverage")?;
        values.into_iter().for_each(|value| coverage[((value * 10.0 + 1e-9) as usize).min(10)] += 1);
        Ok((coverage, by_word(&table, group, "method")?, by_word(&table, group, "eval_file")?))
    })?;
    for (coverage, methods, files) in parts {
        found.coverage.iter_mut().zip(coverage).for_each(|(n, more)| *n += more);
        methods.into_iter().for_each(|(method, n)| *found.by_method.entry(method).or_default() += n);
        files.into_iter().for_each(|(file, n)| *found.by_file.entry(file).or_default() += n);
    }
    if table.groups() > 0 {
        let rows: Vec<usize> = (0..SHOWN.min(usize::try_from(table.rows()).unwrap_or(SHOWN))).collect();
        let columns = ["file", "line", "eval_file", "eval_line", "words"];
        let columns = columns.map(|name| table.texts(0, name, &rows));
        let columns = columns.into_iter().collect::<Result<Vec<_>, _>>()?;
        let row =
            |row: usize| std::array::from_fn(|nth: usize| columns[nth][row].clone().unwrap_or_default());
        found.first = rows.iter().map(|&nth| row(nth)).collect();
    }
    Ok(found)
}

/// How many rows of a group have each word of a column.
fn by_word(table: &Columns, group: usize, name: &str) -> Result<Vec<(String, u64)>, ReportError> {
    let words = table.words(group, name)?;
    let mut counts = vec![0; words.list.len()];
    words.rows.iter().flatten().for_each(|&word| counts[word as usize] += 1);
    Ok(words.list.into_iter().zip(counts).collect())
}

pub(crate) fn personal(path: &Path) -> Result<Personal, ReportError> {
    let table = Columns::open(path)?;
    let parts = table.each(|group| {
        let (kinds, actions) = (table.words(group, "kind")?, table.words(group, "action")?);
        let action = |row: usize| ACTIONS.iter().position(|action| actions.text(row) == Some(*action));
        let mut counts = vec![[0; 3]; kinds.list.len()];
        for (row, kind) in kinds.rows.iter().enumerate() {
            if let (Some(kind), Some(action)) = (kind, action(row)) {
                counts[*kind as usize][action] += 1;
            }
        }
        Ok(kinds.list.into_iter().zip(counts).collect::<Vec<(String, [u64; 3])>>())
    })?;
    let mut found = Personal { rows: table.rows(), records: records(&table)?, kinds: BTreeMap::new() };
    for (kind, counts) in parts.into_iter().flatten() {
        let sums = found.kinds.entry(kind).or_default();
        sums.iter_mut().zip(counts).for_each(|(n, more)| *n += more);
    }
    Ok(found)
}
