//! Requests to Amazon Bedrock: what the official service model says of them, and whether a request obeys it.
//!
//! Not here: sending anything. The service model is data, in `data/bedrock-api-shapes.json`.

mod advice;
mod check;
mod customization;
mod deployment;
mod failure;
mod form;
mod judge;
mod operation;
mod path;
mod pattern;
mod place;
mod plan;
mod problem;
mod service;

pub use check::check;
pub use deployment::{WantedDeployment, deployment};
pub use failure::{Evidence, Explanation, explain_message};
pub use form::{Form, render};
pub use judge::{Judged, judge};
pub use operation::{Operation, OperationError};
pub use path::{MemberPath, PathStep};
pub use place::check_place;
pub use plan::{Cause, DataSet, Plan, Refusal, Wanted, plan};
pub use problem::{Problem, Rule};
pub use service::{Model, Origin};
