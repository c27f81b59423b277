//! `--against`: records that are in older or held-out data are removed.

use std::fs;

use serde_json::Value;

use crate::corpus::record;
use crate::scratch::{Scratch, jsonl};

const LONG: &str = "one two three four five six seven eight nine ten eleven twelve";

#[test]
fn what_is_in_other_data_is_removed() {
    let scratch = Scratch::with(
        "new.jsonl",
        jsonl([
            record("only here", "a"),
            record("held out", "b"),
            record("held out", "b"),
            record(&format!("{LONG} thirteen"), "c"),
            record(&format!("{LONG} fourteen"), "c"),
        ]),
    );
    scratch.write("held.jsonl", jsonl([record("not here", "x"), record("held out", "b"), record(LONG, "c")]));
    let build = "build new.jsonl --out o --overwrite --skip tokens --skip balance --against held.jsonl";
    scratch.run(build).exits(0);
    let place = |row: &std::collections::BTreeMap<String, String>| {
        ["line", "survivor_file", "survivor_line", "method"].map(|column| row[column].clone()).join(" ")
    };
    let rows: Vec<String> = scratch.table("o", "duplicates").iter().map(place).collect();
    assert_eq!(rows, ["2 held.jsonl 2 exact", "3 held.jsonl 2 exact"]);
    for (survivor, near) in [("first", "0.6"), ("last", "0.6"), ("longest", "0.6")] {
        scratch.run(&format!("{build} --near {near} --survivor {survivor} --edges 0.5")).exits(0);
        let rows: Vec<String> = scratch.table("o", "duplicates").iter().map(place).collect();
        let expected =
            ["2 held.jsonl 2 exact", "3 held.jsonl 2 exact", "4 held.jsonl 3 near", "5 held.jsonl 3 near"];
        assert_eq!(rows, expected, "{survivor}");
        // Pairs are those of the data alone.
        assert_eq!(scratch.table("o", "edges").len(), 1);
        assert_eq!(scratch.side("o", "train"), [record("only here", "a").into_bytes()]);
    }
    let of = |row: &std::collections::BTreeMap<String, String>| row["duplicate_of_file"].clone();
    let files: Vec<String> = scratch.table("o", "records").iter().map(of).collect();
    assert_eq!(files[1..], ["held.jsonl"; 4]);
    let manifest = scratch.manifest("o");
    assert_eq!(
        (&manifest["against"][0]["name"], &manifest["against"][0]["records"]),
        (&"held.jsonl".into(), &3.into())
    );
    scratch.run("verify o").exits(0);
    let said = scratch.run("explain o new.jsonl:4").exits(0).stdout;
    assert!(said.contains("duplicate of held.jsonl:3 (near; similarity"), "{said}");
}

#[test]
fn an_output_is_other_data_whatever_its_format_was() {
    let chat = |user: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"{user}"}},{{"role":"assistant","content":"yes"}}],"id":7}}"#
        )
    };
    let scratch = Scratch::with("old.jsonl", jsonl((0..40).map(|n| chat(&format!("question {n}")))));
    let to = "--to converse --extra drop --skip tokens";
    scratch.run(&format!("build old.jsonl --out old {to} --validation 0.2 --shard-records 10")).exits(0);
    scratch.write("new.jsonl", jsonl((30..60).map(|n| chat(&format!("question {n}")))));
    for against in ["old", "old.jsonl"] {
        scratch.run(&format!("build new.jsonl --out o --overwrite {to} --against {against}")).exits(0);
        let counts = &scratch.manifest("o")["counts"];
        assert_eq!(
            (&counts["duplicates"], &counts["train"]),
            (&Value::from(10), &Value::from(20)),
            "{against}"
        );
    }
    // As they are, records of another format are never equal, and their texts may be.
    let near = "build new.jsonl --out o --overwrite --skip tokens --against old";
    let hint = "its records are converse, and those of this run claude-messages, so that none are equal; convert them with \
                --to converse, or compare their texts with --near 0.8";
    assert!(scratch.run(near).exits(0).stderr.contains(hint));
    assert!(!scratch.run(&format!("{near} --near 0.8")).exits(0).stderr.contains(hint));
    let gz = format!("build new.jsonl --out o --overwrite {to} --against old.jsonl.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &scratch.read("old.jsonl")).unwrap();
    scratch.write("old.jsonl.gz", encoder.finish().unwrap());
    scratch.run(&gz).exits(0);
    assert_eq!(scratch.manifest("o")["counts"]["duplicates"], 10);
}

