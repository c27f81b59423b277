//! Arguments of `bedload deploy`.

use clap::{Subcommand, ValueEnum};

use super::identifier::identifier;
use super::job::{LookArgs, WaitArgs, pair};
use super::states::states;
use super::{AccountArgs, OutputArgs};

#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    mut_arg("interval", |arg| arg.conflicts_with("no_wait")),
    mut_arg("timeout", |arg| arg.conflicts_with("no_wait")),
    after_help = "Exit codes: 0 the deployment answers, 1 it failed, 6 --timeout reached while it is being made, 3 environment (credentials, connection), 130/143 interrupted.\n\nExamples:\n  bedload deploy support-1a2b3c4d --name support\n  bedload deploy MODEL-ARN --name support --provisioned --units 1 \\\n      --commitment one-month --dry-run\n  bedload deploy list\n  bedload deploy delete support --yes"
)]
pub(crate) struct DeployArgs {
    #[command(subcommand)]
    pub(crate) command: Option<DeployCommand>,
    #[command(flatten)]
    pub(crate) create: DeployCreateArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeployCommand {
    /// List deployments on demand and provisioned throughput.
    List(DeployListArgs),
    /// Show everything about a deployment.
    Show(DeployShowArgs),
    /// Delete a deployment; the model stays.
    Delete(DeployDeleteArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeployCreateArgs {
    /// Custom model, by its ARN or name, or the job that made it, by its ARN or name.
    #[arg(value_name = "MODEL", required = true, value_parser = identifier)]
    pub(crate) model: Option<String>,
    /// Name of the deployment.
    #[arg(long, value_name = "NAME", required = true)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) units: UnitArgs,
    /// Description of the deployment.
    #[arg(long, value_name = "TEXT", conflicts_with = "provisioned")]
    pub(crate) description: Option<String>,
    /// A tag of the deployment. Repeatable.
    #[arg(help_heading = "Account", long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) tag: Vec<(String, String)>,
    /// Do not ask; needed where standard input is no terminal.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print the cost, the request and where it would be sent; send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not wait until the deployment answers.
    #[arg(help_heading = "Waiting", long)]
    pub(crate) no_wait: bool,
    #[command(flatten)]
    pub(crate) waiting: WaitArgs,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Whether and how model units are paid by the hour.
#[derive(Debug, clap::Args)]
pub(crate) struct UnitArgs {
    /// Provisioned throughput, paid by the hour whether it is used or not, in place of a deployment on demand, paid by
    /// the token.
    #[arg(long)]
    pub(crate) provisioned: bool,
    /// Number of model units.
    #[arg(long, value_name = "N", requires = "provisioned", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) units: u32,
    /// How long the units are paid for in any case [default: no commitment].
    #[arg(long, value_name = "PERIOD", requires = "provisioned")]
    pub(crate) commitment: Option<Period>,
}

/// For how long provisioned throughput is paid in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Period {
    /// A month.
    OneMonth,
    /// Six months.
    SixMonths,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload deploy list --status Active")]
pub(crate) struct DeployListArgs {
    /// Only deployments in this state.
    #[arg(long, value_name = "STATE", value_parser = states(&["Creating", "Active", "InService", "Updating", "Failed"]), ignore_case = true)]
    pub(crate) status: Option<String>,
    /// Only deployments with this in their name.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name_contains: Option<String>,
    /// Maximum number of deployments of each kind, the newest first.
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload deploy show support")]
pub(crate) struct DeployShowArgs {
    /// Name of the deployment, or its ARN.
    #[arg(value_name = "DEPLOYMENT", value_parser = identifier)]
    pub(crate) deployment: String,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload deploy delete support --yes --wait",
    mut_arg("interval", |arg| arg.requires("wait")),
    mut_arg("timeout", |arg| arg.requires("wait"))
)]
pub(crate) struct DeployDeleteArgs {
    /// Name of the deployment, or its ARN.
    #[arg(value_name = "DEPLOYMENT", value_parser = identifier)]
    pub(crate) deployment: String,
    /// Do not ask; needed where standard input is no terminal.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Wait for a deployment that is still being made, which cannot be deleted before.
    #[arg(help_heading = "Waiting", long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) waiting: WaitArgs,
    #[command(flatten)]
    pub(crate) reading: LookArgs,
}
