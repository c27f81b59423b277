//! The commands without their printing. Each uses the phases, and none another command.

pub(crate) mod build;
pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod clean;
pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod leaks;
pub(crate) mod preview;
pub(crate) mod prompts;
pub(crate) mod report;
pub(crate) mod survey;
pub(crate) mod verify;
