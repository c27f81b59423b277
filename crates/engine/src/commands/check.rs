//! `check`: one pass that writes nothing, after a short one over validation data. Memory does not grow with the training
//! data; findings leave as they are found.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use bedload_bedrock::Unmapped;
use bedload_record::json::is_blank;
use bedload_record::{Code, Finding, Findings, Histogram, Quantiles, Severity, Side, Terminator, Tokens};
use bedload_scan::{Chunk, Inputs, KeptChunk, visit_weighing};
use bedload_stages::schema::Tally;

use crate::plan::judge::files::Files;
use crate::plan::judge::{DataSet, Records, SideTotals, judge};
use crate::run::error::EngineError;
use crate::run::memory::Ledger;
use crate::run::progress::{Phase, Progress};
use crate::run::settings::Settings;
use crate::scan::contamination::judge_found;
use crate::scan::distinct::{DISTINCT_MAX, Distinct, DistinctKeys};
use crate::scan::examine::place::{in_order, place};
use crate::scan::examine::{Examiner, Physical, Summary, Wanted};
use crate::scan::facts::FileLines;
use crate::scan::held_out::{HeldOut, Leaks, Overlap};
use crate::scan::rules::{Rules, unknown_format};

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
    /// How many validation records are also in the training data, and how many share no more than a prompt or group
    /// with it; none where nothing was compared.
    pub leaked: Option<[u64; 2]>,
}

/// What one chunk leaves.
#[derive(Default)]
struct ChunkChecked {
    lines: u64,
    bytes: u64,
    valid: u64,
    crlf: u64,
    tokens: Vec<u64>,
    texts: Tokens,
    tally: Tally,
    unmapped: Unmapped,
    by_code: BTreeMap<Code, u64>,
    /// The leading bytes of the digests of the valid records.
    keys: Vec<u64>,
    /// Those that have something in common with the validation data.
    overlaps: Vec<Overlap>,
    /// Placed, but with line numbers that count from the chunk's first line.
    findings: Vec<Finding>,
    /// In place of too many findings to be held: the chunk, to be looked at again when its turn comes.
    again: Option<KeptChunk>,
}

impl ChunkChecked {
    /// How much memory it takes.
    fn held_bytes(&self) -> usize {
        let finding_bytes = size_of::<Finding>() + FINDING_TEXT_BYTES;
        size_of::<Self>()
            + self.tokens.capacity() * size_of::<u64>()
            + self.keys.capacity() * size_of::<u64>()
            + self.overlaps.capacity() * size_of::<Overlap>()
            + self.findings.len() * finding_bytes
            + self.again.as_ref().map_or(0, KeptChunk::n_bytes)
    }

    /// Keeps findings, or the chunk in place of too many.
    fn hold(&mut self, findings: Vec<Finding>, chunk: &Chunk<'_>) {
        self.findings.extend(findings);
        if self.findings.len() > HELD_MAX {
            self.findings = Vec::new();
            self.again = Some(chunk.keep());
        }
    }
}

/// The most findings that a chunk holds until its turn comes. A finding takes far more memory than the bytes it is
/// about, and with blank lines there is one for every byte.
const HELD_MAX: usize = 4096;

/// The texts of a finding: file, pointer, message and source.
const FINDING_TEXT_BYTES: usize = 400;

