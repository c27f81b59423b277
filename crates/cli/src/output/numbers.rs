//! The numbers of an output for programs.

use std::path::Path;

use bedload_engine::Numbers;
use bedload_record::tokens::Tokens;
use bedload_record::{Counts, Severity};
use serde_json::{Value, json};

use crate::gate::Judgement;

use super::{balance_object, of_severity, pairs_object};

/// The summary of an output. `rare` is how few records make a value rare.
pub(crate) fn numbers_object(numbers: &Numbers, rare: u64) -> Value {
    let manifest = &numbers.manifest;
    let counts = &manifest.counts;
    let of = |severity| of_severity(&numbers.summary.by_code, numbers.severities, severity);
    let tokens = &manifest.tokens;
    // A forged manifest can have any numbers.
    let of_sides = tokens.train.saturating_add(tokens.validation).saturating_add(tokens.test);
    let mut object = json!({
        "kind": "summary",
        "files": manifest.inputs.len(),
        "records": counts.read,
        "valid": counts.read.saturating_sub(counts.rejected).saturating_sub(numbers.removed()),
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
        "encoding": manifest.encoding,
        "format": manifest.format,
        "ready": manifest.ready,
        "reasons": manifest.reasons,
        "by_code": manifest.findings,
        "repairs": manifest.repairs,
        "beyond_repair": manifest.beyond_repair,
        "sources": numbers.summary.sources.iter().map(source_object).collect::<Vec<_>>(),
    });
    put_texts(&mut object, numbers.summary.texts, numbers.summary.is_conversation);
    object
}

/// Adds how long the texts are; those of speakers where there are any.
pub(crate) fn put_texts(object: &mut Value, texts: Tokens, is_conversation: bool) {
    let spoken = |n: u64| Some(n).filter(|_| is_conversation);
    object["tokens_system"] = json!(spoken(texts.system));
    object["tokens_user"] = json!(spoken(texts.user()));
    object["tokens_assistant"] = json!(spoken(texts.assistant));
    object["characters"] = json!(texts.characters);
    object["tokens_by_6"] = json!(texts.by_6());
    object["tokens_by_3"] = json!(texts.by_3());
}

/// Adds what the run says of itself, last.
pub(crate) fn put_run(object: &mut Value, config: Option<&Path>, (judgement, baseline): (&Judgement, Value)) {
    object["config"] = json!(config.map(|path| path.display().to_string()));
    object["baseline"] = baseline;
    object["exceeded"] = judgement.exceeded();
    object["exit_code"] = json!(judgement.exit.code());
}

/// What became of the records of a source; without a name, of those that are of none.
fn source_object((name, counts): &(Option<String>, Counts)) -> Value {
    let mut object = json!(counts);
    object["source"] = json!(name);
    object
}
