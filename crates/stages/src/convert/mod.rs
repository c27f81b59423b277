//! # Convert
//!
//! ## What it does
//! Writes a record of one format as a record of another: pairs as conversations, chats of other tools as Converse,
//! preference pairs as labelled candidates, any flat object with a map of its keys.
//!
//! ## Why
//! Each family of models has its own record format, and data comes in yet others.
//!
//! ## How
//! A record is read into a `Conversation` (system prompt, turns, candidates, reference), as slices of its line, and
//! that is written in the target format. Text is copied as it is escaped, so it survives to the character. What the
//! target format cannot hold is refused, dropped or kept, as configured, and each case is a finding. An answer is never
//! dropped so that the record is left without one, nor made a target if it is marked as excluded.
//!
//! ## Findings
//! `convert/source`, `convert/content`, `convert/weight`, `convert/extra-key`, `convert/dropped`, `convert/expanded`,
//! and of pairs that are made of two lines, which the engine finds, `convert/paired` and `convert/unpaired`.

mod blocks;
mod chat;
mod clean;
mod config;
mod conversation;
mod extras;
mod flat;
mod labelled;
mod map;
mod media;
mod obstacle;
mod pair;
mod parts;
mod preference;
mod read;
mod several;
mod tools;
mod unmapped;
mod write;

use std::collections::HashSet;

use bedload_bedrock::{Answers, Format};
use bedload_record::json::{escape_into, pointers_to};
use bedload_record::{Code, Findings, Loss};

pub use config::{ConvertConfig, Pairs, Weights};
use conversation::Conversation;
use extras::Kind;
pub(crate) use extras::table as extra_table;
pub use extras::{Extra, ExtraRule, Extras};
pub use map::{Map, MapError};
use map::{Mapping, check_turns};
pub use pair::Half;
pub use several::RECORDS_MAX;
use several::{Divider, by_pair};
use write::Writer;

/// Something about a conversion, at the value that begins at `offset` of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Remark {
    code: Code,
    offset: usize,
    message: String,
    /// The kind of content that it is about, where a setting says what happens to that.
    kind: Option<Kind>,
    /// The key that it is about, as it is shown.
    key: Option<String>,
}

impl Remark {
    fn new(code: Code, offset: usize, message: String) -> Self {
        Self { code, offset, message, kind: None, key: None }
    }

    fn about(self, kind: Kind) -> Self {
        Self { kind: Some(kind), ..self }
    }
}

/// What records are converted from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// Records of a format.
    Format(&'static Format),
    /// Objects whose fields a map tells: that of the settings, or one that was added to the conversion.
    Mapped(usize),
}

/// The conversion of a run.
#[derive(Clone, Debug)]
pub struct Converter {
    to: &'static Format,
    extras: Extras,
    weights: Weights,
    pairs: Pairs,
    /// Escaped for JSON.
    system: Option<Vec<u8>>,
    maps: Vec<Vec<Mapping>>,
    /// Whether findings name all keys, or only those that are of a format or well known.
    names_keys: bool,
}

impl Source {
    /// Objects whose fields the map of the settings tells.
    pub const MAPPED: Self = Self::Mapped(0);
}

impl Converter {
    /// The conversion to a format, by these settings.
    ///
    /// # Errors
    /// Where the format cannot hold something that the settings ask for.
    pub fn new(to: &'static Format, config: &ConvertConfig) -> Result<Self, MapError> {
        let system = config.system.as_ref().map(|text| {
            let mut escaped = Vec::new();
            escape_into(text, &mut escaped);
            escaped
        });
        if system.is_some() && to.dialect().is_none() {
            return Err(MapError::NoSystem(to.name));
        }
        let ConvertConfig { extra: extras, weights, pairs, .. } = *config;
        let mut converter = Self { to, extras, weights, pairs, system, maps: Vec::new(), names_keys: false };
        converter.add_map(&config.map)?;
        Ok(converter)
    }

    /// Adds another map, and returns what is converted by it.
    ///
    /// # Errors
    /// Where the format cannot hold something that it names.
    pub fn add_map(&mut self, map: &Map) -> Result<Source, MapError> {
        let mappings = map.mappings()?;
        check_turns(&mappings, self.to)?;
        self.maps.push(mappings);
        Ok(Source::Mapped(self.maps.len() - 1))
    }

    /// Names the user's own keys in findings, too.
    pub fn name_keys(&mut self) {
        self.names_keys = true;
    }

