//! The visit of one record: parse, check, count, identify. The same code runs in the scan, which keeps codes, and
//! afterwards for the few records whose findings are shown in full.

use bedload_record::facts::TOKENS_MAX;
use bedload_record::json::diagnose;
use bedload_record::{
    Code, CodeSet, FactRow, Finding, Findings, Interner, LineEnd, Parser, Record, RecordFinding, Severity,
    Traits,
};
use bedload_stages::{balance, dedupe, schema, split, tokens};

use crate::rules::Rules;

/// A worker's tools; one per thread, reused from line to line.
pub(crate) struct Examiner<'r> {
    rules: &'r Rules,
    parser: Parser,
    counter: Option<tokens::Counter>,
    scratch: Vec<u8>,
}

/// A line as the examiner takes it.
#[derive(Clone, Copy)]
pub(crate) struct Physical<'l> {
    /// Byte offset in its input.
    pub(crate) start: u64,
    /// Length in bytes, without the line end.
    pub(crate) len: u64,
    pub(crate) end: LineEnd,
    /// Its bytes, unless it is longer than the limit.
    pub(crate) bytes: Option<&'l [u8]>,
}

/// What else a record is, once it is accepted or not.
#[derive(Default)]
struct Content {
    tokens: tokens::Tokens,
    digest: u128,
    group: Option<u64>,
    traits: Traits,
}

impl<'r> Examiner<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        let counter = rules.encoding.map(tokens::Counter::new);
        Self { rules, parser: Parser::default(), counter, scratch: Vec::new() }
    }

    /// The facts of a line. Its label gets an id of `labels`.
    pub(crate) fn facts(&mut self, line: &Physical<'_>, labels: &mut Interner<String>) -> FactRow {
        let mut findings = Findings::codes_only();
        let mut label = None;
        let content = self.visit(line, &mut findings, |found| {
            label = found.and_then(|text: &str| labels.id(text));
        });
        let codes = findings.codes();
        let content = content.unwrap_or_default();
        FactRow {
            start: line.start,
            end: line.end,
            accepted: !codes.rejects(self.rules.strict),
            digest: content.digest,
            tokens_prompt: saturate(content.tokens.prompt),
            tokens_completion: saturate(content.tokens.completion),
            label,
            codes,
            traits: content.traits,
            group: content.group.unwrap_or(content.digest as u64),
            grouped: content.group.is_some(),
        }
    }

    /// The codes, the tokens and the traits of a line, for a run that needs no facts.
    pub(crate) fn codes(&mut self, line: &Physical<'_>) -> (CodeSet, Option<(tokens::Tokens, Traits)>) {
        let mut findings = Findings::codes_only();
        let content = self.visit(line, &mut findings, |_| {});
        (findings.codes(), content.map(|content| (content.tokens, content.traits)))
    }

    /// Everything found in a line, in the order of the line's bytes.
    pub(crate) fn findings(&mut self, line: &Physical<'_>) -> Vec<RecordFinding> {
        let mut findings = Findings::in_full();
        self.visit(line, &mut findings, |_| {});
        let mut full = findings.into_full();
        full.sort_by_key(|finding| finding.offset);
        full
    }

    /// Parses and checks; what the record holds is told where there is an object of a known format.
    fn visit(
        &mut self,
        line: &Physical<'_>,
        findings: &mut Findings,
        tell_label: impl FnOnce(Option<&str>),
    ) -> Option<Content> {
        let Self { rules, parser, counter, scratch } = self;
        let Some(bytes) = line.bytes else {
            findings.add(Code::LimitRecordBytes, || {
                let message = format!("the line has {} bytes, more than --max-record-bytes", line.len);
                (String::new(), 0, message)
            });
            return None;
        };
        parser.parse(bytes, |parsed| {
            let doubtful = match &parsed {
                Ok((_, warnings)) => !warnings.is_empty(),
                Err(_) => true,
            };
            if doubtful {
                for flaw in diagnose(bytes, &rules.known_keys) {
                    findings.add(flaw.code, || (flaw.pointer, flaw.offset as u64, flaw.message));
                }
            }
            let (json, _) = match parsed {
                Ok(parsed) => parsed,
                Err(flaws) => {
                    // The two parsers disagree only where one of them is wrong; the line is not let through.
                    if findings.codes().is_empty() {
                        for flaw in flaws {
                            findings.add(flaw.code, || (flaw.pointer, flaw.offset as u64, flaw.message));
                        }
                    }
                    return None;
                }
            };
            let format = rules.format?;
            let mut record = Record { raw: bytes, json, tokens: None };
            match counter.as_mut().map(|counter| tokens::count(format, json, counter)) {
                Some(Ok(tokens)) => record.tokens = Some(tokens),
                Some(Err(_)) => findings.add(Code::TokensUncountable, || {
                    (String::new(), 0, "the tokenizer failed on a text of this record".to_owned())
                }),
                None => {}
            }
            for check in &rules.checks {
                check.check(&record, findings);
            }
            tell_label(balance::label(&rules.labels, format, json).as_deref());
            let digest = dedupe::digest(format, json, rules.normalize, scratch);
            let group = split::group(&rules.group_by, format, json, rules.normalize);
            let traits = schema::traits(format, json);
            let tokens = record.tokens.unwrap_or_default();
            Some(Content { tokens, digest, group, traits })
        })
    }
}

fn saturate(tokens: u64) -> u32 {
    u32::try_from(tokens).unwrap_or(TOKENS_MAX)
}

/// Places a record's findings, which are in the order of its bytes, in their file. Linear in line and findings.
pub(crate) fn place(
    findings: Vec<RecordFinding>,
    rules: &Rules,
    file: &str,
    line_number: u64,
    line: &Physical<'_>,
) -> Vec<Finding> {
    let (mut seen, mut column) = (0, 1);
    let mut column_of = |offset: usize| {
        let bytes = line.bytes.unwrap_or_default();
        let offset = offset.min(bytes.len());
        // What comes before a finding is valid UTF-8, where every byte but a continuation begins a character.
        column += bytes[seen..offset].iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64;
        seen = offset;
        column
    };
    let mut place = |finding: RecordFinding| Finding {
        file: Some(file.to_owned()),
        line: Some(line_number),
        column: Some(column_of(finding.offset as usize)),
        byte_offset: Some(line.start + finding.offset),
        record: Some(line_number - 1),
        pointer: Some(finding.pointer),
        code: finding.code,
        severity: severity(finding.code, rules),
        message: finding.message,
        source: finding.source.unwrap_or_else(|| finding.code.info().source.to_owned()),
        content: line
            .bytes
            .filter(|_| rules.show_content)
            .map(|bytes| excerpt(bytes, finding.offset as usize)),
    };
    findings.into_iter().map(&mut place).collect()
}

fn severity(code: Code, rules: &Rules) -> Severity {
    bedload_record::finding::effective(code, rules.strict)
}

/// A few characters on each side of a place.
fn excerpt(bytes: &[u8], offset: usize) -> String {
    const SIDE: usize = 32;
    let from = offset.saturating_sub(SIDE);
    let to = (offset + SIDE).min(bytes.len());
    String::from_utf8_lossy(&bytes[from.min(to)..to]).into_owned()
}
