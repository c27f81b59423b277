//! SIGINT, SIGTERM and SIGHUP: the run ends soon, with the code of the signal, and takes away what it had begun.

use std::fs::File;
use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use crate::corpus::plain;
use crate::outcome::{Outcome, end_of, until};
use crate::scratch::{Scratch, jsonl};

fn kill(child: &Child, signal: &str) {
    let id = child.id();
    let status = Command::new("sh").args(["-c", &format!("kill -{signal} {id}")]).status().unwrap();
    assert!(status.success());
}

fn start(scratch: &Scratch, args: &str) -> (Child, ChildStdin) {
    let mut command = scratch.command();
    command.args(args.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

/// Writes records until nobody reads them any more.
fn pour(mut pipe: impl Write) {
    let lines = jsonl(plain(200));
    while pipe.write_all(&lines).is_ok() {}
}

fn is_building(scratch: &Scratch) -> bool {
    scratch.names().iter().any(|name| name.contains(".partial-"))
}

fn interrupted(outcome: Outcome, code: i32) {
    let said = outcome.refuses(code);
    assert!(said.contains("interrupted"), "{said}");
}

#[test]
fn a_build_from_an_endless_stream_ends_and_leaves_nothing() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let scratch = Scratch::new();
        let (child, stdin) = start(&scratch, "build - --out o --skip tokens");
        let pouring = thread::spawn(move || pour(stdin));
        until("the output is begun", || is_building(&scratch));
        kill(&child, signal);
        interrupted(end_of(child), code);
        pouring.join().unwrap();
        assert_eq!(scratch.names(), [""; 0], "{signal}");
    }
}

#[test]
fn a_check_of_an_endless_stream_ends() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let scratch = Scratch::new();
        scratch.shell("mkfifo q").exits(0);
        let (child, _stdin) = start(&scratch, "check q --format prompt-completion --skip tokens");
        // Opening waits for the program to open the other end, and by then it listens to signals.
        let pipe = File::options().write(true).open(scratch.path("q")).unwrap();
        let pouring = thread::spawn(move || pour(pipe));
        kill(&child, signal);
        interrupted(end_of(child), code);
        pouring.join().unwrap();
    }
}

#[test]
fn a_stream_that_has_stalled_is_no_reason_to_go_on() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let scratch = Scratch::new();
        let (child, mut stdin) = start(&scratch, "build - --out o --skip tokens");
        stdin.write_all(&jsonl(plain(10))).unwrap();
        until("the output is begun", || is_building(&scratch));
        kill(&child, signal);
        interrupted(end_of(child), code);
        drop(stdin);
        assert_eq!(scratch.names(), [""; 0], "{signal}");
    }
}

#[test]
fn neither_is_a_pipe_into_which_nobody_writes() {
    let scratch = Scratch::new();
    scratch.shell("mkfifo q").exits(0);
    for args in ["check q --skip tokens", "build q --out o --skip tokens"] {
        let (child, _stdin) = start(&scratch, args);
        let pipe = File::options().write(true).open(scratch.path("q")).unwrap();
        kill(&child, "INT");
        interrupted(end_of(child), 130);
        drop(pipe);
        assert_eq!(scratch.names(), ["q"], "{args}");
    }
}

#[test]
fn an_earlier_output_survives_an_interrupted_run() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(30)));
    scratch.run("build a.jsonl --out o --skip tokens").exits(0);
    let before = scratch.tree("o");
    let (child, stdin) = start(&scratch, "build - --out o --overwrite --skip tokens");
    let pouring = thread::spawn(move || pour(stdin));
    until("the output is begun", || is_building(&scratch));
    kill(&child, "TERM");
    interrupted(end_of(child), 143);
    pouring.join().unwrap();
    assert_eq!(scratch.names(), ["a.jsonl", "o"]);
    assert!(scratch.tree("o") == before);
}

#[test]
fn a_signal_that_is_ignored_from_the_start_stays_ignored() {
    for (ignored, signal) in [("HUP", "HUP"), ("INT", "INT"), ("HUP INT TERM", "TERM")] {
        let scratch = Scratch::with("a.jsonl", jsonl(plain(200)));
        scratch.shell("mkfifo q").exits(0);
        let mut command = Command::new("sh");
        command.current_dir(scratch.path("")).env("BEDLOAD", env!("CARGO_BIN_EXE_bedload"));
        let script = format!("trap '' {ignored}; exec $BEDLOAD build q --out o --skip tokens");
        command.args(["-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let mut pipe = File::options().write(true).open(scratch.path("q")).unwrap();
        until("the output is begun", || is_building(&scratch));
        kill(&child, signal);
        pipe.write_all(&jsonl(plain(200))).unwrap();
        drop(pipe);
        end_of(child).exits(0);
        assert_eq!(scratch.read("o/train.jsonl"), jsonl(plain(200)), "{signal}");
    }
}

#[test]
fn signals_are_heeded_where_no_thread_can_wait_for_them() {
    let scratch = Scratch::new();
    scratch.shell("mkfifo q").exits(0);
    // The address space has no room for the stack of another thread.
    let script = "ulimit -v 3000000; RUST_MIN_STACK=4000000000 exec $BEDLOAD build q --out o --skip tokens";
    let mut command = Command::new("sh");
    command.current_dir(scratch.path("")).env("BEDLOAD", env!("CARGO_BIN_EXE_bedload"));
    let child = command.args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pipe = File::options().write(true).open(scratch.path("q")).unwrap();
    until("the output is begun", || is_building(&scratch));
    let pouring = thread::spawn(move || pour(pipe));
    kill(&child, "TERM");
    let said = end_of(child).refuses(143);
    assert!(said.contains("the main thread does the work"), "{said}");
    pouring.join().unwrap();
    assert_eq!(scratch.names(), ["q"]);
}

#[test]
fn a_verification_of_a_large_output_ends() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    scratch.run("build a.jsonl --out o --skip tokens").exits(0);
    let size = 1_u64 << 40;
    File::options().write(true).open(scratch.path("o/train.jsonl")).unwrap().set_len(size).unwrap();
    let mut manifest = scratch.manifest("o");
    let files = manifest["files"].as_array_mut().unwrap();
    files.iter_mut().find(|file| file["path"] == "train.jsonl").unwrap()["bytes"] = size.into();
    scratch.write("o/manifest.json", manifest.to_string());
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let (child, _stdin) = start(&scratch, "verify o");
        let opened = format!("/proc/{}/fd", child.id());
        until("the file is open", || {
            let links = std::fs::read_dir(&opened).into_iter().flatten().flatten();
            links.filter_map(|link| link.path().read_link().ok()).any(|file| file.ends_with("o/train.jsonl"))
        });
        kill(&child, signal);
        interrupted(end_of(child), code);
    }
}
