//! The numbers of what is built, from facts and plan.

use bedload_record::{FactTable, Histogram, Side, SideTokens, Summary, Tokens};

use crate::plan::{Plan, kept};
use crate::scan::rules::Rules;

/// Sums up a plan; how many findings there are is counted as they are told.
pub(crate) fn summarize(facts: &FactTable, plan: &Plan, rules: &Rules) -> Summary {
    let of = |side| plan.packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.tokens).sum();
    let (mut histogram, mut texts) = (Histogram::default(), Tokens::default());
    for line in kept(&plan.verdicts) {
        let tokens = facts.tokens(line);
        histogram.add(tokens.total());
        texts += tokens;
    }
    Summary {
        counts: plan.counts,
        tokens: SideTokens { train: of(Side::Train), validation: of(Side::Validation) },
        record_tokens: histogram.quantiles(),
        texts,
        is_conversation: rules.is_conversation(),
        ..Summary::default()
    }
}
