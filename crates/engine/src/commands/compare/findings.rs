//! Which findings are new, and which are gone: by fingerprint, which outlasts a move of the record.

use std::collections::BTreeMap;

use bedload_report::PastFinding;

use super::Snapshot;

/// A finding that only one output has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingChange {
    /// Its input; none where it is about the data set.
    pub file: Option<String>,
    /// Its physical line, from 1.
    pub line: Option<u64>,
}

/// The findings of a code, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChange {
    /// The code.
    pub code: String,
    /// Its severity in the later output, or else in the earlier one.
    pub severity: String,
    /// How many there were.
    pub old: u64,
    /// How many there are.
    pub new: u64,
    /// Those that there were not.
    pub appeared: Vec<FindingChange>,
    /// Those that there are no more.
    pub gone: Vec<FindingChange>,
}

/// How many findings there are of each code and which of them only one of two outputs has; none where that cannot be
/// told.
pub(super) fn changes(old: &Snapshot, new: &Snapshot) -> Option<Vec<CodeChange>> {
    let mut codes: BTreeMap<&str, CodeChange> = BTreeMap::new();
    let (was, is) = (old.findings.as_deref()?, new.findings.as_deref()?);
    for (snapshot, findings, is_new) in [(old, was, false), (new, is, true)] {
        for finding in findings {
            let (code, severity) = &snapshot.kinds[finding.kind as usize];
            let change = codes.entry(code).or_insert_with(|| CodeChange {
                code: code.clone(),
                severity: severity.clone(),
                old: 0,
                new: 0,
                appeared: Vec::new(),
                gone: Vec::new(),
            });
            if is_new {
                change.severity.clone_from(severity);
                change.new += 1;
            } else {
                change.old += 1;
            }
        }
    }
    let mut place = |snapshot: &Snapshot, finding: &PastFinding, is_new: bool| {
        let file = finding.file.map(|file| snapshot.finding_files[file as usize].clone());
        let change = codes.get_mut(snapshot.kinds[finding.kind as usize].0.as_str());
        let change = change.expect("the code of every finding was counted");
        let list = if is_new { &mut change.appeared } else { &mut change.gone };
        list.push(FindingChange { file, line: finding.line });
    };
    without(is, was, |finding| place(new, finding, true));
    without(was, is, |finding| place(old, finding, false));
    Some(codes.into_values().collect())
}

/// The findings that are more often in one list than in another, in their order.
fn without(these: &[PastFinding], others: &[PastFinding], mut take: impl FnMut(&PastFinding)) {
    let mut known: Vec<u64> = others.iter().map(|finding| finding.fingerprint).collect();
    known.sort_unstable();
    let mut own: Vec<(u64, usize)> =
        these.iter().zip(0..).map(|(finding, at)| (finding.fingerprint, at)).collect();
    own.sort_unstable();
    let mut left = Vec::new();
    for group in own.chunk_by(|a, b| a.0 == b.0) {
        let first = known.partition_point(|&fingerprint| fingerprint < group[0].0);
        let n = known[first..].iter().take_while(|&&fingerprint| fingerprint == group[0].0).count();
        left.extend(group.iter().skip(n).map(|(_, at)| *at));
    }
    left.sort_unstable();
    left.into_iter().for_each(|at| take(&these[at]));
}
