//! Arguments about sides: what is validation data, what stays together, and what is selected.

use std::path::PathBuf;

use bedload_stages::facets::Facet;
use bedload_stages::select::{Amount, Mix};
use bedload_stages::split::{Size, TimeField};

#[derive(Debug, clap::Args)]
pub(crate) struct SplitArgs {
    /// Size of the validation set: a share from 0.0 to 0.5 (0% to 50%), or a number of records [default: none].
    #[arg(help_heading = "Split and selection", long, value_name = "SIZE")]
    pub(crate) validation: Option<Size>,
    /// Size of the test set, which training jobs are not given: a share or a number like --validation; together at most
    /// half of the records [default: none].
    #[arg(help_heading = "Split and selection", long, value_name = "SIZE")]
    pub(crate) test: Option<Size>,
    /// Also write the validation set as evaluation.jsonl, a prompt data set for Bedrock evaluation jobs: at most 1,000
    /// prompts, chosen by the seed, with the same mix of labels.
    #[arg(help_heading = "Split and selection", long)]
    pub(crate) evaluation: bool,
    /// Keep records with the same value at this JSON Pointer on the same side of the split, also those that are linked by
    /// others; repeatable. Records with the same prompt stay together in any case, unless `record` is given.
    #[arg(help_heading = "Split and selection", long, value_name = "WHAT")]
    pub(crate) group_by: Vec<String>,
    /// Accept records that have no value at any of the fields of --group-by: a warning in place of an error.
    #[arg(help_heading = "Split and selection", long)]
    pub(crate) allow_missing_group: bool,
    /// Keep the mix of this in the split and the selection, besides that of labels: a JSON Pointer, `source` or `length`
    /// (in powers of two). Repeatable.
    #[arg(help_heading = "Split and selection", long, value_name = "WHAT")]
    pub(crate) stratify: Vec<Facet>,
    /// Keep records on the side that they were on in an earlier output, a directory or its report/records.parquet, and what
    /// is grouped with them, too; only new groups fill the sides up. Repeatable.
    #[arg(help_heading = "Split and selection", long, value_name = "OUT")]
    pub(crate) pin: Vec<PathBuf>,
    /// Hold out the newest records by the number or date at this JSON Pointer: the newest of all in the test set, if there
    /// is one, the next newest in the validation set. Classes are not balanced.
    #[arg(help_heading = "Split and selection", long, value_name = "POINTER")]
    pub(crate) split_by_time: Option<TimeField>,
    /// Make all records of a source validation data: the name of an `[[input]]` table, or an input. Repeatable.
    #[arg(help_heading = "Split and selection", long, value_name = "NAME")]
    pub(crate) validation_source: Vec<String>,
    /// Make all records of a source test data. Repeatable.
    #[arg(help_heading = "Split and selection", long, value_name = "NAME")]
    pub(crate) test_source: Vec<String>,
    /// Keep N records, or as many as the target takes (`fit`), selected by the seed, with the same mix of labels: one
    /// of each group of similar records before a second of any.
    #[arg(help_heading = "Split and selection", long, value_name = "N|fit")]
    pub(crate) select: Option<Amount>,
    /// Keep records with at most N tokens in total, selected as with --select.
    #[arg(help_heading = "Split and selection", long, value_name = "N", conflicts_with = "select")]
    pub(crate) select_tokens: Option<u64>,
    /// How much of the selection each source is to have, e.g. `chat.jsonl=2,code.jsonl=0.5`; without --select or
    /// --select-tokens as much is kept as the mix allows.
    #[arg(help_heading = "Split and selection", long, value_name = "NAME=WEIGHT,…")]
    pub(crate) mix: Option<Mix>,
}
