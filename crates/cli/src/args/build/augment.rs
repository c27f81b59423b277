//! Arguments about variants of training records.

use std::path::PathBuf;

use bedload_stages::augment::{Mode, Strategy};

use crate::args::choice::choice;

#[derive(Debug, clap::Args)]
pub(crate) struct AugmentArgs {
    /// Turn each training record into up to N records, itself included, with prompt templates.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=64))]
    pub(crate) augment: Option<u32>,
    /// Which records to augment: all, or balance (only those of rare classes) [default: all].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "MODE", value_parser = choice::<Mode>())]
    pub(crate) augment_mode: Option<Mode>,
    /// Fill each class up to N training records, if it has fewer; --augment limits what one record becomes.
    #[arg(
        help_heading = "Duplicates, labels and augmentation",
        long,
        value_name = "N",
        conflicts_with = "augment_mode"
    )]
    pub(crate) augment_to: Option<u64>,
    /// How to vary prompts: template, prefix, suffix, case or punctuation. Repeatable [default: template].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "HOW", value_parser = choice::<Strategy>())]
    pub(crate) augment_strategy: Vec<Strategy>,
    /// File with templates: a line each, with `{prompt}` for the record's own prompt and `\n` for a new line; or a .toml
    /// file with a list `templates`.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "FILE")]
    pub(crate) augment_templates: Option<PathBuf>,
}
