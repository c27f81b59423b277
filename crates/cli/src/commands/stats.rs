//! `bedload stats`

use bedload_engine::Numbers;

use super::{new_progress, refuse_remote, start_workers};
use crate::args::{OutputFormat, StatsArgs};
use crate::exit::{Exit, Failure};
use crate::output::{ClassNames, Out, Paint, numbers_object, stats_summary};

pub(crate) fn run(args: &StatsArgs) -> Result<Exit, Failure> {
    refuse_remote(args.dir.as_os_str())?;
    new_progress()?;
    let workers = start_workers(None)?;
    let numbers = workers.install(|| Numbers::read(&args.dir))?;
    let mut out = Out::new();
    match args.output.output_format {
        OutputFormat::Text => {
            let names = ClassNames::of_output(&numbers.manifest, args.show_content);
            let page = stats_summary(&numbers, &args.dir, names, Paint::for_stdout(args.output.color));
            out.write(page.as_bytes())?;
        }
        OutputFormat::Jsonl => {
            let rare = numbers.manifest.config["stages"]["balance"]["rare"].as_u64().unwrap_or(0);
            let mut object = numbers_object(&numbers, rare);
            object["exit_code"] = Exit::Clean.code().into();
            out.write_object(&object)?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}
