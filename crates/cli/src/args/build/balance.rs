//! Arguments about labels and other values that are counted.

use bedload_stages::facets::Facet;
use bedload_stages::pointer;

/// What is counted, in `check` and `build`.
#[derive(Debug, clap::Args)]
pub(crate) struct CountArgs {
    /// JSON Pointer to the label [default: short completions that recur are taken as labels].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "POINTER", value_parser = pointer::check)]
    pub(crate) label_field: Option<String>,
    /// Count the records by this, and report what is uneven, rare or missing in the validation set: a JSON Pointer,
    /// `label`, `source` or `length` (in powers of two). Repeatable.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "WHAT")]
    pub(crate) balance: Vec<Facet>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BalanceArgs {
    #[command(flatten)]
    pub(crate) counts: CountArgs,
    /// Keep at most N training records of each class, one of each group of similar records before a second of any.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "N")]
    pub(crate) cap_class: Option<u64>,
}
