//! `bedload deploy delete`

use bedload_client::{Deployment, ErrorKind, Limits, Seen, Waited, poll};
use serde_json::json;

use crate::args::{DeployDeleteArgs, OutputFormat};
use crate::commands::{new_progress, online};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(super) fn run(args: &DeployDeleteArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    let output = &args.reading.output;
    if args.reading.dry_run {
        let request = json!({"customModelDeploymentIdentifier": args.deployment});
        return online::dry_run(&client, output, &[("DeleteCustomModelDeployment", request)]);
    }
    let mut found = client.deployment(&args.deployment)?;
    if found.is_new() && !args.wait {
        return Err(being_made(&found));
    }
    let question = format!("delete {} ({}, {})?", found.name, found.kind.name(), found.status);
    online::ask(&question, args.yes)?;
    if found.is_new() {
        let is_stopped = || online::is_stopped(&progress);
        let hurried = client.for_at_most(args.waiting.timeout);
        let waited = poll(
            online::waiting(&args.waiting, false, &is_stopped),
            || {
                found = hurried.deployment_of(found.kind, &found.arn)?;
                Ok(if found.is_new() { Seen::Same } else { Seen::Ended })
            },
            |error, pause| online::say_trouble(output, error, pause),
        );
        match waited? {
            Waited::Ended => {}
            Waited::TimedOut => {
                say(&format!("{}: the time is up; it is still being made\n", escape(&found.name)));
                return Ok(Exit::GoesOn);
            }
            Waited::Stopped => return Ok(online::interrupted()),
        }
    }
    if let Err(error) = client.delete_deployment(&found) {
        let is_refused = matches!(error.kind, ErrorKind::Conflict | ErrorKind::Invalid);
        if !is_refused || found.commitment.is_none() {
            return Err(error.into());
        }
        let end = match &found.commitment_end {
            Some(end) => online::moment(Some(end)),
            None => "the commitment is over".to_owned(),
        };
        return Err(Failure::Usage(format!(
            "{error}\nhint: it is paid for until {end}, and cannot be deleted before"
        )));
    }
    if output.output_format == OutputFormat::Jsonl {
        let mut out = Out::new();
        out.write_object(&json!({
            "kind": "summary", "arn": found.arn, "name": found.name, "deleted": true, "exit_code": Exit::Clean.code(),
        }))?;
        out.flush()?;
    } else if !output.quiet {
        say(&format!("{}: deleted; the model stays\n", escape(&found.name)));
    }
    Ok(Exit::Clean)
}

fn being_made(found: &Deployment) -> Failure {
    let name = &found.name;
    Failure::Usage(format!(
        "{name}: it is still being made, and cannot be deleted before that has ended\n\
         hint: `bedload deploy delete {name} --wait` waits for that"
    ))
}
