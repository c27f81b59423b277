//! `bedload evaluate`

mod html;
mod objects;
#[cfg(feature = "bedrock")]
mod online;
mod page;

use std::ffi::OsString;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;

use bedload_engine::{
    EvaluateSettings, Fields, PerRecord, Progress, Resampling, Task, evaluate, refuse_missing_directory,
    write_evaluation,
};
use bedload_record::{Finding, Severities, Severity};
use bedload_scan::{DiscoverOptions, ScanOptions, discover};
use bedload_stages::balance::pointer_steps;
use rayon::ThreadPool;

use super::{judge, new_progress, refuse_remote_output, say_config, start_workers};
use crate::args::{EvaluateArgs, OutputFormat, TaskName};
use crate::config::Config;
use crate::exit::{Exit, Failure, complain};
use crate::gate::Judgement;
use crate::memory;
use crate::output::{About, Ending, Known, Output};
use crate::progress::Display;

/// Which labels are shown by name: no text of a record is printed unless asked for.
#[derive(Clone, Copy)]
struct Names {
    /// Those of references: asked for by name of the field, or by calling them labels.
    references: bool,
    /// Those that only the model uses, which may be any text.
    predictions: bool,
}

/// What a run works with.
struct Setup {
    config: Config,
    progress: Arc<Progress>,
    workers: ThreadPool,
}

/// What was asked before there was something to score.
#[cfg_attr(not(feature = "bedrock"), allow(dead_code, reason = "nothing is asked without the feature"))]
struct Asked {
    /// The file of predictions.
    predictions: PathBuf,
    /// What is said of it to people.
    page: String,
    /// And to programs.
    object: serde_json::Value,
    /// Whether enough was answered.
    exit: Exit,
}

pub(crate) fn run(args: &EvaluateArgs) -> Result<Exit, Failure> {
    if let Some(path) = &args.rows.per_record {
        refuse_remote_output("--per-record", path, false)?;
    }
    if let Some(path) = &args.rows.html {
        refuse_remote_output("--html", path, false)?;
        refuse_missing_directory("--html", path)?;
    }
    let config = Config::load(&args.config)?;
    if let Some(bytes) = args.memory_limit.or(config.memory_limit) {
        memory::set_by_user(bytes);
    }
    let progress = new_progress()?;
    let threads = args.threads.and_then(NonZeroU16::new).or(config.threads).map(NonZeroUsize::from);
    let workers = start_workers(threads)?;
    let setup = Setup { config, progress, workers };
    match &args.ask.model {
        Some(model) => ask(args, model, &setup),
        None => score(args, &args.predictions, None, &setup),
    }
}

#[cfg(feature = "bedrock")]
fn ask(args: &EvaluateArgs, model: &str, setup: &Setup) -> Result<Exit, Failure> {
    let asked = online::run(args, model, setup);
    let done = asked.and_then(|asked| match asked {
        Some(asked) => score(args, &[asked.predictions.clone().into()], Some(&asked), setup),
        None => Ok(Exit::Clean),
    });
    crate::output::summarized(done, &args.output)
}

#[cfg(not(feature = "bedrock"))]
fn ask(_: &EvaluateArgs, model: &str, _: &Setup) -> Result<Exit, Failure> {
    let instead = format!("`aws bedrock-runtime converse --model-id {model}`, and --predictions");
    Err(super::offline::not_built("evaluate MODEL", "bedrock", &instead))
}

