//! What the shapes leave open: members that must agree, hyperparameters in a map with free keys, and custom models that
//! are not deployed.

use std::collections::BTreeSet;
use std::sync::Arc;

use bedload_bedrock::{Catalogue, Customization, Profile};
use serde_json::{Map, Value};

use crate::advice::{about, foreign};
use crate::check::range;
use crate::operation::{CUSTOMIZATION, Operation};
use crate::path::MemberPath;
use crate::plan::hyperparameters::unknown;
use crate::plan::target::base_id;
use crate::problem::{Problem, Rule, quoted};

/// Adds what is wrong with a request beyond its shapes.
pub(crate) fn check(operation: Operation, request: &Map<String, Value>, problems: &mut Vec<Problem>) {
    match operation.name() {
        CUSTOMIZATION => customization(operation, request, problems),
        "InvokeModel" | "Converse" | "CountTokens" => invocation(operation, request, problems),
        _ => {}
    }
}

/// What is meant by a kind of task that Bedrock does not have.
pub(crate) fn other_task(shape: &str, value: &str) -> Option<String> {
    let value = value.to_ascii_uppercase();
    let is_preference = ["PREFERENCE", "DPO", "RLHF"].iter().any(|word| value.contains(word));
    (shape == "CustomizationType" && is_preference).then(|| {
        "no task of Bedrock trains on pairs of chosen and rejected answers; SageMaker recipes do. \
         REINFORCEMENT_FINE_TUNING trains on prompts, with a Lambda function as grader"
            .to_owned()
    })
}

/// A custom model answers through a deployment or through provisioned throughput, never by its own ARN.
fn invocation(operation: Operation, request: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let Some(model) = request.get("modelId").and_then(Value::as_str) else { return };
    if !model.contains(":custom-model/") {
        return;
    }
    let member = MemberPath::default().key("modelId");
    // That it does not match the pattern is the smaller half of it.
    problems.retain(|problem| problem.member != member);
    let message =
        format!("{} is a custom model, which cannot be invoked before it is deployed", quoted(model));
    let hint = format!(
        "deploy it with CreateCustomModelDeployment (on demand) or CreateProvisionedModelThroughput, and give {} the \
         ARN that this returns",
        operation.name()
    );
    problems.push(Problem::new(&member, Rule::Deployment, message).hint(hint));
    if let Some(hint) = about("CustomModelArn").filter(|_| !ends_in_id(model)) {
        let message = format!("{} is not the ARN of a custom model either", quoted(model));
        problems.push(Problem::new(&member, Rule::Pattern, message).hint(hint));
    }
}

fn ends_in_id(arn: &str) -> bool {
    arn.split(":custom-model/").nth(1).and_then(|rest| rest.rsplit_once('/')).is_some_and(|(_, id)| {
        id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    })
}

const FINE_TUNING: &str = "FINE_TUNING";
const REINFORCEMENT: &str = "REINFORCEMENT_FINE_TUNING";
const DISTILLATION: &str = "DISTILLATION";

