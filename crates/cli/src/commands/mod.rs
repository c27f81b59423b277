//! One file per command: run it, show what it gives, choose the exit code.

pub(crate) mod build;
pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod clean;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod convert;
pub(crate) mod cost;
pub(crate) mod deploy;
mod destination;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod hyperparameters;
pub(crate) mod init;
pub(crate) mod job;
mod objects;
#[cfg(not(feature = "bedrock"))]
mod offline;
#[cfg(feature = "bedrock")]
mod online;
pub(crate) mod profiles;
pub(crate) mod refusal;
pub(crate) mod report;
pub(crate) mod shell;
pub(crate) mod stats;
mod target;
pub(crate) mod upload;
pub(crate) mod verify;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bedload_engine::{Progress, resolve};
use bedload_record::Severity;
use bedload_scan::{DiscoverOptions, Inputs, ScanError, SourcePaths, Url, discover};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::args::InputAccountArgs;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::say;
use crate::settings::Run;
use crate::{memory, signals};

/// Starts as many worker threads as asked for, or fewer where the system refuses more. All parallel work goes through
/// this pool: rayon's global one would panic where threads are refused.
fn start_workers(threads: Option<NonZeroUsize>) -> Result<ThreadPool, Failure> {
    let wanted = threads.unwrap_or_else(|| {
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        cores.min(memory::threads_max())
    });
    let mut n = wanted.get();
    loop {
        match ThreadPoolBuilder::new().num_threads(n).build() {
            Ok(pool) => {
                if n < wanted.get() {
                    say(&format!("note: the system allowed {n} of {wanted} worker threads\n"));
                }
                return Ok(pool);
            }
            Err(_) if n > 1 => {
                n /= 2;
                // Those that did start are about to end, and count until then.
                thread::sleep(Duration::from_millis(10));
            }
            Err(_) => break,
        }
    }
    say("note: the system allowed no worker thread; the main thread does the work\n");
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().map_err(Failure::Threads)
}

/// Names the configuration file that was read: a stray one can change what passes.
fn say_config(config: Option<&Path>) {
    if let Some(path) = config {
        say(&format!("configuration: {}\n", escape(&path.display().to_string())));
    }
}

/// The inputs of a command, as arguments: those that it was given, or else those that the configuration describes.
fn named_inputs<'a>(args: &'a [OsString], run: &Run) -> Result<Cow<'a, [OsString]>, Failure> {
    if !args.is_empty() {
        return Ok(Cow::Borrowed(args));
    }
    let described: Vec<OsString> = run.discover.sources.iter().flat_map(SourcePaths::args).cloned().collect();
    if described.is_empty() {
        let hint = match &run.config {
            Some(path) => format!("name files, or describe them in [[input]] tables of {}", path.display()),
            None => "name files, directories or globs, or `-` for standard input".to_owned(),
        };
        return Err(Failure::Usage(format!("no input was named\nhint: {hint}")));
    }
    Ok(Cow::Owned(described))
}

/// Finds the inputs of a command. Without an account, objects in S3 are refused.
fn find_inputs(
    workers: &ThreadPool,
    args: &[OsString],
    validation: &[OsString],
    run: &Run,
    account: Option<&InputAccountArgs>,
) -> Result<Inputs, Failure> {
    let args = named_inputs(args, run)?;
    let objects = match account {
        Some(account) => objects::store(account, args.iter().chain(validation))?,
        None => None,
    };
    // What two tables describe is the first one's; what is named twice on the command line is a mistake.
    let first_wins = matches!(args, Cow::Owned(_));
    let options =
        DiscoverOptions { validation: validation.to_vec(), objects, first_wins, ..run.discover.clone() };
    Ok(workers.install(|| discover(&args, &options))?)
}

/// Refuses an output that lands in a directory which is read: it would be input of the next run.
fn refuse_inside_input_directory(
    flag: &str,
    out: &Path,
    inputs: &[OsString],
    run: &Run,
) -> Result<(), Failure> {
    let resolved = resolve(out);
    let inputs = named_inputs(inputs, run)?;
    let inside = inputs.iter().map(Path::new).find(|dir| dir.is_dir() && resolved.starts_with(resolve(dir)));
    match inside {
        Some(dir) => {
            let (out, dir) = (out.display(), dir.display());
            Err(Failure::Usage(format!("{flag} {out}: it is inside the input directory {dir}")))
        }
        None => Ok(()),
    }
}

/// Refuses a URL where a local path is wanted for output: a file, or a directory.
pub(crate) fn refuse_remote_output(flag: &str, path: &Path, is_dir: bool) -> Result<(), Failure> {
    match Url::of(path.as_os_str()) {
        Some(url) => {
            Err(Failure::Usage(format!("{flag} {url}: not a local path\nhint: {}", url.send(is_dir))))
        }
        None => Ok(()),
    }
}

/// Refuses a URL where a local path is wanted to read.
fn refuse_remote(path: &OsStr) -> Result<(), Failure> {
    match Url::of(path) {
        Some(url) => Err(ScanError::Url { url }.into()),
        None => Ok(()),
    }
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
