//! Which records are on which side.

use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Counts, FactTable, Finding, NoRoom, Ordinal, Side, Verdict};
use bedload_stages::facets::{Facet, Run, Sources, Values};
use bedload_stages::split::{Divided, Division, Tie, divide, is_date};
use rayon::prelude::*;

use super::Decided;
use super::linked::{largest, shared_keys};
use super::sizes::sizes;
use super::tied::{Tied, judge_ties};
use crate::plan::marks::{LISTED, Marks};
use crate::plan::{count_verdicts, of_verdict};
use crate::run::settings::Settings;
use crate::scan::by_source::ways;
use crate::scan::ties::Ties;

/// Seeds differ between decisions, so that one choice does not repeat another.
const SPLIT_SALT: u64 = 0x0073_706c_6974;

impl Decided {
    /// Holds whole groups out of training, a fair share of each class.
    pub(super) fn split(
        &mut self,
        facts: &FactTable,
        sources: &Sources,
        settings: &Settings,
        (ties, tied): (&Ties, Option<&Tied>),
    ) -> Result<(), NoRoom> {
        let Counts { train, .. } = count_verdicts(&self.verdicts);
        let wanted = sizes(settings, train, &mut self.findings);
        if wanted == [0, 0] && ties.is_empty() {
            return Ok(());
        }
        let tie = |line: Ordinal| tied.and_then(|tied| tied.of(line));
        self.findings.extend(judge_groups(facts, &self.verdicts, settings, &mut self.marks));
        self.findings.extend(judge_times(facts, &self.verdicts, settings, &mut self.marks));
        let (split, time) = (&settings.stages.split, |line: Ordinal| facts.time(line));
        let division = Division {
            facts,
            is_kept: &|line| matches!(self.verdicts[line.index()], Verdict::Kept(_)),
            strata: self.strata.len(),
            stratum: &|line| Some(self.strata.of(facts, &self.classes, line)),
            group: &|line| self.groups.of(facts, line),
            tie: tied.map(|_| &tie as &(dyn Fn(Ordinal) -> Option<Tie> + Sync)),
            links: tied.map_or(&[], Tied::links),
            time: split.by_time.as_ref().map(|_| &time as &(dyn Fn(Ordinal) -> Option<u64> + Sync)),
        };
        let divided = divide(&division, wanted, settings.seed ^ SPLIT_SALT)?;
        self.verdicts.par_iter_mut().enumerate().for_each(|(line, verdict)| {
            if let Verdict::Kept(_) = verdict {
                *verdict = Verdict::Kept(divided.side(Ordinal(line as u64)));
            }
        });
        self.judge_sides(facts, &divided, wanted, settings);
        self.judge_strata(facts, sources, settings);
        if tied.is_some() {
            let shared = |line| shared_keys(facts, &self.groups, settings, self.groups.of(facts, line));
            let findings = judge_ties(facts, ties, &divided, shared);
            self.findings.extend(findings);
        }
        Ok(())
    }

