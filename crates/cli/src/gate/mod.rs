//! Which findings fail a run: how bad they are in it, how many it bears, and which are known.

mod amount;
mod baseline;
mod date;
mod limits;
mod mistaken;
mod policy;
mod selector;
mod severity;
mod watch;
mod written;

pub(crate) use date::Date;
pub(crate) use limits::{Limit, LimitRule, check_limits, put_limits};
pub(crate) use policy::{Effect, Found, Judgement, Policy};
pub(crate) use selector::Selector;
pub(crate) use severity::{Level, SeverityRule, choose, put_severities};
pub(crate) use watch::{WRITE as WRITE_BASELINE, Watch};
