//! Records that are tied to a side before the split, and what is to be said of their groups.

use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Column, FactTable, Finding, NoRoom, Ordinal, Side, Verdict};
use bedload_stages::split::{Divided, Named, Tie};
use rayon::prelude::*;

use crate::plan::of_verdict;
use crate::scan::ties::Ties;

/// What ties each line, at a byte a line.
pub(super) struct Tied(Column<u8>);

const FREE: u8 = 0;
const PINNED: u8 = 1;
const SOURCE: u8 = PINNED + Side::COUNT as u8;

impl Tied {
    /// Looks up all accepted records; dropped ones, too, as the groups that they are in are tied by them.
    pub(super) fn new(facts: &FactTable, ties: &Ties) -> Result<Self, NoRoom> {
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
        Ok(Self(tied))
    }

    pub(super) fn of(&self, line: Ordinal) -> Option<Tie> {
        match self.0.get(line.index()) {
            FREE => None,
            pinned @ PINNED..SOURCE => Some(Tie::Pinned(Side::ALL[usize::from(pinned - PINNED)])),
            source => Some(Tie::Source(Side::ALL[usize::from(source - SOURCE)])),
        }
    }

    /// Returns true if an earlier output has a record on a side.
    pub(super) fn is_pinned(&self, line: Ordinal) -> bool {
        (PINNED..SOURCE).contains(&self.0.get(line.index()))
    }

    fn pins(&self) -> bool {
        self.0.values().par_iter().any(|tied| (PINNED..SOURCE).contains(tied))
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
pub(super) fn judge_ties(facts: &FactTable, ties: &Ties, tied: &Tied, divided: &Divided) -> Vec<Finding> {
    let mut findings = Vec::new();
    if divided.apart.groups > 0 {
        let groups = plural(divided.apart.groups, "group has records", "groups have records");
        let message = format!(
            "{groups} that are pinned to different sides, and stay there: {}",
            places(facts, &divided.apart)
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
    if ties.pinned() > 0 && !tied.pins() {
        let pinned = plural(ties.pinned(), "record", "records");
        let names: Vec<&str> = ties.tables.iter().map(|table| table.path.as_str()).collect();
        let message = format!("none of the {pinned} of {} is among the records", names.join(", "));
        findings.push(Finding::dataset(Code::SplitUnusedPins, message));
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
