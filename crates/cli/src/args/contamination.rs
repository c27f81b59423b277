//! Arguments about evaluation data that records must share no text with.

use bedload_stages::contamination::{EvalSet, Hits};
use bedload_stages::near::Threshold;

use super::choice::choice;

#[derive(Debug, clap::Args)]
pub(crate) struct ContaminationArgs {
    /// Evaluation data that records must share no text with: a file, and optionally a JSON Pointer to the text of its
    /// records [default: all of their texts]. Repeatable.
    #[arg(help_heading = "Evaluation data", long = "eval-set", value_name = "FILE[:POINTER]")]
    pub(crate) sets: Vec<EvalSet>,
    /// Words in a row that a record may not share with an evaluation record, 3 to 64 [default: 13].
    #[arg(help_heading = "Evaluation data", long = "eval-ngram", value_name = "N", value_parser = clap::value_parser!(u32).range(3..=64))]
    pub(crate) ngram: Option<u32>,
    /// Smallest share of an evaluation record's words that makes a match, counting words in runs of eight or more; above
    /// 0, up to 1 [default: 0.8].
    #[arg(help_heading = "Evaluation data", long = "eval-coverage", value_name = "PART")]
    pub(crate) coverage: Option<Threshold>,
    /// How to handle records that share text with evaluation data: flag (a warning for each), drop (leave them out; for
    /// build) or fail (also an error of the data set) [default: flag].
    #[arg(help_heading = "Evaluation data", long = "eval-hits", value_name = "HOW", value_parser = choice::<Hits>())]
    pub(crate) hits: Option<Hits>,
}
