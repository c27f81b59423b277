//! Records that are tied to a side before the split, and what is to be said of their groups.

use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Column, FactTable, Finding, NoRoom, Ordinal, Side, Verdict};
use bedload_stages::dedupe::Duplicate;
use bedload_stages::split::{Divided, Named, Tie};
use rayon::prelude::*;

use crate::plan::of_verdict;
use crate::scan::ties::Ties;

/// What ties each line, at a byte a line, and what else than keys unites lines, at 32 bytes a link.
pub(super) struct Tied {
    ties: Column<u8>,
    links: Vec<(Ordinal, Ordinal)>,
}

const FREE: u8 = 0;
const PINNED: u8 = 1;
const SOURCE: u8 = PINNED + Side::COUNT as u8;

impl Tied {
    /// Looks up all accepted records; dropped ones, too, as the groups that they are in are tied by them.
    pub(super) fn new(
        facts: &FactTable,
        ties: &Ties,
        (duplicates, links): (&[Duplicate], &[(Ordinal, Ordinal)]),
    ) -> Result<Self, NoRoom> {
        let mut tied = facts.scratch(facts.len() as usize, FREE)?;
        tied.values_mut().par_iter_mut().enumerate().for_each(|(line, tied)| {
            let line = Ordinal(line as u64);
            let tie = if facts.accepted(line) { ties.of(facts, line) } else { None };
            *tied = match tie {
                None => FREE,
                Some(Tie::Pinned(side)) => PINNED + side as u8,
                Some(Tie::Source(side)) => SOURCE + side as u8,
            };
        });
        let own = duplicates.iter().filter(|duplicate| duplicate.survivor.0 < facts.len());
        let with_survivors = own.map(|duplicate| (duplicate.dropped, duplicate.survivor));
        let mut links: Vec<(Ordinal, Ordinal)> =
            with_survivors.chain(links.iter().copied()).flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        links.par_sort_unstable();
        Ok(Self { ties: tied, links })
    }

    pub(super) fn of(&self, line: Ordinal) -> Option<Tie> {
        match self.ties.get(line.index()) {
            FREE => None,
            pinned @ PINNED..SOURCE => Some(Tie::Pinned(Side::ALL[usize::from(pinned - PINNED)])),
            source => Some(Tie::Source(Side::ALL[usize::from(source - SOURCE)])),
        }
    }

    /// Returns true if an earlier output has a record on a side.
    pub(super) fn is_pinned(&self, line: Ordinal) -> bool {
        (PINNED..SOURCE).contains(&self.ties.get(line.index()))
    }

    /// What else than keys unites lines: in both directions, sorted.
    pub(super) fn links(&self) -> &[(Ordinal, Ordinal)] {
        &self.links
    }
}

/// How many pinned records the selection, or the maximum of a class, had no room for.
pub(super) fn judge_left_out(verdicts: &[Verdict], tied: &Tied) -> Option<Finding> {
    let pinned = |wanted: fn(Verdict) -> bool| {
        of_verdict(verdicts, wanted).filter(|&line| tied.is_pinned(line)).count() as u64
    };
    let left_out = pinned(|verdict| matches!(verdict, Verdict::Unselected | Verdict::Capped));
    let kept = pinned(|verdict| matches!(verdict, Verdict::Kept(_)));
    let message = format!(
        "{} {} left out, because the selection has no room for more",
        part_of(left_out, left_out + kept, "pinned record", "pinned records"),
        agree(left_out, "was", "were")
    );
    (left_out > 0).then(|| Finding::dataset(Code::SelectPinnedLeftOut, message))
}

/// What is to be said of groups that are tied to several sides, and of pins that are none.
pub(super) fn judge_ties(
    facts: &FactTable,
    ties: &Ties,
    divided: &Divided,
    shared_keys: impl Fn(Ordinal) -> String,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(&(line, _)) = divided.apart.first.iter().flatten().next() {
        let apart = &divided.apart;
        let its = agree(apart.groups, "its", "their");
        let new: u64 = apart.new.iter().sum();
        let follow = |(side, &n): (Side, &u64)| (n > 0).then(|| format!("{} to {}", count(n), side.name()));
        let follow: Vec<String> = Side::ALL.into_iter().zip(&apart.new).filter_map(follow).collect();
        let new = match new {
            0 => String::new(),
            new => format!(
                "; {} went where records are that share a key with them: {}",
                plural(new, "new record", "new records"),
                follow.join(", ")
            ),
        };
        let message = format!(
            "{} of {} {} pinned to different sides, and {its} pinned records stay there{new}; the records of {} {}: {}",
            plural(apart.groups, "group", "groups"),
            plural(apart.records, "record", "records"),
            agree(apart.groups, "is", "are"),
            if apart.groups > 1 { "the first" } else { "it" },
            shared_keys(line),
            places(facts, apart)
        );
        findings.push(Finding::dataset(Code::SplitPinnedApart, message));
    }
    if divided.spanning.groups > 0 {
        let n = divided.spanning.groups;
        let groups = plural(n, "group has records", "groups have records");
        let (it, its) =
            (agree(n, "it is", "they are"), agree(n, "on the held-out side", "on held-out sides"));
        let message = format!(
            "{groups} of a held-out source and others; {it} {its} as a whole: {}",
            places(facts, &divided.spanning)
        );
        findings.push(Finding::dataset(Code::SplitSpansSources, message));
    }
    if ties.pinned() > 0 {
        let (pinned, found) = (ties.pinned(), ties.found(facts));
        let names: Vec<&str> = ties.tables.iter().map(|table| table.path.as_str()).collect();
        let names = names.join(", ");
        if found == 0 {
            let pinned = plural(pinned, "record", "records");
            let message = format!("none of the {pinned} of {names} is among the records");
            findings.push(Finding::dataset(Code::SplitUnusedPins, message));
        } else if found < pinned {
            let missing = pinned - found;
            let part = part_of(missing, pinned, "record", "records");
            let are = agree(missing, "is", "are");
            let message = format!("{part} of {names} {are} not among the records, and {are} not pinned");
            findings.push(Finding::dataset(Code::SplitMissingPins, message));
        }
    }
    findings
}

/// A line on each side of the groups that are named.
fn places(facts: &FactTable, named: &Named) -> String {
    let place = |&(line, side): &(Ordinal, Side)| {
        let file = facts.file(facts.input_of(line));
        format!("{}:{} ({})", file.name, line.0 - file.first.0 + 1, side.name())
    };
    let group = |lines: &Vec<(Ordinal, Side)>| lines.iter().map(place).collect::<Vec<String>>().join(" and ");
    let mut groups: Vec<String> = named.first.iter().map(group).collect();
    let more = named.groups - named.first.len() as u64;
    if more > 0 {
        groups.push(format!("{} more", count(more)));
    }
    groups.join(", ")
}
