//! Table `findings`: one row per finding, in the order of the inputs; findings about no input come first or last as
//! the engine hands them over.

use std::borrow::Cow;

use crate::column::Cell::{Integer, Text};
use crate::column::{Row, RowColumn};

/// One finding and its place. It has no text of the record, which may be private.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingRow<'a> {
    /// The input's name; none for a finding about the whole data set.
    pub file: Option<Cow<'a, str>>,
    /// Physical line, from 1; none for a finding about a file or the data set.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
    /// Byte offset of the place in the (decompressed) input, from 0.
    pub byte_offset: Option<u64>,
    /// Ordinal of the record in its input, from 0.
    pub record: Option<u64>,
    /// JSON Pointer of the value (RFC 6901).
    pub pointer: Option<Cow<'a, str>>,
    /// The kind of problem, `area/problem`.
    pub code: Cow<'a, str>,
    /// `error`, `warning` or what else severities are called, after `--strict`.
    pub severity: Cow<'a, str>,
    /// What is wrong here.
    pub message: Cow<'a, str>,
    /// Whose rule it is.
    pub source: Cow<'a, str>,
    /// What names the record in its source, where that is known.
    pub id: Option<Box<str>>,
    /// What stays when the record moves to another line or file, in hexadecimal digits.
    pub fingerprint: Cow<'a, str>,
    /// The first source of a record that was converted before, as the report of the conversion names it.
    pub origin_file: Option<Cow<'a, str>>,
    /// The line there, from 1.
    pub origin_line: Option<u64>,
}

impl Row for FindingRow<'_> {
    const TABLE: &'static str = "findings";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::optional("file", Text(|row| row.file.as_deref())),
            RowColumn::distinct(RowColumn::optional("line", Integer(|row| row.line))),
            RowColumn::optional("column", Integer(|row| row.column)),
            RowColumn::distinct(RowColumn::optional("byte_offset", Integer(|row| row.byte_offset))),
            RowColumn::distinct(RowColumn::optional("record", Integer(|row| row.record))),
            RowColumn::optional("pointer", Text(|row| row.pointer.as_deref())),
            RowColumn::required("code", Text(|row| Some(&row.code))),
            RowColumn::required("severity", Text(|row| Some(&row.severity))),
            RowColumn::required("message", Text(|row| Some(&row.message))),
            RowColumn::required("source", Text(|row| Some(&row.source))),
            RowColumn::distinct(RowColumn::optional("id", Text(|row| row.id.as_deref()))),
            RowColumn::distinct(RowColumn::required("fingerprint", Text(|row| Some(&row.fingerprint)))),
            RowColumn::optional("origin_file", Text(|row| row.origin_file.as_deref())),
            RowColumn::distinct(RowColumn::optional("origin_line", Integer(|row| row.origin_line))),
        ]
    }
}
