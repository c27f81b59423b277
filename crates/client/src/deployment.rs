//! What serves a custom model: deployments on demand, and provisioned throughput.

use aws_sdk_bedrock::types::{CustomModelDeploymentStatus, ProvisionedModelStatus, SortOrder};
use serde::Serialize;

use crate::body::replaced_by;
use crate::client::Client;
use crate::error::{ClientError, ErrorKind};
use crate::job::time;

/// How a model is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentKind {
    /// Paid by the token.
    OnDemand,
    /// Paid by the hour.
    Provisioned,
}

impl DeploymentKind {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Provisioned => "provisioned",
        }
    }
}

/// What serves a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deployment {
    /// How.
    #[serde(rename = "serving")]
    pub kind: DeploymentKind,
    /// Its ARN, which requests name in place of the model's.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `Creating`, then `Active` or `InService`, or `Failed`; `Updating` between.
    pub status: String,
    /// Why it failed.
    pub failure_message: Option<String>,
    /// The model that it serves.
    pub model_arn: String,
    /// The model that this was made from, where the service tells.
    pub base_model_arn: Option<String>,
    /// Model units, of provisioned throughput.
    pub units: Option<i32>,
    /// How long it is paid for in any case.
    pub commitment: Option<String>,
    /// When that ends.
    pub commitment_end: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// When it was created.
    pub creation_time: Option<String>,
    /// When it changed last.
    pub last_modified_time: Option<String>,
}

impl Deployment {
    /// Whether it answers requests.
    pub fn is_serving(&self) -> bool {
        matches!(self.status.as_str(), "Active" | "InService")
    }

    /// Whether it will never answer requests.
    pub fn is_failed(&self) -> bool {
        self.status == "Failed"
    }

    /// Whether it is still being made.
    pub fn is_new(&self) -> bool {
        self.status == "Creating"
    }
}

/// Which deployments to list, the newest first.
#[derive(Clone, Debug, Default)]
pub struct DeploymentFilter {
    /// With this in their name.
    pub name_contains: Option<String>,
    /// In this state, by the service's name for it.
    pub status: Option<String>,
    /// This many of each kind at most.
    pub limit: usize,
}

