//! Arguments that decide which findings fail a run.

use crate::gate::LimitRule;

/// How many findings are allowed.
#[derive(Debug, clap::Args)]
pub(crate) struct GateArgs {
    /// Maximum number of findings of a code or area, or their share of the records, e.g. schema/empty-content=10 or
    /// text/*=1%: more of them fail the run, whatever their severity, and so many do not. Repeatable.
    #[arg(help_heading = "Rules and exit code", long, value_name = "CODE=LIMIT")]
    pub(crate) max_findings: Vec<LimitRule>,
}
