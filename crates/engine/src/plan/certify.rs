//! What the sides have in common, counted from the verdicts alone: whatever led to these, it would show here.

use std::collections::BTreeMap;

use bedload_record::{FactTable, Ordinal, Side, Verdict};
use bedload_scan::Watch;
use bedload_stages::group::{GroupBy, GroupBys};
use bedload_stages::near::{NearConfig, Pairs, Threshold};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::plan::of_verdict;
use crate::run::error::EngineError;

/// What the sides of a split have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Certificates {
    /// Prompts, and other keys that records are grouped by, that occur on two sides.
    pub shared_keys: u64,
    /// The same for every two sides.
    #[serde(default)]
    pub between: Vec<Between>,
    /// Fields that records were grouped by, and that none of them has here: a conversion left them behind. Their keys
    /// are not among the shared ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields_not_in_files: Vec<String>,
    /// Pairs of records that are alike across the sides; none where these were not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similar_pairs: Option<SimilarPairs>,
}

/// What two sides have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Between {
    /// Their names.
    pub sides: [String; 2],
    /// How many keys they share of each kind: `prompt`, or the field that records are grouped by.
    pub shared: BTreeMap<String, u64>,
    /// Pairs of records that are alike; none where these were not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similar_pairs: Option<u64>,
}

/// Pairs of records of different sides.
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

/// What is compared of records that are alike.
pub(crate) struct Alike<'a> {
    pub(crate) pairs: &'a Pairs<'a>,
    pub(crate) threshold: Threshold,
    pub(crate) config: &'a NearConfig,
}

/// Counts what the sides have in common, of the keys that are a line's own; none where there is one side. Linear in the facts, in parallel, and a comparison of
/// the sets for every two sides.
///
/// # Errors
/// Where the run is stopped.
pub(crate) fn certify(
    facts: &FactTable,
    verdicts: &[Verdict],
    (group_by, is_own): (&GroupBys, &(dyn Fn(Ordinal, usize) -> bool + Sync)),
    alike: Option<Alike<'_>>,
    watch: &Watch,
) -> Result<Option<Certificates>, EngineError> {
    let of_side = |side: Side| of_verdict(verdicts, move |verdict| verdict == Verdict::Kept(side));
    let sides: Vec<Side> = Side::ALL.into_iter().filter(|&side| of_side(side).any(|_| true)).collect();
    if sides.len() < 2 {
        return Ok(None);
    }
    let keys = |line: Ordinal| {
        let own = (0..facts.key_kinds()).filter(move |&kind| is_own(line, kind));
        own.filter_map(move |kind| Some((kind, facts.key(line, kind)?)))
    };
    let mut between = Vec::new();
    for (nth, &second) in sides.iter().enumerate().skip(1) {
        let mut held_out: Vec<(usize, u64)> = of_side(second).flat_map_iter(keys).collect();
        held_out.par_sort_unstable();
        held_out.dedup();
        let is_shared = |key: &(usize, u64)| held_out.binary_search(key).is_ok();
        for &first in &sides[..nth] {
            let in_both = |line| keys(line).filter(is_shared);
            let mut shared: Vec<(usize, u64)> = of_side(first).flat_map_iter(in_both).collect();
            shared.par_sort_unstable();
            shared.dedup();
            let kinds = group_by.each().iter().enumerate().filter(|(_, by)| **by != GroupBy::Record);
            let count = |kind: usize| shared.iter().filter(|key| key.0 == kind).count() as u64;
            let crossing = |alike: &Alike<'_>| {
                // Of the two sides, the second stands for what is held out.
                let side = |line: Ordinal| match verdicts[line.index()] {
                    Verdict::Kept(side) if side == first => Some(Side::Train),
                    Verdict::Kept(side) if side == second => Some(Side::Validation),
                    _ => None,
                };
                alike.pairs.crossing(side, || watch.check())
            };
            between.push(Between {
                sides: [first, second].map(|side| side.name().to_owned()),
                shared: kinds.map(|(kind, by)| (by.as_str().to_owned(), count(kind))).collect(),
                similar_pairs: alike.as_ref().map(crossing).transpose()?,
            });
        }
    }
    let similar_pairs = alike.map(|Alike { threshold, config, .. }| SimilarPairs {
        pairs: between.iter().filter_map(|of| of.similar_pairs).sum(),
        threshold: threshold.value(),
        shingle: config.shingle.to_string(),
        recall: config.engine.recall(threshold),
    });
    let shared_keys = between.iter().flat_map(|of| of.shared.values()).sum();
    Ok(Some(Certificates { shared_keys, between, fields_not_in_files: Vec::new(), similar_pairs }))
}
