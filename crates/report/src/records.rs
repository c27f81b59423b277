//! Table `records`: one row per input line that holds a record, in the order of the inputs.

use crate::column::{Column, Group, Values};
use crate::values::{Digests, Hashes, Integers, Texts, Words};

/// What became of some records, and where they are before and after: one field for each column.
pub struct RecordColumns<'a> {
    /// How many records.
    pub rows: usize,
    /// The input's name.
    pub file: Words<'a>,
    /// Physical line in the (decompressed) input, from 1.
    pub line: Integers<'a>,
    /// Ordinal of the record in its input, from 0.
    pub record: Integers<'a>,
    /// Byte offset of the record in the (decompressed) input, from 0.
    pub byte_offset: Integers<'a>,
    /// Size of the record in bytes, without its line end.
    pub bytes: Integers<'a>,
    /// The record format it was read as; none where it was not understood.
    pub format: Words<'a>,
    /// Tokens in all; none where they were not counted.
    pub tokens: Integers<'a>,
    /// Tokens of the part that is given.
    pub tokens_prompt: Integers<'a>,
    /// Tokens of the part that is learnt.
    pub tokens_completion: Integers<'a>,
    /// Tokens of the system prompt and of the tool configuration; none where the record is not a conversation.
    pub tokens_system: Integers<'a>,
    /// Tokens of the user's turns and of tool results; none where the record is not a conversation.
    pub tokens_user: Integers<'a>,
    /// Tokens of the assistant's turns, reasoning and tool calls; none where the record is not a conversation.
    pub tokens_assistant: Integers<'a>,
    /// Characters (Unicode scalar values) of all texts that were counted.
    pub characters: Integers<'a>,
    /// Tokens by a rule of thumb: characters / 6, rounded up.
    pub tokens_by_6: Integers<'a>,
    /// Tokens by another one: characters / 3, rounded up.
    pub tokens_by_3: Integers<'a>,
    /// Digest of the record's content, which exact duplicates share.
    pub digest: Digests<'a>,
    /// The label that balancing and stratifying go by.
    pub label: Words<'a>,
    /// `kept`, `rejected`, `duplicate` or `unselected`.
    pub verdict: Words<'a>,
    /// Why an unselected record was not chosen; none for every other one.
    pub reason: Words<'a>,
    /// `train` or `validation`; none where the record was not kept.
    pub split: Words<'a>,
    /// The output file it went to, relative to the output directory.
    pub shard: Words<'a>,
    /// Line in that file, from 1.
    pub shard_line: Integers<'a>,
    /// The group that is kept on one side of the split; a record that is alone is a group of its own.
    pub group: Hashes<'a>,
    /// The input of the record it duplicates.
    pub duplicate_of_file: Words<'a>,
    /// The line of the record it duplicates, from 1.
    pub duplicate_of_line: Integers<'a>,
    /// Codes of its findings, joined by commas; none where there are none.
    pub codes: Words<'a>,
    /// The name of the source that its input belongs to; none where it belongs to none.
    pub source: Words<'a>,
    /// What names it in its source; none where no id was asked for, or there is none.
    pub id: Texts<'a>,
    /// Messages of the user and of the assistant; none where the record is not a conversation.
    pub turns: Integers<'a>,
    /// How many lines of the output were made of it, from `shard_line` on: more than one where it has variants or was
    /// written as several; none where it went nowhere.
    pub shard_lines: Integers<'a>,
    /// The first source of a record that was converted before, as the report of the conversion names it.
    pub origin_file: Words<'a>,
    /// The line there, from 1.
    pub origin_line: Integers<'a>,
}

impl Group for RecordColumns<'_> {
    const TABLE: &'static str = "records";

    type Column = Column<Self>;

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::required("file", Values::Words(|of| &of.file)),
            Column::required("line", Values::Integers(|of| &of.line)),
            Column::required("record", Values::Integers(|of| &of.record)),
            Column::required("byte_offset", Values::Integers(|of| &of.byte_offset)),
            Column::required("bytes", Values::Integers(|of| &of.bytes)),
            Column::optional("format", Values::Words(|of| &of.format)),
            Column::optional("tokens", Values::Integers(|of| &of.tokens)),
            Column::optional("tokens_prompt", Values::Integers(|of| &of.tokens_prompt)),
            Column::optional("tokens_completion", Values::Integers(|of| &of.tokens_completion)),
            Column::optional("tokens_system", Values::Integers(|of| &of.tokens_system)),
            Column::optional("tokens_user", Values::Integers(|of| &of.tokens_user)),
            Column::optional("tokens_assistant", Values::Integers(|of| &of.tokens_assistant)),
            Column::optional("characters", Values::Integers(|of| &of.characters)),
            Column::optional("tokens_by_6", Values::Integers(|of| &of.tokens_by_6)),
            Column::optional("tokens_by_3", Values::Integers(|of| &of.tokens_by_3)),
            Column::distinct(Column::optional("digest", Values::Digests(|of| &of.digest))),
            Column::optional("label", Values::Words(|of| &of.label)),
            Column::required("verdict", Values::Words(|of| &of.verdict)),
            Column::optional("reason", Values::Words(|of| &of.reason)),
            Column::optional("split", Values::Words(|of| &of.split)),
            Column::optional("shard", Values::Words(|of| &of.shard)),
            Column::optional("shard_line", Values::Integers(|of| &of.shard_line)),
            Column::distinct(Column::optional("group", Values::Hashes(|of| &of.group))),
            Column::optional("duplicate_of_file", Values::Words(|of| &of.duplicate_of_file)),
            Column::optional("duplicate_of_line", Values::Integers(|of| &of.duplicate_of_line)),
            Column::optional("codes", Values::Words(|of| &of.codes)),
            Column::optional("source", Values::Words(|of| &of.source)),
            Column::distinct(Column::optional("id", Values::Texts(|of| &of.id))),
            Column::optional("turns", Values::Integers(|of| &of.turns)),
            Column::optional("shard_lines", Values::Integers(|of| &of.shard_lines)),
            Column::optional("origin_file", Values::Words(|of| &of.origin_file)),
            Column::optional("origin_line", Values::Integers(|of| &of.origin_line)),
        ]
    }

    fn rows(&self) -> usize {
        self.rows
    }
}
