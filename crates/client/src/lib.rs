//! Amazon Bedrock by the official SDK: jobs, deployments, answers.
//!
//! Requests are asynchronous inside and blocking outside. What is sent was made and checked by `bedload-aws`, and goes
//! over the wire as the text that was checked; the SDK signs it, sends it again where that helps, and reads replies.

mod body;
mod client;
mod error;

mod answers;
mod deployment;
mod job;
mod listing;
mod model;
mod same;
mod stall;

mod change;
mod input_report;
mod metrics;
mod pace;
mod poll;

#[cfg(test)]
mod scripted;

pub use answers::{
    Answer, AskError, Asking, How, Kept, KeptError, Outcome, Question, Serving, Speaker, answer_line,
    failure_line, is_cut_off, refuse_model,
};
pub use change::{Change, changes};
pub use client::{Client, Limits};
pub use deployment::{Deployment, DeploymentFilter, DeploymentKind};
pub use error::{ClientError, ErrorKind};
pub use input_report::{InputCounts, input_report, is_input_report};
pub use job::{Job, JobStatus, Phase, Phases};
pub use listing::{JobFilter, JobSummary, Since};
pub use metrics::{Step, is_metrics, steps};
pub use model::{CustomModel, Found};
pub use pace::Pace;
pub use poll::{Seen, Waited, Waiting, poll};
