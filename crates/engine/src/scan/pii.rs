//! Personal data and secrets in a record as it is to be written: reported, or masked before anything else is made of it.

use std::mem;

use bedload_bedrock::{Format, Record, TextBuffer};
use bedload_record::json::Framing;
use bedload_record::{Detail, Findings, Json, Parser};
use bedload_stages::Stages;
use bedload_stages::pii::{Action, Found, Kind, Scanner, Splices};

use crate::scan::examine::add_flaws;
use crate::scan::source::Source;

/// What is looked for in a run, and what happens then.
pub(crate) struct Pii {
    scanner: Scanner,
    pub(crate) action: Action,
}

/// Something found in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Personal {
    pub(crate) kind: Kind,
    pub(crate) pointer: String,
    /// Byte offset in the line; 0 in a line that was converted, where it has no place of its own.
    pub(crate) offset: u64,
    /// The bytes it takes.
    pub(crate) len: u64,
}

/// A worker's memory for what is found in a record, and for the record without it.
#[derive(Default)]
pub(crate) struct Hunt {
    found: Found,
    /// The record as it is masked so far.
    line: Vec<u8>,
    next: Vec<u8>,
    /// What was masked, round by round.
    splices: Vec<Splices>,
    /// Everything found in the record visited last, where findings are kept in full.
    pub(crate) personal: Vec<Personal>,
}

impl Hunt {
    pub(crate) fn clear(&mut self) {
        self.splices.clear();
        self.personal.clear();
    }

    /// Begins another record of the same line.
    pub(crate) fn begin_record(&mut self) {
        self.splices.clear();
    }

    /// Takes the line that was masked last. It is to be given back.
    pub(crate) fn take_line(&mut self) -> Vec<u8> {
        mem::swap(&mut self.line, &mut self.next);
        mem::take(&mut self.line)
    }

    pub(crate) fn give_back(&mut self, line: Vec<u8>) {
        self.line = line;
    }

    /// How often the line was masked.
    pub(crate) fn rounds(&self) -> usize {
        self.splices.len()
    }

    /// Where a byte of the line that so many rounds left was at first.
    pub(crate) fn before(&self, rounds: usize, offset: u64) -> u64 {
        self.splices[..rounds].iter().rev().fold(offset, |offset, splices| splices.before(offset))
    }
}

impl Pii {
    /// None where the stage is off.
    pub(crate) fn new(stages: &Stages) -> Option<Self> {
        let config = &stages.pii;
        config.acting().map(|action| Self { scanner: Scanner::new(config.kinds), action })
    }

    /// Adds what is in a record, and returns true where it is masked, in `next`: then the record is that line. `rounds`
    /// counts how often it was masked before: what a mask ends can begin something else, which is masked in turn.
    pub(crate) fn hunt(
        &self,
        record: &Record<'_>,
        is_of_input: bool,
        known: &[&str],
        hunt: &mut Hunt,
        findings: &mut Findings,
    ) -> bool {
        hunt.found.search(&self.scanner, record);
        if hunt.found.is_empty() {
            return false;
        }
        let is_masked = self.action == Action::Mask && is_of_input;
        if !is_masked && !findings.are_full() {
            hunt.found.kinds().for_each(|kind| findings.add_code(kind.code()));
            return false;
        }
        let rounds = hunt.rounds();
        if !findings.are_full() {
            hunt.found.kinds().for_each(|kind| findings.add_code(kind.code()));
            let places = hunt.found.places(record);
            hunt.next.clear();
            hunt.splices.push(Splices::mask(record.raw, places.into_iter(), &mut hunt.next));
            return true;
        }
        let places = hunt.found.places_with_pointers(record, known);
        for (place, pointer) in &places {
            let (offset, len) = (place.range.start as u64, place.range.len() as u64);
            findings.add(place.kind.code(), || {
                let done = if is_masked { "; it is masked" } else { "" };
                Detail {
                    pointer: pointer.to_string(),
                    offset,
                    len,
                    message: format!("the text contains {}{done}", place.kind.noun()),
                    source: None,
                }
            });
            let start = hunt.before(rounds, offset);
            hunt.personal.push(Personal {
                kind: place.kind,
                pointer: pointer.to_string(),
                offset: start,
                len,
            });
        }
        if is_masked {
            hunt.next.clear();
            let places = places.into_iter().map(|(place, _)| place);
            hunt.splices.push(Splices::mask(record.raw, places, &mut hunt.next));
        }
        is_masked
    }

    /// A line of an accepted record as it is written, where something in it is masked.
    pub(crate) fn masked(&self, format: &'static Format, line: &[u8]) -> Option<Vec<u8>> {
        if self.action != Action::Mask {
            return None;
        }
        let (mut parser, texts) = (Parser::default(), TextBuffer::default());
        let mut found = Found::default();
        let mut masked: Option<Vec<u8>> = None;
        loop {
            let line = masked.as_deref().unwrap_or(line);
            let next = parser.parse(line, |parsed| {
                let (json, _) = parsed.ok()?;
                let record = Record::new(format, line, json, &texts);
                found.search(&self.scanner, &record);
                let mut next = Vec::with_capacity(line.len());
                (!found.is_empty()).then(|| {
                    Splices::mask(line, found.places(&record).into_iter(), &mut next);
                    next
                })
            });
            match next {
                Some(next) => masked = Some(next),
                None => return masked,
            }
        }
    }
}

impl Pii {
    /// The same for records with a line end between each.
    pub(crate) fn masked_records(&self, format: &'static Format, records: &[u8]) -> Option<Vec<u8>> {
        let lines = || records.split(|&byte| byte == b'\n');
        let masked: Vec<Option<Vec<u8>>> = lines().map(|line| self.masked(format, line)).collect();
        masked.iter().any(Option::is_some).then(|| {
            let lines = lines().zip(masked).map(|(line, masked)| masked.unwrap_or_else(|| line.to_vec()));
            lines.collect::<Vec<_>>().join(&b'\n')
        })
    }
}

/// Looks at what masking left of a record, until nothing more is masked; returns what was seen, and the length of the
/// record as it is written. Findings are placed in the record as it was.
pub(crate) fn look_at_masked<C>(
    parser: &mut Parser,
    known_keys: &[&str],
    source: &mut Source,
    hunt: &mut Hunt,
    findings: &mut Findings,
    mut look: impl FnMut(Json<'_>, &[u8], &mut Source, &mut Hunt, &mut Findings) -> Option<C>,
) -> (Option<C>, u64) {
    loop {
        let rounds = hunt.rounds();
        let line = hunt.take_line();
        let mut about_masked = findings.alike();
        let content = parser.read(&line, Framing::Line, known_keys, |json, flaws| {
            add_flaws(flaws, &mut about_masked);
            look(json?, &line, source, hunt, &mut about_masked)
        });
        findings.absorb(about_masked, |finding| {
            let end = hunt.before(rounds, finding.offset + finding.len);
            finding.offset = hunt.before(rounds, finding.offset);
            finding.len = if finding.len == 0 { 0 } else { end.saturating_sub(finding.offset) };
        });
        let written = line.len() as u64;
        hunt.give_back(line);
        if hunt.rounds() == rounds {
            return (content, written);
        }
    }
}
