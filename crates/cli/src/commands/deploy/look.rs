//! `bedload deploy list` and `bedload deploy show`

use std::fmt::Write as _;

use bedload_client::{Deployment, DeploymentFilter, Limits};
use serde_json::json;

use crate::args::{DeployListArgs, DeployShowArgs, OutputFormat};
use crate::commands::{new_progress, online};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(super) fn list(args: &DeployListArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    let output = &args.reading.output;
    if args.reading.dry_run {
        let request = json!({"statusEquals": args.status, "nameContains": args.name_contains});
        let both =
            [("ListCustomModelDeployments", request.clone()), ("ListProvisionedModelThroughputs", request)];
        return online::dry_run(&client, output, &both);
    }
    let filter = DeploymentFilter {
        name_contains: args.name_contains.clone(),
        status: args.status.clone(),
        limit: args.limit as usize,
    };
    let found = client.deployments(&filter)?;
    let mut out = Out::new();
    match output.output_format {
        OutputFormat::Text if found.is_empty() => {}
        OutputFormat::Text => {
            let rows: Vec<Vec<String>> = found
                .iter()
                .map(|found| {
                    vec![
                        found.name.clone(),
                        found.status.clone(),
                        found.kind.name().to_owned(),
                        found.units.map(|units| units.to_string()).unwrap_or_default(),
                        online::moment(found.commitment_end.as_ref()),
                        online::moment(found.creation_time.as_ref()),
                        found.model_arn.rsplit(":custom-model/").next().unwrap_or_default().to_owned(),
                    ]
                })
                .collect();
            let titles = ["NAME", "STATUS", "SERVING", "UNITS", "COMMITTED UNTIL", "CREATED", "MODEL"];
            out.write(online::table(&titles, &rows).as_bytes())?;
        }
        OutputFormat::Jsonl => {
            for found in &found {
                out.write_object(&online::object("deployment", found))?;
            }
            let exit_code = Exit::Clean.code();
            out.write_object(
                &json!({"kind": "summary", "deployments": found.len(), "exit_code": exit_code}),
            )?;
        }
    }
    out.flush()?;
    if found.is_empty() && !output.quiet {
        say("no such deployments\n");
    }
    Ok(Exit::Clean)
}

pub(super) fn show(args: &DeployShowArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    let output = &args.reading.output;
    if args.reading.dry_run {
        let request = json!({"customModelDeploymentIdentifier": args.deployment});
        return online::dry_run(&client, output, &[("GetCustomModelDeployment", request)]);
    }
    let found = client.deployment(&args.deployment)?;
    let mut out = Out::new();
    match output.output_format {
        OutputFormat::Text => out.write(page(&found).as_bytes())?,
        OutputFormat::Jsonl => {
            out.write_object(&online::object("deployment", &found))?;
            let (status, exit_code) = (&found.status, Exit::Clean.code());
            out.write_object(&json!({"kind": "summary", "status": status, "exit_code": exit_code}))?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// Everything that is known of the deployment, a line each.
fn page(found: &Deployment) -> String {
    let mut out = format!("{}\n\n", escape(&found.name));
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {name:<16} {}", escape(value));
        }
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    row("status", &found.status);
    row("failure", &text(&found.failure_message));
    row("serving", found.kind.name());
    row("ARN", &found.arn);
    row("model", &found.model_arn);
    row("base model", &text(&found.base_model_arn));
    row("units", &found.units.map(|units| units.to_string()).unwrap_or_default());
    row("commitment", &text(&found.commitment));
    row("committed until", &online::moment(found.commitment_end.as_ref()));
    row("description", &text(&found.description));
    row("created", &online::moment(found.creation_time.as_ref()));
    row("changed", &online::moment(found.last_modified_time.as_ref()));
    out
}
