//! Arguments about near-duplicates.

use std::path::PathBuf;

use bedload_stages::near::{Engine, Fields, Shingle, Threshold};

use crate::args::choice::choice;

#[derive(Debug, clap::Args)]
pub(crate) struct NearArgs {
    /// Also drop records whose similarity to one that stays is at least this, above 0 and up to 1, e.g. 0.8.
    #[arg(help_heading = "Duplicates, labels and augmentation", long = "near", value_name = "SIMILARITY")]
    pub(crate) threshold: Option<Threshold>,
    /// Keep records of at least this similarity on the same side of the split, also those linked by others [default:
    /// 0.1 below --near].
    #[arg(help_heading = "Split and selection", long = "group-near", value_name = "SIMILARITY")]
    pub(crate) group: Option<Threshold>,
    /// List all pairs of at least this similarity in report/edges.parquet, so that another threshold is a query.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "SIMILARITY")]
    pub(crate) edges: Option<Threshold>,
    /// What is compared of texts for --near: `word:N` or `char:N`, so many in a row [default: word:5].
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "SHINGLE")]
    pub(crate) shingle: Option<Shingle>,
    /// How pairs for --near are found: exact (all of them), lsh (999 of 1,000) or auto [default: auto, which is exact].
    #[arg(help_heading = "Duplicates, labels and augmentation", long = "near-engine", value_name = "ENGINE", value_parser = choice::<Engine>())]
    pub(crate) engine: Option<Engine>,
    /// Texts that are compared for --near: all, prompt or completion [default: all, without system prompts].
    #[arg(help_heading = "Duplicates, labels and augmentation", long = "near-fields", value_name = "FIELDS", value_parser = choice::<Fields>())]
    pub(crate) fields: Option<Fields>,
    /// Keep similar pairs in FILE, and read them there in the next run, so that only records that are new are compared.
    #[arg(help_heading = "Duplicates, labels and augmentation", long, value_name = "FILE")]
    pub(crate) index: Option<PathBuf>,
}
