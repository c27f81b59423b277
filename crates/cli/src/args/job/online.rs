//! Arguments of `bedload job create`, `list`, `show`, `monitor` and `stop`.

use std::path::PathBuf;
use std::time::Duration;

use super::JobRequestArgs;
use crate::args::duration::{duration, interval};
use crate::args::identifier::identifier;
use crate::args::states::states;
use crate::args::{AccountArgs, OutputArgs};

const ENDS: &str = "Exit codes, once the job is watched: 0 completed, 1 failed, 5 stopped, 6 --timeout reached while the \
job goes on, 3 environment (credentials, connection), 130/143 interrupted while the job goes on.";

#[derive(Debug, clap::Args)]
#[command(
    after_help = format!("{ENDS}\n\nExamples:\n  bedload job create OUT --model amazon.nova-micro-v1:0:128k --role ROLE-ARN \\\n      --data s3://bucket/OUT --output s3://bucket/results --dry-run\n  bedload job create OUT --model amazon.nova-micro-v1:0:128k --role ROLE-ARN \\\n      --data s3://bucket/OUT --output s3://bucket/results --wait \\\n      --timeout 12h\n  bedload job create --request job.json"),
    mut_arg("interval", |arg| arg.requires("wait")),
    mut_arg("timeout", |arg| arg.requires("wait")),
    mut_arg("dir", |arg| arg.required(false).required_unless_present("request_file")),
    mut_arg("model", |arg| arg.required(false).required_unless_present("request_file")),
    mut_arg("role", |arg| arg.required(false).required_unless_present("request_file")),
    mut_arg("output", |arg| arg.required(false).required_unless_present("request_file")),
    mut_arg("data", |arg| arg.required_unless_present_any(["request_file", "invocation_logs"]))
)]
pub(crate) struct JobCreateArgs {
    #[command(flatten)]
    pub(crate) request: JobRequestArgs,
    /// File with the whole request, as `bedload job plan` prints it; it is checked as by `bedload job check`, and sent
    /// byte for byte.
    #[arg(
        long = "request",
        value_name = "FILE",
        conflicts_with_all = ["dir", "model", "role", "data", "output", "name", "custom_model", "kind", "epochs", "hyperparameter", "recommended", "grader_lambda", "teacher", "max_response_length", "invocation_logs", "kms_key", "tag", "subnet", "security_group", "profile_file"]
    )]
    pub(crate) request_file: Option<PathBuf>,
    /// Do not check that the place that --data names has OUT as it is here.
    #[arg(long)]
    pub(crate) no_check_upload: bool,
    /// Print the request and where it would be sent; send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Watch the job until it ends, as `bedload job monitor` does.
    #[arg(help_heading = "Waiting", long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) waiting: WaitArgs,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
}

/// For how long to wait, and how often to look.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WaitArgs {
    /// Time between two looks, e.g. 30s [default: from 10s to 1m, longer while nothing changes].
    #[arg(help_heading = "Waiting", long, value_name = "DURATION", value_parser = interval)]
    pub(crate) interval: Option<Duration>,
    /// Time to wait at most, e.g. 12h; then exit with 6 [default: no limit].
    #[arg(help_heading = "Waiting", long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload job list --status InProgress\n  bedload job list --since 7d --name-contains support"
)]
pub(crate) struct JobListArgs {
    /// Only jobs in this state.
    #[arg(long, value_name = "STATE", value_parser = states(&["InProgress", "Completed", "Failed", "Stopping", "Stopped"]), ignore_case = true)]
    pub(crate) status: Option<String>,
    /// Only jobs with this in their name.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name_contains: Option<String>,
    /// Only jobs created since then: a date (2026-11-01), a moment (2026-11-01T12:00:00Z), or how long ago (7d).
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Maximum number of jobs, the newest first.
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}

/// What all commands have that only ask.
#[derive(Debug, clap::Args)]
pub(crate) struct LookArgs {
    /// Print which requests would be sent; send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload job show support-1a2b3c4d\n  bedload job show JOB-ARN --out OUT"
)]
pub(crate) struct JobShowArgs {
    /// Name of the job, or its ARN.
    #[arg(value_name = "JOB", value_parser = identifier)]
    pub(crate) job: String,
    /// Directory that the job trains on; its counts are compared with those of the service.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = format!("{ENDS}\n\nExamples:\n  bedload job monitor support-1a2b3c4d\n  bedload job monitor JOB-ARN --out OUT --timeout 12h --output-format jsonl \\\n      >> job.log"))]
pub(crate) struct JobMonitorArgs {
    /// Name of the job, or its ARN.
    #[arg(value_name = "JOB", value_parser = identifier)]
    pub(crate) job: String,
    /// Directory that the job trains on; at the end its counts are compared with those of the service.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) waiting: WaitArgs,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload job stop support-1a2b3c4d --wait",
    mut_arg("interval", |arg| arg.requires("wait")),
    mut_arg("timeout", |arg| arg.requires("wait"))
)]
pub(crate) struct JobStopArgs {
    /// Name of the job, or its ARN.
    #[arg(value_name = "JOB", value_parser = identifier)]
    pub(crate) job: String,
    /// Watch the job until it has stopped (exit code 5).
    #[arg(help_heading = "Waiting", long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) waiting: WaitArgs,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}
