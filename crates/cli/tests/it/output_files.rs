//! Findings in files beside standard output: each form is what standard output would have shown, and appears whole.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::corpus::record;
use crate::scratch::{Scratch, jsonl};

/// Twelve records without an answer among good ones.
fn faulty() -> Vec<u8> {
    let answer = |n: u32| if n.is_multiple_of(2) { "" } else { "yes" };
    jsonl((0..24).map(|n| record(&format!("question {n}"), answer(n))))
}

const CHECK: &str = "check a.jsonl --format prompt-completion --skip tokens";

#[test]
fn a_file_holds_what_standard_output_would_have_shown() {
    let scratch = Scratch::with("a.jsonl", faulty());
    let [text, objects] =
        ["text", "jsonl"].map(|form| scratch.run(&format!("{CHECK} --output-format {form}")).exits(1).stdout);
    let both = scratch.run(&format!("{CHECK} --output jsonl=b.txt --output text=c.txt")).exits(1);
    assert_eq!(both.stdout, text);
    assert_eq!(String::from_utf8(scratch.read("b.txt")).unwrap(), objects);
    assert_eq!(String::from_utf8(scratch.read("c.txt")).unwrap(), text);
    assert_eq!(both.said(), scratch.run(CHECK).said());
    // Over an earlier one.
    let other = scratch.run(&format!("{CHECK} --output-format jsonl --output text=b.txt")).exits(1);
    assert_eq!(other.stdout, objects);
    assert_eq!(String::from_utf8(scratch.read("b.txt")).unwrap(), text);
    assert_eq!(scratch.names(), ["a.jsonl", "b.txt", "c.txt"]);
    let mode = fs::metadata(scratch.path("b.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o700, 0o600);
    for command in ["build a.jsonl --out o", "convert a.jsonl --to prompt-completion --out o.jsonl"] {
        let shown = scratch.run(&format!("{command} --output-format jsonl --overwrite"));
        scratch.run(&format!("{command} --output jsonl=d.txt --overwrite")).exits(shown.code);
        assert_eq!(String::from_utf8(scratch.read("d.txt")).unwrap(), shown.stdout, "{command}");
    }
}

#[test]
fn one_finding_for_all_records_is_folded_in_text_whatever_else_is_written() {
    let lines = (0..9).map(|n| format!("{{\"text\":\"{n}\",\"other\":1}}"));
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let alone = scratch.run(CHECK);
    let beside = scratch.run(&format!("{CHECK} --output jsonl=b"));
    assert_eq!((&beside.stdout, beside.said()), (&alone.stdout, alone.said()));
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_the_run() {
    let scratch = Scratch::with("a.jsonl", faulty());
    fs::create_dir(scratch.path("dir")).unwrap();
    let refuses = |args: &str, code: i32, message: &str| {
        let said = scratch.run(&format!("{CHECK} {args}")).refuses(code);
        assert!(said.contains(message), "{args}: {said}");
    };
    refuses("--output jsonl", 2, "not FORMAT=FILE; the formats are text, jsonl, ");
    refuses("--output xml=b", 2, "unknown format `xml`; the formats are text, jsonl, ");
    refuses("--output jsonl=", 2, "the file has no name");
    refuses("--output jsonl=-", 2, "the output cannot be standard output");
    refuses("--output jsonl=dir", 2, "a directory or link already has this name");
    refuses("--output jsonl=a.jsonl", 2, "--output a.jsonl: it is the input a.jsonl");
    refuses("--output jsonl=s3://b/c", 2, "not a local path");
    refuses(
        "--output jsonl=none/b",
        2,
        "--output none/b: the directory none does not exist\n  hint: create it",
    );
    refuses("--output jsonl=a.jsonl/b", 2, "--output a.jsonl/b: a.jsonl is not a directory");
    refuses("--output jsonl=b --output text=./b", 2, "two outputs cannot be written to one file");
    let said = scratch.run("build a.jsonl --out o --output jsonl=o/findings.jsonl").refuses(2);
    assert!(said.contains("--output o/findings.jsonl: --out "), "{said}");
    let said = scratch.run("convert a.jsonl --to converse --out o --output jsonl=o").refuses(2);
    assert!(said.contains("--output o: --out "), "{said}");
    assert_eq!(scratch.names(), ["a.jsonl", "dir"]);
}

#[test]
fn every_option_that_names_a_file_says_that_its_directory_is_missing() {
    let scratch = Scratch::with("a.jsonl", faulty());
    scratch.run("build a.jsonl --out OUT --skip tokens").exits(0);
    let names = scratch.names();
    for (args, flag) in [
        ("check a.jsonl --write-baseline none/b", "--write-baseline"),
        ("build a.jsonl --out o --facts none/b", "--facts"),
        ("build a.jsonl --out o --near 0.8 --index none/b", "--index"),
        ("convert a.jsonl --to converse --out none/b", "--out"),
        ("convert a.jsonl --to converse --out o --rejected none/b", "--rejected"),
        ("verify OUT --output junit=none/b", "--output"),
        ("compare OUT OUT --output html=none/b", "--output"),
        ("report OUT --out none/b", "--out"),
        ("evaluate --predictions nowhere.jsonl --html none/b", "--html"),
        ("evaluate --predictions a.jsonl --per-record none/b.csv", "--per-record"),
    ] {
        let said = scratch.run(args).refuses(2);
        let expected = format!("bedload: {flag} none/b");
        assert!(said.starts_with(&expected), "{args}: {said}");
        assert!(
            said.contains(": the directory none does not exist\n  hint: create it first"),
            "{args}: {said}"
        );
    }
    assert_eq!(scratch.names(), names, "nothing was begun");
}

#[test]
fn a_run_that_fails_leaves_no_file_that_could_be_taken_for_its_own() {
    let scratch = Scratch::with("a.jsonl", faulty());
    scratch.run(&format!("{CHECK} --write-baseline known.json")).exits(1);
    let known = scratch.read("known.json");
    scratch.write("foreign.jsonl", "[1]\n");
    scratch.run("build a.jsonl --out OUT --skip tokens").exits(0);
    scratch.write("changed/manifest.json", "{}");
    for (args, code) in [
        ("build a.jsonl --out OUT --output jsonl=b", 2),
        ("build foreign.jsonl --out o --output jsonl=b --output sarif=c", 2),
        ("convert a.jsonl --to converse --out known.json --output jsonl=b", 2),
        ("verify gone --output jsonl=b", 2),
        ("compare OUT gone --output html=b", 3),
    ] {
        scratch.write("b", "earlier");
        scratch.write("c", "earlier");
        let said = scratch.run(args).refuses(code);
        assert!(!scratch.path("b").exists(), "{args}");
        assert_eq!(scratch.path("c").exists(), !args.contains("=c"), "{args}");
        assert!(!said.contains("was there before"), "{args}: {said}");
    }
    // What people write into a baseline is not a result of the run.
    scratch.run("build a.jsonl --out OUT --write-baseline known.json").refuses(2);
    assert_eq!(scratch.read("known.json"), known);
}

#[test]
fn a_run_that_was_refused_before_it_began_names_the_files_that_are_not_its_own() {
    let scratch = Scratch::with("a.jsonl", faulty());
    scratch.write("b", "earlier");
    let note = "note: b was there before; this run did not write it\n";
    for (args, code) in [
        ("check a.jsonl --validation-file nowhere.jsonl --output jsonl=b", 3),
        ("check a.jsonl --profile nova --output jsonl=b", 2),
        ("check b --output jsonl=b", 2),
    ] {
        let said = scratch.run(args).refuses(code);
        assert!(said.ends_with(note), "{args}: {said}");
        assert_eq!(scratch.read("b"), b"earlier");
    }
    let said = scratch.run(&format!("{CHECK} --validation-file nowhere.jsonl --output jsonl=c")).refuses(3);
    assert!(!said.contains("note: "), "{said}");
}

#[test]
fn the_configuration_names_files_too() {
    let scratch = Scratch::with("a.jsonl", faulty());
    scratch.write("conf/bedload.toml", "output = [\"jsonl=found.jsonl\"]\n");
    scratch.run(&format!("{CHECK} --config conf/bedload.toml")).exits(1);
    assert!(!scratch.lines("conf/found.jsonl").is_empty());
    fs::remove_file(scratch.path("conf/found.jsonl")).unwrap();
    scratch.run(&format!("{CHECK} --config conf/bedload.toml --output jsonl=b.jsonl")).exits(1);
    assert_eq!(scratch.names(), ["a.jsonl", "b.jsonl", "conf"]);
    assert!(!scratch.path("conf/found.jsonl").exists());
    scratch.write("conf/bedload.toml", "output = [\"found.jsonl\"]\n");
    let said = scratch.run(&format!("{CHECK} --config conf/bedload.toml")).refuses(2);
    assert!(said.contains("line 1") && said.contains("not FORMAT=FILE; the formats are text"), "{said}");
}

#[test]
fn what_a_run_reads_is_not_written_over() {
    let scratch = Scratch::with("a.jsonl", faulty());
    scratch.write("val.jsonl", jsonl([r#"{"prompt":"v","completion":"c"}"#]));
    scratch.write("tp.txt", "Please: {prompt}\n");
    scratch.write("my.toml", "[stages.tokens]\nenabled = false\n");
    scratch.run(&format!("{CHECK} --write-baseline k.json")).exits(1);
    scratch.run("build a.jsonl --skip tokens --out CV").exits(0);
    let build = "build a.jsonl --skip tokens --overwrite --out O";
    for (command, file) in [
        (format!("{CHECK} --eval-set val.jsonl --output sarif=val.jsonl"), "val.jsonl"),
        (format!("{CHECK} --baseline k.json --output sarif=k.json"), "k.json"),
        (format!("{CHECK} --baseline CV --output sarif=CV/manifest.json"), "CV/manifest.json"),
        (format!("{CHECK} --config my.toml --output sarif=my.toml"), "my.toml"),
        (format!("{build} --against val.jsonl --output sarif=val.jsonl"), "val.jsonl"),
        (format!("{build} --against CV --output sarif=CV/manifest.json"), "CV/manifest.json"),
        (format!("{build} --pin CV --output sarif=CV/report/records.parquet"), "CV/report/records.parquet"),
        (format!("{build} --augment-templates tp.txt --augment-to 2 --output sarif=tp.txt"), "tp.txt"),
        ("convert a.jsonl --to converse --overwrite --out k.json --baseline k.json".to_owned(), "k.json"),
        (
            "convert a.jsonl --to converse --out c.jsonl --rejected k.json --baseline k.json".to_owned(),
            "k.json",
        ),
    ] {
        let before = fs::read(scratch.path(file)).unwrap();
        let said = scratch.run(&command).refuses(2);
        assert!(said.contains("this run reads"), "{command}: {said}");
        assert_eq!(fs::read(scratch.path(file)).unwrap(), before, "{command}");
    }
    let said = scratch.run(&format!("{CHECK} --write-baseline n.json --output sarif=n.json")).refuses(2);
    assert!(
        said.contains("--output n.json: --write-baseline") && said.contains("is written there"),
        "{said}"
    );
}
