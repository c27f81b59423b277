//! The check of one chunk.

use std::collections::BTreeMap;

use bedload_bedrock::Unmapped;
use bedload_record::json::is_blank;
use bedload_record::{Code, Finding, Findings, Side, Terminator, Tokens};
use bedload_scan::{Chunk, KeptChunk};
use bedload_stages::schema::Tally;

use crate::run::memory::Ledger;
use crate::scan::examine::place::{in_order, place};
use crate::scan::examine::{Examiner, Physical, Summary, Wanted};
use crate::scan::held_out::{HeldOut, Overlap};
use crate::scan::rules::Rules;
use crate::scan::stances::{Stance, label_key};
use crate::scan::value_counts::ValueTally;

/// What one chunk leaves.
#[derive(Default)]
pub(super) struct ChunkChecked {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) valid: u64,
    pub(super) crlf: u64,
    pub(super) tokens: Vec<u64>,
    pub(super) texts: Tokens,
    pub(super) tally: Tally,
    pub(super) unmapped: Unmapped,
    pub(super) values: Option<ValueTally>,
    pub(super) by_code: BTreeMap<Code, u64>,
    /// The leading bytes of the digests of the valid records.
    pub(super) keys: Vec<u64>,
    /// Those that have something in common with the validation data.
    pub(super) overlaps: Vec<Overlap>,
    /// What they ask and answer, by their lines in the chunk.
    pub(super) stances: Vec<(u64, Stance)>,
    /// Placed, but with line numbers that count from the chunk's first line.
    pub(super) findings: Vec<Finding>,
    /// In place of too many findings to be held: the chunk, to be looked at again when its turn comes.
    pub(super) again: Option<KeptChunk>,
}

impl ChunkChecked {
    /// How much memory it takes.
    pub(super) fn held_bytes(&self) -> usize {
        let finding_bytes = size_of::<Finding>() + FINDING_TEXT_BYTES;
        size_of::<Self>()
            + self.tokens.capacity() * size_of::<u64>()
            + self.keys.capacity() * size_of::<u64>()
            + self.overlaps.capacity() * size_of::<Overlap>()
            + self.stances.capacity() * size_of::<(u64, Stance)>()
            + self.findings.len() * finding_bytes
            + self.values.as_ref().map_or(0, ValueTally::held_bytes)
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

/// What is asked of a chunk besides its findings.
pub(super) struct Asked<'a> {
    pub(super) wanted: Wanted,
    pub(super) held_out: Option<&'a HeldOut>,
    /// Where values are counted, and the side and source of the records.
    pub(super) values: Option<(ValueTally, (Side, usize))>,
}

/// Checks the records of a chunk.
pub(super) fn check_chunk(
    examiner: &mut Examiner<'_, '_>,
    chunk: &Chunk<'_>,
    rules: &Rules,
    asked: Asked<'_>,
    name: &str,
    per_code: Option<u64>,
    ledger: &Ledger,
) -> ChunkChecked {
    let mut out = ChunkChecked::default();
    let Asked { wanted, held_out, values } = asked;
    let (mut values, place_of_values) = values.unzip();
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
        let summary = examiner.examine(&line, wanted, values.as_mut().map(ValueTally::names), &mut findings);
        let codes = findings.codes();
        if !rules.severities.rejects(codes) {
            out.valid += 1;
            if let Some(Summary { tokens, features, digest, label, stance }) = summary {
                if let Some(mut stance) = stance {
                    if let Some(label) =
                        values.as_ref().zip(label).map(|(values, id)| &values.labels()[id as usize])
                    {
                        stance[2] = label_key(label);
                    }
                    out.stances.push((out.lines - 1, stance));
                }
                if let (Some(values), Some((side, source))) = (&mut values, place_of_values) {
                    values.add(rules, (side, source), (label, examiner.values()), (tokens, line.len));
                }
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
    out.values = values;
    out
}
