//! Prompts that records answer differently: how far they agree, and those that most records have.

use std::cmp::Reverse;
use std::path::Path;

use crate::error::ReportError;

use super::columns::Columns;
use super::tally::tally;

/// Prompts that are shown.
const SHOWN: usize = 5;
/// Answers of a prompt that are shown.
const ANSWERS: usize = 4;

/// All prompts with several answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Disagreement {
    /// Prompts of classification data, whose answers are labels, and other ones.
    pub(crate) prompts: [u64; 2],
    /// The records that have these.
    pub(crate) records: [u64; 2],
    /// Records by the part of the most frequent answer to their prompt, in tenths.
    pub(crate) agreement: Vec<u64>,
    /// The prompts that most records have.
    pub(crate) largest: Vec<Prompt>,
}

/// A prompt and its answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prompt {
    pub(crate) hash: u64,
    pub(crate) records: u64,
    pub(crate) majority: f64,
    /// How many different answers there are.
    pub(crate) all: u64,
    pub(crate) answers: Vec<Answer>,
}

/// One of the answers to a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) file: String,
    pub(crate) line: String,
    pub(crate) records: u64,
    pub(crate) stays: bool,
    pub(crate) label: Option<String>,
}

pub(crate) fn read(path: &Path, is_named: bool) -> Result<Disagreement, ReportError> {
    let table = Columns::open(path)?;
    let mut found = Disagreement { agreement: vec![0; 10], ..Disagreement::default() };
    for (nth, kind) in ["conflict", "variation"].into_iter().enumerate() {
        let prompts = tally(table.rows(), 0, |is_wanted| {
            table.each(|group| {
                let kinds = table.words(group, "kind")?;
                let hashes = table.hashes(group, "prompt")?.into_iter().enumerate();
                let of_kind = hashes.filter(|(row, _)| kinds.text(*row) == Some(kind));
                Ok(of_kind.map(|(_, hash)| hash).filter(|hash| is_wanted(*hash)).collect())
            })
        })?;
        found.prompts[nth] = prompts.keys;
    }
    let parts = table.each(|group| {
        let kinds = table.words(group, "kind")?;
        let hashes = table.hashes(group, "prompt")?;
        let (records, of_prompt) =
            (table.integers(group, "records")?, table.integers(group, "prompt_records")?);
        let shares = table.reals(group, "majority_share")?;
        let (mut sums, mut agreement) = ([0; 2], vec![0; 10]);
        let mut largest: Vec<(u64, u64, f64)> = Vec::new();
        for (row, n) in records.into_iter().enumerate() {
            let n = n.unwrap_or(0);
            sums[usize::from(kinds.text(row) != Some("conflict"))] += n;
            agreement[((shares[row] * 10.0 + 1e-9) as usize).min(9)] += n;
            keep(&mut largest, (of_prompt[row].unwrap_or(0), hashes[row], shares[row]));
        }
        Ok((sums, agreement, largest))
    })?;
    let mut largest = Vec::new();
    for (sums, agreement, prompts) in parts {
        found.records.iter_mut().zip(sums).for_each(|(n, more)| *n += more);
        found.agreement.iter_mut().zip(agreement).for_each(|(n, more)| *n += more);
        prompts.into_iter().for_each(|prompt| keep(&mut largest, prompt));
    }
    found.largest = largest
        .into_iter()
        .map(|(records, hash, majority)| Prompt { hash, records, majority, ..Prompt::default() })
        .collect();
    fill(&table, &mut found.largest, is_named)?;
    Ok(found)
}

/// Keeps a prompt where it is one of those with most records; of equal ones, the smallest hash.
fn keep(largest: &mut Vec<(u64, u64, f64)>, prompt: (u64, u64, f64)) {
    if largest.iter().any(|(_, hash, _)| *hash == prompt.1) {
        return;
    }
    largest.push(prompt);
    largest.sort_by_key(|(records, hash, _)| (Reverse(*records), *hash));
    largest.truncate(SHOWN);
}

/// Reads the answers of some prompts.
fn fill(table: &Columns, prompts: &mut [Prompt], is_named: bool) -> Result<(), ReportError> {
    for group in 0..table.groups() {
        let hashes = table.hashes(group, "prompt")?;
        let is_shown = |row: &usize| prompts.iter().any(|prompt| prompt.hash == hashes[*row]);
        let rows: Vec<usize> = (0..hashes.len()).filter(is_shown).collect();
        if rows.is_empty() {
            continue;
        }
        let texts = |name: &str| table.texts(group, name, &rows);
        let (files, lines) = (texts("file")?, texts("line")?);
        let (records, stays) = (texts("records")?, texts("stays")?);
        let labels = if is_named { texts("label")? } else { vec![None; rows.len()] };
        for (nth, row) in rows.iter().enumerate() {
            let Some(prompt) = prompts.iter_mut().find(|prompt| prompt.hash == hashes[*row]) else {
                continue;
            };
            prompt.all += 1;
            prompt.answers.push(Answer {
                file: files[nth].clone().unwrap_or_default(),
                line: lines[nth].clone().unwrap_or_default(),
                records: records[nth].as_deref().and_then(|n| n.parse().ok()).unwrap_or(0),
                stays: stays[nth].as_deref() == Some("1"),
                label: labels[nth].clone(),
            });
            prompt.answers.sort_by_key(|answer| Reverse(answer.records));
            prompt.answers.truncate(ANSWERS);
        }
    }
    Ok(())
}
