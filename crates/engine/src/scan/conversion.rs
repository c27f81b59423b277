//! The conversion of a run: what the records of each input are converted from.

use std::ops::Range;

use bedload_bedrock::{Detection, Format};
use bedload_record::plural::first;
use bedload_record::{Findings, InputId};
use bedload_scan::Inputs;
use bedload_stages::convert::{Converter, Fit, Half, Source, fit};

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::run::source::DataSource;
use crate::scan::advice::Sample;
use crate::scan::by_source::Fields;
use crate::scan::pairing::Pairing;
use crate::scan::resolve::look_at_all;

/// How the records of each input come into the format of the run.
pub(crate) struct Conversion {
    pub(crate) converter: Converter,
    /// What the records of each input are; none where it has no record that tells.
    sources: Vec<Option<Source>>,
    /// For each input, the fields that are read before its records are converted; empty where none are.
    fields: Vec<Fields>,
    /// Which lines make records together, where some do.
    pub(crate) pairing: Option<Pairing>,
}

impl Conversion {
    /// The conversion that the settings ask for, if they do.
    ///
    /// # Errors
    /// Where an input has records that cannot be carried over, or of a format that is not known.
    pub(crate) fn new(settings: &Settings, inputs: &Inputs) -> Result<Option<Self>, EngineError> {
        let config = &settings.stages.convert;
        let Some(name) = config.target() else { return Ok(None) };
        let usage = |message: String| EngineError::Usage(message);
        let to = Format::to_write(name).map_err(|why| usage(format!("--to {name}: {why}")))?;
        let mut converter = Converter::new(to, config).map_err(|error| usage(error.to_string()))?;
        if settings.show_content {
            converter.name_keys();
        }
        let own = declared(settings, &mut converter)?;
        let own = |input: &bedload_scan::Input| input.source().and_then(|source| own[source]);
        let sources = if inputs.iter().all(|input| own(input).is_some()) {
            inputs.iter().map(own).collect()
        } else if config.map.0.is_empty() {
            sources(settings, to, inputs, own)?
        } else if let Some(format) = settings.format {
            return Err(usage(format!(
                "--map cannot be used with --format {}, which defines its own fields",
                format.name
            )));
        } else {
            inputs.iter().map(|input| own(input).or(Some(Source::MAPPED))).collect()
        };
        Ok(Some(Self { converter, sources, fields: Vec::new(), pairing: None }))
    }

    /// Says nothing of what is dropped where it is read before: these are the fields of each input.
    pub(crate) fn set_fields(&mut self, fields: Vec<Fields>) {
        self.fields = fields;
    }

    /// Converts a line of an input, and returns how many records it becomes: none where it is refused.
    pub(crate) fn convert(
        &self,
        input: InputId,
        line: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> usize {
        let source = self.source(input);
        let fields = self.fields.get(input.index()).map_or(&[][..], |fields| &fields[..]);
        self.converter.convert_beside(fields, source, line, out, findings)
    }

    fn source(&self, input: InputId) -> Source {
        self.sources[input.index()].unwrap_or(Source::Format(self.converter.to()))
    }

    /// Returns true if records are made of several lines of an input.
    pub(crate) fn joins(&self, input: InputId) -> bool {
        self.converter.joins(self.source(input))
    }

    /// Returns true if records are made of several lines.
    pub(crate) fn joins_any(&self) -> bool {
        self.sources.iter().flatten().any(|&source| self.converter.joins(source))
    }

    /// Reads a line as one side of a pair.
    pub(crate) fn half(
        &self,
        input: InputId,
        line: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Option<Half> {
        self.converter.half(self.source(input), line, out, findings)
    }

    /// Appends the record of a good answer and a bad one, which are at these places of some lines.
    pub(crate) fn pair(
        &self,
        input: InputId,
        lines: &[u8],
        places: [Range<usize>; 2],
        out: &mut Vec<u8>,
    ) -> bool {
        self.converter.pair(self.source(input), lines, places, out)
    }

    /// The line as it is written: converted, which succeeded when its facts were taken.
    pub(crate) fn written<'b>(&self, input: InputId, line: &[u8], out: &'b mut Vec<u8>) -> &'b [u8] {
        out.clear();
        self.convert(input, line, out, &mut Findings::codes_only());
        out
    }

