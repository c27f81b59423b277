//! `bedload deploy`

#[cfg(feature = "bedrock")]
mod create;
#[cfg(feature = "bedrock")]
mod delete;
#[cfg(feature = "bedrock")]
mod look;
#[cfg(feature = "bedrock")]
mod price;

use crate::args::DeployArgs;
#[cfg(feature = "bedrock")]
use crate::args::DeployCommand;
use crate::exit::{Exit, Failure};
#[cfg(feature = "bedrock")]
use crate::output::summarized;

#[cfg(feature = "bedrock")]
pub(crate) fn run(args: &DeployArgs) -> Result<Exit, Failure> {
    match &args.command {
        None => summarized(create::run(&args.create), &args.create.output),
        Some(DeployCommand::List(list)) => summarized(look::list(list), &list.reading.output),
        Some(DeployCommand::Show(show)) => summarized(look::show(show), &show.reading.output),
        Some(DeployCommand::Delete(delete)) => summarized(delete::run(delete), &delete.reading.output),
    }
}

#[cfg(not(feature = "bedrock"))]
pub(crate) fn run(args: &DeployArgs) -> Result<Exit, Failure> {
    use crate::args::DeployCommand;
    let instead = match &args.command {
        None => "`aws bedrock create-custom-model-deployment --model-deployment-name NAME --model-arn ARN`"
            .to_owned(),
        Some(DeployCommand::List(_)) => {
            "`aws bedrock list-custom-model-deployments` and `aws bedrock list-provisioned-model-throughputs`"
                .to_owned()
        }
        Some(DeployCommand::Show(show)) => {
            let name = &show.deployment;
            format!("`aws bedrock get-custom-model-deployment --custom-model-deployment-identifier {name}`")
        }
        Some(DeployCommand::Delete(delete)) => {
            let name = &delete.deployment;
            format!(
                "`aws bedrock delete-custom-model-deployment --custom-model-deployment-identifier {name}`"
            )
        }
    };
    Err(super::offline::not_built("deploy", "bedrock", &instead))
}
