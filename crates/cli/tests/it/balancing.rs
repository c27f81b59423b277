//! `--balance`: values of fields, sources, lengths and labels counted, in `build` before and after, in `check` by side.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::{labelled, plain, record};
use crate::scratch::{Scratch, jsonl};

/// Records in languages of different size, some without any, and one that is no record.
fn lines() -> Vec<String> {
    let lang = |n: usize| match n % 20 {
        0..=13 => r#","lang":"en""#.to_owned(),
        14..=17 => r#","lang":"de""#.to_owned(),
        18 => format!(r#","lang":{}"#, n > 100),
        _ => String::new(),
    };
    let mut lines: Vec<String> = (0..200)
        .map(|n| format!(r#"{{"prompt":"question {n}","completion":"answer {n}"{}}}"#, lang(n)))
        .collect();
    lines.push(r#"{"prompt":"no completion","lang":"xx"}"#.to_owned());
    lines
}

/// The rows of the table of values: facet, value, stage and side, with the number of records.
fn rows(scratch: &Scratch, out: &str) -> BTreeMap<String, String> {
    let rows = scratch.table(out, "balance");
    let key = |row: &BTreeMap<String, String>| {
        format!("{} {} {} {}", row["facet"], row["value"], row["stage"], row["split"])
    };
    rows.iter().map(|row| (key(row), row["records"].clone())).collect()
}

#[test]
fn build_counts_values_before_and_after() {
    let scratch = Scratch::with("a.jsonl", jsonl(lines()));
    let flags = "--balance /lang --balance source --stratify /lang --validation 0.1 --skip tokens";
    let said = scratch.run(&format!("build a.jsonl --out o {flags}")).exits(0);
    scratch.run("verify o").exits(0);
    let rows = rows(&scratch, "o");
    for (key, n) in [
        ("/lang en before null", "140"),
        ("/lang de before null", "40"),
        ("/lang true before null", "5"),
        ("/lang false before null", "5"),
        ("/lang null before null", "10"),
        ("/lang en after validation", "14"),
        ("/lang de after validation", "4"),
        ("/lang en after train", "126"),
        ("/lang null after null", "10"),
        ("source a.jsonl after null", "200"),
    ] {
        assert_eq!(rows.get(key).map(String::as_str), Some(n), "{key}: {rows:?}");
    }
    assert!(!rows.keys().any(|key| key.contains(" xx ")), "a rejected record has no value");
    assert!(said.stderr.contains("/lang: 4 values, ratio"), "{}", said.stderr);
    let manifest = scratch.manifest("o");
    assert_eq!(manifest["findings"]["balance/uneven-values"], 1);
    assert_eq!(manifest["findings"]["balance/rare-values"], 1);
    let summary = scratch.table("o", "summary");
    let is_entropy = |row: &&BTreeMap<String, String>| {
        row["metric"] == "balance_entropy_bits" && row["scope"] == "/lang train"
    };
    let entropy = summary.iter().find(is_entropy).expect("a row");
    let entropy: f64 = entropy["value"].parse().expect("a number");
    assert!((1.0..1.2).contains(&entropy), "{entropy}");
    scratch.run("build a.jsonl --out p --skip tokens").exits(0);
    assert!(!scratch.path("p/report/balance.parquet").exists(), "nothing was to be counted");
}

#[test]
fn check_counts_the_same() {
    let scratch = Scratch::with("a.jsonl", jsonl(&lines()[..150]));
    scratch.write("v.jsonl", jsonl(&lines()[150..]));
    let flags = "--balance /lang --balance length --balance source --skip tokens --output-format jsonl";
    let mut all = Vec::new();
    for more in ["", "--threads 1 --chunk-bytes 64", "--threads 3 --chunk-bytes 1000"] {
        let said = scratch.run(&format!("check a.jsonl --validation-file v.jsonl {flags} {more}")).exits(1);
        let last = said.stdout.lines().last().expect("a summary").to_owned();
        let summary: Value = serde_json::from_str(&last).expect("JSON");
        all.push(summary["balance"].clone());
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
    let lang = &all[0][0];
    assert_eq!((&lang["facet"], &lang["values"], &lang["without"]), (&"/lang".into(), &4.into(), &10.into()));
    assert_eq!((&lang["train"]["most"], &lang["validation"]["values"]), (&108.into(), &3.into()));
    assert_eq!(all[0][2]["values"], 2);
    let said = scratch.run("check a.jsonl --validation-file v.jsonl --balance /lang --skip tokens").exits(1);
    assert!(said.stderr.contains("/lang: 4 values"), "{}", said.stderr);
    assert!(said.stdout.contains("balance/unvalidated-values"), "{}", said.stdout);
}

#[test]
fn check_finds_labels_where_it_is_asked_to() {
    let scratch = Scratch::with("a.jsonl", jsonl(labelled(&[("yes", 90), ("No", 20), ("no", 5)])));
    let by_code = |flags: &str| {
        let flags = format!("--skip tokens --output-format jsonl {flags}");
        scratch.run(&format!("check a.jsonl {flags}")).exits(0).by_code()
    };
    assert!(by_code("").is_empty());
    for flags in ["--balance label", "--label-field /completion"] {
        let found = by_code(flags);
        assert_eq!(found.get("balance/label-variants"), Some(&1), "{flags}: {found:?}");
        assert_eq!(found.get("balance/imbalanced-labels"), Some(&1), "{flags}");
    }
    let built = scratch.run("build a.jsonl --out o --balance label --skip tokens").exits(0);
    assert!(built.stderr.contains("label: 2 values"), "{}", built.stderr);
    // Once: the table, how to see names, and that they are uneven.
    for (told, of) in [("class 1 ", &built.stderr), ("label names are record text", &built.stderr)] {
        assert_eq!(of.matches(told).count(), 1, "{told}: {of}");
    }
    assert!(built.stdout.contains("balance/imbalanced-labels"), "{}", built.stdout);
    assert!(!built.stdout.contains("balance/uneven-values"), "{}", built.stdout);
    assert_eq!(rows(&scratch, "o")["label No after train"], "25");
}

#[test]
fn a_field_that_is_no_facet_is_said() {
    let ids: Vec<String> =
        (0..70_000).map(|n| format!(r#"{{"prompt":"q{n}","completion":"a{n}","id":{n}}}"#)).collect();
    let scratch = Scratch::with("a.jsonl", jsonl(ids));
    for command in ["check a.jsonl", "build a.jsonl --out o"] {
        let said = scratch.run(&format!("{command} --balance /id --skip tokens")).exits(0);
        assert!(said.stdout.contains("/id has more than 65,536 different values"), "{}", said.stdout);
    }
    let scratch = Scratch::with("a.jsonl", jsonl(plain(5)));
    for (flags, why) in [
        ("--balance lang", "hint: write `/lang`"),
        ("--balance /lang --skip balance", "--balance cannot be used with --skip balance"),
        ("--label-field /x --skip balance", "--label-field cannot be used with --skip balance"),
    ] {
        let said = scratch.run(&format!("check a.jsonl {flags}")).exits(2);
        assert!(said.stderr.contains(why), "{flags}: {}", said.stderr);
    }
    let said = scratch.run("check a.jsonl --balance /nowhere --skip tokens").exits(0);
    assert!(said.stdout.contains("no record has a string, number or boolean at /nowhere"), "{}", said.stdout);
}

#[test]
fn a_field_that_no_record_has_is_neither_even_nor_uneven() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(40)));
    for command in ["check a.jsonl", "build a.jsonl --out o"] {
        let said = scratch.run(&format!("{command} --skip tokens --balance /nowhere")).said();
        assert!(said.contains("  balance     /nowhere: no record has a value\n"), "{said}");
    }
}

/// Nothing that check says names a file that it does not write, or an option that it does not have, but as build's.
#[test]
fn check_advises_only_what_there_is() {
    let scratch = Scratch::with(
        "a.jsonl",
        jsonl(labelled(&[("yes", 90), ("No", 20), ("no", 5)]).into_iter().chain([
            record("the same text that an evaluation asks about", "yes"),
            record("The same text that an evaluation asks about", "no"),
        ])),
    );
    scratch.write("v.jsonl", jsonl(labelled(&[("yes", 40)])));
    scratch.write("e.jsonl", jsonl([record("the same text that an evaluation asks about", "x")]));
    let flags = "--validation-file v.jsonl --balance label --balance length --conflicts --eval-set e.jsonl --eval-ngram 5 --skip tokens";
    let said = scratch.run(&format!("check a.jsonl {flags}")).stdout;
    for code in [
        "balance/imbalanced-labels",
        "balance/label-variants",
        "balance/unvalidated-values",
        "conflicts/labels",
        "contamination/match",
    ] {
        assert!(said.contains(code), "{code}: {said}");
    }
    let own = scratch.run("check --help").stdout;
    let options = |line: &str| -> Vec<String> {
        let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
    };
    for line in said.lines().filter(|line| !line.contains("`bedload ")) {
        assert!(!line.contains("report/"), "{line}");
        assert!(options(line).iter().all(|option| own.contains(option.as_str())), "{line}");
    }
}
