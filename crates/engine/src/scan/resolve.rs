//! Which format the records are checked against: by flag, by profile, or by what the first records look like.

use std::collections::BTreeMap;

use bedload_bedrock::{Detection, FORMATS, Format, Profile, Shape, detect};
use bedload_record::json::Framing;
use bedload_record::plural::{first, of_first_records};
use bedload_record::{Code, Finding, InputId};
use bedload_scan::Inputs;
use bedload_stages::repair::{Repair, Selection, Tools};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::advice::Sample;
use crate::scan::conversion::Conversion;

/// How much of the data is looked at, all inputs together; of each input at least the second number, and up to the third
/// where that is not enough records to tell its format.
const HEAD_BYTES: usize = 1 << 20;
const HEAD_BYTES_MIN: usize = 8 << 10;
const HEAD_BYTES_OF_FEW: usize = 64 << 10;
/// How far into an input the first record is searched for, where long lines come before it.
const HEAD_BYTES_MAX: usize = 64 << 20;
pub(crate) const HEAD_LINES: usize = 1000;
/// Up to this many records of another format get findings of their own; more of them share one finding.
const FEW: usize = 3;
/// How many files of one format are named in a finding.
const NAMED_MAX: usize = 10;

/// The format of a run.
pub(crate) struct Resolved {
    /// The format that records are checked in; none where no known one fits.
    pub(crate) format: Option<&'static Format>,
    /// How the records of each input come into that format, where they are in another one.
    pub(crate) conversion: Option<Conversion>,
    /// The inputs whose records are in another format.
    pub(crate) other: Vec<bool>,
    /// Set where content that the format has no field for is counted: where the format was detected.
    pub(crate) unmapped: Option<Examples>,
}

/// The first records, kept where some of them have content that the format has no field for.
pub(crate) struct Examples(pub(crate) Option<Sample>);

/// The format that most of the first records have; none where no known one fits.
pub(crate) fn detected(inputs: &Inputs) -> Result<Option<&'static Format>, EngineError> {
    Ok(most(&look_at_all(inputs, &[], None)?).format)
}

/// Decides the format of the records, and says what is wrong with the data as a whole.
pub(crate) fn resolve(
    settings: &Settings,
    inputs: &Inputs,
    findings: &mut Vec<Finding>,
) -> Result<Resolved, EngineError> {
    let profile = settings.profile.as_deref();
    let takes = |format: &Format| profile.is_none_or(|p| p.formats().any(|accepted| accepted == format));
    let refuse_what_is_not_taken = |flag: &str, format: &Format| match profile {
        Some(profile) if !takes(format) => Err(EngineError::Usage(format!(
            "{flag} {} cannot be used with --profile {}, which accepts {}",
            format.name,
            profile.name,
            profile.formats.join(" or ")
        ))),
        _ => Ok(()),
    };
    if let Some(format) = settings.stages.convert.target().and_then(Format::from_name) {
        refuse_what_is_not_taken("--to", format)?;
    }
    if let Some(conversion) = Conversion::new(settings, inputs)? {
        let format = conversion.converter.to();
        let other = vec![false; inputs.len()];
        let conversion = Some(conversion);
        return Ok(Resolved { format: Some(format), conversion, other, unmapped: None });
    }
    let declared = |input: &bedload_scan::Input| settings.sources[input.source()?].format;
    if let Some(format) = settings.format {
        refuse_what_is_not_taken("--format", format)?;
        if let Some(own) = inputs.iter().filter_map(declared).find(|own| *own != format) {
            return Err(EngineError::Usage(format!(
                "--format {}: an [[input]] table says that its records are {}\nhint: --to converts them",
                format.name, own.name
            )));
        }
        let other = vec![false; inputs.len()];
        return Ok(Resolved { format: Some(format), conversion: None, other, unmapped: None });
    }
    let wanted: Vec<&'static Format> = profile.map(|p| p.formats().collect()).unwrap_or_default();
    let mut looks = look_at_all(inputs, &wanted, settings.repair.as_ref())?;
    for (look, own) in looks.iter_mut().zip(inputs.iter().map(declared)) {
        if own.is_some() && own != look.format {
            *look = Detection {
                format: own,
                records: look.records,
                fitting: look.records,
                ..Detection::default()
            };
        }
    }
    let found = most(&looks);
    let advisor = Advisor { inputs, profile };
    let format = match (found.format, found.shape, profile) {
        (Some(format), _, None) if !format.is_foreign() => Some(format),
        (Some(format), _, Some(_)) if takes(format) => Some(format),
        (Some(format), _, profile) => {
            findings.push(advisor.wrong_format(format, &found)?);
            profile.and_then(|p| p.formats().next())
        }
        (None, Some(shape), profile) => {
            findings.push(Advisor::no_target(shape, &found));
            profile.and_then(|p| p.formats().next())
        }
        (None, None, Some(profile)) => {
            if found.records > FEW {
                findings.push(advisor.no_format(&found, profile)?);
            }
            profile.formats().next()
        }
        (None, None, None) => {
            if found.records > 0 {
                findings.push(advisor.unknown(&found)?);
            }
            None
        }
    };
    let is_bad = |finding: &&mut Finding| {
        matches!(finding.code, Code::DatasetWrongFormat | Code::DatasetUnknownFormat)
    };
    if let (Some(finding), Some(source)) = (findings.iter_mut().find(is_bad), mapped(settings, inputs)) {
        let note = format!(
            "; [[input]] {source} has a map, which `bedload build` and `bedload convert` apply with a target format, and \
             which is not applied here"
        );
        finding.message.push_str(&note);
    }
    let is_found = format.is_some() && found.format == format;
    let unmapped = match found.unmapped.losing_or_labelled {
        _ if !is_found => None,
        0 => Some(Examples(None)),
        _ => Some(Examples(Some(Sample::read(inputs)?))),
    };
    let is_other = |look: &Detection| {
        let is_clear = look.fitting * 2 > look.records || look.name().is_none() && found.name().is_none();
        look.records > FEW && is_clear && look.format != format
    };
    let is_mixed = looks.iter().any(|look| is_other(look) && look.name() != found.name());
    if let Some(format) = format.filter(|_| is_mixed) {
        findings.push(mixed(&looks, inputs));
        for (input, look) in inputs.iter().zip(&looks).filter(|(_, look)| is_other(look)) {
            findings.push(other(input.name(), look, format));
        }
    }
    let other = looks.iter().map(is_other).collect();
    Ok(Resolved { format, conversion: None, other, unmapped })
}

