//! `bedload job monitor`: a job until it ends, for this command and for those with `--wait`.

use std::time::SystemTime;

use bedload_aws::explain_message;
use bedload_client::{Change, Client, Job, JobStatus, Limits, Seen, Waited, changes, poll};
use bedload_engine::{Manifest, Progress};
use serde_json::json;

use super::results::{Results, built};
use crate::args::{JobMonitorArgs, OutputArgs, OutputFormat, WaitArgs};
use crate::commands::online::object;
use crate::commands::refusal::explained;
use crate::commands::{new_progress, online};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(crate) fn run(args: &JobMonitorArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    let output = &args.reading.output;
    let built = built(args.out.as_deref())?;
    if args.reading.dry_run {
        let request = json!({"jobIdentifier": args.job});
        return online::dry_run(&client, output, &[("GetModelCustomizationJob", request)]);
    }
    Watched { client: &client, id: &args.job, output, built: built.as_ref(), is_new: false, is_product: true }
        .run(&args.waiting, &progress)
}

/// A job that is watched.
pub(super) struct Watched<'a> {
    pub(super) client: &'a Client<'a>,
    /// Its name or ARN.
    pub(super) id: &'a str,
    pub(super) output: &'a OutputArgs,
    /// The directory that it trains on, where that is known.
    pub(super) built: Option<&'a Manifest>,
    /// Whether it was created just now.
    pub(super) is_new: bool,
    /// Whether the ARN of the model belongs on standard output.
    pub(super) is_product: bool,
}

impl Watched<'_> {
    /// Watches the job until it ends, and tells what happens.
    pub(super) fn run(&self, args: &WaitArgs, progress: &Progress) -> Result<Exit, Failure> {
        let is_stopped = || online::is_stopped(progress);
        let mut before: Option<Job> = None;
        let (mut told, mut is_stalled) = (Ok(()), false);
        let mut results = Results::new(self.client.account(), progress, self.output);
        let client = self.client.for_at_most(args.timeout);
        let waited = poll(
            online::waiting(args, self.is_new, &is_stopped),
            || {
                let now = client.job(self.id)?;
                let changes = changes(before.as_ref(), &now);
                if let Some(stalled) = stalled(&now).filter(|_| !is_stalled) {
                    is_stalled = true;
                    say(&format!("warning: {}: {stalled}\n", escape(&now.job_name)));
                }
                if told.is_ok() {
                    told = self.tell_all(&now, &changes, &mut results);
                }
                // What cannot be told need not be watched.
                let seen = match (now.status.is_end() || told.is_err(), changes.is_empty()) {
                    (true, _) => Seen::Ended,
                    (false, true) => Seen::Same,
                    (false, false) => Seen::Changed,
                };
                before = Some(now);
                Ok(seen)
            },
            |error, pause| online::say_trouble(self.output, error, pause),
        );
        told?;
        let waited = match waited {
            Ok(waited) => waited,
            Err(error) => {
                let failure = Failure::from(error);
                self.end(failure.exit(), before.as_ref())?;
                return Err(failure);
            }
        };
        let (exit, job) = match (waited, before) {
            (Waited::Ended, Some(job)) => (exit_of(&job.status), Some(job)),
            (Waited::TimedOut, job) => (Exit::GoesOn, job),
            (Waited::Stopped | Waited::Ended, job) => (online::interrupted(), job),
        };
        if let (Waited::Ended, Some(job)) = (waited, &job) {
            results.tell_input(job, self.built)?;
        }
        self.end(exit, job.as_ref())?;
        Ok(exit)
    }

    /// Tells what changed, and the metrics that are new before the end of the job.
    fn tell_all(&self, job: &Job, changes: &[Change], results: &mut Results<'_>) -> Result<(), Failure> {
        let end = changes.len() - usize::from(job.status.is_end() && !changes.is_empty());
        changes[..end].iter().try_for_each(|change| self.tell(job, change))?;
        if job.phases.training.as_ref().is_none_or(|phase| phase.status != "NotStarted") {
            results.tell_metrics(job)?;
        }
        changes[end..].iter().try_for_each(|change| self.tell(job, change))
    }

    /// One line, or one object, for one change.
    fn tell(&self, job: &Job, change: &Change) -> Result<(), Failure> {
        if self.output.output_format == OutputFormat::Jsonl {
            let mut object = serde_json::to_value(change).unwrap_or_default();
            object["job_name"] = json!(job.job_name);
            let mut out = Out::new();
            out.write_object(&object)?;
            return Ok(out.flush()?);
        }
        if !self.output.quiet {
            say(&format!("{}: {}\n", escape(&job.job_name), escape(&line(job, change))));
        }
        Ok(())
    }

    /// What there is to say at the end.
    fn end(&self, exit: Exit, job: Option<&Job>) -> Result<(), Failure> {
        let mut out = Out::new();
        if self.output.output_format == OutputFormat::Jsonl {
            if let Some(job) = job {
                let mut object = object("job", job);
                object["explanation"] = explanation(job);
                out.write_object(&object)?;
            }
            out.write_object(&json!({
                "kind": "summary", "job_arn": job.map(|job| &job.job_arn), "status": job.map(|job| &job.status),
                "output_model_arn": job.and_then(|job| job.output_model_arn.as_ref()), "exit_code": exit.code(),
            }))?;
        } else if let Some(arn) =
            job.and_then(|job| job.output_model_arn.as_ref()).filter(|_| self.is_product)
        {
            out.write(format!("{}\n", escape(arn)).as_bytes())?;
        }
        out.flush()?;
        let name = job.map_or(self.id, |job| &job.job_name);
        if matches!(exit, Exit::Environment) && job.is_some() {
            say(&format!("{}: watched no further; the job may go on\n", escape(name)));
        }
        if matches!(exit, Exit::Clean)
            && !self.output.quiet
            && job.is_some_and(|job| job.output_model_arn.is_some())
        {
            say(&format!("  `bedload deploy {} --name NAME` makes its model answer\n", escape(name)));
        }
        if let Some(message) = job.and_then(|job| job.failure_message.as_ref()) {
            say(&format!("{}: failed: {}\n{}", escape(name), escape(message), explained(message, "  ")));
        }
        if matches!(exit, Exit::GoesOn | Exit::Signal(_)) {
            let why = if matches!(exit, Exit::GoesOn) { "the time is up" } else { "interrupted" };
            let id = escape(name);
            say(&format!(
                "{}: {why}; the job goes on\n  hint: `bedload job monitor {id}` watches it again, `bedload job stop {id}` \
                 stops it\n",
                escape(name)
            ));
        }
        Ok(())
    }
}

