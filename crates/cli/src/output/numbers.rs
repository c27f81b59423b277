//! The numbers of an output for programs.

use bedload_engine::Numbers;
use bedload_record::{Counts, Severity};
use serde_json::{Value, json};

use super::{balance_object, of_severity, pairs_object};

/// The summary of an output. `rare` is how few records make a value rare.
pub(crate) fn numbers_object(numbers: &Numbers, rare: u64) -> Value {
    let manifest = &numbers.manifest;
    let counts = &manifest.counts;
    let of = |severity| of_severity(&numbers.summary.by_code, numbers.severities, severity);
    let tokens = &manifest.tokens;
    // A forged manifest can have any numbers.
    let of_sides = tokens.train.saturating_add(tokens.validation).saturating_add(tokens.test);
    let texts = numbers.summary.texts;
    let spoken = |n: u64| Some(n).filter(|_| numbers.summary.is_conversation);
    json!({
        "kind": "summary",
        "files": manifest.inputs.len(),
        "records": counts.read,
        "valid": counts.read.saturating_sub(counts.rejected),
        "rejected": counts.rejected,
        "duplicates": counts.duplicates,
        "unselected": counts.unselected,
        "train": counts.train,
        "validation": counts.validation,
        "test": counts.test,
        "variants": counts.variants,
        "evaluation": numbers.prompts(),
        "balance": balance_object(&numbers.balance, rare),
        "pairs": numbers.summary.pairs.map(pairs_object),
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
        "notes": of(Severity::Note),
        "tokens": of_sides,
        "tokens_system": spoken(texts.system),
        "tokens_user": spoken(texts.user()),
        "tokens_assistant": spoken(texts.assistant),
        "characters": texts.characters,
        "tokens_by_6": texts.by_6(),
        "tokens_by_3": texts.by_3(),
        "encoding": manifest.encoding,
        "format": manifest.format,
        "ready": manifest.ready,
        "reasons": manifest.reasons,
        "by_code": manifest.findings,
        "sources": numbers.summary.sources.iter().map(source_object).collect::<Vec<_>>(),
    })
}

/// What became of the records of a source; without a name, of those that are of none.
fn source_object((name, counts): &(Option<String>, Counts)) -> Value {
    let mut object = json!(counts);
    object["source"] = json!(name);
    object
}
