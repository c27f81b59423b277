//! Requests, and what is wrong with each.

mod guides;
mod rules;

use expect_test::Expect;
use serde_json::{Value, json};

use super::{Judged, judge};

fn check(request: &Value, expected: Expect) {
    check_text(&serde_json::to_string_pretty(request).expect("JSON"), expected);
}

fn check_text(text: &str, expected: Expect) {
    expected.assert_eq(&shown(text));
}

/// Several requests, one after the other.
fn check_all(requests: impl IntoIterator<Item = Value>, expected: Expect) {
    let all: Vec<String> = requests.into_iter().map(|request| shown(&request.to_string())).collect();
    expected.assert_eq(&all.join("\n"));
}

fn shown(text: &str) -> String {
    match judge(text.as_bytes(), None) {
        Ok(judged) => show(&judged),
        Err(error) => format!("{error}\n"),
    }
}

fn show(judged: &Judged) -> String {
    let mut out = format!("{}\n", judged.operation.map_or("no operation", |operation| operation.name()));
    for problem in &judged.problems {
        let (line, column) = (problem.line.unwrap_or(0), problem.column.unwrap_or(0));
        out += &format!("{line}:{column} {} [{}] {}\n", problem.member, problem.rule.name(), problem.message);
        if let Some(hint) = &problem.hint {
            out += &format!("    {hint}\n");
        }
    }
    out
}

/// A request that is right, with some members replaced.
fn job(changes: Value) -> Value {
    let mut request = json!({
        "jobName": "support-1",
        "customModelName": "support",
        "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
        "baseModelIdentifier": "amazon.nova-micro-v1:0:128k",
        "trainingDataConfig": {"s3Uri": "s3://bucket/train.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://bucket/output/"},
    });
    for (key, value) in changes.as_object().expect("an object") {
        request[key] = value.clone();
    }
    request
}
