//! Arguments of the commands that plan the training of a built directory.

use std::path::PathBuf;

use bedload_bedrock::Decimal;

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
    after_help = "Examples:\n  bedload hyperparameters OUT\n  bedload hyperparameters OUT --set epochCount=4 \\\n      --set learningRateWarmupSteps=20\n  bedload hyperparameters OUT --profile nova-lite-sft --output-format jsonl"
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

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload cost OUT --epochs 1..5\n  bedload cost OUT --requests-per-day 10000 --input-tokens 800 \\\n      --output-tokens 200\n  aws pricing get-products --service-code AmazonBedrock --region us-east-1 \\\n      > prices.json; bedload cost OUT --price-list prices.json"
)]
pub(crate) struct CostArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Base model, by its identifier [default: the model of the target].
    #[arg(help_heading = "Target", long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Number of epochs, or a range, e.g. 1..10 (10 included) [default: the model's default].
    #[arg(long, value_name = "N|A..B", value_parser = epochs)]
    pub(crate) epochs: Option<Epochs>,
    /// Length of the job in hours, for models whose training is paid by the hour.
    #[arg(long, value_name = "N", value_parser = decimal)]
    pub(crate) hours: Option<Decimal>,
    /// Price of 1,000 trained tokens in US dollars, in place of the recorded one.
    #[arg(help_heading = "Prices", long, value_name = "USD", value_parser = decimal)]
    pub(crate) price_per_1k: Option<Decimal>,
    /// File of prices of the same form as the built-in prices.toml, in place of it.
    #[arg(help_heading = "Prices", long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Output of `aws pricing get-products --service-code AmazonBedrock`; its prices replace the recorded ones.
    #[arg(help_heading = "Prices", long, value_name = "FILE")]
    pub(crate) price_list: Option<PathBuf>,
    /// Requests a day to the customized model.
    #[arg(
        help_heading = "Inference",
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(..=COUNT_MAX),
        requires = "input_tokens",
        requires = "output_tokens"
    )]
    pub(crate) requests_per_day: Option<u64>,
    /// Input tokens of a request.
    #[arg(help_heading = "Inference", long, value_name = "N", requires = "requests_per_day", value_parser = clap::value_parser!(u64).range(..=COUNT_MAX))]
    pub(crate) input_tokens: Option<u64>,
    /// Output tokens of a request.
    #[arg(help_heading = "Inference", long, value_name = "N", requires = "requests_per_day", value_parser = clap::value_parser!(u64).range(..=COUNT_MAX))]
    pub(crate) output_tokens: Option<u64>,
    /// Base model to price the same requests with, e.g. the teacher of a distillation.
    #[arg(help_heading = "Inference", long, value_name = "ID", requires = "requests_per_day")]
    pub(crate) compare_model: Option<String>,
}

/// A range of numbers of epochs, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epochs {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// More requests a day, or tokens of a request, than there will be: their products have room.
const COUNT_MAX: u64 = 1_000_000_000_000;

/// No target takes more.
const EPOCHS_MAX: u64 = 1000;

fn epochs(text: &str) -> Result<Epochs, String> {
    let number = |text: &str| text.parse::<u64>().ok().filter(|n| (1..=EPOCHS_MAX).contains(n));
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match number(first).zip(number(last)) {
        Some((first, last)) if first <= last => Ok(Epochs { first, last }),
        Some(_) => Err(format!("the range ends before it begins; write {last}..{first}")),
        None => Err(format!("write a number from 1 to {EPOCHS_MAX}, or a range such as 1..10")),
    }
}

fn decimal(text: &str) -> Result<Decimal, String> {
    text.parse().map_err(|error: bedload_bedrock::NotDecimal| error.to_string())
}