#[test]
fn other_data_that_says_nothing_is_refused() {
    let scratch = Scratch::with("new.jsonl", jsonl([record("a", "b")]));
    scratch.write("bad.jsonl", "{]\n");
    scratch.write("half.jsonl", format!("{{]\n{}\n", record("a", "c")));
    let build = "build new.jsonl --out o --skip tokens";
    let said = scratch.run(&format!("{build} --against bad.jsonl")).exits(2).stderr;
    assert!(said.contains("it has no valid record that could be compared"), "{said}");
    scratch.run(&format!("{build} --against missing.jsonl")).exits(3);
    scratch.run(&format!("{build} --against -")).refuses(2);
    scratch.run(&format!("{build} --against half.jsonl --skip dedupe")).refuses(2);
    assert!(fs::metadata(scratch.path("o")).is_err());
    let said = scratch.run(&format!("{build} --against half.jsonl")).exits(0).stderr;
    assert!(said.contains("1 of 2 records is invalid"), "{said}");
}

#[test]
fn no_variant_is_in_other_data() {
    let answer = "The answer to this one is long.";
    let scratch = Scratch::with(
        "new.jsonl",
        jsonl([
            record("what is the name of the river?", answer),
            record("what is the height of the hill?", answer),
        ]),
    );
    scratch.write("held.jsonl", jsonl([record("What is the name of the river?", answer)]));
    let build =
        "build new.jsonl --out o --overwrite --augment 2 --augment-strategy case --against held.jsonl";
    scratch.run(build).exits(0);
    let train: Vec<String> =
        scratch.side("o", "train").into_iter().map(|line| String::from_utf8(line).unwrap()).collect();
    assert_eq!(train.len(), 3, "{train:?}");
    assert!(!train.contains(&record("What is the name of the river?", answer)), "{train:?}");
    // Nor is one that is like it, where these are removed.
    scratch.write("held.jsonl", jsonl([record("please TELL me: what is the height of the hill?", answer)]));
    scratch.write("templates", "Please tell me: {prompt}\nTell me: {prompt}\n");
    let build = "build new.jsonl --out o --overwrite --augment 3 --augment-templates templates";
    scratch.run(&format!("{build} --near 0.95 --against held.jsonl")).exits(0);
    let train = scratch.side("o", "train");
    assert_eq!(train.len(), 5, "{train:?}");
}

#[test]
fn other_files_are_read_by_the_source_that_has_them() {
    let ask = |question: &str, answer: &str| {
        format!(r#"{{"q":{{"text":"{question}"}},"a":"{answer}","thread":7}}"#)
    };
    let scratch =
        Scratch::with("raw/new.jsonl", jsonl([ask("one", "b"), ask("two", "c"), ask("three", "d")]));
    scratch.write("raw/old.jsonl", jsonl([ask("two", "c")]));
    scratch.write("plain.jsonl", jsonl([record("three", "d")]));
    let table = "[[input]]\nname = \"raw\"\npath = \"raw/*.jsonl\"\ngroup-by = \"/thread\"\nid = \"/thread\"\n\
                 map = { \"/prompt\" = \"/q/text\", \"/completion\" = \"/a\" }\n\
                 [stages.convert]\nto = \"prompt-completion\"\nextra = \"drop\"\n";
    scratch.write("bedload.toml", table);
    let build = "build raw/new.jsonl --out o --skip tokens --against raw/old.jsonl --against plain.jsonl";
    scratch.run(build).exits(0);
    assert_eq!(scratch.side("o", "train"), [record("one", "b").into_bytes()]);
    let against = &scratch.manifest("o")["against"];
    assert_eq!((&against[0]["source"], &against[1]["source"]), (&"raw".into(), &Value::Null));
    scratch.run("verify o").exits(0);
}
