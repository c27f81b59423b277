//! The numbers of what is built, from facts and plan.

use bedload_record::{Counts, FactTable, Histogram, Ordinal, Side, SideTokens, Summary, Tokens, Verdict};
use rayon::prelude::*;

use crate::plan::{Plan, count_verdicts};
use crate::run::source::DataSource;
use crate::scan::rules::Rules;

/// Lines that one thread sums up: enough to make its histogram worth while.
const LINES: usize = 1 << 18;

/// Sums up a plan; how many findings there are is counted as they are told.
pub(crate) fn summarize(facts: &FactTable, plan: &Plan, rules: &Rules, sources: &[DataSource]) -> Summary {
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
        tokens: SideTokens { train: of(Side::Train), validation: of(Side::Validation), test: of(Side::Test) },
        record_tokens: histogram.quantiles(),
        texts,
        is_conversation: rules.is_conversation(),
        sources: by_source(facts, plan, sources),
        pairs: plan.pairs,
        ..Summary::default()
    }
}

/// What became of the records of each source, and last, where there are any, of those that are of none.
fn by_source(facts: &FactTable, plan: &Plan, sources: &[DataSource]) -> Vec<(Option<String>, Counts)> {
    if sources.is_empty() {
        return Vec::new();
    }
    let mut counts = vec![Counts::default(); sources.len() + 1];
    for file in facts.files() {
        let verdicts = &plan.verdicts[file.first.index()..(file.first.0 + file.lines) as usize];
        let of_source = &mut counts[file.source.unwrap_or(sources.len())];
        *of_source = of_source.plus(count_verdicts(verdicts));
    }
    let near = plan.duplicates.iter().filter(|duplicate| duplicate.similarity.is_some());
    near.for_each(|near| counts[facts.source_of(near.dropped).unwrap_or(sources.len())].near_duplicates += 1);
    for variant in &plan.variants {
        counts[facts.source_of(variant.parent).unwrap_or(sources.len())].variants += 1;
    }
    let names = sources.iter().map(|source| Some(source.name.clone())).chain([None]);
    names.zip(counts).filter(|(name, counts)| name.is_some() || counts.read > 0).collect()
}
