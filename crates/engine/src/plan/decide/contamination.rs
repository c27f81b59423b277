//! Which records go because they share text with evaluation data.

use bedload_record::{Code, FactTable, Finding, Verdict};
use bedload_stages::contamination::Hits;
use rayon::prelude::*;

use crate::plan::of_verdict;
use crate::run::settings::Settings;
use crate::scan::contamination::judge_found;

/// Leaves out the records that share text with evaluation data, where that is wanted, and says what is wrong where none
/// may.
pub(super) fn judge_contaminated(
    facts: &FactTable,
    settings: &Settings,
    verdicts: &mut [Verdict],
) -> Vec<Finding> {
    let config = &settings.stages.contamination;
    if !config.runs() {
        return Vec::new();
    }
    let code = match config.hits {
        Hits::Drop => Code::ContaminationDropped,
        Hits::Flag | Hits::Fail => Code::ContaminationMatch,
    };
    let of_kind: Vec<bool> = facts.kinds().iter().map(|(codes, _)| codes.contains(code)).collect();
    let kept = of_verdict(verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
    let matched: Vec<_> = kept.filter(|&line| of_kind[facts.kind(line)]).collect();
    if config.hits == Hits::Drop {
        for line in &matched {
            verdicts[line.index()] = Verdict::Contaminated;
        }
    }
    judge_found(matched.len() as u64, facts.len(), config).into_iter().collect()
}
