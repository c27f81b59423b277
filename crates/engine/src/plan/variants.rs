//! Which training records get variants, and which of the variants that were made are used.

use std::collections::{HashMap, HashSet};

use bedload_bedrock::Bound;
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Counts, FactTable, Finding, NO_KEY, Ordinal, Side, Verdict};
use bedload_stages::augment::{lacking, limit, shares};
use bedload_stages::near::Lookup;
use bedload_stages::select::Amount;
use rayon::prelude::*;

use crate::plan::decide::{Decided, prompt_keys};
use crate::plan::{count_verdicts, of_verdict};
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::against::Against;
use crate::scan::augment::{Augmenter, HeldOutSets, Share, Variant};
use crate::scan::near::SetMaker;

const SALT: u64 = 0x0061_7567_6d65_6e74;

/// The variants of the training records, in the order of their parents. None equals another record or variant, or one of
/// the other data that is removed, and none is in a group of the records that are held out, or like one of them or of the
/// other data. Adds a finding where there are fewer than were asked for.
///
/// # Errors
/// Where a record cannot be read again.
pub(super) fn augment(
    facts: &FactTable,
    decided: &mut Decided,
    settings: &Settings,
    augmenter: &Augmenter<'_>,
    (maker, against): (&SetMaker<'_>, &Against),
) -> Result<Vec<Variant>, EngineError> {
    let config = &settings.stages.augment;
    if augmenter.variations.is_empty() {
        return Ok(Vec::new());
    }
    if config.is_by_class() && decided.classes.list().is_empty() {
        let flag = if config.to.is_some() { "--augment-to" } else { "--augment-mode balance" };
        let message = format!("no classes were found, so {flag} has no effect");
        decided.findings.push(Finding::dataset(Code::BalanceNoClasses, message));
        return Ok(Vec::new());
    }
    let seed = settings.seed ^ SALT;
    let train: Vec<Ordinal> =
        of_verdict(&decided.verdicts, |verdict| verdict == Verdict::Kept(Side::Train)).collect();
    let mut shares = shares(facts, &decided.classes, &train, config, seed);
    let most = most(settings, count_verdicts(&decided.verdicts));
    if let Some(most) = most {
        limit(&mut shares, facts, &train, most, seed);
    }
    let wanted: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    // What `--augment-to` requests can be more than the ways of asking give.
    let of_classes = by_class(facts, decided, &train);
    let lacking = lacking(&of_classes, config).map(|lacking| most.map_or(lacking, |most| lacking.min(most)));
    let wanted = lacking.unwrap_or(wanted);
    let shares: Vec<Share> = train.into_iter().zip(shares).collect();
    let mut known: Vec<u128> =
        facts.ordinals().filter(|&line| facts.accepted(line)).map(|line| facts.digest(line)).collect();
    known.extend(against.digests().into_iter().map(|(digest, _)| digest));
    known.par_sort_unstable();
    let is_held_out = |verdict: Verdict| verdict.side().is_some_and(|side| Side::HELD_OUT.contains(&side));
    let compared = held_out_sets(&decided.verdicts, is_held_out, settings, (maker, against))?;
    let held_out = of_verdict(&decided.verdicts, is_held_out);
    let mut held_out: Vec<u64> = held_out.flat_map_iter(|line| facts.keys(line)).collect();
    held_out.par_sort_unstable();
    let prompts = prompt_keys(facts, settings);
    let labelled = labelled_prompts(facts, decided, prompts);
    let class = |line: Ordinal| decided.classes.of(facts, line);
    // A template can turn one prompt into another: also that other's group must not part, and no prompt gets two labels.
    let takes = |parent: Ordinal, digest: u128, keys: &[u64]| {
        let is_held_out = |key: &u64| held_out.binary_search(key).is_ok();
        let prompt = prompts.and_then(|kind| keys.get(kind)).copied().unwrap_or(NO_KEY);
        let contradicts = || {
            let from = labelled.partition_point(|&(other, _)| other < prompt);
            let mut others = labelled[from..].iter().take_while(|&&(other, _)| other == prompt);
            class(parent).is_some_and(|own| others.any(|&(_, other)| other != own))
        };
        let is_new = known.binary_search(&digest).is_err() && !keys.iter().any(is_held_out);
        (is_new && !contradicts()).then_some(prompt)
    };
    let made = augmenter.make(&shares, seed, &takes, compared.as_ref())?;
    // Variants of two records can be equal; the earlier record keeps its own.
    let mut seen = HashSet::new();
    let mut labels: HashMap<u64, usize> = HashMap::new();
    let is_first = |variant: &Variant| {
        let own = class(variant.parent).filter(|_| variant.prompt != NO_KEY);
        let agrees = own.is_none_or(|own| *labels.entry(variant.prompt).or_insert(own) == own);
        agrees && seen.insert(variant.digest)
    };
    let variants: Vec<Variant> = made.into_iter().flatten().filter(is_first).collect();
    if (variants.len() as u64) < wanted {
        let made = plural(variants.len() as u64, "variant", "variants");
        let mut message = format!("{made} instead of {}", count(wanted));
        if let Some(to) = config.to {
            let ways = u64::from(config.variants_max());
            message +=
                &below(to, ways, of_classes, variants.iter().filter_map(|variant| class(variant.parent)));
        }
        decided.findings.push(Finding::dataset(Code::AugmentFewVariants, message));
    }
    Ok(variants)
}

/// How many of the training records each class has, and last how many have none.
fn by_class(facts: &FactTable, decided: &Decided, train: &[Ordinal]) -> Vec<u64> {
    let mut records = decided.classes.count(facts, train.par_iter().copied());
    records.push(train.len() as u64 - records.iter().sum::<u64>());
    records
}

/// Which classes have fewer records than requested, given how many they have without variants, and the variants' classes.
fn below(to: u64, ways: u64, mut records: Vec<u64>, variants: impl Iterator<Item = usize>) -> String {
    records.pop();
    variants.for_each(|class| records[class] += 1);
    let n = records.iter().filter(|&&records| records < to).count() as u64;
    format!(
        "; {} {} fewer than {} training records; a record has at most {}",
        part_of(n, records.len() as u64, "class", "classes"),
        agree(n, "has", "have"),
        count(to),
        plural(ways, "variant", "variants"),
    )
}

/// The prompts of the records that are kept, with their classes, in order; nothing where there are no classes.
fn labelled_prompts(facts: &FactTable, decided: &Decided, prompts: Option<usize>) -> Vec<(u64, usize)> {
    let Some(kind) = prompts.filter(|_| !decided.classes.list().is_empty()) else { return Vec::new() };
    let kept = of_verdict(&decided.verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
    let labelled = |line: Ordinal| facts.key(line, kind).zip(decided.classes.of(facts, line));
    let mut all: Vec<(u64, usize)> = kept.filter_map(labelled).collect();
    all.par_sort_unstable();
    all.dedup();
    all
}

/// The most variants that the target takes, where the selection is to fit it.
fn most(settings: &Settings, counts: Counts) -> Option<u64> {
    let profile = settings.profile.as_ref().filter(|_| settings.stages.split.select == Some(Amount::Fit))?;
    let held =
        [(Bound::TrainingRecordsMax, counts.train), (Bound::RecordsMax, counts.train + counts.validation)];
    let left = |(bound, held): (Bound, u64)| Some(profile.limit(bound)?.value.saturating_sub(held));
    held.into_iter().filter_map(left).min()
}

/// The sets of the records that are held out and of the other data, where records are compared.
fn held_out_sets<'s>(
    verdicts: &[Verdict],
    is_held_out: impl Fn(Verdict) -> bool + Sync,
    settings: &'s Settings,
    (maker, against): (&SetMaker<'_>, &Against),
) -> Result<Option<HeldOutSets<'s>>, EngineError> {
    let config = &settings.stages.near;
    let mut lookups = Vec::new();
    if let Some(threshold) = config.grouping() {
        let other = |&verdict: &Verdict| if is_held_out(verdict) { verdict } else { Verdict::Unselected };
        let verdicts: Vec<Verdict> = verdicts.par_iter().map(other).collect();
        lookups.push(Lookup::new(&maker.make(&verdicts, config, None)?, threshold));
    }
    if let Some(threshold) = config.dropping().filter(|_| !against.known().is_empty()) {
        let none = vec![Verdict::Unselected; verdicts.len()];
        lookups.push(Lookup::new(&maker.make(&none, config, Some(against))?, threshold));
    }
    Ok((!lookups.is_empty()).then_some(HeldOutSets { lookups, config }))
}

/// The variants of one parent, in a list that is ordered by parent.
pub(crate) fn variants_of(variants: &[Variant], parent: Ordinal) -> &[Variant] {
    let from = variants.partition_point(|variant| variant.parent < parent);
    let len = variants[from..].iter().take_while(|variant| variant.parent == parent).count();
    &variants[from..from + len]
}
