//! The plan: what happens to every record, and everything that is to be said of the data set. It reads like the
//! specification: accept → exact duplicates → contamination → conflicts → near-duplicates → groups → select → split by
//! group, stratified → cap classes → augment → pack → judge.
//!
//! It reads facts alone. Variants of training records are made by the scan, which leaves their facts.

pub(crate) mod across;
pub(crate) mod balance;
pub(crate) mod certify;
pub(crate) mod counted;
mod decide;
pub(crate) mod disagreement;
pub(crate) mod evaluation;
pub(crate) mod judge;
pub(crate) mod marks;
pub(crate) mod pack;
pub(crate) mod sources;
pub(crate) mod variants;

use bedload_bedrock::Answers;
use bedload_record::{Counts, FactTable, Finding, Ordinal, PairLengths, Side, Verdict};
use bedload_scan::Inputs;
use bedload_stages::balance::Classes;
use bedload_stages::conflicts::{self, Conflicts};
use bedload_stages::dedupe::Duplicate;
use bedload_stages::facets::FacetCounts;
use bedload_stages::group::Groups;
use bedload_stages::near::{NearConfig, Similar, Threshold};
use bedload_stages::preference;
use bedload_stages::schema::Tally;
use rayon::prelude::*;

use crate::run::error::EngineError;
use crate::run::settings::{Settings, ShardLimits};
use crate::scan::against::Against;
use crate::scan::augment::{Augmenter, Variant};
use crate::scan::facts::Scanned;
use crate::scan::near::SetMaker;
use crate::scan::near_index::Indexing;
use crate::scan::rules::Rules;
use crate::scan::ties::Ties;
use certify::Certificates;
use decide::{Decided, accept_or_remove, decide};
use judge::files::Files;
use judge::{DataSet, Records, SideTotals, judge, judge_rejected};
use marks::Marks;
use pack::{Packed, pack};
use variants::augment;

/// What happens to every record, and what is to be written.
pub(crate) struct Plan {
    /// One verdict per line.
    pub(crate) verdicts: Vec<Verdict>,
    /// The duplicates with their survivors, in order.
    pub(crate) duplicates: Vec<Duplicate>,
    /// What must not part in a split.
    pub(crate) groups: Groups,
    pub(crate) classes: Classes,
    /// The values of the facets that are counted.
    pub(crate) balance: Vec<FacetCounts>,
    /// How long the answers of kept pairs are.
    pub(crate) pairs: Option<PairLengths>,
    /// How many output lines there are of each spelling of each class, by side.
    pub(crate) by_spelling: [Vec<Vec<u64>>; Side::COUNT],
    /// Variants of training records, in the order of these.
    pub(crate) variants: Vec<Variant>,
    pub(crate) packed: Packed,
    pub(crate) counts: Counts,
    /// Everything that is wrong with the data set.
    pub(crate) findings: Vec<Finding>,
    /// The records that some of these are about.
    pub(crate) marks: Marks,
    /// What the sides have in common; none where there is one side.
    pub(crate) certificates: Option<Certificates>,
    /// What was compared, where all pairs that are alike are to be listed.
    pub(crate) similar: Option<Similar>,
    /// The prompts with different answers, where these are looked for.
    pub(crate) conflicts: Option<Conflicts>,
}

/// Decides everything. `before` is what was found before the records were read.
///
/// # Errors
/// Where a record cannot be read again to make a variant of it.
pub(crate) fn plan(
    scanned: &Scanned,
    inputs: &Inputs,
    settings: &Settings,
    augmenter: &Augmenter<'_>,
    (maker, indexing): (&SetMaker<'_>, Option<&mut Indexing<'_>>),
    (against, ties): (&Against, &Ties),
    before: Vec<Finding>,
) -> Result<Plan, EngineError> {
    let Scanned { facts, lines, unmapped } = scanned;
    let rules = augmenter.rules;
    let compare = |verdicts: &[Verdict], config: &NearConfig, with_known: bool, lowest: Threshold| {
        let against = with_known.then_some(against);
        match indexing {
            Some(indexing) => indexing.compare(maker, (verdicts, against), config, lowest),
            None => Ok(Similar::Sets(maker.make(verdicts, config, against)?)),
        }
    };
    let compares = rules.format.is_some_and(|format| format.answers == Answers::Compared);
    let answers = |lines: &[Ordinal]| maker.read_again(lines, conflicts::read);
    let pairs = compares.then_some(|lines: &[Ordinal]| maker.read_again(lines, preference::compared));
    let mut decided = decide(facts, settings, (against, ties), compare, (answers, pairs), maker.watch)?;
    let variants = augment(facts, &mut decided, settings, augmenter, (maker, against))?;
    let Decided {
        verdicts,
        duplicates,
        groups,
        classes,
        findings,
        marks,
        certificates,
        similar,
        conflicts,
        ..
    } = decided;
    let packed = pack(facts, &verdicts, &variants, settings.shards, settings.scan.max_record_bytes);
    let near_duplicates = duplicates.iter().filter(|duplicate| duplicate.similarity.is_some()).count() as u64;
    let counts = Counts { variants: variants.len() as u64, near_duplicates, ..count_verdicts(&verdicts) };
    let balance = balance::balance(facts, (&verdicts, &variants), &classes, settings);
    let by_spelling = count_spellings(facts, &verdicts, &classes, &variants);
    let train: Vec<u64> = by_spelling[0].iter().map(|spellings| spellings.iter().sum()).collect();
    let tally = tally(facts, &verdicts);
    let blank = of_verdict(&verdicts, |verdict| verdict == Verdict::Blank).count() as u64;
    let mut findings = findings;
    findings.extend(sources::judge_empty_sides(facts, ties, counts, settings));
    let findings = judge(DataSet {
        settings,
        rules,
        files: Files { inputs, lines },
        set_aside: &[],
        is_in_place: false,
        before,
        decided: findings,
        records: Some(Records {
            valid: counts.read - counts.rejected - blank,
            held: held(counts, &packed),
            tally: &tally,
            unmapped,
            sample: rules.sample(unmapped, inputs).as_deref(),
            classes: Some((&classes, &train)),
            balance: &balance,
            distinct: None,
            leaks: None,
        }),
    });
    Ok(Plan {
        verdicts,
        duplicates,
        groups,
        classes,
        balance,
        by_spelling,
        variants,
        packed,
        counts,
        findings,
        marks,
        pairs: tally.lengths().pairs(),
        certificates,
        similar,
        conflicts,
    })
}

