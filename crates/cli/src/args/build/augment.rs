//! Arguments about variants of training records.

#[derive(Debug, clap::Args)]
pub(crate) struct AugmentArgs {
    /// Turn each training record into up to N records, itself included, with prompt templates.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=64))]
    pub(crate) augment: Option<u32>,
    /// Which records to augment: all, or balance (only those of rare classes) [default: all].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "MODE")]
    pub(crate) augment_mode: Option<String>,
}
