//! `verify`: passes on what `build` wrote, and names the file where anything is not as it was written.

use std::fs;
use std::os::unix::fs::symlink;

use crate::corpus::{labelled, record};
use crate::scratch::{Scratch, jsonl};

/// An output with shards, rejected lines and every table.
fn built() -> Scratch {
    let mut lines = labelled(&[("yes", 30), ("no", 20)]);
    lines.extend([record("p", ""), record("is this yes, case 0?", "yes"), "nonsense".to_owned()]);
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let args = "build a.jsonl --out o --skip tokens --validation 0.2 --shard-records 30 --augment 2";
    scratch.run(args).exits(0);
    scratch
}

#[test]
fn an_output_is_as_it_was_written() {
    let scratch = built();
    let tree = scratch.tree("o");
    let names: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "manifest.json",
            "rejected.jsonl",
            "report/duplicates.parquet",
            "report/findings.parquet",
            "report/labels.parquet",
            "report/records.parquet",
            "report/summary.parquet",
            "report/variants.parquet",
            "train/part-00000.jsonl",
            "train/part-00001.jsonl",
            "train/part-00002.jsonl",
            "validation/part-00000.jsonl",
        ]
    );
    scratch.run("verify o").exits(0);
    fs::rename(scratch.path("o"), scratch.path("elsewhere")).unwrap();
    scratch.run("verify elsewhere").exits(0);
}

#[test]
fn one_changed_byte_of_any_file_is_noticed() {
    let scratch = built();
    for (name, bytes) in scratch.tree("o") {
        if name == "manifest.json" {
            continue;
        }
        let len = bytes.len();
        for at in [0, 1, len / 3, len / 2, len - 5, len - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            scratch.write(format!("o/{name}"), changed);
            let outcome = scratch.run("verify o").exits(1);
            assert!(outcome.stdout.contains(&name), "{name}, byte {at}: {}", outcome.stdout);
        }
        scratch.write(format!("o/{name}"), bytes);
    }
    scratch.run("verify o").exits(0);
}

#[test]
fn one_changed_byte_of_the_manifest_is_noticed() {
    let scratch = built();
    let bytes = scratch.read("o/manifest.json");
    let mut unnoticed = Vec::new();
    for at in (0..bytes.len()).step_by(23).chain([bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        scratch.write("o/manifest.json", &changed);
        if scratch.run("verify o").code != 1 {
            let line = bytes[..at].split(|&byte| byte == b'\n').count() - 1;
            unnoticed.push(
                String::from_utf8_lossy(bytes.split(|&byte| byte == b'\n').nth(line).unwrap()).into_owned(),
            );
        }
    }
    assert!(unnoticed.is_empty(), "changes in these lines pass:\n{}", unnoticed.join("\n"));
}

#[test]
fn cut_lengthened_missing_and_added_files_are_named() {
    let scratch = built();
    let names = |outcome: &str, name: &str| assert!(outcome.contains(name), "{name}: {outcome}");
    for (name, bytes) in scratch.tree("o") {
        let path = format!("o/{name}");
        for changed in [&bytes[..bytes.len() - 1], &[], &[&bytes[..], b"\n"].concat()] {
            scratch.write(&path, changed);
            names(&scratch.run("verify o").exits(1).stdout, &name);
        }
        fs::remove_file(scratch.path(&path)).unwrap();
        names(&scratch.run("verify o").exits(1).stdout, &name);
        // A link to the same bytes is not the file that was written.
        scratch.write("kept", &bytes);
        symlink(scratch.path("kept"), scratch.path(&path)).unwrap();
        if name != "manifest.json" {
            names(&scratch.run("verify o").exits(1).stdout, &name);
        }
        fs::remove_file(scratch.path(&path)).unwrap();
        scratch.write(&path, bytes);
    }
    for added in ["o/besides.jsonl", "o/.hidden", "o/train/part-00003.jsonl", "o/report/more/deep.txt"] {
        scratch.write(added, "");
        let name = added.strip_prefix("o/").unwrap();
        names(&scratch.run("verify o").exits(1).stdout, name);
        fs::remove_file(scratch.path(added)).unwrap();
    }
}

#[test]
fn what_is_no_output_is_told_apart() {
    let scratch = Scratch::with("empty/.keep", "");
    scratch.write("file", "");
    assert!(scratch.run("verify empty").exits(1).stdout.contains("manifest.json: missing"));
    assert!(scratch.run("verify file").refuses(2).contains("not a directory"));
    assert!(scratch.run("verify nowhere").refuses(2).contains("nowhere"));
    scratch.write("empty/manifest.json", "{}");
    assert!(scratch.run("verify empty").exits(1).stdout.contains("manifest.json"));
}

#[test]
fn a_manifest_that_names_places_outside_is_refused() {
    let scratch = built();
    let manifest = String::from_utf8(scratch.read("o/manifest.json")).unwrap();
    scratch.write("canary", scratch.read("o/rejected.jsonl"));
    scratch.write("o/manifest.json", manifest.replace("\"rejected.jsonl\"", "\"../canary\""));
    let outcome = scratch.run("verify o").exits(1);
    assert!(outcome.stdout.contains("../canary"), "{}", outcome.stdout);
}
