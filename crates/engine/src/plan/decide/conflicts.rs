//! Which records go because others answer the same prompt differently.

use std::collections::BTreeMap;

use bedload_record::{Code, FactTable, Finding, Ordinal, Side, Verdict};
use bedload_stages::balance::Classes;
use bedload_stages::conflicts::{Answered, Conflicts, Vote, candidates, find};
use bedload_stages::dedupe::{Duplicate, Survivor};
use bedload_stages::group::GroupBy;

use crate::plan::disagreement::of_answers;
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::by_source::{balance, ways};

/// Finds the prompts that records answer differently, and leaves out the records that are not to stay. None where it is
/// not looked for, or nothing was found without being asked for.
///
/// # Errors
/// Where a record cannot be read again, or there is no room.
pub(super) fn judge_conflicts(
    facts: &FactTable,
    settings: &Settings,
    classes: &Classes,
    (verdicts, duplicates): (&mut [Verdict], &mut Vec<Duplicate>),
    answers: impl FnOnce(&[Ordinal]) -> Result<Vec<Option<Answered>>, EngineError>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Conflicts>, EngineError> {
    let stages = &settings.stages;
    let asked = stages.conflicts.action;
    if !stages.conflicts.enabled || asked.is_none() && classes.list().is_empty() {
        return Ok(None);
    }
    let mut lines = candidates(facts, prompt_keys(facts, settings))?;
    lines.retain(|&line| !facts.codes(line).contains(Code::ContaminationDropped));
    let vote = |&line: &Ordinal| Vote::new(facts.label(line).is_some(), classes.of(facts, line));
    let votes: Vec<Vote> = lines.iter().map(vote).collect();
    let by_class = balance(settings).label_field.is_some();
    let mut found = find(&lines, &answers(&lines)?, &votes, by_class);
    if asked.is_none() {
        found.0.retain(|conflict| conflict.is_conflict);
        if found.0.is_empty() {
            return Ok(None);
        }
    }
    let action = asked.unwrap_or_default();
    let mut gone = Vec::new();
    let mut staying = Vec::new();
    for conflict in found.0.iter().filter(|conflict| conflict.is_conflict) {
        staying.extend_from_slice(&conflict.abstaining);
        for (nth, answer) in conflict.answers.iter().enumerate() {
            if conflict.stays(nth, action) {
                staying.extend_from_slice(&answer.lines);
                continue;
            }
            for &line in &answer.lines {
                let verdict = &mut verdicts[line.index()];
                if matches!(verdict, Verdict::Kept(_)) {
                    *verdict = Verdict::Conflicting;
                    gone.push(line);
                }
            }
        }
    }
    let listed = "; report/conflicts.parquet lists them";
    findings.extend(of_answers(&found, action, gone.len() as u64, listed, &|line| place(facts, line)));
    gone.sort_unstable();
    staying.sort_unstable();
    keep_heirs(facts, &settings.stages.dedupe.survivor, (&gone, &staying), verdicts, duplicates);
    Ok(Some(found))
}

/// Where a record that goes stood for equal ones, and some of these have a label that stays (labels are no content), or
/// none, one of them is kept in its place, and is the survivor of the others.
fn keep_heirs(
    facts: &FactTable,
    survivor: &Survivor,
    (gone, staying): (&[Ordinal], &[Ordinal]),
    verdicts: &mut [Verdict],
    duplicates: &mut Vec<Duplicate>,
) {
    let place = |line: Ordinal| match survivor {
        Survivor::First => (0, line.0),
        Survivor::Last => (0, u64::MAX - line.0),
        _ => (facts.rank(line), line.0),
    };
    let mut heirs: BTreeMap<Ordinal, Ordinal> = BTreeMap::new();
    for duplicate in &*duplicates {
        let Duplicate { dropped, survivor, .. } = *duplicate;
        if gone.binary_search(&survivor).is_err() || staying.binary_search(&dropped).is_err() {
            continue;
        }
        let heir = heirs.entry(survivor).or_insert(dropped);
        if place(dropped) < place(*heir) {
            *heir = dropped;
        }
    }
    if heirs.is_empty() {
        return;
    }
    duplicates.retain_mut(|duplicate| {
        let Some(&heir) = heirs.get(&duplicate.survivor) else { return true };
        duplicate.survivor = heir;
        duplicate.dropped != heir
    });
    for heir in heirs.into_values() {
        verdicts[heir.index()] = Verdict::Kept(Side::Train);
    }
}

/// The kind of the keys that all records have of their prompts; none where some have none.
pub(in crate::plan) fn prompt_keys(facts: &FactTable, settings: &Settings) -> Option<usize> {
    let ways = ways(settings, facts);
    let kind = ways.all().each().iter().position(|by| *by == GroupBy::Prompt)?;
    let mut sources = (0..settings.sources.len()).map(Some).chain([None]);
    sources.all(|source| ways.has(source, kind)).then_some(kind)
}

/// Where a line is, for people.
pub(super) fn place(facts: &FactTable, line: Ordinal) -> String {
    let file = facts.file(facts.input_of(line));
    format!("{}:{}", file.name, line.0 - file.first.0 + 1)
}
