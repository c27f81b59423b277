//! The request that makes a custom model answer: a deployment on demand, or provisioned throughput.

use serde_json::{Map, Value, json};

use crate::check::check;
use crate::operation::Operation;
use crate::problem::Problem;

/// What is wanted of a deployment.
#[derive(Clone, Debug, Default)]
pub struct WantedDeployment {
    /// Its name.
    pub name: String,
    /// The ARN of the custom model.
    pub model: String,
    /// Stands for this one attempt: the same token, sent again, makes nothing new.
    pub token: String,
    /// Model units that are paid by the hour; none for a deployment on demand.
    pub units: Option<u32>,
    /// `OneMonth` or `SixMonths`, for units.
    pub commitment: Option<&'static str>,
    /// What it is for, on demand.
    pub description: Option<String>,
    /// Tags of it.
    pub tags: Vec<(String, String)>,
}

/// The operation and its request.
///
/// # Errors
/// What is wrong with it.
pub fn deployment(wanted: &WantedDeployment) -> Result<(Operation, Value), Vec<Problem>> {
    let mut members = Map::new();
    let name = match wanted.units {
        None => {
            members.insert("modelDeploymentName".to_owned(), json!(wanted.name));
            members.insert("modelArn".to_owned(), json!(wanted.model));
            if let Some(description) = &wanted.description {
                members.insert("description".to_owned(), json!(description));
            }
            "CreateCustomModelDeployment"
        }
        Some(units) => {
            members.insert("modelUnits".to_owned(), json!(units));
            members.insert("provisionedModelName".to_owned(), json!(wanted.name));
            members.insert("modelId".to_owned(), json!(wanted.model));
            if let Some(commitment) = wanted.commitment {
                members.insert("commitmentDuration".to_owned(), json!(commitment));
            }
            "CreateProvisionedModelThroughput"
        }
    };
    if !wanted.tags.is_empty() {
        let tags: Vec<Value> =
            wanted.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        members.insert("tags".to_owned(), json!(tags));
    }
    members.insert("clientRequestToken".to_owned(), json!(wanted.token));
    let operation = Operation::named(name).expect("the model has it");
    let request = Value::Object(members);
    let problems = check(operation, &request);
    if problems.is_empty() { Ok((operation, request)) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn wanted() -> WantedDeployment {
        WantedDeployment {
            name: "support".to_owned(),
            model:
                "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl"
                    .to_owned(),
            token: "t1".to_owned(),
            tags: vec![("team".to_owned(), "a".to_owned())],
            ..WantedDeployment::default()
        }
    }

    #[test]
    fn both_kinds_pass_the_check() {
        let shown = |wanted: &WantedDeployment| match deployment(wanted) {
            Ok((operation, request)) => format!("{} {request}\n", operation.name()),
            Err(problems) => {
                let lines: Vec<String> = problems
                    .iter()
                    .map(|problem| format!("{}: {}\n", problem.member, problem.message))
                    .collect();
                lines.concat()
            }
        };
        let units = WantedDeployment { units: Some(2), commitment: Some("OneMonth"), ..wanted() };
        let wrong = WantedDeployment { name: "a.b".to_owned(), model: "support".to_owned(), ..wanted() };
        let none = WantedDeployment { units: Some(0), ..wanted() };
        expect![[r#"
            CreateCustomModelDeployment {"modelDeploymentName":"support","modelArn":"arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl","tags":[{"key":"team","value":"a"}],"clientRequestToken":"t1"}
            CreateProvisionedModelThroughput {"modelUnits":2,"provisionedModelName":"support","modelId":"arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl","commitmentDuration":"OneMonth","tags":[{"key":"team","value":"a"}],"clientRequestToken":"t1"}
            modelDeploymentName: `a.b`: `.` (character 2) is not allowed there
            modelArn: 7 characters; at least 20 characters
            modelArn: `support`: `s` (character 1) is not allowed there
            modelUnits: 0 is too small; at least 1
        "#]].assert_eq(&[wanted(), units, wrong, none].iter().map(shown).collect::<String>());
    }
}
