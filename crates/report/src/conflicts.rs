//! Table `conflicts`: prompts that records answer differently.

use crate::column::Cell::{Hash, Integer, Real, Text};
use crate::column::{Row, RowColumn};

/// One of several answers to a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConflictRow<'a> {
    /// Hash of the prompt.
    pub prompt: u64,
    /// `conflict` where the data is for classification, otherwise `variation`.
    pub kind: &'a str,
    /// The label, where the answer is one.
    pub label: Option<&'a str>,
    /// Hash of the answer.
    pub answer: u64,
    /// Records with this answer, exact duplicates included.
    pub records: u64,
    /// Whether records with this answer stay, as far as conflicts are concerned: 1 or 0.
    pub stays: u64,
    /// Records with the prompt.
    pub prompt_records: u64,
    /// The label that most of them have; none where two have as many, or it is no label.
    pub majority_label: Option<&'a str>,
    /// The part of them with the most frequent answer, from 0 to 1.
    pub majority_share: f64,
    /// The entropy of their answers, in bits.
    pub entropy: f64,
    /// The input of the first record with this answer.
    pub file: &'a str,
    /// Its physical line, from 1.
    pub line: u64,
}

impl Row for ConflictRow<'_> {
    const TABLE: &'static str = "conflicts";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("file", Text(|row| Some(row.file))),
            RowColumn::required("line", Integer(|row| Some(row.line))),
            RowColumn::required("prompt", Hash(|row| Some(row.prompt))),
            RowColumn::required("kind", Text(|row| Some(row.kind))),
            RowColumn::optional("label", Text(|row| row.label)),
            RowColumn::required("answer", Hash(|row| Some(row.answer))),
            RowColumn::required("records", Integer(|row| Some(row.records))),
            RowColumn::required("stays", Integer(|row| Some(row.stays))),
            RowColumn::required("prompt_records", Integer(|row| Some(row.prompt_records))),
            RowColumn::optional("majority_label", Text(|row| row.majority_label)),
            RowColumn::required("majority_share", Real(|row| Some(row.majority_share))),
            RowColumn::required("entropy", Real(|row| Some(row.entropy))),
        ]
    }
}
