//! The bytes of an output do not depend on threads, chunk size, or how the input is read.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::{file_of, labelled, mixed};
use crate::scratch::{Scratch, gzip, jsonl, zstd};

type Tree = BTreeMap<String, Vec<u8>>;

/// Builds with the input as it is, or from a pipe, and takes the output away.
fn build(scratch: &Scratch, flags: &str, piped: Option<&[u8]>) -> Tree {
    let outcome = match piped {
        Some(bytes) => scratch.feed(&format!("build - --stdin-name a.jsonl --out o --quiet {flags}"), bytes),
        None => scratch.run(&format!("build a.jsonl --out o --quiet {flags}")),
    };
    assert!(matches!(outcome.code, 0 | 1), "{}", outcome.stderr);
    let tree = scratch.tree("o");
    std::fs::remove_dir_all(scratch.path("o")).unwrap();
    tree
}

#[track_caller]
fn assert_same(left: &Tree, right: &Tree, how: &str) {
    assert!(left.keys().eq(right.keys()), "{how}: other files");
    for (name, bytes) in left {
        assert!(bytes == &right[name], "{how}: {name} differs");
    }
}

fn check(file: &[u8], flags: &str, threads: &[u32]) -> Tree {
    let scratch = Scratch::with("a.jsonl", file);
    let first = build(&scratch, flags, None);
    for threads in threads {
        for chunk in ["64", "1MiB"] {
            let how = format!("{flags} --threads {threads} --chunk-bytes {chunk}");
            assert_same(&first, &build(&scratch, &how, None), &how);
            let unmapped = format!("{how} --no-mmap");
            assert_same(&first, &build(&scratch, &unmapped, None), &unmapped);
            assert_same(&first, &build(&scratch, &how, Some(file)), &format!("{how} from a pipe"));
        }
    }
    first
}

#[test]
fn of_a_mixed_corpus_with_shards_and_variants() {
    let flags = "--skip tokens --validation 0.2 --augment 3 --shard-records 100";
    let tree = check(&file_of(&mixed(1200, 31)), flags, &[1, 2, 7]);
    assert!(tree.contains_key("train/part-00010.jsonl") && tree.contains_key("validation/part-00001.jsonl"));
    assert!(tree.contains_key("report/variants.parquet"));
}

#[test]
fn of_a_selection_with_other_choices() {
    let flags = "--skip tokens --validation 50 --select 400 --survivor last --normalize casefold \
                 --shard-bytes 4KiB --seed 9 --max-record-bytes 150 --group-by record";
    check(&file_of(&mixed(1200, 32)), flags, &[1, 2, 7]);
}

#[test]
fn of_classes_that_are_evened_out() {
    let file = jsonl(labelled(&[("yes", 60), ("no", 25), ("Maybe", 5), ("maybe ", 5)]));
    let tree = check(&file, "--validation 0.1 --augment 4 --augment-mode balance", &[1, 7]);
    assert!(tree["report/variants.parquet"].len() > 100);
}

#[test]
fn compression_shows_only_where_the_manifest_describes_the_input() {
    let file = file_of(&mixed(500, 33));
    let scratch = Scratch::with("a.jsonl", &file);
    let flags = "--skip tokens --validation 0.2 --augment 2";
    let mut plain = build(&scratch, flags, None);
    let without_inputs = |tree: &mut Tree| {
        let mut manifest: Value = serde_json::from_slice(&tree.remove("manifest.json").unwrap()).unwrap();
        let inputs = manifest.as_object_mut().unwrap().remove("inputs").unwrap();
        // The seal is a sum over the rest, inputs included.
        assert!(manifest.as_object_mut().unwrap().remove("seal").is_some());
        (inputs[0]["bytes"].as_u64().unwrap(), inputs[0]["records"].clone(), manifest)
    };
    let (bytes, records, manifest) = without_inputs(&mut plain);
    assert_eq!(bytes, file.len() as u64);
    for packed in [gzip(&file), zstd(&file)] {
        scratch.write("a.jsonl", &packed);
        let mut tree = build(&scratch, flags, None);
        assert_eq!(without_inputs(&mut tree), (packed.len() as u64, records.clone(), manifest.clone()));
        assert_same(&plain, &tree, "compressed");
    }
}

#[test]
fn the_environment_does_not_show() {
    let file = file_of(&mixed(300, 34));
    let scratch = Scratch::with("a.jsonl", &file);
    let flags = ["build", "a.jsonl", "--out", "o", "--quiet", "--skip", "tokens", "--validation", "0.2"];
    let first = build(&scratch, &flags[5..].join(" "), None);
    let mut bare = scratch.command();
    bare.env_clear().args(flags);
    let mut dressed = scratch.command();
    dressed.args(flags).env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Asia/Tokyo").env("HOME", "/nowhere");
    for mut command in [bare, dressed] {
        assert_eq!(command.status().unwrap().code(), Some(0));
        let tree = scratch.tree("o");
        std::fs::remove_dir_all(scratch.path("o")).unwrap();
        assert_same(&first, &tree, "another environment");
    }
}