/// What the message of a failed job means; null where there is none, or it is not known.
pub(super) fn explanation(job: &Job) -> serde_json::Value {
    let explanation = job.failure_message.as_deref().and_then(explain_message);
    serde_json::to_value(explanation).unwrap_or_default()
}

/// That training does not begin, where that takes unusually long.
pub(super) fn stalled(job: &Job) -> Option<String> {
    let hours = job.stalled_hours(SystemTime::now())?;
    Some(format!(
        "training has not begun for {hours} h; others saw jobs wait so for 6 to 74 h without a reason, and some fail \
         (MAOFILHO/Portfolio-Projects INCIDENT-LOG.md, chaosreload/aws-hands-on-lab, 2026); stop it, and start it again \
         under another name"
    ))
}

/// The exit code for the end of a job.
fn exit_of(status: &JobStatus) -> Exit {
    match status {
        JobStatus::Failed => Exit::Findings,
        JobStatus::Stopped => Exit::Stopped,
        _ => Exit::Clean,
    }
}

fn line(job: &Job, change: &Change) -> String {
    match change {
        Change::Status { status, .. } => {
            let time = job.end_time.as_ref().filter(|_| job.status.is_end()).or(job.creation_time.as_ref());
            format!("{status}{}", at(online::moment(time)))
        }
        Change::Phase { phase, state } => {
            format!("{phase} {}{}", state.status, at(online::moment(state.last_modified_time.as_ref())))
        }
        Change::TrainingLoss { training_loss } => format!("training loss {training_loss}"),
        Change::ValidationLoss { validator, validation_loss } => {
            format!("validation loss {validation_loss} (data set {})", validator + 1)
        }
    }
}

fn at(moment: String) -> String {
    if moment.is_empty() { moment } else { format!(" ({moment})") }
}

#[cfg(test)]
mod tests {
    use bedload_client::Phase;
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_change_is_a_line() {
        let time = |text: &str| Some(text.to_owned());
        let job = Job {
            status: JobStatus::Failed,
            creation_time: time("2026-11-27T10:00:00Z"),
            end_time: time("2026-11-27T11:30:00.5Z"),
            ..Job::default()
        };
        let state = Phase {
            status: "Completed".to_owned(),
            creation_time: None,
            last_modified_time: time("2026-11-27T10:05:00Z"),
        };
        let changes = [
            Change::Phase { phase: "validation", state },
            Change::TrainingLoss { training_loss: 0.25 },
            Change::ValidationLoss { validator: 0, validation_loss: 0.5 },
            Change::Status { status: "Failed".to_owned(), previous: None },
        ];
        let lines: Vec<String> = changes.iter().map(|change| line(&job, change)).collect();
        expect![[r#"
            validation Completed (2026-11-27 10:05:00)
            training loss 0.25
            validation loss 0.5 (data set 1)
            Failed (2026-11-27 11:30:00)"#]]
        .assert_eq(&lines.join("\n"));
        let exits = [JobStatus::Completed, JobStatus::Failed, JobStatus::Stopped].map(|s| exit_of(&s).code());
        assert_eq!(exits, [0, 1, 5]);
    }
}
