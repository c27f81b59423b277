//! A template whose state machine starts the job and waits for its end. There is no resource for the job itself; the
//! AWS CDK makes such a state machine of one too.

use serde_json::{Value, json};

use super::{pretty, step_functions};
use crate::plan::{Plan, Refusal};

pub(super) fn render(plan: &Plan) -> Result<Value, Refusal> {
    let task = step_functions::task(plan, "--form cloudformation")?;
    let definition = json!({"StartAt": "Customize", "States": {"Customize": task}});
    Ok(json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A state machine that customizes a model on Amazon Bedrock",
        "Parameters": {
            "StateMachineRole": {
                "Type": "String",
                "Description": "ARN of the role of the state machine; it may start, describe and stop customization jobs and pass their role",
            },
        },
        "Resources": {
            "Customization": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    // An express state machine cannot wait for a job.
                    "StateMachineType": "STANDARD",
                    "RoleArn": {"Ref": "StateMachineRole"},
                    // As text, because CloudFormation may rewrite the values of an object.
                    "DefinitionString": pretty(&definition),
                },
            },
        },
        "Outputs": {
            "StateMachine": {"Value": {"Ref": "Customization"}},
        },
    }))
}
