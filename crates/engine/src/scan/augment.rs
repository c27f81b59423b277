//! Variants of training records, made from bytes: for each parent the plan says how many, and takes what it can use. So
//! packing knows every length, and writing makes no decision.

use bedload_record::plural::plural;
use bedload_record::{FactTable, Interner, Ordinal, Terminator};
use bedload_scan::Fetch;
use bedload_stages::Rewrite;
use bedload_stages::augment::{self, Strategy, Variation, order};
use bedload_stages::near::{Lookup, NearConfig};
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::examine::{Examiner, Names, Physical};
use crate::scan::near::SetBuffers;
use crate::scan::rules::Rules;

/// One variant of one training record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) parent: Ordinal,
    /// Which of the variations.
    pub(crate) variation: usize,
    pub(crate) digest: u128,
    pub(crate) tokens: u64,
    /// Length in bytes, without a line end.
    pub(crate) bytes: u64,
    /// The key of its prompt, or `NO_KEY`.
    pub(crate) prompt: u64,
}

/// A training record, and how many variants of it are wanted.
pub(crate) type Share = (Ordinal, u32);

/// Whether a variant of a record may be used, given its digest and the keys of its groups: then it is the key of its
/// prompt, or `NO_KEY`.
pub(crate) type Takes<'t> = dyn Fn(Ordinal, u128, &[u64]) -> Option<u64> + Sync + 't;

/// What makes variants.
pub(crate) struct Augmenter<'a> {
    pub(crate) facts: &'a FactTable,
    pub(crate) rules: &'a Rules,
    pub(crate) variations: &'a [Variation],
    pub(crate) fetch: &'a Fetch<'a>,
}

/// What no variant may be like: the sets of the records that are held out, by how alike they may not be.
pub(crate) struct HeldOutSets<'a> {
    pub(crate) lookups: Vec<Lookup>,
    pub(crate) config: &'a NearConfig,
}

/// What a thread makes variants with.
struct Worker<'a> {
    examiner: Examiner<'a, 'a>,
    /// What they are compared with.
    compared: Option<(&'a HeldOutSets<'a>, SetBuffers)>,
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
        held_out: Option<&HeldOutSets<'_>>,
    ) -> Result<Vec<Vec<Variant>>, EngineError> {
        let begin = || {
            let compared = held_out.map(|held_out| (held_out, SetBuffers::new(held_out.config)));
            (Worker { examiner: Examiner::new(self.rules), compared }, <[Vec<u8>; 3]>::default())
        };
        let made = shares
            .par_iter()
            .map_init(begin, |(worker, buffers), &share| self.of(share, seed, takes, worker, buffers))
            .collect::<Result<_, EngineError>>()?;
        self.fetch.check()?;
        Ok(made)
    }

    fn of(
        &self,
        (parent, wanted): Share,
        seed: u64,
        takes: &Takes<'_>,
        Worker { examiner, compared }: &mut Worker<'_>,
        [scratch, converted, text]: &mut [Vec<u8>; 3],
    ) -> Result<Vec<Variant>, EngineError> {
        let Self { facts, rules, variations, fetch, .. } = self;
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let input = facts.input_of(parent);
        let span = facts.span(parent, input);
        let line = fetch.bytes(input, span.start, span.len, scratch)?;
        let line = if facts.is_rewritten(parent) { rules.written(input, line, converted) } else { line };
        let mut variants: Vec<Variant> = Vec::new();
        for variation in order(variations.len(), seed, facts.digest(parent)) {
            if variants.len() == wanted as usize {
                break;
            }
            text.clear();
            if !variations[variation].rewrite(line, text) {
                continue;
            }
            let bytes = text.len() as u64;
            let physical =
                Physical { input: None, start: 0, len: bytes, terminator: Terminator::Lf, bytes: Some(text) };
            let names = Names { labels: &mut Interner::new(0), values: &mut [] };
            let row = examiner.facts(&physical, names);
            let is_new = variants.iter().all(|variant| variant.digest != row.digest);
            if !row.accepted || !is_new || bytes > rules.max_record_bytes {
                continue;
            }
            if let Some(prompt) = takes(parent, row.digest, row.keys) {
                let (digest, tokens) = (row.digest, row.tokens.total());
                let is_alike = |(held_out, sets): &mut (&HeldOutSets<'_>, SetBuffers)| {
                    let mut set = sets.of(text, rules, held_out.config.fields).to_vec();
                    held_out.lookups.iter().any(|lookup| lookup.has_alike(&mut set))
                };
                if compared.as_mut().is_some_and(is_alike) {
                    continue;
                }
                variants.push(Variant { parent, variation, digest, tokens, bytes, prompt });
            }
        }
        Ok(variants)
    }
}

/// The variations of this run.
///
/// # Errors
/// Where there is nothing to fill in, or too few variations for the copies that are asked for.
pub(crate) fn variations(settings: &Settings, rules: &Rules) -> Result<Vec<Variation>, EngineError> {
    let config = &settings.stages.augment;
    if config.variants_max() == 0 {
        return Ok(Vec::new());
    }
    let usage = |message: String| EngineError::Usage(message);
    let format = rules.format.filter(|format| format.has_prompt());
    let format = format.ok_or_else(|| {
        usage("--augment needs records with a prompt, which this format does not have".to_owned())
    })?;
    let more = config.copies.saturating_sub(1);
    if more > config.n_variations() {
        let only_templates = config.strategies == [Strategy::Template];
        return Err(usage(format!(
            "--augment {} needs {}; [stages.augment] has {}",
            config.copies,
            if only_templates {
                plural(u64::from(more), "template", "templates")
            } else {
                plural(u64::from(more), "variation", "variations")
            },
            config.n_variations()
        )));
    }
    augment::variations(config, format).map_err(|error| usage(error.to_string()))
}
