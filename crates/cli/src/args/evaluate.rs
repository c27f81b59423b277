//! Arguments of `evaluate`.

use std::ffi::OsString;
use std::path::PathBuf;

use bedload_stages::pointer;
use clap::ValueEnum;

use super::{ConfigArgs, InputAccountArgs, OutputArgs, THREADS_MAX, bytes};

mod asking;

use asking::AskArgs;

#[derive(Debug, clap::Args)]
#[cfg_attr(not(feature = "bedrock"), command(mut_args(asking::hidden)))]
#[cfg_attr(
    feature = "bedrock",
    command(
        override_usage = "bedload evaluate [OPTIONS] <MODEL> <OUT>\n       bedload evaluate [OPTIONS] --predictions <FILE>"
    )
)]
#[cfg_attr(
    not(feature = "bedrock"),
    command(override_usage = "bedload evaluate [OPTIONS] --predictions <FILE>")
)]
#[command(
    after_help = "Examples:\n  bedload evaluate --predictions tuned.jsonl\n  bedload evaluate --predictions tuned.jsonl --against base.jsonl \\\n      --show-content\n  bedload evaluate --predictions out.jsonl --reference-field /label \\\n      --prediction-field /answer --normalize --per-record scores.csv"
)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// Predictions: lines of {"prompt", "reference", "prediction"}, or the output of a Bedrock evaluation job; files,
    /// directories, globs, or `-`. Repeatable.
    #[arg(long, required_unless_present = "model", value_name = "FILE")]
    pub(crate) predictions: Vec<OsString>,
    /// Predictions of another model for the same prompts, to compare with. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Vec<OsString>,
    /// What the model was asked to do: classification, generation, or auto, which takes references that are short and
    /// recur for labels.
    #[arg(help_heading = "Scores", long, value_name = "TASK", default_value = "auto")]
    pub(crate) task: TaskName,
    /// JSON Pointer to the reference [default: reference, referenceResponse or completion].
    #[arg(help_heading = "Scores", long, value_name = "POINTER", value_parser = pointer::check)]
    pub(crate) reference_field: Option<String>,
    /// JSON Pointer to the prediction [default: prediction, or modelResponses/0/response].
    #[arg(help_heading = "Scores", long, value_name = "POINTER", value_parser = pointer::check)]
    pub(crate) prediction_field: Option<String>,
    /// JSON Pointer to the prompt, or to an id, by which the predictions of two models are matched [default: prompt].
    #[arg(help_heading = "Scores", long, value_name = "POINTER", value_parser = pointer::check)]
    pub(crate) prompt_field: Option<String>,
    /// Compare labels without case and extra white space. For generated text, exact match is always shown both ways.
    #[arg(help_heading = "Scores", long)]
    pub(crate) normalize: bool,
    #[command(flatten)]
    pub(crate) rows: RowArgs,
    /// Number of resamples for intervals and p-values, 100 to 100,000; 0 for none.
    #[arg(help_heading = "Scores", long, value_name = "N", default_value_t = 1000, value_parser = resamples)]
    pub(crate) resamples: u32,
    /// Seed for the resamples [default: 0].
    #[arg(help_heading = "Scores", long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Show label names, and excerpts of records in findings.
    #[arg(help_heading = "Display", long)]
    pub(crate) show_content: bool,
    /// Read inputs that are JSON arrays as one prediction per element.
    #[arg(help_heading = "Reading", long)]
    pub(crate) array: bool,
    /// Maximum size of a compressed input after decompression, e.g. 50GB [default: 1GB, or 1000 times the compressed
    /// size where that is more].
    #[arg(help_heading = "Reading", long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) max_decompressed: Option<u64>,
    /// Worker threads [default: all cores].
    #[arg(help_heading = "Resources", long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=THREADS_MAX))]
    pub(crate) threads: Option<u16>,
    /// Memory limit, e.g. 4GiB; a run that reaches it ends with exit code 3 [default: the lowest of the limits of the
    /// control group, `ulimit` and the machine].
    #[arg(help_heading = "Resources", long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) memory_limit: Option<u64>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) account: InputAccountArgs,
}

/// Where the scores of each prediction go.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("written").multiple(true)))]
pub(crate) struct RowArgs {
    /// Write the scores of each prediction to FILE: .csv or .parquet.
    #[arg(long, value_name = "FILE", group = "written")]
    pub(crate) per_record: Option<PathBuf>,
    /// Write a page with the scores, the confusion matrix and the comparison to FILE.
    #[arg(long, value_name = "FILE", group = "written")]
    pub(crate) html: Option<PathBuf>,
    /// Replace existing files with these names.
    #[arg(long, requires = "written")]
    pub(crate) overwrite: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TaskName {
    /// As the references suggest.
    Auto,
    /// Labels.
    Classification,
    /// Text.
    Generation,
}

/// Fewer than a hundred resamples do not show where the middle 95 % of them are.
fn resamples(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(n @ (0 | 100..=100_000)) => Ok(n),
        _ => Err("write a number from 100 to 100000, or 0 for no intervals".to_owned()),
    }
}