/// Every accepted record is written, in the order of the inputs; nothing else is decided.
pub(crate) fn plan_as_it_is(
    scanned: &Scanned,
    inputs: &Inputs,
    settings: &Settings,
    rules: &Rules,
    before: Vec<Finding>,
) -> Plan {
    let Scanned { facts, lines, .. } = scanned;
    let verdicts = accept_or_remove(facts, rules.severities);
    let packed = pack(facts, &verdicts, &[], ShardLimits::default(), settings.scan.max_record_bytes);
    let counts = count_verdicts(&verdicts);
    let files = Files { inputs, lines };
    let findings = judge(DataSet {
        settings,
        rules,
        files,
        set_aside: &[],
        is_in_place: false,
        before,
        decided: judge_rejected(counts.rejected, counts.read, settings.max_rejected).into_iter().collect(),
        records: None,
    });
    Plan {
        verdicts,
        duplicates: Vec::new(),
        groups: Groups::default(),
        classes: Classes::default(),
        balance: Vec::new(),
        by_spelling: Default::default(),
        variants: Vec::new(),
        packed,
        counts,
        findings,
        marks: Marks::default(),
        pairs: None,
        certificates: None,
        similar: None,
        conflicts: None,
    }
}

/// What became of the records.
pub(crate) fn count_verdicts(verdicts: &[Verdict]) -> Counts {
    let add = |mut counts: Counts, &verdict: &Verdict| {
        counts.add(verdict);
        counts
    };
    verdicts.par_iter().fold(Counts::default, add).reduce(Counts::default, Counts::plus)
}

/// The lines whose verdict is one of some, in order.
pub(crate) fn of_verdict(
    verdicts: &[Verdict],
    wanted: impl Fn(Verdict) -> bool + Sync + Send,
) -> impl ParallelIterator<Item = Ordinal> {
    let lines = verdicts.par_iter().enumerate().filter(move |(_, verdict)| wanted(**verdict));
    lines.map(|(index, _)| Ordinal(index as u64))
}

/// The features of the records that are kept.
fn tally(facts: &FactTable, verdicts: &[Verdict]) -> Tally {
    let add = |mut tally: Tally, line| {
        tally.add(facts.features(line));
        tally
    };
    let join = |mut a: Tally, b: Tally| {
        a.absorb(&b);
        a
    };
    let kept = of_verdict(verdicts, |verdict| matches!(verdict, Verdict::Kept(_)));
    kept.fold(Tally::default, add).reduce(Tally::default, join)
}

/// How many output lines of each spelling of each class there are on each side.
fn count_spellings(
    facts: &FactTable,
    verdicts: &[Verdict],
    classes: &Classes,
    variants: &[Variant],
) -> [Vec<Vec<u64>>; Side::COUNT] {
    Side::ALL.map(|side| {
        let kept = of_verdict(verdicts, move |verdict| verdict == Verdict::Kept(side));
        let made = variants.par_iter().filter(|_| side == Side::Train).map(|variant| variant.parent);
        classes.count_spellings(facts, kept.chain(made))
    })
}

/// What the target is given: records and bytes of each side.
fn held(counts: Counts, packed: &Packed) -> [SideTotals; Side::COUNT] {
    let bytes = |side| packed.shards.iter().filter(|s| s.side == Some(side)).map(|s| s.bytes).sum();
    let Counts { train, validation, test, variants, .. } = counts;
    [
        SideTotals { records: train + variants, bytes: bytes(Side::Train) },
        SideTotals { records: validation, bytes: bytes(Side::Validation) },
        SideTotals { records: test, bytes: bytes(Side::Test) },
    ]
}
