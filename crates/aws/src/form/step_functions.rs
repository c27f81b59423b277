//! A task state that starts the job and waits for its end. The integration takes the members of the request with
//! a capital first letter, as the AWS CDK writes them (aws-cdk-lib, `BedrockCreateModelCustomizationJob`, 2025-11-13).

use serde_json::{Map, Value, json};

use crate::plan::{Plan, Refusal};

/// The state, for the form that `argument` asks for.
pub(super) fn task(plan: &Plan, argument: &str) -> Result<Value, Refusal> {
    if plan.request.get("customizationConfig").is_some() {
        let message = format!(
            "`{argument}`: the documented parameters of the task have no `CustomizationConfig`, which distillation \
             and reinforcement fine-tuning need"
        );
        return Err(Refusal::arguments(message).hint("start the job with `--form cli`"));
    }
    Ok(json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::bedrock:createModelCustomizationJob.sync",
        "Parameters": pascal(&plan.request),
        "End": true,
    }))
}

/// Members with a capital first letter; the entries of a map keep their keys.
fn pascal(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let value = if key == "hyperParameters" { value.clone() } else { pascal(value) };
                (upper(key), value)
            };
            Value::Object(members.iter().map(member).collect::<Map<String, Value>>())
        }
        Value::Array(elements) => Value::Array(elements.iter().map(pascal).collect()),
        other => other.clone(),
    }
}

fn upper(key: &str) -> String {
    let mut chars = key.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}
