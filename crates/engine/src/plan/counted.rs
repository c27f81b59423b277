//! Findings that can be about every other record and say the same of each: they are counted in one finding, and the
//! records are told apart by their codes in `records.parquet`. Where such a finding is an error, it is why records are
//! rejected, and is listed like any other.

use bedload_record::plural::{agree, part_of};
use bedload_record::{Code, FactTable, Finding, Ordinal, Severities, Severity};
use rayon::prelude::*;

/// What is counted.
const COUNTED: Code = Code::TextControlToken;

/// What a build counts and does not list.
pub(crate) fn counted(severities: Severities) -> Option<Code> {
    (severities.of(COUNTED) != Severity::Error).then_some(COUNTED)
}

/// The finding that counts all records with control tokens, if there are any. Linear, in parallel.
pub(crate) fn count_control_tokens(facts: &FactTable, severities: Severities) -> Option<Finding> {
    counted(severities)?;
    let kinds: Vec<bool> = facts.kinds().iter().map(|(codes, _)| codes.contains(COUNTED)).collect();
    if !kinds.contains(&true) {
        return None;
    }
    let lines = (0..facts.len()).into_par_iter().map(Ordinal);
    let n = lines.filter(|&line| kinds[facts.kind(line)]).count() as u64;
    let part = part_of(n, facts.len(), "record", "records");
    let message = format!(
        "{part} {} control tokens of other models in {} texts; `codes` in report/records.parquet tells which records",
        agree(n, "has", "have"),
        agree(n, "its", "their")
    );
    (n > 0).then(|| Finding::dataset(COUNTED, message))
}
