//! Arguments for how results are shown.

mod forms;

use clap::ValueEnum;

pub(crate) use forms::{FindingsArgs, Form, FormFile};

/// How to show results.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Format of the output on standard output.
    #[arg(help_heading = "Display", long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output_format: OutputFormat,
    /// Do not print a summary or progress.
    #[arg(help_heading = "Display", long, short)]
    pub(crate) quiet: bool,
    /// Do not print progress.
    #[arg(help_heading = "Display", long)]
    pub(crate) no_progress: bool,
    /// When to use color.
    #[arg(help_heading = "Display", long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Human-readable text.
    Text,
    /// One JSON object per finding, and a summary object last.
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// If the output is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
