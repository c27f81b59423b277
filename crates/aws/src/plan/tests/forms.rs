//! The forms of other tools, held against the published schemas of their resources (`data/forms.json`).

use std::collections::BTreeMap;

use hcl::Body;
use hcl::eval::{Context, Evaluate};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::properties::{customizable, request_for};
use crate::plan::Plan;
use crate::{Form, render};

/// A resource, or a block of one.
#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    resource: String,
    #[serde(default)]
    attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    blocks: BTreeMap<String, Block>,
}

#[derive(Deserialize)]
struct Attribute {
    r#type: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    values: Vec<String>,
    max: Option<usize>,
}

#[derive(Deserialize)]
struct Block {
    min: usize,
    max: usize,
    #[serde(flatten)]
    schema: Schema,
}

fn schema(form: &str) -> Schema {
    let all: Value = serde_json::from_str(include_str!("../../../data/forms.json")).expect("JSON");
    serde_json::from_value(all[form].clone()).expect("a schema")
}

impl Schema {
    /// Everything in which these attributes are not as the schema says.
    fn judge(&self, given: &Map<String, Value>) -> Vec<String> {
        let required = self.attributes.iter().filter(|(_, attribute)| attribute.required);
        let missing = required.filter(|(name, _)| !given.contains_key(*name));
        let mut wrong: Vec<String> = missing.map(|(name, _)| format!("{name}: missing")).collect();
        for (name, value) in given {
            match self.attributes.get(name) {
                Some(attribute) if attribute.takes(value) => {}
                Some(_) => wrong.push(format!("{name}: {value}")),
                None => wrong.push(format!("{name}: unknown")),
            }
        }
        wrong
    }

    fn judge_hcl(&self, body: &Body) -> Vec<String> {
        let given = body.attributes().map(|attribute| {
            let value = attribute.expr.evaluate(&Context::new()).expect("no variables");
            (attribute.key().to_owned(), serde_json::to_value(value).expect("a value"))
        });
        let mut wrong = self.judge(&given.collect());
        for block in body.blocks() {
            match self.blocks.get(block.identifier()) {
                Some(known) => wrong.extend(known.schema.judge_hcl(&block.body)),
                None => wrong.push(format!("{}: unknown block", block.identifier())),
            }
        }
        for (name, known) in &self.blocks {
            let n = body.blocks().filter(|block| block.identifier() == name).count();
            if !(known.min..=known.max).contains(&n) {
                wrong.push(format!("{name}: {n} blocks"));
            }
        }
        wrong
    }
}

impl Attribute {
    fn takes(&self, value: &Value) -> bool {
        match self.r#type.as_str() {
            "map" => value.is_object(),
            "list" => value.is_array(),
            "reference" => value.get("Ref").is_some_and(Value::is_string),
            kind => value.as_str().is_some_and(|text| {
                let prefix = match kind {
                    "arn" => "arn:",
                    "s3" => "s3://",
                    _ => "",
                };
                text.starts_with(prefix)
                    && text.len() <= self.max.unwrap_or(usize::MAX)
                    && (self.values.is_empty() || self.values.iter().any(|known| known == text))
            }),
        }
    }
}

/// What is wrong with a plan in each form; nothing where the form refuses it.
fn judge(plan: &Plan) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Ok(text) = render(plan, Form::Terraform) {
        let body: Body = hcl::parse(&text).expect("HCL");
        let schema = schema("terraform");
        let resources: Vec<_> = body.blocks().collect();
        assert_eq!(resources.len(), 1);
        assert_eq!(resources[0].labels()[0].as_str(), schema.resource);
        wrong.extend(schema.judge_hcl(resources[0].body()));
    }
    let task = |state: &Value| {
        let schema = schema("step-functions");
        assert_eq!(state["Resource"], schema.resource.as_str());
        schema.judge(state["Parameters"].as_object().expect("parameters"))
    };
    let state = render(plan, Form::StepFunctions).ok();
    let template = render(plan, Form::CloudFormation).ok();
    assert_eq!(state.is_some(), template.is_some());
    if let (Some(state), Some(template)) = (state, template) {
        let state: Value = serde_json::from_str(&state).expect("JSON");
        wrong.extend(task(&state));
        let template: Value = serde_json::from_str(&template).expect("JSON");
        let resource = &template["Resources"]["Customization"];
        let schema = schema("cloudformation");
        assert_eq!(resource["Type"], schema.resource.as_str());
        let properties = resource["Properties"].as_object().expect("properties");
        wrong.extend(schema.judge(properties));
        let definition = properties["DefinitionString"].as_str().expect("text");
        let definition: Value = serde_json::from_str(definition).expect("JSON");
        let start = definition["StartAt"].as_str().expect("a state");
        assert_eq!(definition["States"][start], state);
    }
    wrong
}

proptest! {
    #[test]
    fn every_form_is_as_its_schema_says(
        n in 0..customizable().len(),
        upper: bool,
        text in "[a-zA-Z0-9_.-]{1,30}",
        is_in_vpc: bool,
    ) {
        let mut request = request_for(&customizable()[n], upper, &text);
        if is_in_vpc {
            request["vpcConfig"] = serde_json::json!({"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]});
        }
        let plan = Plan { request, regions: vec!["us-east-1".to_owned()], notes: Vec::new() };
        prop_assert_eq!(judge(&plan), Vec::<String>::new());
    }
}

#[test]
fn a_form_that_is_not_as_its_schema_says_is_seen() {
    let mut request = request_for(&customizable()[0], false, "a");
    request["roleArn"] = Value::from("role");
    request["outputDataConfig"]["s3Uri"] = Value::from("/results");
    request["extra"] = Value::from(1);
    request.as_object_mut().expect("an object").remove("jobName");
    let plan = Plan { request, regions: vec!["us-east-1".to_owned()], notes: Vec::new() };
    let expected = [
        "job_name: missing",
        "role_arn: \"role\"",
        "s3_uri: \"/results\"",
        "JobName: missing",
        "Extra: unknown",
        "RoleArn: \"role\"",
    ];
    assert_eq!(judge(&plan), expected);
}
