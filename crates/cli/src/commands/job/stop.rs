//! `bedload job stop`

use bedload_client::{ErrorKind, Limits};
use serde_json::json;

use super::monitor::Watched;
use crate::args::{JobStopArgs, OutputFormat};
use crate::commands::{new_progress, online};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(crate) fn run(args: &JobStopArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    let output = &args.reading.output;
    if args.reading.dry_run {
        let request = json!({"jobIdentifier": args.job});
        return online::dry_run(&client, output, &[("StopModelCustomizationJob", request)]);
    }
    let mut status = "Stopping".to_owned();
    if let Err(error) = client.stop_job(&args.job) {
        // What has ended cannot be stopped, and need not be.
        let is_ended = matches!(error.kind, ErrorKind::Conflict | ErrorKind::Invalid);
        match client.job(&args.job) {
            Ok(job) if is_ended && job.status.is_end() => job.status.name().clone_into(&mut status),
            _ => return Err(error.into()),
        }
    }
    let is_ended = status != "Stopping";
    if !output.quiet {
        let what = if is_ended { format!("has ended already: {status}") } else { "stopping".to_owned() };
        say(&format!("{}: {}\n", escape(&args.job), escape(&what)));
    }
    if args.wait {
        return Watched {
            client: &client,
            id: &args.job,
            output,
            built: None,
            is_new: false,
            is_product: false,
        }
        .run(&args.waiting, &progress);
    }
    if output.output_format == OutputFormat::Jsonl {
        let mut out = Out::new();
        let exit_code = Exit::Clean.code();
        out.write_object(
            &json!({"kind": "summary", "job": args.job, "status": status, "exit_code": exit_code}),
        )?;
        out.flush()?;
    } else if !is_ended && !output.quiet {
        say(&format!("  hint: it has stopped once `bedload job show {}` says so\n", escape(&args.job)));
    }
    Ok(Exit::Clean)
}
