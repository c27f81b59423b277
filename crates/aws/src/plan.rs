//! The request of a customization job, from a built data set and what is wanted of it.
//!
//! The same data and the same wishes give the same request, with the same token: sent twice, it starts one job. What
//! speaks against it is told all at once.

pub(crate) mod hyperparameters;
mod names;
mod places;
pub(crate) mod target;
mod teacher;

use bedload_bedrock::{Catalogue, Customization, DataSize};
use serde_json::{Map, Value, json};

use crate::check::check;
use crate::operation::Operation;
use crate::problem::Rule;
use target::Target;

/// What is wanted of a job.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The model to start from: its identifier or its ARN.
    pub model: String,
    /// The role that the service takes on.
    pub role: String,
    /// Where the directory was uploaded to: `s3://BUCKET/PREFIX`.
    pub data: Option<String>,
    /// Where the service writes its results.
    pub output: String,
    /// The name of the job.
    pub name: Option<String>,
    /// The name of the model that comes out.
    pub custom_model: Option<String>,
    /// The kind of job, where it is to be the one of the data.
    pub kind: Option<Customization>,
    /// Hyperparameters by name.
    pub hyperparameters: Vec<(String, String)>,
    /// Whether hyperparameters that are not given get the values that suit the size of the data.
    pub recommended: bool,
    /// The function that grades answers.
    pub grader_lambda: Option<String>,
    /// The model that answers the prompts of a distillation.
    pub teacher: Option<String>,
    /// The most tokens of such an answer.
    pub max_response_length: Option<u32>,
    /// Where logs of earlier invocations are, to be used in place of the training data.
    pub invocation_logs: Option<String>,
    /// The key that encrypts the model.
    pub kms_key: Option<String>,
    /// Tags of job and model.
    pub tags: Vec<(String, String)>,
    /// Subnets of the job's network.
    pub subnets: Vec<String>,
    /// Security groups of it.
    pub security_groups: Vec<String>,
}

/// What is known of a built data set.
#[derive(Clone, Debug, Default)]
pub struct DataSet {
    /// The name of its directory.
    pub name: String,
    /// The seal of its manifest, which stands for all its bytes.
    pub seal: String,
    /// Why it is not ready for its target; empty where it is.
    pub unready: Vec<String>,
    /// The profile that it was built for.
    pub profile: Option<String>,
    /// Its record format.
    pub format: Option<String>,
    /// How many records it has.
    pub size: DataSize,
    /// The paths of its files.
    pub files: Vec<String>,
}

/// A request, and what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The request of `CreateModelCustomizationJob`.
    pub request: Value,
    /// The regions where the model can be customized, as far as that is known.
    pub regions: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The data set does not suit the job.
    Data,
    /// What is wanted cannot be.
    Arguments,
}

/// Why there is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it is about.
    pub cause: Cause,
    /// What is wrong.
    pub message: String,
    /// What to do, where that can be said.
    pub hint: Option<String>,
}

impl Refusal {
    /// A refusal because of the data.
    pub fn data(message: impl Into<String>) -> Self {
        Self { cause: Cause::Data, message: message.into(), hint: None }
    }

    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self { cause: Cause::Arguments, message: message.into(), hint: None }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Plans a job.
///
/// # Errors
/// Everything that speaks against it.
pub fn plan(wanted: &Wanted, data: &DataSet, catalogue: &Catalogue) -> Result<Plan, Vec<Refusal>> {
    let mut refusals: Vec<Refusal> = Vec::new();
    refusals.extend(
        data.unready.iter().map(|reason| Refusal::data(format!("the output is not ready: {reason}"))),
    );
    let mut notes = Vec::new();
    let target = target::find(wanted, data, catalogue, &mut refusals, &mut notes);
    let Some(target) = target else { return Err(refusals) };
    let request = request(wanted, data, &target, catalogue, &mut refusals, &mut notes);
    // What is missing was told by the argument that it lacks.
    let is_told = !refusals.is_empty();
    for problem in check(Operation::customization(), &request) {
        let member = problem.member.to_string();
        // Tags of the model are those of the job.
        if is_told && problem.rule == Rule::Required || member.starts_with("customModelTags") {
            continue;
        }
        let flag =
            flag_of(&member).map_or_else(|| format!("`{member}`"), |flag| format!("`{flag}` ({member})"));
        refusals.push(Refusal {
            cause: Cause::Arguments,
            message: format!("{flag}: {}", problem.message),
            hint: problem.hint,
        });
    }
    if refusals.is_empty() { Ok(Plan { request, regions: target.regions(), notes }) } else { Err(refusals) }
}

/// The argument that a member of the request is from.
fn flag_of(member: &str) -> Option<&'static str> {
    const FLAGS: &[(&str, &str)] = &[
        ("trainingDataConfig.invocationLogsConfig", "--invocation-logs"),
        ("trainingDataConfig", "--data"),
        ("validationDataConfig", "--data"),
        ("outputDataConfig", "--output"),
        ("roleArn", "--role"),
        ("baseModelIdentifier", "--model"),
        ("jobName", "--name"),
        ("customModelName", "--custom-model"),
        ("customModelKmsKeyId", "--kms-key"),
        ("jobTags", "--tag"),
        ("customModelTags", "--tag"),
        ("vpcConfig.subnetIds", "--subnet"),
        ("vpcConfig.securityGroupIds", "--security-group"),
        ("customizationConfig.rftConfig.graderConfig", "--grader-lambda"),
        ("customizationConfig.rftConfig.hyperParameters", "--hyperparameter"),
        ("customizationConfig.distillationConfig.teacherModelConfig.teacherModelIdentifier", "--teacher"),
        ("hyperParameters", "--hyperparameter"),
    ];
    FLAGS.iter().find(|(lead, _)| member.starts_with(lead)).map(|(_, flag)| *flag)
}

