//! Tests of the plan: small tables against a naive reading of the specification.

use std::collections::{HashMap, HashSet};

use std::sync::Arc;

use bedload_bedrock::{Bound, Catalogue, Citation, Limit, Profile};
use bedload_record::{Code, CodeSet, FactRow, Features, Severities, Terminator, Tokens};
use bedload_scan::ScanOptions;
use bedload_stages::Stages;
use bedload_stages::select::Amount;
use proptest::prelude::*;

use super::*;
use crate::run::settings::{MaxRejected, ShardLimits};

fn no_sets(_: &[Verdict], _: &NearConfig, _: bool, _: Threshold) -> Result<Similar, EngineError> {
    unreachable!("no threshold is set")
}

#[expect(clippy::unnecessary_wraps, reason = "the plan takes what can fail")]
fn no_answers(lines: &[Ordinal]) -> Result<Vec<Option<Answered>>, EngineError> {
    Ok(vec![None; lines.len()])
}

type ReadPairs = fn(&[Ordinal]) -> Result<Vec<Option<Compared>>, EngineError>;

/// No record compares answers.
const NO_PAIRS: Option<ReadPairs> = None;

fn settings(validation: &str) -> Settings {
    let mut stages = Stages::default();
    stages.split.validation = validation.parse().expect("a size");
    Settings {
        tokenizer: None,
        profile: None,
        format: None,
        stages,
        sources: Vec::new(),
        source_paths: Vec::new(),
        id: None,
        seed: 3,
        severities: Severities::default(),
        show_content: false,
        temp_dir: None,
        facts: None,
        from_reports: Vec::new(),
        memory_limit: None,
        scan: ScanOptions::default(),
        repair: None,
        evaluation: false,
        max_rejected: None,
        shards: ShardLimits::default(),
    }
}

