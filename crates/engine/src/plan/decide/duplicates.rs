//! Which records go because others are equal or alike.

use bedload_record::{FactTable, NoRoom, Verdict};
use bedload_stages::dedupe::{self, Duplicate};
use bedload_stages::near::NearDuplicate;
use rayon::prelude::*;

use crate::run::settings::Settings;

/// Keeps one of several records that are alike. The duplicates of a record that goes have its survivor.
pub(super) fn drop_near(near: &[NearDuplicate], duplicates: &mut Vec<Duplicate>, verdicts: &mut [Verdict]) {
    for duplicate in &mut *duplicates {
        if let Ok(nth) = near.binary_search_by_key(&duplicate.survivor, |near| near.dropped) {
            duplicate.survivor = near[nth].survivor;
            duplicate.similarity = Some(near[nth].similarity);
        }
    }
    for &NearDuplicate { dropped, survivor, similarity } in near {
        verdicts[dropped.index()] = Verdict::Duplicate;
        duplicates.push(Duplicate { dropped, survivor, similarity: Some(similarity) });
    }
    duplicates.par_sort_unstable_by_key(|duplicate| duplicate.dropped);
}

/// Keeps one of several equal records.
pub(super) fn drop_duplicates(
    facts: &FactTable,
    settings: &Settings,
    verdicts: &mut [Verdict],
) -> Result<Vec<Duplicate>, NoRoom> {
    let duplicates = dedupe::assign(facts, &settings.stages.dedupe)?;
    for duplicate in &duplicates {
        verdicts[duplicate.dropped.index()] = Verdict::Duplicate;
    }
    Ok(duplicates)
}
