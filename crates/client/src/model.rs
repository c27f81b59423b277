//! Custom models: what a job made, and what can be deployed.

use serde::Serialize;

use crate::client::Client;
use crate::error::{ClientError, ErrorKind};
use crate::job::Job;

/// A custom model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CustomModel {
    /// Its ARN.
    pub model_arn: String,
    /// Its name.
    pub model_name: String,
    /// The model that it was made from.
    pub base_model_arn: Option<String>,
    /// `Creating`, `Active` or `Failed`, where the service tells.
    pub status: Option<String>,
    /// Why it failed.
    pub failure_message: Option<String>,
}

/// What a name or an ARN leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// A custom model.
    Model(CustomModel),
    /// A job that has made none, or not yet.
    Job(Box<Job>),
}

impl Client<'_> {
    /// The custom model with this name or ARN, or that of the job with this name or ARN.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn find_model(&self, id: &str) -> Result<Found, ClientError> {
        if id.contains(":model-customization-job/") {
            return self.model_of(self.job(id)?);
        }
        match self.custom_model(id) {
            Ok(model) => Ok(Found::Model(model)),
            Err(error) if error.kind == ErrorKind::NotFound && !id.starts_with("arn:") => {
                match self.job(id) {
                    Ok(job) => self.model_of(job),
                    // There is neither; what was asked for was a model.
                    Err(other) if other.kind == ErrorKind::NotFound => Err(error),
                    Err(other) => Err(other),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn model_of(&self, job: Job) -> Result<Found, ClientError> {
        match &job.output_model_arn {
            Some(arn) => self.custom_model(arn).map(Found::Model),
            None => Ok(Found::Job(Box::new(job))),
        }
    }

    fn custom_model(&self, id: &str) -> Result<CustomModel, ClientError> {
        let output =
            self.reply("GetCustomModel", id, self.control.get_custom_model().model_identifier(id).send())?;
        Ok(CustomModel {
            model_arn: output.model_arn().to_owned(),
            model_name: output.model_name().to_owned(),
            base_model_arn: output.base_model_arn().map(str::to_owned),
            status: output.model_status().map(|status| status.as_str().to_owned()),
            failure_message: output.failure_message().map(str::to_owned),
        })
    }
}