    /// What the held-out sides lack.
    fn judge_sides(&mut self, facts: &FactTable, divided: &Divided, wanted: [u64; 2], settings: &Settings) {
        for ((side, held_out), wanted) in Side::HELD_OUT.into_iter().zip(divided.held_out).zip(wanted) {
            let name = side.name();
            if held_out < wanted {
                let kept = of_verdict(&self.verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
                let largest = largest(facts, &self.groups, kept).filter(|&(_, records)| records > 1);
                let why = match largest {
                    Some((group, records)) => format!(
                        "groups are not divided; the largest has {} records, which {}",
                        count(records),
                        shared_keys(facts, &self.groups, settings, group)
                    ),
                    None => "pinned records stay on their sides".to_owned(),
                };
                let message = format!(
                    "{} instead of {}, because {why}",
                    plural(held_out, &format!("{name} record"), &format!("{name} records")),
                    count(wanted)
                );
                self.findings.push(Finding::dataset(Code::SplitInexact, message));
            }
            if held_out == 0 && wanted == 0 {
                continue;
            }
            let lines = of_verdict(&self.verdicts, move |verdict| verdict == Verdict::Kept(side));
            let in_side = self.classes.count(facts, lines);
            let missing = in_side.iter().filter(|&&n| n == 0).count() as u64;
            if missing > 0 {
                let part = part_of(missing, in_side.len() as u64, "class", "classes");
                let message = format!("{part} {} no {name} record", agree(missing, "has", "have"));
                self.findings.push(Finding::dataset(Code::SplitMissingClass, message));
            }
        }
    }
}

impl Decided {
    /// Which values of `--stratify` have records, and none among the validation records. Those that `--balance` counts are
    /// reported there.
    fn judge_strata(&mut self, facts: &FactTable, sources: &Sources, settings: &Settings) {
        let stages = &settings.stages;
        let is_judged = |facet: &&Facet| **facet != Facet::Label && !stages.counted().contains(facet);
        let facets: Vec<&Facet> = stages.split.stratify.iter().filter(is_judged).collect();
        let of_side = |side: Side| of_verdict(&self.verdicts, move |verdict| verdict == Verdict::Kept(side));
        if facets.is_empty() || !of_side(Side::Validation).any(|_| true) {
            return;
        }
        let fields = stages.fields();
        let is_counted = stages.tokens.enabled;
        let run = Run { facts, classes: &self.classes, sources, fields: &fields, is_counted };
        let mut findings = Vec::new();
        for values in facets.into_iter().filter_map(|facet| Values::new(run, facet).ok()) {
            let of = |side: Side| {
                let mut of_side: Vec<usize> = of_side(side).filter_map(|line| values.of(line)).collect();
                of_side.par_sort_unstable();
                of_side.dedup();
                of_side
            };
            let (train, validation) = (of(Side::Train), of(Side::Validation));
            let without: Vec<usize> =
                train.iter().copied().filter(|value| validation.binary_search(value).is_err()).collect();
            if without.is_empty() {
                continue;
            }
            let n = without.len() as u64;
            let part = part_of(n, n + validation.len() as u64, "value", "values");
            // A value of a field is record text, and the name of a source is not.
            let names: Vec<&str> = match values.facet() {
                Facet::Source => without.iter().take(5).map(|&value| &*values.names()[value]).collect(),
                _ => Vec::new(),
            };
            let named = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
            let has = agree(n, "has", "have");
            let message = format!("{part} of {} {has} no validation record{named}", values.facet());
            findings.push(Finding::dataset(Code::BalanceUnvalidatedValues, message));
        }
        self.findings.extend(findings);
    }
}

/// What is wrong with the times that the newest records are found by.
fn judge_times(
    facts: &FactTable,
    verdicts: &[Verdict],
    settings: &Settings,
    marks: &mut Marks,
) -> Vec<Finding> {
    let Some(field) = &settings.stages.split.by_time else { return Vec::new() };
    let kept = || of_verdict(verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
    let is_kept = |line: Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
    let all = kept().count() as u64;
    let times = || kept().filter_map(|line| facts.time(line));
    let (timed, dates) = (times().count() as u64, times().filter(|&time| is_date(time)).count() as u64);
    let mut findings = Vec::new();
    if timed < all {
        let part = part_of(all - timed, all, "record", "records");
        let message = format!("{part} {} no time at {field}{LISTED}", agree(all - timed, "has", "have"));
        marks.mark(facts, Code::SplitMissingTime, |line| is_kept(line) && facts.time(line).is_none());
        findings.push(Finding::dataset(Code::SplitMissingTime, message));
    }
    if (1..timed).contains(&dates) {
        let part = part_of(dates, timed, "time", "times");
        let are = agree(dates, "is a date", "are dates");
        let message = format!("{part} at {field} {are}, and the others numbers{LISTED} are dates");
        let has_date = |line| facts.time(line).is_some_and(is_date);
        marks.mark(facts, Code::SplitMixedTimes, |line| is_kept(line) && has_date(line));
        findings.push(Finding::dataset(Code::SplitMixedTimes, message));
    }
    findings
}

/// What is wrong with the fields that groups come from.
fn judge_groups(
    facts: &FactTable,
    verdicts: &[Verdict],
    settings: &Settings,
    marks: &mut Marks,
) -> Vec<Finding> {
    let ways = ways(settings, facts);
    let fields: Vec<(usize, &str)> = ways.all().fields().collect();
    if fields.is_empty() {
        return Vec::new();
    }
    let kept = || of_verdict(verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
    let is_kept = |line: Ordinal| matches!(verdicts[line.index()], Verdict::Kept(_));
    let is_unused = |kind: usize| !kept().any(|line| facts.key(line, kind).is_some());
    let (unused, used): (Vec<_>, Vec<_>) = fields.iter().copied().partition(|&(kind, _)| is_unused(kind));
    let mut findings: Vec<Finding> = unused
        .iter()
        .map(|(_, field)| {
            Finding::dataset(Code::SplitNoGroups, format!("no record has a value at the group field {field}"))
        })
        .collect();
    if used.is_empty() {
        return findings;
    }
    // Of the fields of a record's source: whether it has one of them, and a value there.
    let lacks_all = |line: &Ordinal| {
        let source = facts.source_of(*line);
        let mut own = fields.iter().filter(|(kind, _)| ways.has(source, *kind)).peekable();
        own.peek().is_some() && own.all(|&(kind, _)| facts.key(*line, kind).is_none())
    };
    let of_kept = |n: u64| part_of(n, kept().count() as u64, "record", "records");
    let ungrouped = kept().filter(lacks_all).count() as u64;
    if ungrouped > 0 {
        let has = agree(ungrouped, "has", "have");
        let of_which = if fields.len() > 1 { "any of the group fields" } else { "the group field" };
        let names: Vec<&str> = fields.iter().map(|(_, field)| *field).collect();
        let message = format!("{} {has} no value at {of_which} {}", of_kept(ungrouped), names.join(", "));
        let (code, hint) = if settings.stages.split.allow_missing_group {
            (Code::SplitMissingGroup, "")
        } else {
            (Code::SplitUngrouped, "; --allow-missing-group makes each a group of its own")
        };
        marks.mark(facts, code, |line| is_kept(line) && lacks_all(&line));
        findings.push(Finding::dataset(code, format!("{message}{LISTED}{hint}")));
    }
    for (kind, field) in used {
        let lacks_it = |line: &Ordinal| {
            ways.has(facts.source_of(*line), kind) && facts.key(*line, kind).is_none() && !lacks_all(line)
        };
        let alone = kept().filter(lacks_it).count() as u64;
        if alone > 0 {
            let has = agree(alone, "has", "have");
            let message = format!("{} {has} no value at the group field {field}{LISTED}", of_kept(alone));
            marks.mark(facts, Code::SplitMissingGroup, |line| is_kept(line) && lacks_it(&line));
            findings.push(Finding::dataset(Code::SplitMissingGroup, message));
        }
    }
    findings
}
