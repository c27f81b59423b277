//! The rules of one run: settings, profile and what the data looks like, resolved once before the scan.

use bedload_bedrock::{Detection, Format, Limit, detect};
use bedload_record::{Code, Finding, Severity};
use bedload_scan::Inputs;
use bedload_stages::Check;
use bedload_stages::balance::LabelSource;
use bedload_stages::dedupe::Normalize;
use bedload_stages::schema::Schema;
use bedload_stages::split::GroupBy;
use bedload_stages::tokens::{Encoding, TokenLimit};

use crate::error::EngineError;
use crate::settings::Settings;

/// How much of the data is looked at to detect its format.
const HEAD_BYTES: usize = 1 << 20;
const HEAD_BYTES_MAX: usize = 64 << 20;
const HEAD_LINES: usize = 1000;

/// Everything that the visit of a record needs to know.
pub(crate) struct Rules {
    /// The format that records are checked against; none where no known format fits.
    pub(crate) format: Option<&'static Format>,
    /// True where the format was not named by flag or profile.
    pub(crate) detected: bool,
    /// The counting of tokens, where it is switched on.
    pub(crate) encoding: Option<Encoding>,
    /// The limit of tokens per record with its source.
    pub(crate) record_tokens_max: Option<Limit>,
    pub(crate) checks: Vec<Box<dyn Check + Send>>,
    pub(crate) labels: LabelSource,
    pub(crate) group_by: GroupBy,
    pub(crate) normalize: Normalize,
    pub(crate) strict: bool,
    pub(crate) show_content: bool,
    /// Keys that may be shown in pointers.
    pub(crate) known_keys: Vec<&'static str>,
}

impl Rules {
    /// Resolves the rules for these inputs, and says what is wrong with the data set as a whole.
    pub(crate) fn new(settings: &Settings, inputs: &Inputs) -> Result<(Self, Vec<Finding>), EngineError> {
        let mut findings = Vec::new();
        let format = resolve_format(settings, inputs, &mut findings)?;
        let stages = &settings.stages;
        let encoding = resolve_encoding(settings)?;
        let record_tokens_max = match (stages.tokens.record_max, settings.profile) {
            (Some(value), _) => {
                Some(Limit { value, source: "configuration".to_owned(), date: "this run".to_owned() })
            }
            (None, Some(profile)) => profile.record_tokens_max.clone(),
            (None, None) => None,
        };
        let mut checks: Vec<Box<dyn Check + Send>> = Vec::new();
        if let Some(format) = format.filter(|_| stages.schema.enabled) {
            checks.push(Box::new(Schema { format }));
        }
        if let (Some(limit), Some(encoding)) = (&record_tokens_max, encoding) {
            checks.push(Box::new(TokenLimit { record_max: limit.value, encoding: encoding.name() }));
        }
        let rules = Self {
            format,
            detected: settings.format.is_none() && settings.profile.is_none(),
            encoding,
            record_tokens_max,
            checks,
            labels: stages.balance.source(),
            group_by: stages.split.group_by(),
            normalize: stages.dedupe.normalize,
            strict: settings.strict,
            show_content: settings.show_content,
            known_keys: format.map_or_else(Vec::new, |f| f.fields.iter().map(|field| field.key).collect()),
        };
        Ok((rules, findings))
    }

    /// Whose rule a finding follows.
    pub(crate) fn source(&self, code: Code) -> String {
        match (code, &self.record_tokens_max) {
            (Code::LimitTokens, Some(limit)) => limit.cite(),
            _ => code.info().source.to_owned(),
        }
    }
}

fn resolve_encoding(settings: &Settings) -> Result<Option<Encoding>, EngineError> {
    let stage = &settings.stages.tokens;
    if !stage.enabled {
        return Ok(None);
    }
    let name = match (&stage.encoding, settings.profile) {
        (Some(name), _) => name.as_str(),
        (None, Some(profile)) => profile.encoding.as_str(),
        (None, None) => "o200k_base",
    };
    name.parse().map(Some).map_err(|error| EngineError::Usage(format!("{error}")))
}

fn resolve_format(
    settings: &Settings,
    inputs: &Inputs,
    findings: &mut Vec<Finding>,
) -> Result<Option<&'static Format>, EngineError> {
    let takes = |format: &Format| settings.profile.is_none_or(|p| p.formats().any(|f| f.name == format.name));
    if let Some(format) = settings.format {
        if let Some(profile) = settings.profile.filter(|_| !takes(format)) {
            return Err(EngineError::Usage(format!(
                "--format {} contradicts --profile {}, which takes {}",
                format.name,
                profile.name,
                profile.formats.join(" or ")
            )));
        }
        return Ok(Some(format));
    }
    let detection = look(inputs)?;
    let Some(profile) = settings.profile else {
        if detection.format.is_none() && detection.records > 0 {
            let names: Vec<&str> = bedload_bedrock::FORMATS.iter().map(|format| format.name).collect();
            let message = format!(
                "no known format fits the first {} records; known are {}",
                detection.records,
                names.join(", ")
            );
            findings.push(Finding::dataset(Code::DatasetUnknownFormat, settings.strict, message));
        }
        return Ok(detection.format);
    };
    match detection.format {
        Some(format) if takes(format) => Ok(Some(format)),
        Some(format) => {
            let message = format!(
                "{} of the first {} records are {} ({}), but {} takes {}",
                detection.fitting,
                detection.records,
                format.name,
                format.title,
                profile.name,
                profile.formats.join(" or ")
            );
            findings.push(Finding::dataset(Code::DatasetWrongFormat, settings.strict, message));
            Ok(profile.formats().next())
        }
        None => Ok(profile.formats().next()),
    }
}

/// Looks at the first lines of the inputs, taken together; further on where long lines hide the first record.
fn look(inputs: &Inputs) -> Result<Detection, EngineError> {
    let mut head_bytes = HEAD_BYTES;
    loop {
        let (head, is_all) = heads(inputs, head_bytes)?;
        let detection = detect(head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii), HEAD_LINES);
        if detection.records > 0 || is_all || head_bytes >= HEAD_BYTES_MAX {
            return Ok(detection);
        }
        head_bytes *= 8;
    }
}

/// The first whole lines of the inputs, about `head_bytes` in all; and whether that is all there is.
fn heads(inputs: &Inputs, head_bytes: usize) -> Result<(Vec<u8>, bool), EngineError> {
    let mut head = Vec::new();
    for input in 0..inputs.len() {
        let mut bytes = inputs.head(input, head_bytes - head.len())?;
        let is_cut = bytes.len() == head_bytes - head.len();
        if is_cut {
            // A line that the head cuts off would count as broken.
            let end = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            bytes.truncate(end);
        }
        head.extend_from_slice(&bytes);
        head.push(b'\n');
        if is_cut || head.len() >= head_bytes {
            return Ok((head, false));
        }
    }
    Ok((head, true))
}

/// What is said where records were read, but none that could tell their format.
pub(crate) fn unknown_format(strict: bool) -> Finding {
    let message = format!("the first {} MiB hold no record that tells the format", HEAD_BYTES_MAX >> 20);
    Finding::dataset(Code::DatasetUnknownFormat, strict, message)
}

/// Returns true if one of the findings is at or above `least`.
pub(crate) fn any_at_least(findings: &[Finding], least: Severity) -> bool {
    findings.iter().any(|finding| finding.severity >= least)
}
