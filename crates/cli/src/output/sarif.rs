//! Findings as SARIF 2.1.0, for code scanning: a result for each code and file, with its first places,
//! and another for those of its findings that a baseline knows.
//!
//! A reader takes 25,000 results of a run and 10 MB of a file at most, so what is kept has a bound. Findings beyond it
//! are counted in a notification.

use std::fmt::Write;

use bedload_engine::EngineError;
use bedload_record::plural::count;
use bedload_record::{Code, Finding, Fingerprint, Standing};
use serde_json::{Value, json};

use super::source::address;
use super::tally::{Bounds, Group, Tally, cut, noted};
use super::uri::Root;
use super::{About, Emitter, Ending, Sink};
use crate::escape::escape_json;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// With the first group of each of some 200 codes, names of 4,096 bytes that are all encoded, and the rules, less than
/// 10 MB.
const BOUNDS: Bounds = Bounds { groups: 5_000, places: 100, bytes: 5_000_000 };

/// Characters of a message and of a pointer at a place.
const PLACE_CHARS: usize = 200;

/// One run, written when it has ended.
pub(super) struct Sarif {
    about: About,
    root: Root,
    tally: Tally,
}

impl Sarif {
    pub(super) fn new(about: &About, root: Root) -> Self {
        Self {
            about: About { files: about.files.first().cloned().into_iter().collect(), ..about.clone() },
            root,
            tally: Tally::new(BOUNDS),
        }
    }

    /// A finding about the data set is placed in its first file: a result has to be somewhere.
    fn physical(&self, file: &str) -> Option<Value> {
        let file = if file.is_empty() { self.about.files.first()? } else { file };
        Some(json!({"artifactLocation": {"uri": self.root.uri(file)}, "region": {"startLine": 1}}))
    }

    fn document(&self, ending: &Ending<'_>) -> String {
        let mut codes: Vec<Code> = Vec::new();
        let mut results = String::new();
        for (code, file, group) in self.tally.groups() {
            if codes.last() != Some(&code) {
                codes.push(code);
            }
            if !results.is_empty() {
                results.push(',');
            }
            results.push('\n');
            results.push_str(&self.result(code, codes.len() - 1, (file, group), ending));
        }
        let rules: Vec<Value> = codes.iter().map(|&code| Self::rule(code, ending)).collect();
        let beyond = self.tally.beyond().iter().map(|((code, is_known), &n)| {
            let known = if *is_known { "known " } else { "" };
            let text = format!("{} more {known}findings of {code} have no room here", count(n));
            json!({"level": "warning", "message": {"text": text}, "associatedRule": {"id": code.name()}})
        });
        let invocation = json!({
            "executionSuccessful": ending.exit().code() <= 1,
            "exitCode": ending.exit().code(),
            "toolExecutionNotifications": beyond.collect::<Vec<_>>(),
        });
        let driver = json!({
            "name": "bedload",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        });
        let mut out = String::with_capacity(results.len() + 4096);
        let _ = write!(
            out,
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"invocations\":[{invocation}],\"columnKind\":\"unicodeCodePoints\",\"results\":[{results}]}}]}}"
        );
        let mut out = escape_lines(&out);
        out.push('\n');
        out
    }

    fn rule(code: Code, ending: &Ending<'_>) -> Value {
        let info = code.info();
        let area = code.name().split('/').next().unwrap_or_default();
        let mut rule = json!({
            "id": code.name(),
            "shortDescription": {"text": info.title},
            "fullDescription": {"text": info.why},
            "help": {
                "text": format!("{}\nRule: {}", info.help, info.source),
                "markdown": format!("{}\n\n{}\n\nRule: {}", info.why, info.help, info.source),
            },
            "defaultConfiguration": {"level": ending.severities.of(code).name()},
            "properties": {"tags": [area]},
        });
        if let Some(address) = address(info.source) {
            rule["helpUri"] = address.into();
        }
        rule
    }

