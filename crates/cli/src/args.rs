//! The command line. Names and meanings here are a contract.

#[cfg_attr(not(feature = "s3"), allow(dead_code, reason = "without the feature these are only refused"))]
mod account;
mod build;
mod built;
mod choice;
mod compare;
mod configuration;
mod contamination;
mod conversion;
#[cfg_attr(not(feature = "bedrock"), allow(dead_code, reason = "without the feature these are only refused"))]
mod deploy;
mod duration;
mod evaluate;
#[cfg(test)]
mod examples;
mod gate;
mod identifier;
mod init;
mod job;
mod lookup;
mod output;
mod pii;
mod reading;
mod repair;
mod report;
mod shell;
mod size;
mod states;
mod training;
#[cfg_attr(not(feature = "s3"), allow(dead_code, reason = "without the feature these are only refused"))]
mod upload;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bedload_engine::MaxRejected;
use bedload_record::Severity;
use bedload_stages::convert::Weights;
use bedload_stages::near::Threshold;
use bedload_stages::tokens::MARGIN_MAX;
use clap::{Parser, Subcommand, ValueEnum};

use crate::gate::SeverityRule;

pub(crate) use account::{AccountArgs, InputAccountArgs};
pub(crate) use build::{
    AugmentArgs, BalanceArgs, BuildArgs, BuildSettingsArgs, ConflictArgs, CountArgs, DuplicateArgs, NearArgs,
    SplitArgs,
};
pub(crate) use built::{CleanArgs, VerifyArgs};
use choice::choice;
pub(crate) use compare::{CompareArgs, CompareFormat, PolicyArgs};
pub(crate) use configuration::{ConfigCommand, ConfigurationArgs, ShowArgs};
pub(crate) use contamination::ContaminationArgs;
pub(crate) use conversion::{ConversionArgs, ConvertArgs};
#[cfg_attr(
    not(feature = "bedrock"),
    allow(unused_imports, reason = "without the feature these are only refused")
)]
pub(crate) use deploy::{
    DeployArgs, DeployCommand, DeployCreateArgs, DeployDeleteArgs, DeployListArgs, DeployShowArgs, Period,
};
#[cfg(feature = "bedrock")]
pub(crate) use duration::duration;
pub(crate) use evaluate::{EvaluateArgs, TaskName};
pub(crate) use gate::{BaselineArgs, GateArgs};
pub(crate) use init::InitArgs;
#[cfg_attr(
    not(feature = "bedrock"),
    allow(unused_imports, reason = "without the feature these are only refused")
)]
pub(crate) use job::{
    JobArgs, JobCheckArgs, JobCommand, JobCreateArgs, JobForm, JobKind, JobListArgs, JobMonitorArgs,
    JobPlanArgs, JobRequestArgs, JobShowArgs, JobStopArgs, WaitArgs,
};
pub(crate) use lookup::{CalibrateArgs, ExplainArgs, ProfilesArgs, StatsArgs};
pub(crate) use output::{ColorWhen, FindingsArgs, Form, FormFile, OutputArgs, OutputFormat};
pub(crate) use pii::PiiArgs;
pub(crate) use reading::ReadingArgs;
pub(crate) use repair::{FixArgs, Fixes, RepairArgs, read_fixes};
pub(crate) use report::ReportArgs;
pub(crate) use shell::{CompletionsArgs, ManArgs, ShellName};
pub(crate) use size::{bytes, record_bytes};
pub(crate) use training::{CostArgs, Epochs, HyperparametersArgs, TargetArgs};
pub(crate) use upload::UploadArgs;

/// Validates and transforms the JSONL that customizes models on Amazon Bedrock.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = format!("{EXIT_CODES}\n\n{EXAMPLES}"))]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Far more threads than cores only slow each other down.
pub(crate) const THREADS_MAX: i64 = 1024;

const EXIT_CODES: &str = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or configuration, \
3 could not read or write (I/O, space, permission, damaged or changed input, memory limit), 4 internal error, 130/143 interrupted.";

