//! Tables `labels`, `balance`, `distributions` and `summary`: counts over many records. All are small, whatever the size of the input.

use std::borrow::Cow;

use crate::column::Cell::{Integer, Real, Text};
use crate::column::{Row, RowColumn};

/// How many records carry a label, at one stage and on one side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelRow<'a> {
    /// The label.
    pub label: &'a str,
    /// `before` or `after` balancing.
    pub stage: &'a str,
    /// `train` or `validation`; none for both sides together.
    pub split: Option<&'a str>,
    /// Records with this label.
    pub records: u64,
    /// Their share of all labelled records of this stage and side, from 0 to 1.
    pub share: f64,
    /// The spellings of this label with how many of these records have each, joined by commas; none where there is
    /// only one.
    pub variants: Option<Cow<'a, str>>,
}

impl Row for LabelRow<'_> {
    const TABLE: &'static str = "labels";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("label", Text(|row| Some(row.label))),
            RowColumn::required("stage", Text(|row| Some(row.stage))),
            RowColumn::optional("split", Text(|row| row.split)),
            RowColumn::required("records", Integer(|row| Some(row.records))),
            RowColumn::required("share", Real(|row| Some(row.share))),
            RowColumn::optional("variants", Text(|row| row.variants.as_deref())),
        ]
    }
}

/// One number about the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SummaryRow<'a> {
    /// What is measured: `records`, `tokens`, ...
    pub metric: Cow<'a, str>,
    /// Of what: the whole run, one file, one side, one code.
    pub scope: Cow<'a, str>,
    /// The number; counts are exact up to 2^53.
    pub value: f64,
}

impl Row for SummaryRow<'_> {
    const TABLE: &'static str = "summary";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("metric", Text(|row| Some(&row.metric))),
            RowColumn::required("scope", Text(|row| Some(&row.scope))),
            RowColumn::required("value", Real(|row| Some(row.value))),
        ]
    }
}

/// How many records have a value of a facet, at one stage and on one side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BalanceRow<'a> {
    /// `label`, `source`, `length` or a JSON Pointer.
    pub facet: &'a str,
    /// The value; none for the records without one.
    pub value: Option<&'a str>,
    /// `before` or `after` everything that was decided.
    pub stage: &'a str,
    /// `train`, `validation` or `test`; none for all sides together.
    pub split: Option<&'a str>,
    /// Records with this value.
    pub records: u64,
    /// Their share of all records of this stage and side, from 0 to 1.
    pub share: f64,
}

impl Row for BalanceRow<'_> {
    const TABLE: &'static str = "balance";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("facet", Text(|row| Some(row.facet))),
            RowColumn::optional("value", Text(|row| row.value)),
            RowColumn::required("stage", Text(|row| Some(row.stage))),
            RowColumn::optional("split", Text(|row| row.split)),
            RowColumn::required("records", Integer(|row| Some(row.records))),
            RowColumn::required("share", Real(|row| Some(row.share))),
        ]
    }
}

/// How many records have a value between two bounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DistributionRow<'a> {
    /// What is measured: a column of the table `records`.
    pub measure: &'a str,
    /// `kept`, `rejected`, `duplicate` or `unselected`.
    pub verdict: &'a str,
    /// The side of kept records; none for others.
    pub split: Option<&'a str>,
    /// The lowest value of the bin.
    pub low: u64,
    /// Its highest value.
    pub high: u64,
    /// Records with a value between the two, both included.
    pub records: u64,
}

impl Row for DistributionRow<'_> {
    const TABLE: &'static str = "distributions";

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("measure", Text(|row| Some(row.measure))),
            RowColumn::required("verdict", Text(|row| Some(row.verdict))),
            RowColumn::optional("split", Text(|row| row.split)),
            RowColumn::required("low", Integer(|row| Some(row.low))),
            RowColumn::required("high", Integer(|row| Some(row.high))),
            RowColumn::required("records", Integer(|row| Some(row.records))),
        ]
    }
}
