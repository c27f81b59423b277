//! The output directory: whole or not at all, and nothing of anybody else's is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Child, Stdio};

use crate::corpus::{plain, record};
use crate::outcome::end_of;
use crate::scratch::{Scratch, gzip, jsonl};

fn scratch() -> Scratch {
    Scratch::with("a.jsonl", jsonl(plain(20)))
}

const BUILD: &str = "build a.jsonl --skip tokens";

#[test]
fn an_output_that_exists_is_replaced_only_when_asked() {
    let scratch = scratch();
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    let first = scratch.tree("o");
    let said = scratch.run(&format!("{BUILD} --out o --seed 5")).refuses(2);
    assert!(said.contains("not empty") && said.contains("--overwrite"), "{said}");
    assert!(scratch.tree("o") == first, "the earlier output is untouched");
    scratch.run(&format!("{BUILD} --out o --seed 5 --validation 4 --overwrite")).exits(0);
    scratch.run("verify o").exits(0);
    assert_eq!(scratch.manifest("o")["seed"], 5);
    assert_eq!(scratch.names(), ["a.jsonl", "o"], "and nothing is left of it");
    scratch.run(&format!("{BUILD} --out p --overwrite")).exits(0);
    fs::create_dir(scratch.path("q")).unwrap();
    scratch.run(&format!("{BUILD} --out q")).exits(0);
    scratch.run(&format!("{BUILD} --out new/and/deep/")).exits(0);
    scratch.run("verify new/and/deep").exits(0);
}

#[test]
fn what_is_no_output_is_never_replaced() {
    let scratch = scratch();
    scratch.write("mine/thesis.txt", "years");
    scratch.write("file", "bytes");
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    symlink(scratch.path("o"), scratch.path("link")).unwrap();
    symlink(scratch.path("nowhere"), scratch.path("dead")).unwrap();
    let before = scratch.names();
    for out in ["mine", "file", "link", "dead", ".", "..", "o/..", "/"] {
        for overwrite in ["", "--overwrite"] {
            let outcome = scratch.run(&format!("{BUILD} --out {out} {overwrite}"));
            assert_eq!(outcome.code, 2, "--out {out} {overwrite}: {}", outcome.stderr);
            let is_directory = outcome.stderr.contains("directory is");
            assert!(!outcome.stderr.contains("--overwrite"), "what is refused again: {}", outcome.stderr);
            assert_eq!(is_directory, outcome.stderr.contains("choose another name"), "{}", outcome.stderr);
        }
    }
    assert_eq!(scratch.names(), before);
    assert_eq!(
        (scratch.read("mine/thesis.txt"), scratch.read("file")),
        (b"years".to_vec(), b"bytes".to_vec())
    );
    scratch.run("verify o").exits(0);
}

#[test]
fn a_directory_is_not_written_to_standard_output() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(40)));
    let refusal = scratch.run("build a.jsonl --out - --skip tokens").refuses(2);
    assert!(refusal.contains("a directory cannot be written to standard output"), "{refusal}");
    assert_eq!(scratch.names(), ["a.jsonl"]);
}

#[test]
fn an_input_inside_the_output_is_refused() {
    let scratch = scratch();
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    scratch.write("d/.keep", "");
    symlink(scratch.path(""), scratch.path("here")).unwrap();
    let before = scratch.tree("o");
    for (input, out) in [
        ("o/train.jsonl", "o"),
        ("./o/train.jsonl", "./o"),
        ("o", "o/"),
        ("o/train.jsonl", "d/../o"),
        ("d/../o/train.jsonl", "o"),
        ("o/train.jsonl", "here/o"),
        ("here/o/train.jsonl", "o"),
    ] {
        let outcome = scratch.run(&format!("build {input} --out {out} --overwrite --skip tokens"));
        assert_eq!(outcome.code, 2, "build {input} --out {out}: {}", outcome.stderr);
    }
    assert!(scratch.tree("o") == before);
}