/// Scores the predictions in files.
fn score(
    args: &EvaluateArgs,
    predictions: &[OsString],
    asked: Option<&Asked>,
    setup: &Setup,
) -> Result<Exit, Failure> {
    let Setup { config, progress, workers } = setup;
    let task = match args.task {
        TaskName::Auto => None,
        TaskName::Classification => Some(Task::Classification),
        TaskName::Generation => Some(Task::Generation),
    };
    let settings = EvaluateSettings {
        task,
        fields: Fields::new(
            args.prompt_field.as_deref(),
            args.reference_field.as_deref(),
            args.prediction_field.as_deref(),
        ),
        normalize: args.normalize,
        resampling: Resampling { resamples: args.resamples, seed: args.seed.or(config.seed).unwrap_or(0) },
        show_content: args.show_content,
        scan: ScanOptions { mmap: !config.no_mmap, ..ScanOptions::default() },
    };
    let discovery = discovery(args, predictions, config)?;
    let inputs = workers.install(|| discover(predictions, &discovery))?;
    let against = match &args.against[..] {
        [] => None,
        names => Some(workers.install(|| discover(names, &discovery))?),
    };
    let mut told = Output::plain(&args.output, &About::default());
    let evaluated = {
        let others = against.as_ref().map(bedload_scan::Inputs::size_bytes);
        let size = match (inputs.size_bytes(), others) {
            (Some(ours), Some(theirs)) => theirs.map(|theirs| ours + theirs),
            (ours, None) => ours,
            (None, Some(_)) => None,
        };
        let _display = Display::start(progress, size, &args.output);
        let tell = |finding: &Finding| told.tell(finding);
        let per_record =
            args.rows.per_record.as_ref().map(|path| PerRecord { path, overwrite: args.rows.overwrite });
        workers.install(|| evaluate(&inputs, against.as_ref(), &settings, per_record, progress, tell))?
    };
    evaluated.notes.iter().for_each(|note| complain(note));
    let worst = evaluated.by_code.keys().map(|&code| Severities::default().of(code)).max();
    let exit = match (judge(worst, Some(Severity::Error)), asked) {
        (Exit::Clean, Some(asked)) => asked.exit,
        (exit, _) => exit,
    };
    let is_shown = args.show_content;
    let names = Names {
        references: is_shown || task == Some(Task::Classification) || args.reference_field.is_some(),
        predictions: is_shown || args.prediction_field.is_some(),
    };
    let how = settings.resampling;
    if let Some(path) = &args.rows.html {
        let shown = html::page(&evaluated, &inputs, against.as_ref(), names);
        let notes = write_evaluation(path, args.rows.overwrite, &shown, progress)?;
        notes.iter().for_each(|note| complain(note));
    }
    match args.output.output_format {
        OutputFormat::Text => {
            if let Some(asked) = asked {
                told.write(asked.page.as_bytes())?;
            }
            let page = page::page(&evaluated, &inputs, against.as_ref(), task.is_none(), names);
            told.write(page.as_bytes())?;
        }
        OutputFormat::Jsonl => {
            if let Some(asked) = asked {
                told.write_object(&asked.object)?;
            }
            objects::objects(&evaluated, how, names)
                .iter()
                .try_for_each(|object| told.write_object(object))?;
        }
    }
    let printed = told.end(&Ending {
        numbers: &objects::summary(&evaluated, inputs.len(), exit),
        by_code: &evaluated.by_code,
        known: Known::none(),
        severities: Severities::default(),
        judgement: &Judgement::of_all(exit, &evaluated.by_code),
    });
    printed.map_err(|error| match &args.rows.per_record {
        Some(path) => error.after_publishing(path),
        None => error,
    })?;
    if !args.output.quiet {
        say_config(config.file.as_deref());
    }
    Ok(exit)
}

/// How files are found and read.
fn discovery(args: &EvaluateArgs, names: &[OsString], config: &Config) -> Result<DiscoverOptions, Failure> {
    Ok(DiscoverOptions {
        array: args.array || config.array || config.records.is_some(),
        records: config.records.as_deref().map(pointer_steps),
        max_decompressed: args.max_decompressed.or(config.max_decompressed),
        temp_dir: config.temp_dir.clone(),
        objects: super::objects::store(&args.account, names.iter().chain(&args.against))?,
        ..DiscoverOptions::default()
    })
}

/// A class by name where that may be shown, and by number else.
fn class_name(class: &bedload_engine::Class, names: Names) -> Option<&str> {
    let is_reference = class.scores.support > 0;
    let may = if is_reference {
        names.references
    } else {
        names.predictions && (class.is_short || names.references)
    };
    (may && !class.name.is_empty()).then_some(class.name.as_str())
}
