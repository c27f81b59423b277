//! Numbers about a run: the tokens of what was built, and the rows of the summary.

use std::collections::BTreeMap;

use bedload_record::{Code, Counts, FactTable, Histogram, Quantiles, Side, SideTokens, Tokens};

use crate::plan::pack::Packed;
use crate::plan::{Plan, kept};

/// Tokens of what was built.
pub(crate) struct CountedTokens {
    /// Of the output, by side, variants included.
    pub(crate) sides: SideTokens,
    /// Per kept record.
    pub(crate) record: Quantiles,
    /// Of the kept records, by what they are for and by who speaks.
    pub(crate) texts: Tokens,
    /// Whether the records are conversations.
    pub(crate) is_conversation: bool,
}

impl CountedTokens {
    pub(crate) fn of(facts: &FactTable, plan: &Plan, packed: &Packed, is_conversation: bool) -> Self {
        let of = |side| packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.tokens).sum();
        let (mut histogram, mut texts) = (Histogram::default(), Tokens::default());
        for line in kept(&plan.verdicts) {
            let tokens = facts.tokens(line);
            histogram.add(tokens.total());
            texts += tokens;
        }
        let sides = SideTokens { train: of(Side::Train), validation: of(Side::Validation) };
        Self { sides, record: histogram.quantiles(), texts, is_conversation }
    }
}

/// The rows of the summary: metric, scope, value.
pub(crate) fn summary_rows(
    counts: Counts,
    tokens: &CountedTokens,
    by_code: &BTreeMap<Code, u64>,
) -> Vec<(String, String, f64)> {
    let CountedTokens { sides, record, texts, is_conversation } = tokens;
    let mut rows: Vec<(&str, &str, u64)> = vec![
        ("records", "read", counts.read),
        ("records", "rejected", counts.rejected),
        ("records", "duplicate", counts.duplicates),
        ("records", "unselected", counts.unselected),
        ("records", "train", counts.train),
        ("records", "validation", counts.validation),
        ("variants", "train", counts.variants),
        ("tokens", "train", sides.train),
        ("tokens", "validation", sides.validation),
        ("tokens_per_record_p50", "kept", record.p50),
        ("tokens_per_record_p90", "kept", record.p90),
        ("tokens_per_record_p99", "kept", record.p99),
        ("tokens_per_record_max", "kept", record.max),
        ("tokens_prompt", "kept", texts.prompt),
        ("tokens_completion", "kept", texts.completion),
    ];
    if *is_conversation {
        rows.extend([
            ("tokens_system", "kept", texts.system),
            ("tokens_user", "kept", texts.user()),
            ("tokens_assistant", "kept", texts.assistant),
        ]);
    }
    rows.extend([
        ("characters", "kept", texts.characters),
        ("tokens_by_6", "kept", texts.by_6()),
        ("tokens_by_3", "kept", texts.by_3()),
    ]);
    rows.extend(by_code.iter().map(|(code, &n)| ("findings", code.name(), n)));
    rows.into_iter().map(|(metric, scope, n)| (metric.to_owned(), scope.to_owned(), n as f64)).collect()
}
