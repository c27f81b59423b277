//! Arguments of `build`, by subject.

mod augment;
mod balance;
mod conflicts;
mod duplicates;
mod near;
mod split;

use std::ffi::OsString;
use std::path::PathBuf;

use bedload_engine::MaxRejected;

use super::{
    BaselineArgs, ContaminationArgs, ConversionArgs, DataArgs, FindingsArgs, FixArgs, GateArgs,
    InputAccountArgs, PiiArgs, bytes,
};

pub(crate) use augment::AugmentArgs;
pub(crate) use balance::{BalanceArgs, CountArgs};
pub(crate) use conflicts::ConflictArgs;
pub(crate) use duplicates::DuplicateArgs;
pub(crate) use near::NearArgs;
pub(crate) use split::SplitArgs;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload build data/ --profile generic-sft --validation 10% --out OUT\n  bedload build raw.jsonl --to converse --profile nova-2-lite-sft --out OUT \\\n      --overwrite\n  bedload build data/*.jsonl --label-field /category --max-rejected 1% \\\n      --out OUT"
)]
pub(crate) struct BuildArgs {
    /// Files, directories, globs, or `-`; .jsonl or .ndjson, also with .gz or .zst.
    #[cfg_attr(feature = "s3", doc = "s3:// URLs of objects, prefixes and patterns are read, too.")]
    /// Without any, those of the `[[input]]` tables in bedload.toml.
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// Directory to create; it appears complete or not at all.
    #[cfg_attr(feature = "s3", doc = "It may be a place in S3.")]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace an earlier output with that name.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Keep what the scan finds of each record in FILE, and read it there in the next run, as long as inputs and rules
    /// are the same: to try another seed, split or selection without scanning again.
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: BuildSettingsArgs,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) output: FindingsArgs,
    #[command(flatten)]
    pub(crate) account: InputAccountArgs,
}

/// What is built: all that `bedload.toml` can say, too.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildSettingsArgs {
    /// JSON Pointer to what names a record in its source: a column of the report, also where a conversion leaves it behind.
    #[arg(long, value_name = "POINTER")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) split: SplitArgs,
    #[command(flatten)]
    pub(crate) duplicates: DuplicateArgs,
    #[command(flatten)]
    pub(crate) contamination: ContaminationArgs,
    #[command(flatten)]
    pub(crate) near: NearArgs,
    #[command(flatten)]
    pub(crate) balance: BalanceArgs,
    #[command(flatten)]
    pub(crate) conflicts: ConflictArgs,
    #[command(flatten)]
    pub(crate) augment: AugmentArgs,
    /// Maximum number of records in a shard.
    #[arg(help_heading = "Shards", long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) shard_records: Option<u64>,
    /// Maximum size of a shard, e.g. 512MiB.
    #[arg(help_heading = "Shards", long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) shard_bytes: Option<u64>,
    /// Maximum number of rejected records allowed, as a number or a share, e.g. 1% or 0.01 [default: no limit].
    #[arg(help_heading = "Rules and exit code", long, value_name = "LIMIT")]
    pub(crate) max_rejected: Option<MaxRejected>,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    #[command(flatten)]
    pub(crate) pii: PiiArgs,
    #[command(flatten)]
    pub(crate) conversion: ConversionArgs,
    #[command(flatten)]
    pub(crate) fixes: FixArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}
