//! The numbers of what is built, from facts and plan.

use bedload_record::{FactTable, Histogram, Ordinal, Side, SideTokens, Summary, Tokens, Verdict};
use rayon::prelude::*;

use crate::plan::Plan;
use crate::scan::rules::Rules;

/// Lines that one thread sums up: enough to make its histogram worth while.
const LINES: usize = 1 << 18;

/// Sums up a plan; how many findings there are is counted as they are told.
pub(crate) fn summarize(facts: &FactTable, plan: &Plan, rules: &Rules) -> Summary {
    let of = |side| plan.packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.tokens).sum();
    let begin = || (Histogram::default(), Tokens::default());
    let part = |(nth, verdicts): (usize, &[Verdict])| {
        let (mut histogram, mut texts) = begin();
        for (line, verdict) in (nth * LINES..).zip(verdicts) {
            if let Verdict::Kept(_) = verdict {
                let tokens = facts.tokens(Ordinal(line as u64));
                histogram.add(tokens.total());
                texts += tokens;
            }
        }
        (histogram, texts)
    };
    let join = |(mut histogram, mut texts): (Histogram, Tokens), (more, other): (Histogram, Tokens)| {
        histogram.absorb(more);
        texts += other;
        (histogram, texts)
    };
    let (histogram, texts) = plan.verdicts.par_chunks(LINES).enumerate().map(part).reduce(begin, join);
    Summary {
        counts: plan.counts,
        tokens: SideTokens { train: of(Side::Train), validation: of(Side::Validation) },
        record_tokens: histogram.quantiles(),
        texts,
        is_conversation: rules.is_conversation(),
        ..Summary::default()
    }
}
