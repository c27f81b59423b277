//! The configuration of a run, as its manifest tells it.

use bedload_scan::{Input, Inputs};

use crate::run::settings::Settings;
use crate::run::source::DataSource;
use crate::scan::rules::Rules;

/// Everything configured that can change a byte of the output.
pub(crate) fn config(settings: &Settings, rules: &Rules, inputs: &Inputs) -> serde_json::Value {
    let mut config = serde_json::json!({
        "array": inputs.iter().any(Input::is_array),
        "stages": settings.stages,
        "sources": settings.sources.iter().map(DataSource::written).collect::<Vec<_>>(),
        "id": settings.id,
        "group_by": rules.by_source.ways().all(),
        "strict": settings.severities.is_strict(),
        "severity": chosen(settings),
        "max_rejected": settings.max_rejected.map(|limit| limit.to_string()),
        "max_record_bytes": settings.scan.max_record_bytes,
        "shard_records": settings.shards.records,
        "shard_bytes": settings.shards.bytes,
        "evaluation": settings.evaluation,
        "show_content": settings.show_content,
    });
    let mut records: Vec<&str> = inputs.iter().filter_map(|input| Some(&*input.beside()?.records)).collect();
    records.dedup();
    if !records.is_empty() {
        config["records"] = serde_json::json!(records);
    }
    if let Some(repair) = &settings.repair {
        let codes: Vec<&str> = repair.codes.iter().map(|code| code.name()).collect();
        config["repair"] = serde_json::json!({ "codes": codes, "unsafe": repair.unsafe_fixes });
    }
    config
}

/// The severities that were set apart, by code.
fn chosen(settings: &Settings) -> serde_json::Map<String, serde_json::Value> {
    let chosen = settings.severities.all_chosen();
    chosen.map(|(code, severity)| (code.name().to_owned(), severity.name().into())).collect()
}
