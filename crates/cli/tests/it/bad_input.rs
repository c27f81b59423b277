//! Inputs that are missing, strange, empty or given twice: which exit code, and which words.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::corpus::{plain, record};
use crate::scratch::{Scratch, gzip, jsonl, zstd};

#[test]
fn what_cannot_be_opened_is_the_environments_fault() {
    let scratch = Scratch::with("d/a.jsonl", jsonl(plain(3)));
    for args in
        ["check gone.jsonl", "build gone.jsonl --out o", "explain gone.jsonl:1", "check d/a.jsonl gone.jsonl"]
    {
        let said = scratch.run(args).refuses(3);
        assert!(said.contains("gone.jsonl: could not be opened"), "{args}: {said}");
    }
    symlink(scratch.path("nowhere"), scratch.path("d/dead.jsonl")).unwrap();
    assert!(scratch.run("check d").refuses(3).contains("d/dead.jsonl"));
    fs::remove_file(scratch.path("d/dead.jsonl")).unwrap();
    symlink(scratch.path("d"), scratch.path("d/loop")).unwrap();
    assert!(scratch.run("check d").refuses(3).contains("d/loop"));
    assert_eq!(scratch.names(), ["d"]);
}

#[test]
fn arguments_that_name_nothing_are_wrong_usage() {
    let scratch = Scratch::with("d/notes.txt", "no JSONL");
    scratch.write("d/.hidden.jsonl", "{}");
    for args in
        ["check d", "check *.jsonl", "check d/[ab].jsonl", "check", "build --out o", "build d --out o"]
    {
        scratch.run(args).refuses(2);
    }
    assert!(scratch.run("check d").stderr.contains("no JSONL file"));
    assert!(scratch.run("check *.jsonl").stderr.contains("no file matches"));
    assert!(scratch.run("check - -").refuses(2).contains("given twice"));
    assert!(scratch.run("explain d/notes.txt:2 --format text").refuses(2).contains("no such line"));
    assert!(scratch.run("explain nonsense").refuses(2).contains("`bedload explain --list`"));
}

#[test]
fn a_file_that_is_given_twice_is_refused() {
    let scratch = Scratch::with("d/a.jsonl", jsonl(plain(3)));
    fs::hard_link(scratch.path("d/a.jsonl"), scratch.path("hard.jsonl")).unwrap();
    symlink(scratch.path("d/a.jsonl"), scratch.path("soft.jsonl")).unwrap();
    for again in ["d/a.jsonl", "d", "d/*.jsonl", "./d/../d/a.jsonl", "hard.jsonl", "soft.jsonl"] {
        let said = scratch.run(&format!("check d/a.jsonl {again}")).refuses(2);
        assert!(said.contains("same file"), "{again}: {said}");
    }
}

#[test]
fn nothing_to_read_is_a_finding() {
    let scratch = Scratch::with("empty.jsonl", "");
    let check = |args: &str| scratch.run(&format!("check {args} --output-format jsonl")).exits(1).by_code();
    let codes = |rows: &[(&str, u64)]| rows.iter().map(|&(code, n)| (code.to_owned(), n)).collect();
    assert_eq!(check("empty.jsonl"), codes(&[("file/empty", 1), ("dataset/no-records", 1)]));
    assert_eq!(check("/dev/null"), codes(&[("file/empty", 1), ("dataset/no-records", 1)]));
    assert_eq!(check("-"), codes(&[("file/empty", 1), ("dataset/no-records", 1)]));
    scratch.write("blank.jsonl", "\n \n\t\r\n");
    assert_eq!(check("blank.jsonl")["json/blank-line"], 3);
    assert_eq!(check("blank.jsonl")["dataset/no-records"], 1);
    scratch.write("one.jsonl", "\n");
    assert_eq!(check("one.jsonl")["json/blank-line"], 1);
    scratch.write("packed.jsonl.gz", gzip(b""));
    assert_eq!(check("packed.jsonl.gz")["dataset/no-records"], 1);
    for (name, lines) in [("empty", 0), ("blank", 3)] {
        scratch.run(&format!("build {name}.jsonl --out {name}")).exits(1);
        scratch.run(&format!("verify {name}")).exits(0);
        let manifest = scratch.manifest(name);
        assert_eq!((&manifest["ready"], &manifest["counts"]["rejected"]), (&false.into(), &lines.into()));
        assert_eq!(scratch.read(&format!("{name}/train.jsonl")), b"");
    }
}

