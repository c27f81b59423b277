//! Which records are validation records.

use bedload_bedrock::{Bound, Limit};
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Counts, FactTable, Finding, NoRoom, Ordinal, Side, Verdict};
use bedload_stages::split::Size;
use rayon::prelude::*;

use super::Decided;
use crate::plan::{count_verdicts, of_verdict};
use crate::run::settings::Settings;

/// Seeds differ between decisions, so that one choice does not repeat another.
const SPLIT_SALT: u64 = 0x0073_706c_6974;

impl Decided {
    /// Makes validation records of whole groups, a fair share of each class.
    pub(super) fn split(&mut self, facts: &FactTable, settings: &Settings) -> Result<(), NoRoom> {
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
