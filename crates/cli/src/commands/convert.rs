//! `bedload convert`

mod patches;
mod preview;
mod report;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bedload_engine::{Converted, EngineError, Outputs, Repair, convert, resolve};
use bedload_record::{Code, Finding, Severities, Severity};

use super::destination::{Delivered, Destination, Kind, Wanted};
use super::{find_inputs, new_progress, refuse_remote_output, say_config, start_workers};
use crate::args::ConvertArgs;
use crate::exit::{Exit, Failure, complain};
use crate::gate::{Found, Judgement, WRITE_BASELINE, Watch};
use crate::output::{
    self, About, Ending, Known, Listed, Output, Paint, by_name, converted_summary, losses, of_severity,
    put_run, say,
};
use crate::progress::Display;
use crate::settings;
use patches::Patches;

pub(crate) fn run(args: &ConvertArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let run = settings::for_convert(args)?;
    if args.repair.diff {
        return preview::run(args, &run);
    }
    let out = args.out.as_deref().expect("only --diff goes without it");
    let wanted = Wanted {
        out,
        kind: Kind::File,
        overwrite: args.overwrite,
        temp_dir: run.settings.temp_dir.as_deref(),
    };
    if let Some(rejected) = &args.rejected {
        refuse_remote_output("--rejected", rejected, false)?;
    }
    let mut destination = Destination::new(&wanted, &args.account)?;
    let output = &args.output;
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &[], &run, Some(&args.account))?;
    let others = [
        ("--out", Some(destination.path())),
        ("--rejected", args.rejected.as_deref()),
        ("--patches", args.repair.patches.as_deref()),
        ("--report", args.report.as_deref()),
        (WRITE_BASELINE, args.baseline.write_baseline.as_deref()),
    ];
    refuse_same_file(&others[..3])?;
    report::refuse_place(args, &run, &others)?;
    for (flag, path) in &others[..4] {
        path.map_or(Ok(()), |path| run.reads.refuse(flag, path))?;
    }
    let (configured, reads) = (&run.output, &run.reads);
    let wanted = output::Wanted { args: output, configured, inputs: Some(&inputs), reads, others: &others };
    let mut told = Output::open(&wanted, &About::new("convert", &inputs, &run), &progress)?;
    let mut watch = Watch::open(&args.baseline, &run.policy, (&inputs, &others[..4]), &progress)?;
    told.remove_earlier()?;
    if args.baseline.show_known {
        told.show_known();
    }
    let per_code = told.per_code().filter(|_| !watch.is_needed());
    let (shown, has_known) = (told.shown(), told.has_known());
    let patches = args.repair.patches.as_deref();
    let mut patches = patches.map(|path| Patches::create(path, &inputs, &progress)).transpose()?;
    let converted = {
        let _display = Display::start(&progress, inputs.size_bytes(), &output.plain());
        let progress = Arc::clone(&progress);
        let tell = |finding: &Finding| told.tell(&watch.see(finding));
        let settings = &run.settings;
        let outputs = Outputs {
            out: destination.path(),
            name: out,
            rejected: args.rejected.as_deref(),
            report: args.report.as_deref(),
            overwrite: args.overwrite,
        };
        let keep = |repair: &Repair| match &mut patches {
            Some(file) => file.write(repair),
            None => Ok(()),
        };
        workers.install(|| convert(&inputs, settings, outputs, &progress, per_code, tell, keep))?
    };
    if let Some(file) = patches {
        workers.install(|| file.publish())?.iter().for_each(|note| complain(note));
    }
    let severities = run.settings.severities;
    let left = watch.without_known(&converted.by_code);
    let judgement = watch.policy().judge(Found {
        by_code: &left,
        bears_rejected: run.settings.max_rejected.is_some(),
        max_rejected: run.settings.max_rejected,
        rejected: converted.rejected,
        records: converted.records,
    });
    let exit = judgement.exit;
    converted.notes.iter().for_each(|note| complain(note));
    let delivered = if converted.written == 0 {
        Delivered::Here
    } else {
        let is_ready = !converted.by_code.contains_key(&Code::DatasetTooManyRejected);
        destination.deliver(is_ready, &output.plain(), &progress)?
    };
    if let Delivered::There { object, .. } = &delivered {
        told.write_object(object)?;
    }
    let config = run.config.as_deref();
    let ended = |error: EngineError| match converted.written {
        0 => error,
        _ => error.after_publishing(out),
    };
    let about_baseline = watch.end(has_known).map_err(ended)?;
    let printed = told.end(&Ending {
        numbers: &summary_object(&converted, severities, (&judgement, watch.object()), config),
        by_code: &left,
        known: watch.known(),
        severities,
        judgement: &judgement,
    });
    printed.map_err(ended)?;
    if !output.quiet {
        say_config(config);
        let paint = Paint::for_stderr(output.color);
        let rejected = args.rejected.as_deref();
        let known = Known { is_shown: has_known, ..watch.known() };
        let listed = (severities, Listed { most: shown, is_folded: false, known });
        say(&converted_summary(&converted, out, rejected, listed, started.elapsed(), paint));
        say(&report::said(args, paint));
        match delivered {
            Delivered::Here => {}
            Delivered::Nowhere => say("nothing was sent, because too many records were rejected\n"),
            Delivered::There { prose, .. } => say(&prose),
        }
        say(&about_baseline);
    }
    // Where a run fails, the reason is no chatter.
    if !output.quiet || exit != Exit::Clean {
        say(&judgement.said());
    }
    Ok(exit)
}

/// Refuses patches that would take the place of another output.
fn refuse_same_file(outputs: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let [others @ .., (flag, Some(patches))] = outputs else { return Ok(()) };
    let same = others.iter().find(|(_, path)| path.is_some_and(|path| resolve(path) == resolve(patches)));
    same.map_or(Ok(()), |(other, _)| {
        Err(Failure::Usage(format!("{flag} {}: the same file as {other}", patches.display())))
    })
}

fn summary_object(
    converted: &Converted,
    severities: Severities,
    (judgement, baseline): (&Judgement, serde_json::Value),
    config: Option<&Path>,
) -> serde_json::Value {
    let of = |severity| of_severity(&converted.by_code, severities, severity);
    let (by_file, files_beyond) = losses::objects(&converted.losses);
    let mut object = serde_json::json!({
        "kind": "summary",
        "files": converted.files,
        "records": converted.records,
        "valid": converted.converted,
        "written": converted.written,
        "rejected": converted.rejected,
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
        "notes": of(Severity::Note),
        "bytes": converted.bytes,
        "bytes_written": converted.bytes_written,
        "from": converted.from,
        "format": converted.to,
        "by_code": by_name(&converted.by_code),
        "by_file": by_file,
        "by_file_more": files_beyond,
        "removed": converted.removed,
        "repairs": converted.repairs.as_ref().map(|repairs| by_name(&repairs.by_code)),
        "beyond_repair": converted.repairs.as_ref().map(|repairs| repairs.beyond),
    });
    put_run(&mut object, config, (judgement, baseline));
    object
}
