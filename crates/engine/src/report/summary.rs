//! The numbers of what is built, from facts and plan.

use bedload_record::{
    Counts, Distributions, FactTable, Histogram, Measure, Ordinal, Side, SideTokens, Summary, Tokens, Verdict,
};
use rayon::prelude::*;

use crate::plan::{Plan, count_verdicts};
use crate::run::source::DataSource;
use crate::scan::rules::Rules;

/// Lines that one thread sums up: enough to make its histogram worth while.
const LINES: usize = 1 << 18;

/// Sums up a plan; how many findings there are is counted as they are told.
pub(crate) fn summarize(facts: &FactTable, plan: &Plan, rules: &Rules, sources: &[DataSource]) -> Summary {
    let of = |side| plan.packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.tokens).sum();
    let measures = Measures { is_counted: rules.counts_tokens(), is_conversation: rules.is_conversation() };
    let part = |(nth, verdicts): (usize, &[Verdict])| {
        let mut sums = Sums::default();
        let first = Ordinal((nth * LINES) as u64);
        let mut cursor = facts.cursor(first);
        for (line, &verdict) in (first.0..).map(Ordinal).zip(verdicts) {
            let tokens = facts.tokens(line);
            if let Verdict::Kept(_) = verdict {
                sums.histogram.add(tokens.total());
                sums.texts += tokens;
            }
            let bytes = facts.span(line, cursor.input_of(line)).len;
            measures.add(&mut sums.distributions, verdict, (tokens, bytes, facts.turns(line)));
        }
        sums
    };
    let parts = plan.verdicts.par_chunks(LINES).enumerate().map(part);
    let Sums { histogram, texts, distributions } = parts.reduce(Sums::default, Sums::join);
    Summary {
        counts: plan.counts,
        tokens: SideTokens { train: of(Side::Train), validation: of(Side::Validation), test: of(Side::Test) },
        record_tokens: histogram.quantiles(),
        texts,
        is_conversation: rules.is_conversation(),
        distributions,
        sources: by_source(facts, plan, sources),
        pairs: plan.pairs,
        ..Summary::default()
    }
}

/// What some lines come to.
#[derive(Default)]
struct Sums {
    histogram: Histogram,
    texts: Tokens,
    distributions: Distributions,
}

impl Sums {
    fn join(mut self, more: Self) -> Self {
        self.histogram.absorb(more.histogram);
        self.texts += more.texts;
        self.distributions.absorb(&more.distributions);
        self
    }
}

/// What is known of records, so that it can be measured.
#[derive(Clone, Copy)]
struct Measures {
    is_counted: bool,
    is_conversation: bool,
}

impl Measures {
    /// Adds what the table of records says of one. A rejected record may have been rejected before it was measured.
    fn add(self, to: &mut Distributions, verdict: Verdict, (tokens, bytes, turns): (Tokens, u64, u64)) {
        to.add(Measure::Bytes, verdict, bytes);
        let is_accepted = verdict != Verdict::Rejected;
        if self.is_counted && (is_accepted || tokens.total() > 0) {
            to.add(Measure::Tokens, verdict, tokens.total());
            to.add(Measure::PromptTokens, verdict, tokens.prompt);
            to.add(Measure::CompletionTokens, verdict, tokens.completion);
        }
        if self.is_conversation && (is_accepted || turns > 0) {
            to.add(Measure::Turns, verdict, turns);
        }
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
