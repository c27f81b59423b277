//! Where in its file a finding about a record is.

use bedload_record::json::Framing;
use bedload_record::{Excerpt, Finding, Findings, LineDigest, RecordFinding, Severities};

use super::Physical;
use crate::scan::rules::Rules;

/// Takes what was found in a line, in the order of the line's bytes.
pub(crate) fn in_order(findings: &mut Findings) -> Vec<RecordFinding> {
    let mut full = findings.take_full();
    full.sort_by_key(|finding| finding.offset);
    full
}

/// Places a record's findings, which are in the order of its bytes, in their file. Linear in line and findings.
pub(crate) fn place(
    findings: Vec<RecordFinding>,
    rules: &Rules,
    file: &str,
    line_number: u64,
    line: &Physical<'_>,
) -> Vec<Finding> {
    let shown = rules.show_content.then(|| rules.framing(line.input));
    place_in(findings, rules.severities, shown, file, line_number, line)
}

/// Places findings about a line of a file that has no rules of a target. Excerpts are shown of lines with a framing.
pub(crate) fn place_in(
    findings: Vec<RecordFinding>,
    severities: Severities,
    shown: Option<Framing>,
    file: &str,
    line_number: u64,
    line: &Physical<'_>,
) -> Vec<Finding> {
    if findings.is_empty() {
        return Vec::new();
    }
    let digest = LineDigest::of(line.bytes, line.len);
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
        severity: severities.of(finding.code),
        message: finding.message,
        source: finding.source.unwrap_or_else(|| finding.code.info().source.to_owned()),
        content: line
            .bytes
            .zip(shown)
            .map(|(bytes, framing)| excerpt(bytes, finding.offset as usize, finding.len as usize, framing)),
        line_digest: Some(digest),
        standing: None,
        reason: None,
        extra: finding.extra,
        key: finding.key,
        origin: None,
    };
    findings.into_iter().map(&mut place).collect()
}

/// What is on each side of a place, as much as a wide terminal has room for.
fn excerpt(bytes: &[u8], offset: usize, len: usize, framing: Framing) -> Excerpt {
    const SIDE: usize = 240;
    let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let offset = offset.min(bytes.len());
    let mut from = offset.saturating_sub(SIDE);
    let mut to = (offset + SIDE).min(bytes.len());
    // A character is not cut where there is one; there need not be in bytes that are no text.
    while from < offset && is_inside(from) {
        from += 1;
    }
    while to > offset && is_inside(to) {
        to -= 1;
    }
    let mut around = bytes[from..to].to_vec();
    framing.release(&mut around);
    let (before, behind) = around.split_at(offset - from);
    let before = String::from_utf8_lossy(before);
    Excerpt {
        at: before.len(),
        len: String::from_utf8_lossy(&behind[..len.min(behind.len())]).len(),
        text: format!("{before}{}", String::from_utf8_lossy(behind)),
        is_cut: [from > 0, to < bytes.len()],
    }
}
