//! Arguments of `report`.

use std::path::PathBuf;

use super::OutputArgs;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload report DIR\n  bedload report DIR --show-content --out report.html"
)]
pub(crate) struct ReportArgs {
    /// A directory written by `bedload build`.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// File to write [default: DIR/report/index.html, if the page is the one that the manifest lists].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace an existing file with that name.
    #[arg(long, requires = "out")]
    pub(crate) overwrite: bool,
    /// Show label names and values of `--balance`, also where the build did not.
    #[arg(long)]
    pub(crate) show_content: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
