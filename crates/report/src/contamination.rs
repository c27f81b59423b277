//! Table `contamination`: what records have in common with evaluation records.

use std::borrow::Cow;

use crate::column::Cell::{Integer, Real, Text};
use crate::column::{Row, RowColumn};

/// What one record has in common with one evaluation record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContaminationRow<'a> {
    /// The record's input.
    pub file: &'a str,
    /// Its physical line, from 1.
    pub line: u64,
    /// Its byte offset in the (decompressed) input, from 0.
    pub byte_offset: u64,
    /// The file of the evaluation record.
    pub eval_file: &'a str,
    /// Its physical line, from 1.
    pub eval_line: u64,
    /// How the match was found: `ngram`, `coverage` or `whole`.
    pub method: &'a str,
    /// Where the text with the longest run of words that both have begins: a JSON Pointer.
    pub pointer: Cow<'a, str>,
    /// Where the run begins in that text, decoded, in bytes from 0.
    pub text_offset: u64,
    /// How many words the run has; it may end in a later text.
    pub words: u64,
    /// How many words of the evaluation record are in runs that both have.
    pub covered_words: u64,
    /// Of how many that count.
    pub counted_words: u64,
    /// The part of these that is covered, from 0 to 1.
    pub coverage: f64,
}

impl Row for ContaminationRow<'_> {
    const TABLE: &'static str = "contamination";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("file", Text(|row| Some(row.file))),
            RowColumn::required("line", Integer(|row| Some(row.line))),
            RowColumn::required("byte_offset", Integer(|row| Some(row.byte_offset))),
            RowColumn::required("eval_file", Text(|row| Some(row.eval_file))),
            RowColumn::required("eval_line", Integer(|row| Some(row.eval_line))),
            RowColumn::required("method", Text(|row| Some(row.method))),
            RowColumn::required("pointer", Text(|row| Some(&row.pointer))),
            RowColumn::required("text_offset", Integer(|row| Some(row.text_offset))),
            RowColumn::required("words", Integer(|row| Some(row.words))),
            RowColumn::required("covered_words", Integer(|row| Some(row.covered_words))),
            RowColumn::required("counted_words", Integer(|row| Some(row.counted_words))),
            RowColumn::required("coverage", Real(|row| Some(row.coverage))),
        ]
    }
}
