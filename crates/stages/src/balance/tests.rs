//! Tests of class detection and of what is said about classes.

use bedload_record::{CodeSet, FactRow, FactTable, Features, Terminator, Tokens};
use expect_test::{Expect, expect};

use rayon::prelude::*;

use super::*;

fn table(labels: &[(&str, usize)]) -> FactTable {
    let mut chunk = FactTable::new(LABELS_MAX);
    for (label, times) in labels {
        for _ in 0..*times {
            let label = if *label == "-" { None } else { chunk.labels.id(*label) };
            chunk.push(&FactRow {
                start: 0,
                terminator: Terminator::Lf,
                accepted: true,
                digest: 0,
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
    facts
}

fn check(labels: &[(&str, usize)], field: Option<&str>, expect: Expect) {
    let config = BalanceConfig { label_field: field.map(str::to_owned), ..BalanceConfig::default() };
    let facts = table(labels);
    let classes = find(&facts, &config);
    let counts = classes.count(&facts, (0..facts.len()).into_par_iter().map(bedload_record::Ordinal));
    let mut shown: Vec<String> = classes
        .list()
        .iter()
        .zip(&counts)
        .map(|(class, n)| format!("{:?} {n} of {} {:?}", class.name, class.records, class.spellings))
        .collect();
    shown.extend(judge(&classes, &counts, &config).iter().map(|f| format!("{}: {}", f.code, f.message)));
    expect.assert_eq(&shown.join("\n"));
}

#[test]
fn spellings_fold_into_one_class_under_the_most_frequent() {
    check(
        &[("Positive", 5), ("positive ", 2), ("POSITIVE", 5), ("negative", 4), ("neg", 4)],
        None,
        expect![[r#"
            "POSITIVE" 12 of 12 [("POSITIVE", 5), ("Positive", 5), ("positive ", 2)]
            "neg" 4 of 4 [("neg", 4)]
            "negative" 4 of 4 [("negative", 4)]
            balance/label-variants: 1 of 3 labels has several spellings"#]],
    );
}

#[test]
fn imbalance_begins_beyond_the_ratio() {
    check(
        &[("a", 9), ("b", 3)],
        None,
        expect![[r#"
        "a" 9 of 9 [("a", 9)]
        "b" 3 of 3 [("b", 3)]"#]],
    );
    check(
        &[("a", 10), ("b", 3)],
        None,
        expect![[r#"
            "a" 10 of 10 [("a", 10)]
            "b" 3 of 3 [("b", 3)]
            balance/imbalanced-labels: the largest of 2 classes has 10 training records, the smallest 3; the ratio exceeds 3"#]],
    );
}

#[test]
fn answers_are_not_classes() {
    check(&[("42", 1), ("17", 1), ("3", 1), ("x", 1)], None, expect![""]);
    check(&[("yes", 50)], None, expect![""]);
    // A tenth of the records must have a label, and a class a thousandth of them.
    check(&[("yes", 50), ("no", 49), ("-", 892)], None, expect![""]);
    check(
        &[("yes", 5000), ("no", 5000), ("once", 1), ("-", 10)],
        None,
        expect![[r#"
        "no" 5000 of 5000 [("no", 5000)]
        "yes" 5000 of 5000 [("yes", 5000)]"#]],
    );
}

#[test]
fn a_named_field_is_believed() {
    check(
        &[("a", 1), ("b", 1)],
        Some("/l"),
        expect![[r#"
        "a" 1 of 1 [("a", 1)]
        "b" 1 of 1 [("b", 1)]"#]],
    );
    let many: Vec<String> = (0..=LABELS_MAX).map(|n| n.to_string()).collect();
    let many: Vec<(&str, usize)> = many.iter().map(|label| (label.as_str(), 1)).collect();
    check(
        &many,
        Some("/l"),
        expect![
            "balance/too-many-labels: the label field has more than 65,536 different values, so it is ignored"
        ],
    );
    check(&many, None, expect![""]);
}

#[test]
fn pointers_are_unescaped() {
    assert_eq!(pointer_steps("/a~1b/m~0n/0"), ["a/b", "m~n", "0"]);
    assert_eq!(pointer_steps("label"), ["label"]);
}
