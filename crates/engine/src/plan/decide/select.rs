//! Which records are selected, and which of too many of a class.

use bedload_record::plural::{count, plural};
use bedload_record::{Code, FactTable, Finding, NoRoom, Ordinal, Side, Verdict};
use bedload_stages::facets::{Sources, Strata};
use bedload_stages::select::{Among, Amount, Mix, Weight, most_of_mix, pick, quotas, totals};
use rayon::prelude::*;

use super::Decided;
use super::fit::{Fit, Kept};
use super::tied::Tied;
use crate::plan::of_verdict;
use crate::run::settings::Settings;

/// Seeds differ between decisions, so that one choice does not repeat another.
const SELECT_SALT: u64 = 0x7365_6c65_6374;
const CAP_SALT: u64 = 0x0000_6361_7073;

/// What a selection is measured in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Records,
    Tokens,
}

impl Unit {
    fn say(self, n: u64) -> String {
        match self {
            Self::Records => plural(n, "record", "records"),
            Self::Tokens => plural(n, "token", "tokens"),
        }
    }
}

/// Sources that have a weight.
struct MixOfSources {
    /// The source of each stratum.
    of_strata: Vec<usize>,
    weights: Vec<u64>,
    /// What there is of each.
    held: Vec<u64>,
}

impl MixOfSources {
    /// None where no weights are given, or there are more sources than strata are told apart.
    fn new(mix: &Mix, sources: &Sources, strata: &Strata, sizes: &[u64]) -> Option<Self> {
        let of_strata = strata.first_values().to_vec();
        if mix.is_empty() || of_strata.is_empty() {
            return None;
        }
        let weights = sources.names().iter().map(|name| mix.weight(name));
        let weights: Vec<u64> = weights.map(|weight| weight.map_or(0, Weight::millionths)).collect();
        let mut held = vec![0u64; weights.len()];
        of_strata.iter().zip(sizes).for_each(|(&source, size)| held[source] += size);
        Some(Self { of_strata, weights, held })
    }

    /// Which sources have less than their share.
    fn judge(&self, sources: &Sources, budget: u64, unit: Unit) -> Vec<Finding> {
        let all: u128 = self.weights.iter().map(|&weight| u128::from(weight)).sum();
        let judge = |((name, &weight), &held): ((&String, &u64), &u64)| {
            let exact = u128::from(budget) * u128::from(weight);
            let share = u64::try_from(exact.checked_div(all).unwrap_or(0)).unwrap_or(u64::MAX);
            let message = if budget == 0 {
                format!(
                    "{name} has no record left, so a mix that it has a part of has none; leave it out with a weight of 0, or \
                     --select N fills up from the others"
                )
            } else {
                format!("{name} has {}, and its share of the mix is {}", unit.say(held), count(share))
            };
            let is_empty = budget == 0 && held == 0 && weight > 0;
            (held < share || is_empty).then(|| Finding::dataset(Code::SelectShortSource, message))
        };
        sources.names().iter().zip(&self.weights).zip(&self.held).filter_map(judge).collect()
    }
}

impl Decided {
    /// Keeps a part of the records that are kept so far, if the settings ask for that.
    pub(super) fn select(
        &mut self,
        facts: &FactTable,
        sources: &Sources,
        settings: &Settings,
        tied: Option<&Tied>,
    ) -> Result<(), NoRoom> {
        if !settings.stages.split.selects() {
            return Ok(());
        }
        let mut findings = Vec::new();
        let selected = self.selected(facts, (sources, tied), settings, &mut findings)?;
        self.findings.extend(findings);
        if let Some(selected) = selected {
            let is_kept = |verdict| matches!(verdict, Verdict::Kept(_));
            mark(&mut self.verdicts, &selected, is_kept, Verdict::Unselected);
        }
        Ok(())
    }

