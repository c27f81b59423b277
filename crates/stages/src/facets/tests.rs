//! Tests of facets: which value each record has, and which stratum.

use std::collections::{BTreeMap, HashMap};

use bedload_record::json::Framing;
use bedload_record::{CodeSet, FactRow, FactTable, Features, Interner, Parser, Terminator, Tokens};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::balance::{self, BalanceConfig, LABELS_MAX};

fn facets(names: &[&str]) -> Vec<Facet> {
    names.iter().map(|name| name.parse().expect("a facet")).collect()
}

/// The facts of some records, of which `label` is the label, in two inputs.
fn table(records: &[String], fields: &[Field]) -> FactTable {
    let mut facts = FactTable::new(LABELS_MAX).with_values(fields.len(), VALUES_MAX);
    let half = records.len().div_ceil(2);
    for (name, records) in [("b.jsonl", &records[..half]), ("a.jsonl", &records[half..])] {
        let mut chunk = FactTable::new(LABELS_MAX).with_values(fields.len(), VALUES_MAX);
        let mut start = 0;
        for record in records {
            let mut ids = Vec::new();
            let mut label = None;
            Parser::default().read(record.as_bytes(), Framing::Line, &[], |json, _| {
                let json = json.expect("JSON");
                values(fields, json, &mut chunk.values, &mut ids);
                let written = json.at(&["label".to_owned()]).and_then(Json::scalar);
                label = written.and_then(|label| chunk.labels.id(&*label));
            });
            chunk.push(&FactRow {
                start,
                terminator: Terminator::Lf,
                accepted: true,
                digest: u128::from(start),
                tokens: Tokens { prompt: record.len() as u64, ..Tokens::default() },
                turns: 0,
                label,
                codes: CodeSet::default(),
                features: Features::default(),
                keys: &[],
                values: &ids,
                rank: 0,
                time: 0,
                written: None,
                records: 1,
            });
            start += record.len() as u64 + 1;
        }
        facts.begin_file(name);
        facts.append(chunk, start).expect("own memory");
    }
    facts
}

/// The stratum of each record, and all of them in order.
fn strata(records: &[String], names: &[&str]) -> (Vec<String>, Vec<String>) {
    let facets = facets(names);
    let fields = fields(&facets);
    let facts = table(records, &fields);
    let config = BalanceConfig { label_field: Some("/label".to_owned()), ..BalanceConfig::default() };
    let classes = balance::find(&facts, &config);
    let sources = Sources::new(facts.files().iter().map(|file| &*file.name));
    let run = Run { facts: &facts, classes: &classes, sources: &sources, fields: &fields, is_counted: true };
    let values: Vec<Values<'_>> =
        facets.iter().map(|facet| Values::new(run, facet).expect("few values")).collect();
    let strata = Strata::new(&facts, &values).expect("own memory").expect("few strata");
    let of_lines =
        facts.ordinals().map(|line| strata.names()[strata.of(&facts, &classes, line)].clone()).collect();
    (of_lines, strata.names().to_vec())
}

fn check(names: &[&str], records: &[&str], expected: Expect) {
    let records: Vec<String> = records.iter().map(|&record| record.to_owned()).collect();
    expected.assert_eq(&strata(&records, names).0.join("\n"));
}

