//! What happens to the records of the inputs, from their facts: accept → exact duplicates → groups → select → split by
//! group, stratified.

use bedload_bedrock::{Bound, Limit};
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Counts, FactTable, Finding, NoRoom, Ordinal, Side, Verdict};
use bedload_scan::Watch;
use bedload_stages::balance::{self, Classes};
use bedload_stages::dedupe::{self, Duplicate};
use bedload_stages::group::Groups;
use bedload_stages::near::{self, NearConfig, NearDuplicate, Pairs, Sets};
use bedload_stages::split::{Among, Choice, Size, choose};

use rayon::prelude::*;

use crate::plan::certify::{Certificates, certify};
use crate::plan::{count_verdicts, of_verdict};
use crate::run::error::EngineError;
use crate::run::settings::Settings;

/// Seeds differ between decisions, so that one choice does not repeat another.
const SELECT_SALT: u64 = 0x7365_6c65_6374;
const SPLIT_SALT: u64 = 0x0073_706c_6974;

/// What happens to the records of the inputs.
pub(super) struct Decided {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) groups: Groups,
    pub(super) classes: Classes,
    pub(super) findings: Vec<Finding>,
    /// What the sides have in common; none where there is one side.
    pub(super) certificates: Option<Certificates>,
}

/// The decisions about the records of the inputs.
///
/// # Errors
/// Where neither memory nor disk has room for what is sorted.
pub(super) fn decide(
    facts: &FactTable,
    settings: &Settings,
    sets: impl FnOnce(&[Verdict], &NearConfig) -> Result<Sets, EngineError>,
    watch: &Watch,
) -> Result<Decided, EngineError> {
    let stages = &settings.stages;
    let classes = balance::find(facts, &stages.balance);
    let mut verdicts = accept(facts);
    let mut duplicates =
        if stages.dedupe.enabled { drop_duplicates(facts, settings, &mut verdicts)? } else { Vec::new() };
    let is_split = stages.split.enabled && stages.split.validation != Size::NONE;
    let (dropping, grouping) = (stages.near.dropping(), stages.near.grouping().filter(|_| is_split));
    let sets = match dropping.or(grouping) {
        Some(_) => sets(&verdicts, &stages.near)?,
        None => Sets::default(),
    };
    if let Some(threshold) = dropping {
        let near =
            near::near_duplicates(&sets, threshold, stages.near.engine, stages.dedupe.survivor, || {
                watch.check()
            })?;
        drop_near(&near, &mut duplicates, &mut verdicts);
    }
    let pairs = grouping.map(|threshold| Pairs::new(&sets, threshold, stages.near.engine));
    let is_kept = |line: Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
    let links = pairs.as_ref().map(|pairs| pairs.links(is_kept, || watch.check())).transpose()?;
    let groups = Groups::new(facts, &duplicates, &links.unwrap_or_default())?;
    let mut decided =
        Decided { verdicts, duplicates, groups, classes, findings: Vec::new(), certificates: None };
    if let Some(most) = stages.split.select {
        decided.select(facts, settings, most)?;
    }
    if stages.split.enabled {
        decided.split(facts, settings)?;
    }
    if is_split {
        let pairs = pairs.as_ref().zip(grouping);
        decided.certificates = certify(facts, &decided.verdicts, pairs, &stages.near, watch)?;
    }
    decided.judge_rejected(settings);
    Ok(decided)
}

/// A record with an error is rejected; every other one is kept until something else is decided.
pub(super) fn accept(facts: &FactTable) -> Vec<Verdict> {
    let verdict = |line| if facts.accepted(line) { Verdict::Kept(Side::Train) } else { Verdict::Rejected };
    (0..facts.len()).into_par_iter().map(Ordinal).map(verdict).collect()
}

