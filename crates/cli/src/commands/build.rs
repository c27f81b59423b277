//! `bedload build`

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bedload_engine::{Built, build, resolve};
use bedload_record::{Counts, Finding, Severities, Severity};
use bedload_scan::Url;

use super::destination::{Delivered, Destination, Kind, Wanted};
use super::{find_inputs, named_inputs, new_progress, say_config, start_workers};
use crate::args::BuildArgs;
use crate::exit::{Exit, Failure, complain};
use crate::gate::{Found, Judgement, Watch};
use crate::output::{
    self, About, ClassNames, Ending, Output, Paint, balance_object, built_summary, of_severity, pairs_object,
    say,
};
use crate::progress::Display;
use crate::settings::{self, Run};

pub(crate) fn run(args: &BuildArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let run = settings::for_build(args)?;
    let wanted = Wanted {
        out: &args.out,
        kind: Kind::Directory,
        overwrite: args.overwrite,
        temp_dir: run.settings.temp_dir.as_deref(),
    };
    let mut destination = Destination::new(&wanted, &args.account)?;
    let output = &args.output;
    if Url::of(args.out.as_os_str()).is_none() {
        refuse_output_inside_directory(args, &run)?;
    }
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &[], &run, Some(&args.account))?;
    let others = [
        ("--out", Some(destination.path())),
        ("--facts", run.settings.facts.as_deref()),
        ("--index", run.settings.stages.near.index.as_deref().map(Path::new)),
    ];
    let wanted =
        output::Wanted { args: output, configured: &run.output, inputs: Some(&inputs), others: &others };
    let about = About { rejects: true, ..About::new("build", &inputs, &run) };
    let mut told = Output::open(&wanted, &about, &progress)?;
    let mut watch = Watch::open(&args.baseline, &run.policy, (&inputs, &others), &progress)?;
    if args.baseline.show_known {
        told.show_known();
    }
    let built = {
        let _display = Display::start(&progress, inputs.size_bytes(), &output.plain());
        let progress = Arc::clone(&progress);
        let tell = |finding: &Finding| told.tell(&watch.see(finding));
        let overwrite = args.overwrite;
        workers.install(|| build(&inputs, &run.settings, destination.path(), overwrite, &progress, tell))?
    };
    // Records with errors were rejected, and the output is judged without them; those with less are in it.
    let severities = run.settings.severities;
    let left = watch.without_known(&built.summary.by_code);
    let judgement = watch.policy().judge(Found {
        by_code: &left,
        bears_rejected: true,
        records: built.manifest.counts.read,
    });
    let exit = judgement.exit;
    built.notes.iter().for_each(|note| complain(note));
    let delivered = destination.deliver(built.manifest.ready, &output.plain(), &progress)?;
    let exit = if matches!(delivered, Delivered::Nowhere) { Exit::Findings } else { exit };
    if let Delivered::There { object, .. } = &delivered {
        told.write_object(object)?;
    }
    let config = run.config.as_deref();
    let rare = run.settings.stages.balance.rare;
    let about_baseline = watch.end().map_err(|error| error.after_publishing(&args.out))?;
    let printed = told.end(&Ending {
        numbers: &summary_object(&built, rare, severities, (exit, &judgement, watch.object()), config),
        by_code: &left,
        severities,
        exit,
    });
    printed.map_err(|error| error.after_publishing(&args.out))?;
    if !output.quiet {
        say_config(config);
        let paint = Paint::for_stderr(output.color);
        let names = ClassNames::of(&run.settings);
        say(&built_summary(&built, &args.out, names, severities, started.elapsed(), paint));
        match delivered {
            Delivered::Here => {}
            Delivered::Nowhere => {
                say(
                    "nothing was sent, because the output is not ready; build it to a directory to see why\n",
                );
            }
            Delivered::There { prose, .. } => say(&prose),
        }
        say(&about_baseline);
        say(&judgement.reasons());
    }
    Ok(exit)
}

/// An output that lands in a directory which is read would be input of the next run.
fn refuse_output_inside_directory(args: &BuildArgs, run: &Run) -> Result<(), Failure> {
    let out = resolve(&args.out);
    let inputs = named_inputs(&args.inputs, run)?;
    let inside = inputs.iter().map(Path::new).find(|dir| dir.is_dir() && out.starts_with(resolve(dir)));
    match inside {
        Some(dir) => {
            let (out, dir) = (args.out.display(), dir.display());
            Err(Failure::Usage(format!("--out {out}: it is inside the input directory {dir}")))
        }
        None => Ok(()),
    }
}

fn summary_object(
    built: &Built,
    rare: u64,
    severities: Severities,
    (exit, judgement, baseline): (Exit, &Judgement, serde_json::Value),
    config: Option<&Path>,
) -> serde_json::Value {
    let manifest = &built.manifest;
    let counts = &manifest.counts;
    let of = |severity| of_severity(&built.summary.by_code, severities, severity);
    let texts = built.summary.texts;
    let spoken = |n: u64| Some(n).filter(|_| built.summary.is_conversation);
    serde_json::json!({
        "kind": "summary",
        "files": manifest.inputs.len(),
        "records": counts.read,
        "valid": counts.read - counts.rejected,
        "rejected": counts.rejected,
        "duplicates": counts.duplicates,
        "unselected": counts.unselected,
        "train": counts.train,
        "validation": counts.validation,
        "test": counts.test,
        "variants": counts.variants,
        "evaluation": built.prompts(),
        "balance": balance_object(&built.balance, rare),
        "pairs": built.summary.pairs.map(pairs_object),
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
        "notes": of(Severity::Note),
        "bytes": built.bytes,
        "tokens": manifest.tokens.train + manifest.tokens.validation + manifest.tokens.test,
        "tokens_system": spoken(texts.system),
        "tokens_user": spoken(texts.user()),
        "tokens_assistant": spoken(texts.assistant),
        "characters": texts.characters,
        "tokens_by_6": texts.by_6(),
        "tokens_by_3": texts.by_3(),
        "encoding": manifest.encoding,
        "format": manifest.format,
        "ready": manifest.ready,
        "reasons": manifest.reasons,
        "by_code": manifest.findings,
        "sources": built.summary.sources.iter().map(source_object).collect::<Vec<_>>(),
        "config": config.map(|path| path.display().to_string()),
        "baseline": baseline,
        "exceeded": judgement.exceeded(),
        "exit_code": exit.code(),
    })
}

/// What became of the records of a source; without a name, of those that are of none.
fn source_object((name, counts): &(Option<String>, Counts)) -> serde_json::Value {
    let mut object = serde_json::json!(counts);
    object["source"] = serde_json::json!(name);
    object
}
