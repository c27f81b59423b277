//! The command line. Names and meanings here are a contract.

use std::ffi::OsString;
use std::path::PathBuf;

use bedload_engine::MaxRejected;
use bedload_record::Severity;
use bedload_stages::convert::Map;
use bedload_stages::split::Size;
use bedload_stages::tokens::MARGIN_MAX;
use clap::{Parser, Subcommand, ValueEnum};

/// Validates and transforms the JSONL that customizes models on Amazon Bedrock.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// More threads than any machine has cores for; beyond it they only get in each other's way.
pub(crate) const THREADS_MAX: i64 = 1024;

const EXIT_CODES: &str = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or configuration, \
3 environment (I/O, space, permission, input changed), 4 internal error, 130/143 interrupted.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check data: framing, JSON, schema, limits, tokens. Writes nothing.
    Check(CheckArgs),
    /// Build a data set: training and validation files, rejected lines, report, manifest.
    Build(Box<BuildArgs>),
    /// Convert records of another format, or of another tool's, to one that Bedrock takes.
    Convert(Box<ConvertArgs>),
    /// Check a built directory against its manifest.
    Verify(VerifyArgs),
    /// List the targets, or show the limits of one.
    Profiles(ProfilesArgs),
    /// Compare true token counts with those of an encoding, and find the margin.
    Calibrate(CalibrateArgs),
    /// Explain a finding code, or everything about one record (<FILE:LINE>).
    Explain(ExplainArgs),
}

/// What the data is and how it is read.
#[derive(Debug, clap::Args)]
pub(crate) struct DataArgs {
    /// Target (model and task) that the data is for; `bedload profiles` lists them.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with more profiles, or others in place of built-in ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    /// Record format, or `auto` to take the profile's or detect it.
    #[arg(long, value_name = "NAME")]
    pub(crate) format: Option<String>,
    /// Encoding that tokens are counted by, in place of the profile's.
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// How far an estimate of tokens may be over a limit, in per cent, before that is an error, in place of the
    /// profile's margin.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=MARGIN_MAX))]
    pub(crate) token_margin: Option<u64>,
    #[command(flatten)]
    pub(crate) vocabulary: VocabularyArgs,
    /// Switch a stage off: convert, schema, tokens, dedupe, balance, split or augment. May be repeated.
    #[arg(long, value_name = "STAGE")]
    pub(crate) skip: Vec<String>,
    /// Configuration file [default: bedload.toml here or in a directory above].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Make warnings errors.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Least severity that gives exit code 1 [default: error].
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Seed of every choice by hash [default: 0].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Show excerpts of records in findings; by default no record text is printed.
    #[arg(long)]
    pub(crate) show_content: bool,
    /// Longest line that is held in memory and checked, e.g. 16MiB [default: 16MiB].
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) max_record_bytes: Option<u64>,
    /// Worker threads [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=THREADS_MAX))]
    pub(crate) threads: Option<u16>,
    /// Read files in pieces instead of mapping them.
    #[arg(long)]
    pub(crate) no_mmap: bool,
    /// Bytes that one worker takes at a time; never changes a result [default: 1MiB].
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) chunk_bytes: Option<u64>,
    /// Name of standard input in findings and reports [default: -].
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_name: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What counts tokens.
#[derive(Debug, clap::Args)]
pub(crate) struct VocabularyArgs {
    /// Vocabulary to count by, in place of an encoding: a .tiktoken rank file, or a Hugging Face tokenizer.json.
    #[arg(long, value_name = "FILE", conflicts_with = "encoding")]
    pub(crate) tokenizer: Option<PathBuf>,
    /// How texts are split for a rank file: o200k, cl100k, r50k, llama3, qwen, tekken, or a file with a regular
    /// expression.
    #[arg(long, value_name = "NAME|FILE", requires = "tokenizer")]
    pub(crate) tokenizer_pattern: Option<String>,
    /// What counts the public encodings: fast, or tiktoken for the same counts, slowly [default: fast].
    #[arg(long, value_name = "ENGINE", conflicts_with = "tokenizer")]
    pub(crate) token_engine: Option<String>,
}

