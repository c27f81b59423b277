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
    let template = Template::new(template, pairs()).expect("a template");
    let mut out = b"before".to_vec();
    let changed = template.rewrite(line.as_bytes(), &mut out);
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
    assert_eq!(Template::new("Question:", pairs()).err(), Some(TemplateError::NoHole));
    assert_eq!(Template::new("{prompt}", pairs()).err(), Some(TemplateError::Nothing));
    for template in AugmentConfig::default().templates {
        assert!(Template::new(&template, pairs()).is_ok());
    }
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
                label,
                codes: CodeSet::default(),
                features: Features::default(),
                keys: &[],
                values: &[],
                rank: 0,
                time: 0,
                written: None,
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
