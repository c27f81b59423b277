//! What happens to the records of the inputs, from their facts: accept → exact duplicates → contamination → conflicts →
//! near-duplicates → groups → select → split by group, stratified → cap classes.

mod conflicts;
mod contamination;
mod duplicates;
mod fit;
mod leaks;
mod linked;
mod preference;
mod select;
mod sizes;
mod split;
mod strata;
mod tied;

use bedload_record::{Counts, FactTable, Finding, Ordinal, Severities, Side, Verdict};
use bedload_scan::Watch;
use bedload_stages::balance::{self, Classes};
use bedload_stages::conflicts::{Answered, Conflicts};
use bedload_stages::dedupe::Duplicate;
use bedload_stages::facets::Strata;
use bedload_stages::group::Groups;
use bedload_stages::near::{NearConfig, Order, Sets, Similar, Threshold};
use bedload_stages::preference::Compared;
use rayon::prelude::*;

use crate::plan::certify::{Alike, Certificates, certify};
use crate::plan::count_verdicts;
use crate::plan::counted::count_control_tokens;
use crate::plan::judge::judge_rejected;
use crate::plan::marks::Marks;
use crate::plan::sources::sources;
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::against::Against;
use crate::scan::by_source;
use crate::scan::ties::Ties;

use conflicts::judge_conflicts;
pub(super) use conflicts::prompt_keys;
use contamination::judge_contaminated;
use duplicates::{drop_duplicates, drop_known, drop_near, judge_labels, judge_ranks};
use leaks::judge_leaks;
use preference::judge_preferences;
use strata::stratify;
use tied::{Tied, judge_left_out};

/// What happens to the records of the inputs.
pub(super) struct Decided {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) groups: Groups,
    pub(super) classes: Classes,
    pub(super) strata: Strata,
    pub(super) findings: Vec<Finding>,
    /// The records that some of these are about.
    pub(super) marks: Marks,
    /// What the sides have in common; none where there is one side.
    pub(super) certificates: Option<Certificates>,
    /// What was compared, where all pairs that are alike are to be listed.
    pub(super) similar: Option<Similar>,
    /// The prompts with different answers, where these are looked for.
    pub(super) conflicts: Option<Conflicts>,
}

/// The decisions about the records of the inputs.
///
/// # Errors
/// Where neither memory nor disk has room for what is sorted.
pub(super) fn decide(
    facts: &FactTable,
    settings: &Settings,
    (against, ties): (&Against, &Ties),
    compare: impl FnOnce(&[Verdict], &NearConfig, bool, Threshold) -> Result<Similar, EngineError>,
    (answers, compared): (
        impl FnOnce(&[Ordinal]) -> Result<Vec<Option<Answered>>, EngineError>,
        Option<impl FnOnce(&[Ordinal]) -> Result<Vec<Option<Compared>>, EngineError>>,
    ),
    watch: &Watch,
) -> Result<Decided, EngineError> {
    let stages = &settings.stages;
    let classes = balance::find(facts, &by_source::balance(settings));
    let mut findings = Vec::new();
    let sources = sources(facts, settings);
    let strata = stratify(facts, &classes, &sources, settings, &mut findings)?;
    let mut verdicts = accept_or_remove(facts, settings.severities);
    let mut duplicates = drop_known(facts, &against.digests(), &mut verdicts);
    if stages.dedupe.enabled {
        drop_duplicates(facts, settings, &mut duplicates, &mut verdicts)?;
    }
    findings.extend(judge_contaminated(facts, settings, &mut verdicts));
    // Before similar records go: those that differ in nothing but a label are similar.
    let conflicts =
        judge_conflicts(facts, settings, &classes, (&mut verdicts, &mut duplicates), answers, &mut findings)?;
    let mut marks = Marks::default();
    findings.extend(judge_preferences(facts, settings, &verdicts, compared, &mut marks)?);
    let is_split = stages.split.divides();
    let is_picked = stages.split.selects() || stages.balance.cap_class.is_some();
    let (dropping, grouping) =
        (stages.near.dropping(), stages.near.grouping().filter(|_| is_split || is_picked));
    let listing = stages.near.listing();
    let mut similar = match [dropping, grouping, listing].into_iter().flatten().min() {
        Some(lowest) => compare(&verdicts, &stages.near, dropping.is_some(), lowest)?,
        None => Similar::Sets(Sets::default()),
    };
    if let Some(threshold) = dropping {
        let order = Order { records: facts.len(), facts, survivor: &stages.dedupe.survivor };
        let near = similar.near_duplicates(threshold, stages.near.engine, &order, || {
            Ok::<_, EngineError>(watch.check()?)
        })?;
        drop_near(&near, &mut duplicates, &mut verdicts);
        similar.truncate(facts.len());
    }
    let pairs = grouping.map(|threshold| similar.pairs(threshold, stages.near.engine)).transpose()?;
    let is_kept = |line: Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
    let links = pairs.as_ref().map(|pairs| pairs.links(is_kept, || watch.check())).transpose()?;
    let links = links.unwrap_or_default();
    let groups = Groups::new(facts, &duplicates, &links)?;
    let tied = if ties.is_empty() { None } else { Some(Tied::new(facts, ties, (&duplicates, &links))?) };
    drop(links);
    let mut decided = Decided {
        verdicts,
        duplicates,
        groups,
        classes,
        strata,
        findings,
        marks,
        certificates: None,
        similar: None,
        conflicts,
    };
    if stages.split.enabled {
        decided.select(facts, &sources, settings, tied.as_ref())?;
        decided.split(facts, &sources, settings, (ties, tied.as_ref()))?;
    }
    decided.cap_classes(facts, settings, tied.as_ref())?;
    decided.findings.extend(tied.as_ref().and_then(|tied| judge_left_out(&decided.verdicts, tied)));
    if is_split {
        let alike = pairs.as_ref().zip(grouping);
        let alike = alike.map(|(pairs, threshold)| Alike { pairs, threshold, config: &stages.near });
        decided.certificates = certify(
            facts,
            &decided.verdicts,
            (by_source::ways(settings, facts).all(), &|_, _| true),
            alike,
            watch,
        )?;
        decided.findings.extend(decided.certificates.iter().flat_map(judge_leaks));
    }
    decided.similar = listing.map(|_| similar);
    decided.findings.extend(judge_ranks(facts, settings, &mut decided.marks));
    decided.findings.extend(judge_labels(facts, &decided.duplicates, &mut decided.marks));
    decided.findings.extend(count_control_tokens(facts, settings.severities));
    let Counts { read, rejected, .. } = count_verdicts(&decided.verdicts);
    decided.findings.extend(judge_rejected(rejected, read, settings.max_rejected));
    Ok(decided)
}

/// A record with an error is rejected; every other one is kept until something else is decided.
fn accept(facts: &FactTable) -> Vec<Verdict> {
    let verdict = |line| if facts.accepted(line) { Verdict::Kept(Side::Train) } else { Verdict::Rejected };
    (0..facts.len()).into_par_iter().map(Ordinal).map(verdict).collect()
}

/// The same, and a line without an error that is not accepted is blank: a repair removed it.
pub(super) fn accept_or_remove(facts: &FactTable, severities: Severities) -> Vec<Verdict> {
    let mut verdicts = accept(facts);
    verdicts.par_iter_mut().enumerate().for_each(|(line, verdict)| {
        if *verdict == Verdict::Rejected && !severities.rejects(facts.codes(Ordinal(line as u64))) {
            *verdict = Verdict::Blank;
        }
    });
    verdicts
}

#[cfg(test)]
mod tests;
