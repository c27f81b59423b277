//! Findings as JSON, an object a line.

use bedload_engine::EngineError;
use bedload_record::Finding;
use serde::Serialize;

use super::Out;
use crate::escape::escape_json;

#[derive(Serialize)]
pub(crate) struct FindingObject<'a> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

/// The object for one finding. A finding about the whole data set has no `line`, and none of what goes with it.
pub(crate) fn finding_object<'a>(finding: &'a Finding, profile: Option<&'a str>) -> FindingObject<'a> {
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
        content: finding.content.as_deref(),
    }
}

/// Writes one object as a line.
pub(crate) fn print_line(out: &mut Out, object: &impl Serialize) -> Result<(), EngineError> {
    let mut line = escape_json(serde_json::to_string(object).expect("plain values are JSON"));
    line.push('\n');
    out.write(line.as_bytes())
}