    /// What is converted from, in words, each once.
    pub(crate) fn from(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self
            .sources
            .iter()
            .flatten()
            .map(|source| match source {
                Source::Format(format) => format.name,
                Source::Mapped(_) => "mapped keys",
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// What the records of each source are, where its table says.
///
/// # Errors
/// Where they cannot be carried over.
fn declared(settings: &Settings, converter: &mut Converter) -> Result<Vec<Option<Source>>, EngineError> {
    let to = converter.to();
    let one = |source: &DataSource| {
        let wrong = |message: String| EngineError::Usage(format!("[[input]] {}: {message}", source.name));
        match source.format {
            Some(from) if fit(from, to) == Fit::None => {
                Err(wrong(format!("{}\nhint: {}", cannot(from, to), others(from))))
            }
            Some(from) => Ok(Some(Source::Format(from))),
            None if source.map.0.is_empty() => Ok(None),
            None => converter.add_map(&source.map).map(Some).map_err(|error| wrong(format!("map: {error}"))),
        }
    };
    settings.sources.iter().map(one).collect()
}

/// What records of a format can be converted to.
fn others(from: &Format) -> String {
    let names: Vec<&str> = Format::written()
        .filter(|&to| to != from && fit(from, to) != Fit::None)
        .map(|format| format.name)
        .collect();
    match &names[..] {
        [] => format!("{} records are not converted to any other format", from.name),
        [one] => format!("they can be converted to {one}"),
        [others @ .., last] => format!("they can be converted to {} and {last}", others.join(", ")),
    }
}

fn cannot(from: &Format, to: &Format) -> String {
    format!("{} records cannot be converted to {}", from.name, to.name)
}

/// What the records of each input are: what its own source says, or the run, or else the data.
fn sources(
    settings: &Settings,
    to: &'static Format,
    inputs: &Inputs,
    own: impl Fn(&bedload_scan::Input) -> Option<Source>,
) -> Result<Vec<Option<Source>>, EngineError> {
    let refusal = |name: &str, problem: String, hint: &str| {
        EngineError::Usage(format!("{name}: {problem}\nhint: {hint}"))
    };
    if let Some(from) = settings.format {
        return match fit(from, to) {
            Fit::None => Err(refusal("--format", cannot(from, to), &others(from))),
            Fit::Part | Fit::Whole => {
                Ok(inputs.iter().map(|input| own(input).or(Some(Source::Format(from)))).collect())
            }
        };
    }
    let looks = look_at_all(inputs, &[], settings.repair.as_ref())?;
    let source = |(input, look): (&bedload_scan::Input, &Detection)| match (look.format, look.shape) {
        _ if own(input).is_some() => Ok(own(input)),
        (Some(from), _) if fit(from, to) != Fit::None => Ok(Some(Source::Format(from))),
        (Some(from), _) => {
            let map = Sample::read(inputs)?.map(look, Some(to));
            Err(refusal(input.name(), cannot(from, to), &map.unwrap_or_else(|| others(from))))
        }
        (None, Some(shape)) => {
            let problem = format!("the records are {}, which bedload cannot convert", shape.title);
            Err(refusal(input.name(), problem, shape.advice))
        }
        // Without a record there is nothing to convert; what is wrong with the lines is reported line by line.
        (None, None) if look.records == 0 => Ok(None),
        (None, None) => {
            let map = Sample::read(inputs)?.map(look, Some(to));
            let general = "name the keys of flat objects, e.g. --map prompt=question,completion=answer";
            let problem = format!("no known format fits {}", first(look.records as u64, "record", "records"));
            Err(refusal(input.name(), problem, map.as_deref().unwrap_or(general)))
        }
    };
    inputs.iter().zip(&looks).map(source).collect()
}
