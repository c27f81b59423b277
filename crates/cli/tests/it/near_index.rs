//! `--index`: a run that knows what earlier runs compared gives what any other run gives.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::{Random, record};
use crate::near::texts;
use crate::scratch::{Scratch, jsonl};

const BUILD: &str = "build in.jsonl --overwrite --skip tokens --skip balance";

/// What a run wrote, but the name of the index and what depends on it.
fn output(scratch: &Scratch, out: &str) -> (BTreeMap<String, Vec<u8>>, Value) {
    let mut files = scratch.tree(out);
    files.remove("manifest.json");
    // It shows the configuration.
    files.remove("report/index.html");
    let mut manifest = scratch.manifest(out);
    manifest.as_object_mut().unwrap().remove("seal");
    manifest["files"].as_array_mut().unwrap().retain(|file| file["path"] != "report/index.html");
    manifest["config"]["stages"]["near"].as_object_mut().unwrap().remove("index");
    (files, manifest)
}

/// Builds with the index, and what it says of it; the output is that of a build without it.
fn same_as_without(scratch: &Scratch, flags: &str, context: &str) -> String {
    let with = scratch.run(&format!("{BUILD} --out with {flags} --index near.index")).exits(0);
    scratch.run(&format!("{BUILD} --out without {flags}")).exits(0);
    assert!(output(scratch, "with") == output(scratch, "without"), "{flags}: {context}");
    let said = with.stderr.lines().find_map(|line| line.strip_prefix("bedload: near.index: "));
    said.unwrap_or_default().to_owned()
}

