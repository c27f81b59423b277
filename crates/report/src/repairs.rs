//! Table `repairs`: the changes of lines, as spans of the lines as they were.

use std::borrow::Cow;

use crate::column::Cell::{Integer, Text};
use crate::column::{Row, RowColumn};

/// A change of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairRow<'a> {
    /// The line's input.
    pub file: Cow<'a, str>,
    /// Physical line, from 1.
    pub line: u64,
    /// The finding that it mends.
    pub code: &'static str,
    /// `safe` or `unsafe`: whether it leaves what is learned as it was.
    pub safety: &'static str,
    /// What was done.
    pub title: &'static str,
    /// JSON Pointer of what was mended (RFC 6901).
    pub pointer: Cow<'a, str>,
    /// First byte of the line that is replaced, from 0.
    pub begin: u64,
    /// One past the last.
    pub end: u64,
    /// How many bytes stand there instead.
    pub bytes_after: u64,
    /// 1 where the line goes with its line end, 0 otherwise.
    pub line_removed: u64,
    /// The place before the change, where texts of records are shown.
    pub before: Option<Cow<'a, str>>,
    /// The place after it.
    pub after: Option<Cow<'a, str>>,
}

impl Row for RepairRow<'_> {
    const TABLE: &'static str = "repairs";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("file", Text(|row| Some(&row.file))),
            RowColumn::required("line", Integer(|row| Some(row.line))),
            RowColumn::required("code", Text(|row| Some(row.code))),
            RowColumn::required("safety", Text(|row| Some(row.safety))),
            RowColumn::required("title", Text(|row| Some(row.title))),
            RowColumn::required("pointer", Text(|row| Some(&row.pointer))),
            RowColumn::required("begin", Integer(|row| Some(row.begin))),
            RowColumn::required("end", Integer(|row| Some(row.end))),
            RowColumn::required("bytes_after", Integer(|row| Some(row.bytes_after))),
            RowColumn::required("line_removed", Integer(|row| Some(row.line_removed))),
            RowColumn::optional("before", Text(|row| row.before.as_deref())),
            RowColumn::optional("after", Text(|row| row.after.as_deref())),
        ]
    }
}
