//! The binary `bedload`: arguments, rendering, exit codes. No rule about data is here.

mod args;
mod config;
mod gate;
mod misused;
mod quoting;
mod reads;
mod settings;

mod alloc;
mod limits;
mod memory;

mod commands;
mod escape;
mod exit;
mod output;
mod progress;
mod signals;

use std::os::unix::fs::MetadataExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use bedload_engine::is_panic_contained;
use clap::Parser as _;

use crate::args::{Args, Command};
use crate::exit::{Exit, Failure};

fn main() -> ExitCode {
    memory::install();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return misused(error),
    };
    hide_panic_payloads();
    let earlier = earlier_files(&args.command);
    let exit = match catch_unwind(AssertUnwindSafe(|| run(&args))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => {
            failure.print();
            say_earlier(&earlier);
            failure.exit()
        }
        Err(_) => Exit::Internal,
    };
    exit.into()
}

/// Prints what is wrong with the arguments, or the help that they ask for.
fn misused(error: clap::Error) -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let error = misused::explained(error, &arguments);
    let annotation = if error.use_stderr() {
        output::failed(error.to_string().trim_start_matches("error: ").trim_end(), output::say)
    } else {
        None
    };
    match annotation {
        Some(annotation) => exit::annotate(&annotation),
        // A closed pipe is nobody to tell.
        None => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Check(check) => commands::check::run(check),
        Command::Build(build) => commands::build::run(build),
        Command::Convert(convert) => commands::convert::run(convert),
        Command::Verify(verify) => commands::verify::run(verify),
        Command::Stats(stats) => commands::stats::run(stats),
        Command::Compare(compare) => commands::compare::run(compare),
        Command::Report(report) => commands::report::run(report),
        Command::Upload(upload) => commands::upload::run(upload),
        Command::Clean(clean) => commands::clean::run(clean),
        Command::Profiles(profiles) => commands::profiles::run(profiles),
        Command::Init(init) => commands::init::run(init),
        Command::Config(config) => commands::config::run(config),
        Command::Calibrate(calibrate) => commands::calibrate::run(calibrate),
        Command::Cost(cost) => commands::cost::run(cost),
        Command::Hyperparameters(hyperparameters) => commands::hyperparameters::run(hyperparameters),
        Command::Evaluate(evaluate) => commands::evaluate::run(evaluate),
        Command::Explain(explain) => commands::explain::run(explain),
        Command::Job(job) => commands::job::run(job),
        Command::Deploy(deploy) => commands::deploy::run(deploy),
        Command::Completions(completions) => commands::shell::completions(completions),
        Command::Man(man) => commands::shell::man(man),
    }
}

/// The files that `--output` names and that are there before the run, with what tells them from those that replace them.
fn earlier_files(command: &Command) -> Vec<(&Path, [i64; 3])> {
    let files = command.output_files().into_iter();
    files.filter_map(|file| Some((file, identity(file)?))).collect()
}

fn identity(file: &Path) -> Option<[i64; 3]> {
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some([metadata.ino().cast_signed(), metadata.ctime(), metadata.ctime_nsec()])
}

/// Names those of them that a run which failed has not replaced: its findings are not in them.
fn say_earlier(files: &[(&Path, [i64; 3])]) {
    for (file, _) in files.iter().filter(|(file, before)| identity(file) == Some(*before)) {
        let file = file.display().to_string();
        output::say(&format!(
            "note: {} was there before; this run did not write it\n",
            escape::escape(&file)
        ));
    }
}

/// A panic message can quote a record; only its place is printed.
fn hide_panic_payloads() {
    std::panic::set_hook(Box::new(|info| {
        if is_panic_contained() {
            return;
        }
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        exit::give_up(&format!(
            "internal error{place}\nhint: this is a bug in bedload; no output was published. Please report it"
        ));
    }));
}
