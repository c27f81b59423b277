//! `bedload job list`

use bedload_client::{JobFilter, Limits, Since};
use serde_json::json;

use crate::args::{JobListArgs, OutputFormat, duration};
use crate::commands::{new_progress, online};
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(crate) fn run(args: &JobListArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let since = args.since.as_deref().map(since).transpose()?;
    let filter = JobFilter {
        status: args.status.clone(),
        name_contains: args.name_contains.clone(),
        since,
        limit: args.limit as usize,
    };
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    if args.reading.dry_run {
        let request = json!({
            "statusEquals": filter.status, "nameContains": filter.name_contains,
            "creationTimeAfter": filter.since.map(Since::text), "sortBy": "CreationTime", "sortOrder": "Descending",
        });
        return online::dry_run(&client, &args.reading.output, &[("ListModelCustomizationJobs", request)]);
    }
    let jobs = client.jobs(&filter)?;
    let mut out = Out::new();
    match args.reading.output.output_format {
        OutputFormat::Text => {
            let rows: Vec<Vec<String>> = jobs
                .iter()
                .map(|job| {
                    let mut phase = job.phases.named().into_iter().filter_map(|(name, phase)| {
                        phase.filter(|phase| phase.status == "InProgress").map(|_| name)
                    });
                    vec![
                        job.job_name.clone(),
                        job.status.name().to_owned(),
                        phase.next_back().unwrap_or_default().to_owned(),
                        online::moment(job.creation_time.as_ref()),
                        online::moment(job.end_time.as_ref()),
                        job.customization_type.clone().unwrap_or_default(),
                        last(&job.base_model_arn).to_owned(),
                    ]
                })
                .collect();
            let titles = ["NAME", "STATUS", "PHASE", "CREATED", "ENDED", "TYPE", "BASE MODEL"];
            if !rows.is_empty() {
                out.write(online::table(&titles, &rows).as_bytes())?;
            }
        }
        OutputFormat::Jsonl => {
            for job in &jobs {
                out.write_object(&online::object("job", job))?;
            }
            out.write_object(
                &json!({"kind": "summary", "jobs": jobs.len(), "exit_code": Exit::Clean.code()}),
            )?;
        }
    }
    out.flush()?;
    if jobs.is_empty() && !args.reading.output.quiet {
        say("no such jobs\n");
    } else if jobs.len() == filter.limit && !args.reading.output.quiet {
        say(&format!("the newest {}; `--limit` shows more\n", filter.limit));
    }
    Ok(Exit::Clean)
}

/// The part of an ARN that people know.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn since(text: &str) -> Result<Since, Failure> {
    let parsed = duration(text).ok().map(Since::ago).or_else(|| Since::parse(text));
    parsed.ok_or_else(|| {
        Failure::Usage(format!(
            "--since {text}: neither a date nor a duration\nhint: write 2026-11-01, 2026-11-01T12:00:00Z, or 7d"
        ))
    })
}
