//! `check`: one pass that writes nothing, after a short one over validation data. Memory does not grow with the training
//! data; findings leave as they are found.

mod chunk;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use bedload_bedrock::Unmapped;
use bedload_record::{
    Bin, Code, Finding, Histogram, Ordinal, PairLengths, Quantiles, Severity, Side, Tokens,
};
use bedload_scan::{Chunk, Inputs, visit_weighing};
use bedload_stages::facets::{Facet, FacetCounts, Sources};
use bedload_stages::schema::Tally;

use crate::plan::across::{judge_similar, temp_dir};
use crate::plan::balance::{missing_values, too_many_values};
use crate::plan::disagreement::of_stances;
use crate::plan::judge::files::Files;
use crate::plan::judge::{DataSet, Records, SideTotals, judge, judge_rejected};
use crate::plan::sources::source_name;
use crate::report::provenance::Provenance;
use crate::run::error::EngineError;
use crate::run::progress::{Phase, Progress};
use crate::run::settings::Settings;
use crate::scan::contamination::judge_found;
use crate::scan::distinct::{DISTINCT_MAX, Distinct, DistinctKeys};
use crate::scan::examine::place::place;
use crate::scan::examine::{Examiner, Physical, Wanted};
use crate::scan::facts::FileLines;
use crate::scan::held_out::{HeldOut, LeakCounts, Leaks};
use crate::scan::rules::{Rules, unknown_format};
use crate::scan::several::{refuse_joined, refuse_several};
use crate::scan::stances::Stances;
use crate::scan::value_counts::ValueTally;
use chunk::{Asked, ChunkChecked, check_chunk};

/// What a check found, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Inputs read.
    pub files: u64,
    /// Lines, and so records, in them.
    pub records: u64,
    /// Records without an error.
    pub valid: u64,
    /// Records with one.
    pub rejected: u64,
    /// Findings that are errors.
    pub errors: u64,
    /// Findings that are warnings.
    pub warnings: u64,
    /// Findings that are notes.
    pub notes: u64,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Tokens of the valid records; zero where they were not counted.
    pub tokens: Quantiles,
    /// How many of these records have so many tokens, by bin.
    pub token_bins: Vec<(Bin, u64)>,
    /// The same by what they are for and by who speaks, and their characters.
    pub texts: Tokens,
    /// Whether the records are conversations.
    pub is_conversation: bool,
    /// How tokens were counted.
    pub encoding: Option<String>,
    /// How many findings there are of each code.
    pub by_code: BTreeMap<Code, u64>,
    /// The format that records were checked against.
    pub format: Option<&'static str>,
    /// True where it was found in the data, and not named.
    pub format_detected: bool,
    /// Distinct valid records; none without a format to compare them by.
    pub distinct: Option<Distinct>,
    /// What the validation data has in common with the training data; none where nothing was compared.
    pub leaked: Option<LeakCounts>,
    /// The values of the facets that were to be counted, by side.
    pub balance: Vec<FacetCounts>,
    /// How long the answers of valid pairs are; none where there are no pairs.
    pub pairs: Option<PairLengths>,
}