    /// The records of the selection; none where it is all of them.
    fn selected(
        &self,
        facts: &FactTable,
        (sources, tied): (&Sources, Option<&Tied>),
        settings: &Settings,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<Vec<Ordinal>>, NoRoom> {
        let split = &settings.stages.split;
        let unit = if split.select_tokens.is_some() { Unit::Tokens } else { Unit::Records };
        let is_kept = |line: Ordinal| matches!(self.verdicts[line.index()], Verdict::Kept(_));
        let is_pinned = |line: Ordinal| tied.is_some_and(|tied| tied.is_pinned(line));
        let stratum = |line: Ordinal| self.strata.of(facts, &self.classes, line);
        let cluster = |line: Ordinal| self.groups.of(facts, line);
        let size = |line: Ordinal| match unit {
            Unit::Records => 1,
            Unit::Tokens => facts.tokens(line).total(),
        };
        let strata = self.strata.len();
        let among = Among {
            facts,
            is_in: is_kept,
            strata,
            stratum,
            cluster,
            size,
            first: tied.is_some().then_some(&is_pinned as &(dyn Fn(Ordinal) -> bool + Sync)),
        };
        let all_of = totals(&among);
        let held: u64 = all_of.sizes.iter().sum();
        let mix = MixOfSources::new(&split.mix, sources, &self.strata, &all_of.sizes);
        let fit = match split.select {
            Some(Amount::Fit) => Some(Fit::new(settings, self.by_class(facts), findings)),
            _ => None,
        };
        let asked = match (split.select, split.select_tokens) {
            (_, Some(tokens)) => Some(tokens),
            (Some(Amount::Records(records)), None) => Some(records),
            (Some(Amount::Fit) | None, None) => None,
        };
        let all = mix.as_ref().map_or(held, |mix| most_of_mix(&mix.held, &mix.weights));
        let budget = match (&fit, asked) {
            (Some(fit), _) => fit.records(held).min(all),
            (None, Some(asked)) => asked,
            (None, None) => all,
        };
        if let Some(asked) = asked.filter(|&asked| asked > held) {
            let message = format!("{} were requested; there are {}", unit.say(asked), unit.say(held));
            findings.push(Finding::dataset(Code::SelectTooFewRecords, message));
        }
        if budget >= held && mix.is_none() {
            return Ok(None);
        }
        // Where there are too few records in all, that is all there is to say.
        let is_told = asked.is_some_and(|asked| asked > held);
        if let Some(mix) = mix.as_ref().filter(|_| (budget > all || budget == 0) && !is_told) {
            findings.extend(mix.judge(sources, budget, unit));
        }
        let seed = settings.seed ^ SELECT_SALT;
        let shares = mix.as_ref().map(|mix| (&mix.of_strata[..], &mix.weights[..]));
        let nothing = vec![0; strata];
        let is_first = |line: Ordinal| {
            let has_share = |mix: &MixOfSources| mix.weights[mix.of_strata[stratum(line)]] > 0;
            is_kept(line) && is_pinned(line) && mix.as_ref().is_none_or(has_share)
        };
        let first = Among { facts, is_in: is_first, strata, stratum, cluster, size, first: None };
        let of_first = tied.map(|_| totals(&first));
        let mut budget = budget;
        loop {
            let picked = match &of_first {
                // Where not even the pinned records have room, nothing else has.
                Some(of_first) if of_first.sizes.iter().sum::<u64>() > budget => {
                    pick(&first, &quotas(of_first, &nothing, shares, budget), seed)?
                }
                Some(of_first) => pick(&among, &quotas(&all_of, &of_first.sizes, shares, budget), seed)?,
                None => pick(&among, &quotas(&all_of, &nothing, shares, budget), seed)?,
            };
            let bytes = || picked.par_iter().map(|&line| facts.written(line, facts.input_of(line)) + 1).sum();
            match fit.as_ref().and_then(|fit| fit.fewer(Kept { records: picked.len() as u64, bytes: &bytes }))
            {
                Some(fewer) => budget = fewer,
                None => return Ok(Some(picked)),
            }
        }
    }

    /// How many of the records that are kept so far each class has, and at last those without one.
    fn by_class(&self, facts: &FactTable) -> Vec<u64> {
        let kept = || of_verdict(&self.verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
        let mut by_class = self.classes.count(facts, kept());
        let labelled: u64 = by_class.iter().sum();
        by_class.push(kept().count() as u64 - labelled);
        by_class
    }

    /// Keeps at most so many training records of each class, if the settings ask for that.
    pub(super) fn cap_classes(
        &mut self,
        facts: &FactTable,
        settings: &Settings,
        tied: Option<&Tied>,
    ) -> Result<(), NoRoom> {
        let balance = &settings.stages.balance;
        let Some(most) = balance.cap_class.filter(|_| balance.enabled) else { return Ok(()) };
        if self.classes.list().is_empty() {
            let message = "no classes were found, so --cap-class has no effect".to_owned();
            self.findings.push(Finding::dataset(Code::BalanceNoClasses, message));
            return Ok(());
        }
        let is_training = |line: Ordinal| self.verdicts[line.index()] == Verdict::Kept(Side::Train);
        let is_pinned = |line: Ordinal| tied.is_some_and(|tied| tied.is_pinned(line));
        let among = Among {
            facts,
            is_in: |line| is_training(line) && self.classes.of(facts, line).is_some(),
            strata: self.classes.list().len(),
            stratum: |line| self.classes.of(facts, line).unwrap_or_default(),
            cluster: |line| self.groups.of(facts, line),
            size: |_| 1,
            first: tied.is_some().then_some(&is_pinned as &(dyn Fn(Ordinal) -> bool + Sync)),
        };
        let quotas = vec![most; self.classes.list().len()];
        if totals(&among).records.iter().all(|&records| records <= most) {
            return Ok(());
        }
        let mut picked = pick(&among, &quotas, settings.seed ^ CAP_SALT)?;
        let unlabelled = (0..facts.len())
            .into_par_iter()
            .map(Ordinal)
            .filter(|&line| is_training(line) && !(among.is_in)(line));
        picked.par_extend(unlabelled);
        picked.par_sort_unstable();
        let is_training = |verdict| verdict == Verdict::Kept(Side::Train);
        mark(&mut self.verdicts, &picked, is_training, Verdict::Capped);
        Ok(())
    }
}

/// Gives every record of some that was not picked another verdict.
fn mark(
    verdicts: &mut [Verdict],
    picked: &[Ordinal],
    is_one: impl Fn(Verdict) -> bool + Sync,
    other: Verdict,
) {
    const LINES: usize = 1 << 16;
    verdicts.par_chunks_mut(LINES).enumerate().for_each(|(nth, verdicts)| {
        let first = nth * LINES;
        let from = picked.partition_point(|line| line.index() < first);
        let mut picked = picked[from..].iter().peekable();
        for (index, verdict) in (first..).zip(verdicts) {
            let is_picked = picked.next_if(|line| line.index() == index).is_some();
            if !is_picked && is_one(*verdict) {
                *verdict = other;
            }
        }
    });
}
