//! The plan: what happens to every record, from facts alone. It reads like the specification:
//! accept → exact duplicates → select → split by group, stratified → judge what is left.

pub(crate) mod judge;
pub(crate) mod pack;
pub(crate) mod variants;

use bedload_bedrock::{Bound, Limit};
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Counts, FactTable, Finding, Ordinal, Side, Verdict};
use bedload_stages::balance::{self, Classes};
use bedload_stages::dedupe::{self, Duplicate};
use bedload_stages::split::{Choice, GroupBy, Size, choose};
use rayon::prelude::*;

use crate::run::settings::Settings;

/// Seeds differ between decisions, so that one choice does not repeat another.
const SELECT_SALT: u64 = 0x7365_6c65_6374;
const SPLIT_SALT: u64 = 0x0073_706c_6974;

/// What happens to every record.
pub(crate) struct Plan {
    /// One verdict per line.
    pub(crate) verdicts: Vec<Verdict>,
    /// The duplicates with their survivors, in order.
    pub(crate) duplicates: Vec<Duplicate>,
    pub(crate) classes: Classes,
    pub(crate) counts: Counts,
    /// What is wrong with the data set.
    pub(crate) findings: Vec<Finding>,
}

/// Decides everything that needs no bytes.
pub(crate) fn plan(facts: &FactTable, settings: &Settings) -> Plan {
    let stages = &settings.stages;
    let classes = balance::find(facts, &stages.balance);
    let mut verdicts: Vec<Verdict> = facts
        .ordinals()
        .map(|line| if facts.accepted(line) { Verdict::Kept(Side::Train) } else { Verdict::Rejected })
        .collect();
    let mut findings = Vec::new();

    let duplicates = if stages.dedupe.enabled { dedupe::assign(facts, &stages.dedupe) } else { Vec::new() };
    for duplicate in &duplicates {
        verdicts[duplicate.dropped.index()] = Verdict::Duplicate;
    }

    if let Some(select) = stages.split.select {
        let kept = kept(&verdicts);
        if (kept.len() as u64) > select {
            let own_group = |line: Ordinal| facts.digest(line) as u64;
            let choice = choose_of(facts, &classes, kept, select, settings.seed ^ SELECT_SALT, own_group);
            mark(&mut verdicts, &choice, Verdict::Unselected);
        }
    }

    let validation = validation_size(settings, kept(&verdicts).len() as u64, &mut findings);
    if validation > 0 {
        findings.extend(judge_groups(facts, &verdicts, settings));
        let group = |line: Ordinal| facts.group(line);
        let choice =
            choose_of(facts, &classes, kept(&verdicts), validation, settings.seed ^ SPLIT_SALT, group);
        for line in &choice.chosen {
            verdicts[line.index()] = Verdict::Kept(Side::Validation);
        }
        if (choice.chosen.len() as u64) < choice.wanted {
            let message = format!(
                "{} instead of {}, because groups are not divided",
                plural(choice.chosen.len() as u64, "validation record", "validation records"),
                count(choice.wanted)
            );
            findings.push(Finding::dataset(Code::SplitInexact, settings.strict, message));
        }
        let in_validation = classes.count(facts, choice.chosen.iter().copied());
        let missing = in_validation.iter().filter(|&&n| n == 0).count();
        if missing > 0 {
            let missing = missing as u64;
            let part = part_of(missing, in_validation.len() as u64, "class", "classes");
            let message = format!("{part} {} no validation record", agree(missing, "has", "have"));
            findings.push(Finding::dataset(Code::SplitMissingClass, settings.strict, message));
        }
    }

    let counts = count_verdicts(&verdicts);
    if let Some(limit) = settings.max_rejected.filter(|limit| limit.is_exceeded(counts.rejected, counts.read))
    {
        let message = format!(
            "{} {} rejected; --max-rejected is {limit}",
            part_of(counts.rejected, counts.read, "record", "records"),
            agree(counts.rejected, "was", "were")
        );
        findings.push(Finding::dataset(Code::DatasetTooManyRejected, settings.strict, message));
    }
    Plan { verdicts, duplicates, classes, counts, findings }
}

/// What became of the records.
pub(crate) fn count_verdicts(verdicts: &[Verdict]) -> Counts {
    let add = |mut counts: Counts, &verdict: &Verdict| {
        counts.add(verdict);
        counts
    };
    verdicts.par_iter().fold(Counts::default, add).reduce(Counts::default, Counts::plus)
}

/// The records that are still kept, in order.
pub(crate) fn kept(verdicts: &[Verdict]) -> Vec<Ordinal> {
    of_verdict(verdicts, |verdict| matches!(verdict, Verdict::Kept(_)))
}

/// The lines whose verdict is one of some, in order.
pub(crate) fn of_verdict(verdicts: &[Verdict], wanted: impl Fn(Verdict) -> bool) -> Vec<Ordinal> {
    let lines = verdicts.iter().enumerate().filter(|(_, verdict)| wanted(**verdict));
    lines.map(|(index, _)| Ordinal(index as u64)).collect()
}

fn choose_of(
    facts: &FactTable,
    classes: &Classes,
    lines: Vec<Ordinal>,
    wanted: u64,
    seed: u64,
    group: impl Fn(Ordinal) -> u64 + Sync,
) -> Choice {
    let stratum = |line: Ordinal| classes.of(facts, line);
    choose(lines, wanted, seed, classes.list().len(), stratum, group, |line| facts.digest(line))
}

/// Gives every kept record that was not chosen another verdict.
fn mark(verdicts: &mut [Verdict], choice: &Choice, other: Verdict) {
    let mut chosen = choice.chosen.iter().peekable();
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        if chosen.next_if(|line| line.index() == index).is_none() && matches!(verdict, Verdict::Kept(_)) {
            *verdict = other;
        }
    }
}

/// What is wrong with the field that groups come from.
fn judge_groups(facts: &FactTable, verdicts: &[Verdict], settings: &Settings) -> Option<Finding> {
    let GroupBy::Field(_) = settings.stages.split.group_by() else { return None };
    let kept = kept(verdicts);
    let alone = kept.iter().filter(|&&line| !facts.grouped(line)).count();
    let (code, message) = match alone {
        0 => return None,
        n if n == kept.len() => (Code::SplitNoGroups, "no record has a value at the group field".to_owned()),
        n => {
            let (n, kept) = (n as u64, kept.len() as u64);
            let part = part_of(n, kept, "record", "records");
            let verb = agree(n, "has", "have");
            (Code::SplitMissingGroup, format!("{part} {verb} no value at the group field"))
        }
    };
    Some(Finding::dataset(code, settings.strict, message))
}

/// How many validation records there are to be: what was asked for, within what the target takes. A count may take
/// at most half of the records.
fn validation_size(settings: &Settings, kept: u64, findings: &mut Vec<Finding>) -> u64 {
    let split = &settings.stages.split;
    if !split.enabled {
        return 0;
    }
    let wanted = split.validation.of(kept);
    let mut too_many = |most: u64, message: String, source: &str| {
        let finding = Finding::dataset(Code::SplitTooManyValidation, settings.strict, message);
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
