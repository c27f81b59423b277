//! What names a record in its source: where it is in each line, found again after the scan, and only where an id was
//! asked for.

use std::ops::Range;

use bedload_record::json::Raw;
use bedload_record::plural::{agree, part_of};
use bedload_record::{Code, Column, FactTable, Finding, Ordinal};
use bedload_scan::{Fetch, Watch};
use bedload_stages::ids::count_shared;
use rayon::prelude::*;
use twox_hash::XxHash3_64;

use crate::run::error::EngineError;
use crate::scan::rules::Rules;

/// Where the ids of records are: 8 bytes a line, in the same memory as the facts.
pub(crate) struct Ids(Option<Column<u64>>);

/// A line without an id.
const NOWHERE: u64 = u64::MAX;
/// Lines that are looked at together.
const LINES: usize = 1 << 13;

impl Ids {
    /// Finds the ids of all lines, and says what is wrong with them.
    ///
    /// # Errors
    /// Where a line cannot be read again, or there is no room.
    pub(crate) fn find(
        facts: &FactTable,
        rules: &Rules,
        fetch: &Fetch<'_>,
        watch: &Watch,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, EngineError> {
        if !rules.by_source.has_ids() {
            return Ok(Self(None));
        }
        let lines = facts.len() as usize;
        let mut places = facts.scratch(lines, NOWHERE)?;
        let mut hashes = facts.scratch(lines, 0u64)?;
        let parts = places.values_mut().par_chunks_mut(LINES).zip(hashes.values_mut().par_chunks_mut(LINES));
        parts.enumerate().try_for_each_init(Vec::new, |scratch, (nth, (places, hashes))| {
            watch.check()?;
            let first = nth * LINES;
            for (line, (place, hash)) in (first as u64..).map(Ordinal).zip(places.iter_mut().zip(hashes)) {
                let input = facts.input_of(line);
                let Some(steps) = rules.by_source.id(input).filter(|_| is_json(facts, line)) else {
                    continue;
                };
                let span = facts.span(line, input);
                if span.len > rules.max_record_bytes {
                    continue;
                }
                let bytes = fetch.bytes(input, span.start, span.len, scratch)?;
                let Some(value) = record_of(bytes).at(steps) else { continue };
                let Some(text) = text_of(value) else { continue };
                *place = pack(value.offset_in(bytes), value.bytes().len());
                let source = facts.file(input).source.map_or(0, |source| source as u64 + 1);
                *hash = XxHash3_64::oneshot_with_seed(source, text.as_bytes());
            }
            Ok::<(), EngineError>(())
        })?;
        fetch.check()?;
        let ids = Self(Some(places));
        let of = |line: Ordinal| ids.place(line).map(|_| hashes.get(line.index()));
        let shared = count_shared(facts, of)?;
        let all_accepted =
            || (0..facts.len()).into_par_iter().map(Ordinal).filter(|&line| facts.accepted(line));
        let named = || all_accepted().filter(|&line| rules.by_source.id(facts.input_of(line)).is_some());
        let missing = named().filter(|&line| ids.place(line).is_none()).count() as u64;
        if missing > 0 {
            let part = part_of(missing, named().count() as u64, "record", "records");
            let message = format!("{part} {} no id", agree(missing, "has", "have"));
            findings.push(Finding::dataset(Code::DatasetMissingId, message));
        }
        if shared > 0 {
            let accepted = all_accepted().count();
            let message = format!(
                "{} {} the id of a record of the same source with other content",
                part_of(shared, accepted as u64, "record", "records"),
                agree(shared, "has", "have")
            );
            findings.push(Finding::dataset(Code::DatasetDuplicateId, message));
        }
        Ok(ids)
    }

    /// None: they were not asked for.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Returns true if no ids were asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn place(&self, line: Ordinal) -> Option<Range<u64>> {
        let place = self.0.as_ref()?.get(line.index());
        (place != NOWHERE).then(|| unpack(place))
    }

    /// The most bytes that the id of a line has.
    pub(crate) fn bytes(&self, line: Ordinal) -> usize {
        self.place(line).map_or(0, |place| (place.end - place.start) as usize)
    }

    /// The most bytes that any id has.
    pub(crate) fn bytes_most(&self, facts: &FactTable) -> usize {
        let lines = (0..if self.is_empty() { 0 } else { facts.len() }).into_par_iter();
        lines.map(|line| self.bytes(Ordinal(line))).max().unwrap_or(0)
    }

    /// Reads the ids of some lines again, in order.
    ///
    /// # Errors
    /// Where a line cannot be read again.
    pub(crate) fn texts(
        &self,
        facts: &FactTable,
        fetch: &Fetch<'_>,
        lines: impl IndexedParallelIterator<Item = Option<Ordinal>>,
    ) -> Result<Vec<Option<Box<str>>>, EngineError> {
        let read = |scratch: &mut Vec<u8>, line: Option<Ordinal>| {
            let Some((line, place)) = line.and_then(|line| Some((line, self.place(line)?))) else {
                return Ok(None);
            };
            let input = facts.input_of(line);
            let start = facts.span(line, input).start + place.start;
            let bytes = fetch.bytes(input, start, place.end - place.start, scratch)?;
            Ok(text_of(Raw::of_line(bytes)).map(String::into_boxed_str))
        };
        let texts = lines.map_init(Vec::new, read).collect::<Result<_, EngineError>>()?;
        fetch.check()?;
        Ok(texts)
    }
}

/// Returns true if a line was found to be JSON.
fn is_json(facts: &FactTable, line: Ordinal) -> bool {
    facts.accepted(line) || !facts.codes(line).iter().any(|code| code.name().starts_with("json/"))
}

/// The record in a line, behind the byte order marks that repairs remove.
pub(crate) fn record_of(mut line: &[u8]) -> Raw<'_> {
    while let Some(rest) = line.strip_prefix(b"\xEF\xBB\xBF") {
        line = rest;
    }
    Raw::of_line(line)
}

/// An id as text: a string, or a number or boolean as it is written.
pub(crate) fn text_of(value: Raw<'_>) -> Option<String> {
    if let Some(text) = value.text() {
        return Some(text.into_owned());
    }
    let is_scalar = !value.is_null() && !value.is_array() && !value.is_object();
    is_scalar.then(|| String::from_utf8_lossy(value.bytes()).into_owned())
}

/// A place in a line, which has less than 4 GiB.
fn pack(offset: usize, len: usize) -> u64 {
    (offset as u64) << 32 | len as u64 & 0xFFFF_FFFF
}

fn unpack(place: u64) -> Range<u64> {
    let start = place >> 32;
    start..start + (place & 0xFFFF_FFFF)
}
