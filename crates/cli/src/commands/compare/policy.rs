//! What fails a comparison.

use bedload_engine::{Compared, Kind, MaxRejected};
use bedload_record::Severity;
use bedload_record::names::offer;
use bedload_record::plural::{count, plural};

use crate::args::PolicyArgs;
use crate::exit::Failure;

/// Why a comparison fails, a sentence each; empty where it does not.
pub(super) fn failures(policy: &PolicyArgs, compared: &Compared) -> Result<Vec<String>, Failure> {
    let mut failures = Vec::new();
    let least = policy.fail_on.least();
    for change in compared.findings.iter().flatten() {
        let severity = Severity::ALL.into_iter().find(|severity| severity.name() == change.severity);
        if !change.appeared.is_empty() && least.is_some_and(|least| severity >= Some(least)) {
            let n = plural(change.appeared.len() as u64, "new finding", "new findings");
            failures.push(format!("{n} of {} ({})", change.code, change.severity));
        }
    }
    let kept = compared.old.kept();
    let [added, removed, changed, moved] = totals(compared);
    let limits = [
        ("added", added, policy.max_added),
        ("removed", removed, policy.max_removed),
        ("changed", changed, policy.max_changed),
        ("moved", moved, policy.max_moved),
    ];
    for (what, n, most) in limits {
        if let Some(most) = most.filter(|most: &MaxRejected| most.is_exceeded(n, kept)) {
            let n = plural(n, "record was", "records were");
            let n = if what == "moved" { n.replace(" was", "").replace(" were", "") } else { n };
            failures.push(format!("{n} {what}, more than --max-{what} {most} of {}", count(kept)));
        }
    }
    for (what, most) in &policy.max_drift {
        let known = || compared.drifts.iter().map(|drift| drift.what.as_str());
        if let Some(what) = what.as_deref().filter(|what| !known().any(|known| known == *what)) {
            let hint = offer(what, known());
            let known: Vec<&str> = known().collect();
            let known =
                if known.is_empty() { "none, as both are of early versions" } else { &known.join(", ") };
            return Err(Failure::Usage(format!(
                "--max-drift {what}=…: neither output has the distribution `{what}`\nhint: {hint}there are {known}"
            )));
        }
        let of = compared.drifts.iter().filter(|drift| what.as_ref().is_none_or(|what| *what == drift.what));
        for drift in of.filter(|drift| drift.size > *most) {
            failures.push(format!("{} moved by {:.3}, more than --max-drift {most}", drift.what, drift.size));
        }
    }
    Ok(failures)
}

/// How many records were added, removed and changed, and how many moved.
pub(super) fn totals(compared: &Compared) -> [u64; 4] {
    let sum = |kinds: &[Kind]| kinds.iter().map(|&kind| compared.records.count(kind)).sum();
    [
        sum(&[Kind::Added, Kind::AddedFromInputs]),
        sum(&[Kind::Removed, Kind::NowDuplicate, Kind::NowUnselected, Kind::NowRejected]),
        sum(&[Kind::Changed, Kind::Relabelled]),
        sum(&[Kind::Moved]),
    ]
}
