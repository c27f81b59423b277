//! The records that one line becomes in a conversion, and what is said of them.

use bedload_record::{Code, Findings, Flaw};

/// So many records, with a line end between each.
pub(super) fn records(bytes: &[u8], n_records: usize) -> impl Iterator<Item = &[u8]> {
    // One as a rule, of which there is nothing to be looked for.
    bytes.splitn(n_records, |&byte| byte == b'\n')
}

/// Says that a record is longer once it is converted than any may be.
pub(super) fn add_too_long(record: &[u8], findings: &mut Findings) {
    findings.add(Code::LimitRecordBytes, || {
        let message =
            format!("the converted record has {} bytes, more than --max-record-bytes", record.len());
        (String::new(), 0, message)
    });
}

/// Says of which record something is, where a line was converted.
pub(super) fn once_converted(nth: usize, of: usize) -> String {
    if of == 1 {
        " (once converted)".to_owned()
    } else {
        format!(" (once converted, record {} of {of})", nth + 1)
    }
}

/// Adds what is wrong or doubtful with a line as JSON.
pub(crate) fn add_flaws(flaws: Vec<Flaw>, findings: &mut Findings) {
    for flaw in flaws {
        findings.add(flaw.code, || (flaw.pointer, flaw.offset as u64, flaw.message));
    }
}
