//! `--pin`, `--validation-source` and `--test-source`: records that are on a side before anything is divided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::corpus::{labelled, plain, record};
use crate::scratch::{Scratch, jsonl};

const SIDES: [&str; 3] = ["train", "validation", "test"];

/// The side of every record of an output, by its line.
fn sides(scratch: &Scratch, out: &str) -> BTreeMap<Vec<u8>, &'static str> {
    let of_side = |side: &'static str| scratch.side(out, side).into_iter().map(move |line| (line, side));
    SIDES.into_iter().flat_map(of_side).collect()
}

fn message(findings: &[Value], code: &str) -> String {
    let finding = findings.iter().find(|finding| finding["code"] == code).expect(code);
    finding["message"].as_str().expect("a message").to_owned()
}

#[test]
fn with_more_data_no_old_record_changes_sides() {
    let classes = [("yes", 1200), ("no", 610), ("maybe", 190)];
    let old = labelled(&classes);
    let new: Vec<String> = labelled(&[("yes", 1320), ("no", 671), ("maybe", 209)]);
    let scratch = Scratch::with("a.jsonl", jsonl(&old));
    scratch.write("b.jsonl", jsonl(&new));
    let flags = "--skip tokens --validation 0.1 --test 0.1";
    scratch.run(&format!("build a.jsonl --out old {flags}")).exits(0);
    let moved = |out: &str| {
        let (before, after) = (sides(&scratch, "old"), sides(&scratch, out));
        assert_eq!(after.len(), 2200);
        before.iter().filter(|(line, side)| after[*line] != **side).count()
    };
    scratch.run(&format!("build b.jsonl --out free {flags} --seed 5")).exits(0);
    assert!(moved("free") > 100, "without a pin, another seed moves records");
    let built = scratch
        .run(&format!("build b.jsonl --out o {flags} --seed 5 --pin old --output-format jsonl"))
        .exits(0);
    assert_eq!(moved("o"), 0);
    // New records fill the sides up, and each class keeps its share.
    assert_eq!([scratch.side("o", "validation").len(), scratch.side("o", "test").len()], [220, 220]);
    assert!(!built.by_code().keys().any(|code| code.starts_with("split/")), "{:?}", built.by_code());
    let labels = scratch.table("o", "labels");
    for row in labels.iter().filter(|row| row["split"] == "validation") {
        let read = |row: &BTreeMap<String, String>| row["records"].parse::<f64>().expect("a count");
        let all =
            labels.iter().find(|of| of["label"] == row["label"] && of["stage"] == "before").expect("a label");
        assert!((read(row) - read(all) / 10.0).abs() < 1.0, "{row:?}");
    }
    let pinned = &scratch.manifest("o")["config"]["pinned"][0];
    assert_eq!((&pinned["path"], &pinned["records"]), (&"old/report/records.parquet".into(), &2000.into()));
    // The table itself can be named, and a configuration can do it; the order of records is no matter.
    let mut turned = new.clone();
    turned.reverse();
    scratch.write("c.jsonl", jsonl(&turned));
    scratch.write(
        "d/bedload.toml",
        "[stages.split]\npin = [\"../old/report/records.parquet\"]\nvalidation = 0.1\ntest = 0.1\n",
    );
    scratch.run("build c.jsonl --out p --skip tokens --seed 5 --config d/bedload.toml").exits(0);
    assert_eq!(sides(&scratch, "p"), sides(&scratch, "o"));
    // An output can be pinned and replaced in one.
    scratch.run(&format!("build b.jsonl --out old --overwrite {flags} --pin old")).exits(0);
    assert_eq!(sides(&scratch, "old").len(), 2200);
    scratch.run("verify old").exits(0);
}

