//! The findings of an earlier output, to be compared with those of another: which they were, by fingerprint, and where.

use std::collections::HashMap;
use std::path::Path;

use parquet::errors::ParquetError;

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::lines::{each, unknown};
use crate::read::{Kind, Table, Values};
use crate::sides::{column_of, open};

/// A finding of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastFinding {
    /// What stays of it wherever its record moves.
    pub fingerprint: u64,
    /// Its code and severity, as an index into the list of both.
    pub kind: u32,
    /// Its input, as an index into the list of these; none where it is about the data set.
    pub file: Option<u32>,
    /// Its physical line, from 1; none where it is about an input or the data set.
    pub line: Option<u64>,
}

/// The findings of an output, in the order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastFindings {
    /// Codes with the severities that they had.
    pub kinds: Vec<(String, String)>,
    /// The inputs.
    pub files: Vec<String>,
    /// What is said of the data set: codes and severities, as indices into their list, and messages.
    pub about_data_set: Vec<(u32, String)>,
    /// The findings; none where the output is of a version that kept no fingerprints.
    pub list: Option<Vec<PastFinding>>,
}

/// Reads which findings there were. Takes 40 bytes a finding.
///
/// # Errors
/// Where the file cannot be read, is not as it was written, or has no such columns.
pub fn read_findings(path: &Path) -> Result<PastFindings, ReportError> {
    let table = open(path)?;
    let text = |name: &str| column_of(&table, path, name, Kind::Text);
    let Ok(fingerprint) = text("fingerprint") else { return Ok(PastFindings::default()) };
    let columns = Columns {
        fingerprint,
        code: text("code")?,
        severity: text("severity")?,
        file: text("file")?,
        line: column_of(&table, path, "line", Kind::Integer)?,
        message: text("message")?,
    };
    let (mut kinds, mut files) = (Numbers::default(), Numbers::default());
    let (mut list, mut about_data_set) = (Vec::new(), Vec::new());
    for group in 0..table.groups() {
        columns
            .read(&table, group, (&mut kinds, &mut files), (&mut list, &mut about_data_set))
            .map_err(|error| read_error(path, error))?;
    }
    Ok(PastFindings { kinds: kinds.names, files: files.names, about_data_set, list: Some(list) })
}

struct Columns {
    fingerprint: usize,
    code: usize,
    severity: usize,
    file: usize,
    line: usize,
    message: usize,
}

/// Names by their first occurrence.
struct Numbers<T> {
    names: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { names: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbers<T> {
    fn of(&mut self, name: T) -> u32 {
        *self.numbers.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.names.len() as u32 - 1
        })
    }
}

impl Columns {
    fn read(
        &self,
        table: &Table,
        group: usize,
        (kinds, files): (&mut Numbers<(String, String)>, &mut Numbers<String>),
        (list, about_data_set): (&mut Vec<PastFinding>, &mut Vec<(u32, String)>),
    ) -> Result<(), ParquetError> {
        let mut fingerprints: Vec<u64> = Vec::new();
        each(table, group, self.fingerprint, |text| {
            let number = text.and_then(|text| u64::from_str_radix(text, 16).ok());
            fingerprints.push(number.ok_or_else(|| unknown("a fingerprint"))?);
            Ok(())
        })?;
        let mut codes: Vec<String> = Vec::new();
        each(table, group, self.code, |code| {
            codes.push(code.unwrap_or_default().to_owned());
            Ok(())
        })?;
        let mut of_kind: Vec<u32> = Vec::new();
        each(table, group, self.severity, |severity| {
            let code = codes.get_mut(of_kind.len()).map(std::mem::take).unwrap_or_default();
            of_kind.push(kinds.of((code, severity.unwrap_or_default().to_owned())));
            Ok(())
        })?;
        let mut of_file: Vec<Option<u32>> = Vec::new();
        each(table, group, self.file, |file| {
            of_file.push(file.map(|file| files.of(file.to_owned())));
            Ok(())
        })?;
        let mut lines: Vec<Option<u64>> = Vec::new();
        table.read(group, self.line, &mut |batch| {
            let Values::I64(values) = batch.values else { return Ok(()) };
            lines.extend(batch.places().map(|place| place.map(|place| values[place] as u64)));
            Ok(())
        })?;
        let rows = fingerprints.len();
        if [codes.len(), of_kind.len(), of_file.len(), lines.len()].iter().any(|&len| len != rows) {
            return Err(unknown("columns of different lengths"));
        }
        // Most groups have none, and then nothing reads their messages.
        if of_file.contains(&None) {
            let mut row = 0;
            each(table, group, self.message, |text| {
                if of_file.get(row) == Some(&None) {
                    about_data_set.push((of_kind[row], text.unwrap_or_default().to_owned()));
                }
                row += 1;
                Ok(())
            })?;
        }
        list.extend((0..rows).map(|row| PastFinding {
            fingerprint: fingerprints[row],
            kind: of_kind[row],
            file: of_file[row],
            line: lines[row],
        }));
        Ok(())
    }
}
