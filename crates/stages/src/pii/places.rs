//! Where in the bytes of a record something was found, and the line without it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use bedload_bedrock::{Record, TextName};
use bedload_record::json::{Raw, Steps, raw_offsets};
use bedload_record::{Json, Value};

use super::members::Within;
use super::values::{Rest, find};
use super::{Hit, Kind, Scanner};

/// What was found in the texts of a record; used again from record to record.
#[derive(Debug, Default)]
pub struct Found {
    /// The strings with something in them, each with the range of its hits. A string is known by where it is in memory.
    strings: HashMap<usize, Range<usize>>,
    /// The strings that were searched as texts, with something in them or not.
    searched: HashSet<usize>,
    hits: Vec<Hit>,
    scratch: Vec<Hit>,
    /// A value after the name of its member.
    named: String,
}

/// By which a string of a record is known.
fn address(text: &str) -> usize {
    text.as_ptr() as usize
}

/// Returns true for members with what tools are, are called with, or return.
fn is_of_tools(key: &str) -> bool {
    matches!(key, "toolUse" | "toolResult" | "tool_calls" | "tools" | "toolConfig")
}

/// Something found, in the bytes of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is.
    pub kind: Kind,
    /// The bytes it takes in the line.
    pub range: Range<usize>,
}

impl Found {
    /// Replaces what was found by what is in another record: in its texts, and in all else that is a string in it, keys
    /// too, but for media, where they are, and what ties calls of tools to results.
    pub fn search(&mut self, scanner: &Scanner, record: &Record<'_>) {
        self.strings.clear();
        self.hits.clear();
        self.searched.clear();
        let rest = Rest { scanner, is_argument: false };
        // What tools are called with and return is searched by the names of its members.
        for text in record.texts().list.iter().filter(|text| text.name != TextName::Tools) {
            self.searched.insert(address(text.text));
            self.add(rest, "", text.text);
        }
        self.add_members(rest, Within::Record, record.json);
    }

    fn add(&mut self, rest: Rest<'_>, key: &str, text: &str) {
        self.scratch.clear();
        find(rest, key, text, &mut self.named, &mut self.scratch);
        if !self.scratch.is_empty() {
            let begin = self.hits.len();
            self.hits.append(&mut self.scratch);
            self.strings.entry(address(text)).or_insert(begin..self.hits.len());
        }
    }

    fn add_members(&mut self, rest: Rest<'_>, within: Within, object: Json<'_>) {
        for (key, value) in object.members() {
            self.add_string(rest, "", key);
            if let Some(within) = within.member(object, key, value) {
                let is_argument = rest.is_argument || is_of_tools(key);
                self.add_strings(Rest { is_argument, ..rest }, within, key, value);
            }
        }
    }

    /// Searches the strings in a value; what they are may be said by the name of the member they are in.
    fn add_strings(&mut self, rest: Rest<'_>, within: Within, key: &str, value: Json<'_>) {
        match value.value() {
            Value::String(text) => self.add_string(rest, key, text),
            Value::Array(elements) => {
                elements.for_each(|element| self.add_strings(rest, within, key, element));
            }
            Value::Object(_) => self.add_members(rest, within, value),
            _ => {}
        }
    }

    fn add_string(&mut self, rest: Rest<'_>, key: &str, text: &str) {
        if !text.is_empty() && !self.searched.contains(&address(text)) {
            self.add(rest, key, text);
        }
    }