fn customization(operation: Operation, request: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let root = MemberPath::default();
    let within = |path: &[&str]| {
        path.iter()
            .try_fold(None, |at: Option<&Value>, key| {
                at.map_or_else(|| request.get(*key), |at| at.get(*key)).map(Some)
            })
            .flatten()
    };
    let kind = request.get("customizationType").and_then(Value::as_str);
    let config = request.get("customizationConfig").and_then(Value::as_object);
    let has = |name| config.is_some_and(|config| config.contains_key(name));
    let member = root.key("customizationConfig");
    for (name, wanted) in [("rftConfig", REINFORCEMENT), ("distillationConfig", DISTILLATION)] {
        if has(name) && kind != Some(wanted) {
            let found = kind.map_or("there is none".to_owned(), |kind| format!("it is {}", quoted(kind)));
            let message = format!("`{name}` is for customizationType {wanted}, but {found}");
            problems.push(Problem::new(&member.key(name), Rule::Consistency, message));
        }
        if kind == Some(wanted) && !has(name) {
            let message = format!("missing; customizationType {wanted} needs it");
            problems.push(Problem::new(&member.key(name), Rule::Required, message));
        }
    }
    if has("rftConfig") && within(&["customizationConfig", "rftConfig", "graderConfig"]).is_none() {
        let path = member.key("rftConfig").key("graderConfig").key("lambdaGrader").key("lambdaArn");
        let message = "missing; a Lambda function has to grade the answers";
        problems.push(Problem::new(&path, Rule::Required, message));
    }
    if let Some(Value::Object(data)) = request.get("trainingDataConfig") {
        let path = root.key("trainingDataConfig");
        let (file, logs) = (data.contains_key("s3Uri"), data.contains_key("invocationLogsConfig"));
        if !file && !logs {
            let message = "missing; a job needs training data";
            problems.push(Problem::new(&path.key("s3Uri"), Rule::Required, message));
        }
        if file && logs {
            let message = "has both `s3Uri` and `invocationLogsConfig`; a job takes one of them";
            problems.push(Problem::new(&path, Rule::Consistency, message));
        }
        if logs && kind != Some(DISTILLATION) && kind != Some(REINFORCEMENT) {
            let message =
                "invocation logs are training data of distillation and reinforcement fine-tuning only";
            problems.push(Problem::new(&path.key("invocationLogsConfig"), Rule::Consistency, message));
        }
    }
    let catalogue = Catalogue::built_in();
    let id = request.get("baseModelIdentifier").and_then(Value::as_str).map(base_id);
    let of_id: Vec<&Arc<Profile>> = catalogue
        .profiles()
        .iter()
        .filter(|profile| id.is_some_and(|id| profile.models.iter().any(|model| model.is_named(id))))
        .collect();
    problems.extend(other_kind(kind, &of_id));
    let kind = kind.unwrap_or(FINE_TUNING);
    let of_model = of_id
        .iter()
        .find(|profile| profile.customization.is_some_and(|customization| customization.name() == kind));
    let path = root.key("hyperParameters");
    let Some(Value::Object(values)) = request.get("hyperParameters") else { return };
    for (name, value) in values {
        let path = path.key(name);
        if let Some(why) = foreign(name) {
            let message = format!("no such hyperparameter: {why}");
            problems.push(Problem::new(&path, Rule::Hyperparameter, message));
        } else if kind == REINFORCEMENT {
            typed(operation, name, value, &path, problems);
        } else if let Some(profile) = of_model {
            problems.extend(published(profile, name, value, &path));
        }
    }
}

/// A model that is known here, and takes no jobs of this kind. One without a kind is decided by the service.
fn other_kind(kind: Option<&str>, of_model: &[&Arc<Profile>]) -> Option<Problem> {
    let wanted = Customization::ALL.into_iter().find(|wanted| Some(wanted.name()) == kind)?;
    let kinds: BTreeSet<&str> =
        of_model.iter().filter_map(|profile| profile.customization).map(Customization::name).collect();
    if kinds.is_empty() || kinds.contains(wanted.name()) {
        return None;
    }
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let message = format!("{} takes {}, not {}", of_model[0].model, kinds.join(" and "), wanted.name());
    Some(Problem::new(&MemberPath::default().key("customizationType"), Rule::Model, message))
}

/// An entry of `hyperParameters` by what is published on the model.
fn published(profile: &Profile, name: &str, value: &Value, path: &MemberPath) -> Option<Problem> {
    // A number is of the wrong type, and may be out of range besides.
    let text = match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match (profile.hyperparameters.get(name), text) {
        (Some(of), Some(text)) => {
            let problem = of.problem(&text)?;
            Some(Problem::new(path, Rule::Hyperparameter, format!("{problem} ({})", of.cite())))
        }
        // Where little is published, there may be others.
        (None, _) if profile.hyperparameters_unpublished.is_none() => {
            let refusal = unknown(name, profile);
            let problem = Problem::new(path, Rule::Hyperparameter, refusal.message);
            Some(Problem { hint: refusal.hint, ..problem })
        }
        _ => None,
    }
}

/// An entry of `hyperParameters` that reinforcement fine-tuning reads elsewhere.
fn typed(operation: Operation, name: &str, value: &Value, path: &MemberPath, problems: &mut Vec<Problem>) {
    let typed = &operation.service.shape("RFTHyperParameters").members;
    let Some(shape) = typed.get(name).map(|target| operation.service.shape(target.name())) else { return };
    // It is a number there, so that quotes are no help.
    problems.retain(|problem| problem.member != *path || problem.rule != Rule::Type);
    let right = format!("customizationConfig.rftConfig.hyperParameters.{name}");
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let number = text.parse::<f64>().ok();
    let is_outside =
        number.is_some_and(|n| shape.min.is_some_and(|min| n < min) || shape.max.is_some_and(|max| n > max));
    let range = range(shape).map_or_else(String::new, |range| format!(" {range}"));
    let outside = if is_outside { format!("; {} is outside of that", quoted(&text)) } else { String::new() };
    let noun = if shape.values.is_empty() { "a number" } else { "a word" };
    let message = format!(
        "reinforcement fine-tuning does not read it here, but as {noun}{range} in `rftConfig`{outside}"
    );
    problems.push(Problem::new(path, Rule::Consistency, message).hint(format!("the member is `{right}`")));
}
