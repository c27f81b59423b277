//! Arguments of `evaluate` where a model is to be asked. A program that was built without access to AWS takes them to
//! refuse them.

use std::ffi::OsString;
use std::path::PathBuf;

use bedload_engine::MaxRejected;

#[cfg_attr(not(feature = "bedrock"), allow(dead_code, reason = "without the feature these are only refused"))]
#[derive(Debug, clap::Args)]
pub(crate) struct AskArgs {
    /// Model to ask: a deployment or provisioned throughput by its ARN, a model by its identifier, or an inference
    /// profile.
    #[arg(value_name = "MODEL", conflicts_with = "predictions")]
    pub(crate) model: Option<String>,
    /// A directory written by `bedload build`. Its evaluation.jsonl is asked, or its validation data where there is
    /// none.
    #[arg(value_name = "OUT")]
    pub(crate) dir: Option<PathBuf>,
    /// Prompts to ask in place of those of OUT, as records of any format with references: files, directories or globs.
    /// Repeatable.
    #[arg(help_heading = "Asking a model", long, value_name = "FILE", conflicts_with = "predictions")]
    pub(crate) prompts: Vec<OsString>,
    /// File that answers are kept in; a run that was interrupted goes on with it [default: beside OUT, named after it
    /// and the model].
    #[arg(help_heading = "Asking a model", long, value_name = "FILE", conflicts_with = "predictions")]
    pub(crate) predictions_out: Option<PathBuf>,
    /// Ask only the first N prompts.
    #[arg(help_heading = "Asking a model", long, value_name = "N", conflicts_with = "predictions", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Maximum number of tokens in an answer.
    #[arg(help_heading = "Asking a model", long, value_name = "N", conflicts_with = "predictions", default_value = "512", value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub(crate) max_tokens: u32,
    /// How much answers vary, from 0 to 1.
    #[arg(help_heading = "Asking a model", long, value_name = "N", conflicts_with = "predictions", default_value = "0", value_parser = temperature)]
    pub(crate) temperature: f32,
    /// System prompt in place of those of the records.
    #[arg(help_heading = "Asking a model", long, value_name = "TEXT", conflicts_with = "predictions")]
    pub(crate) system: Option<String>,
    /// Number of prompts to ask at once.
    #[arg(help_heading = "Asking a model", long, value_name = "N", conflicts_with = "predictions", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// How often a prompt is sent at most, while the service is busy or fails.
    #[arg(help_heading = "Asking a model", long, value_name = "N", conflicts_with = "predictions", default_value = "8", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) attempts: u32,
    /// Maximum number of prompts without an answer allowed, as a number or a share, e.g. 1% [default: 0].
    #[arg(help_heading = "Asking a model", long, value_name = "N|N%", conflicts_with = "predictions")]
    pub(crate) max_failed: Option<MaxRejected>,
    /// Print the first request, how many prompts would be sent, and what that costs; send nothing.
    #[arg(help_heading = "Asking a model", long, conflicts_with = "predictions")]
    pub(crate) dry_run: bool,
}

/// Hides what only a program with access to AWS can do.
#[cfg(not(feature = "bedrock"))]
pub(super) fn hidden(arg: clap::Arg) -> clap::Arg {
    let is_online = arg.is_positional() || arg.get_help_heading() == Some("Asking a model");
    arg.hide(is_online)
}

fn temperature(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("write a number from 0 to 1".to_owned()),
    }
}
