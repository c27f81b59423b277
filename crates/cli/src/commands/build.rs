//! `bedload build`

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bedload_engine::{Built, build};
use bedload_record::Finding;
use bedload_scan::Url;

use super::destination::{Delivered, Destination, Kind, Wanted};
use super::{find_inputs, new_progress, refuse_inside_input_directory, say_config, start_workers};
use crate::args::BuildArgs;
use crate::exit::{Exit, Failure, complain};
use crate::gate::{Found, Judgement, WRITE_BASELINE, Watch};
use crate::output::{
    self, About, ClassNames, Ending, Known, Listed, Output, Paint, built_summary, numbers_object, put_run,
    say,
};
use crate::progress::Display;
use crate::settings;

pub(crate) fn run(args: &BuildArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let mut run = settings::for_build(args)?;
    args.settings.augment.augment_templates.iter().for_each(|file| run.reads.add(file));
    let wanted = Wanted {
        out: &args.out,
        kind: Kind::Directory,
        overwrite: args.overwrite,
        temp_dir: run.settings.temp_dir.as_deref(),
    };
    let mut destination = Destination::new(&wanted, &args.account)?;
    let output = &args.output;
    if Url::of(args.out.as_os_str()).is_none() {
        refuse_inside_input_directory("--out", &args.out, &args.inputs, &run)?;
    }
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &[], &run, Some(&args.account))?;
    let others = [
        ("--out", Some(destination.path())),
        ("--facts", run.settings.facts.as_deref()),
        ("--index", run.settings.stages.near.index.as_deref().map(Path::new)),
        (WRITE_BASELINE, args.baseline.write_baseline.as_deref()),
    ];
    let (configured, reads) = (&run.output, &run.reads);
    let wanted = output::Wanted { args: output, configured, inputs: Some(&inputs), reads, others: &others };
    let about = About::new("build", &inputs, &run);
    let mut told = Output::open(&wanted, &about, &progress)?;
    let mut watch = Watch::open(&args.baseline, &run.policy, (&inputs, &others[..3]), &progress)?;
    told.remove_earlier()?;
    if args.baseline.show_known {
        told.show_known();
    }
    let (shown, has_known) = (told.shown(), told.has_known());
    let built = {
        let _display = Display::start(&progress, inputs.size_bytes(), &output.plain());
        let progress = Arc::clone(&progress);
        let tell = |finding: &Finding| told.tell(&watch.see(finding));
        let overwrite = args.overwrite;
        workers.install(|| build(&inputs, &run.settings, destination.path(), overwrite, &progress, tell))?
    };
    // Records with errors were rejected, and the output is judged without them; those with less are in it.
    let severities = run.settings.severities;
    let left = watch.without_known(&built.numbers.summary.by_code);
    let mut judgement = watch.policy().judge(Found {
        by_code: &left,
        bears_rejected: true,
        max_rejected: run.settings.max_rejected,
        rejected: built.numbers.manifest.counts.rejected,
        records: built.numbers.manifest.counts.read,
    });
    built.notes.iter().for_each(|note| complain(note));
    let delivered = destination.deliver(built.numbers.manifest.ready, &output.plain(), &progress)?;
    if matches!(delivered, Delivered::Nowhere) {
        judgement.refuse("the output is not ready, so nothing was sent");
    }
    let exit = judgement.exit;
    if let Delivered::There { object, .. } = &delivered {
        told.write_object(object)?;
    }
    let config = run.config.as_deref();
    let rare = run.settings.stages.balance.rare;
    let about_baseline = watch.end(has_known).map_err(|error| error.after_publishing(&args.out))?;
    let printed = told.end(&Ending {
        numbers: &summary_object(&built, rare, (&judgement, watch.object()), config),
        by_code: &left,
        known: watch.known(),
        severities,
        judgement: &judgement,
    });
    printed.map_err(|error| error.after_publishing(&args.out))?;
    if !output.quiet {
        say_config(config);
        let paint = Paint::for_stderr(output.color);
        let names = ClassNames::of(&run.settings);
        let known = Known { is_shown: has_known, ..watch.known() };
        let listed = Listed { most: shown, is_folded: false, known };
        say(&built_summary(&built, &args.out, (names, listed), started.elapsed(), paint));
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
    }
    // Where a run fails, the reason is no chatter.
    if !output.quiet || exit != Exit::Clean {
        say(&judgement.said());
    }
    Ok(exit)
}

fn summary_object(
    built: &Built,
    rare: u64,
    (judgement, baseline): (&Judgement, serde_json::Value),
    config: Option<&Path>,
) -> serde_json::Value {
    let mut object = numbers_object(&built.numbers, rare);
    object["bytes"] = built.bytes.into();
    put_run(&mut object, config, (judgement, baseline));
    object
}
