//! `bedload job`

mod check;
mod plan;
mod request;

use crate::args::{JobArgs, JobCommand};
use crate::exit::{Exit, Failure};

pub(crate) fn run(args: &JobArgs) -> Result<Exit, Failure> {
    match &args.command {
        JobCommand::Check(check) => check::run(check),
        JobCommand::Plan(plan) => plan::run(plan),
    }
}