#[test]
fn data_of_no_known_format_is_said_so() {
    let scratch = Scratch::with("a.jsonl", jsonl([r#"{"question":"q","answer":"a"}"#; 3]));
    let outcome = scratch.run("check a.jsonl --skip tokens --output-format jsonl").exits(1);
    assert_eq!(outcome.by_code()["dataset/unknown-format"], 1);
    assert!(scratch.run("build a.jsonl --out o").refuses(2).contains("--format"));
    scratch.write("b.jsonl", jsonl([r#"{"prompt":"q","chosen":"a","rejected":"b"}"#; 3]));
    let outcome =
        scratch.run("check b.jsonl --skip tokens --profile generic-sft --output-format jsonl").exits(1);
    let by_code = outcome.by_code();
    assert_eq!((by_code["dataset/wrong-format"], by_code["schema/missing-field"]), (1, 3));
    let message = outcome.findings().into_iter().find(|f| f["code"] == "dataset/wrong-format").unwrap();
    assert!(message["message"].as_str().unwrap().contains("preference"));
}

#[test]
fn compressed_data_is_told_by_content_and_damage_is_never_data() {
    let file = jsonl(plain(50));
    let scratch = Scratch::new();
    scratch.write("gz.jsonl", gzip(&file));
    scratch.write("zst.jsonl", zstd(&file));
    scratch.write("plain.jsonl.gz", &file);
    for name in ["gz.jsonl", "zst.jsonl", "plain.jsonl.gz"] {
        let args = format!("check {name} --skip tokens --output-format jsonl");
        assert_eq!(scratch.run(&args).exits(0).summary()["records"], 50, "{name}");
    }
    for (name, whole) in [("cut.jsonl.gz", gzip(&file)), ("cut.jsonl.zst", zstd(&file))] {
        for end in [whole.len() - 3, whole.len() / 2] {
            scratch.write(name, &whole[..end]);
            for args in [format!("check {name}"), format!("build {name} --out o")] {
                let outcome = scratch.run(&format!("{args} --skip tokens"));
                assert_eq!(outcome.code, 3, "{args}, {end} bytes");
                assert!(outcome.stderr.contains(name), "{}", outcome.stderr);
            }
        }
        assert!(!scratch.path("o").exists());
    }
}

#[test]
fn odd_names_are_read() {
    let scratch = Scratch::new();
    let names = ["-x.jsonl", "a b.jsonl", "ü.jsonl", "a:1.jsonl", "[b].jsonl", "c\nd.jsonl"];
    for name in names {
        scratch.write(format!("d/{name}"), jsonl(plain(2)));
    }
    scratch.write(OsStr::from_bytes(b"d/\xFF.jsonl"), jsonl(plain(2)));
    let summary = scratch.run("check d --skip tokens --output-format jsonl").exits(0).summary();
    assert_eq!((&summary["files"], &summary["records"]), (&7.into(), &14.into()));
    scratch.run_args(&["build", "d", "--out", "o", "--skip", "tokens", "--skip", "dedupe"]).exits(0);
    scratch.run("verify o").exits(0);
    let manifest = String::from_utf8(scratch.read("o/manifest.json")).unwrap();
    assert!(manifest.contains(r#""d/\\xff.jsonl""#), "bytes that are no UTF-8 are shown as numbers");
    scratch.write("-y.jsonl", jsonl([record("p", "c")]));
    scratch.run_args(&["check", "--skip", "tokens", "--", "-y.jsonl"]).exits(0);
    scratch.run_args(&["explain", "d/a:1.jsonl:2"]).exits(0);
}

#[test]
fn nul_bytes_and_the_longest_lines_do_no_harm() {
    let mut file = vec![0; 100_000];
    file.extend_from_slice(b"\n{\"prompt\":\"p\",\"completion\":\"c\"}\n");
    file.extend(std::iter::repeat_n(b'[', 200_000));
    file.extend_from_slice(b"\n{\"prompt\":\"a\0b\"}\n");
    let scratch = Scratch::with("a.jsonl", &file);
    for flags in ["", "--chunk-bytes 64", "--no-mmap", "--max-record-bytes 1000", "--max-record-bytes 1"] {
        let args =
            format!("check a.jsonl --skip tokens --output-format jsonl --format prompt-completion {flags}");
        let outcome = scratch.run(&args).exits(1);
        let rejected = if flags.ends_with(" 1") { 4 } else { 3 };
        assert_eq!(outcome.summary()["rejected"], rejected, "{flags}");
        assert!(outcome.stdout.len() < 5000, "a finding does not grow with its line");
    }
}