    /// Returns true if nothing was found.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// The kinds that were found; some more than once.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.hits.iter().map(|hit| hit.kind)
    }

    /// Where it is in the line that the record was read from, in the order of the line. Linear in the line.
    pub fn places(&self, record: &Record<'_>) -> Vec<Place> {
        let mut places = Vec::with_capacity(self.hits.len());
        self.each(record, |_, of_string| places.extend(of_string));
        places
    }

    /// The same, each with the JSON Pointer of its string, in which keys that are not `known` are written as `?` and their
    /// position.
    pub fn places_with_pointers(&self, record: &Record<'_>, known: &[&str]) -> Vec<(Place, Rc<str>)> {
        let mut places = Vec::with_capacity(self.hits.len());
        self.each(record, |steps, of_string| {
            let pointer: Rc<str> = steps.pointer(known).into();
            places.extend(of_string.into_iter().map(|place| (place, Rc::clone(&pointer))));
        });
        places
    }

    /// Calls `each` for all strings with something in them, with the steps to them.
    fn each(&self, record: &Record<'_>, mut each: impl FnMut(&Steps<'_>, Vec<Place>)) {
        let mut steps = Steps::default();
        self.walk(record.json, Raw::of_line(record.raw), record.raw, &mut steps, &mut each);
    }

    /// Walks through the value as it was parsed, and as it is written.
    fn walk<'l>(
        &self,
        json: Json<'_>,
        raw: Raw<'l>,
        line: &[u8],
        steps: &mut Steps<'l>,
        each: &mut impl FnMut(&Steps<'_>, Vec<Place>),
    ) {
        match json.value() {
            Value::String(text) => self.in_string(text, raw, line, steps, each),
            Value::Array(elements) => {
                for (nth, (json, raw)) in elements.zip(raw.elements()).enumerate() {
                    steps.push(nth, None);
                    self.walk(json, raw, line, steps, each);
                    steps.pop();
                }
            }
            Value::Object(members) => {
                for (nth, ((key, json), (raw_key, raw))) in members.zip(raw.members()).enumerate() {
                    steps.push(nth, Some(raw_key));
                    self.in_string(key, raw_key, line, steps, each);
                    self.walk(json, raw, line, steps, each);
                    steps.pop();
                }
            }
            _ => {}
        }
    }

    fn in_string(
        &self,
        text: &str,
        raw: Raw<'_>,
        line: &[u8],
        steps: &Steps<'_>,
        each: &mut impl FnMut(&Steps<'_>, Vec<Place>),
    ) {
        let hits = self.strings.get(&address(text)).filter(|_| !text.is_empty());
        let (Some(hits), Some(content)) = (hits, raw.string()) else { return };
        let begin = raw.offset_in(line) + 1;
        let hits = &self.hits[hits.clone()];
        let wanted: Vec<usize> = hits.iter().flat_map(|hit| [hit.start, hit.end]).collect();
        let offsets = raw_offsets(content, &wanted);
        let place =
            |(hit, at): (&Hit, &[usize])| Place { kind: hit.kind, range: begin + at[0]..begin + at[1] };
        each(steps, hits.iter().zip(offsets.chunks_exact(2)).map(place).collect());
    }
}

/// What is masked in a line, each with where its placeholder begins in the masked line.
#[derive(Clone, Debug, Default)]
pub struct Splices(Vec<(Place, usize)>);

impl Splices {
    /// Appends a line to `out` with placeholders at some places, which are in order.
    pub fn mask(line: &[u8], places: impl Iterator<Item = Place>, out: &mut Vec<u8>) -> Self {
        let (mut splices, mut from) = (Vec::new(), 0);
        let begin = out.len();
        for place in places {
            out.extend_from_slice(&line[from..place.range.start]);
            from = place.range.end;
            let at = out.len() - begin;
            out.extend_from_slice(place.kind.placeholder().as_bytes());
            splices.push((place, at));
        }
        out.extend_from_slice(&line[from..]);
        Self(splices)
    }

    /// Where a byte of the masked line was in the line.
    pub fn before(&self, masked: u64) -> u64 {
        let nth = self.0.partition_point(|&(_, at)| at as u64 <= masked);
        let Some((Place { kind, range }, at)) = nth.checked_sub(1).map(|nth| &self.0[nth]) else {
            return masked;
        };
        let after = masked - *at as u64;
        match after.checked_sub(kind.placeholder().len() as u64) {
            Some(after) => range.end as u64 + after,
            None => range.start as u64,
        }
    }
}