const EXAMPLES: &str = "Examples:
  bedload init --profile nova-lite-sft
  bedload check train.jsonl --profile nova-lite-sft
  bedload build data/ --profile nova-lite-sft --validation 10% --out OUT
  bedload explain schema/empty-content";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check data: line structure, JSON, schema, limits, tokens. Writes nothing.
    Check(Box<CheckArgs>),
    /// Build a data set: training and validation files, rejected records, report and manifest.
    Build(Box<BuildArgs>),
    /// Convert records of another format, or of another tool, to a format that Bedrock accepts.
    Convert(Box<ConvertArgs>),
    /// Verify a built directory against its manifest.
    Verify(VerifyArgs),
    /// Show the summary of a built directory again.
    Stats(StatsArgs),
    /// Compare two outputs: records that came, went, changed or changed sides; new findings; drift.
    Compare(Box<CompareArgs>),
    /// Render the page of a built directory again, from its tables and its manifest.
    Report(ReportArgs),
    /// Upload a built directory to S3: only what changed, the manifest last.
    #[cfg_attr(not(feature = "s3"), command(hide = true))]
    Upload(Box<UploadArgs>),
    /// Remove the leftovers of killed runs.
    Clean(CleanArgs),
    /// List the targets, or show the limits of one target.
    Profiles(ProfilesArgs),
    /// Write a commented bedload.toml for a target, with the data that is there as its inputs.
    Init(InitArgs),
    /// Show the settings in use and where they come from, or the schema of bedload.toml.
    Config(ConfigurationArgs),
    /// Compare known token counts with those of an encoding, and compute the margin.
    Calibrate(Box<CalibrateArgs>),
    /// Recommend hyperparameters for a built directory, with reasons and the number of training steps.
    Hyperparameters(HyperparametersArgs),
    #[cfg_attr(
        not(feature = "bedrock"),
        doc = "Score predictions against references, and compare two models."
    )]
    #[cfg_attr(
        feature = "bedrock",
        doc = "Ask a model the prompts of a built directory, score its answers or those in a file, and compare two models."
    )]
    Evaluate(Box<EvaluateArgs>),
    /// Estimate what training on a built directory costs, and serving the model: prices with source and date.
    Cost(Box<CostArgs>),
    /// Explain a finding code, or show everything about one record (<FILE:LINE>).
    Explain(Box<ExplainArgs>),
    #[cfg_attr(
        not(feature = "bedrock"),
        doc = "Plan a customization job, or check a request that was written by hand. Sends nothing."
    )]
    #[cfg_attr(
        feature = "bedrock",
        doc = "Plan, start, watch and stop customization jobs; check requests that were written by hand."
    )]
    Job(JobArgs),
    /// Deploy a custom model, on demand or with provisioned throughput; says what it costs before.
    #[cfg_attr(not(feature = "bedrock"), command(hide = true))]
    Deploy(Box<DeployArgs>),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command.
    Man(ManArgs),
}

impl Command {
    /// The files that `--output` names.
    pub(crate) fn output_files(&self) -> Vec<&Path> {
        let named = match self {
            Self::Check(check) => &check.output,
            Self::Build(build) => &build.output,
            Self::Convert(convert) => &convert.output,
            Self::Verify(verify) => &verify.output,
            Self::Compare(compare) => return compare.output.iter().map(|(_, file)| file.as_path()).collect(),
            _ => return Vec::new(),
        };
        named.output.iter().map(|named| named.file.as_path()).collect()
    }
}

/// What the data is, and how to read it.
#[derive(Debug, clap::Args)]
pub(crate) struct DataArgs {
    /// Target (model and task); `bedload profiles` lists them.
    #[arg(help_heading = "Target", long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(help_heading = "Target", long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    /// Record format, or `auto`: the profile's format, or the detected one.
    #[arg(help_heading = "Target", long, value_name = "NAME")]
    pub(crate) format: Option<String>,
    /// Encoding used to count tokens, instead of the profile's.
    #[arg(help_heading = "Tokens", long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Margin of estimated token counts, in percent: an estimate that exceeds a limit by less is a warning, not an
    /// error [default: the profile's].
    #[arg(help_heading = "Tokens", long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=MARGIN_MAX))]
    pub(crate) token_margin: Option<u64>,
    #[command(flatten)]
    pub(crate) vocabulary: VocabularyArgs,
    /// Skip a stage: convert, schema, preference, tokens, pii, dedupe, contamination, conflicts, near, balance, split or
    /// augment. Repeatable.
    #[arg(help_heading = "Rules and exit code", long, value_name = "STAGE")]
    pub(crate) skip: Vec<String>,
    /// How to handle marks that exclude an answer from training, such as `"weight": 0`: error rejects the record,
    /// drop accepts it, so that the answer is trained on; a conversion removes the mark; split (convert only) makes
    /// records from which no such answer is learned [default: error].
    #[arg(help_heading = "Rules and exit code", long, value_name = "HOW", value_parser = choice::<Weights>())]
    pub(crate) weights: Option<Weights>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Treat warnings as errors.
    #[arg(help_heading = "Rules and exit code", long)]
    pub(crate) strict: bool,
    /// Severity of a finding code, or of all codes of an area, e.g. schema/empty-content=warning or text/*=note: error,
    /// warning or note. A record without an error is accepted. Repeatable.
    #[arg(help_heading = "Rules and exit code", long, value_name = "CODE=SEVERITY")]
    pub(crate) severity: Vec<SeverityRule>,
    /// Lowest severity that leads to exit code 1 [default: error].
    #[arg(help_heading = "Rules and exit code", long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Seed for the split and the selection [default: 0].
    #[arg(help_heading = "Split and selection", long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Show excerpts of records in findings, and label names; by default no record text is printed.
    #[arg(help_heading = "Display", long)]
    pub(crate) show_content: bool,
    /// Maximum size of a record, e.g. 16MiB, at most 4GiB [default: 16MiB].
    #[arg(help_heading = "Rules and exit code", long, value_name = "SIZE", value_parser = record_bytes)]
    pub(crate) max_record_bytes: Option<u64>,
    /// Worker threads [default: all cores].
    #[arg(help_heading = "Resources", long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=THREADS_MAX))]
    pub(crate) threads: Option<u16>,
    /// Memory limit, e.g. 4GiB; a run that reaches it ends with exit code 3 [default: the lowest of the limits of the
    /// control group, `ulimit` and the machine].
    #[arg(help_heading = "Resources", long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) memory_limit: Option<u64>,
    /// Read files instead of memory-mapping them.
    #[arg(help_heading = "Reading", long)]
    pub(crate) no_mmap: bool,
    /// Size of the chunks that files are split into for parallel work; does not affect results [default: 1MiB].
    #[arg(help_heading = "Resources", long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) chunk_bytes: Option<u64>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// Where settings come from.
#[derive(Debug, clap::Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file [default: bedload.toml in this directory or a parent directory].
    #[arg(help_heading = "Configuration", long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Ignore bedload.toml in this directory and its parent directories.
    #[arg(help_heading = "Configuration", long, conflicts_with = "config")]
    pub(crate) no_config: bool,
}

