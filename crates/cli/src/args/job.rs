//! Arguments of `bedload job`.

use std::ffi::OsString;

use clap::Subcommand;

use super::OutputArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct JobArgs {
    #[command(subcommand)]
    pub(crate) command: JobCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Check a request to Amazon Bedrock, as JSON, against the official service model and the rules beyond it.
    Check(JobCheckArgs),
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload job check request.json\n  bedload job check deployment.json --operation CreateCustomModelDeployment\n  aws bedrock create-evaluation-job --generate-cli-skeleton | bedload job check -"
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
