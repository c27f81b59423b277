//! A world that fails: full disks, readers that leave, file size limits, inputs that change meanwhile.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use crate::corpus::plain;
use crate::outcome::{Outcome, end_of};
use crate::scratch::{Scratch, jsonl};

fn faulty(lines: usize) -> Scratch {
    Scratch::with("a.jsonl", b"{}\n".repeat(lines))
}

#[test]
fn a_full_disk_behind_standard_output_is_exit_3() {
    let scratch = faulty(50);
    scratch.write("good.jsonl", jsonl(plain(3)));
    for args in [
        "check a.jsonl --format text --skip tokens",
        "check a.jsonl --format text --skip tokens --output-format jsonl",
        "check good.jsonl --skip tokens --output-format jsonl",
        "build good.jsonl --out o --skip tokens --output-format jsonl",
        "profiles",
        "explain json/bom",
        "explain a.jsonl:1 --format text",
    ] {
        let mut command = scratch.command();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = command.args(args.split(' ')).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let outcome = Outcome::of(output).exits(3);
        assert!(outcome.stderr.contains("standard output: could not be written"), "{}", outcome.stderr);
    }
}

#[test]
fn a_reader_that_leaves_does_not_change_the_verdict() {
    let scratch = faulty(20_000);
    for format in ["text", "jsonl"] {
        let args = format!("check a.jsonl --format text --skip tokens --quiet --output-format {format}");
        let mut command = scratch.command();
        command.args(args.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let outcome = end_of(child).exits(1);
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn closed_standard_streams_do_no_harm() {
    let scratch = faulty(10);
    scratch.write("good.jsonl", jsonl(plain(40)));
    scratch.shell("$BEDLOAD check a.jsonl --format text --skip tokens <&- >&- 2>&-").exits(1);
    scratch.shell("$BEDLOAD check - --skip tokens <&- 2>&-").exits(1);
    scratch.shell("$BEDLOAD build good.jsonl --out o --skip tokens <&- >&- 2>&-").exits(0);
    assert_eq!(scratch.read("o/train.jsonl"), jsonl(plain(40)));
    scratch.run("verify o").exits(0);
    scratch.shell("$BEDLOAD check a.jsonl --format text --skip tokens 2>/dev/full").exits(1);
}

#[test]
fn a_file_size_limit_is_exit_3_and_nothing_is_left() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20_000)));
    let build = "build a.jsonl --out o --skip tokens";
    let piped = "build - --out o --skip tokens <a.jsonl";
    for (blocks, args) in [(0, build), (8, build), (200, build), (8, piped), (200, piped)] {
        let outcome = scratch.shell(&format!("ulimit -f {blocks}; exec $BEDLOAD {args}"));
        assert_eq!(outcome.code, 3, "{blocks} blocks, {args}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("could not be"), "{}", outcome.stderr);
        assert_eq!(scratch.names(), ["a.jsonl"], "{blocks} blocks, {args}");
    }
}

#[test]
fn few_descriptors_are_enough_for_many_files() {
    let scratch = Scratch::new();
    for n in 0..120 {
        scratch.write(format!("d/{n:03}.jsonl"), jsonl([format!(r#"{{"prompt":"p{n}","completion":"c"}}"#)]));
    }
    let args = "build d --out o --skip tokens --shard-records 1 --threads 3";
    scratch.shell(&format!("ulimit -n 40; exec $BEDLOAD {args}")).exits(0);
    scratch.run("verify o").exits(0);
    assert_eq!(scratch.side("o", "train").len(), 120);
}

#[test]
fn too_few_descriptors_are_exit_3_with_a_hint() {
    let scratch = Scratch::new();
    for n in 0..40 {
        scratch.write(format!("d/{n:03}.jsonl"), jsonl([format!(r#"{{"prompt":"p{n}","completion":"c"}}"#)]));
    }
    let mut n_refused = 0;
    for n in 12..24 {
        let args = "build d --out o --overwrite --skip tokens --shard-records 1 --threads 2";
        let outcome = scratch.shell(&format!("ulimit -n {n}; exec $BEDLOAD {args}"));
        assert!(matches!(outcome.code, 0 | 3), "{n}: {} {}", outcome.code, outcome.stderr);
        if outcome.code == 3 {
            n_refused += 1;
            assert!(outcome.stderr.contains("`ulimit -n`"), "{n}: {}", outcome.stderr);
        }
        assert!(!scratch.names().iter().any(|name| name.contains("partial")), "{n}");
    }
    assert!(n_refused > 0);
}

/// Builds from a file and a named pipe; the file is changed after the run began and before it is read.
fn changed(change: impl FnOnce(&File)) -> Outcome {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(5000)));
    scratch.shell("mkfifo q").exits(0);
    let mut command = scratch.command();
    command.args(["build", "a.jsonl", "q", "--out", "o", "--skip", "tokens"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // Opening waits for the program, which opens the pipe after it has looked at all inputs.
    let mut pipe = File::options().write(true).open(scratch.path("q")).expect("a pipe");
    pipe.write_all(&jsonl(["{\"prompt\":\"from the pipe\",\"completion\":\"c\"}"]))
        .expect("the reader waits");
    change(&File::options().append(true).open(scratch.path("a.jsonl")).expect("the input"));
    drop(pipe);
    let outcome = end_of(child);
    let left: &[&str] = if outcome.code == 0 { &["a.jsonl", "o", "q"] } else { &["a.jsonl", "q"] };
    assert_eq!(scratch.names(), left);
    outcome
}

#[test]
fn an_input_that_changes_meanwhile_is_exit_3_and_nothing_is_left() {
    changed(|_| ()).exits(0);
    let shrunk = changed(|file| file.set_len(4096).unwrap()).refuses(3);
    assert!(shrunk.contains("a.jsonl: shrank at byte 4096"), "{shrunk}");
    let emptied = changed(|file| file.set_len(0).unwrap()).refuses(3);
    assert!(emptied.contains("a.jsonl: shrank at byte 0"), "{emptied}");
    let grown = changed(|mut file| file.write_all(b"{}\n").unwrap()).refuses(3);
    assert!(grown.contains("a.jsonl: changed while it was read: it grew"), "{grown}");
}

#[test]
fn pipes_are_inputs_like_files() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(50)));
    let script = "mkfifo q; cat a.jsonl >q & $BEDLOAD build q --out o --skip tokens; cat a.jsonl >q & \
                  $BEDLOAD check q --skip tokens";
    scratch.shell(script).exits(0);
    assert_eq!(scratch.read("o/train.jsonl"), jsonl(plain(50)));
    let piped = scratch.feed("build - --out p --skip tokens --stdin-name a.jsonl", &jsonl(plain(50)));
    piped.exits(0);
    assert_eq!(scratch.manifest("p")["inputs"][0]["name"], "a.jsonl");
}
