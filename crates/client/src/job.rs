//! A customization job as the service describes it.

use std::collections::BTreeMap;

use aws_sdk_bedrock::operation::get_model_customization_job::GetModelCustomizationJobOutput;
use aws_sdk_bedrock::primitives::{DateTime, DateTimeFormat};
use aws_sdk_bedrock::types::{
    CustomizationConfig, GraderConfig, JobStatusDetails, ReasoningEffort, RftConfig, StatusDetails,
    TrainingMetrics, ValidationDataConfig, ValidatorMetric,
};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::body::replaced_by;
use crate::client::Client;
use crate::error::ClientError;

/// The state of a job as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum JobStatus {
    /// It waits or works.
    #[default]
    InProgress,
    /// There is a model.
    Completed,
    /// There is none, for the reason that the job gives.
    Failed,
    /// It was asked to stop, and has not stopped.
    Stopping,
    /// It was stopped.
    Stopped,
    /// A state that a newer service has.
    Other(String),
}

impl JobStatus {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "InProgress" => Self::InProgress,
            "Completed" => Self::Completed,
            "Failed" => Self::Failed,
            "Stopping" => Self::Stopping,
            "Stopped" => Self::Stopped,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The service's word for it.
    pub fn name(&self) -> &str {
        match self {
            Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Other(name) => name,
        }
    }

    /// Whether nothing follows. A job that is stopping has not ended.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Stopped)
    }
}

impl Serialize for JobStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The state of one phase of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// `NotStarted`, `InProgress`, `Completed`, `Stopping`, `Stopped` or `Failed`.
    pub status: String,
    /// When it began.
    pub creation_time: Option<String>,
    /// When its state changed last.
    pub last_modified_time: Option<String>,
}

/// The phases of a job, as far as the service tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Phases {
    /// The data are read and checked.
    pub validation: Option<Phase>,
    /// The data are prepared; a distillation asks its teacher.
    pub data_processing: Option<Phase>,
    /// The model is trained.
    pub training: Option<Phase>,
}

impl Phases {
    pub(crate) fn of(details: Option<&StatusDetails>) -> Self {
        let phase =
            |status: Option<&JobStatusDetails>, created: Option<&DateTime>, changed: Option<&DateTime>| {
                status.map(|status| Phase {
                    status: status.as_str().to_owned(),
                    creation_time: created.and_then(time),
                    last_modified_time: changed.and_then(time),
                })
            };
        let validation = details.and_then(StatusDetails::validation_details);
        let processing = details.and_then(StatusDetails::data_processing_details);
        let training = details.and_then(StatusDetails::training_details);
        Self {
            validation: validation.and_then(|d| phase(d.status(), d.creation_time(), d.last_modified_time())),
            data_processing: processing
                .and_then(|d| phase(d.status(), d.creation_time(), d.last_modified_time())),
            training: training.and_then(|d| phase(d.status(), d.creation_time(), d.last_modified_time())),
        }
    }

    /// The phases with their names in the service model, in their order.
    pub fn named(&self) -> [(&'static str, Option<&Phase>); 3] {
        [
            ("validation", self.validation.as_ref()),
            ("dataProcessing", self.data_processing.as_ref()),
            ("training", self.training.as_ref()),
        ]
    }
}

/// A customization job.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Job {
    /// Its ARN.
    pub job_arn: String,
    /// Its name.
    pub job_name: String,
    /// Its state.
    pub status: JobStatus,
    /// The states of its phases.
    pub phases: Phases,
    /// Why it failed.
    pub failure_message: Option<String>,
    /// `FINE_TUNING` and the like.
    pub customization_type: Option<String>,
    /// The model that it starts from.
    pub base_model_arn: String,
    /// The name of the model that comes out.
    pub output_model_name: String,
    /// Its ARN, once it is there.
    pub output_model_arn: Option<String>,
    /// The role that the service takes on.
    pub role_arn: String,
    /// The token that the request was sent with.
    pub client_request_token: Option<String>,
    /// When it was created.
    pub creation_time: Option<String>,
    /// When it changed last.
    pub last_modified_time: Option<String>,
    /// When it ended.
    pub end_time: Option<String>,
    /// Hyperparameters by name.
    pub hyper_parameters: BTreeMap<String, String>,
    /// What only distillation and reinforcement have.
    pub customization_config: Option<Value>,
    /// Where the training data are.
    pub training_data: Option<String>,
    /// Where invocation logs are, in place of training data.
    pub invocation_logs: Option<String>,
    /// Where the validation data are.
    pub validation_data: Vec<String>,
    /// Where the job writes.
    pub output_data: Option<String>,
    /// The loss on the training data.
    pub training_loss: Option<f32>,
    /// The losses on the validation data, in their order.
    pub validation_losses: Vec<Option<f32>>,
    /// The key that encrypts the model.
    pub output_model_kms_key_arn: Option<String>,
    /// Subnets of its network.
    pub subnets: Vec<String>,
    /// Security groups of its network.
    pub security_groups: Vec<String>,
}

