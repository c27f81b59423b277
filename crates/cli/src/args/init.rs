//! Arguments of `init`.

use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload init --profile nova-lite-sft\n  bedload init chat/ extra.jsonl --profile nova-lite-sft --stdout"
)]
pub(crate) struct InitArgs {
    /// Files, directories or globs to describe in `[[input]]` tables [default: the JSONL files in this directory, and the
    /// directories in it that have some].
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// Target (model and task); `bedload profiles` lists them.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    /// Print the configuration instead of writing bedload.toml.
    #[arg(long, conflicts_with = "overwrite")]
    pub(crate) stdout: bool,
    /// Replace an existing bedload.toml.
    #[arg(long)]
    pub(crate) overwrite: bool,
}
