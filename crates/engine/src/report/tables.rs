//! The report: rows of every table, from the same facts and plan as the shards.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bedload_record::{Code, FactTable, Finding, Fingerprint, Ordinal, Side, Summary, Verdict};
use bedload_report::{
    BalanceRow, DistributionRow, FindingRow, LabelRow, ROW_GROUP_ROWS, Row, RowWriter, SummaryRow,
    TableSummary, Tap, VariantRow,
};
use bedload_scan::{Fetch, Watch};
use bedload_stages::augment::Variation;
use bedload_stages::balance::Class;
use bedload_stages::facets::{FacetCounts, ValueCounts};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::plan::pack::Piece;
use crate::plan::variants::variants_of;
use crate::report::findings::findings_in_order;
use crate::report::manifest::FileEntry;
use crate::run::bytes::hex;
use crate::run::error::EngineError;
use crate::run::source::DataSource;
use crate::scan::against::Against;
use crate::scan::ids::Ids;
use crate::scan::rules::Rules;

/// Lines whose rows are made at a time: one row group.
const WINDOW: u64 = ROW_GROUP_ROWS as u64;

/// Everything that rows are made from.
pub(crate) struct TableInput<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) plan: &'a Plan,
    pub(crate) against: &'a Against,
    pub(crate) rules: &'a Rules,
    pub(crate) fetch: &'a Fetch<'a>,
    pub(crate) watch: &'a Watch,
    pub(crate) max_record_bytes: u64,
    pub(crate) sources: &'a [DataSource],
    pub(crate) ids: &'a Ids,
    /// Whether records are put on sides, with what they are grouped with; a conversion does not.
    pub(crate) has_sides: bool,
}

/// The sha256 of a table, taken while it is written.
#[derive(Default)]
pub(crate) struct Sum(Sha256);

impl Sum {
    pub(crate) fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

impl Tap for Sum {
    fn next(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// Where a table goes: its path, and its name in the directory of the tables.
pub(crate) fn path_of(dir: &Path, name: &str) -> (PathBuf, String) {
    let name = format!("{name}.parquet");
    (dir.join(&name), name)
}

/// What the manifest says of a finished table.
pub(crate) fn entry(path: String, (summary, sum): (TableSummary, Sum)) -> FileEntry {
    FileEntry { path, bytes: summary.bytes, sha256: sum.hex(), records: summary.rows, tokens: None }
}

pub(crate) fn table<R: Row>(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut RowWriter<R, Sum>) -> Result<(), EngineError>,
) -> Result<FileEntry, EngineError> {
    let (path, shown) = path_of(dir, name);
    let mut writer = RowWriter::create(&path, Sum::default())?;
    fill(&mut writer)?;
    Ok(entry(shown, writer.finish()?))
}

pub(crate) fn windows(facts: &FactTable) -> impl Iterator<Item = Range<u64>> {
    let len = facts.len();
    (0..len.div_ceil(WINDOW)).map(move |n| n * WINDOW..((n + 1) * WINDOW).min(len))
}

/// `findings.parquet`: one row per finding, those about records first, which are handed over as they are found; but for what
/// is `counted`, which another finding says of all records.
pub(crate) fn findings(
    dir: &Path,
    source: &TableInput<'_>,
    counted: Option<Code>,
    mut each: impl FnMut(&[Finding]) -> Result<(), EngineError>,
) -> Result<FileEntry, EngineError> {
    let TableInput { facts, rules, fetch, watch, max_record_bytes, .. } = source;
    table(dir, "findings", |writer| {
        findings_in_order(facts, rules, fetch, watch, (*max_record_bytes, counted), |found| {
            each(&found)?;
            let ids = ids_of(source, &found)?;
            let row =
                |(nth, finding)| FindingRow { id: ids.get(nth).cloned().flatten(), ..finding_row(finding) };
            writer.push(found.into_iter().enumerate().map(row))?;
            Ok(())
        })?;
        each(&source.plan.findings)?;
        writer.push(source.plan.findings.iter().cloned().map(finding_row))?;
        Ok(())
    })
}

/// What names the records of some findings; nothing where no ids were asked for.
fn ids_of(source: &TableInput<'_>, found: &[Finding]) -> Result<Vec<Option<Box<str>>>, EngineError> {
    let TableInput { facts, ids, fetch, .. } = source;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let firsts: HashMap<&str, Ordinal> =
        facts.files().iter().map(|file| (file.name.as_str(), file.first)).collect();
    let line = |finding: &Finding| {
        let first = firsts.get(finding.file.as_deref()?)?;
        Some(Ordinal(first.0 + finding.line? - 1))
    };
    ids.texts(facts, fetch, found.par_iter().map(line))
}

fn finding_row(finding: Finding) -> FindingRow<'static> {
    let fingerprint = Fingerprint::of(&finding).to_string();
    let (origin_file, origin_line) = finding.origin.map(|origin| (origin.file, origin.line)).unzip();
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
        id: None,
        fingerprint: Cow::Owned(fingerprint),
        origin_file: origin_file.map(Cow::Owned),
        origin_line,
    }
}

