//! Which findings fail a run: how bad they are in it, and how many it bears.

mod limits;
mod policy;
mod selector;
mod severity;

pub(crate) use limits::{Limit, LimitRule, check_limits, put_limit};
pub(crate) use policy::{Found, Judgement, Policy};
pub(crate) use selector::Selector;
pub(crate) use severity::{Level, SeverityRule, choose, put_severity};
