//! `bedload job create`

use std::ffi::OsString;
use std::path::Path;

use bedload_aws::{Form, Operation, Refusal, judge, render};
use bedload_client::{Client, ClientError, ErrorKind, Job, Limits};
use bedload_engine::{Manifest, Progress, read_output_text};
use bedload_store::{Account, Location};
use serde_json::{Value, json};

use super::check;
use super::monitor::Watched;
use super::request::{planned, refuse};
use crate::args::{JobCreateArgs, OutputFormat};
use crate::commands::{new_progress, online};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, Paint, say};

/// The file that an upload puts last.
const MANIFEST: &str = "manifest.json";
/// As much as is read of a local one.
const MANIFEST_BYTES_MAX: u64 = 256 << 20;

/// A request that is ready to be sent.
struct Ready {
    /// What is sent, byte for byte.
    text: String,
    request: Value,
    regions: Vec<String>,
    notes: Vec<String>,
    /// The text of the manifest of the directory that it is for.
    manifest: Option<Vec<u8>>,
    built: Option<Manifest>,
}

pub(crate) fn run(args: &JobCreateArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let output = &args.request.output_args;
    let ready = match &args.request_file {
        Some(file) => read(args, file)?,
        None => plan(args, &progress)?,
    };
    let ready = match ready {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let account = online::account(&args.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.dry_run)?;
    if !output.quiet {
        ready.notes.iter().for_each(|note| say(&format!("note: {}\n", escape(note))));
        let is_known = !ready.regions.is_empty() && !client.region().is_empty();
        if is_known && !ready.regions.iter().any(|region| region == client.region()) {
            let regions = ready.regions.join(" or ");
            say(&format!(
                "warning: the model is customized in {}; this account is in {}\n  hint: give `--region`\n",
                escape(&regions),
                escape(client.region())
            ));
        }
    }
    if args.dry_run {
        return online::dry_run(&client, output, &[(Operation::customization().name(), ready.request)]);
    }
    if let Some(manifest) = ready.manifest.as_deref().filter(|_| !args.no_check_upload)
        && let Some(refusal) = upload_refusal(args, &account, manifest, &progress)?
    {
        return refuse(&args.request, &[refusal]);
    }
    let name = ready.request["jobName"].as_str().unwrap_or_default().to_owned();
    let (arn, existing) = match existing(&client, &name)? {
        Some(job) => (job.job_arn.clone(), Some(job)),
        None => match client.create_job(&ready.text, &name) {
            Ok(arn) => (arn, None),
            // Somebody else was faster, or this very request was, and its reply was lost.
            Err(error) if error.kind == ErrorKind::Conflict => match client.job(&name) {
                Ok(job) => (job.job_arn.clone(), Some(job)),
                // Then it is the name of the model.
                Err(_) => {
                    return Err(Failure::Usage(format!(
                        "{error}\nhint: names of jobs and models stay taken; give another one with `--name` or \
                         `--custom-model`"
                    )));
                }
            },
            Err(error) => return Err(online::not_created(error)),
        },
    };
    if let Some(job) = &existing {
        let members = job.differs_from(&ready.request);
        if !members.is_empty() {
            return Err(Failure::Usage(format!(
                "{name}: a job of this name exists already, and differs in {}: {arn}\n\
                 hint: the service keeps the names of jobs for ever; give another one with `--name`",
                members.join(", ")
            )));
        }
    }
    tell(args, &arn, &name, existing.as_ref())?;
    if args.wait {
        let (built, is_new) = (ready.built.as_ref(), existing.is_none());
        return Watched { client: &client, id: &arn, output, built, is_new, is_product: false }
            .run(&args.waiting, &progress);
    }
    if output.output_format == OutputFormat::Jsonl {
        let mut out = Out::new();
        out.write_object(&json!({
            "kind": "summary", "job_arn": arn, "existing": existing.is_some(), "exit_code": Exit::Clean.code(),
        }))?;
        out.flush()?;
    }
    Ok(Exit::Clean)
}

/// The job that has the name already. Whoever may create jobs need not be allowed to look at them.
fn existing(client: &Client<'_>, name: &str) -> Result<Option<Job>, ClientError> {
    match client.job(name) {
        Ok(job) => Ok(Some(job)),
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Denied) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why the data at the place that the job reads are not those of the directory; none where they are.
fn upload_refusal(
    args: &JobCreateArgs,
    account: &Account,
    manifest: &[u8],
    progress: &Progress,
) -> Result<Option<Refusal>, Failure> {
    let Some(data) = &args.request.data else { return Ok(None) };
    let folder = account.folder(&Location::of(data)?)?;
    let found = folder.read(MANIFEST, MANIFEST_BYTES_MAX, &progress.watch)?;
    let dir = args.request.dir().display();
    let message = match found {
        Some(found) if found == manifest => return Ok(None),
        Some(_) => format!("{data} has another output than {dir}: its manifest.json differs"),
        None => format!("{data} has no manifest.json, so {dir} was not uploaded there, or not to the end"),
    };
    let hint = format!("`bedload upload {dir} {data}` uploads it; `--no-check-upload` starts the job anyway");
    Ok(Some(Refusal { hint: Some(hint), ..Refusal::data(message) }))
}

fn tell(args: &JobCreateArgs, arn: &str, name: &str, existing: Option<&Job>) -> Result<(), Failure> {
    let output = &args.request.output_args;
    let mut out = Out::new();
    match output.output_format {
        OutputFormat::Text => out.write(format!("{}\n", escape(arn)).as_bytes())?,
        OutputFormat::Jsonl => out.write_object(&json!({
            "kind": "job", "job_arn": arn, "job_name": name, "existing": existing.is_some(),
            "status": existing.map(|job| job.status.name()),
        }))?,
    }
    out.flush()?;
    if output.quiet {
        return Ok(());
    }
    match existing {
        None => say(&format!("{}: started\n", escape(name))),
        Some(job) => {
            let since = online::moment(job.creation_time.as_ref());
            let status = job.status.name();
            say(&format!(
                "{}: the same job exists already, since {since}: {}\n",
                escape(name),
                escape(status)
            ));
            if matches!(status, "Failed" | "Stopped") {
                say("  hint: it does not start again; another `--name` makes another job\n");
            }
        }
    }
    if !args.wait {
        say(&format!("  `bedload job monitor {}` watches it\n", escape(name)));
    }
    Ok(())
}

/// Plans the request. Refusals are told here, and there is only an exit code left.
fn plan(args: &JobCreateArgs, progress: &Progress) -> Result<Result<Ready, Exit>, Failure> {
    let rendered = planned(&args.request, progress)?
        .and_then(|plan| render(&plan, Form::Cli).map(|text| (plan, text)).map_err(|refusal| vec![refusal]));
    let (plan, text) = match rendered {
        Ok(rendered) => rendered,
        Err(refusals) => return refuse(&args.request, &refusals).map(Err),
    };
    let (built, manifest) = read_output_text(args.request.dir())?;
    Ok(Ok(Ready {
        text,
        request: plan.request,
        regions: plan.regions,
        notes: plan.notes,
        manifest: Some(manifest),
        built: Some(built),
    }))
}

/// Reads a request from a file, and checks it. Problems are told here, and there is only an exit code left.
fn read(args: &JobCreateArgs, file: &Path) -> Result<Result<Ready, Exit>, Failure> {
    let (name, bytes) = check::read(&OsString::from(file))?;
    let judged = judge(&bytes, Some(Operation::customization()))
        .map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let output = &args.request.output_args;
    if !judged.problems.is_empty() {
        let mut out = Out::new();
        for problem in &judged.problems {
            match output.output_format {
                OutputFormat::Text => {
                    out.write(check::render(Paint::for_stdout(output.color), &name, problem).as_bytes())?;
                }
                OutputFormat::Jsonl => out.write_object(&check::object(&name, problem))?,
            }
        }
        if output.output_format == OutputFormat::Jsonl {
            let (problems, exit_code) = (judged.problems.len(), Exit::Findings.code());
            out.write_object(&json!({"kind": "summary", "problems": problems, "exit_code": exit_code}))?;
        }
        out.flush()?;
        say(&format!("{}: not sent, because of these problems\n", escape(&name)));
        return Ok(Err(Exit::Findings));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::Usage(format!("{name}: not UTF-8")))?;
    let request = serde_json::from_str(&text).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    Ok(Ok(Ready { text, request, regions: Vec::new(), notes: Vec::new(), manifest: None, built: None }))
}