/// Checks all inputs and hands findings to `sink` in input order, those about files and the data set last.
/// For people, at most `per_code` findings about records are handed over of each code, and none that one finding
/// about the data says for all of them. Without `per_code` every finding is. All are counted.
///
/// # Errors
/// Where inputs cannot be read, changed meanwhile, or contradict the settings; and what `sink` returns.
pub fn check(
    inputs: &Inputs,
    settings: &Settings,
    progress: &Progress,
    per_code: Option<u64>,
    mut sink: impl FnMut(&Finding) -> Result<(), EngineError> + Send,
) -> Result<Checked, EngineError> {
    progress.enter(Phase::Scan);
    let set_aside = inputs.set_aside_foreign()?;
    let (mut rules, mut before) = Rules::new(settings, inputs)?;
    before.extend(rules.read_eval_sets(settings, &progress.watch)?);
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
    let mut held = Side::ALL.map(|_| SideTotals::default());
    let held_out = HeldOut::read(inputs, settings, &rules, progress)?;
    let mut leaks = held_out.as_ref().map(Leaks::among);
    let mut seen = rules.format.map(|_| DistinctKeys::new(DISTINCT_MAX));
    // Set once digests are of no more use; a chunk that does not see it yet makes some in vain.
    let is_counted = AtomicBool::new(rules.format.is_none());
    let mut shown: BTreeMap<Code, u64> = BTreeMap::new();
    let mut lines = vec![FileLines::default(); inputs.len()];
    let mut again: Option<Examiner<'_>> = None;
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
            check_chunk(
                examiner,
                chunk,
                &rules,
                (wanted, held_out.as_ref()),
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
                let is_folded = |most: u64| *n > most || rules.is_folded(at.input, finding.code);
                if per_code.is_some_and(is_folded) {
                    return Ok(());
                }
                finding.line = finding.line.map(|line| line + lines.lines);
                finding.record = finding.record.map(|record| record + lines.lines);
                sink(&finding)
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
            if let Some(leaks) = &mut leaks {
                leaks.add(side, lines_in_all, &chunk.overlaps);
            }
            let held = &mut held[side as usize];
            held.records += chunk.valid;
            held.bytes += chunk.bytes;
            total.bytes += chunk.bytes;
            total.texts += chunk.texts;
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
    if rules.format.is_none() && total.valid > 0 && before.is_empty() {
        before.push(unknown_format());
    }
    let matched = total.by_code.get(&Code::ContaminationMatch).copied().unwrap_or_default();
    before.extend(judge_found(matched, total.records, &settings.stages.contamination));
    let sample = rules.sample(&unmapped, inputs);
    total.distinct = seen.map(|seen| seen.counts());
    total.leaked = leaks.as_ref().map(Leaks::counts);
    // Where nothing could be read, there is nothing to be said of it but that.
    let is_read = set_aside.len() < inputs.len();
    let findings = judge(DataSet {
        settings,
        rules: &rules,
        files: Files { inputs, lines: &lines },
        set_aside: &set_aside,
        is_in_place: is_read,
        before,
        decided: Vec::new(),
        records: is_read.then_some(Records {
            valid: total.valid,
            held,
            tally: &tally,
            unmapped: &unmapped,
            sample: sample.as_deref(),
            classes: None,
            distinct: total.distinct,
            leaks: leaks.as_ref(),
        }),
    });
    for finding in &findings {
        *total.by_code.entry(finding.code).or_default() += 1;
        sink(finding)?;
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

fn check_chunk(
    examiner: &mut Examiner<'_>,
    chunk: &Chunk<'_>,
    rules: &Rules,
    (wanted, held_out): (Wanted, Option<&HeldOut>),
    name: &str,
    per_code: Option<u64>,
    ledger: &Ledger,
) -> ChunkChecked {
    let mut out = ChunkChecked::default();
    let mut findings = Findings::in_full();
    // Lines of no bytes are many where there are any, so nothing is made of them but what is handed over.
    let mut n_blank = 0u64;
    for line in chunk.lines() {
        if line.bytes.is_some_and(is_blank) {
            examiner.pass_over();
            out.lines += 1;
            out.crlf += u64::from(line.terminator == Terminator::CrLf);
            out.bytes += line.len + line.terminator.len_bytes();
            n_blank += 1;
            if out.again.is_some() || per_code.is_some_and(|most| n_blank > most) {
                continue;
            }
            let line = Physical::of(chunk.at.input, &line);
            out.hold(place(examiner.findings(&line), rules, name, out.lines, &line), chunk);
            continue;
        }
        let line = Physical::of(chunk.at.input, &line);
        ledger.begin_line(line.len);
        out.lines += 1;
        out.crlf += u64::from(line.terminator == Terminator::CrLf);
        out.bytes += line.len + line.terminator.len_bytes();
        findings.next_record();
        let summary = examiner.examine(&line, wanted, &mut findings);
        let codes = findings.codes();
        if !rules.severities.rejects(codes) {
            out.valid += 1;
            if let Some(Summary { tokens, features, digest }) = summary {
                out.tokens.push(tokens.total());
                out.texts += tokens;
                out.tally.add(features);
                if wanted >= Wanted::Digest {
                    out.keys.push((digest >> 64) as u64);
                }
                if let Some(held_out) = held_out {
                    held_out.overlaps(out.lines - 1, (digest, examiner.keys()), &mut out.overlaps);
                }
            }
        }
        if codes.is_empty() {
            continue;
        }
        let mut found = in_order(&mut findings);
        found.retain(|finding| {
            let n = out.by_code.entry(finding.code).or_default();
            *n += 1;
            if per_code.is_some_and(|most| *n >= most) {
                findings.mute(finding.code);
            }
            per_code.is_none_or(|most| *n <= most)
        });
        if out.again.is_none() {
            out.hold(place(found, rules, name, out.lines, &line), chunk);
        }
    }
    if n_blank > 0 {
        *out.by_code.entry(Code::JsonBlankLine).or_default() += n_blank;
    }
    findings.muted().for_each(|(code, n)| *out.by_code.entry(code).or_default() += n);
    out.unmapped = examiner.take_unmapped();
    out
}
