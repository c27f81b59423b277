//! The report: rows of every table, from the same facts and plan as the shards.

use std::borrow::Cow;
use std::path::Path;

use bedload_record::{FactTable, Finding, Ordinal, Side, Summary, Verdict};
use bedload_report::{
    DuplicateRow, FindingRow, LabelRow, ROW_GROUP_ROWS, RecordRow, Row, SummaryRow, TableWriter, VariantRow,
};
use bedload_scan::{Fetch, Watch};
use bedload_stages::balance::Class;
use rayon::prelude::*;

use crate::plan::Plan;
use crate::plan::pack::{Piece, file_from};
use crate::plan::variants::variants_of;
use crate::report::findings::findings_in_order;
use crate::run::error::EngineError;
use crate::scan::rules::Rules;

/// Lines whose rows are made at a time: one row group.
const WINDOW: u64 = ROW_GROUP_ROWS as u64;

/// Everything that rows are made from.
pub(crate) struct TableInput<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) plan: &'a Plan,
    pub(crate) rules: &'a Rules,
    pub(crate) fetch: &'a Fetch<'a>,
    pub(crate) watch: &'a Watch,
    pub(crate) max_record_bytes: u64,
}

/// A table that was written.
pub(crate) struct Written {
    /// Path below the output directory.
    pub(crate) path: String,
    pub(crate) rows: u64,
}

fn table<R: Row>(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut TableWriter<R>) -> Result<(), EngineError>,
) -> Result<Written, EngineError> {
    let path = format!("report/{name}.parquet");
    let mut writer = TableWriter::create(&dir.join(&path))?;
    fill(&mut writer)?;
    let summary = writer.finish()?;
    Ok(Written { path, rows: summary.rows })
}

/// `records.parquet`: one row per input line.
pub(crate) fn records(dir: &Path, source: &TableInput<'_>) -> Result<Written, EngineError> {
    let TableInput { facts, plan, rules, .. } = source;
    let packed = &plan.packed;
    table(dir, "records", |writer| {
        let mut places = Places::new(source);
        let mut duplicates = &plan.duplicates[..];
        for window in windows(facts) {
            source.watch.check()?;
            let placed: Vec<Option<(usize, u64)>> =
                window.clone().map(|line| places.next(Ordinal(line))).collect();
            let here = duplicates.partition_point(|duplicate| duplicate.dropped.0 < window.end);
            let (here, rest) = duplicates.split_at(here);
            duplicates = rest;
            let row = |(nth, place): (usize, Option<(usize, u64)>)| {
                let line = Ordinal(window.start + nth as u64);
                let file = facts.file_of(line);
                let span = facts.span(line, file);
                let verdict = plan.verdicts[line.index()];
                let accepted = verdict != Verdict::Rejected;
                let survivor = here
                    .binary_search_by_key(&line, |duplicate| duplicate.dropped)
                    .ok()
                    .map(|found| where_is(facts, here[found].survivor));
                let counted = rules.tokenizer.is_some() && rules.format.is_some();
                let tokens = facts.tokens(line);
                let number = |n: u64| Some(n).filter(|_| counted && (accepted || tokens.total() > 0));
                let spoken = |n: u64| number(n).filter(|_| rules.is_conversation());
                let codes: Vec<&str> = facts.codes(line).iter().map(bedload_record::Code::name).collect();
                RecordRow {
                    file: &facts.files()[file].name,
                    line: line.0 - facts.files()[file].first.0 + 1,
                    record: line.0 - facts.files()[file].first.0,
                    byte_offset: span.start,
                    bytes: span.len,
                    format: rules.format.map(|format| format.name),
                    tokens: number(tokens.total()),
                    tokens_prompt: number(tokens.prompt),
                    tokens_completion: number(tokens.completion),
                    tokens_system: spoken(tokens.system),
                    tokens_user: spoken(tokens.user()),
                    tokens_assistant: spoken(tokens.assistant),
                    characters: number(tokens.characters),
                    tokens_by_6: number(tokens.by_6()),
                    tokens_by_3: number(tokens.by_3()),
                    digest: accepted.then(|| facts.digest(line)),
                    label: plan.classes.of(facts, line).map(|class| plan.classes.list()[class].name.as_str()),
                    verdict: verdict.name(),
                    split: verdict.side().map(Side::name),
                    shard: place.map(|(shard, _)| packed.shards[shard].path.as_str()),
                    shard_line: place.map(|(_, number)| number + 1),
                    group: accepted.then(|| facts.group(line)),
                    duplicate_of_file: survivor.map(|(name, ..)| name),
                    duplicate_of_line: survivor.map(|(_, line, _)| line),
                    codes: (!codes.is_empty()).then(|| Cow::Owned(codes.join(","))),
                }
            };
            let rows: Vec<RecordRow<'_>> = placed.into_par_iter().enumerate().map(row).collect();
            writer.push_group(rows)?;
        }
        Ok(())
    })
}