/// A row of a test table: content, group, label.
type Row = Option<(u8, u8, &'static str)>;

fn table(rows: &[Row]) -> FactTable {
    let mut chunk = FactTable::new(1000);
    for (n, row) in rows.iter().enumerate() {
        let (content, group, label) = row.unwrap_or_default();
        let label = if label.is_empty() { None } else { chunk.labels.id(label) };
        let mut codes = CodeSet::default();
        if row.is_none() {
            codes.insert(Code::JsonSyntax);
        }
        chunk.push(&FactRow {
            start: n as u64 * 10,
            terminator: Terminator::Lf,
            accepted: row.is_some(),
            digest: u128::from(content),
            tokens: Tokens { prompt: 1, completion: 1, ..Tokens::default() },
            turns: 0,
            label,
            codes,
            features: Features::default(),
            keys: &[u64::from(group) + 1],
            values: &[],
            rank: 0,
            time: 0,
            written: None,
            records: 1,
        });
    }
    let mut facts = FactTable::new(1000);
    facts.begin_file("a.jsonl");
    facts.append(chunk, rows.len() as u64 * 10).expect("own memory");
    facts
}

fn codes(plan: &Decided) -> Vec<Code> {
    plan.findings.iter().map(|finding| finding.code).collect()
}

proptest! {
    /// Every line has the verdict that a reader of the specification would give it, and counts add up.
    #[test]
    fn verdicts_are_those_of_the_specification(
        rows in prop::collection::vec(prop::option::weighted(0.9, (0u8..40, prop::sample::select(vec!["a", "b", ""]))), 0..120),
        share in 0u64..=5,
        select in prop::option::of(1u64..50),
    ) {
        let rows: Vec<Row> = rows.iter().map(|row| row.map(|(content, label)| (content, content / 3, label))).collect();
        let facts = table(&rows);
        let mut settings = settings(&format!("0.{share}"));
        settings.stages.split.select = select.map(Amount::Records);
        let plan = decide(&facts, &settings, (&Against::default(), &Ties::default()), no_sets, (no_answers, NO_PAIRS), &Watch::default()).expect("own memory");
        let mut seen = HashSet::new();
        let mut sides: HashMap<u8, Side> = HashMap::new();
        let mut kept = 0;
        for (row, verdict) in rows.iter().zip(&plan.verdicts) {
            match row {
                None => prop_assert_eq!(*verdict, Verdict::Rejected),
                Some((content, ..)) if !seen.insert(*content) => prop_assert_eq!(*verdict, Verdict::Duplicate),
                Some((_, group, _)) => match verdict {
                    Verdict::Kept(side) => {
                        kept += 1;
                        prop_assert_eq!(*sides.entry(*group).or_insert(*side), *side, "a group parted");
                    }
                    verdict => prop_assert!(*verdict == Verdict::Unselected && select.is_some()),
                },
            }
        }
        prop_assert!(count_verdicts(&plan.verdicts).add_up());
        prop_assert_eq!(kept, select.map_or(seen.len() as u64, |n| n.min(seen.len() as u64)));
        let wanted = (kept * share * 2 + 10) / 20;
        prop_assert!(count_verdicts(&plan.verdicts).validation <= wanted);
        prop_assert_eq!(count_verdicts(&plan.verdicts).validation < wanted, codes(&plan).contains(&Code::SplitInexact));
        for duplicate in &plan.duplicates {
            prop_assert_eq!(rows[duplicate.dropped.index()].map(|r| r.0), rows[duplicate.survivor.index()].map(|r| r.0));
            prop_assert!(duplicate.survivor < duplicate.dropped);
        }
    }
}

#[test]
fn skipped_stages_decide_nothing() {
    let facts = table(&[Some((1, 1, "")), Some((1, 1, "")), Some((2, 2, "")), None]);
    let mut settings = settings("0.5");
    settings.stages.skip("dedupe");
    settings.stages.skip("split");
    let plan = decide(
        &facts,
        &settings,
        (&Against::default(), &Ties::default()),
        no_sets,
        (no_answers, NO_PAIRS),
        &Watch::default(),
    )
    .expect("own memory");
    assert_eq!(
        (
            count_verdicts(&plan.verdicts).train,
            count_verdicts(&plan.verdicts).duplicates,
            count_verdicts(&plan.verdicts).validation
        ),
        (3, 0, 0)
    );
}

fn profile(validation_max: u64) -> Arc<Profile> {
    let mut profile = Profile::clone(&Catalogue::built_in().get("generic-sft").expect("a profile"));
    let source = Citation { place: "a test".to_owned(), date: "2026-11".to_owned() };
    let max = Limit { value: validation_max, source, against: None, note: None };
    profile.limits.insert(Bound::ValidationRecordsMax, max);
    Arc::new(profile)
}

#[test]
fn the_target_bounds_the_validation_set() {
    let rows: Vec<Row> = (0..100).map(|n| Some((n, n, ""))).collect();
    let facts = table(&rows);
    let check = |validation: &str, max: Option<u64>, expected: u64, finding: bool| {
        let settings = Settings { profile: max.map(profile), ..settings(validation) };
        let plan = decide(
            &facts,
            &settings,
            (&Against::default(), &Ties::default()),
            no_sets,
            (no_answers, NO_PAIRS),
            &Watch::default(),
        )
        .expect("own memory");
        assert_eq!(count_verdicts(&plan.verdicts).validation, expected, "{validation} {max:?}");
        assert_eq!(codes(&plan).contains(&Code::SplitTooManyValidation), finding, "{validation} {max:?}");
    };
    check("0.2", Some(20), 20, false);
    // A share is fitted to what the target takes; a count that it does not take is said.
    check("0.2", Some(19), 19, false);
    check("20", Some(20), 20, false);
    check("20", Some(19), 19, true);
    check("0.2", Some(0), 0, true);
    check("50", None, 50, false);
    check("51", None, 50, true);
    check("0", None, 0, false);
}

#[test]
fn too_many_rejected_is_said() {
    let facts = table(&[Some((1, 1, "")), None, None]);
    let plan_with = |limit| {
        decide(
            &facts,
            &Settings { max_rejected: Some(limit), ..settings("0") },
            (&Against::default(), &Ties::default()),
            no_sets,
            (no_answers, NO_PAIRS),
            &Watch::default(),
        )
        .expect("own memory")
    };
    assert!(!codes(&plan_with(MaxRejected::Count(2))).contains(&Code::DatasetTooManyRejected));
    assert!(codes(&plan_with(MaxRejected::Count(1))).contains(&Code::DatasetTooManyRejected));
}

#[test]
fn a_class_without_a_validation_record_is_said() {
    let mut rows: Vec<Row> = (0..60).map(|n| Some((n, n, "common"))).collect();
    rows.push(Some((60, 60, "rare")));
    let plan = decide(
        &table(&rows),
        &settings("0.1"),
        (&Against::default(), &Ties::default()),
        no_sets,
        (no_answers, NO_PAIRS),
        &Watch::default(),
    )
    .expect("own memory");
    assert_eq!(count_verdicts(&plan.verdicts).validation, 6);
    assert_eq!(codes(&plan), [Code::SplitMissingClass]);
}
