//! Arguments of the commands that plan the training of a built directory.

use std::path::PathBuf;

use super::{ConfigArgs, OutputArgs};

/// A built directory, and what it is for.
#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    /// A directory written by `bedload build`.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Target (model and task) [default: the one that the directory was built for].
    #[arg(help_heading = "Target", long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(help_heading = "Target", long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload hyperparameters OUT\n  bedload hyperparameters OUT --set epochCount=4 --set learningRateWarmupSteps=20\n  bedload hyperparameters OUT --profile nova-lite-sft --output-format jsonl"
)]
pub(crate) struct HyperparametersArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Value to use in place of the recommended one; it is checked, and the training steps are computed with it.
    /// Repeatable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("write NAME=VALUE, e.g. epochCount=3".to_owned()),
    }
}
