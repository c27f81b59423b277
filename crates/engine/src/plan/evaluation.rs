//! Which validation records become prompts of an evaluation: as many as Bedrock takes, chosen by the seed, a fair share of
//! each class.

use bedload_record::plural::{agree, part_of};
use bedload_record::{Code, Finding, Ordinal, Side, Verdict};
use bedload_stages::split::{Among, choose};
use rayon::prelude::*;

use crate::plan::{Plan, of_verdict};
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::evaluation::{EvaluationBuffers, EvaluationWriter};
use bedload_record::FactTable;

/// The most prompts of an evaluation with a data set of one's own: Bedrock's user guide, "Use prompt datasets for model
/// evaluation" (2026-11).
pub(crate) const PROMPTS_MAX: u64 = 1000;

/// So that the choice does not follow from that of the split.
const EVALUATION_SALT: u64 = 0x6576_616C_7561_7465;

/// Chooses the prompts, in the order of the records. Records that cannot be one are looked for only where the first
/// choice has such; then all of the validation side are read, and what they are is a finding.
///
/// # Errors
/// Where there are none, or a record cannot be read again.
pub(crate) fn choose_prompts(
    facts: &FactTable,
    plan: &Plan,
    settings: &Settings,
    writer: &EvaluationWriter<'_>,
) -> Result<(Vec<Ordinal>, Option<Finding>), EngineError> {
    let usage = |message: &str| EngineError::Usage(format!("--evaluation: {message}"));
    if plan.counts.validation == 0 {
        return Err(usage("there are no validation records\nhint: --validation 10% makes some"));
    }
    let is_validation = |verdict: Verdict| verdict == Verdict::Kept(Side::Validation);
    let among = |fit: Option<&[Ordinal]>| {
        let among = Among {
            facts,
            is_in: |line: Ordinal| {
                is_validation(plan.verdicts[line.index()])
                    && fit.is_none_or(|fit| fit.binary_search(&line).is_ok())
            },
            strata: plan.classes.list().len(),
            stratum: |line| plan.classes.of(facts, line),
            group: |line| facts.digest(line) as u64,
        };
        let n = fit.map_or(plan.counts.validation, |fit| fit.len() as u64);
        choose(&among, n.min(PROMPTS_MAX), settings.seed ^ EVALUATION_SALT)
    };
    let fitting = |lines: Vec<Ordinal>| -> Result<Vec<Ordinal>, EngineError> {
        let begin = || (EvaluationBuffers::default(), Vec::new());
        let fits = |(buffers, out): &mut (EvaluationBuffers, Vec<u8>), line: Ordinal| {
            writer.write(line, None, buffers, out).map(|fits| fits.then_some(line)).transpose()
        };
        lines.into_par_iter().map_init(begin, fits).flatten_iter().collect()
    };
    let first = among(None)?.chosen;
    let n_first = first.len();
    let fit = fitting(first)?;
    if fit.len() == n_first {
        return Ok((fit, None));
    }
    let all: Vec<Ordinal> = of_verdict(&plan.verdicts, is_validation).collect();
    let n_all = all.len() as u64;
    let fit = fitting(all)?;
    if fit.is_empty() {
        return Err(usage(
            "no validation record is one prompt of text\nhint: conversations of several turns, with tools or media, cannot be prompts of an evaluation",
        ));
    }
    let left_out = n_all - fit.len() as u64;
    let message = format!(
        "{} {} not one prompt of text, and {} left out of evaluation.jsonl",
        part_of(left_out, n_all, "validation record", "validation records"),
        agree(left_out, "is", "are"),
        agree(left_out, "is", "are")
    );
    let finding = Finding::dataset(Code::EvaluationLeftOut, message).in_run(settings.severities);
    Ok((among(Some(&fit))?.chosen, Some(finding)))
}
