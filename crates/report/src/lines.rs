//! The lines of an earlier output, to be compared with those of another: which record each was, and what became of it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use parquet::errors::ParquetError;
use rayon::prelude::*;

use bedload_record::{Side, Verdict};

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::read::{Kind, Table, Values};
use crate::sides::{column_of, corrupt, digest_of, open, side_of};

/// What a line was, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastLine {
    /// The identity of the record's content; none where the line was rejected.
    pub digest: Option<u128>,
    /// Hash of what names the record in its source; none where nothing does.
    pub id: Option<u64>,
    /// Hash of its label; none where it has none.
    pub label: Option<u64>,
    /// Its input, as an index into the list of all of them.
    pub file: u32,
    /// Its physical line, from 1.
    pub line: u64,
    /// What became of it; of those that were not chosen, only that they were not.
    pub verdict: Verdict,
}

/// The lines of an output, in the order of the table `records`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastLines {
    /// The inputs.
    pub files: Vec<String>,
    /// Their lines.
    pub lines: Vec<PastLine>,
}

/// Reads what became of every line. Takes 80 bytes a line.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns.
pub fn read_lines(path: &Path) -> Result<PastLines, ReportError> {
    let table = open(path)?;
    let text = |name: &str| column_of(&table, path, name, Kind::Text);
    let columns = Columns {
        file: text("file")?,
        line: column_of(&table, path, "line", Kind::Integer)?,
        digest: text("digest")?,
        verdict: text("verdict")?,
        split: text("split")?,
        // Outputs of early versions have no ids.
        id: text("id").ok(),
        label: text("label").ok(),
    };
    let groups = (0..table.groups()).into_par_iter().map(|group| columns.read(&table, group));
    let groups: Vec<Group> = groups.collect::<Result<_, _>>().map_err(|error| read_error(path, error))?;
    let mut past = PastLines::default();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for Group { files, lines } in groups {
        let of_group: Vec<u32> = files
            .into_iter()
            .map(|name| {
                *numbers.entry(name).or_insert_with_key(|name| {
                    past.files.push(name.clone());
                    past.files.len() as u32 - 1
                })
            })
            .collect();
        past.lines
            .extend(lines.into_iter().map(|line| PastLine { file: of_group[line.file as usize], ..line }));
    }
    if past.lines.windows(2).any(|pair| (pair[0].file, pair[0].line) >= (pair[1].file, pair[1].line)) {
        return Err(corrupt(path, "its rows are not in the order of the inputs".to_owned()));
    }
    Ok(past)
}

struct Columns {
    file: usize,
    line: usize,
    digest: usize,
    verdict: usize,
    split: usize,
    id: Option<usize>,
    label: Option<usize>,
}

/// The lines of a row group, with their files as indices into a list of its own.
struct Group {
    files: Vec<String>,
    lines: Vec<PastLine>,
}

impl Columns {
    fn read(&self, table: &Table, group: usize) -> Result<Group, ParquetError> {
        let mut files: Vec<String> = Vec::new();
        let mut of_line: Vec<u32> = Vec::new();
        each(table, group, self.file, |name| {
            let name = name.ok_or_else(|| unknown("a line without a file"))?;
            // Lines of one file are neighbours.
            if files.last().is_none_or(|last| last != name) {
                files.push(name.to_owned());
            }
            of_line.push(files.len() as u32 - 1);
            Ok(())
        })?;
        let mut numbers: Vec<u64> = Vec::with_capacity(of_line.len());
        table.read(group, self.line, &mut |batch| {
            let Values::I64(values) = batch.values else { return Ok(()) };
            numbers.extend(batch.places().flatten().map(|place| values[place] as u64));
            Ok(())
        })?;
        let mut digests: Vec<Option<u128>> = Vec::with_capacity(of_line.len());
        each(table, group, self.digest, |digits| {
            let digest = digits.map(|digits| digest_of(digits).ok_or_else(|| unknown("a digest")));
            digests.push(digest.transpose()?);
            Ok(())
        })?;
        let mut sides: Vec<Option<Side>> = Vec::with_capacity(of_line.len());
        each(table, group, self.split, |name| {
            sides.push(name.map(|name| side_of(name).ok_or_else(|| unknown("a side"))).transpose()?);
            Ok(())
        })?;
        let mut verdicts: Vec<Verdict> = Vec::with_capacity(of_line.len());
        each(table, group, self.verdict, |name| {
            let side = sides.get(verdicts.len()).copied().flatten();
            verdicts.push(match (name, side) {
                (Some("kept"), Some(side)) => Verdict::Kept(side),
                (Some("rejected"), None) => Verdict::Rejected,
                (Some("duplicate"), None) => Verdict::Duplicate,
                (Some("unselected"), None) => Verdict::Unselected,
                _ => return Err(unknown("a verdict")),
            });
            Ok(())
        })?;
        let hashes = |column: Option<usize>| -> Result<Vec<Option<u64>>, ParquetError> {
            let mut hashes = Vec::new();
            if let Some(column) = column {
                each(table, group, column, |text| {
                    hashes.push(text.map(hash));
                    Ok(())
                })?;
            }
            Ok(hashes)
        };
        let (ids, labels) = (hashes(self.id)?, hashes(self.label)?);
        let rows = of_line.len();
        if [numbers.len(), digests.len(), verdicts.len()].iter().any(|&len| len != rows) {
            return Err(unknown("columns of different lengths"));
        }
        let lines = (0..rows).map(|row| PastLine {
            digest: digests[row],
            id: ids.get(row).copied().flatten(),
            label: labels.get(row).copied().flatten(),
            file: of_line[row],
            line: numbers[row],
            verdict: verdicts[row],
        });
        let lines = lines.collect();
        Ok(Group { files, lines })
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

pub(crate) fn unknown(what: &str) -> ParquetError {
    ParquetError::General(format!("{what}, which this version does not know"))
}

/// Gives each text of a column, in order; none for null.
pub(crate) fn each(
    table: &Table,
    group: usize,
    column: usize,
    mut take: impl FnMut(Option<&str>) -> Result<(), ParquetError>,
) -> Result<(), ParquetError> {
    table.read(group, column, &mut |batch| {
        let Values::Bytes(texts) = batch.values else { return Ok(()) };
        batch.places().try_for_each(|place| take(place.map(|place| texts[place].as_utf8()).transpose()?))
    })?;
    Ok(())
}
