//! Settings about evaluation data: flags over what is configured.

use bedload_stages::Stages;
use bedload_stages::contamination::Hits;

use super::build::Flag;
use crate::args::ContaminationArgs;
use crate::exit::Failure;

/// Puts flags over the configured stage.
pub(super) fn put_contamination(args: &ContaminationArgs, stages: &mut Stages) -> Result<Vec<Flag>, Failure> {
    let stage = &mut stages.contamination;
    if !args.sets.is_empty() {
        stage.sets.clone_from(&args.sets);
    }
    stage.ngram = args.ngram.unwrap_or(stage.ngram);
    stage.coverage = args.coverage.unwrap_or(stage.coverage);
    stage.hits = args.hits.unwrap_or(stage.hits);
    let needs_data = [
        (args.ngram.is_some(), "--eval-ngram"),
        (args.coverage.is_some(), "--eval-coverage"),
        (args.hits.is_some(), "--eval-hits"),
    ];
    if let Some((_, flag)) = needs_data.iter().find(|(given, _)| *given && stage.sets.is_empty()) {
        return Err(Failure::Usage(format!("{flag} needs --eval-set FILE")));
    }
    Ok(vec![(!args.sets.is_empty(), "--eval-set", "contamination")])
}

/// The same for `check`, which leaves no record out.
pub(super) fn put_for_check(
    args: &ContaminationArgs,
    skipped: &[String],
    stages: &mut Stages,
) -> Result<(), Failure> {
    put_contamination(args, stages)?;
    if !args.sets.is_empty() && skipped.iter().any(|stage| stage == "contamination") {
        return Err(Failure::Usage("--eval-set cannot be used with --skip contamination".to_owned()));
    }
    let stage = &mut stages.contamination;
    if stage.hits == Hits::Drop {
        if args.hits.is_some() {
            let hint = "hint: --eval-hits fail makes every match an error; build can leave records out";
            return Err(Failure::Usage(format!("--eval-hits drop: check leaves no record out\n{hint}")));
        }
        stage.hits = Hits::Flag;
    }
    Ok(())
}
