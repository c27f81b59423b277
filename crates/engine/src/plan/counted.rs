//! Findings that can be about every other record and say the same of each: they are counted in one finding, and the
//! records are told apart by their codes in `records.parquet`.

use bedload_record::plural::{agree, part_of};
use bedload_record::{Code, FactTable, Finding, Ordinal};
use rayon::prelude::*;

/// What is counted.
const COUNTED: Code = Code::TextControlToken;

/// Whether nothing more is to be said of a line than what is counted. Of a rejected one, everything is said.
pub(crate) fn is_only_counted(facts: &FactTable, line: Ordinal) -> bool {
    facts.codes(line).is_only(COUNTED) && facts.accepted(line)
}

/// The finding that counts the accepted records with control tokens, if there are any. Linear, in parallel.
pub(crate) fn count_control_tokens(facts: &FactTable) -> Option<Finding> {
    let kinds: Vec<bool> = facts.kinds().iter().map(|(codes, _)| codes.contains(COUNTED)).collect();
    if !kinds.contains(&true) {
        return None;
    }
    let accepted = || (0..facts.len()).into_par_iter().map(Ordinal).filter(|&line| facts.accepted(line));
    let (n, all) =
        (accepted().filter(|&line| kinds[facts.kind(line)]).count() as u64, accepted().count() as u64);
    let part = part_of(n, all, "record", "records");
    let message = format!(
        "{part} {} control tokens of other models in {} texts; `codes` in report/records.parquet tells which records",
        agree(n, "has", "have"),
        agree(n, "its", "their")
    );
    (n > 0).then(|| Finding::dataset(COUNTED, message))
}