/// Name, line and byte offset of a record.
fn where_is(facts: &FactTable, line: Ordinal) -> (&str, u64, u64) {
    let index = facts.file_of(line);
    let file = &facts.files()[index];
    (&file.name, line.0 - file.first.0 + 1, facts.span(line, index).start)
}

pub(crate) fn windows(facts: &FactTable) -> impl Iterator<Item = std::ops::Range<u64>> {
    let len = facts.len();
    (0..len.div_ceil(WINDOW)).map(move |n| n * WINDOW..((n + 1) * WINDOW).min(len))
}

/// Walks the lines in order and tells the shard of each, and its line there, from 0.
struct Places<'p, 'a> {
    source: &'p TableInput<'a>,
    /// Of each side, and of the rejected lines: the current shard and how many lines of it are past.
    at: [(usize, u64); 3],
}

impl<'p, 'a> Places<'p, 'a> {
    fn new(source: &'p TableInput<'a>) -> Self {
        let first =
            |side| source.plan.packed.shards.iter().position(|s| s.side == side).unwrap_or(usize::MAX);
        let at = [Some(Side::Train), Some(Side::Validation), None].map(|side| (first(side), 0));
        Self { source, at }
    }

    fn next(&mut self, line: Ordinal) -> Option<(usize, u64)> {
        let plan = self.source.plan;
        let (packed, variants) = (&plan.packed, &plan.variants);
        let (slot, lines) = match plan.verdicts[line.index()] {
            Verdict::Kept(Side::Train) => (0, 1 + variants_of(variants, line).len() as u64),
            Verdict::Kept(Side::Validation) => (1, 1),
            Verdict::Rejected => (2, 1),
            Verdict::Duplicate | Verdict::Unselected => return None,
        };
        let (shard, past) = &mut self.at[slot];
        while *past >= packed.shards[*shard].records && *shard + 1 < packed.shards.len() {
            *past -= packed.shards[*shard].records;
            *shard += 1;
        }
        let here = (*shard, *past);
        *past += lines;
        Some(here)
    }
}

/// `findings.parquet`: one row per finding, those about records first, which are emitted as they are found.
pub(crate) fn findings(
    dir: &Path,
    source: &TableInput<'_>,
    mut emit: impl FnMut(&Finding) -> Result<(), EngineError>,
) -> Result<Written, EngineError> {
    let TableInput { facts, rules, fetch, watch, max_record_bytes, .. } = source;
    table(dir, "findings", |writer| {
        findings_in_order(facts, rules, fetch, watch, *max_record_bytes, |found| {
            found.iter().try_for_each(&mut emit)?;
            writer.push(found.into_iter().map(finding_row))?;
            Ok(())
        })?;
        source.plan.findings.iter().try_for_each(&mut emit)?;
        writer.push(source.plan.findings.iter().cloned().map(finding_row))?;
        Ok(())
    })
}

fn finding_row(finding: Finding) -> FindingRow<'static> {
    FindingRow {
        file: finding.file.map(Cow::Owned),
        line: finding.line,
        column: finding.column,
        byte_offset: finding.byte_offset,
        record: finding.record,
        pointer: finding.pointer.map(Cow::Owned),
        code: Cow::Borrowed(finding.code.name()),
        severity: Cow::Borrowed(finding.severity.name()),
        message: Cow::Owned(finding.message),
        source: Cow::Owned(finding.source),
    }
}

/// `duplicates.parquet`: every dropped record with its survivor.
pub(crate) fn duplicates(dir: &Path, source: &TableInput<'_>) -> Result<Written, EngineError> {
    let TableInput { facts, plan, .. } = source;
    table(dir, "duplicates", |writer| {
        let row = |duplicate: &bedload_stages::dedupe::Duplicate| {
            let (file, line, byte_offset) = where_is(facts, duplicate.dropped);
            let (survivor_file, survivor_line, survivor_byte_offset) = where_is(facts, duplicate.survivor);
            DuplicateRow {
                file,
                line,
                byte_offset,
                survivor_file,
                survivor_line,
                survivor_byte_offset,
                method: "exact",
                similarity: 1.0,
                group: Some(facts.group(duplicate.survivor)),
                digest: Some(facts.digest(duplicate.dropped)),
            }
        };
        for window in plan.duplicates.chunks(WINDOW as usize) {
            writer.push(window.par_iter().map(row).collect::<Vec<_>>())?;
        }
        Ok(())
    })
}

