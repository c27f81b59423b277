//! Table `pii`: where personal data and secrets are, and what was done. It has nothing of them but their length.

use std::borrow::Cow;

use crate::column::Cell::{Integer, Text};
use crate::column::{Row, RowColumn};

/// Something personal or secret in one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PiiRow<'a> {
    /// The record's input.
    pub file: &'a str,
    /// Its physical line, from 1.
    pub line: u64,
    /// Byte offset in the (decompressed) input, from 0; that of the record where it was converted.
    pub byte_offset: u64,
    /// JSON Pointer of the text (RFC 6901).
    pub pointer: Cow<'a, str>,
    /// What it is: `email`, `phone` and so on.
    pub kind: &'static str,
    /// The bytes it takes in the record.
    pub length: u64,
    /// What was done: `reported`, `masked`, or `rejected` with its record.
    pub action: &'static str,
}

impl Row for PiiRow<'_> {
    const TABLE: &'static str = "pii";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("file", Text(|row| Some(row.file))),
            RowColumn::required("line", Integer(|row| Some(row.line))),
            RowColumn::distinct(RowColumn::required("byte_offset", Integer(|row| Some(row.byte_offset)))),
            RowColumn::required("pointer", Text(|row| Some(&row.pointer))),
            RowColumn::required("kind", Text(|row| Some(row.kind))),
            RowColumn::required("length", Integer(|row| Some(row.length))),
            RowColumn::required("action", Text(|row| Some(row.action))),
        ]
    }
}
