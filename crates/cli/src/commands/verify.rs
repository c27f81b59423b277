//! `bedload verify`

use bedload_engine::{Between, Certificates, leaks, read_output, verify};
use bedload_record::plural::plural;
use serde_json::json;

use super::{new_progress, refuse_remote, start_workers};
use crate::args::{OutputFormat, VerifyArgs};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, in_common, listed, say, sides};

pub(crate) fn run(args: &VerifyArgs) -> Result<Exit, Failure> {
    refuse_remote(args.dir.as_os_str())?;
    let progress = new_progress()?;
    let workers = start_workers(None)?;
    let mut verified = workers.install(|| verify(&args.dir, &progress.watch))?;
    // Files that are not as they were built say nothing of the build.
    let certificates = if args.leaks && verified.problems.is_empty() {
        let manifest = read_output(&args.dir)?;
        let found = workers.install(|| leaks(&args.dir, &manifest, args.near, &progress))?;
        verified.problems.extend(found.iter().flat_map(problems));
        found
    } else {
        None
    };
    let is_refused = args.require_ready && !verified.ready;
    let exit = if verified.problems.is_empty() && !is_refused { Exit::Clean } else { Exit::Findings };
    let mut out = Out::new();
    match args.output.output_format {
        OutputFormat::Text => {
            for problem in &verified.problems {
                out.write(format!("{}\n", escape(problem)).as_bytes())?;
            }
        }
        OutputFormat::Jsonl => {
            for problem in &verified.problems {
                out.write_object(&json!({"kind": "problem", "message": problem}))?;
            }
            let summary = json!({
                "kind": "summary",
                "files": verified.files,
                "bytes": verified.bytes,
                "problems": verified.problems.len(),
                "ready": verified.ready,
                "reasons": verified.reasons,
                "counts": verified.counts,
                "certificates": certificates,
                "exit_code": exit.code(),
            });
            out.write_object(&summary)?;
        }
    }
    out.flush()?;
    if !args.output.quiet {
        let dir = args.dir.display().to_string();
        let ready = if verified.ready { "ready" } else { "not ready" };
        say(&match verified.problems.len() {
            0 => format!(
                "{}: verified {} against manifest.json ({ready})\n{}",
                escape(&dir),
                plural(verified.files, "file", "files"),
                certificates.as_ref().map(sides).unwrap_or_default()
            ),
            n => format!("{}: {}\n", escape(&dir), plural(n as u64, "problem", "problems")),
        });
        if is_refused {
            say(&format!("{}: not ready (`--require-ready`)\n", escape(&dir)));
            verified.reasons.iter().for_each(|reason| say(&format!("  {}\n", escape(reason))));
        }
    }
    Ok(exit)
}

/// Everything that the sides have in common.
fn problems(certificates: &Certificates) -> Vec<String> {
    let problem = |between: &Between| {
        let found = in_common(between, certificates.similar_pairs.as_ref(), |n| n > 0);
        let [first, second] = &between.sides;
        (!found.is_empty()).then(|| format!("leak: {first} and {second} share {}", listed(&found)))
    };
    certificates.between.iter().filter_map(problem).collect()
}