/// `labels.parquet`: classes among the accepted records, and in the output as a whole and by side. Where a row's
/// records spell their class in several ways, it counts each of them.
pub(crate) fn labels(dir: &Path, source: &TableInput<'_>) -> Result<Written, EngineError> {
    let classes = source.plan.classes.list();
    table(dir, "labels", |writer| {
        let [train, validation] = &source.plan.by_spelling;
        let read = |class: &Class| class.spellings.iter().map(|(_, n)| *n).collect();
        let before: Vec<Vec<u64>> = classes.iter().map(read).collect();
        let both = |(a, b): (&Vec<u64>, &Vec<u64>)| a.iter().zip(b).map(|(a, b)| a + b).collect();
        let after: Vec<Vec<u64>> = train.iter().zip(validation).map(both).collect();
        let parts = [
            ("before", None, &before),
            ("after", None, &after),
            ("after", Some("train"), train),
            ("after", Some("validation"), validation),
        ];
        for (stage, split, counts) in parts {
            let all: u64 = counts.iter().flatten().sum();
            writer.push(classes.iter().zip(counts).map(|(class, counts)| {
                let records: u64 = counts.iter().sum();
                let spellings = class.spellings.iter().zip(counts).filter(|(_, n)| **n > 0);
                let spellings: Vec<String> =
                    spellings.map(|((name, _), n)| format!("{name:?} {n}")).collect();
                LabelRow {
                    label: &class.name,
                    stage,
                    split,
                    records,
                    share: if all == 0 { 0.0 } else { records as f64 / all as f64 },
                    variants: (spellings.len() > 1).then(|| Cow::Owned(spellings.join(", "))),
                }
            }))?;
        }
        Ok(())
    })
}

/// `summary.parquet`: numbers in long form.
pub(crate) fn summary(dir: &Path, summary: &Summary) -> Result<Written, EngineError> {
    table(dir, "summary", |writer| {
        writer.push(summary.rows().into_iter().map(|(metric, scope, value)| SummaryRow {
            metric: Cow::Borrowed(metric),
            scope: Cow::Borrowed(scope),
            value: value as f64,
        }))?;
        Ok(())
    })
}

/// `variants.parquet`: every augmented line with its parent.
pub(crate) fn variants(
    dir: &Path,
    source: &TableInput<'_>,
    templates: &[String],
    seed: u64,
) -> Result<Written, EngineError> {
    let TableInput { facts, plan, .. } = source;
    let (packed, variants) = (&plan.packed, &plan.variants);
    table(dir, "variants", |writer| {
        let lines = packed.units.iter().filter_map(|unit| match unit.what {
            Piece::Lines { from, to, first } if packed.shards[unit.shard].side == Some(Side::Train) => {
                Some((unit.shard, from, to, first))
            }
            _ => None,
        });
        for (shard, from, to, first) in lines {
            let mut number = first;
            let mut rows = Vec::new();
            let mut file = facts.file_of(from.line);
            for line in (from.line.0..=to.line.0).map(Ordinal) {
                if plan.verdicts[line.index()] != Verdict::Kept(Side::Train) {
                    continue;
                }
                file = file_from(facts, file, line);
                let begin = if line == from.line { from.copy } else { 0 };
                let end = if line == to.line { to.copy } else { u32::MAX };
                number += u64::from(begin == 0);
                for (_, variant) in
                    (1..end).zip(variants_of(variants, line)).filter(|(copy, _)| *copy >= begin)
                {
                    rows.push(VariantRow {
                        shard: &packed.shards[shard].path,
                        shard_line: number + 1,
                        parent_file: &facts.files()[file].name,
                        parent_line: line.0 - facts.files()[file].first.0 + 1,
                        template: Cow::Borrowed(&templates[variant.template]),
                        seed,
                        label: plan
                            .classes
                            .of(facts, line)
                            .map(|class| plan.classes.list()[class].name.as_str()),
                        tokens: Some(variant.tokens),
                        digest: Some(variant.digest),
                    });
                    number += 1;
                }
            }
            writer.push(rows)?;
        }
        Ok(())
    })
}
