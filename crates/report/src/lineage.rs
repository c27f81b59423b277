//! Tables `duplicates`, `edges` and `variants`: which record was kept for a dropped one, which records are alike, and
//! which record a variant comes from.

use std::borrow::Cow;

use crate::column::Cell::{Digest, Hash, Integer, Text};
use crate::column::{Column, Group, Row, RowColumn, Values};
use crate::values::{Digests, Hashes, Integers, Reals, Texts, Words};

/// Some dropped records and the records that were kept in their place: one field for each column.
pub struct DuplicateColumns<'a> {
    /// How many dropped records.
    pub rows: usize,
    /// The dropped record's input.
    pub file: Words<'a>,
    /// Its physical line, from 1.
    pub line: Integers<'a>,
    /// Its byte offset in the (decompressed) input, from 0.
    pub byte_offset: Integers<'a>,
    /// The surviving record's input.
    pub survivor_file: Words<'a>,
    /// Its physical line, from 1.
    pub survivor_line: Integers<'a>,
    /// Its byte offset in the (decompressed) input, from 0.
    pub survivor_byte_offset: Integers<'a>,
    /// How the two were found to be alike: `exact` or `near`.
    pub method: Words<'a>,
    /// How alike they are, from 0 to 1; 1 for exact duplicates.
    pub similarity: Reals<'a>,
    /// The group both belong to.
    pub group: Hashes<'a>,
    /// The dropped record's digest.
    pub digest: Digests<'a>,
    /// What names the dropped record in its source.
    pub id: Texts<'a>,
    /// What names the survivor in its source.
    pub survivor_id: Texts<'a>,
}

impl Group for DuplicateColumns<'_> {
    const TABLE: &'static str = "duplicates";

    type Column = Column<Self>;

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::required("file", Values::Words(|of| &of.file)),
            Column::required("line", Values::Integers(|of| &of.line)),
            Column::required("byte_offset", Values::Integers(|of| &of.byte_offset)),
            Column::required("survivor_file", Values::Words(|of| &of.survivor_file)),
            Column::required("survivor_line", Values::Integers(|of| &of.survivor_line)),
            Column::required("survivor_byte_offset", Values::Integers(|of| &of.survivor_byte_offset)),
            Column::required("method", Values::Words(|of| &of.method)),
            Column::required("similarity", Values::Reals(|of| &of.similarity)),
            Column::optional("group", Values::Hashes(|of| &of.group)),
            Column::optional("digest", Values::Digests(|of| &of.digest)),
            Column::distinct(Column::optional("id", Values::Texts(|of| &of.id))),
            Column::distinct(Column::optional("survivor_id", Values::Texts(|of| &of.survivor_id))),
        ]
    }

    fn rows(&self) -> usize {
        self.rows
    }
}

/// Some pairs of records that are alike: one field for each column.
pub struct EdgeColumns<'a> {
    /// How many pairs.
    pub rows: usize,
    /// The later record's input.
    pub file: Words<'a>,
    /// Its physical line, from 1.
    pub line: Integers<'a>,
    /// The earlier record's input.
    pub earlier_file: Words<'a>,
    /// Its physical line, from 1.
    pub earlier_line: Integers<'a>,
    /// How alike they are, from 0 to 1.
    pub similarity: Reals<'a>,
}

impl Group for EdgeColumns<'_> {
    const TABLE: &'static str = "edges";

    type Column = Column<Self>;

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::required("file", Values::Words(|of| &of.file)),
            Column::required("line", Values::Integers(|of| &of.line)),
            Column::required("earlier_file", Values::Words(|of| &of.earlier_file)),
            Column::required("earlier_line", Values::Integers(|of| &of.earlier_line)),
            Column::required("similarity", Values::Reals(|of| &of.similarity)),
        ]
    }

    fn rows(&self) -> usize {
        self.rows
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

    fn columns() -> Vec<RowColumn<Self>> {
        vec![
            RowColumn::required("shard", Text(|row| Some(row.shard))),
            RowColumn::distinct(RowColumn::required("shard_line", Integer(|row| Some(row.shard_line)))),
            RowColumn::required("parent_file", Text(|row| Some(row.parent_file))),
            RowColumn::required("parent_line", Integer(|row| Some(row.parent_line))),
            RowColumn::required("template", Text(|row| Some(&row.template))),
            RowColumn::required("seed", Hash(|row| Some(row.seed))),
            RowColumn::optional("label", Text(|row| row.label)),
            RowColumn::optional("tokens", Integer(|row| row.tokens)),
            RowColumn::distinct(RowColumn::optional("digest", Digest(|row| row.digest))),
        ]
    }
}
