//! Variants of training records, made from bytes: for each parent the plan says how many, and takes what it can use. So
//! packing knows every length, and writing makes no decision.

use bedload_record::plural::plural;
use bedload_record::{FactTable, Interner, Ordinal, Terminator};
use bedload_scan::Fetch;
use bedload_stages::Rewrite;
use bedload_stages::augment::{Template, TemplateError, order};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::examine::{Examiner, Names, Physical};
use crate::scan::rules::Rules;

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

/// A training record, and how many variants of it are wanted.
pub(crate) type Share = (Ordinal, u32);

/// Whether a variant may be used, given its digest and the keys of its groups.
pub(crate) type Takes<'t> = dyn Fn(u128, &[u64]) -> bool + Sync + 't;

/// What makes variants.
pub(crate) struct Augmenter<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) rules: &'a Rules,
    pub(crate) templates: &'a [Template],
    pub(crate) fetch: &'a Fetch<'a>,
}

impl Augmenter<'_> {
    /// Makes the variants of some parents, in their order: of each as many as are wanted, or as can be used.
    ///
    /// # Errors
    /// Where a record cannot be read again.
    pub(crate) fn make(
        &self,
        shares: &[Share],
        seed: u64,
        takes: &Takes<'_>,
    ) -> Result<Vec<Vec<Variant>>, EngineError> {
        let begin = || (Examiner::new(self.rules), <[Vec<u8>; 3]>::default());
        let made = shares
            .par_iter()
            .map_init(begin, |(examiner, buffers), &share| self.of(share, seed, takes, examiner, buffers))
            .collect::<Result<_, EngineError>>()?;
        self.fetch.check()?;
        Ok(made)
    }

    fn of(
        &self,
        (parent, wanted): Share,
        seed: u64,
        takes: &Takes<'_>,
        examiner: &mut Examiner<'_>,
        [scratch, converted, text]: &mut [Vec<u8>; 3],
    ) -> Result<Vec<Variant>, EngineError> {
        let Self { facts, rules, templates, fetch } = self;
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let input = facts.input_of(parent);
        let span = facts.span(parent, input);
        let line = fetch.bytes(input, span.start, span.len, scratch)?;
        let line = if facts.is_rewritten(parent) { rules.written(input, line, converted) } else { line };
        let mut variants: Vec<Variant> = Vec::new();
        for template in order(templates.len(), seed, facts.digest(parent)) {
            if variants.len() == wanted as usize {
                break;
            }
            text.clear();
            if !templates[template].rewrite(line, text) {
                continue;
            }
            let bytes = text.len() as u64;
            let physical =
                Physical { input: None, start: 0, len: bytes, terminator: Terminator::Lf, bytes: Some(text) };
            let names = Names { labels: &mut Interner::new(0), values: &mut [] };
            let row = examiner.facts(&physical, names);
            let is_new = variants.iter().all(|variant| variant.digest != row.digest);
            if row.accepted && is_new && bytes <= rules.max_record_bytes && takes(row.digest, row.keys) {
                let tokens = row.tokens.total();
                variants.push(Variant { parent, template, digest: row.digest, tokens, bytes });
            }
        }
        Ok(variants)
    }
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
