//! Findings as JSON, an object a line.

use bedload_engine::EngineError;
use bedload_record::{Finding, Fingerprint, Standing};
use serde::Serialize;

use super::stdout::line_of;
use super::{Emitter, Ending, Sink};

/// One object for each finding, and one for the summary.
pub(super) struct Jsonl {
    profile: Option<String>,
}

impl Jsonl {
    pub(super) fn new(profile: Option<&str>) -> Self {
        Self { profile: profile.map(str::to_owned) }
    }
}

impl Emitter for Jsonl {
    fn finding(&mut self, out: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        out.write(line_of(&object(finding, self.profile.as_deref())).as_bytes())
    }

    fn object(&mut self, out: &mut dyn Sink, object: &serde_json::Value) -> Result<(), EngineError> {
        out.write(line_of(object).as_bytes())
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        out.write(line_of(ending.numbers).as_bytes())
    }
}

/// Bytes of an excerpt on each side of its place.
const EXCERPT_SIDE: usize = 32;

#[derive(Serialize)]
struct FindingObject<'a> {
    kind: &'static str,
    file: Option<&'a str>,
    line: Option<u64>,
    column: Option<u64>,
    byte_offset: Option<u64>,
    record: Option<u64>,
    pointer: Option<&'a str>,
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    profile: Option<&'a str>,
    source: &'a str,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

/// The object for one finding. A finding about the whole data set has no `line`, and none of what goes with it.
fn object<'a>(finding: &'a Finding, profile: Option<&'a str>) -> FindingObject<'a> {
    FindingObject {
        kind: "finding",
        file: finding.file.as_deref(),
        line: finding.line,
        column: finding.column,
        byte_offset: finding.byte_offset,
        record: finding.record,
        pointer: finding.pointer.as_deref(),
        code: finding.code.name(),
        severity: finding.severity.name(),
        message: &finding.message,
        profile,
        source: &finding.source,
        fingerprint: Fingerprint::of(finding).to_string(),
        extra: finding.extra,
        key: finding.key.as_deref(),
        origin_file: finding.origin.as_ref().map(|origin| origin.file.as_str()),
        origin_line: finding.origin.as_ref().map(|origin| origin.line),
        baseline: finding.standing.map(Standing::name),
        content: finding.content.as_ref().map(|content| content.around(EXCERPT_SIDE)),
    }
}