fn lines(texts: &[[String; 2]]) -> Vec<String> {
    let line = |(nth, [prompt, completion]): (usize, &[String; 2])| {
        let score = nth * 7919 % 101;
        format!(r#"{{"prompt":"{prompt}","completion":"{completion}","score":{score}}}"#)
    };
    texts.iter().enumerate().map(line).collect()
}

#[test]
fn an_index_changes_nothing_in_the_output() {
    let scratch = Scratch::with("old.jsonl", jsonl([record("not there", "x")]));
    let all = lines(&texts(400));
    scratch.write("old.jsonl", jsonl(&all[390..]));
    for flags in [
        "--near 0.8 --validation 0.2 --edges 0.5",
        "--near 0.6 --survivor last",
        "--near 0.7 --survivor longest --validation 0.2 --test 0.1 --against old.jsonl",
        "--near 0.7 --survivor highest:/score --shingle char:9 --edges 0.9",
        "--near 0.9 --survivor lowest:/score --near-fields prompt --to converse --extra drop --threads 3",
        "--group-near 0.5 --validation 0.2 --augment 2",
        "--near 0.8 --facts facts.parquet",
    ] {
        let mut some = all[..300].to_vec();
        scratch.write("in.jsonl", jsonl(&some));
        assert_eq!(same_as_without(&scratch, flags, "anew"), "");
        let first = scratch.read("near.index");
        let said = same_as_without(&scratch, flags, "again");
        assert!(said.starts_with("0 of ") && scratch.read("near.index") == first, "{said}");
        // Some go, some come, and those that stay are in another order.
        some.drain(40..90);
        some.extend_from_slice(&all[300..350]);
        Random(5).shuffle(&mut some);
        scratch.write("in.jsonl", jsonl(&some));
        let said = same_as_without(&scratch, flags, "with others");
        let new: usize = said.split(' ').next().unwrap().parse().unwrap();
        // Of equal records another one may be kept now.
        assert!((30..=80).contains(&new), "{said}");
        assert_ne!(scratch.read("near.index"), first);
        // Those that went come back.
        some.extend_from_slice(&all[40..90]);
        scratch.write("in.jsonl", jsonl(&some));
        same_as_without(&scratch, flags, "with those that went");
        same_as_without(&scratch, &format!("{flags} --memory-limit 300MB"), "with little memory");
        std::fs::remove_file(scratch.path("near.index")).unwrap();
    }
}

#[test]
fn an_index_that_does_not_fit_is_made_anew_with_a_note() {
    let all = lines(&texts(200));
    let scratch = Scratch::with("in.jsonl", jsonl(&all));
    same_as_without(&scratch, "--near 0.8", "first");
    let whole = scratch.read("near.index");
    let changed = "its bytes were changed after it was written; all records were compared anew";
    for end in [16, 40, 100, whole.len() / 2, whole.len() - 1] {
        scratch.write("near.index", &whole[..end]);
        assert_eq!(same_as_without(&scratch, "--near 0.8", "cut"), changed, "{end}");
        assert!(scratch.read("near.index") == whole);
    }
    let mut other = whole.clone();
    other[whole.len() / 3] ^= 1;
    scratch.write("near.index", &other);
    assert_eq!(same_as_without(&scratch, "--near 0.8", "one bit"), changed);
    for (flags, why) in [
        ("--near 0.8 --shingle word:3", "it was made with shingle word:5, not word:3"),
        ("--near 0.8 --near-fields prompt", "it was made with fields all, not prompt"),
        ("--near 0.8 --edges 0.6", "it has pairs from 0.8 on, and 0.6 is compared"),
    ] {
        scratch.write("near.index", &whole);
        let said = same_as_without(&scratch, flags, "other settings");
        assert_eq!(said, format!("{why}; all records were compared anew"));
        assert!(same_as_without(&scratch, flags, "its own settings").starts_with("0 of "));
    }
    // A higher threshold needs no other index.
    scratch.write("near.index", &whole);
    assert!(same_as_without(&scratch, "--near 0.95", "higher").starts_with("0 of "));
    scratch.write("in.jsonl", jsonl(&all[..20]));
    same_as_without(&scratch, "--near 0.8", "few");
    scratch.write("in.jsonl", jsonl(&all));
    let said = same_as_without(&scratch, "--near 0.8", "many more");
    assert_eq!(said, "at least half of the records are newer than it; all records were compared anew");
}

#[test]
fn families_with_too_many_pairs_are_built_without_an_index() {
    let words: Vec<String> = (0..60).map(|n| format!("word{n}")).collect();
    let copies = (0..600).map(|n| record(&words.join(" "), &format!("answer {n}")));
    let scratch = Scratch::with("in.jsonl", jsonl(copies));
    let said = same_as_without(&scratch, "--near 0.8 --validation 0.2", "dense");
    assert_eq!(
        said,
        "more than 84,736 pairs of records have a similarity of at least 0.7, too many for an index; none was written"
    );
    assert!(!scratch.names().contains(&"near.index".to_owned()));
    assert_eq!(scratch.table("with", "duplicates").len(), 599);
    // The same where such a family comes later: the index stays what it was.
    let others = |n: u32| record(&format!("a text of its own {n} {}", n * 7), "answer");
    let mut all: Vec<String> = (0..700).map(others).collect();
    scratch.write("in.jsonl", jsonl(&all));
    assert_eq!(same_as_without(&scratch, "--near 0.95", "before"), "");
    let before = scratch.read("near.index");
    all.extend((0..600).map(|n| record(&words.join(" "), &format!("answer {n}"))));
    scratch.write("in.jsonl", jsonl(&all));
    assert_eq!(
        same_as_without(&scratch, "--near 0.95", "a family"),
        "there are too many similar pairs with new records; all records were compared anew"
    );
    assert!(scratch.read("near.index") == before);
}

#[test]
fn what_is_no_index_is_left_alone() {
    let scratch = Scratch::with("in.jsonl", jsonl(lines(&texts(30))));
    scratch.write("notes.txt", "mine");
    scratch.write("empty", "");
    std::fs::create_dir(scratch.path("dir")).unwrap();
    let build = format!("{BUILD} --out o --near 0.8");
    for name in ["notes.txt", "empty", "in.jsonl", "dir", "o/near.index", "no/such/dir/near.index"] {
        scratch.run(&format!("{build} --index {name}")).refuses(2);
    }
    assert_eq!(scratch.read("notes.txt"), b"mine");
    for wrong in ["--near-engine lsh", "--skip dedupe", "--skip near"] {
        scratch.run(&format!("{build} --index near.index {wrong}")).refuses(2);
    }
    scratch.run(&format!("{BUILD} --out o --index near.index")).refuses(2);
    let run = scratch.run(&format!("{BUILD} --out o --group-near 0.8 --index near.index")).exits(0);
    assert!(run.stderr.contains("near.index: no records were compared"), "{}", run.stderr);
    assert!(!scratch.names().contains(&"near.index".to_owned()));
}

#[test]
fn the_configuration_names_an_index() {
    let scratch = Scratch::with("data/in.jsonl", jsonl(lines(&texts(30))));
    scratch.write("bedload.toml", "[stages.near]\nthreshold = 0.8\nindex = \"near.index\"\n");
    let mut command = scratch.command();
    command.current_dir(scratch.path("data")).args(["build", "in.jsonl", "--out", "o", "--skip", "tokens"]);
    assert!(command.output().unwrap().status.success());
    assert!(scratch.names().contains(&"near.index".to_owned()));
    scratch
        .write("bedload.toml", "[stages.near]\nthreshold = 0.8\nindex = \"near.index\"\nengine = \"lsh\"\n");
    scratch.run("build data/in.jsonl --out o --skip tokens").refuses(2);
}
