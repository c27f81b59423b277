//! Arguments about labels.

#[derive(Debug, clap::Args)]
pub(crate) struct BalanceArgs {
    /// JSON Pointer to the label [default: short completions that recur are taken as labels].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "POINTER")]
    pub(crate) label_field: Option<String>,
    /// Keep at most N training records of each class, one of each group of similar records before a second of any.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "N")]
    pub(crate) cap_class: Option<u64>,
}
