//! `--facts`: what a scan found is used again where nothing has changed that a scan reads, and the output is the same.

use crate::corpus::{file_of, mixed, plain};
use crate::scratch::{Scratch, gzip, jsonl};
use crate::vocabularies::ranks;

const READ: &str = "were read here";
const AGAIN: &str = "all records were scanned again";

/// Builds with kept facts, and without, and returns what was said of the facts; the trees must be equal.
#[track_caller]
fn build(scratch: &Scratch, inputs: &str, flags: &str) -> String {
    let with = scratch.run(&format!("build {inputs} --out with --overwrite --facts f {flags}"));
    let without = scratch.run(&format!("build {inputs} --out without --overwrite {flags}"));
    assert_eq!((with.code, &with.stdout), (without.code, &without.stdout), "{}", with.stderr);
    assert!(scratch.tree("with") == scratch.tree("without"), "other bytes: {}", with.stderr);
    with.stderr.lines().filter(|line| line.contains("f: ")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn another_split_needs_no_other_scan() {
    let scratch = Scratch::with("a.jsonl", file_of(&mixed(700, 51)));
    scratch.write("b.jsonl.gz", gzip(&jsonl(plain(300))));
    scratch.write("c.jsonl", "");
    let inputs = "a.jsonl b.jsonl.gz c.jsonl";
    assert_eq!(build(&scratch, inputs, "--validation 0.2"), "", "there is no file of facts yet");
    for flags in [
        "--validation 0.2",
        "--validation 50 --select 400 --seed 9 --survivor last --shard-records 100",
        "--validation 0.2 --augment 3 --threads 3 --chunk-bytes 64",
        "--validation 0.2 --evaluation",
        "--validation 0 --test 3 --skip dedupe --no-mmap --max-rejected 3",
        "--validation 0.2 --output-format jsonl --show-content",
    ] {
        assert!(build(&scratch, inputs, flags).contains(READ), "{flags}");
    }
    let small = build(&scratch, inputs, "--validation 0.2 --memory-limit 250MiB");
    assert!(small.contains(READ), "{small}");
}

#[test]
fn lines_that_are_no_records_are_kept_wherever_they_are() {
    for bad in ["", "   ", "bad", "null", r#"{"prompt":"p","prompt":"p"}"#, r#"{"prompt":"p"#] {
        for (before, after) in [(0, 30), (30, 0), (15, 15)] {
            let mut lines = plain(before);
            lines.push(bad.to_owned());
            lines.extend(plain(40).split_off(40 - after));
            let scratch = Scratch::with("a.jsonl", jsonl(&lines));
            let flags = "--skip tokens --validation 0.2 --group-by prompt --group-by /user";
            assert_eq!(build(&scratch, "a.jsonl", flags), "", "{bad} after {before}");
            assert!(build(&scratch, "a.jsonl", flags).contains(READ), "{bad} after {before}");
        }
    }
}

#[test]
fn what_a_scan_reads_makes_it_scan_again() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(100)));
    let is_read = |inputs: &str, flags: &str, why: &str| {
        let said = build(&scratch, inputs, flags);
        assert!(said.contains(why) && said.contains(AGAIN), "{flags}: {said}");
        assert!(build(&scratch, inputs, flags).contains(READ), "{flags}: kept again");
    };
    build(&scratch, "a.jsonl", "");
    let settings = "the settings of the scan are different";
    for flags in [
        "--skip tokens",
        "--skip tokens --strict",
        "--skip tokens --group-by prompt --group-by /user",
        "--skip tokens --normalize nfc",
        "--skip tokens --validation 0.2",
        "--skip tokens --label-field /completion",
        "--skip tokens --max-record-bytes 1000",
        "--skip tokens --to converse",
        "--skip tokens --profile generic-sft",
        "--encoding cl100k_base",
    ] {
        is_read("a.jsonl", flags, settings);
    }
    let flags = "--skip tokens";
    is_read("a.jsonl", flags, settings);
    scratch.write("a.jsonl", jsonl(plain(101)));
    is_read("a.jsonl", flags, "a.jsonl has changed");
    scratch.write("b.jsonl", jsonl(plain(40)));
    is_read("a.jsonl b.jsonl", flags, "the inputs are different");
    is_read("b.jsonl a.jsonl", flags, "the inputs are different");
    // A file of the same size, with the same times, is another file.
    let old = std::fs::metadata(scratch.path("b.jsonl")).unwrap();
    let other = String::from_utf8(scratch.read("b.jsonl")).unwrap().replace('a', "b");
    scratch.write("new", &other);
    std::fs::File::open(scratch.path("new")).unwrap().set_modified(old.modified().unwrap()).unwrap();
    std::fs::rename(scratch.path("new"), scratch.path("b.jsonl")).unwrap();
    is_read("b.jsonl a.jsonl", flags, "b.jsonl has changed");
}