    /// The format that is converted to.
    pub fn to(&self) -> &'static Format {
        self.to
    }

    /// Appends the converted record to `out`, without a line end, or several with one between each, and returns how many
    /// there are; adds what there is to be said. Where the record is refused, for each reason that is found, the
    /// gravest first, there are none, and `out` is as it was. The line must be valid JSON, and an object.
    pub fn convert(&self, from: Source, line: &[u8], out: &mut Vec<u8>, findings: &mut Findings) -> usize {
        self.convert_beside(&[], from, line, out, findings)
    }

    /// Returns true if a line can be converted, if need be with another; adds what there is to be said.
    pub fn takes(&self, from: Source, line: &[u8], findings: &mut Findings) -> bool {
        if self.joins(from) {
            return self.half(from, line, &mut Vec::new(), findings).is_some();
        }
        self.convert(from, line, &mut Vec::new(), findings) > 0
    }

    /// The same where the values at some fields of the line, as the steps to them, are read beside the conversion: of
    /// those that it drops nothing is said.
    pub fn convert_beside(
        &self,
        fields: &[Vec<String>],
        from: Source,
        line: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> usize {
        let begin = out.len();
        let mut remarks = Vec::new();
        let written = self.records(from, line, &mut remarks).and_then(|records| {
            let n_records = records.len();
            let mut refusals = Vec::new();
            for (nth, conversation) in records.into_iter().enumerate() {
                out.extend_from_slice(if nth > 0 { b"\n" } else { b"" });
                let mut writer = self.writer(fields, (line, out), &mut remarks);
                writer.nth = (n_records > 1).then_some(nth + 1);
                refusals
                    .extend(writer.write(conversation, self.system.as_deref()).err().into_iter().flatten());
            }
            if n_records > 1 {
                let message = format!("{n_records} records were made of this one");
                remarks.push(Remark::new(Code::ConvertExpanded, 0, message));
                [&mut remarks, &mut refusals].into_iter().for_each(once_each);
            }
            if refusals.is_empty() { Ok(n_records) } else { Err(refusals) }
        });
        let n_written = *written.as_ref().unwrap_or(&0);
        if let Err(refusals) = written {
            out.truncate(begin);
            remarks = refusals;
        }
        report(remarks, line, from, findings);
        n_written
    }

    /// What is to be written of a line: one record as a rule.
    fn records<'l>(
        &'l self,
        from: Source,
        line: &'l [u8],
        remarks: &mut Vec<Remark>,
    ) -> Result<Vec<Conversation<'l>>, Vec<Remark>> {
        if self.joins(from) {
            let message =
                "one answer with its label is no pair, and pairs are made by `bedload convert` alone";
            return Err(vec![Remark::new(Code::ConvertSource, 0, message.to_owned())]);
        }
        let conversation = match from {
            Source::Format(format) => read::record(format, line, self.to, self.pairs),
            Source::Mapped(nth) => flat::mapped(line, &self.maps[nth], self.extras.of(Kind::Keys)),
        };
        let conversation = conversation.map_err(|refusal| vec![refusal])?;
        if self.weights != Weights::Split {
            return Ok(by_pair(conversation));
        }
        let mut divider = Divider { to: self.to, extra: self.extras.of(Kind::Answers), line, remarks };
        let divided = divider.divide(conversation).map_err(|refusal| vec![refusal])?;
        Ok(divided.into_iter().flat_map(by_pair).collect())
    }

    fn writer<'w, 'l>(
        &self,
        fields: &'w [Vec<String>],
        (line, out): (&'l [u8], &'w mut Vec<u8>),
        remarks: &'w mut Vec<Remark>,
    ) -> Writer<'w, 'l> {
        let Self { to, extras, weights, names_keys, .. } = *self;
        Writer {
            to,
            extras,
            weights,
            nth: None,
            names_keys,
            fields,
            line,
            out,
            remarks,
            kept: Vec::new(),
            obstacles: Vec::new(),
        }
    }
}

/// Makes findings of what there is to be said of a line.
fn report(remarks: Vec<Remark>, line: &[u8], from: Source, findings: &mut Findings) {
    let is_shown = |remark: &&Remark| !findings.is_muted(remark.code);
    let mut offsets: Vec<usize> = remarks.iter().filter(is_shown).map(|remark| remark.offset).collect();
    offsets.sort_unstable();
    let pointers =
        if offsets.is_empty() { Vec::new() } else { pointers_to(line, &offsets, &read::known_keys(from)) };
    for Remark { code, offset, message, kind, key } in remarks {
        findings.add_loss(Loss { code, extra: kind.map(Kind::name), key }, || {
            let nth = offsets.partition_point(|&other| other < offset);
            (pointers[nth].clone(), offset as u64, message)
        });
    }
}

/// Says of a line once what is to be said of several of its records.
fn once_each(remarks: &mut Vec<Remark>) {
    let mut seen = HashSet::new();
    remarks.retain(|remark| seen.insert((remark.code, remark.offset, remark.message.clone())));
}

/// How far records of one format can be carried over into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They cannot.
    None,
    /// Without some of their content, which `--extra drop` leaves out.
    Part,
    /// As a rule they can.
    Whole,
}

/// What a format has of a conversation.
struct Holds {
    answer: bool,
    candidates: bool,
}

fn holds(format: &Format) -> Option<Holds> {
    let flat = |answer, candidates| Some(Holds { answer, candidates });
    match format.answers {
        Answers::Document | Answers::Caption => None,
        Answers::None => flat(false, false),
        Answers::Compared => flat(true, true),
        Answers::Learned | Answers::Graded | Answers::Reference => flat(true, false),
    }
}

/// How far records of one format can be carried over into another.
pub fn fit(from: &Format, to: &Format) -> Fit {
    if !to.is_written() {
        return Fit::None;
    }
    if from == to || from.is_document() && to.is_document() {
        return Fit::Whole;
    }
    let (Some(has), Some(wants)) = (holds(from), holds(to)) else { return Fit::None };
    // Distillation, reinforcement and evaluation take prompts that have no answer as yet.
    let needs_answer = wants.answer && !to.is_answer_optional();
    if needs_answer && !has.answer || wants.candidates && !has.candidates {
        return Fit::None;
    }
    if has.candidates && !wants.candidates || has.answer && !wants.answer { Fit::Part } else { Fit::Whole }
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
