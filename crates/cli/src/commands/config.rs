//! `bedload config`

mod show;

use crate::args::{ConfigCommand, ConfigurationArgs};
use crate::config;
use crate::exit::{Exit, Failure};
use crate::output::Out;

pub(crate) fn run(args: &ConfigurationArgs) -> Result<Exit, Failure> {
    match &args.command {
        ConfigCommand::Show(show) => show::run(show),
        ConfigCommand::Schema => schema(),
    }
}

fn schema() -> Result<Exit, Failure> {
    let mut out = Out::new();
    out.write(config::published_schema().as_bytes())?;
    out.flush()?;
    Ok(Exit::Clean)
}
