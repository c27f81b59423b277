//! Arguments of `bedload job`.

#[cfg_attr(not(feature = "bedrock"), allow(dead_code, reason = "without the feature these are only refused"))]
mod online;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::{ConfigArgs, OutputArgs};
pub(crate) use online::{
    JobCreateArgs, JobListArgs, JobMonitorArgs, JobShowArgs, JobStopArgs, LookArgs, WaitArgs,
};

#[derive(Debug, clap::Args)]
pub(crate) struct JobArgs {
    #[command(subcommand)]
    pub(crate) command: JobCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Check a request to Amazon Bedrock, as JSON, against the official service model and the rules beyond it.
    Check(JobCheckArgs),
    /// Print the request that customizes a model with a built data set; an output that would not be accepted is
    /// refused, with all reasons.
    Plan(Box<JobPlanArgs>),
    /// Start the job that `plan` prints, after the same checks. Started twice, it is one job.
    #[cfg_attr(not(feature = "bedrock"), command(hide = true))]
    Create(Box<JobCreateArgs>),
    /// List jobs, the newest first.
    #[cfg_attr(not(feature = "bedrock"), command(hide = true))]
    List(JobListArgs),
    /// Show everything about a job: phases, metrics, why it failed, and which records the service rejected.
    #[cfg_attr(not(feature = "bedrock"), command(hide = true))]
    Show(JobShowArgs),
    /// Watch a job until it ends: states, phases, losses as they appear. The exit code says how it ended.
    #[cfg_attr(not(feature = "bedrock"), command(hide = true))]
    Monitor(JobMonitorArgs),
    /// Stop a job.
    #[cfg_attr(not(feature = "bedrock"), command(hide = true))]
    Stop(JobStopArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload job check request.json\n  bedload job check deployment.json --operation CreateCustomModelDeployment\n  aws bedrock create-evaluation-job --generate-cli-skeleton \\\n      | bedload job check -"
)]
pub(crate) struct JobCheckArgs {
    /// The request as for `aws bedrock … --cli-input-json`, or `-` for standard input.
    #[arg(value_name = "REQUEST")]
    pub(crate) request: OsString,
    /// Operation that the request is for, e.g. `CreateModelCustomizationJob` [default: recognized from its members].
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload job plan OUT --model amazon.nova-micro-v1:0:128k --role ROLE-ARN \\\n      --data s3://bucket/OUT --output s3://bucket/results > job.json\n  bedload job plan OUT --model amazon.nova-2-lite-v1:0:256k --role ROLE-ARN \\\n      --data s3://bucket/OUT --output s3://bucket/results \\\n      --grader-lambda LAMBDA-ARN\n  aws bedrock create-model-customization-job --cli-input-json file://job.json"
)]
pub(crate) struct JobPlanArgs {
    #[command(flatten)]
    pub(crate) request: JobRequestArgs,
    /// Form to print the job in.
    #[arg(long, value_name = "FORM", default_value = "cli")]
    pub(crate) form: JobForm,
}

/// A job as it is asked for. A command that can take a whole request in its place lifts what is required here.
#[derive(Debug, clap::Args)]
pub(crate) struct JobRequestArgs {
    /// A directory written by `bedload build`.
    #[arg(value_name = "OUT", required = true)]
    pub(crate) dir: Option<PathBuf>,
    /// Model to customize: its identifier, or its ARN.
    #[arg(long, value_name = "ID", required = true)]
    pub(crate) model: Option<String>,
    /// ARN of the role that Amazon Bedrock assumes to read the data and write results.
    #[arg(long, value_name = "ARN", required = true)]
    pub(crate) role: Option<String>,
    /// Place in S3 that OUT is, or will be, uploaded to.
    #[arg(long, value_name = "s3://BUCKET/PREFIX", required_unless_present = "invocation_logs")]
    pub(crate) data: Option<String>,
    /// Place in S3 where the job writes metrics and results.
    #[arg(long, value_name = "s3://BUCKET/PREFIX", required = true)]
    pub(crate) output: Option<String>,
    /// Name of the job [default: from OUT and the digest of the request].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Name of the custom model [default: the same as the default name of the job].
    #[arg(long, value_name = "NAME")]
    pub(crate) custom_model: Option<String>,
    /// Kind of customization; refused if the data are for another one [default: that of the data].
    #[arg(long = "type", value_name = "KIND")]
    pub(crate) kind: Option<JobKind>,
    /// Number of epochs: the hyperparameter epochCount.
    #[arg(help_heading = "Hyperparameters", long, value_name = "N")]
    pub(crate) epochs: Option<String>,
    /// A hyperparameter, checked against the published range of the model. Repeatable.
    #[arg(help_heading = "Hyperparameters", long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) hyperparameter: Vec<(String, String)>,
    /// Add the hyperparameters that `bedload hyperparameters` recommends for the size of the data.
    #[arg(help_heading = "Hyperparameters", long)]
    pub(crate) recommended: bool,
    /// Function that grades answers, for reinforcement fine-tuning.
    #[arg(help_heading = "Tasks", long, value_name = "ARN")]
    pub(crate) grader_lambda: Option<String>,
    /// Teacher, for distillation: its identifier, or its ARN.
    #[arg(help_heading = "Tasks", long, value_name = "ID")]
    pub(crate) teacher: Option<String>,
    /// Maximum number of tokens in an answer of the teacher.
    #[arg(help_heading = "Tasks", long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub(crate) max_response_length: Option<u32>,
    /// Where invocation logs are, to train on these in place of the training data of OUT.
    #[arg(help_heading = "Tasks", long, value_name = "s3://BUCKET/PREFIX")]
    pub(crate) invocation_logs: Option<String>,
    /// Key that encrypts the custom model.
    #[arg(help_heading = "Account", long, value_name = "KEY")]
    pub(crate) kms_key: Option<String>,
    /// A tag of the job and the model. Repeatable.
    #[arg(help_heading = "Account", long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) tag: Vec<(String, String)>,
    /// A subnet of the job's VPC. Repeatable.
    #[arg(help_heading = "Account", long, value_name = "ID", requires = "security_group")]
    pub(crate) subnet: Vec<String>,
    /// A security group of the job's VPC. Repeatable.
    #[arg(help_heading = "Account", long, value_name = "ID", requires = "subnet")]
    pub(crate) security_group: Vec<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(help_heading = "Target", long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) output_args: OutputArgs,
}

impl JobRequestArgs {
    /// The directory; empty where a request was given in place of it.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.as_deref().unwrap_or(Path::new(""))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum JobKind {
    /// Supervised fine-tuning.
    Sft,
    /// Continued pre-training.
    Cpt,
    /// Reinforcement fine-tuning.
    Rft,
    /// Distillation.
    Distillation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum JobForm {
    /// Request for `aws bedrock create-model-customization-job --cli-input-json`.
    Cli,
    /// Terraform resource `aws_bedrock_custom_model`.
    Terraform,
    /// Template of a stack whose state machine runs the job.
    #[value(name = "cloudformation")]
    CloudFormation,
    /// Task state of AWS Step Functions.
    StepFunctions,
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