/// How to count tokens.
#[derive(Debug, clap::Args)]
pub(crate) struct VocabularyArgs {
    /// Vocabulary used to count tokens, instead of an encoding: a .tiktoken rank file or a Hugging Face
    /// tokenizer.json.
    #[arg(help_heading = "Tokens", long, value_name = "FILE", conflicts_with = "encoding")]
    pub(crate) tokenizer: Option<PathBuf>,
    /// Pre-tokenization pattern of a rank file: o200k, cl100k, r50k, llama3, qwen, tekken, or a file that contains a
    /// regular expression.
    #[arg(help_heading = "Tokens", long, value_name = "NAME|FILE", requires = "tokenizer")]
    pub(crate) tokenizer_pattern: Option<String>,
    /// Token counting engine: fast, or tiktoken (same counts, slower; needs a build with the feature `tiktoken`)
    /// [default: fast].
    #[arg(help_heading = "Tokens", long, value_name = "ENGINE", conflicts_with = "tokenizer")]
    pub(crate) token_engine: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload check data/ --profile nova-2-lite-sft\n  bedload check train.jsonl --validation-file val.jsonl --fail-on warning\n  zcat raw.jsonl.gz | bedload check - --output-format jsonl"
)]
pub(crate) struct CheckArgs {
    /// Files, directories, globs, or `-`; .jsonl or .ndjson, also with .gz or .zst.
    #[cfg_attr(feature = "s3", doc = "s3:// URLs of objects, prefixes and patterns are read, too.")]
    /// Without any, those of the `[[input]]` tables in bedload.toml.
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// Validation data, as files, directories or globs like INPUT; checked the same way and counted separately.
    /// Repeatable.
    #[arg(long, value_name = "INPUT")]
    pub(crate) validation_file: Vec<OsString>,
    /// Least similarity, above 0 and up to 1, of validation and training records that are reported, e.g. 0.8 [default:
    /// only equal records, prompts and groups].
    #[arg(long, value_name = "SIMILARITY", requires = "validation_file")]
    pub(crate) near: Option<Threshold>,
    /// Report also validation records with the same value as training records at this JSON Pointer, besides the same
    /// prompt. Repeatable.
    #[arg(long, value_name = "POINTER", requires = "validation_file")]
    pub(crate) group_by: Vec<String>,
    /// Report prompts whose records have different labels, or other different answers.
    #[arg(long)]
    pub(crate) conflicts: bool,
    #[command(flatten)]
    pub(crate) counts: CountArgs,
    #[command(flatten)]
    pub(crate) contamination: ContaminationArgs,
    /// Maximum number of rejected records allowed, as a number or a share, e.g. 1% or 0.01: more of them fail the run,
    /// and so many do not [default: none is allowed].
    #[arg(help_heading = "Rules and exit code", long, value_name = "LIMIT")]
    pub(crate) max_rejected: Option<MaxRejected>,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) pii: PiiArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) output: FindingsArgs,
    #[command(flatten)]
    pub(crate) account: InputAccountArgs,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize, schemars::JsonSchema, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Any finding.
    Note,
    /// Nothing.
    Never,
}

impl FailOn {
    /// The least severity that fails; none where nothing does.
    pub(crate) fn least(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