/// Keeps one of several records that are alike. The duplicates of a record that goes have its survivor.
fn drop_near(near: &[NearDuplicate], duplicates: &mut Vec<Duplicate>, verdicts: &mut [Verdict]) {
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
fn drop_duplicates(
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

impl Decided {
    /// Keeps at most so many records, a fair share of each class.
    fn select(&mut self, facts: &FactTable, settings: &Settings, most: u64) -> Result<(), NoRoom> {
        let Counts { train, .. } = count_verdicts(&self.verdicts);
        if train > most {
            let own_group = |line: Ordinal| facts.digest(line) as u64;
            let seed = settings.seed ^ SELECT_SALT;
            let choice = self.choose(facts, most, seed, own_group)?;
            mark(&mut self.verdicts, &choice, Verdict::Unselected);
        }
        Ok(())
    }

    /// Makes validation records of whole groups, a fair share of each class.
    fn split(&mut self, facts: &FactTable, settings: &Settings) -> Result<(), NoRoom> {
        let Counts { train, .. } = count_verdicts(&self.verdicts);
        let wanted = validation_size(settings, train, &mut self.findings);
        if wanted == 0 {
            return Ok(());
        }
        self.findings.extend(judge_groups(facts, &self.verdicts, settings));
        let group = |line: Ordinal| self.groups.of(facts, line);
        let choice = self.choose(facts, wanted, settings.seed ^ SPLIT_SALT, group)?;
        for line in &choice.chosen {
            self.verdicts[line.index()] = Verdict::Kept(Side::Validation);
        }
        if (choice.chosen.len() as u64) < choice.wanted {
            let message = format!(
                "{} instead of {}, because groups are not divided",
                plural(choice.chosen.len() as u64, "validation record", "validation records"),
                count(choice.wanted)
            );
            self.findings.push(Finding::dataset(Code::SplitInexact, message));
        }
        let in_validation = self.classes.count(facts, choice.chosen.par_iter().copied());
        let missing = in_validation.iter().filter(|&&n| n == 0).count() as u64;
        if missing > 0 {
            let part = part_of(missing, in_validation.len() as u64, "class", "classes");
            let message = format!("{part} {} no validation record", agree(missing, "has", "have"));
            self.findings.push(Finding::dataset(Code::SplitMissingClass, message));
        }
        Ok(())
    }

    /// Chooses among the records that are kept so far.
    fn choose(
        &self,
        facts: &FactTable,
        wanted: u64,
        seed: u64,
        group: impl Fn(Ordinal) -> u64 + Sync,
    ) -> Result<Choice, NoRoom> {
        let among = Among {
            facts,
            is_in: |line: Ordinal| matches!(self.verdicts[line.index()], Verdict::Kept(_)),
            strata: self.classes.list().len(),
            stratum: |line| self.classes.of(facts, line),
            group,
        };
        choose(&among, wanted, seed)
    }

    fn judge_rejected(&mut self, settings: &Settings) {
        let Counts { read, rejected, .. } = count_verdicts(&self.verdicts);
        if let Some(limit) = settings.max_rejected.filter(|limit| limit.is_exceeded(rejected, read)) {
            let message = format!(
                "{} {} rejected; --max-rejected is {limit}",
                part_of(rejected, read, "record", "records"),
                agree(rejected, "was", "were")
            );
            self.findings.push(Finding::dataset(Code::DatasetTooManyRejected, message));
        }
    }
}

/// Gives every kept record that was not chosen another verdict.
fn mark(verdicts: &mut [Verdict], choice: &Choice, other: Verdict) {
    const LINES: usize = 1 << 16;
    verdicts.par_chunks_mut(LINES).enumerate().for_each(|(nth, verdicts)| {
        let first = nth * LINES;
        let from = choice.chosen.partition_point(|line| line.index() < first);
        let mut chosen = choice.chosen[from..].iter().peekable();
        for (index, verdict) in (first..).zip(verdicts) {
            let is_chosen = chosen.next_if(|line| line.index() == index).is_some();
            if !is_chosen && matches!(verdict, Verdict::Kept(_)) {
                *verdict = other;
            }
        }
    });
}

/// What is wrong with the fields that groups come from.
fn judge_groups(facts: &FactTable, verdicts: &[Verdict], settings: &Settings) -> Vec<Finding> {
    let group_by = &settings.stages.split.group_by;
    let kept = || of_verdict(verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
    let is_unused = |kind: usize| !kept().any(|line| facts.key(line, kind).is_some());
    let (unused, used): (Vec<_>, Vec<_>) = group_by.fields().partition(|&(kind, _)| is_unused(kind));
    let mut findings: Vec<Finding> = unused
        .iter()
        .map(|(_, field)| {
            Finding::dataset(Code::SplitNoGroups, format!("no record has a value at the group field {field}"))
        })
        .collect();
    for (kind, field) in used {
        let alone = kept().filter(|&line| facts.key(line, kind).is_none()).count() as u64;
        if alone > 0 {
            let part = part_of(alone, kept().count() as u64, "record", "records");
            let message =
                format!("{part} {} no value at the group field {field}", agree(alone, "has", "have"));
            findings.push(Finding::dataset(Code::SplitMissingGroup, message));
        }
    }
    findings
}

/// How many validation records there are to be: what was asked for, within what the target takes. A count may take
/// at most half of the records.
fn validation_size(settings: &Settings, kept: u64, findings: &mut Vec<Finding>) -> u64 {
    let split = &settings.stages.split;
    let wanted = split.validation.of(kept);
    let mut too_many = |most: u64, message: String, source: &str| {
        let finding = Finding::dataset(Code::SplitTooManyValidation, message);
        findings.push(finding.sourced(source));
        most
    };
    let asked = plural(wanted, "validation record was requested", "validation records were requested");
    let profile = settings.profile.as_ref();
    let limit =
        profile.and_then(|profile| Some((&profile.name, profile.limit(Bound::ValidationRecordsMax)?)));
    let is_count = matches!(split.validation, Size::Count(_));
    // A maximum that the sources dispute is a warning about what is made, and no reason to make less; but a share
    // stays within it, unless it is that there are no validation records at all.
    let is_firm = |limit: &Limit| !limit.is_disputed() || (!is_count && limit.value > 0);
    match limit.filter(|(_, most)| wanted > most.value && is_firm(most)) {
        Some((name, most)) if most.value == 0 => {
            let message = format!("{name} accepts no validation file; leave out `--validation`");
            too_many(0, message, &most.cite())
        }
        Some((name, most)) if is_count => too_many(
            most.value,
            format!("{asked}; {name} accepts at most {}", count(most.value)),
            &most.cite(),
        ),
        Some((_, most)) => most.value,
        None if is_count && wanted > kept / 2 => {
            let message = format!(
                "{asked}; at most half of the kept records ({}) can be validation records",
                count(kept)
            );
            too_many(kept / 2, message, "bedload baseline (2026-11)")
        }
        None => wanted,
    }
}

#[cfg(test)]
mod tests;
