//! `[[input]]` tables: sources that differ, and what is told of each.

use std::collections::BTreeMap;

use crate::corpus::record;
use crate::outcome::Outcome;
use crate::scratch::{Scratch, jsonl};

fn records(topic: &str, n: usize) -> Vec<u8> {
    jsonl((0..n).map(|nth| record(&format!("{topic} question {nth}"), &format!("answer {nth} to {topic}"))))
}

/// How many rows of a table have each value in a column.
fn count(rows: &[BTreeMap<String, String>], column: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row[column].clone()).or_default() += 1);
    counts
}

#[track_caller]
fn says(outcome: &Outcome, text: &str) {
    assert!(outcome.stderr.contains(text), "{}", outcome.stderr);
}

fn with_two_sources() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("data/a1.jsonl", records("first", 40));
    scratch.write("data/a2.jsonl", records("second", 10));
    scratch.write("data/b/x.jsonl", records("first", 30));
    scratch.write(
        "conf/bedload.toml",
        "[[input]]\npath = \"../data/a*.jsonl\"\nname = \"tickets\"\nweight = 2\n[[input]]\npath = [\"../data/b\"]\nweight = 0.5\n",
    );
    scratch
}

#[test]
fn inputs_belong_to_the_first_table_whose_path_has_them() {
    let scratch = with_two_sources();
    scratch.write("data/other.jsonl", records("third", 5));
    let outcome = scratch
        .run("build data --config conf/bedload.toml --out OUT --skip tokens --validation 0.1")
        .exits(0);
    let rows = scratch.table("OUT", "records");
    let expected = [("tickets", 50), ("../data/b", 30), ("null", 5)];
    let expected: BTreeMap<String, usize> =
        expected.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    assert_eq!(count(&rows, "source"), expected);
    let manifest = scratch.manifest("OUT");
    let sources: Vec<_> =
        manifest["inputs"].as_array().unwrap().iter().map(|input| &input["source"]).collect();
    assert_eq!(serde_json::json!(sources), serde_json::json!(["tickets", "tickets", "../data/b", null]));
    assert_eq!(
        manifest["config"]["sources"],
        serde_json::json!([{"name": "tickets", "weight": "2"}, {"name": "../data/b", "weight": "0.5"}])
    );
    // What is told of a source is what a reader of the table of records counts.
    let summary = scratch.table("OUT", "summary");
    for (source, scope) in
        [("tickets", "source:tickets"), ("../data/b", "source:../data/b"), ("null", "no source")]
    {
        let own: Vec<_> = rows.iter().filter(|row| row["source"] == source).cloned().collect();
        let of = |metric: &str| {
            let is_it = |row: &&BTreeMap<String, String>| row["metric"] == metric && row["scope"] == scope;
            summary.iter().find(is_it).unwrap()["value"].parse::<f64>().unwrap() as usize
        };
        let with = |column: &str, value: &str| own.iter().filter(|row| row[column] == value).count();
        assert_eq!(of("records_read"), own.len());
        assert_eq!(of("records_duplicate"), with("verdict", "duplicate"));
        assert_eq!(of("records_train"), with("split", "train"));
        assert_eq!(of("records_validation"), with("split", "validation"));
    }
    says(&outcome, "../data/b: 30 read, 0 rejected, 30 duplicate, 0 unselected, 0 kept");
}

#[test]
fn without_inputs_on_the_command_line_those_of_the_tables_are_read() {
    let scratch = with_two_sources();
    let args = "--config conf/bedload.toml --skip tokens";
    scratch.run(&format!("build {args} --out OUT")).exits(0);
    let names: Vec<String> = scratch.table("OUT", "records").iter().map(|row| row["file"].clone()).collect();
    assert_eq!((names.len(), names[0].as_str()), (80, "conf/../data/a1.jsonl"));
    says(&scratch.run(&format!("check {args}")).exits(0), "80");
    scratch.run(&format!("convert {args} --to converse --out c.jsonl")).exits(0);
    assert_eq!(scratch.lines("c.jsonl").len(), 80);
    // An input of two tables is the first one's, and is read once.
    scratch.write(
        "bedload.toml",
        "[[input]]\npath = \"data/a1.jsonl\"\nname = \"one\"\n[[input]]\npath = \"data/**/*.jsonl\"\nname = \"rest\"\n",
    );
    scratch.run("build --skip tokens --out OUT2").exits(0);
    let counts = count(&scratch.table("OUT2", "records"), "source");
    assert_eq!(counts, BTreeMap::from([("one".to_owned(), 40), ("rest".to_owned(), 40)]));
}

#[test]
fn wrong_tables_are_refused_with_a_hint() {
    let scratch = Scratch::with("a.jsonl", records("first", 3));
    for (toml, message) in [
        ("[[input]]\npaht = \"a.jsonl\"\n", "did you mean `path`?"),
        ("[[input]]\nname = \"a\"\n", "missing field `path`"),
        ("[[input]]\npath = \"a.jsonl\"\nweight = 0\n", "`0` is not a weight"),
        ("[[input]]\npath = \"a.jsonl\"\nweight = -1\n", "weight"),
        ("[[input]]\npath = []\n", "the list is empty"),
        ("[[input]]\npath = \"a**\"\n", "`**` must be alone between slashes"),
        ("[[input]]\npath = \"a.jsonl\"\nname = \"\"\n", "a name cannot be empty"),
        (
            "[[input]]\npath = \"a\"\nname = \"x\"\n[[input]]\npath = \"b\"\nname = \"x\"\n",
            "two tables have this name",
        ),
    ] {
        scratch.write("bedload.toml", toml);
        says(&scratch.run("check a.jsonl").exits(2), message);
    }
    scratch.write("bedload.toml", "seed = 1\n");
    let refused = scratch.run("check").exits(2);
    says(&refused, "no input was named");
    says(&refused, "hint: name files, or describe them in [[input]] tables of bedload.toml");
    says(&scratch.run("build --no-config --out OUT").exits(2), "`-` for standard input");
    scratch.write("bedload.toml", "[[input]]\npath = \"gone/*.jsonl\"\n");
    says(&scratch.run("build --out OUT").exits(2), "gone/*.jsonl");
}

#[test]
fn compressed_files_arrays_and_standard_input_belong_to_sources() {
    let scratch = Scratch::with("z/a.jsonl.gz", crate::scratch::gzip(&records("first", 7)));
    scratch.write("z/b.jsonl", r#"[{"prompt":"p","completion":"c"},{"prompt":"q","completion":"d"}]"#);
    scratch.write(
        "bedload.toml",
        "[[input]]\npath = \"-\"\nname = \"piped\"\n[[input]]\npath = \"z/*\"\nname = \"packed\"\n",
    );
    scratch
        .feed("build - z/a.jsonl.gz z/b.jsonl --array --skip tokens --out OUT", &records("second", 4))
        .exits(0);
    let counts = count(&scratch.table("OUT", "records"), "source");
    assert_eq!(counts, BTreeMap::from([("packed".to_owned(), 9), ("piped".to_owned(), 4)]));
    // With no input named, standard input is read where a table says so.
    scratch.feed("build --array --skip tokens --out OUT2", &records("second", 4)).exits(0);
    assert_eq!(count(&scratch.table("OUT2", "records"), "source"), counts);
}
