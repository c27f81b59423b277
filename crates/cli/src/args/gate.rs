//! Arguments that decide which findings fail a run.

use std::path::PathBuf;

use crate::gate::{Date, LimitRule};

/// How many findings are allowed.
#[derive(Debug, clap::Args)]
pub(crate) struct GateArgs {
    /// Maximum number of findings of a code or area, or their share of the records, e.g. schema/empty-content=10 or
    /// text/*=1%: a run with more fails, whatever their severity; up to that many do not fail it. Repeatable.
    #[arg(help_heading = "Rules and exit code", long, value_name = "CODE=LIMIT")]
    pub(crate) max_findings: Vec<LimitRule>,
    /// Findings that are known, and do not fail the run: a file that --write-baseline wrote, or a directory that `build`
    /// wrote.
    #[arg(help_heading = "Rules and exit code", long, value_name = "FILE|DIR")]
    pub(crate) baseline: Option<PathBuf>,
}

/// What is written and shown of known findings.
#[derive(Debug, clap::Args)]
pub(crate) struct BaselineArgs {
    /// Write the findings that can fail the run to FILE, as a baseline for later runs; what was added to entries of an
    /// earlier one stays.
    #[arg(help_heading = "Rules and exit code", long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Show also findings that the baseline knows.
    #[arg(help_heading = "Display", long)]
    pub(crate) show_known: bool,
    /// Day by which entries of the baseline expire, as YYYY-MM-DD [default: today, in UTC].
    #[arg(help_heading = "Rules and exit code", long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}
