//! Which training records get variants, and which of the variants that were made are used.

use std::collections::HashSet;

use bedload_record::plural::{count, plural};
use bedload_record::{Code, FactTable, Finding, Ordinal, Side, Verdict};
use bedload_stages::augment::shares;
use rayon::prelude::*;

use crate::plan::decide::Decided;
use crate::plan::of_verdict;
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::augment::{Augmenter, Share, Variant};

const SALT: u64 = 0x0061_7567_6d65_6e74;

/// The variants of the training records, in the order of their parents. None equals another record or variant, and none
/// is in a group of the validation records. Adds a finding where there are fewer than were asked for.
///
/// # Errors
/// Where a record cannot be read again.
pub(super) fn augment(
    facts: &FactTable,
    decided: &mut Decided,
    settings: &Settings,
    augmenter: &Augmenter<'_>,
) -> Result<Vec<Variant>, EngineError> {
    if augmenter.templates.is_empty() {
        return Ok(Vec::new());
    }
    let seed = settings.seed ^ SALT;
    let train: Vec<Ordinal> =
        of_verdict(&decided.verdicts, |verdict| verdict == Verdict::Kept(Side::Train)).collect();
    let shares = shares(facts, &decided.classes, &train, &settings.stages.augment, seed);
    let wanted: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    let shares: Vec<Share> = train.into_iter().zip(shares).collect();
    let mut known: Vec<u128> =
        facts.ordinals().filter(|&line| facts.accepted(line)).map(|line| facts.digest(line)).collect();
    known.par_sort_unstable();
    let held_out = of_verdict(&decided.verdicts, |verdict| verdict == Verdict::Kept(Side::Validation));
    let mut held_out: Vec<u64> = held_out.flat_map_iter(|line| facts.keys(line)).collect();
    held_out.par_sort_unstable();
    // A template can turn one prompt into another: also that other's group must not part.
    let takes = |digest: u128, keys: &[u64]| {
        let is_held_out = |key: &u64| held_out.binary_search(key).is_ok();
        known.binary_search(&digest).is_err() && !keys.iter().any(is_held_out)
    };
    let made = augmenter.make(&shares, seed, &takes)?;
    // Variants of two records can be equal; the earlier record keeps its own.
    let mut seen = HashSet::new();
    let variants: Vec<Variant> =
        made.into_iter().flatten().filter(|variant| seen.insert(variant.digest)).collect();
    if (variants.len() as u64) < wanted {
        let message =
            format!("{} instead of {}", plural(variants.len() as u64, "variant", "variants"), count(wanted));
        decided.findings.push(Finding::dataset(Code::AugmentFewVariants, message));
    }
    Ok(variants)
}

/// The variants of one parent, in a list that is ordered by parent.
pub(crate) fn variants_of(variants: &[Variant], parent: Ordinal) -> &[Variant] {
    let from = variants.partition_point(|variant| variant.parent < parent);
    let len = variants[from..].iter().take_while(|variant| variant.parent == parent).count();
    &variants[from..from + len]
}
