//! `--test` beside `--validation`: three sides that share nothing, in every file that knows of sides.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::corpus::{labelled, plain};
use crate::scratch::{Scratch, jsonl};

const SIDES: [&str; 3] = ["train", "validation", "test"];

fn prompts(scratch: &Scratch, side: &str) -> BTreeSet<String> {
    let records = scratch.side("o", side).into_iter().map(|line| serde_json::from_slice::<Value>(&line));
    records.map(|record| record.expect("JSON")["prompt"].to_string().to_lowercase()).collect()
}

#[test]
fn three_sides_are_exact_and_everything_knows_of_them() {
    let mut lines = labelled(&[("yes", 120), ("no", 61), ("maybe", 20)]);
    lines.push("no json".to_owned());
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let built = scratch
        .run("build a.jsonl --out o --validation 0.2 --test 10% --augment 2 --output-format jsonl")
        .exits(0);
    let sizes = SIDES.map(|side| scratch.side("o", side).len());
    let manifest = scratch.manifest("o");
    let counts = &manifest["counts"];
    assert_eq!((sizes[1], sizes[2]), (40, 20));
    assert_eq!(
        (&counts["train"], &counts["validation"], &counts["test"]),
        (&141.into(), &40.into(), &20.into())
    );
    assert_eq!((&built.summary()["test"], &built.summary()["train"]), (&20.into(), &141.into()));
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!(prompts(&scratch, SIDES[a]).is_disjoint(&prompts(&scratch, SIDES[b])));
    }
    // Every class has its share of every side.
    for (label, n) in [("yes", 120), ("no", 61), ("maybe", 20)] {
        for (side, size) in [("validation", 40), ("test", 20)] {
            let of = |line: &Vec<u8>| serde_json::from_slice::<Value>(line).unwrap()["completion"] == label;
            let got = scratch.side("o", side).iter().filter(|line| of(line)).count() as f64;
            assert!((got - f64::from(n) * f64::from(size) / 201.0).abs() < 1.0, "{label} {side}: {got}");
        }
    }
    let rows = scratch.table("o", "records");
    for (side, size) in [("train", 141), ("validation", 40), ("test", 20), ("null", 1)] {
        assert_eq!(rows.iter().filter(|row| row["split"] == side).count(), size, "{side}");
    }
    let row = rows.iter().find(|row| row["split"] == "test").unwrap();
    assert_eq!(row["shard"], "test.jsonl");
    let line: usize = row["shard_line"].parse().unwrap();
    let source: usize = row["line"].parse().unwrap();
    assert_eq!(scratch.lines("o/test.jsonl")[line - 1], lines[source - 1].as_bytes());
    let labels = scratch.table("o", "labels");
    let of_test = labels.iter().filter(|row| row["split"] == "test");
    assert_eq!(of_test.map(|row| row["records"].parse::<u64>().unwrap()).sum::<u64>(), 20);
    let sum = |metric: &str, scope: &str| {
        let rows = scratch.table("o", "summary");
        rows.iter().find(|row| row["metric"] == metric && row["scope"] == scope).unwrap()["value"].clone()
    };
    assert_eq!(sum("records", "test"), "20.0");
    assert_ne!(sum("tokens", "test"), "0.0");
    assert_eq!(
        manifest["tokens"]["test"].as_f64().unwrap().to_string(),
        sum("tokens", "test").trim_end_matches(".0")
    );
    let between = manifest["certificates"]["between"].as_array().unwrap();
    let named: Vec<String> = between.iter().map(|of| of["sides"].to_string()).collect();
    assert_eq!(named, [r#"["train","validation"]"#, r#"["train","test"]"#, r#"["validation","test"]"#]);
    let verified = scratch.run("verify o --leaks --output-format jsonl").exits(0);
    assert_eq!(verified.summary()["certificates"], manifest["certificates"]);
    let text = scratch.run("verify o --leaks").exits(0).stderr;
    assert!(text.contains("  any two of train, validation and test share 0 prompts\n"), "{text}");
    let explained = scratch.run(&format!("explain o a.jsonl:{source}")).stdout;
    assert!(explained.contains("test"), "{explained}");
}

#[test]
fn a_test_side_comes_in_shards_and_without_validation() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(100)));
    scratch.run("build a.jsonl --out o --test 25 --shard-records 10 --skip tokens").exits(0);
    assert_eq!(scratch.side("o", "test").len(), 25);
    assert!(scratch.path("o/test/part-00002.jsonl").exists() && !scratch.path("o/validation").exists());
    scratch.run("verify o").exits(0);
    // Another build over it leaves nothing of it.
    scratch.run("build a.jsonl --out o --overwrite --skip tokens").exits(0);
    assert!(!scratch.path("o/test").exists());
    assert_eq!(scratch.manifest("o")["counts"]["test"], 0);
}

