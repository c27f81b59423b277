//! Tests of templates and of how variants are dealt out.

use bedload_record::{CodeSet, FactRow, Features, Parser, Terminator, Tokens};
use expect_test::{Expect, expect};

use bedload_bedrock::Format;

use super::*;
use crate::balance::{self, BalanceConfig};
use crate::{Rewrite, balance::LABELS_MAX};
use bedload_record::{FactTable, Ordinal};

fn pairs() -> &'static Format {
    Format::from_name("prompt-completion").expect("a format")
}

fn check(template: &str, line: &str, expect: Expect) {
    let config = AugmentConfig { templates: vec![template.to_owned()], ..AugmentConfig::default() };
    let variations = variations(&config, pairs()).expect("a template");
    assert_eq!(variations[0].name(), template);
    let mut out = b"before".to_vec();
    let changed = variations[0].rewrite(line.as_bytes(), &mut out);
    assert_eq!(changed, out.len() > 6);
    let out = String::from_utf8(out.split_off(6)).expect("UTF-8");
    if changed {
        Parser::default().parse(out.as_bytes(), |parsed| assert!(parsed.is_ok(), "valid JSON"));
    }
    expect.assert_eq(&out);
}

#[test]
fn a_variant_is_a_splice() {
    let line = r#"{ "prompt" : "caf\u00e9 \"x\"\/", "n":1.10, "completion":"c" }"#;
    check(
        "Q: {prompt}",
        line,
        expect![[r#"{ "prompt" : "Q: caf\u00e9 \"x\"\/", "n":1.10, "completion":"c" }"#]],
    );
    check(
        "\"{prompt}\"\n{prompt}\t\\",
        line,
        expect![[
            r#"{ "prompt" : "\"caf\u00e9 \"x\"\/\"\ncaf\u00e9 \"x\"\/\t\\", "n":1.10, "completion":"c" }"#
        ]],
    );
    check("Q: {prompt}", r#"{"completion":"c"}"#, expect![""]);
    check("Q: {prompt}", r#"{"prompt":7}"#, expect![""]);
}

#[test]
fn a_template_has_a_hole_and_something_around_it() {
    let said = |config: AugmentConfig| variations(&config, pairs()).err().map(|error| error.to_string());
    let of = |templates: &[&str]| AugmentConfig {
        templates: templates.iter().map(|&text| text.to_owned()).collect(),
        ..AugmentConfig::default()
    };
    assert_eq!(said(AugmentConfig::default()), None);
    assert_eq!(
        said(of(&["Q: {prompt}", "Question:"])).as_deref(),
        Some("template 2 of [stages.augment] has no {prompt}")
    );
    assert_eq!(
        said(of(&["{prompt}"])).as_deref(),
        Some("template 1 of [stages.augment] has no text besides {prompt}")
    );
    assert_eq!(
        said(of(&["a{prompt}", "a{prompt}"])).as_deref(),
        Some("[stages.augment] has `a{prompt}` twice")
    );
    assert_eq!(said(of(&[])).as_deref(), Some("[stages.augment] has no strategies"));
    let empty = AugmentConfig {
        strategies: vec![Strategy::Prefix],
        prefixes: vec![String::new()],
        ..AugmentConfig::default()
    };
    assert_eq!(said(empty).as_deref(), Some("[stages.augment] has an empty prefix or suffix"));
}

#[test]
fn the_order_is_a_permutation_that_depends_on_seed_and_content() {
    let mut sorted = order(7, 1, 99);
    sorted.sort_unstable();
    assert_eq!(sorted, (0..7).collect::<Vec<_>>());
    assert_eq!(order(7, 1, 99), order(7, 1, 99));
    assert!((0..20).any(|seed| order(7, seed, 99) != order(7, 1, 99)));
    assert!((0..20).any(|digest| order(7, 1, digest) != order(7, 1, 99)));
}

#[test]
fn balance_fills_each_class_up_to_the_largest_or_as_far_as_it_goes() {
    let mut chunk = FactTable::new(LABELS_MAX);
    for (label, times) in [("a", 20u32), ("b", 8), ("c", 3)] {
        for n in 0..times {
            let label = chunk.labels.id(label);
            chunk.push(&FactRow {
                start: 0,
                terminator: Terminator::Lf,
                accepted: true,
                digest: u128::from(n) << 8 | u128::from(label.unwrap_or(9)),
                tokens: Tokens::default(),
                turns: 0,
                label,
                codes: CodeSet::default(),
                features: Features::default(),
                keys: &[],
                values: &[],
                rank: 0,
                time: 0,
                written: None,
                records: 1,
            });
        }
    }
    let mut facts = FactTable::new(LABELS_MAX);
    facts.begin_file("a");
    facts.append(chunk, 0).expect("own memory");
    let classes = balance::find(&facts, &BalanceConfig::default());
    let train: Vec<Ordinal> = facts.ordinals().collect();
    let config = AugmentConfig { copies: 4, mode: Mode::Balance, ..AugmentConfig::default() };
    let shares = shares(&facts, &classes, &train, &config, 7);
    let sum = |class: usize| -> u32 {
        train
            .iter()
            .zip(&shares)
            .filter(|(line, _)| classes.of(&facts, **line) == Some(class))
            .map(|(_, n)| n)
            .sum()
    };
    assert_eq!([sum(0), sum(1), sum(2)], [0, 12, 9]);
    assert!(shares.iter().all(|&n| n <= 3));
    assert_eq!(
        super::shares(&facts, &classes, &train, &AugmentConfig { copies: 3, ..AugmentConfig::default() }, 7),
        [2; 31]
    );
}

#[test]
fn every_strategy_has_its_variations() {
    let strategies =
        vec![Strategy::Template, Strategy::Prefix, Strategy::Suffix, Strategy::Case, Strategy::Punctuation];
    let config = AugmentConfig { strategies, ..AugmentConfig::default() };
    let variations = variations(&config, pairs()).expect("variations");
    assert_eq!(variations.len(), config.n_variations() as usize);
    let line = r#"{"prompt":"Summarize the report.","completion":"Done."}"#;
    let made: Vec<String> = variations[config.templates.len()..]
        .iter()
        .filter_map(|variation| {
            let mut out = Vec::new();
            let changed = variation.rewrite(line.as_bytes(), &mut out);
            let text = String::from_utf8(out).expect("UTF-8");
            changed.then(|| format!("{}: {text}", variation.name()))
        })
        .collect();
    expect![[r#"
        prefix: Please : {"prompt":"Please summarize the report.","completion":"Done."}
        prefix: Could you : {"prompt":"Could you summarize the report.","completion":"Done."}
        prefix: I need you to : {"prompt":"I need you to summarize the report.","completion":"Done."}
        suffix:  Thank you.: {"prompt":"Summarize the report. Thank you.","completion":"Done."}
        suffix:  Thanks.: {"prompt":"Summarize the report. Thanks.","completion":"Done."}
        case: first letter: {"prompt":"summarize the report.","completion":"Done."}
        case: lower: {"prompt":"summarize the report.","completion":"Done."}
        punctuation: no mark at the end: {"prompt":"Summarize the report","completion":"Done."}"#]]
    .assert_eq(&made.join("\n"));
}

#[test]
fn classes_are_filled_up_to_a_number() {
    let config = AugmentConfig { to: Some(10), ..AugmentConfig::default() };
    assert_eq!(config.variants_max(), 7);
    assert_eq!(variants_of_classes(&[20, 8, 1, 5], &config), [0, 2, 7, 0]);
    let off = AugmentConfig { to: Some(10), enabled: false, ..AugmentConfig::default() };
    assert_eq!(variants_of_classes(&[20, 8, 1, 5], &off), [0; 4]);
}

#[test]
fn what_is_too_much_is_taken_from_those_that_have_most() {
    let facts = crate::buckets::table((0..6).map(|n| n * 77));
    let train: Vec<Ordinal> = facts.ordinals().collect();
    for most in 0..20u64 {
        let mut shares = [3, 0, 3, 1, 3, 3];
        limit(&mut shares, &facts, &train, most, 5);
        assert_eq!(shares.iter().map(|&share| u64::from(share)).sum::<u64>(), most.min(13), "{most}");
        let (least, largest) = (shares[0].min(shares[2]).min(shares[4]).min(shares[5]), shares.iter().max());
        assert!(largest.is_some_and(|&largest| largest <= least + 1), "{shares:?}");
    }
}