impl Job {
    fn of(output: &GetModelCustomizationJobOutput) -> Self {
        let training = output.training_data_config();
        let validators = output.validation_data_config().map(ValidationDataConfig::validators);
        let metrics = output.validation_metrics.as_deref().unwrap_or_default();
        let network = output.vpc_config();
        Self {
            job_arn: output.job_arn().to_owned(),
            job_name: output.job_name().to_owned(),
            // A reply without a state says nothing, and nothing has ended.
            status: JobStatus::of(output.status().map_or("Unknown", |status| status.as_str())),
            phases: Phases::of(output.status_details()),
            failure_message: output.failure_message().map(str::to_owned),
            customization_type: output.customization_type().map(|kind| kind.as_str().to_owned()),
            base_model_arn: output.base_model_arn().to_owned(),
            output_model_name: output.output_model_name().to_owned(),
            output_model_arn: output.output_model_arn().map(str::to_owned),
            role_arn: output.role_arn().to_owned(),
            client_request_token: output.client_request_token().map(str::to_owned),
            creation_time: time(output.creation_time()),
            last_modified_time: output.last_modified_time().and_then(time),
            end_time: output.end_time().and_then(time),
            hyper_parameters: output
                .hyper_parameters()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            customization_config: output.customization_config().and_then(config),
            training_data: training.and_then(|data| data.s3_uri()).map(str::to_owned),
            invocation_logs: training
                .and_then(|data| data.invocation_logs_config())
                .and_then(|logs| logs.invocation_log_source())
                .and_then(|source| source.as_s3_uri().ok())
                .cloned(),
            validation_data: validators
                .into_iter()
                .flatten()
                .map(|validator| validator.s3_uri().to_owned())
                .collect(),
            // Where the service leaves it out, the SDK has an empty one.
            output_data: output
                .output_data_config()
                .map(|data| data.s3_uri().to_owned())
                .filter(|place| !place.is_empty()),
            training_loss: output.training_metrics().and_then(TrainingMetrics::training_loss),
            validation_losses: metrics.iter().map(ValidatorMetric::validation_loss).collect(),
            output_model_kms_key_arn: output.output_model_kms_key_arn().map(str::to_owned),
            subnets: network.map(|network| network.subnet_ids().to_vec()).unwrap_or_default(),
            security_groups: network.map(|network| network.security_group_ids().to_vec()).unwrap_or_default(),
        }
    }
}

impl Job {
    /// Where the job writes its results.
    pub fn results(&self) -> Option<String> {
        let id = self.job_arn.rsplit('/').next()?;
        let output = self.output_data.as_ref()?.trim_end_matches('/');
        Some(format!("{output}/model-customization-job-{id}"))
    }
}

/// A moment as the service writes it: RFC 3339, in UTC.
pub(crate) fn time(moment: &DateTime) -> Option<String> {
    moment.fmt(DateTimeFormat::DateTime).ok()
}

/// What only some kinds of jobs have, with the names of the service model.
fn config(config: &CustomizationConfig) -> Option<Value> {
    match config {
        CustomizationConfig::DistillationConfig(config) => {
            let teacher = config.teacher_model_config()?;
            Some(json!({"distillationConfig": {"teacherModelConfig": {
                "teacherModelIdentifier": teacher.teacher_model_identifier(),
                "maxResponseLengthForInference": teacher.max_response_length_for_inference(),
            }}}))
        }
        CustomizationConfig::RftConfig(config) => Some(json!({"rftConfig": reinforcement(config)})),
        _ => None,
    }
}

fn reinforcement(config: &RftConfig) -> Value {
    let mut out = Map::new();
    if let Some(GraderConfig::LambdaGrader(grader)) = config.grader_config() {
        out.insert("graderConfig".to_owned(), json!({"lambdaGrader": {"lambdaArn": grader.lambda_arn()}}));
    }
    if let Some(values) = config.hyper_parameters() {
        let all = json!({
            "epochCount": values.epoch_count(),
            "batchSize": values.batch_size(),
            "learningRate": values.learning_rate(),
            "maxPromptLength": values.max_prompt_length(),
            "trainingSamplePerPrompt": values.training_sample_per_prompt(),
            "inferenceMaxTokens": values.inference_max_tokens(),
            "reasoningEffort": values.reasoning_effort().map(ReasoningEffort::as_str),
            "evalInterval": values.eval_interval(),
        });
        let given = all.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let given: Map<String, Value> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
        out.insert("hyperParameters".to_owned(), Value::Object(given));
    }
    Value::Object(out)
}

impl Client<'_> {
    /// Sends the text of a request that creates a job, as it is, and returns the ARN of the job. `name` is the job's,
    /// for messages.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`]; a name that is taken is a conflict.
    pub fn create_job(&self, text: &str, name: &str) -> Result<String, ClientError> {
        let request =
            self.control.create_model_customization_job().customize().mutate_request(replaced_by(text));
        let output = self.reply("CreateModelCustomizationJob", name, request.send())?;
        Ok(output.job_arn().to_owned())
    }

    /// The job with this ARN or name.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn job(&self, id: &str) -> Result<Job, ClientError> {
        let output = self.reply(
            "GetModelCustomizationJob",
            id,
            self.control.get_model_customization_job().job_identifier(id).send(),
        )?;
        Ok(Job::of(&output))
    }

    /// Asks a job to stop. It has stopped once its status says so.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`]; a job that has ended is a conflict.
    pub fn stop_job(&self, id: &str) -> Result<(), ClientError> {
        self.reply(
            "StopModelCustomizationJob",
            id,
            self.control.stop_model_customization_job().job_identifier(id).send(),
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
