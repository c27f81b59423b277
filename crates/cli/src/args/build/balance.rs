//! Arguments about labels.

#[derive(Debug, clap::Args)]
pub(crate) struct BalanceArgs {
    /// JSON Pointer to the label [default: short completions that recur are taken as labels].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "POINTER")]
    pub(crate) label_field: Option<String>,
}
