//! `bedload job`

mod check;
mod plan;
mod request;

#[cfg(feature = "bedrock")]
mod create;
#[cfg(feature = "bedrock")]
mod list;
#[cfg(feature = "bedrock")]
mod monitor;
#[cfg(feature = "bedrock")]
mod results;
#[cfg(feature = "bedrock")]
mod show;
#[cfg(feature = "bedrock")]
mod stop;

use crate::args::{JobArgs, JobCommand};
use crate::exit::{Exit, Failure};
#[cfg(feature = "bedrock")]
use crate::output::summarized;

pub(crate) fn run(args: &JobArgs) -> Result<Exit, Failure> {
    match &args.command {
        JobCommand::Check(check) => check::run(check),
        JobCommand::Plan(plan) => plan::run(plan),
        #[cfg(feature = "bedrock")]
        JobCommand::Create(create) => summarized(create::run(create), &create.request.output_args),
        #[cfg(feature = "bedrock")]
        JobCommand::List(list) => summarized(list::run(list), &list.reading.output),
        #[cfg(feature = "bedrock")]
        JobCommand::Show(show) => summarized(show::run(show), &show.reading.output),
        #[cfg(feature = "bedrock")]
        JobCommand::Monitor(monitor) => summarized(monitor::run(monitor), &monitor.reading.output),
        #[cfg(feature = "bedrock")]
        JobCommand::Stop(stop) => summarized(stop::run(stop), &stop.reading.output),
        #[cfg(not(feature = "bedrock"))]
        JobCommand::Create(_) => Err(not_built(
            "create",
            "`bedload job plan … > job.json` and `aws bedrock create-model-customization-job --cli-input-json file://job.json`",
        )),
        #[cfg(not(feature = "bedrock"))]
        JobCommand::List(_) => Err(not_built("list", "`aws bedrock list-model-customization-jobs`")),
        #[cfg(not(feature = "bedrock"))]
        JobCommand::Show(show) => Err(not_built("show", &look(&show.job))),
        #[cfg(not(feature = "bedrock"))]
        JobCommand::Monitor(monitor) => Err(not_built("monitor", &look(&monitor.job))),
        #[cfg(not(feature = "bedrock"))]
        JobCommand::Stop(stop) => {
            let instead = format!("`aws bedrock stop-model-customization-job --job-identifier {}`", stop.job);
            Err(not_built("stop", &instead))
        }
    }
}

#[cfg(not(feature = "bedrock"))]
fn look(job: &str) -> String {
    format!("`aws bedrock get-model-customization-job --job-identifier {job}`")
}

#[cfg(not(feature = "bedrock"))]
fn not_built(command: &str, instead: &str) -> Failure {
    super::offline::not_built(&format!("job {command}"), "bedrock", instead)
}
