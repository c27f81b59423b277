//! Arguments of `config`.

use clap::Subcommand;

use super::{BuildSettingsArgs, OutputArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct ConfigurationArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting as `build` would use it, in the form of bedload.toml.
    Show(Box<ShowArgs>),
    /// Print the JSON Schema of bedload.toml, for editors.
    #[command(after_help = "Examples:\n  bedload config schema > bedload.schema.json")]
    Schema,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload config show --origin\n  bedload config show --origin --profile nova-lite-sft --validation 10%\n  bedload config show --output-format jsonl"
)]
pub(crate) struct ShowArgs {
    /// Show also where each value comes from: a default, bedload.toml and its line, an option, or the profile.
    #[arg(long)]
    pub(crate) origin: bool,
    #[command(flatten)]
    pub(crate) settings: BuildSettingsArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
