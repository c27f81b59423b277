//! Variants of training records: made from bytes, in parallel, before outputs are packed; so that packing knows
//! every length and writing takes no decision.

use std::collections::HashSet;

use bedload_record::plural::{count, plural};
use bedload_record::{Code, FactTable, Finding, Interner, Ordinal, Side, Terminator, Verdict};
use bedload_scan::Fetch;
use bedload_stages::Rewrite;
use bedload_stages::augment::{AugmentConfig, Template, TemplateError, order, shares};
use rayon::prelude::*;

use crate::plan::{Plan, of_verdict};
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::examine::{Examiner, Physical};
use crate::scan::rules::Rules;

const SALT: u64 = 0x0061_7567_6d65_6e74;

/// One variant of one training record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) parent: Ordinal,
    /// Which of the templates.
    pub(crate) template: usize,
    pub(crate) digest: u128,
    pub(crate) tokens: u64,
    /// Length in bytes, without a line end.
    pub(crate) bytes: u64,
}

/// The templates of this run.
///
/// # Errors
/// Where there is nothing to fill in, or too few templates for the copies that are asked for.
pub(crate) fn templates(settings: &Settings, rules: &Rules) -> Result<Vec<Template>, EngineError> {
    let config = &settings.stages.augment;
    if !config.enabled || config.copies <= 1 {
        return Ok(Vec::new());
    }
    let usage = |message: String| EngineError::Usage(message);
    let format = rules.format.filter(|format| format.has_prompt());
    let format = format.ok_or_else(|| {
        usage("--augment needs records with a prompt, which this format does not have".to_owned())
    })?;
    if (config.copies as usize - 1) > config.templates.len() {
        return Err(usage(format!(
            "--augment {} needs {}; [stages.augment] has {}",
            config.copies,
            plural(u64::from(config.copies) - 1, "template", "templates"),
            config.templates.len()
        )));
    }
    let template = |(n, text): (usize, &String)| {
        Template::new(text, format).map_err(|error| {
            let what = match error {
                TemplateError::NoHole => "has no {prompt}",
                TemplateError::Nothing => "has no text besides {prompt}",
            };
            usage(format!("template {} of [stages.augment] {what}", n + 1))
        })
    };
    config.templates.iter().enumerate().map(template).collect()
}

/// Makes all variants, in the order of their parents.
pub(crate) fn make_variants(
    facts: &FactTable,
    plan: &mut Plan,
    settings: &Settings,
    rules: &Rules,
    templates: &[Template],
    fetch: &Fetch<'_>,
) -> Result<Vec<Variant>, EngineError> {
    if templates.is_empty() {
        return Ok(Vec::new());
    }
    let config: &AugmentConfig = &settings.stages.augment;
    let seed = settings.seed ^ SALT;
    let train = of_verdict(&plan.verdicts, |verdict| verdict == Verdict::Kept(Side::Train));
    let shares = shares(facts, &plan.classes, &train, config, seed);
    let mut known: Vec<u128> =
        facts.ordinals().filter(|&line| facts.accepted(line)).map(|line| facts.digest(line)).collect();
    known.par_sort_unstable();
    let held_out = of_verdict(&plan.verdicts, |verdict| verdict == Verdict::Kept(Side::Validation));
    let mut held_out: Vec<u64> = held_out.into_iter().map(|line| facts.group(line)).collect();
    held_out.par_sort_unstable();
    let made: Vec<Vec<Variant>> = train
        .par_iter()
        .zip(&shares)
        .map_init(
            || (Examiner::new(rules), <[Vec<u8>; 3]>::default()),
            |(examiner, [scratch, converted, text]), (&parent, &share)| {
                if share == 0 {
                    return Ok(Vec::new());
                }
                let file = facts.file_of(parent);
                let span = facts.span(parent, file);
                let line = fetch.bytes(file, span.start, span.len, scratch)?;
                let line = rules.written(file, line, converted);
                let mut variants: Vec<Variant> = Vec::new();
                for template in order(templates.len(), seed, facts.digest(parent)) {
                    if variants.len() == share as usize {
                        break;
                    }
                    text.clear();
                    if !templates[template].rewrite(line, text) {
                        continue;
                    }
                    let bytes = text.len() as u64;
                    let physical = Physical {
                        input: None,
                        start: 0,
                        len: bytes,
                        terminator: Terminator::Lf,
                        bytes: Some(text),
                    };
                    let row = examiner.facts(&physical, &mut Interner::new(0));
                    let is_new = known.binary_search(&row.digest).is_err()
                        && variants.iter().all(|variant| variant.digest != row.digest);
                    // A template can turn one prompt into another: also that other's group must not part.
                    let leaks = held_out.binary_search(&row.group).is_ok();
                    if row.accepted && is_new && !leaks && bytes <= settings.scan.max_record_bytes {
                        let tokens = row.tokens.total();
                        variants.push(Variant { parent, template, digest: row.digest, tokens, bytes });
                    }
                }
                Ok(variants)
            },
        )
        .collect::<Result<_, EngineError>>()?;
    fetch.check()?;
    // Variants of two records can be equal; the earlier record keeps its own.
    let mut seen = HashSet::new();
    let variants: Vec<Variant> =
        made.into_iter().flatten().filter(|variant| seen.insert(variant.digest)).collect();
    let wanted: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    if (variants.len() as u64) < wanted {
        let message =
            format!("{} instead of {}", plural(variants.len() as u64, "variant", "variants"), count(wanted));
        plan.findings.push(Finding::dataset(Code::AugmentFewVariants, settings.strict, message));
    }
    plan.counts.variants = variants.len() as u64;
    Ok(variants)
}