/// The first source of the inputs whose table maps the keys of its records.
fn mapped<'s>(settings: &'s Settings, inputs: &Inputs) -> Option<&'s str> {
    let mut of = inputs.iter().filter_map(|input| Some(&settings.sources[input.source()?]));
    of.find(|source| !source.map.0.is_empty()).map(|source| source.name.as_str())
}

/// Looks at the first lines of every input, several at a time; as they are once repaired, where they are.
pub(crate) fn look_at_all(
    inputs: &Inputs,
    wanted: &[&'static Format],
    repair: Option<&Selection>,
) -> Result<Vec<Detection>, EngineError> {
    // Which format it is, is not known yet: only what is wrong as JSON is repaired.
    let repair = repair.map(|selection| Repair::new(selection, None));
    let wanted = (wanted, repair.as_ref());
    let head_bytes = (HEAD_BYTES / inputs.len().max(1)).max(HEAD_BYTES_MIN);
    let looks: Vec<Result<Look, EngineError>> = inputs
        .par_ids()
        .map(|input| {
            let first = look(inputs, input, head_bytes, wanted)?;
            if first.is_cut && first.detection.records <= FEW && head_bytes < HEAD_BYTES_OF_FEW {
                return look(inputs, input, HEAD_BYTES_OF_FEW, wanted);
            }
            Ok(first)
        })
        .collect();
    // Further on only one at a time: the heads are large then.
    let further_from = head_bytes.max(HEAD_BYTES_OF_FEW);
    inputs
        .ids()
        .zip(looks)
        .map(|(input, first)| look_further(inputs, input, further_from, wanted, first?))
        .collect()
}

/// The formats that come first where several fit, and what repairs lines before they are looked at.
type Wanted<'a> = (&'a [&'static Format], Option<&'a Repair>);

/// A look at the head of an input.
struct Look {
    detection: Detection,
    /// Whether the input goes on.
    is_cut: bool,
}

/// Looks further on where long lines hide the first record.
fn look_further(
    inputs: &Inputs,
    input: InputId,
    mut head_bytes: usize,
    wanted: Wanted<'_>,
    mut so_far: Look,
) -> Result<Detection, EngineError> {
    while so_far.is_cut && so_far.detection.records == 0 && head_bytes < HEAD_BYTES_MAX {
        head_bytes *= 8;
        so_far = look(inputs, input, head_bytes, wanted)?;
    }
    Ok(so_far.detection)
}

/// Looks at the first whole lines of an input.
fn look(inputs: &Inputs, input: InputId, head_bytes: usize, wanted: Wanted<'_>) -> Result<Look, EngineError> {
    if inputs.get(input).is_set_aside() {
        return Ok(Look { detection: Detection::default(), is_cut: false });
    }
    let mut head = inputs.head(input, head_bytes)?;
    let is_cut = head.len() == head_bytes;
    if is_cut {
        // A line that the head cuts off would count as broken.
        head.truncate(head.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1));
    }
    let (wanted, repair) = wanted;
    let lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let Some(repair) = repair else {
        return Ok(Look { detection: detect(lines, HEAD_LINES, wanted), is_cut });
    };
    let mut tools = Tools::default();
    let repaired = |line| repair.line(Framing::Line, line, &mut tools).and_then(|repaired| repaired.line);
    let repaired: Vec<Option<Vec<u8>>> = lines.clone().map(repaired).collect();
    let lines = lines.zip(&repaired).map(|(line, repaired)| repaired.as_deref().unwrap_or(line));
    let detection = detect(lines, HEAD_LINES, wanted);
    Ok(Look { detection, is_cut })
}

