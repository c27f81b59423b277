//! Arguments about exact duplicates.

use bedload_stages::dedupe::Normalize;

use crate::args::choice::choice;

#[derive(Debug, clap::Args)]
pub(crate) struct DuplicateArgs {
    /// Normalization applied before records are compared: none, nfc or casefold [default: none].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "HOW", value_parser = choice::<Normalize>())]
    pub(crate) normalize: Option<Normalize>,
    /// Which of several equal records to keep, and with --near of similar ones: first, last, longest, highest:POINTER or
    /// lowest:POINTER, by the number at a JSON Pointer [default: first].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "WHICH")]
    pub(crate) survivor: Option<String>,
    /// Also remove records that are in older or held-out data: a directory that was built, or files, directories or globs
    /// like INPUT; with --near also records that are similar. Repeatable.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "OUT|INPUT")]
    pub(crate) against: Vec<String>,
}
