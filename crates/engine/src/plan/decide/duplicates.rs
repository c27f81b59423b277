//! Which records go because others are equal or alike.

use bedload_record::plural::{agree, part_of};
use bedload_record::{Code, FactTable, Finding, NoRoom, Ordinal, Verdict};
use bedload_stages::dedupe::{self, Duplicate, UNRANKED};
use bedload_stages::near::NearDuplicate;
use rayon::prelude::*;

use crate::plan::marks::{LISTED, Marks};
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

/// Drops the records that equal one of other data, which are in the order of their digests.
pub(super) fn drop_known(
    facts: &FactTable,
    known: &[(u128, Ordinal)],
    verdicts: &mut [Verdict],
) -> Vec<Duplicate> {
    if known.is_empty() {
        return Vec::new();
    }
    let find = |line: Ordinal| {
        let digest = Some(facts.digest(line)).filter(|_| facts.accepted(line))?;
        let &(of, survivor) = known.get(known.partition_point(|&(other, _)| other < digest))?;
        (of == digest).then_some(Duplicate { dropped: line, survivor, similarity: None })
    };
    let duplicates: Vec<Duplicate> = (0..facts.len()).into_par_iter().map(Ordinal).filter_map(find).collect();
    for duplicate in &duplicates {
        verdicts[duplicate.dropped.index()] = Verdict::Duplicate;
    }
    duplicates
}

/// Keeps one of several equal records; those that equal one of other data went before.
pub(super) fn drop_duplicates(
    facts: &FactTable,
    settings: &Settings,
    duplicates: &mut Vec<Duplicate>,
    verdicts: &mut [Verdict],
) -> Result<(), NoRoom> {
    let mut more = dedupe::assign(facts, &settings.stages.dedupe)?;
    more.retain(|duplicate| verdicts[duplicate.dropped.index()] != Verdict::Duplicate);
    for duplicate in &more {
        verdicts[duplicate.dropped.index()] = Verdict::Duplicate;
    }
    if duplicates.is_empty() {
        *duplicates = more;
    } else {
        duplicates.extend(more);
        duplicates.par_sort_unstable_by_key(|duplicate| duplicate.dropped);
    }
    Ok(())
}

/// What is wrong with the field that ranks records.
pub(super) fn judge_ranks(facts: &FactTable, settings: &Settings, marks: &mut Marks) -> Option<Finding> {
    let field = settings.stages.dedupe.survivor.field()?;
    let accepted = || (0..facts.len()).into_par_iter().map(Ordinal).filter(|&line| facts.accepted(line));
    let is_unranked = |line: Ordinal| facts.accepted(line) && facts.rank(line) == UNRANKED;
    let unranked = accepted().filter(|&line| is_unranked(line)).count() as u64;
    if unranked == 0 {
        return None;
    }
    marks.mark(facts, Code::DedupeUnranked, is_unranked);
    let part = part_of(unranked, accepted().count() as u64, "record", "records");
    let has = agree(unranked, "has", "have");
    let message = format!("{part} {has} no number at {field}, the field of --survivor{LISTED}");
    Some(Finding::dataset(Code::DedupeUnranked, message))
}

/// Whether records went that have another label than the one that is kept for them.
pub(super) fn judge_labels(
    facts: &FactTable,
    duplicates: &[Duplicate],
    marks: &mut Marks,
) -> Option<Finding> {
    // Records of other data have no label.
    let label = |line: Ordinal| if line.0 < facts.len() { facts.label(line) } else { None };
    let differs = |one: &Duplicate| {
        label(one.dropped).zip(label(one.survivor)).is_some_and(|(dropped, kept)| dropped != kept)
    };
    let others: Vec<Ordinal> =
        duplicates.par_iter().filter(|one| differs(one)).map(|one| one.dropped).collect();
    if others.is_empty() {
        return None;
    }
    marks.mark(facts, Code::DedupeOtherLabel, |line| others.binary_search(&line).is_ok());
    let part = part_of(others.len() as u64, duplicates.len() as u64, "duplicate", "duplicates");
    let has = agree(others.len() as u64, "has", "have");
    let message = format!("{part} {has} another label than the record that was kept{LISTED}");
    Some(Finding::dataset(Code::DedupeOtherLabel, message))
}