/// How results are shown.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Form of the output on standard output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) output_format: OutputFormat,
    /// Print no summary and no progress.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print no progress.
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Files, directories, globs, or `-`; .jsonl, .jsonl.gz or .jsonl.zst.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// Validation data, of the same kinds as INPUT: checked alike, counted apart. May be repeated.
    #[arg(long, value_name = "INPUT")]
    pub(crate) validation_file: Vec<OsString>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// Files, directories, globs, or `-`; .jsonl, .jsonl.gz or .jsonl.zst.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// Directory to make; it appears whole or not at all.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace an earlier output under that name.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Validation set: a share from 0.0 to 0.5, or a count of records [default: none].
    #[arg(long, value_name = "SIZE")]
    pub(crate) validation: Option<Size>,
    /// What never parts in the split: `prompt`, `record`, or a JSON Pointer [default: prompt].
    #[arg(long, value_name = "WHAT")]
    pub(crate) group_by: Option<String>,
    /// Keep a seeded selection of N records with the same mix of labels.
    #[arg(long, value_name = "N")]
    pub(crate) select: Option<u64>,
    /// What is evened out before duplicates are sought: none, nfc or casefold [default: none].
    #[arg(long, value_name = "HOW")]
    pub(crate) normalize: Option<String>,
    /// Which of equal records stays: first or last [default: first].
    #[arg(long, value_name = "WHICH")]
    pub(crate) survivor: Option<String>,
    /// JSON Pointer of the label; without it, short completions that recur are taken for labels.
    #[arg(long, value_name = "POINTER")]
    pub(crate) label_field: Option<String>,
    /// Make up to N records of each training record, itself included, by prompt templates.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=64))]
    pub(crate) augment: Option<u32>,
    /// Which records get variants: all, or balance to even out classes [default: all].
    #[arg(long, value_name = "MODE")]
    pub(crate) augment_mode: Option<String>,
    /// Most records in a shard.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) shard_records: Option<u64>,
    /// Most bytes in a shard, e.g. 512MiB.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) shard_bytes: Option<u64>,
    /// How many rejected records are borne: a count or a share, e.g. 1% [default: any].
    #[arg(long, value_name = "LIMIT")]
    pub(crate) max_rejected: Option<MaxRejected>,
    #[command(flatten)]
    pub(crate) conversion: ConversionArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// What records are converted to, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ConversionArgs {
    /// Format that records are converted to: prompt-completion, text, input, preference, prompt, claude-messages,
    /// converse, converse-preference, chat-rft or image-caption. They are read in any of these, told by --format or
    /// found out, and as openai-chat, alpaca or sharegpt.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) to: Option<String>,
    /// For flat objects: which key is which field, e.g. prompt=question,completion=answer.
    #[arg(long, value_name = "FIELD=KEY,…")]
    pub(crate) map: Option<Map>,
    /// System prompt that every record gets.
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// What becomes of that which the new format has no place for: error refuses the record, drop leaves it out,
    /// keep carries keys along [default: error].
    #[arg(long, value_name = "WHAT")]
    pub(crate) extra: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConvertArgs {
    /// Files, directories, globs, or `-`; .jsonl, .jsonl.gz or .jsonl.zst.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,
    /// File to make; it appears whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace a file of that name.
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) conversion: ConversionArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// A directory that `build` wrote.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ProfilesArgs {
    /// One target.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// File with more profiles, or others in place of built-in ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    /// Configuration file [default: bedload.toml here or in a directory above].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CalibrateArgs {
    /// Lines of {"text", "tokens"} or {"prompt", "completion", "tokens"}; files, directories, globs, or `-`.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<OsString>,
    /// Encoding to count by [default: the profile's].
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    pub(crate) encoding: Option<String>,
    #[command(flatten)]
    pub(crate) vocabulary: VocabularyArgs,
    /// Target whose encoding to count by.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with more profiles, or others in place of built-in ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    /// Configuration file [default: bedload.toml here or in a directory above].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// A finding code (`area/problem`) or <FILE:LINE>.
    #[arg(value_name = "CODE|FILE:LINE")]
    pub(crate) what: OsString,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    Text,
    /// One object per finding, and a summary object last.
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// Where output is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Errors only.
    Error,
    /// Warnings too.
    Warning,
    /// Nothing.
    Never,
}

impl FailOn {
    /// The least severity that fails; none where nothing does.
    pub(crate) fn least(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Never => None,
        }
    }
}

/// Reads a size in bytes with an optional unit: k, M, G (powers of 1,000) or KiB, MiB, GiB (powers of 1,024).
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err("expected a size such as 1000000, 512MiB or 10GB".to_owned()),
    };
    let number: u64 =
        number.parse().map_err(|_| "expected a size such as 1000000, 512MiB or 10GB".to_owned())?;
    match number.checked_mul(factor) {
        Some(0) => Err("a size must be at least 1 byte".to_owned()),
        Some(bytes) => Ok(bytes),
        None => Err("the size is too large".to_owned()),
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

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("7"), Ok(7));
        assert_eq!(bytes("16MiB"), Ok(16 << 20));
        assert_eq!(bytes("10GB"), Ok(10_000_000_000));
        assert_eq!(bytes("3 k"), Ok(3000));
        for wrong in ["", "x", "0", "1.5M", "-1", "99999999999999999999", "1TB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