/// Checks all inputs and hands findings to `sink` in input order, those about files and the data set last.
/// With `per_code`, at most so many findings about records are handed over of each code, and none that one finding
/// about the data says for all of them. Without it every finding is, and with each whether it is one of those. All are
/// counted.
///
/// # Errors
/// Where inputs cannot be read, changed meanwhile, or contradict the settings; and what `sink` returns.
pub fn check(
    inputs: &Inputs,
    settings: &Settings,
    progress: &Progress,
    per_code: Option<u64>,
    mut sink: impl FnMut(&Finding, bool) -> Result<(), EngineError> + Send,
) -> Result<Checked, EngineError> {
    refuse_several(settings)?;
    // What is read twice is copied first.
    let similar = settings.stages.near.dropping();
    if similar.is_some() {
        inputs.spool_all(&temp_dir(settings), &progress.watch)?;
    }
    progress.enter(Phase::Scan);
    let set_aside = inputs.set_aside_foreign()?;
    let (mut rules, mut before) = Rules::new(settings, inputs)?;
    refuse_joined(&rules)?;
    before.extend(rules.read_eval_sets(settings, &progress.watch)?);
    rules.origins = Provenance::read(settings, inputs, &progress.watch)?.origins;
    let mut total = Checked {
        files: inputs.len() as u64,
        format: rules.format.map(|format| format.name),
        format_detected: rules.detected,
        is_conversation: rules.is_conversation(),
        encoding: rules.tokenizer.as_ref().map(|tokenizer| tokenizer.name().to_owned()),
        ..Checked::default()
    };
    let mut tokens = Histogram::default();
    let mut tally = Tally::default();
    let mut unmapped = Unmapped::default();
    let mut stances = Stances::new(settings, &rules);
    let need_labels = stances.as_ref().is_some_and(Stances::need_labels);
    // Set once there is no room for more of them.
    let are_full = AtomicBool::new(stances.is_none());
    let mut values = ValueTally::new(settings, &rules, need_labels);
    let sources = Sources::new(inputs.iter().map(|input| source_name(input, settings)));
    let mut held = Side::ALL.map(|_| SideTotals::default());
    let held_out = HeldOut::read(inputs, settings, &rules, progress)?;
    let mut leaks = held_out.as_ref().map(Leaks::among);
    let mut seen = rules.format.map(|_| DistinctKeys::new(DISTINCT_MAX));
    // Set once digests are of no more use; a chunk that does not see it yet makes some in vain.
    let is_counted = AtomicBool::new(rules.format.is_none());
    let mut shown: BTreeMap<Code, u64> = BTreeMap::new();
    let mut lines = vec![FileLines::default(); inputs.len()];
    let mut again: Option<Examiner<'_, '_>> = None;
    visit_weighing(
        inputs,
        &settings.scan,
        &progress.watch,
        || Examiner::new(&rules),
        |examiner, chunk| {
            let name = inputs.get(chunk.at.input).name();
            let wanted = match &held_out {
                Some(_) => Wanted::Groups,
                None if is_counted.load(Ordering::Relaxed) => Wanted::Nothing,
                None => Wanted::Digest,
            };
            examiner.want_stances(!are_full.load(Ordering::Relaxed));
            let values = ValueTally::new(settings, &rules, need_labels);
            let values = values.map(|values| (values, place_of(chunk, inputs, &sources)));
            check_chunk(
                examiner,
                chunk,
                &rules,
                Asked { wanted, held_out: held_out.as_ref(), values },
                name,
                per_code,
                &progress.ledger,
            )
        },
        ChunkChecked::held_bytes,
        |at, chunk: ChunkChecked| {
            let lines = &mut lines[at.input.index()];
            let mut show = |mut finding: Finding| {
                let n = shown.entry(finding.code).or_default();
                *n += 1;
                let is_said = rules.is_folded(at.input, finding.code);
                if per_code.is_some_and(|most| *n > most || is_said) {
                    return Ok(());
                }
                finding.line = finding.line.map(|line| line + lines.lines);
                finding.record = finding.record.map(|record| record + lines.lines);
                rules.origins.put(at.input, &mut finding);
                sink(&finding, is_said)
            };
            chunk.findings.into_iter().try_for_each(&mut show)?;
            if let Some(kept) = &chunk.again {
                let examiner = again.get_or_insert_with(|| Examiner::new(&rules));
                let name = inputs.get(at.input).name();
                for (line, number) in kept.chunk().lines().zip(1..) {
                    progress.watch.check()?;
                    let line = Physical::of(at.input, &line);
                    let found = examiner.findings(&line);
                    place(found, &rules, name, number, &line).into_iter().try_for_each(&mut show)?;
                }
            }
            progress.add(chunk.lines, chunk.lines - chunk.valid);
            lines.lines += chunk.lines;
            lines.crlf += chunk.crlf;
            let lines_in_all = total.records;
            total.records += chunk.lines;
            total.valid += chunk.valid;
            let side = inputs.get(at.input).side();
            if let Some(seen) = &mut seen {
                seen.add(side, &chunk.keys);
                is_counted.fetch_or(!seen.counts().is_exact, Ordering::Relaxed);
            }
            if let Some(stances) = &mut stances {
                stances.add(lines_in_all, &chunk.stances);
                are_full.fetch_or(stances.are_full(), Ordering::Relaxed);
            }
            if let Some(leaks) = &mut leaks {
                leaks.add(side, lines_in_all, &chunk.overlaps);
            }
            let held = &mut held[side as usize];
            held.records += chunk.valid;
            held.bytes += chunk.bytes;
            total.bytes += chunk.bytes;
            total.texts += chunk.texts;
            if let (Some(values), Some(more)) = (&mut values, &chunk.values) {
                values.absorb(&rules, more);
            }
            tally.absorb(&chunk.tally);
            unmapped.absorb(&chunk.unmapped, lines_in_all);
            chunk.tokens.iter().for_each(|&n| tokens.add(n));
            chunk.by_code.iter().for_each(|(&code, n)| *total.by_code.entry(code).or_default() += n);
            Ok::<(), EngineError>(())
        },
    )?;
    inputs.check_unchanged()?;
    total.rejected = total.records - total.valid;
    total.tokens = tokens.quantiles();
    total.token_bins = tokens.bins();
    if rules.format.is_none() && total.valid > 0 && before.is_empty() {
        before.push(unknown_format());
    }
    let matched = total.by_code.get(&Code::ContaminationMatch).copied().unwrap_or_default();
    before.extend(judge_found(matched, total.records, &settings.stages.contamination));
    if let Some((threshold, format)) = similar.zip(rules.format) {
        before.extend(judge_similar(inputs, settings, format, threshold, progress)?);
    }
    let sample = rules.sample(&unmapped, inputs);
    total.distinct = seen.map(|seen| seen.counts());
    total.leaked = leaks.as_ref().map(|leaks| leaks.counts(rules.by_source.ways().all()));
    let labels =
        values.as_ref().filter(|_| need_labels).map_or_else(Vec::new, |values| values.labels().to_vec());
    let counted = values.map(|values| values.finish(settings, &rules, sources.names(), total.valid));
    let (classes, balance, too_many) = counted.unwrap_or_default();
    let files = Files { inputs, lines: &lines };
    let place = |line: Ordinal| files.place(line.0);
    before.extend(
        stances
            .map(|stances| of_stances(stances, settings, (&classes, &labels), &place))
            .into_iter()
            .flatten(),
    );
    before.extend(too_many.iter().map(too_many_values));
    let is_missing = |counts: &&FacetCounts| counts.facet.starts_with('/') && counts.values.is_empty();
    before.extend(balance.iter().filter(is_missing).map(|counts| missing_values(&counts.facet)));
    let has_labels = settings.stages.counted().contains(&Facet::Label);
    let train = classes_of_training(&balance);
    total.balance = balance;
    total.pairs = tally.lengths().pairs();
    if total.valid > 0 {
        let is_without = |side: &Side| {
            held[*side as usize].records == 0 && inputs.iter().any(|input| input.side() == *side)
        };
        before.extend(Side::ALL.into_iter().filter(is_without).map(no_records));
    }
    // Where nothing could be read, there is nothing to be said of it but that.
    let is_read = set_aside.len() < inputs.len();
    let findings = judge(DataSet {
        settings,
        rules: &rules,
        files,
        set_aside: &set_aside,
        is_in_place: is_read,
        before,
        decided: judge_rejected(total.rejected, total.records, settings.max_rejected).into_iter().collect(),
        records: is_read.then_some(Records {
            valid: total.valid,
            held,
            tally: &tally,
            unmapped: &unmapped,
            sample: sample.as_deref(),
            classes: has_labels.then_some((&classes, &train[..])),
            balance: &total.balance,
            distinct: total.distinct,
            leaks: leaks.as_ref(),
        }),
    });
    for finding in &findings {
        *total.by_code.entry(finding.code).or_default() += 1;
        sink(finding, false)?;
    }
    for (&code, &n) in &total.by_code {
        match settings.severities.of(code) {
            Severity::Error => total.errors += n,
            Severity::Warning => total.warnings += n,
            Severity::Note => total.notes += n,
        }
    }
    Ok(total)
}

/// The finding where a side has inputs and no valid records: nothing is compared with it.
fn no_records(side: Side) -> Finding {
    let side = if side == Side::Train { "training" } else { side.name() };
    Finding::dataset(Code::DatasetNoRecords, format!("there are no valid {side} records"))
}

/// The side of a chunk's records, and their source.
fn place_of(chunk: &Chunk<'_>, inputs: &Inputs, sources: &Sources) -> (Side, usize) {
    (inputs.get(chunk.at.input).side(), sources.of_input(chunk.at.input).unwrap_or_default())
}

/// How many training records each class has, where classes were counted.
fn classes_of_training(balance: &[FacetCounts]) -> Vec<u64> {
    let labels = balance.iter().find(|counts| counts.facet == Facet::Label.as_str());
    let values = labels.into_iter().flat_map(|labels| &labels.values);
    values.map(|value| value.sides[Side::Train as usize]).collect()
}
