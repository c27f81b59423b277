//! Arguments of the commands that look after a built directory.

use std::path::PathBuf;

use bedload_stages::near::Threshold;

use super::{FindingsArgs, OutputArgs};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload verify OUT --require-ready\n  bedload verify OUT --leaks --near 0.8"
)]
pub(crate) struct VerifyArgs {
    /// A directory written by `bedload build`.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Also exit with 1 if the directory is not ready for its target.
    #[arg(long)]
    pub(crate) require_ready: bool,
    /// Count again, from the files alone, what training and validation data have in common: keys of groups, and pairs
    /// of similar records. Any are a problem.
    #[arg(long)]
    pub(crate) leaks: bool,
    /// The least similarity of such pairs, above 0 and up to 1 [default: that of the build, if it had one].
    #[arg(long, value_name = "SIMILARITY", requires = "leaks")]
    pub(crate) near: Option<Threshold>,
    #[command(flatten)]
    pub(crate) output: FindingsArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload clean DIR")]
pub(crate) struct CleanArgs {
    /// An output whose leftovers are to be removed, or a directory that contains leftovers of any outputs.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
