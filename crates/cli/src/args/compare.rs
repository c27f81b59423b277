//! Arguments of `compare`.

use std::ffi::OsString;
use std::path::PathBuf;

use bedload_engine::MaxRejected;
use clap::ValueEnum;

use super::{ColorWhen, ConfigArgs, FailOn, bytes};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload compare OUT-1 OUT-2\n  bedload compare OUT-1 OUT-2 --output markdown=c.md --output html=d.html\n  bedload compare old.jsonl new.jsonl --profile nova-lite-sft --id /id \\\n      --max-removed 1% --max-drift label=0.05"
)]
pub(crate) struct CompareArgs {
    /// The earlier output of `bedload build`, or an input, which is built with default settings to be compared.
    #[arg(value_name = "OLD")]
    pub(crate) old: OsString,
    /// The later one.
    #[arg(value_name = "NEW")]
    pub(crate) new: OsString,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) inputs: ComparedInputArgs,
    /// Format of the output on standard output.
    #[arg(help_heading = "Display", long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output_format: CompareFormat,
    /// Write a further form to a file, e.g. html=difference.html, complete or not at all; an earlier file is replaced.
    /// Repeatable.
    #[arg(help_heading = "Display", long, value_name = "FORMAT=FILE", value_parser = form_file)]
    pub(crate) output: Vec<(CompareFormat, PathBuf)>,
    /// Show label names and values of `--balance`, which are record text.
    #[arg(help_heading = "Display", long)]
    pub(crate) show_content: bool,
    /// Print nothing on standard output.
    #[arg(help_heading = "Display", long, short)]
    pub(crate) quiet: bool,
    /// When to use color.
    #[arg(help_heading = "Display", long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

/// What fails a comparison.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Exit code")]
pub(crate) struct PolicyArgs {
    /// Lowest severity of new findings that leads to exit code 1.
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// Fail where more records were added: a number, or a share of the earlier records, e.g. 20%.
    #[arg(long, value_name = "N|N%", value_parser = most)]
    pub(crate) max_added: Option<MaxRejected>,
    /// Fail where more records were removed.
    #[arg(long, value_name = "N|N%", value_parser = most)]
    pub(crate) max_removed: Option<MaxRejected>,
    /// Fail where more records were changed.
    #[arg(long, value_name = "N|N%", value_parser = most)]
    pub(crate) max_changed: Option<MaxRejected>,
    /// Fail where more records moved from one side to another.
    #[arg(long, value_name = "N|N%", value_parser = most)]
    pub(crate) max_moved: Option<MaxRejected>,
    /// Fail where a distribution moved further, or all of them: the share of the records that would have to have
    /// another value, from 0 to 1, e.g. 0.1 or label=0.05. Repeatable.
    #[arg(long, value_name = "[WHAT=]SIZE", value_parser = drift)]
    pub(crate) max_drift: Vec<(Option<String>, f64)>,
}

/// How inputs are read; outputs were read already.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Inputs that are no outputs")]
pub(crate) struct ComparedInputArgs {
    /// Target (model and task).
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    /// Record format, or `auto`.
    #[arg(long, value_name = "NAME")]
    pub(crate) format: Option<String>,
    /// JSON Pointer to what names a record, so that a changed one is recognized wherever it is.
    #[arg(long, value_name = "POINTER")]
    pub(crate) id: Option<String>,
    /// JSON Pointer to the label.
    #[arg(long, value_name = "POINTER")]
    pub(crate) label_field: Option<String>,
    /// Skip a stage. Repeatable.
    #[arg(long, value_name = "STAGE")]
    pub(crate) skip: Vec<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Directory for what is built of inputs, as large as they are [default: the system's].
    #[arg(long, value_name = "DIR")]
    pub(crate) temp_dir: Option<PathBuf>,
    /// Memory limit, e.g. 4GiB.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) memory_limit: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// Human-readable text.
    Text,
    /// One JSON object per record, distribution and code, and a summary object last.
    Jsonl,
    /// Markdown, for a comment on a pull request.
    Markdown,
    /// One page of HTML, without script.
    Html,
}

fn form_file(text: &str) -> Result<(CompareFormat, PathBuf), String> {
    let (name, file) = text.split_once('=').ok_or("write FORMAT=FILE, e.g. html=difference.html")?;
    let form = CompareFormat::from_str(name, false)
        .map_err(|_| format!("unknown format `{name}`; the formats are text, jsonl, markdown and html"))?;
    if file.is_empty() { Err("the file has no name".to_owned()) } else { Ok((form, file.into())) }
}

fn most(text: &str) -> Result<MaxRejected, String> {
    text.parse()
}

fn drift(text: &str) -> Result<(Option<String>, f64), String> {
    let (what, size) = match text.rsplit_once('=') {
        Some((what, size)) => (Some(what.to_owned()), size),
        None => (None, text),
    };
    match size.parse::<f64>() {
        Ok(size) if (0.0..=1.0).contains(&size) && what.as_deref() != Some("") => Ok((what, size)),
        _ => Err("write a size from 0 to 1, or WHAT=SIZE, e.g. label=0.05".to_owned()),
    }
}
