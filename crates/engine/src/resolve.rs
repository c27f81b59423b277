//! Which format the records are checked against: by flag, by profile, or by what the first records look like.

use std::collections::BTreeMap;

use bedload_bedrock::{Detection, FORMATS, Format, Profile, detect};
use bedload_record::{Code, Finding};
use bedload_scan::Inputs;
use bedload_stages::convert::{Fit, fit};

use crate::conversion::Conversion;
use crate::error::EngineError;
use crate::settings::Settings;

/// How much of the data is looked at, all inputs together; of each input at least the second number.
const HEAD_BYTES: usize = 1 << 20;
const HEAD_BYTES_MIN: usize = 64 << 10;
/// How far into an input the first record is sought where long lines come before it.
const HEAD_BYTES_MAX: usize = 64 << 20;
const HEAD_LINES: usize = 1000;
/// Up to so many records of another format are each told what they lack; for more of them one finding says it.
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
}

/// Decides the format of the records, and says what is wrong with the data as a whole.
pub(crate) fn resolve(
    settings: &Settings,
    inputs: &Inputs,
    findings: &mut Vec<Finding>,
) -> Result<Resolved, EngineError> {
    let profile = settings.profile.as_deref();
    let takes = |format: &Format| profile.is_none_or(|p| p.formats().any(|f| f.name == format.name));
    let refuse_what_is_not_taken = |flag: &str, format: &Format| match profile {
        Some(profile) if !takes(format) => Err(EngineError::Usage(format!(
            "{flag} {} contradicts --profile {}, which takes {}",
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
        return Ok(Resolved { format: Some(format), conversion: Some(conversion), other });
    }
    if let Some(format) = settings.format {
        refuse_what_is_not_taken("--format", format)?;
        return Ok(Resolved { format: Some(format), conversion: None, other: vec![false; inputs.len()] });
    }
    let wanted: Vec<&'static Format> = profile.map(|p| p.formats().collect()).unwrap_or_default();
    let looks = look_at_all(inputs, &wanted)?;
    let found = most(&looks);
    let format = match (found.format, profile) {
        (Some(format), None) if !format.is_foreign() => Some(format),
        (Some(format), Some(_)) if takes(format) => Some(format),
        (Some(format), profile) => {
            findings.push(wrong_format(format, found, profile, settings.strict));
            profile.and_then(|p| p.formats().next())
        }
        (None, Some(profile)) => {
            if found.records > FEW {
                findings.push(no_format(found.records, profile, settings.strict));
            }
            profile.formats().next()
        }
        (None, None) => {
            if found.records > 0 {
                findings.push(unknown(found.records, settings.strict));
            }
            None
        }
    };
    let is_other = |look: &Detection| {
        let is_clear = look.fitting * 2 > look.records || look.format.is_none() && found.format.is_none();
        look.records > FEW && is_clear && !is_same(look.format, format)
    };
    let is_mixed = looks.iter().any(|look| is_other(look) && !is_same(look.format, found.format));
    if let Some(format) = format.filter(|_| is_mixed) {
        findings.push(mixed(&looks, inputs, settings.strict));
        for (input, look) in inputs.iter().zip(&looks).filter(|(_, look)| is_other(look)) {
            findings.push(other(input.name(), *look, format, settings.strict));
        }
    }
    Ok(Resolved { format, conversion: None, other: looks.iter().map(is_other).collect() })
}

fn is_same(a: Option<&Format>, b: Option<&Format>) -> bool {
    a.map(|format| format.name) == b.map(|format| format.name)
}

/// Looks at the first lines of every input.
pub(crate) fn look_at_all(
    inputs: &Inputs,
    wanted: &[&'static Format],
) -> Result<Vec<Detection>, EngineError> {
    let head_bytes = (HEAD_BYTES / inputs.len().max(1)).max(HEAD_BYTES_MIN);
    (0..inputs.len()).map(|input| look(inputs, input, head_bytes, wanted)).collect()
}

/// Looks at the first whole lines of an input; further on where long lines hide the first record.
fn look(
    inputs: &Inputs,
    input: usize,
    mut head_bytes: usize,
    wanted: &[&'static Format],
) -> Result<Detection, EngineError> {
    loop {
        let mut head = inputs.head(input, head_bytes)?;
        let is_cut = head.len() == head_bytes;
        if is_cut {
            // A line that the head cuts off would count as broken.
            head.truncate(head.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1));
        }
        let detection = detect(head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii), HEAD_LINES, wanted);
        if detection.records > 0 || !is_cut || head_bytes >= HEAD_BYTES_MAX {
            return Ok(detection);
        }
        head_bytes *= 8;
    }
}

/// The format of most of the records that were looked at.
fn most(looks: &[Detection]) -> Detection {
    let mut votes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (n, look) in looks.iter().enumerate() {
        if let Some(format) = look.format {
            votes.entry(format.name).or_insert((0, n)).0 += look.fitting;
        }
    }
    let records = looks.iter().map(|look| look.records).sum();
    let best = votes.values().max_by_key(|&&(fitting, first)| (fitting, usize::MAX - first));
    match best {
        Some(&(fitting, first)) => Detection { format: looks[first].format, fitting, records },
        None => Detection { format: None, fitting: 0, records },
    }
}

fn unknown(records: usize, strict: bool) -> Finding {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    let message = format!("no known format fits the first {records} records; known are {}", names.join(", "));
    Finding::dataset(Code::DatasetUnknownFormat, strict, message)
}

fn no_format(records: usize, profile: &Profile, strict: bool) -> Finding {
    let message = format!(
        "no known format fits the first {records} records, and {} takes {}; \
         `bedload convert INPUT --to {} --map FIELD=KEY,… --out FILE` converts flat objects",
        profile.name,
        profile.formats.join(" or "),
        profile.formats[0]
    );
    Finding::dataset(Code::DatasetWrongFormat, strict, message)
}

fn wrong_format(format: &Format, found: Detection, profile: Option<&Profile>, strict: bool) -> Finding {
    let whose = match profile {
        Some(profile) => format!("{} takes {}", profile.name, profile.formats.join(" or ")),
        None => "no target takes that".to_owned(),
    };
    let wanted = profile.and_then(|profile| profile.formats().next());
    let wanted = wanted.or_else(|| Format::from_name("converse")).expect("a known format");
    let help = if fit(format, wanted) == Fit::Whole {
        format!("; `bedload convert INPUT --to {} --out FILE` converts them", wanted.name)
    } else {
        String::new()
    };
    let message = format!(
        "{} of the first {} records are {} ({}), but {whose}{help}",
        found.fitting, found.records, format.name, format.title
    );
    Finding::dataset(Code::DatasetWrongFormat, strict, message)
}

fn mixed(looks: &[Detection], inputs: &Inputs, strict: bool) -> Finding {
    let mut by_format: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (input, look) in inputs.iter().zip(looks) {
        let name = look.format.map_or("no known format", |format| format.name);
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
    Finding::dataset(Code::DatasetMixedFormats, strict, message)
}

fn other(file: &str, look: Detection, format: &Format, strict: bool) -> Finding {
    let name = look.format.map_or("in no known format", |format| format.name);
    let message = format!(
        "{} of the first {} records are {name}, but the data is checked as {}",
        look.fitting, look.records, format.name
    );
    Finding::file(file, Code::FileOtherFormat, strict, message)
}
