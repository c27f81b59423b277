//! Arguments of `bedload upload`.

use std::path::PathBuf;

use super::{AccountArgs, OutputArgs};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload upload OUT s3://bucket/OUT\n  bedload upload OUT s3://bucket/OUT --dry-run\n  bedload upload OUT s3://bucket/OUT --aws-profile training --read-back"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct UploadArgs {
    /// A directory written by `bedload build`.
    #[arg(value_name = "OUT")]
    pub(crate) dir: PathBuf,
    /// Place in S3 for the files of OUT. A manifest appears there last, once everything else was found to be complete.
    #[arg(value_name = "s3://BUCKET/PREFIX")]
    pub(crate) target: String,
    /// Print what would be sent, kept and deleted; send and delete nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Upload an output that is not ready for its target.
    #[arg(long)]
    pub(crate) allow_unready: bool,
    /// Leave objects alone that `bedload upload` did not put there; otherwise these are refused, because a job that
    /// reads the prefix would train on them.
    #[arg(long)]
    pub(crate) keep_others: bool,
    /// Read every object back at the end, and compare its SHA-256.
    #[arg(long)]
    pub(crate) read_back: bool,
    /// Remove what an interrupted upload of OUT has sent of its large files, instead of continuing it.
    #[arg(long, conflicts_with_all = ["dry_run", "allow_unready", "keep_others", "read_back", "concurrency"])]
    pub(crate) abort: bool,
    /// Number of requests at a time; each takes 8 MiB of memory [default: 8, fewer under a memory limit].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: Option<u16>,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