#[test]
fn an_output_inside_an_input_directory_is_refused() {
    let scratch = Scratch::with("d/a.jsonl", jsonl(plain(5)));
    for (input, out) in [("d", "d/o"), ("d", "d/new/o"), (".", "o"), ("./d/", "d/../d/o")] {
        let outcome = scratch.run(&format!("build {input} --out {out} --skip tokens"));
        assert_eq!(outcome.code, 2, "build {input} --out {out}: {}", outcome.stderr);
    }
    assert_eq!(scratch.tree(".").keys().collect::<Vec<_>>(), ["d/a.jsonl"]);
    scratch.run("build d/a.jsonl --out d/o --skip tokens").exits(0);
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    let scratch = scratch();
    let whole = gzip(&jsonl(plain(5000)));
    scratch.write("cut.jsonl.gz", &whole[..whole.len() - 9]);
    scratch.run(&format!("{BUILD} --out old")).exits(0);
    let old = scratch.tree("old");
    let before = scratch.names();
    for out in ["o", "old --overwrite"] {
        scratch.run(&format!("{BUILD} cut.jsonl.gz --out {out}")).refuses(3);
        assert_eq!(scratch.names(), before, "--out {out}");
    }
    assert!(scratch.tree("old") == old);
}

#[test]
fn a_run_that_fails_takes_away_the_directories_that_it_made_above_its_output() {
    let scratch = Scratch::with("cut.jsonl.gz", &gzip(&jsonl(plain(100)))[..60]);
    scratch.run("build cut.jsonl.gz --out new/and/deep --skip tokens").refuses(3);
    assert_eq!(scratch.names(), ["cut.jsonl.gz"]);
}

#[test]
fn names_are_those_that_bedrock_takes_and_modes_are_the_users() {
    let scratch = scratch();
    let args = format!("{BUILD} --out o --validation 5 --shard-records 3 --augment 2");
    let outcome = scratch.shell(&format!("umask 027; $BEDLOAD {args}"));
    outcome.exits(0);
    for name in scratch.tree("o").keys() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        assert!(name.split('/').all(|part| part.chars().all(allowed)), "{name}");
        let mode = fs::metadata(scratch.path(format!("o/{name}"))).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "{name}");
    }
    for dir in ["o", "o/report", "o/train"] {
        assert_eq!(fs::metadata(scratch.path(dir)).unwrap().permissions().mode() & 0o777, 0o750, "{dir}");
    }
}

#[test]
fn a_target_that_cannot_be_written_is_the_environments_fault() {
    let scratch = scratch();
    for out in ["a.jsonl/o", "a.jsonl/x/y/o", "/proc/nothing/o"] {
        let said = scratch.run(&format!("{BUILD} --out {out}")).refuses(3);
        assert!(said.contains("could not be"), "{said}");
    }
    assert_eq!(scratch.names(), ["a.jsonl"]);
}

#[test]
fn of_many_runs_to_one_place_one_wins_and_the_output_is_whole() {
    let scratch = scratch();
    let start = |seed: u32| {
        let mut command = scratch.command();
        command.args(format!("{BUILD} --out o --seed {seed}").split(' '));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let runs: Vec<Child> = (0..6).map(start).collect();
    let codes: Vec<i32> = runs.into_iter().map(|run| end_of(run).code).collect();
    assert_eq!(codes.iter().filter(|&&code| code == 0).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 2, 3].contains(code)), "{codes:?}");
    let winner = codes.iter().position(|&code| code == 0).unwrap();
    assert_eq!(scratch.manifest("o")["seed"], winner);
    assert_eq!(scratch.names(), ["a.jsonl", "o"]);
    scratch.run("verify o").exits(0);
}

#[test]
fn check_writes_nothing() {
    let scratch = Scratch::with("d/a.jsonl", jsonl([record("p", ""), record("p", "c")]));
    let before = scratch.tree(".");
    for args in ["check d", "check d --profile generic-sft", "explain d/a.jsonl:1", "profiles", "check gone"]
    {
        scratch.run(args);
    }
    scratch.feed("check -", &gzip(&jsonl(plain(3)))).exits(0);
    assert!(scratch.tree(".") == before);
}
