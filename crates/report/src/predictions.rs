//! Table `predictions`: how well each prediction of a model matches its reference.

use crate::column::Cell::{Integer, Real, Text};
use crate::column::{Row, RowColumn};

/// One prediction that was scored.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PredictionRow<'a> {
    /// The input it is from.
    pub file: &'a str,
    /// Its physical line, from 1.
    pub line: u64,
    /// The label that is right; none for generated text, and for labels that are long texts.
    pub reference: Option<&'a str>,
    /// The label that was predicted.
    pub prediction: Option<&'a str>,
    /// 1 where the prediction is the same as the reference, else 0.
    pub exact_match: u64,
    /// The same without case, punctuation, articles and extra white space; none for labels, as what follows.
    pub exact_match_normalized: Option<u64>,
    /// F1 of the words that the two share.
    pub token_f1: Option<f64>,
    /// F-measure of their longest common subsequence.
    pub rouge_l: Option<f64>,
}

impl Row for PredictionRow<'_> {
    const TABLE: &'static str = "predictions";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("file", Text(|row| Some(row.file))),
            RowColumn::distinct(RowColumn::required("line", Integer(|row| Some(row.line)))),
            RowColumn::optional("reference", Text(|row| row.reference)),
            RowColumn::optional("prediction", Text(|row| row.prediction)),
            RowColumn::required("exact_match", Integer(|row| Some(row.exact_match))),
            RowColumn::optional("exact_match_normalized", Integer(|row| row.exact_match_normalized)),
            RowColumn::optional("token_f1", Real(|row| row.token_f1)),
            RowColumn::optional("rouge_l", Real(|row| row.rouge_l)),
        ]
    }
}