/// `labels.parquet`: classes among the accepted records, and in the output as a whole and by side. Where a row's
/// records spell their class in several ways, it counts each of them.
pub(crate) fn labels(dir: &Path, source: &TableInput<'_>) -> Result<FileEntry, EngineError> {
    let classes = source.plan.classes.list();
    table(dir, "labels", |writer| {
        let by_side = &source.plan.by_spelling;
        let read = |class: &Class| class.spellings.iter().map(|(_, n)| *n).collect();
        let before: Vec<Vec<u64>> = classes.iter().map(read).collect();
        let mut after: Vec<Vec<u64>> = before.iter().map(|spellings| vec![0; spellings.len()]).collect();
        for side in by_side {
            let spellings = after.iter_mut().flatten().zip(side.iter().flatten());
            spellings.for_each(|(sum, n)| *sum += n);
        }
        let mut parts = vec![("before", None, &before), ("after", None, &after)];
        // A test side is shown where there is one.
        let is_shown = |side: Side| side != Side::Test || source.plan.counts.test > 0;
        let sides = Side::ALL.into_iter().zip(by_side).filter(|(side, _)| is_shown(*side));
        parts.extend(sides.map(|(side, counts)| ("after", Some(side.name()), counts)));
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

/// `balance.parquet`: the values of each facet that is counted.
pub(crate) fn balance(dir: &Path, balance: &[FacetCounts]) -> Result<FileEntry, EngineError> {
    let all = |value: &ValueCounts| value.sides.iter().sum();
    let parts: [(&str, Option<Side>); 2 + Side::COUNT] = [
        ("before", None),
        ("after", None),
        ("after", Some(Side::Train)),
        ("after", Some(Side::Validation)),
        ("after", Some(Side::Test)),
    ];
    table(dir, "balance", |writer| {
        for counts in balance {
            for (stage, side) in parts {
                let of = |value: &ValueCounts| match (stage, side) {
                    ("before", _) => value.before,
                    (_, None) => all(value),
                    (_, Some(side)) => value.sides[side as usize],
                };
                let with_value = counts.values.iter().map(|value| (Some(value.name.as_str()), of(value)));
                let without = Some((None, of(&counts.without))).filter(|(_, records)| *records > 0);
                let rows: Vec<(Option<&str>, u64)> = with_value.chain(without).collect();
                let records: u64 = rows.iter().map(|(_, records)| records).sum();
                writer.push(rows.into_iter().map(|(value, n)| BalanceRow {
                    facet: &counts.facet,
                    value,
                    stage,
                    split: side.map(Side::name),
                    records: n,
                    share: if records == 0 { 0.0 } else { n as f64 / records as f64 },
                }))?;
            }
        }
        Ok(())
    })
}

/// How even the values of facets are, in long form: metric, scope, value.
fn evenness(balance: &[FacetCounts]) -> Vec<(&'static str, String, f64)> {
    let of_side = |(counts, side): (&FacetCounts, Side)| {
        let even = counts.evenness(side);
        let scope = format!("{} {}", counts.facet, side.name());
        [
            ("balance_values", scope.clone(), even.values as f64),
            ("balance_ratio", scope.clone(), even.ratio()),
            ("balance_entropy_bits", scope, even.entropy),
        ]
    };
    let sides = balance.iter().flat_map(|counts| Side::ALL.map(|side| (counts, side)));
    sides.filter(|(counts, side)| counts.evenness(*side).values > 0).flat_map(of_side).collect()
}

/// `distributions.parquet`: how many records have which tokens, bytes and turns, by what became of them.
pub(crate) fn distributions(dir: &Path, summary: &Summary) -> Result<FileEntry, EngineError> {
    table(dir, "distributions", |writer| {
        writer.push(summary.distributions.bars().map(|bar| DistributionRow {
            measure: bar.measure.name(),
            verdict: bar.part.verdict,
            split: bar.part.side.map(Side::name),
            low: bar.bin.low(),
            high: bar.bin.high(),
            records: bar.records,
        }))?;
        Ok(())
    })
}

/// `summary.parquet`: numbers in long form.
pub(crate) fn summary(
    dir: &Path,
    summary: &Summary,
    balance: &[FacetCounts],
) -> Result<FileEntry, EngineError> {
    table(dir, "summary", |writer| {
        writer.push(summary.rows().into_iter().map(|(metric, scope, value)| SummaryRow {
            metric: Cow::Borrowed(metric),
            scope: Cow::Borrowed(scope),
            value: value as f64,
        }))?;
        writer.push(summary.source_rows().into_iter().map(|(metric, scope, value)| SummaryRow {
            metric: Cow::Borrowed(metric),
            scope: Cow::Owned(scope),
            value: value as f64,
        }))?;
        writer.push(summary.pairs.map(|pairs| SummaryRow {
            metric: Cow::Borrowed("pairs_median_ratio"),
            scope: Cow::Borrowed("kept"),
            value: pairs.median_ratio(),
        }))?;
        writer.push(evenness(balance).into_iter().map(|(metric, scope, value)| SummaryRow {
            metric: Cow::Borrowed(metric),
            scope: Cow::Owned(scope),
            value,
        }))?;
        Ok(())
    })
}

/// `variants.parquet`: every augmented line with its parent.
pub(crate) fn variants(
    dir: &Path,
    source: &TableInput<'_>,
    variations: &[Variation],
    seed: u64,
) -> Result<FileEntry, EngineError> {
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
            let mut cursor = facts.cursor(from.line);
            for line in (from.line.0..=to.line.0).map(Ordinal) {
                if plan.verdicts[line.index()] != Verdict::Kept(Side::Train) {
                    continue;
                }
                let file = facts.file(cursor.input_of(line));
                let begin = if line == from.line { from.copy } else { 0 };
                let end = if line == to.line { to.copy } else { u32::MAX };
                number += u64::from(begin == 0);
                for (_, variant) in
                    (1..end).zip(variants_of(variants, line)).filter(|(copy, _)| *copy >= begin)
                {
                    rows.push(VariantRow {
                        shard: &packed.shards[shard].path,
                        shard_line: number + 1,
                        parent_file: &file.name,
                        parent_line: line.0 - file.first.0 + 1,
                        template: Cow::Borrowed(variations[variant.variation].name()),
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
