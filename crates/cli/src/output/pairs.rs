//! How long the answers of preference pairs are, for people and for programs.

use std::fmt::Write;

use bedload_record::PairLengths;
use bedload_record::plural::count;
use serde_json::{Value, json};

/// How often each side is the longer one.
pub(super) fn pairs(out: &mut String, found: Option<PairLengths>) {
    let Some(found) = found else { return };
    let PairLengths { pairs, chosen_longer, rejected_longer, .. } = found;
    let share = |n: u64| format!("{:.1} %", n as f64 * 100.0 / pairs as f64);
    let _ = writeln!(
        out,
        "  pairs       {}; chosen longer in {}, rejected in {}; chosen / rejected p50 {:.2}",
        count(pairs),
        share(chosen_longer),
        share(rejected_longer),
        found.median_ratio()
    );
}

/// The same numbers.
pub(crate) fn pairs_object(found: PairLengths) -> Value {
    json!({
        "pairs": found.pairs,
        "chosen_longer": found.chosen_longer,
        "rejected_longer": found.rejected_longer,
        "median_ratio": found.median_ratio(),
    })
}