/// The format of most of the examined records, and what they have besides it.
fn most(looks: &[Detection]) -> Detection {
    let mut votes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (n, look) in looks.iter().enumerate() {
        if let Some(name) = look.name() {
            votes.entry(name).or_insert((0, n)).0 += look.fitting;
        }
    }
    let records = looks.iter().map(|look| look.records).sum();
    let best = votes.iter().max_by_key(|&(_, &(fitting, first))| (fitting, usize::MAX - first));
    let mut found = Detection { records, ..Detection::default() };
    if let Some((_, &(fitting, first))) = best {
        found = Detection { format: looks[first].format, shape: looks[first].shape, fitting, ..found };
    }
    let name = found.name();
    for look in looks.iter().filter(|look| look.name() == name) {
        found.unmapped.absorb(&look.unmapped, 0);
    }
    found
}

/// Findings about data whose format is not the wanted one, with advice.
struct Advisor<'a> {
    inputs: &'a Inputs,
    profile: Option<&'a Profile>,
}

impl Advisor<'_> {
    fn wanted(&self) -> Option<&'static Format> {
        self.profile.and_then(|profile| profile.formats().next())
    }

    fn finding(code: Code, message: String, help: Option<String>) -> Finding {
        let message = help.into_iter().fold(message, |message, help| format!("{message}; {help}"));
        Finding::dataset(code, message)
    }

    fn unknown(&self, found: &Detection) -> Result<Finding, EngineError> {
        let records = first(found.records as u64, "record", "records");
        let help = Sample::read(self.inputs)?.map(found, None);
        let message = format!("no known format fits {records}");
        let help = help.unwrap_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            format!("known formats are {}", names.join(", "))
        });
        Ok(Self::finding(Code::DatasetUnknownFormat, message, Some(help)))
    }

    fn no_format(&self, found: &Detection, profile: &Profile) -> Result<Finding, EngineError> {
        let help = Sample::read(self.inputs)?.map(found, self.wanted());
        let help = help.unwrap_or_else(|| {
            format!(
                "`bedload convert INPUT --to {} --map FIELD=KEY,… --out FILE` converts flat objects",
                profile.formats[0]
            )
        });
        let message = format!(
            "no known format fits {}, and {} accepts {}",
            first(found.records as u64, "record", "records"),
            profile.name,
            profile.formats.join(" or ")
        );
        Ok(Self::finding(Code::DatasetWrongFormat, message, Some(help)))
    }

    fn wrong_format(&self, format: &'static Format, found: &Detection) -> Result<Finding, EngineError> {
        let whose = match self.profile {
            Some(profile) => format!("{} accepts {}", profile.name, profile.formats.join(" or ")),
            None => "no target accepts this format".to_owned(),
        };
        let sample = Sample::read(self.inputs)?;
        let wanted = self.wanted().unwrap_or_else(|| sample.usual_target(format));
        let loses = found.unmapped.losing * 2 > found.fitting as u64;
        let map = if loses { sample.map(found, self.wanted()) } else { None };
        let help = map.or_else(|| sample.conversion(format, wanted));
        let message = format!(
            "{} {} ({}), but {whose}",
            of_first_records(found.fitting as u64, found.records as u64),
            format.name,
            format.title
        );
        Ok(Self::finding(Code::DatasetWrongFormat, message, help))
    }

    fn no_target(shape: &Shape, found: &Detection) -> Finding {
        let message = format!(
            "{} {}, which no target accepts and `bedload convert` cannot convert",
            of_first_records(found.fitting as u64, found.records as u64),
            shape.title
        );
        Self::finding(Code::DatasetWrongFormat, message, Some(shape.advice.to_owned()))
    }
}

fn mixed(looks: &[Detection], inputs: &Inputs) -> Finding {
    let mut by_format: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (input, look) in inputs.iter().zip(looks) {
        let name = look.name().unwrap_or("no known format");
        by_format.entry(name).or_default().push(input.name());
    }
    let shown: Vec<String> = by_format
        .iter()
        .map(|(format, files)| {
            let more = files.len().saturating_sub(NAMED_MAX);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{format}: {}{more}", files[..files.len().min(NAMED_MAX)].join(", "))
        })
        .collect();
    let message = format!("the inputs are in {} formats; {}", by_format.len(), shown.join("; "));
    Finding::dataset(Code::DatasetMixedFormats, message)
}

fn other(file: &str, look: &Detection, format: &Format) -> Finding {
    let name = look.name().unwrap_or("in no known format");
    let message = format!(
        "{} {name}, but the data is checked as {}",
        of_first_records(look.fitting as u64, look.records as u64),
        format.name
    );
    Finding::file(file, Code::FileOtherFormat, message)
}
