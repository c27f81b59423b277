//! The numbers of an output, which `build` has at hand and `stats` reads again.

use std::path::Path;

use bedload_record::{Bin, Code, Distributions, Measure, Severities, Severity, Side, Summary, SummaryNumber};
use bedload_report::{Cell, FoundRow, read_findings, read_rows};
use bedload_stages::facets::{FacetCounts, ValueCounts};

use crate::report::manifest::{EVALUATION, Manifest};
use crate::report::output::read_output;
use crate::run::error::EngineError;

/// The most rows of a small table: labels and values are told apart up to a number below that.
pub(crate) const ROWS_MAX: usize = 4 << 20;

/// The numbers of an output.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Its manifest.
    pub manifest: Manifest,
    /// What became of the records, and their tokens.
    pub summary: Summary,
    /// How many kept records have so many tokens, by bin; empty where they were not counted.
    pub tokens: Vec<(Bin, u64)>,
    /// The classes.
    pub labels: Vec<ClassCounts>,
    /// The values of the facets that were to be counted.
    pub balance: Vec<FacetCounts>,
    /// How bad each code was.
    pub severities: Severities,
}

/// A class, and how many records it has.
#[derive(Clone, Debug)]
pub struct ClassCounts {
    /// Its most frequent spelling.
    pub name: String,
    /// Accepted records.
    pub read: u64,
    /// Output lines, by side.
    pub sides: [u64; Side::COUNT],
}

impl Numbers {
    /// Reads the numbers of an output from its manifest and tables. Tables that an earlier version did not write are
    /// passed over.
    ///
    /// # Errors
    /// Where there is no finished output, or its tables are not as they were written.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let manifest = read_output(dir)?;
        let path = |name: &str| format!("report/{name}.parquet");
        let is_there = |name: &str| manifest.files.iter().any(|file| file.path == path(name));
        let rows = |name: &str| -> Result<Vec<FoundRow>, EngineError> {
            if is_there(name) { Ok(read_rows(&dir.join(path(name)), ROWS_MAX)?) } else { Ok(Vec::new()) }
        };
        let long: Vec<SummaryNumber> = rows("summary")?.iter().filter_map(number_of).collect();
        let mut summary = Summary::from_rows(&long);
        let by_name = |(name, &n): (&String, &u64)| Some((Code::from_name(name)?, n));
        summary.by_code = manifest.findings.iter().filter_map(by_name).collect();
        let mut severities = Severities::default();
        if is_there("findings") {
            for (code, severity) in read_findings(&dir.join(path("findings")))?.kinds {
                let severity = Severity::ALL.into_iter().find(|known| known.name() == severity);
                if let Some((code, severity)) = Code::from_name(&code).zip(severity) {
                    severities = severities.with(code, severity);
                }
            }
        }
        Ok(Self {
            summary,
            tokens: tokens(&rows("distributions")?),
            labels: labels(&rows("labels")?),
            balance: balance(&rows("balance")?),
            severities,
            manifest,
        })
    }

    /// Blank lines that repairs removed.
    pub fn removed(&self) -> u64 {
        let of = self.manifest.repairs.as_ref().and_then(|of| of.get(Code::JsonBlankLine.name()));
        of.copied().unwrap_or_default()
    }

    /// Prompts of an evaluation that were written.
    pub fn prompts(&self) -> u64 {
        let entry = self.manifest.files.iter().find(|file| file.path == EVALUATION);
        entry.map_or(0, |entry| entry.records)
    }
}

fn number_of(row: &FoundRow) -> Option<SummaryNumber> {
    let value = match cell(row, "value")? {
        Cell::Real(value) => *value,
        _ => return None,
    };
    Some((text(row, "metric")?.to_owned(), text(row, "scope")?.to_owned(), value))
}

/// The distribution of the tokens of kept records.
fn tokens(rows: &[FoundRow]) -> Vec<(Bin, u64)> {
    let is_it =
        |row: &&FoundRow| text(row, "measure") == Some("tokens") && text(row, "verdict") == Some("kept");
    joined(
        rows.iter()
            .filter(is_it)
            .map(|row| (Bin::of(integer(row, "low")), integer(row, "records")))
            .collect(),
    )
}

/// The same from what was counted.
pub(crate) fn kept_tokens(counted: &Distributions) -> Vec<(Bin, u64)> {
    let kept = counted.bars().filter(|bar| bar.measure == Measure::Tokens && bar.part.side.is_some());
    joined(kept.map(|bar| (bar.bin, bar.records)).collect())
}

/// Each bin once, in order.
fn joined(mut bins: Vec<(Bin, u64)>) -> Vec<(Bin, u64)> {
    bins.sort_unstable();
    bins.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|(_, n)| n).sum())).collect()
}

/// Where a row of `labels` or `balance` counts; none for sums over the sides.
fn place(row: &FoundRow) -> Option<Counted> {
    match (text(row, "stage")?, text(row, "split")) {
        ("before", _) => Some(Counted::Before),
        (_, name) => Side::ALL.into_iter().find(|side| Some(side.name()) == name).map(Counted::On),
    }
}

/// What a row counts.
enum Counted {
    /// Records before anything was decided.
    Before,
    /// Lines of a side.
    On(Side),
}

fn labels(rows: &[FoundRow]) -> Vec<ClassCounts> {
    values(rows.iter(), "label")
        .into_iter()
        .filter_map(|(name, read, sides)| Some(ClassCounts { name: name?, read, sides }))
        .collect()
}

fn balance(rows: &[FoundRow]) -> Vec<FacetCounts> {
    let of_facets = rows.chunk_by(|a, b| text(a, "facet") == text(b, "facet"));
    of_facets
        .map(|rows| {
            let mut counts = FacetCounts {
                facet: text(&rows[0], "facet").unwrap_or_default().to_owned(),
                ..FacetCounts::default()
            };
            for (name, before, sides) in values(rows.iter(), "value") {
                match name {
                    Some(name) => counts.values.push(ValueCounts { name, before, sides }),
                    None => counts.without = ValueCounts { name: String::new(), before, sides },
                }
            }
            counts
        })
        .collect()
}

/// A value, how many records had it, and how many have it by side.
type ValueRow = (Option<String>, u64, [u64; Side::COUNT]);

/// The counts of each value, in the order in which values first come.
fn values<'r>(rows: impl Iterator<Item = &'r FoundRow>, column: &str) -> Vec<ValueRow> {
    let mut places: std::collections::HashMap<Option<&str>, usize> = std::collections::HashMap::new();
    let mut values: Vec<ValueRow> = Vec::new();
    for row in rows {
        let name = text(row, column);
        let Some(place) = place(row) else { continue };
        let at = *places.entry(name).or_insert_with(|| {
            values.push((name.map(str::to_owned), 0, [0; Side::COUNT]));
            values.len() - 1
        });
        match place {
            Counted::Before => values[at].1 = integer(row, "records"),
            Counted::On(side) => values[at].2[side as usize] = integer(row, "records"),
        }
    }
    values
}

fn cell<'r>(row: &'r FoundRow, column: &str) -> Option<&'r Cell> {
    row.iter().find(|(name, _)| name == column).map(|(_, cell)| cell)
}

pub(crate) fn text<'r>(row: &'r FoundRow, column: &str) -> Option<&'r str> {
    match cell(row, column)? {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn integer(row: &FoundRow, column: &str) -> u64 {
    match cell(row, column) {
        Some(Cell::Integer(number)) => u64::try_from(*number).unwrap_or(0),
        Some(Cell::Real(number)) => *number as u64,
        _ => 0,
    }
}
