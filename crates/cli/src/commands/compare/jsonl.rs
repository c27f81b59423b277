//! A comparison as JSON, an object a line.

use bedload_engine::{Compared, Place, Snapshot};
use serde_json::{Value, json};

use super::page::hides;
use super::policy::totals;
use super::target::{cost, quotas};
use crate::exit::Exit;
use crate::output::line_of;

/// All objects.
pub(super) fn text(compared: &Compared, failures: &[String], show_content: bool, exit: Exit) -> String {
    let mut text = String::new();
    let mut object = |object: &Value| text.push_str(&line_of(object));
    let place = |place: Option<Place>, snapshot: &Snapshot| {
        place.map(|place| {
            json!({
                "file": snapshot.files[place.file as usize],
                "line": place.line,
                "split": place.side.map(bedload_record::Side::name),
            })
        })
    };
    for change in &compared.records.list {
        let (old, new) = (place(change.old, &compared.old), place(change.new, &compared.new));
        object(&json!({"kind": "record", "change": change.kind.name(), "old": old, "new": new}));
    }
    for code in compared.findings.iter().flatten() {
        for (change, list) in [("appeared", &code.appeared), ("gone", &code.gone)] {
            for finding in list {
                object(&json!({
                    "kind": "finding",
                    "change": change,
                    "code": code.code,
                    "severity": code.severity,
                    "file": finding.file,
                    "line": finding.line,
                }));
            }
        }
    }
    for drift in &compared.drifts {
        let is_hidden = hides(compared, &drift.what, show_content);
        let moved = drift.moved.iter().filter(|_| !is_hidden);
        let moved: Vec<Value> = moved
            .map(|moved| json!({"value": moved.value, "records": moved.records, "shares": moved.shares}))
            .collect();
        object(&json!({
            "kind": "drift",
            "what": drift.what,
            "size": drift.size,
            "by_chance": drift.by_chance,
            "records": drift.records,
            "medians": drift.medians,
            "moved": moved,
        }));
    }
    let [added, removed, changed, moved] = totals(compared);
    let (old, new) = (&compared.old.manifest, &compared.new.manifest);
    let sum = |of: fn(&bedload_engine::CodeChange) -> usize| {
        compared.findings.as_ref().map(|codes| codes.iter().map(of).sum::<usize>())
    };
    let quotas = quotas(old, new);
    let quotas: Vec<Value> = quotas
        .iter()
        .map(|quota| json!({"limit": quota.title, "most": quota.most, "used": quota.used}))
        .collect();
    object(&json!({
        "kind": "summary",
        "old": compared.old.name,
        "new": compared.new.name,
        "same": compared.records.same,
        "added": added,
        "removed": removed,
        "changed": changed,
        "changed_by_id": compared.records.by_id,
        "moved": moved,
        "findings_appeared": sum(|code| code.appeared.len()),
        "findings_gone": sum(|code| code.gone.len()),
        "records": [old.counts, new.counts],
        "tokens": [old.tokens, new.tokens],
        "quotas": quotas,
        "usd_epoch": cost(old, new).map(|both| both.map(|usd| usd.to_string())),
        "ready": [old.ready, new.ready],
        "failures": failures,
        "exit_code": exit.code(),
    }));
    text
}
