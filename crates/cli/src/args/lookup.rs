//! Arguments of the commands that answer questions: what a target takes, how tokens are counted, what a finding means.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{
    ConfigArgs, ConversionArgs, DataArgs, FixArgs, InputAccountArgs, OutputArgs, PiiArgs, VocabularyArgs,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload profiles\n  bedload profiles nova-lite-sft")]
pub(crate) struct ProfilesArgs {
    /// The target to show.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(help_heading = "Target", long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload calibrate pairs.jsonl --profile nova-lite-sft")]
pub(crate) struct CalibrateArgs {
    /// Lines of {"text", "tokens"} or {"prompt", "completion", "tokens"}; files, directories, globs, or `-`.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<OsString>,
    /// Read inputs that are JSON arrays as one pair per element.
    #[arg(help_heading = "Reading", long)]
    pub(crate) array: bool,
    /// Encoding used to count tokens [default: the profile's].
    #[arg(help_heading = "Tokens", long, value_name = "NAME", conflicts_with = "profile")]
    pub(crate) encoding: Option<String>,
    #[command(flatten)]
    pub(crate) vocabulary: VocabularyArgs,
    /// Target whose encoding is used.
    #[arg(help_heading = "Target", long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File with additional profiles, or replacements for built-in ones.
    #[arg(help_heading = "Target", long, value_name = "FILE")]
    pub(crate) profile_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) account: InputAccountArgs,
}

/// A directory whose numbers are shown again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload stats OUT\n  bedload stats OUT --show-content")]
pub(crate) struct StatsArgs {
    /// A directory written by `bedload build`.
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Show label names, which are record text.
    #[arg(help_heading = "Display", long)]
    pub(crate) show_content: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload explain schema/empty-content\n  bedload explain data/a.jsonl:17 --profile nova-2-lite-sft\n  bedload explain OUT data/a.jsonl:17\n  bedload explain \\\n      --message 'Maximum input token count 4919 exceeds limit of 4096'"
)]
pub(crate) struct ExplainArgs {
    /// A finding code (`area/problem`), a record (<FILE:LINE>), or a directory written by `bedload build` or as the report
    /// of a conversion, followed by a record.
    #[arg(value_name = "CODE|FILE:LINE|DIR", required_unless_present_any = ["list", "message"])]
    pub(crate) what: Option<OsString>,
    /// The record, as a file and line of the input of the run, of its output, or of the first source of an input that was
    /// converted.
    #[arg(value_name = "FILE:LINE")]
    pub(crate) record: Option<OsString>,
    /// Explain what Amazon Bedrock says where a job fails or a request is refused: cause, remedy, and the finding codes
    /// that tell of it before.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["what", "list"])]
    pub(crate) message: Option<String>,
    /// List all finding codes.
    #[arg(long, conflicts_with = "what")]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) pii: PiiArgs,
    #[command(flatten)]
    pub(crate) conversion: ConversionArgs,
    #[command(flatten)]
    pub(crate) fixes: FixArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