/// The request, whether it can be sent or not.
fn request(
    wanted: &Wanted,
    data: &DataSet,
    target: &Target<'_>,
    catalogue: &Catalogue,
    refusals: &mut Vec<Refusal>,
    notes: &mut Vec<String>,
) -> Value {
    let mut members = Map::new();
    members.insert("roleArn".to_owned(), json!(wanted.role));
    members.insert("baseModelIdentifier".to_owned(), json!(target.identifier(wanted, notes)));
    members.insert("customizationType".to_owned(), json!(target.kind.name()));
    if let Some(key) = &wanted.kms_key {
        members.insert("customModelKmsKeyId".to_owned(), json!(key));
    }
    if !wanted.tags.is_empty() {
        let tags: Vec<Value> =
            wanted.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        members.insert("jobTags".to_owned(), json!(tags));
        members.insert("customModelTags".to_owned(), json!(tags));
    }
    places::insert(wanted, data, target, &mut members, refusals, notes);
    members.insert("outputDataConfig".to_owned(), json!({"s3Uri": wanted.output}));
    let values = hyperparameters::values(wanted, data, target, refusals, notes);
    match target.kind {
        Customization::ReinforcementFineTuning => {
            if wanted.grader_lambda.is_none() {
                refusals.push(
                    Refusal::arguments("reinforcement fine-tuning needs a function that grades the answers")
                        .hint("name it with `--grader-lambda arn:aws:lambda:REGION:ACCOUNT:function:NAME`"),
                );
            }
            let mut config = Map::new();
            if let Some(lambda) = &wanted.grader_lambda {
                config.insert("graderConfig".to_owned(), json!({"lambdaGrader": {"lambdaArn": lambda}}));
            }
            if !values.is_empty() {
                config.insert("hyperParameters".to_owned(), Value::Object(values));
            }
            if !config.is_empty() {
                members.insert("customizationConfig".to_owned(), json!({"rftConfig": config}));
            }
        }
        kind => {
            if !values.is_empty() {
                members.insert("hyperParameters".to_owned(), Value::Object(values));
            }
            if kind == Customization::Distillation
                && let Some(config) = teacher::config(wanted, target, catalogue, refusals)
            {
                members.insert("customizationConfig".to_owned(), json!({"distillationConfig": config}));
            }
        }
    }
    refuse_unused(wanted, target.kind, refusals);
    if !wanted.subnets.is_empty() || !wanted.security_groups.is_empty() {
        let config = json!({"subnetIds": wanted.subnets, "securityGroupIds": wanted.security_groups});
        members.insert("vpcConfig".to_owned(), config);
    }
    names::name(wanted, data, members)
}

/// Arguments of one kind of job mean nothing to another one, so they are a mistake there.
fn refuse_unused(wanted: &Wanted, kind: Customization, refusals: &mut Vec<Refusal>) {
    let is_distillation = kind == Customization::Distillation;
    let is_reinforcement = kind == Customization::ReinforcementFineTuning;
    let unused = [
        ("--grader-lambda", wanted.grader_lambda.is_some() && !is_reinforcement),
        ("--teacher", wanted.teacher.is_some() && !is_distillation),
        ("--max-response-length", wanted.max_response_length.is_some() && !is_distillation),
        ("--invocation-logs", wanted.invocation_logs.is_some() && !is_distillation && !is_reinforcement),
    ];
    for (flag, is_unused) in unused {
        if is_unused {
            refusals.push(Refusal::arguments(format!("`{flag}`: {} takes none", kind.name())));
        }
    }
}

#[cfg(test)]
mod tests;
