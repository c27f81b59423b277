//! Which findings fail a run: how bad they are in it.

mod selector;
mod severity;

pub(crate) use selector::Selector;
pub(crate) use severity::{Level, SeverityRule, choose, put_severity};
