//! Lists of customization jobs.

use std::time::{Duration, SystemTime};

use aws_sdk_bedrock::primitives::{DateTime, DateTimeFormat};
use aws_sdk_bedrock::types::{FineTuningJobStatus, SortJobsBy, SortOrder};
use serde::Serialize;

use crate::client::Client;
use crate::error::ClientError;
use crate::job::{JobStatus, Phases, time};

/// The most entries that the service gives at once.
const PAGE: i32 = 1000;

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Since(DateTime);

impl Since {
    /// This long ago.
    pub fn ago(duration: Duration) -> Self {
        let then = SystemTime::now().checked_sub(duration).unwrap_or(SystemTime::UNIX_EPOCH);
        Self(DateTime::from(then))
    }

    /// A date (midnight, UTC), or a moment of RFC 3339; none where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let text = if text.contains(['T', 't']) { text.to_owned() } else { format!("{text}T00:00:00Z") };
        DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset).ok().map(Self)
    }

    /// The moment as requests have it.
    pub fn text(self) -> String {
        time(&self.0).unwrap_or_default()
    }

    pub(crate) fn moment(self) -> DateTime {
        self.0
    }
}

/// Which jobs to list, the newest first.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// In this state.
    pub status: Option<String>,
    /// With this in their name.
    pub name_contains: Option<String>,
    /// Created since then.
    pub since: Option<Since>,
    /// This many at most.
    pub limit: usize,
}

/// A job as lists have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobSummary {
    /// Its ARN.
    pub job_arn: String,
    /// Its name.
    pub job_name: String,
    /// Its state.
    pub status: JobStatus,
    /// The states of its phases.
    pub phases: Phases,
    /// `FINE_TUNING` and the like.
    pub customization_type: Option<String>,
    /// The model that it starts from.
    pub base_model_arn: String,
    /// The name of the model that comes out.
    pub custom_model_name: Option<String>,
    /// Its ARN, once it is there.
    pub custom_model_arn: Option<String>,
    /// When it was created.
    pub creation_time: Option<String>,
    /// When it ended.
    pub end_time: Option<String>,
}

impl Client<'_> {
    /// Lists jobs.
    ///
    /// # Errors
    /// See [`crate::ErrorKind`].
    pub fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobSummary>, ClientError> {
        let mut pages = self
            .control
            .list_model_customization_jobs()
            .set_status_equals(filter.status.as_deref().map(FineTuningJobStatus::from))
            .set_name_contains(filter.name_contains.clone())
            .set_creation_time_after(filter.since.map(Since::moment))
            .max_results(i32::try_from(filter.limit).unwrap_or(PAGE).clamp(1, PAGE))
            .sort_by(SortJobsBy::CreationTime)
            .sort_order(SortOrder::Descending)
            .into_paginator()
            .send();
        let mut jobs = Vec::new();
        while jobs.len() < filter.limit {
            let next = async { pages.next().await.transpose() };
            let Some(page) = self.reply("ListModelCustomizationJobs", "", next)? else { break };
            jobs.extend(page.model_customization_job_summaries().iter().map(|job| JobSummary {
                job_arn: job.job_arn().to_owned(),
                job_name: job.job_name().to_owned(),
                status: JobStatus::of(job.status().as_str()),
                phases: Phases::of(job.status_details()),
                customization_type: job.customization_type().map(|kind| kind.as_str().to_owned()),
                base_model_arn: job.base_model_arn().to_owned(),
                custom_model_name: job.custom_model_name().map(str::to_owned),
                custom_model_arn: job.custom_model_arn().map(str::to_owned),
                creation_time: time(job.creation_time()),
                end_time: job.end_time().and_then(time),
            }));
        }
        jobs.truncate(filter.limit);
        Ok(jobs)
    }
}
