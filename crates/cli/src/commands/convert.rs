//! `bedload convert`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bedload_engine::{Converted, Outputs, convert};
use bedload_record::{Code, Finding, Severities, Severity};

use super::check::TEXT_PER_CODE;
use super::{find_inputs, judge, new_progress, refuse_remote_output, say_config, start_workers};
use crate::args::{ConvertArgs, OutputFormat};
use crate::exit::{Exit, Failure, complain};
use crate::progress::Display;
use crate::render::{Out, Paint, TextFindings, converted_summary, finding_object, print_line, say};
use crate::settings;

pub(crate) fn run(args: &ConvertArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    refuse_remote_output("--out", &args.out, false)?;
    let run = settings::for_convert(args)?;
    let output = &args.data.output;
    let profile = run.settings.profile.as_ref().map(|profile| profile.name.as_str());
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &[], &run)?;
    let mut out = Out::new();
    let mut text = TextFindings::new(Paint::for_stdout(output.color));
    let mut shown: BTreeMap<Code, u64> = BTreeMap::new();
    let converted = {
        let _display = Display::start(&progress, inputs.size_bytes(), output);
        let progress = Arc::clone(&progress);
        let tell = |finding: &Finding| {
            let n = shown.entry(finding.code).or_default();
            *n += 1;
            match output.output_format {
                OutputFormat::Text if *n > TEXT_PER_CODE => Ok(()),
                OutputFormat::Text => out.write(text.render(finding).as_bytes()),
                OutputFormat::Jsonl => print_line(&mut out, &finding_object(finding, profile)),
            }
        };
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
    let printed = match output.output_format {
        OutputFormat::Jsonl => print_line(&mut out, &summary_object(&converted, severities, exit, config)),
        OutputFormat::Text => Ok(()),
    };
    printed.and_then(|()| out.flush()).map_err(|error| match converted.written {
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
    let of = |severity| -> u64 {
        let of_severity = |code| severities.of(code) == severity;
        converted.by_code.iter().filter(|(code, _)| of_severity(**code)).map(|(_, n)| n).sum()
    };
    let by_code: serde_json::Map<String, serde_json::Value> =
        converted.by_code.iter().map(|(code, &n)| (code.name().to_owned(), n.into())).collect();
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
        "by_code": by_code,
        "config": config.map(|path| path.display().to_string()),
        "exit_code": exit.code(),
    })
}
