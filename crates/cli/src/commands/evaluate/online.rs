//! `bedload evaluate MODEL OUT`: a model is asked, and its answers are kept in a file of predictions.

mod file;
mod plan;
mod told;

use std::time::{Duration, Instant};

use bedload_client::{
    AskError, Asking, How, Limits, Outcome, answer_line, failure_line, is_cut_off, refuse_model,
};
use bedload_engine::MaxRejected;
use bedload_record::plural::{count, plural};
use bedload_scan::ScanError;

use self::file::PredictionsFile;
use self::plan::Plan;
use super::{Asked, Setup};
use crate::args::EvaluateArgs;
use crate::commands::online;
use crate::exit::{Exit, Failure};
use crate::output::say;

/// How often it is said how far the run is.
const SAID_EVERY: Duration = Duration::from_secs(10);
/// A long answer takes its time.
const ANSWER_MAX: Duration = Duration::from_mins(3);

/// Asks what is not answered yet; none where nothing was to be sent.
pub(super) fn run(args: &EvaluateArgs, model: &str, setup: &Setup) -> Result<Option<Asked>, Failure> {
    if let Some(why) = refuse_model(model) {
        return Err(Failure::Usage(why));
    }
    let ask = &args.ask;
    let how = How { model: model.to_owned(), max_tokens: ask.max_tokens, temperature: ask.temperature };
    let plan = Plan::new(args, how, setup)?;
    let questions = &plan.questions[..];
    let account = online::account(&args.account.account, &setup.progress)?;
    let limits = Limits {
        attempt: ANSWER_MAX,
        operation: ANSWER_MAX.saturating_mul(4),
        attempts: ask.attempts,
        ..Limits::default()
    };
    let client = online::client(&account, limits, ask.dry_run)?;
    if ask.dry_run {
        let kept = file::look(&plan.file, questions, &plan.how)?;
        told::dry_run(args, &client, &plan, &kept)?;
        return Ok(None);
    }
    let (mut file, kept) = PredictionsFile::open(&plan.file, questions, &plan.how)?;
    if !args.output.quiet {
        say(&told::before(&plan, &kept));
    }
    let wanted = kept.rest();
    let asking = Asking {
        questions,
        wanted: &wanted,
        how: &plan.how,
        concurrency: ask.concurrency.into(),
        pause: limits.pause.saturating_mul(4),
        has_answers: kept.n_answered > 0,
    };
    let mut done =
        Done { answered: kept.n_answered, cut_off: kept.n_cut_off, empty: kept.n_empty, ..Done::default() };
    (done.input_tokens, done.output_tokens) = (kept.input_tokens, kept.output_tokens);
    let mut said = Instant::now();
    let ended = client.ask(
        &asking,
        || online::is_stopped(&setup.progress),
        |index, outcome| {
            match outcome {
                Outcome::Answered(answer) => {
                    file.add(&answer_line(index, &questions[index], &plan.how, answer))?;
                    done.answered += 1;
                    done.input_tokens = done.input_tokens.saturating_add(answer.input_tokens);
                    done.output_tokens = done.output_tokens.saturating_add(answer.output_tokens);
                    done.empty += usize::from(answer.text.is_empty());
                    done.cut_off += usize::from(is_cut_off(&answer.stop_reason));
                }
                Outcome::Failed(error) => {
                    file.add_failure(&failure_line(index, &questions[index], &plan.how, error))?;
                    done.failed += 1;
                }
            }
            if said.elapsed() >= SAID_EVERY && !args.output.quiet && !args.output.no_progress {
                said = Instant::now();
                say(&format!("progress: {}\n", done.so_far(questions.len())));
            }
            Ok::<(), Failure>(())
        },
    );
    file.sync()?;
    let unfinished = |failure: Failure| {
        let so_far = done.so_far(questions.len());
        say(&format!("{so_far}; the same command goes on with the others\n"));
        failure
    };
    ended.map_err(|error| {
        unfinished(match error {
            AskError::Stopped => ScanError::Interrupted.into(),
            AskError::Service(error) => error.into(),
            AskError::Sink(failure) => failure,
        })
    })?;
    let most = ask.max_failed.unwrap_or(MaxRejected::Count(0));
    let too_many = most.is_exceeded(done.failed as u64, questions.len() as u64);
    let exit = if too_many { Exit::Findings } else { Exit::Clean };
    let resumed = kept.n_answered;
    Ok(Some(Asked {
        predictions: plan.file.clone(),
        page: told::page(&plan, &done, resumed),
        object: told::object(&plan, &done, resumed),
        exit,
    }))
}

/// How far a run came.
#[derive(Debug, Default)]
struct Done {
    answered: usize,
    failed: usize,
    /// Answers that ended at the most tokens.
    cut_off: usize,
    /// Answers without text, such as calls of tools, or what a guardrail withholds.
    empty: usize,
    input_tokens: u64,
    output_tokens: u64,
}

impl Done {
    fn so_far(&self, of: usize) -> String {
        let failed = match self.failed {
            0 => String::new(),
            n => format!(", {} failed", count(n as u64)),
        };
        format!(
            "{} of {} answered{failed}",
            count(self.answered as u64),
            plural(of as u64, "prompt", "prompts")
        )
    }
}