#[test]
fn a_vocabulary_is_known_by_its_content() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(60)));
    let ranks = ranks();
    let fewer = ranks.trim_end().rsplit_once('\n').unwrap().0;
    let flags = "--tokenizer v.tiktoken --tokenizer-pattern o200k";
    scratch.write("v.tiktoken", &ranks);
    build(&scratch, "a.jsonl", flags);
    assert!(build(&scratch, "a.jsonl", flags).contains(READ));
    scratch.write("v.tiktoken", fewer);
    assert!(build(&scratch, "a.jsonl", flags).contains(AGAIN));
}

#[test]
fn nothing_else_is_taken_for_facts_or_overwritten() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(50)));
    let run = |flags: &str| scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens {flags}"));
    scratch.write("thesis.txt", "years");
    assert!(run("--facts thesis.txt").refuses(2).contains("not one that --facts wrote"));
    assert!(run("--facts a.jsonl").refuses(2).contains("it is the input a.jsonl"));
    assert!(run("--facts o/f").refuses(2).contains("it is inside the output o"));
    run("").exits(0);
    std::fs::copy(scratch.path("o/report/records.parquet"), scratch.path("table")).unwrap();
    assert!(run("--facts table").refuses(2).contains("not one that --facts wrote"));
    std::fs::create_dir(scratch.path("d")).unwrap();
    assert!(run("--facts d").refuses(2).contains("a directory or link has this name"));
    let piped = scratch.feed("build - --out o --overwrite --skip tokens --facts g", &jsonl(plain(50)));
    assert!(piped.refuses(2).contains("gives its bytes only once"));
    assert_eq!(scratch.read("thesis.txt"), b"years");
    run("--facts f").exits(0);
    let whole = scratch.read("f");
    for at in (0..whole.len()).step_by(97) {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        scratch.write("f", &changed);
        let outcome = run("--facts f");
        let is_said = outcome.stderr.contains(AGAIN) || outcome.stderr.contains("not one that --facts wrote");
        assert!(is_said && matches!(outcome.code, 0 | 2), "byte {at}: {} {}", outcome.code, outcome.stderr);
    }
    for len in [0, 3, 100, whole.len() - 1] {
        scratch.write("f", &whole[..len]);
        assert!(run("--facts f").refuses(2).contains("not one that --facts wrote"), "{len} bytes");
    }
}

#[test]
fn ranks_of_records_are_those_of_the_survivor_that_is_asked_for() {
    let lines = (0..4).map(|n| format!(r#"{{"prompt":"p","completion":"c","a":{n},"b":{}}}"#, 9 - n));
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    for (flags, kept) in [
        ("--survivor last", 3),
        ("--survivor highest:/a", 3),
        ("--survivor highest:/b", 0),
        ("--survivor lowest:/b", 3),
        ("--survivor first", 0),
    ] {
        let build = "build a.jsonl --facts f --skip tokens --overwrite --out o";
        scratch.run(&format!("{build} {flags}")).exits(0);
        let expected = format!(r#"{{"prompt":"p","completion":"c","a":{kept},"b":{}}}"#, 9 - kept);
        assert_eq!(scratch.side("o", "train"), [expected.as_bytes()], "{flags}");
    }
}
