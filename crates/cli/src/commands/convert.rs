//! `bedload convert`

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bedload_engine::{Converted, Outputs, convert};
use bedload_record::{Finding, Severities, Severity};

use super::{find_inputs, judge, new_progress, refuse_remote_output, say_config, start_workers};
use crate::args::ConvertArgs;
use crate::exit::{Exit, Failure, complain};
use crate::output::{Output, Paint, by_name, converted_summary, of_severity, say};
use crate::progress::Display;
use crate::settings;

pub(crate) fn run(args: &ConvertArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    refuse_remote_output("--out", &args.out, false)?;
    let run = settings::for_convert(args)?;
    let output = &args.data.output;
    let profile = run.settings.profile.as_ref().map(|profile| profile.name.as_str());
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &[], &run, Some(&args.account))?;
    let mut told = Output::new(output, profile);
    let converted = {
        let _display = Display::start(&progress, inputs.size_bytes(), output);
        let progress = Arc::clone(&progress);
        let tell = |finding: &Finding| told.tell(finding);
        let settings = &run.settings;
        let outputs =
            Outputs { out: &args.out, rejected: args.rejected.as_deref(), overwrite: args.overwrite };
        workers.install(|| convert(&inputs, settings, outputs, &progress, tell))?
    };
    let severities = run.settings.severities;
    let worst = converted.by_code.keys().map(|&code| severities.of(code)).max();
    let exit = judge(worst, run.fail_on);
    converted.notes.iter().for_each(|note| complain(note));
    let config = run.config.as_deref();
    let printed = told.end(&summary_object(&converted, severities, exit, config));
    printed.map_err(|error| match converted.written {
        0 => error,
        _ => error.after_publishing(&args.out),
    })?;
    if !output.quiet {
        say_config(config);
        let paint = Paint::for_stderr(output.color);
        let rejected = args.rejected.as_deref();
        say(&converted_summary(&converted, &args.out, rejected, severities, started.elapsed(), paint));
    }
    Ok(exit)
}

fn summary_object(
    converted: &Converted,
    severities: Severities,
    exit: Exit,
    config: Option<&Path>,
) -> serde_json::Value {
    let of = |severity| of_severity(&converted.by_code, severities, severity);
    serde_json::json!({
        "kind": "summary",
        "files": converted.files,
        "records": converted.records,
        "valid": converted.written,
        "rejected": converted.rejected,
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
        "notes": of(Severity::Note),
        "bytes": converted.bytes,
        "bytes_written": converted.bytes_written,
        "from": converted.from,
        "format": converted.to,
        "by_code": by_name(&converted.by_code),
        "config": config.map(|path| path.display().to_string()),
        "exit_code": exit.code(),
    })
}
