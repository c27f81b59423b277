//! Arguments of `convert`, and of conversions, which several commands share.

use std::ffi::OsString;
use std::path::PathBuf;

use bedload_engine::MaxRejected;
use bedload_stages::convert::{ExtraRule, Map, Pairs};

use super::choice::choice;
use super::{BaselineArgs, DataArgs, FindingsArgs, GateArgs, InputAccountArgs, RepairArgs};

/// What to convert records to, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ConversionArgs {
    /// Target format: prompt-completion, text, input, preference, prompt, claude-messages, converse,
    /// converse-preference, chat-rft, image-caption, evaluation or openai-chat. Input formats are these and
    /// anthropic-messages, alpaca, sharegpt, and preference data: kto, scored-answers, and openai-, trl-, sharegpt-,
    /// messages- and alpaca-preference; given by --format, or detected.
    #[arg(help_heading = "Conversion", long, value_name = "FORMAT")]
    pub(crate) to: Option<String>,
    /// For objects in no known format: where each field is, by a key or a JSON Pointer, e.g.
    /// prompt=question,completion=/answers/0. Turns are /messages/0/content, /messages/1/content, ….
    #[arg(help_heading = "Conversion", long, value_name = "FIELD=KEY,…")]
    pub(crate) map: Option<Map>,
    /// System prompt to add to every record.
    #[arg(help_heading = "Conversion", long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// How to handle content that the target format cannot hold: error rejects the record, drop removes the content,
    /// keep retains extra keys; or for kinds of content: keys, nested-keys, system, tool-calls, media, reasoning and
    /// answers, e.g. tool-calls=drop,keys=keep. Repeatable [default: error].
    #[arg(help_heading = "Conversion", long, value_name = "HOW|KIND=HOW,…", value_delimiter = ',')]
    pub(crate) extra: Vec<ExtraRule>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload convert chat.jsonl --to converse --out converse.jsonl\n  bedload convert qa.jsonl --to prompt-completion \\\n      --map prompt=question,completion=answer --out sft.jsonl\n  bedload convert chat.jsonl --to converse --extra drop \\\n      --rejected rejected.jsonl --out converse.jsonl\n  bedload convert train.jsonl --fix --diff\n  bedload convert train.jsonl --fix --out fixed.jsonl"
)]
pub(crate) struct ConvertArgs {
    /// Files, directories, globs, or `-`; .jsonl or .ndjson, also with .gz or .zst.
    #[cfg_attr(feature = "s3", doc = "s3:// URLs of objects, prefixes and patterns are read, too.")]
    /// Without any, those of the `[[input]]` tables in bedload.toml.
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// File to create; it appears complete or not at all, and not at all if no record can be converted. Not needed with
    /// --diff.
    #[cfg_attr(feature = "s3", doc = "It may be a place in S3.")]
    #[arg(long, value_name = "FILE", required_unless_present = "diff")]
    pub(crate) out: Option<PathBuf>,
    /// File to create for the rejected lines, copied byte for byte [default: none].
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// Directory to create for the report: what became of every line and where it went, the findings, and a manifest, by
    /// which `--from-report` leads from the converted file back to its sources [default: none].
    #[arg(long, value_name = "DIR", conflicts_with = "diff")]
    pub(crate) report: Option<PathBuf>,
    /// Replace existing files with these names, and an earlier report.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Maximum number of rejected records allowed, as a number or a share, e.g. 1% or 0.01: more of them fail the run,
    /// and so many do not; the file is written either way [default: none is allowed].
    #[arg(help_heading = "Rules and exit code", long, value_name = "LIMIT")]
    pub(crate) max_rejected: Option<MaxRejected>,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) conversion: ConversionArgs,
    /// Which pairs to make of several answers to one prompt, for preference formats: one (of labelled answers one for each
    /// of them), or all in which one answer is better than the other [default: one].
    #[arg(help_heading = "Conversion", long, value_name = "WHICH", value_parser = choice::<Pairs>())]
    pub(crate) pairs: Option<Pairs>,
    #[command(flatten)]
    pub(crate) repair: RepairArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) output: FindingsArgs,
    #[command(flatten)]
    pub(crate) account: InputAccountArgs,
}