#[test]
fn a_test_side_leaves_validation_as_it_is() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(300)));
    let validation = |flags: &str| {
        scratch
            .run(&format!("build a.jsonl --out o --overwrite --skip tokens --validation 0.1 {flags}"))
            .exits(0);
        prompts(&scratch, "validation")
    };
    assert_eq!(validation(""), validation("--test 0.2"));
}

#[test]
fn more_than_half_is_not_held_out() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(100)));
    let run = |flags: &str| {
        scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens --output-format jsonl {flags}"))
    };
    let refused = run("--validation 0.3 --test 0.3").refuses(2);
    assert!(refused.contains("together they hold out at most half"), "{refused}");
    scratch.write("bedload.toml", "[stages.split]\nvalidation = 0.5\ntest = 0.1\n");
    run("").refuses(2);
    scratch.write("bedload.toml", "[stages.split]\nvalidation = 10\ntest = 0.1\n");
    run("").exits(0);
    assert_eq!([scratch.side("o", "validation").len(), scratch.side("o", "test").len()], [10, 10]);
    for (flags, sizes) in [
        ("--validation 30 --test 40", [30, 20]),
        ("--validation 0.2 --test 40", [20, 30]),
        ("--validation 40 --test 0.2", [30, 20]),
        ("--validation 0 --test 60", [0, 50]),
    ] {
        let built = run(flags).exits(1);
        assert_eq!(built.by_code()["split/too-many-held-out"], 1, "{flags}");
        assert_eq!(
            [scratch.side("o", "validation").len(), scratch.side("o", "test").len()],
            sizes,
            "{flags}"
        );
    }
    assert!(run("--test 1 --skip split").refuses(2).contains("--test cannot be used with --skip split"));
    run("--test half").refuses(2);
}

#[test]
fn a_leak_that_was_put_there_is_named_by_its_sides_and_kinds() {
    let of = |n: usize| format!(r#"{{"prompt":"question {n}","completion":"c{n}","user":"u{}"}}"#, n / 2);
    let scratch = Scratch::with("a.jsonl", jsonl((0..200).map(of)));
    scratch.run("build a.jsonl --out o --skip tokens --validation 0.1 --test 0.1 --group-by /user").exits(0);
    let manifest = scratch.manifest("o");
    assert_eq!(manifest["certificates"]["between"][2]["shared"].to_string(), r#"{"/user":0,"prompt":0}"#);
    // The same data, but for a line of the test side that has a validation record's prompt and user.
    let copy = String::from_utf8(scratch.lines("o/validation.jsonl")[0].clone()).unwrap();
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for side in SIDES {
        let texts = scratch.side("o", side).into_iter().map(|line| String::from_utf8(line).unwrap());
        lines.insert(side, texts.collect());
    }
    lines.get_mut("test").unwrap().push(copy.replace("question", "QUESTION ").replace(":\"c", ":\"other"));
    let tampered = Scratch::with("test.jsonl", jsonl(&lines["test"]));
    tampered.write("val.jsonl", jsonl(&lines["validation"]));
    let checked = tampered
        .run("check test.jsonl --validation-file val.jsonl --skip tokens --output-format jsonl")
        .exits(1);
    assert_eq!(checked.by_code()["split/leaked-prompt"], 1);
}