#[test]
fn a_stratum_is_the_values_of_all_facets() {
    check(
        &["/lang", "source", "label", "length"],
        &[
            r#"{"lang":"en","label":"yes"}"#,
            r#"{"lang":7,"label":"No"}"#,
            r#"{"lang":"7","label":"no"}"#,
            r#"{"lang":["en"],"label":true}"#,
            r#"{"lang":null}"#,
            r"{}",
        ],
        expect![[r#"
            en, b.jsonl, yes, 17-32
            7, b.jsonl, No, 17-32
            7, b.jsonl, No, 17-32
            (none), a.jsonl, true, 17-32
            (none), a.jsonl, (none), 9-16
            (none), a.jsonl, (none), 2"#]],
    );
}

#[test]
fn a_pointer_goes_into_objects_and_arrays() {
    check(
        &["/meta/0/a~1b"],
        &[r#"{"meta":[{"a/b":true}]}"#, r#"{"meta":[]}"#, r#"{"meta":{"0":{"a/b":1}}}"#],
        expect![[r#"
            true
            (none)
            1"#]],
    );
}

#[test]
fn a_long_value_is_told_from_another_by_its_hash() {
    let long = |end: char| format!(r#"{{"x":"{}{end}"}}"#, "é".repeat(200));
    let (strata, _) = strata(&[long('a'), long('b'), long('a')], &["/x"]);
    assert_eq!(strata[0], strata[2]);
    assert_ne!(strata[0], strata[1]);
    assert!(strata[0].len() <= VALUE_BYTES_MAX && strata[0].starts_with("éé"));
}

#[test]
fn what_is_no_facet_is_said() {
    for wrong in ["", "lang", "/a~2", "~0", "Source"] {
        assert!(wrong.parse::<Facet>().is_err(), "{wrong}");
    }
    for facet in ["label", "source", "length", "/", "/a~0b/0"] {
        assert_eq!(facet.parse::<Facet>().expect("a facet").to_string(), facet);
    }
}

#[test]
fn lengths_come_up_to_powers_of_two() {
    let name = |n: u64| length_name(length(n));
    let names = [0, 1, 2, 3, 4, 5, 8, 9, 1024, 1025, u64::MAX].map(name);
    assert_eq!(names[..10], ["0", "1", "2", "3-4", "3-4", "5-8", "5-8", "9-16", "513-1024", "1025-2048"]);
    assert_eq!(names[10], "9223372036854775809-18446744073709551616");
}

#[test]
fn a_field_with_too_many_values_has_none() {
    let facets = facets(&["/x"]);
    let fields = fields(&facets);
    let mut facts = table(&[r#"{"x":1}"#.to_owned()], &fields);
    facts.values = vec![Interner::new(1)];
    facts.values[0].id("1");
    facts.values[0].id("2");
    let run = Run {
        facts: &facts,
        classes: &balance::Classes::default(),
        sources: &Sources::default(),
        fields: &fields,
        is_counted: true,
    };
    assert_eq!(Values::new(run, &facets[0]).err(), Some(TooMany));
}

proptest! {
    /// Two records are in one stratum if they have the same values, and a stratum has the same name and the same place
    /// among the others whatever the order of records.
    #[test]
    fn strata_are_those_of_a_naive_reading(
        rows in prop::collection::vec((prop::option::of(0u8..4), prop::option::of("[a-c]{1,2}")), 1..60),
        turn in 0usize..60,
    ) {
        let record = |(n, word): &(Option<u8>, Option<String>)| {
            let n = n.map(|n| format!(r#""n":{n}"#));
            let word = word.as_ref().map(|word| format!(r#""w":"{word}""#));
            format!("{{{}}}", n.into_iter().chain(word).collect::<Vec<_>>().join(","))
        };
        let records: Vec<String> = rows.iter().map(record).collect();
        let (found, all) = strata(&records, &["/n", "/w"]);
        let mut naive: HashMap<&(Option<u8>, Option<String>), &String> = HashMap::new();
        let mut names: BTreeMap<&String, &(Option<u8>, Option<String>)> = BTreeMap::new();
        for (row, name) in rows.iter().zip(&found) {
            prop_assert_eq!(*naive.entry(row).or_insert(name), name);
            prop_assert_eq!(*names.entry(name).or_insert(row), row);
        }
        let mut turned = records.clone();
        turned.rotate_left(turn % records.len());
        let mut expected = found;
        expected.rotate_left(turn % records.len());
        prop_assert_eq!(strata(&turned, &["/n", "/w"]), (expected, all));
    }
}

#[test]
fn evenness_is_ratio_and_entropy() {
    let even = Evenness::of([8, 0, 8, 8, 8]);
    assert_eq!((even.values, even.most, even.least, even.entropy.to_string()), (4, 8, 8, "2".to_owned()));
    let uneven = Evenness::of([3, 1]);
    assert_eq!((uneven.ratio().to_string(), uneven.entropy.to_string()), ("3".into(), "0.811278".into()));
    assert_eq!(
        (Evenness::of([5]).entropy.to_string(), Evenness::of([]).ratio().to_string()),
        ("0".into(), "1".into())
    );
}

#[test]
fn what_is_uneven_rare_or_not_validated_is_said() {
    let value = |name: &str, sides: [u64; 3]| ValueCounts {
        name: name.to_owned(),
        before: sides.iter().sum(),
        sides,
    };
    let counts = FacetCounts {
        facet: "/lang".to_owned(),
        values: vec![value("de", [9, 0, 0]), value("en", [90, 10, 0]), value("fr", [0, 1, 0])],
        without: ValueCounts::default(),
    };
    let said = |config: &BalanceConfig| -> String {
        let findings = counts.judge(config).into_iter();
        findings
            .map(|finding| format!("{}: {}", finding.code, finding.message))
            .collect::<Vec<_>>()
            .join("\n")
    };
    expect![[r"
        balance/uneven-values: the most frequent value of /lang has 90 training records, the rarest 9; the ratio exceeds 3
        balance/rare-values: 1 of 2 values of /lang has fewer than 10 training records
        balance/unvalidated-values: 1 of 2 values of /lang has no validation record"]]
    .assert_eq(&said(&BalanceConfig::default()));
    let config = BalanceConfig { ratio_max: 10.0, rare: 0, ..BalanceConfig::default() };
    expect![[r"balance/unvalidated-values: 1 of 2 values of /lang has no validation record"]]
        .assert_eq(&said(&config));
}