#[test]
fn what_is_grouped_with_a_pinned_record_follows_it() {
    let of = |n: usize| format!(r#"{{"prompt":"question {n}","completion":"c{n}","user":"u{n}"}}"#);
    let scratch = Scratch::with("a.jsonl", jsonl((0..100).map(of)));
    let flags = "--skip tokens --group-by /user --validation 0.2";
    scratch.run(&format!("build a.jsonl --out old {flags}")).exits(0);
    // Another answer to each question, first in the file, and so many that the sides would be full without them.
    let again = (0..100).map(|n| of(n).replace(":\"c", ":\"d").replace("question", "Question "));
    scratch.write("b.jsonl", jsonl(again.chain((0..100).map(of))));
    scratch.run(&format!("build b.jsonl --out o {flags} --pin old --seed 9")).exits(0);
    let before = sides(&scratch, "old");
    let after = sides(&scratch, "o");
    assert!(before.iter().all(|(line, side)| after[line] == *side));
    assert_eq!(scratch.side("o", "validation").len(), 40);
    let between = &scratch.manifest("o")["certificates"]["between"][0]["shared"];
    assert_eq!(between.to_string(), r#"{"/user":0,"prompt":0}"#);
}

#[test]
fn a_group_that_is_pinned_to_both_sides_stays_and_is_said() {
    let of =
        |n: usize, user: usize| format!(r#"{{"prompt":"question {n}","completion":"c{n}","user":{user}}}"#);
    let scratch = Scratch::with("a.jsonl", jsonl((0..100).map(|n| of(n, n))));
    scratch.run("build a.jsonl --out old --skip tokens --validation 0.2 --group-by /user").exits(0);
    let side_of = sides(&scratch, "old");
    let on = |side: &str| (0..100).find(|&n| side_of[of(n, n).as_bytes()] == side).expect("a record");
    let (train, validation) = (on("train"), on("validation"));
    // Metadata is no content: the records are the same, but now they are of one user.
    let now = (0..100).map(|n| of(n, if n == train { validation } else { n }));
    scratch.write("b.jsonl", jsonl(now));
    let built = scratch
        .run("build b.jsonl --out o --skip tokens --validation 0.2 --group-by /user --pin old --output-format jsonl")
        .exits(0);
    let said = message(&built.findings(), "split/pinned-apart");
    assert_eq!(
        said,
        format!(
            "1 group of 2 records is pinned to different sides, and its pinned records stay there; the records of it share \
             1 value at /user (2 records): b.jsonl:{} (train) and b.jsonl:{} (validation)",
            train + 1,
            validation + 1
        )
    );
    let between = &scratch.manifest("o")["certificates"]["between"][0]["shared"];
    assert_eq!(between.to_string(), r#"{"/user":1,"prompt":0}"#);
    assert_eq!(message(&built.findings(), "split/leaks"), "train and validation share 1 value at /user");
    assert!(
        scratch
            .run("verify o --leaks")
            .exits(1)
            .stdout
            .contains("train and validation share 1 value at /user")
    );
    let rows = scratch.table("o", "records");
    let mut splits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &rows {
        splits.entry(&row["group"]).or_default().insert(&row["split"]);
    }
    assert_eq!(splits.values().filter(|splits| splits.len() > 1).count(), 1, "the table names it");
}

#[test]
fn pins_that_cannot_be_used_are_refused_or_said() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(60)));
    let run = |flags: &str| {
        scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens --output-format jsonl {flags}"))
    };
    scratch.run("build a.jsonl --out x --skip tokens --validation 0.2").exits(0);
    scratch.run("build a.jsonl --out y --skip tokens --validation 0.2 --seed 4").exits(0);
    let refused = run("--pin gone").refuses(2);
    assert!(refused.contains("--pin gone: there is no such file or directory"), "{refused}");
    assert!(refused.contains("hint: name a directory that `bedload build` wrote"), "{refused}");
    scratch.write("dir/z", "");
    assert!(run("--pin dir").refuses(2).contains("report/records.parquet"));
    assert!(run("--pin a.jsonl").refuses(3).contains("a.jsonl"));
    assert!(run("--pin x --pin y").refuses(2).contains("on several sides"));
    assert!(run("--pin x --skip split").refuses(2).contains("--skip split"));
    run("--pin x --pin x/report/records.parquet").exits(0);
    // A pin alone keeps the sides, and takes no more.
    assert_eq!(sides(&scratch, "o"), sides(&scratch, "x"));
    scratch.write("a.jsonl", jsonl((0..60).map(|n| record(&format!("other {n}"), "c"))));
    let built = run("--pin x --validation 0.2").exits(0);
    assert_eq!(
        message(&built.findings(), "split/unused-pins"),
        "none of the 60 records of x/report/records.parquet is among the records"
    );
}

#[test]
fn a_source_is_a_side_and_takes_what_belongs_with_it() {
    let scratch = Scratch::with("in/a.jsonl", jsonl(plain(60)));
    let benchmark = (50..70).map(|n| record(&format!("PROMPT {n}"), "a benchmark's answer"));
    scratch.write("in/b.jsonl", jsonl(benchmark));
    scratch.write("in/c.jsonl", jsonl((0..10).map(|n| record(&format!("exam {n}"), "answer"))));
    let run = |flags: &str| {
        scratch.run(&format!("build in --out o --overwrite --skip tokens --output-format jsonl {flags}"))
    };
    let built = run("--validation-source b.jsonl --test-source in/c.jsonl").exits(0);
    assert_eq!(SIDES.map(|side| scratch.side("o", side).len()), [50, 30, 10]);
    let said = message(&built.findings(), "split/spans-sources");
    assert!(
        said.starts_with(
            "10 groups have records of a held-out source and others; they are on held-out sides"
        ),
        "{said}"
    );
    assert_eq!(scratch.manifest("o")["certificates"]["shared_keys"], 0);
    // The rest can be divided by size; and a table of the configuration is a source.
    scratch.write("bedload.toml", "[[input]]\npath = \"in/b.jsonl\"\nname = \"benchmark\"\n[stages.split]\nvalidation-source = [\"benchmark\"]\n");
    run("--test 10").exits(0);
    assert_eq!(SIDES.map(|side| scratch.side("o", side).len()), [50, 30, 10]);
    run("--evaluation").exits(0);
    assert_eq!(scratch.lines("o/evaluation.jsonl").len(), 30);
    assert!(
        run("--validation 0.2").refuses(2).contains("--validation cannot be used with --validation-source")
    );
    let refused = run("--validation-source benchmrk").refuses(2);
    assert!(refused.contains("did you mean `benchmark`?"), "{refused}");
    assert!(
        run("--validation-source b.jsonl --test-source benchmark")
            .refuses(2)
            .contains("cannot be on two sides")
    );
}

#[test]
fn a_side_of_which_no_record_is_left_is_not_ready() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(60)));
    scratch.write("empty.jsonl", jsonl((0..3).map(|n| record(&format!("exam {n}"), ""))));
    scratch.write("copies.jsonl", jsonl(plain(2)));
    scratch.write("known.jsonl", jsonl(plain(2)));
    for (flags, side, why) in [
        ("--validation-source empty.jsonl", "validation", "none of --validation-source empty.jsonl is valid"),
        ("--test-source empty.jsonl", "test", "none of --test-source empty.jsonl is valid"),
        (
            "--test-source copies.jsonl --against known.jsonl",
            "test",
            "of 2 valid records in --test-source copies.jsonl, none is kept",
        ),
    ] {
        let build = format!(
            "build a.jsonl empty.jsonl copies.jsonl --out o --overwrite --skip tokens --output-format jsonl {flags}"
        );
        let built = scratch.run(&format!("{build} --fail-on never")).exits(1);
        let said = message(&built.findings(), "dataset/no-records");
        assert_eq!(said, format!("there are no {side} records: {why}"));
        assert_eq!(scratch.manifest("o")["ready"], false, "{flags}");
    }
    // Records that cannot be read at all, and nothing but these.
    let built = scratch.run("build empty.jsonl --out o --overwrite --skip tokens --validation-source empty.jsonl --output-format jsonl");
    assert_eq!(built.exits(1).by_code()["dataset/no-records"], 1);
}

