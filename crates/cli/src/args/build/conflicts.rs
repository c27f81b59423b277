//! Arguments about prompts with different answers.

use bedload_stages::conflicts::Action;

use crate::args::choice::choice;

#[derive(Debug, clap::Args)]
pub(crate) struct ConflictArgs {
    /// Which records with the same prompt but different labels to keep: report (all), drop (none), majority (those with
    /// the most frequent label) or last (those with the label of the last record); answers that are no labels are only
    /// counted [default: report, for classification data].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "WHICH", value_parser = choice::<Action>())]
    pub(crate) conflicts: Option<Action>,
}
