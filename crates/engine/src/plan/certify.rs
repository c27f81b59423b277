//! What training and validation data have in common, counted from the verdicts alone: whatever led to these, it would show
//! here.

use bedload_record::{FactTable, Ordinal, Side, Verdict};
use bedload_scan::Watch;
use bedload_stages::near::{NearConfig, Pairs, Threshold};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::plan::of_verdict;
use crate::run::error::EngineError;

/// What the two sides of a split have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Certificates {
    /// Prompts, and other keys that records are grouped by, that occur on both sides.
    pub shared_keys: u64,
    /// Fields that records were grouped by, and that none of them has here: a conversion left them behind. Their keys
    /// are not among the shared ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields_not_in_files: Vec<String>,
    /// Pairs of records that are alike across the sides; none where these were not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similar_pairs: Option<SimilarPairs>,
}

/// Pairs of one record of each side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SimilarPairs {
    /// How many are at least as alike as the threshold.
    pub pairs: u64,
    /// The least similarity that counts.
    pub threshold: f64,
    /// What was compared, e.g. `word:5`.
    pub shingle: String,
    /// The least part of such pairs that is found; 1 for all.
    pub recall: f64,
}

/// Counts what the sides have in common; none where there are no validation records. Linear in the facts, in parallel, and
/// a comparison of the sets.
///
/// # Errors
/// Where the run is stopped.
pub(crate) fn certify(
    facts: &FactTable,
    verdicts: &[Verdict],
    pairs: Option<(&Pairs<'_>, Threshold)>,
    config: &NearConfig,
    watch: &Watch,
) -> Result<Option<Certificates>, EngineError> {
    let of_side = |side: Side| of_verdict(verdicts, move |verdict| verdict == Verdict::Kept(side));
    if !of_side(Side::Validation).any(|_| true) {
        return Ok(None);
    }
    let keys =
        |line: Ordinal| (0..facts.key_kinds()).filter_map(move |kind| Some((kind, facts.key(line, kind)?)));
    let mut held_out: Vec<(usize, u64)> = of_side(Side::Validation).flat_map_iter(keys).collect();
    held_out.par_sort_unstable();
    held_out.dedup();
    let in_training = |line| keys(line).filter(|key| held_out.binary_search(key).is_ok());
    let mut shared: Vec<(usize, u64)> = of_side(Side::Train).flat_map_iter(in_training).collect();
    shared.par_sort_unstable();
    shared.dedup();
    let similar_pairs = pairs.map(|(pairs, threshold)| {
        let side = |line: Ordinal| match verdicts[line.index()] {
            Verdict::Kept(side) => Some(side),
            _ => None,
        };
        Ok::<_, EngineError>(SimilarPairs {
            pairs: pairs.crossing(side, || watch.check())?,
            threshold: threshold.value(),
            shingle: config.shingle.to_string(),
            recall: config.engine.recall(threshold),
        })
    });
    Ok(Some(Certificates {
        shared_keys: shared.len() as u64,
        fields_not_in_files: Vec::new(),
        similar_pairs: similar_pairs.transpose()?,
    }))
}
