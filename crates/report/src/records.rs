//! Table `records`: one row per input line that holds a record, in the order of the inputs.

use std::borrow::Cow;

use crate::column::Cell::{Digest, Hash, Integer, Text};
use crate::column::{Column, Row};

/// What became of one record, and where it is before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordRow<'a> {
    /// The input's name.
    pub file: &'a str,
    /// Physical line in the (decompressed) input, from 1.
    pub line: u64,
    /// Ordinal of the record in its input, from 0; blank lines do not count.
    pub record: u64,
    /// Byte offset of the record in the (decompressed) input, from 0.
    pub byte_offset: u64,
    /// Size of the record in bytes, without its line end.
    pub bytes: u64,
    /// The record format it was read as; none where it was not understood.
    pub format: Option<&'a str>,
    /// Tokens in all; none where they were not counted.
    pub tokens: Option<u64>,
    /// Tokens of the part that is given.
    pub tokens_prompt: Option<u64>,
    /// Tokens of the part that is learnt.
    pub tokens_completion: Option<u64>,
    /// Tokens of the system prompt and of the tool configuration; none where the record is not a conversation.
    pub tokens_system: Option<u64>,
    /// Tokens of the user's turns and of tool results; none where the record is not a conversation.
    pub tokens_user: Option<u64>,
    /// Tokens of the assistant's turns, reasoning and tool calls; none where the record is not a conversation.
    pub tokens_assistant: Option<u64>,
    /// Characters (Unicode scalar values) of all texts that were counted.
    pub characters: Option<u64>,
    /// Tokens by a rule of thumb: characters / 6, rounded up.
    pub tokens_by_6: Option<u64>,
    /// Tokens by another one: characters / 3, rounded up.
    pub tokens_by_3: Option<u64>,
    /// Digest of the record's content, which exact duplicates share.
    pub digest: Option<u128>,
    /// The label that balancing and stratifying go by.
    pub label: Option<&'a str>,
    /// `kept`, `rejected`, `duplicate` or `unselected`.
    pub verdict: &'a str,
    /// `train` or `validation`; none where the record was not kept.
    pub split: Option<&'a str>,
    /// The output file it went to, relative to the output directory.
    pub shard: Option<&'a str>,
    /// Line in that file, from 1.
    pub shard_line: Option<u64>,
    /// The group that is kept on one side of the split; none for a record that is alone.
    pub group: Option<u64>,
    /// The input of the record it duplicates.
    pub duplicate_of_file: Option<&'a str>,
    /// The line of the record it duplicates, from 1.
    pub duplicate_of_line: Option<u64>,
    /// Codes of its findings, joined by commas; none where there are none.
    pub codes: Option<Cow<'a, str>>,
}

impl Row for RecordRow<'_> {
    const TABLE: &'static str = "records";

    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::required("file", Text(|row| Some(row.file))),
            Column::distinct(Column::required("line", Integer(|row| Some(row.line)))),
            Column::distinct(Column::required("record", Integer(|row| Some(row.record)))),
            Column::distinct(Column::required("byte_offset", Integer(|row| Some(row.byte_offset)))),
            Column::required("bytes", Integer(|row| Some(row.bytes))),
            Column::optional("format", Text(|row| row.format)),
            Column::optional("tokens", Integer(|row| row.tokens)),
            Column::optional("tokens_prompt", Integer(|row| row.tokens_prompt)),
            Column::optional("tokens_completion", Integer(|row| row.tokens_completion)),
            Column::optional("tokens_system", Integer(|row| row.tokens_system)),
            Column::optional("tokens_user", Integer(|row| row.tokens_user)),
            Column::optional("tokens_assistant", Integer(|row| row.tokens_assistant)),
            Column::optional("characters", Integer(|row| row.characters)),
            Column::optional("tokens_by_6", Integer(|row| row.tokens_by_6)),
            Column::optional("tokens_by_3", Integer(|row| row.tokens_by_3)),
            Column::distinct(Column::optional("digest", Digest(|row| row.digest))),
            Column::optional("label", Text(|row| row.label)),
            Column::required("verdict", Text(|row| Some(row.verdict))),
            Column::optional("split", Text(|row| row.split)),
            Column::optional("shard", Text(|row| row.shard)),
            Column::distinct(Column::optional("shard_line", Integer(|row| row.shard_line))),
            Column::optional("group", Hash(|row| row.group)),
            Column::optional("duplicate_of_file", Text(|row| row.duplicate_of_file)),
            Column::optional("duplicate_of_line", Integer(|row| row.duplicate_of_line)),
            Column::optional("codes", Text(|row| row.codes.as_deref())),
        ]
    }
}