impl Client<'_> {
    /// Sends the text of a request that makes a model answer, as it is, and returns the ARN to ask.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn deploy(&self, kind: DeploymentKind, text: &str, name: &str) -> Result<String, ClientError> {
        match kind {
            DeploymentKind::OnDemand => {
                let request = self.control.create_custom_model_deployment().customize();
                let output = self.reply(
                    "CreateCustomModelDeployment",
                    name,
                    request.mutate_request(replaced_by(text)).send(),
                )?;
                Ok(output.custom_model_deployment_arn().to_owned())
            }
            DeploymentKind::Provisioned => {
                let request = self.control.create_provisioned_model_throughput().customize();
                let output = self.reply(
                    "CreateProvisionedModelThroughput",
                    name,
                    request.mutate_request(replaced_by(text)).send(),
                )?;
                Ok(output.provisioned_model_arn().to_owned())
            }
        }
    }

    /// What has this name or ARN, of either kind.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn deployment(&self, id: &str) -> Result<Deployment, ClientError> {
        if id.contains(":provisioned-model/") {
            return self.provisioned(id);
        }
        match self.on_demand(id) {
            Err(error)
                if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Invalid)
                    && !id.starts_with("arn:") =>
            {
                match self.provisioned(id) {
                    // There is neither.
                    Err(other) if matches!(other.kind, ErrorKind::NotFound | ErrorKind::Invalid) => {
                        Err(error)
                    }
                    found => found,
                }
            }
            found => found,
        }
    }

    /// What has this name or ARN, of a kind.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn deployment_of(&self, kind: DeploymentKind, id: &str) -> Result<Deployment, ClientError> {
        match kind {
            DeploymentKind::OnDemand => self.on_demand(id),
            DeploymentKind::Provisioned => self.provisioned(id),
        }
    }

    fn on_demand(&self, id: &str) -> Result<Deployment, ClientError> {
        let request = self.control.get_custom_model_deployment().custom_model_deployment_identifier(id);
        let output = self.reply("GetCustomModelDeployment", id, request.send())?;
        Ok(Deployment {
            kind: DeploymentKind::OnDemand,
            arn: output.custom_model_deployment_arn().to_owned(),
            name: output.model_deployment_name().to_owned(),
            status: output.status().as_str().to_owned(),
            failure_message: output.failure_message().map(str::to_owned),
            model_arn: output.model_arn().to_owned(),
            base_model_arn: None,
            units: None,
            commitment: None,
            commitment_end: None,
            description: output.description().map(str::to_owned),
            creation_time: time(output.created_at()),
            last_modified_time: output.last_updated_at().and_then(time),
        })
    }

    fn provisioned(&self, id: &str) -> Result<Deployment, ClientError> {
        let output = self.reply(
            "GetProvisionedModelThroughput",
            id,
            self.control.get_provisioned_model_throughput().provisioned_model_id(id).send(),
        )?;
        Ok(Deployment {
            kind: DeploymentKind::Provisioned,
            arn: output.provisioned_model_arn().to_owned(),
            name: output.provisioned_model_name().to_owned(),
            status: output.status().as_str().to_owned(),
            failure_message: output.failure_message().map(str::to_owned),
            model_arn: output.model_arn().to_owned(),
            base_model_arn: Some(output.foundation_model_arn().to_owned()),
            units: Some(output.model_units()),
            commitment: output.commitment_duration().map(|duration| duration.as_str().to_owned()),
            commitment_end: output.commitment_expiration_time().and_then(time),
            description: None,
            creation_time: time(output.creation_time()),
            last_modified_time: time(output.last_modified_time()),
        })
    }

    /// Lists deployments of both kinds: first those on demand, then provisioned throughput.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn deployments(&self, filter: &DeploymentFilter) -> Result<Vec<Deployment>, ClientError> {
        let mut out = self.all_on_demand(filter)?;
        out.extend(self.all_provisioned(filter)?);
        Ok(out)
    }

    fn all_on_demand(&self, filter: &DeploymentFilter) -> Result<Vec<Deployment>, ClientError> {
        // The kinds have different states; what the other kind has is not asked for.
        if filter.status.as_deref().is_some_and(|status| matches!(status, "InService" | "Updating")) {
            return Ok(Vec::new());
        }
        let mut pages = self
            .control
            .list_custom_model_deployments()
            .set_name_contains(filter.name_contains.clone())
            .set_status_equals(filter.status.as_deref().map(CustomModelDeploymentStatus::from))
            .sort_order(SortOrder::Descending)
            .into_paginator()
            .send();
        let mut out = Vec::new();
        while out.len() < filter.limit {
            let next = async { pages.next().await.transpose() };
            let Some(page) = self.reply("ListCustomModelDeployments", "", next)? else { break };
            out.extend(page.model_deployment_summaries().iter().map(|found| Deployment {
                kind: DeploymentKind::OnDemand,
                arn: found.custom_model_deployment_arn().to_owned(),
                name: found.custom_model_deployment_name().to_owned(),
                status: found.status().as_str().to_owned(),
                failure_message: found.failure_message().map(str::to_owned),
                model_arn: found.model_arn().to_owned(),
                base_model_arn: None,
                units: None,
                commitment: None,
                commitment_end: None,
                description: None,
                creation_time: time(found.created_at()),
                last_modified_time: found.last_updated_at().and_then(time),
            }));
        }
        out.truncate(filter.limit);
        Ok(out)
    }

    fn all_provisioned(&self, filter: &DeploymentFilter) -> Result<Vec<Deployment>, ClientError> {
        if filter.status.as_deref() == Some("Active") {
            return Ok(Vec::new());
        }
        let mut pages = self
            .control
            .list_provisioned_model_throughputs()
            .set_name_contains(filter.name_contains.clone())
            .set_status_equals(filter.status.as_deref().map(ProvisionedModelStatus::from))
            .sort_order(SortOrder::Descending)
            .into_paginator()
            .send();
        let mut out = Vec::new();
        while out.len() < filter.limit {
            let next = async { pages.next().await.transpose() };
            let Some(page) = self.reply("ListProvisionedModelThroughputs", "", next)? else { break };
            out.extend(page.provisioned_model_summaries().iter().map(|found| Deployment {
                kind: DeploymentKind::Provisioned,
                arn: found.provisioned_model_arn().to_owned(),
                name: found.provisioned_model_name().to_owned(),
                status: found.status().as_str().to_owned(),
                failure_message: None,
                model_arn: found.model_arn().to_owned(),
                base_model_arn: Some(found.foundation_model_arn().to_owned()),
                units: Some(found.model_units()),
                commitment: found.commitment_duration().map(|duration| duration.as_str().to_owned()),
                commitment_end: found.commitment_expiration_time().and_then(time),
                description: None,
                creation_time: time(found.creation_time()),
                last_modified_time: time(found.last_modified_time()),
            }));
        }
        out.truncate(filter.limit);
        Ok(out)
    }

    /// Deletes what serves a model. The model stays.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`]; what is still being made, or has a commitment, is a conflict.
    pub fn delete_deployment(&self, deployment: &Deployment) -> Result<(), ClientError> {
        let (arn, name) = (&deployment.arn, &deployment.name);
        match deployment.kind {
            DeploymentKind::OnDemand => {
                let request =
                    self.control.delete_custom_model_deployment().custom_model_deployment_identifier(arn);
                self.reply("DeleteCustomModelDeployment", name, request.send())?;
            }
            DeploymentKind::Provisioned => {
                let request = self.control.delete_provisioned_model_throughput().provisioned_model_id(arn);
                self.reply("DeleteProvisionedModelThroughput", name, request.send())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