#[test]
fn a_new_record_goes_where_those_are_that_it_shares_a_key_with() {
    let of = |prompt: &str, completion: &str, thread: &str| {
        format!(r#"{{"prompt":"{prompt}","completion":"{completion}","thread":"{thread}"}}"#)
    };
    let old: Vec<String> =
        (0..200).map(|n| of(&format!("question {n}"), &format!("c{n}"), &format!("t{}", n / 5))).collect();
    let scratch = Scratch::with("a.jsonl", jsonl(&old));
    let flags = "--skip tokens --group-by /thread --validation 0.1";
    scratch.run(&format!("build a.jsonl --out old {flags}")).exits(0);
    let before = sides(&scratch, "old");
    let on =
        |side: &str| (0..40).find(|thread| before[old[thread * 5].as_bytes()] == side).expect("a thread");
    let (train, validation) = (on("train"), on("validation"));
    // One record is of a training thread, and asks what a validation record asks. Ten follow up in the training thread, and
    // two in the validation thread; one more belongs with a follow-up alone.
    let linking = of(&format!("question {}", validation * 5), "other", &format!("t{train}"));
    let training = (0..10).map(|n| of(&format!("follow-up {n}"), "c", &format!("t{train}")));
    let held_out = (0..2).map(|n| of(&format!("more {n}"), "c", &format!("t{validation}")));
    let further = of("follow-up 3", "another", "t-new");
    let new: Vec<String> = training.chain([further]).collect();
    let held_out: Vec<String> = held_out.chain([linking]).collect();
    scratch.write("b.jsonl", jsonl(new.iter().chain(&held_out)));
    let build = |inputs: &str, out: &str, more: &str| {
        scratch.run(&format!("build {inputs} --out {out} {flags} --pin old --output-format jsonl {more}"))
    };
    let built = build("a.jsonl b.jsonl", "o", "").exits(0);
    let after = sides(&scratch, "o");
    assert!(before.iter().all(|(line, side)| after[line] == *side));
    let on_side = |lines: &[String], side: &str| lines.iter().all(|line| after[line.as_bytes()] == side);
    assert!(on_side(&new, "train") && on_side(&held_out, "validation"));
    assert_eq!(scratch.side("o", "validation").len(), 23);
    let said = message(&built.findings(), "split/pinned-apart");
    assert!(
        said.starts_with(
            "1 group of 24 records is pinned to different sides, and its pinned records stay there; 14 new records went where \
             records are that share a key with them: 11 to train, 3 to validation; the records of it share 2 prompts (up to 2 \
             records) and 2 values at /thread (up to 16 records): "
        ),
        "{said}"
    );
    // What cannot be helped is the thread of the one record: a warning, or an error if that is wanted.
    let said = message(&built.findings(), "split/leaks");
    assert_eq!(said, "train and validation share 1 value at /thread");
    build("a.jsonl b.jsonl", "p", "--strict").exits(1);
    assert_eq!(scratch.manifest("p")["ready"], false);
    // The order of files and of records, and threads, change nothing.
    let mut turned: Vec<String> = old.iter().chain(&new).chain(&held_out).cloned().collect();
    turned.reverse();
    scratch.write("c.jsonl", jsonl(&turned));
    build("c.jsonl", "q", "--threads 3 --chunk-bytes 256").exits(0);
    assert_eq!(sides(&scratch, "q"), after);
}

#[test]
fn records_that_are_no_longer_there_are_counted() {
    let mut lines = plain(60);
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    scratch.run("build a.jsonl --out old --skip tokens --validation 0.2").exits(0);
    lines.truncate(58);
    lines.push(record("prompt 58", "another completion"));
    scratch.write("a.jsonl", jsonl(&lines));
    let built =
        scratch.run("build a.jsonl --out o --skip tokens --validation 0.2 --pin old --output-format jsonl");
    assert_eq!(
        message(&built.exits(0).findings(), "split/missing-pins"),
        "2 of 60 records of old/report/records.parquet are not among the records, and are not pinned"
    );
}
