//! Tables `duplicates` and `variants`: which record was kept for a dropped one, and which record a variant comes from.

use std::borrow::Cow;

use crate::column::Cell::{Digest, Hash, Integer, Real, Text};
use crate::column::{Column, Row};

/// One dropped record and the record that was kept in its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DuplicateRow<'a> {
    /// The dropped record's input.
    pub file: &'a str,
    /// Its physical line, from 1.
    pub line: u64,
    /// Its byte offset in the (decompressed) input, from 0.
    pub byte_offset: u64,
    /// The surviving record's input.
    pub survivor_file: &'a str,
    /// Its physical line, from 1.
    pub survivor_line: u64,
    /// Its byte offset in the (decompressed) input, from 0.
    pub survivor_byte_offset: u64,
    /// How the two were found to be alike: `exact`.
    pub method: &'a str,
    /// How alike they are, from 0 to 1; 1 for exact duplicates.
    pub similarity: f64,
    /// The group both belong to.
    pub group: Option<u64>,
    /// The dropped record's digest.
    pub digest: Option<u128>,
}

impl Row for DuplicateRow<'_> {
    const TABLE: &'static str = "duplicates";

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::required("file", Text(|row| Some(row.file))),
            Column::distinct(Column::required("line", Integer(|row| Some(row.line)))),
            Column::distinct(Column::required("byte_offset", Integer(|row| Some(row.byte_offset)))),
            Column::required("survivor_file", Text(|row| Some(row.survivor_file))),
            Column::required("survivor_line", Integer(|row| Some(row.survivor_line))),
            Column::required("survivor_byte_offset", Integer(|row| Some(row.survivor_byte_offset))),
            Column::required("method", Text(|row| Some(row.method))),
            Column::required("similarity", Real(|row| row.similarity)),
            Column::optional("group", Hash(|row| row.group)),
            Column::optional("digest", Digest(|row| row.digest)),
        ]
    }
}

/// One augmented record in a shard and the record it was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantRow<'a> {
    /// The output file that holds it, relative to the output directory.
    pub shard: &'a str,
    /// Line in that file, from 1.
    pub shard_line: u64,
    /// The input of the record it was made from.
    pub parent_file: &'a str,
    /// That record's physical line, from 1.
    pub parent_line: u64,
    /// The template that made it.
    pub template: Cow<'a, str>,
    /// The seed it was made with.
    pub seed: u64,
    /// The label it inherits.
    pub label: Option<&'a str>,
    /// Tokens in all; none where they were not counted.
    pub tokens: Option<u64>,
    /// Digest of its content.
    pub digest: Option<u128>,
}

impl Row for VariantRow<'_> {
    const TABLE: &'static str = "variants";

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::required("shard", Text(|row| Some(row.shard))),
            Column::distinct(Column::required("shard_line", Integer(|row| Some(row.shard_line)))),
            Column::required("parent_file", Text(|row| Some(row.parent_file))),
            Column::required("parent_line", Integer(|row| Some(row.parent_line))),
            Column::required("template", Text(|row| Some(&row.template))),
            Column::required("seed", Hash(|row| Some(row.seed))),
            Column::optional("label", Text(|row| row.label)),
            Column::optional("tokens", Integer(|row| row.tokens)),
            Column::distinct(Column::optional("digest", Digest(|row| row.digest))),
        ]
    }
}
