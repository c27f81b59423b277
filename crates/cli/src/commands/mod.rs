//! One file per command: run it, show what it gives, choose the exit code.

pub(crate) mod build;
pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod convert;
pub(crate) mod explain;
pub(crate) mod profiles;
pub(crate) mod verify;

use std::ffi::OsString;
use std::sync::Arc;

use bedload_engine::Progress;
use bedload_record::{Finding, Severity};
use bedload_scan::{DiscoverOptions, Inputs, discover};

use crate::args::DataArgs;
use crate::exit::{Exit, Failure};
use crate::signals;

/// Runs `work` on as many threads as asked for.
fn on_threads<R: Send>(
    threads: usize,
    work: impl FnOnce() -> Result<R, Failure> + Send,
) -> Result<R, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::Threads)?;
    pool.install(work)
}

/// Finds the inputs of a command.
fn find_inputs(args: &[OsString], validation: &[OsString], data: &DataArgs) -> Result<Inputs, Failure> {
    let options = DiscoverOptions { stdin_name: data.stdin_name.clone(), validation: validation.to_vec() };
    Ok(discover(args, &options)?)
}

/// The progress of a run that the first signal stops.
fn new_progress() -> Result<Arc<Progress>, Failure> {
    signals::install().map_err(|source| {
        Failure::Engine(bedload_engine::EngineError::Io {
            path: "signal handlers".to_owned(),
            action: "installed",
            source,
        })
    })
}

/// The exit code for these findings, or for these counts of them.
fn judge(worst: Option<Severity>, fail_on: Option<Severity>) -> Exit {
    match (worst, fail_on) {
        (Some(worst), Some(least)) if worst >= least => Exit::Findings,
        _ => Exit::Clean,
    }
}

fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).max()
}
