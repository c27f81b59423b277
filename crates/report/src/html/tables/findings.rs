//! Findings: per code how many there are, where in the inputs, and the first ones in full.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::ReportError;
use crate::html::chart::SLICES;

use super::columns::Columns;
use super::places::Lines;

/// Findings of a code that are shown in full.
const EXAMPLES: usize = 5;

/// The findings of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeRows {
    pub(crate) code: String,
    pub(crate) severity: String,
    pub(crate) n: u64,
    /// How many are in each slice of the lines of all inputs; empty where none has a line.
    pub(crate) slices: Vec<u64>,
    pub(crate) first: Vec<Example>,
}

/// A finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) file: Option<String>,
    pub(crate) line: Option<String>,
    pub(crate) column: Option<String>,
    pub(crate) message: String,
}

/// What a row group has of a code.
struct Part {
    n: u64,
    slices: Vec<u64>,
    first: Vec<usize>,
}

pub(crate) fn read(path: &Path, lines: &Lines) -> Result<Vec<CodeRows>, ReportError> {
    let table = Columns::open(path)?;
    let parts = table.each(|group| {
        let codes = table.words(group, "code")?;
        let files = table.words(group, "file")?;
        let numbers = table.integers(group, "line")?;
        let before: Vec<Option<u64>> = files.list.iter().map(|file| lines.before(file)).collect();
        let mut parts: Vec<Part> =
            codes.list.iter().map(|_| Part { n: 0, slices: Vec::new(), first: Vec::new() }).collect();
        for (row, code) in codes.rows.iter().enumerate() {
            let Some(part) = code.and_then(|code| parts.get_mut(code as usize)) else { continue };
            part.n += 1;
            if part.first.len() < EXAMPLES {
                part.first.push(row);
            }
            let file = files.rows.get(row).copied().flatten().and_then(|file| before[file as usize]);
            let number = file.zip(numbers.get(row).copied().flatten());
            if let Some(slice) = number.and_then(|(file, line)| slice(file + line.saturating_sub(1), lines)) {
                part.slices.resize(SLICES, 0);
                part.slices[slice] += 1;
            }
        }
        Ok(codes.list.into_iter().zip(parts).collect::<Vec<_>>())
    })?;
    let mut all: BTreeMap<String, CodeRows> = BTreeMap::new();
    let mut wanted: Vec<(usize, String, Vec<usize>)> = Vec::new();
    for (group, parts) in parts.into_iter().enumerate() {
        for (code, mut part) in parts {
            let rows = all.entry(code.clone()).or_default();
            let known = rows.first.len();
            rows.n += part.n;
            rows.slices.resize(rows.slices.len().max(part.slices.len()), 0);
            rows.slices.iter_mut().zip(&part.slices).for_each(|(n, more)| *n += more);
            part.first.truncate(EXAMPLES - known);
            rows.first.extend(part.first.iter().map(|_| Example::default()));
            if !part.first.is_empty() {
                wanted.push((group, code, part.first));
            }
        }
    }
    let mut filled: BTreeMap<String, (String, Vec<Example>)> = BTreeMap::new();
    for (group, code, rows) in wanted {
        let [severities, files, numbers, columns, messages] =
            ["severity", "file", "line", "column", "message"].map(|name| table.texts(group, name, &rows));
        let (_, examples) = {
            let severity = severities?.into_iter().next().flatten().unwrap_or_default();
            filled.entry(code).or_insert_with(|| (severity, Vec::new()))
        };
        let texts = files?.into_iter().zip(numbers?).zip(columns?).zip(messages?);
        examples.extend(texts.map(|(((file, line), column), message)| Example {
            file,
            line,
            column,
            message: message.unwrap_or_default(),
        }));
    }
    Ok(all
        .into_iter()
        .map(|(code, rows)| {
            let (severity, first) = filled.remove(&code).unwrap_or_default();
            CodeRows { code, severity, first, ..rows }
        })
        .collect())
}

/// The slice that a line is in.
fn slice(number: u64, lines: &Lines) -> Option<usize> {
    let at = u128::from(number) * SLICES as u128 / u128::from(lines.own().max(1));
    usize::try_from(at).ok().filter(|at| *at < SLICES)
}
