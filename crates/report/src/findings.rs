//! Table `findings`: one row per finding, in the order of the inputs; findings about no input come first or last as
//! the engine hands them over.

use std::borrow::Cow;

use crate::column::Cell::{Integer, Text};
use crate::column::{Column, Row};

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
}

impl Row for FindingRow<'_> {
    const TABLE: &'static str = "findings";

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::optional("file", Text(|row| row.file.as_deref())),
            Column::distinct(Column::optional("line", Integer(|row| row.line))),
            Column::optional("column", Integer(|row| row.column)),
            Column::distinct(Column::optional("byte_offset", Integer(|row| row.byte_offset))),
            Column::distinct(Column::optional("record", Integer(|row| row.record))),
            Column::optional("pointer", Text(|row| row.pointer.as_deref())),
            Column::required("code", Text(|row| Some(&row.code))),
            Column::required("severity", Text(|row| Some(&row.severity))),
            Column::required("message", Text(|row| Some(&row.message))),
            Column::required("source", Text(|row| Some(&row.source))),
        ]
    }
}
