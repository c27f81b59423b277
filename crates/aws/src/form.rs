//! A planned job in the forms of other tools.

mod cloudformation;
mod step_functions;
mod terraform;

use crate::plan::{Plan, Refusal};

/// What reads the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `aws bedrock create-model-customization-job --cli-input-json`.
    Cli,
    /// The resource `aws_bedrock_custom_model` of the AWS provider of Terraform.
    Terraform,
    /// A template of AWS `CloudFormation`, with a state machine.
    CloudFormation,
    /// A task state of AWS Step Functions.
    StepFunctions,
}

/// The plan in a form.
///
/// # Errors
/// Where the form has no place for something in the request.
pub fn render(plan: &Plan, form: Form) -> Result<String, Refusal> {
    match form {
        Form::Cli => Ok(pretty(&plan.request)),
        Form::Terraform => terraform::render(plan),
        Form::CloudFormation => cloudformation::render(plan).map(|template| pretty(&template)),
        Form::StepFunctions => {
            step_functions::task(plan, "--form step-functions").map(|state| pretty(&state))
        }
    }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