    fn result(&self, code: Code, index: usize, (file, group): (&str, &Group), ending: &Ending<'_>) -> String {
        let is_known = group.is_known();
        let (severity, remark) =
            if is_known { (group.severity, " (known)") } else { ending.alarm(code, group.severity) };
        let more = match group.n {
            1 => String::new(),
            n if file.is_empty() => format!(" (and {} more)", count(n - 1)),
            n => format!(" (and {} more in this file)", count(n - 1)),
        };
        let whole = match file {
            "" => Finding::dataset(code, String::new()),
            file => Finding::file(file, code, String::new()),
        };
        let mut fingerprint = Fingerprint::of(&whole).to_string();
        // What is known is another alert than what is new: one of them may be dismissed.
        let nth = if is_known { 2 } else { 1 };
        let line_hash = format!("{fingerprint}:{nth}");
        if is_known {
            fingerprint.push_str("/known");
        }
        let mut out = json!({
            "ruleId": code.name(),
            "ruleIndex": index,
            "level": severity.name(),
            "message": {"text": format!("{}{more}{remark}", group.message)},
            "partialFingerprints": {"primaryLocationLineHash": line_hash, "bedload/v1": fingerprint},
            "occurrenceCount": group.n,
            "properties": {"source": group.source},
        });
        if let Some(standing) = group.standing {
            out["baselineState"] = if standing == Standing::Known { "unchanged" } else { "new" }.into();
        }
        if is_known {
            let mut suppression = json!({"kind": "external", "status": "accepted"});
            if let Some(reason) = &group.reason {
                suppression["justification"] = reason.as_str().into();
            }
            out["suppressions"] = json!([suppression]);
        }
        let mut out = out.to_string();
        out.pop();
        let places: Vec<String> = if group.places.is_empty() {
            let whole = self.physical(file).map(|at| json!({"physicalLocation": at}).to_string());
            whole.into_iter().collect()
        } else {
            group.places.clone()
        };
        let _ = write!(out, ",\"locations\":[{}]}}", places.join(","));
        out
    }

    /// A place in a file; a finding about a whole file, or the data set, has none of its own.
    fn place(root: &Root, finding: &Finding) -> Option<String> {
        let (file, line) = finding.shown_place();
        let (file, line) = (file?, line?);
        let mut region = json!({"startLine": line});
        // These are of the line as it is now.
        if let Some(column) = finding.column.filter(|_| finding.origin.is_none()) {
            region["startColumn"] = column.into();
        }
        if let Some(offset) = finding.byte_offset.filter(|_| finding.origin.is_none()) {
            region["byteOffset"] = offset.into();
        }
        let mut place = json!({
            "physicalLocation": {"artifactLocation": {"uri": root.uri(file)}, "region": region},
            "message": {"text": noted(finding, PLACE_CHARS)},
        });
        if finding.origin.is_some() {
            let uri = finding.file.as_ref().map(|file| root.uri(file));
            place["properties"] = json!({
                "converted": {"uri": uri, "line": finding.line, "column": finding.column, "byteOffset": finding.byte_offset}
            });
        }
        if let Some(pointer) = finding.pointer.as_ref().filter(|pointer| !pointer.is_empty()) {
            place["logicalLocations"] = json!([{"fullyQualifiedName": cut(pointer, PLACE_CHARS)}]);
        }
        Some(place.to_string())
    }
}

/// A document of several lines, each escaped.
fn escape_lines(text: &str) -> String {
    text.split('\n').map(|line| escape_json(line.to_owned())).collect::<Vec<_>>().join("\n")
}

impl Emitter for Sarif {
    fn finding(&mut self, _: &mut dyn Sink, finding: &Finding) -> Result<(), EngineError> {
        let root = &self.root;
        let (file, _) = finding.shown_place();
        self.tally.add(finding, file, || Self::place(root, finding));
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Sink, ending: &Ending<'_>) -> Result<(), EngineError> {
        out.write(self.document(ending).as_bytes())
    }
}
