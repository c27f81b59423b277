//! What happens to an output, and to what others put in its place, while a run goes on, when it ends, and when it is
//! killed.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::corpus::plain;
use crate::outcome::{Outcome, end_of, until};
use crate::scratch::{Scratch, jsonl};

const BUILD: &str = "build a.jsonl --skip tokens";

/// A run that waits for its input until it is told to go on.
struct Waiting {
    child: Child,
    pipe: File,
}

impl Waiting {
    fn start(scratch: &Scratch, pipe: &str, args: &str) -> Self {
        scratch.shell(&format!("mkfifo {pipe}")).exits(0);
        let mut command = scratch.command();
        command.args(args.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        // Opening waits for the program, which has begun its output by then.
        let pipe_file = File::options().write(true).open(scratch.path(pipe)).unwrap();
        fs::remove_file(scratch.path(pipe)).unwrap();
        Self { child, pipe: pipe_file }
    }

    fn go_on(self) -> Outcome {
        let Self { child, mut pipe } = self;
        pipe.write_all(&jsonl(plain(30))).unwrap();
        drop(pipe);
        end_of(child)
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn partials(scratch: &Scratch) -> Vec<String> {
    scratch.names().into_iter().filter(|name| name.contains(".partial-")).collect()
}

#[test]
fn a_file_that_is_put_there_meanwhile_is_spared() {
    for (empty_before, overwrite) in
        [(true, ""), (false, ""), (true, " --overwrite"), (false, " --overwrite")]
    {
        let scratch = Scratch::new();
        if empty_before {
            fs::create_dir(scratch.path("o")).unwrap();
        }
        let run = Waiting::start(&scratch, "q", &format!("build q --out o --skip tokens{overwrite}"));
        scratch.write("o/thesis.txt", "years");
        let said = run.go_on().refuses(3);
        assert!(said.contains("o: something was put there"), "{said}");
        assert_eq!(scratch.names(), ["o"]);
        assert_eq!(scratch.tree("o").keys().collect::<Vec<_>>(), ["thesis.txt"]);
    }
}

#[test]
fn a_file_that_is_put_into_an_output_while_it_is_replaced_is_spared_with_it() {
    for name in ["thesis.txt", "report/thesis.txt", "empty/"] {
        let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
        scratch.run(&format!("{BUILD} --out o")).exits(0);
        let run = Waiting::start(&scratch, "q", "build q --out o --skip tokens --overwrite");
        match name.strip_suffix('/') {
            Some(dir) => fs::create_dir(scratch.path(format!("o/{dir}"))).unwrap(),
            None => scratch.write(format!("o/{name}"), "years"),
        }
        let before = scratch.tree("o");
        let said = run.go_on().refuses(3);
        assert!(said.contains(name) && said.contains("no output was published"), "{said}");
        assert!(scratch.tree("o") == before);
        assert_eq!(scratch.names(), ["a.jsonl", "o"]);
    }
}

#[test]
fn of_two_runs_to_one_empty_directory_one_wins_and_the_other_says_so() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("o")).unwrap();
    let first = Waiting::start(&scratch, "p", "build p --out o --skip tokens --seed 1");
    let second = Waiting::start(&scratch, "q", "build q --out o --skip tokens --seed 2");
    second.go_on().exits(0);
    let said = first.go_on().refuses(3);
    assert!(said.contains("o: something was put there during the run"), "{said}");
    assert_eq!(scratch.manifest("o")["seed"], 2);
    assert_eq!(scratch.names(), ["o"]);
    scratch.run("verify o").exits(0);
}

#[test]
fn of_two_runs_that_may_overwrite_the_last_one_wins() {
    let scratch = Scratch::new();
    let first = Waiting::start(&scratch, "p", "build p --out o --skip tokens --seed 1 --overwrite");
    let second = Waiting::start(&scratch, "q", "build q --out o --skip tokens --seed 2 --overwrite");
    second.go_on().exits(0);
    first.go_on().exits(0);
    assert_eq!(scratch.manifest("o")["seed"], 1);
    assert_eq!(scratch.names(), ["o"]);
    scratch.run("verify o").exits(0);
}

#[test]
fn convert_spares_what_appears_in_the_place_of_its_file() {
    let convert = "convert q --to converse --out c.jsonl --skip tokens";
    let scratch = Scratch::new();
    let run = Waiting::start(&scratch, "q", convert);
    scratch.write("c.jsonl", "years");
    let said = run.go_on().refuses(3);
    assert!(said.contains("c.jsonl: a file of that name was made during the run"), "{said}");
    assert_eq!(scratch.read("c.jsonl"), b"years");
    let run = Waiting::start(&scratch, "q", &format!("{convert} --overwrite"));
    fs::remove_file(scratch.path("c.jsonl")).unwrap();
    symlink("elsewhere", scratch.path("c.jsonl")).unwrap();
    run.go_on().refuses(3);
    assert_eq!(fs::read_link(scratch.path("c.jsonl")).unwrap(), PathBuf::from("elsewhere"));
    fs::remove_file(scratch.path("c.jsonl")).unwrap();
    scratch.write("c.jsonl", "old");
    Waiting::start(&scratch, "q", &format!("{convert} --overwrite")).go_on().exits(0);
    assert_eq!(scratch.lines("c.jsonl").len(), 30);
    assert_eq!(scratch.names(), ["c.jsonl"]);
}

#[test]
fn what_is_built_is_private_also_after_the_run_was_killed() {
    for args in ["build q --out o --skip tokens", "convert q --to converse --out c.jsonl --skip tokens"] {
        let scratch = Scratch::new();
        let run = Waiting::start(&scratch, "q", args);
        let modes = || -> Vec<u32> {
            let dir = scratch.path(&partials(&scratch)[0]);
            let inside = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
            [dir.clone()].into_iter().chain(inside).map(|path| fs::metadata(path).unwrap().mode()).collect()
        };
        assert!(modes().iter().all(|mode| mode.trailing_zeros() >= 6), "{:?}", modes());
        run.kill();
        assert!(modes().iter().all(|mode| mode.trailing_zeros() >= 6), "{:?}", modes());
    }
}

#[test]
fn clean_removes_what_killed_runs_left_and_nothing_else() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    let running = Waiting::start(&scratch, "p", "build p --out o --skip tokens --overwrite");
    Waiting::start(&scratch, "q", "build q --out o --skip tokens --overwrite").kill();
    Waiting::start(&scratch, "q", "convert q --to converse --out c.jsonl --skip tokens").kill();
    scratch.write(".o.partial-abcdef/mine", "not of bedload");
    scratch.write("mine/.o.partial-ghijkl", "a file");
    symlink(scratch.path("mine"), scratch.path(".o.partial-mnopqr")).unwrap();
    fs::create_dir(scratch.path(".o.partial-stuvwx")).unwrap();
    let before = scratch.names();
    assert_eq!(partials(&scratch).len(), 6);
    let outcome = scratch.run("clean o").exits(0);
    let of = |what: &str| outcome.stdout.lines().filter(|line| line.starts_with(what)).count();
    assert_eq!(
        (of("removed "), of("left "), outcome.stdout.lines().count()),
        (2, 2, 4),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.contains(": its run is still in progress\n"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains(".o.partial-abcdef: it has no lock"), "{}", outcome.stdout);
    assert_eq!(scratch.names().len(), before.len() - 2);
    // The directory as a whole: the leftover of `convert` too.
    let objects = scratch.run("clean . --output-format jsonl").exits(0);
    let summary = objects.summary();
    assert_eq!((&summary["removed"], &summary["left"]), (&1.into(), &2.into()), "{}", objects.stdout);
    assert!(scratch.path("mine/.o.partial-ghijkl").exists());
    running.go_on().exits(0);
    scratch.run("verify o").exits(0);
    assert_eq!(partials(&scratch), [".o.partial-abcdef", ".o.partial-mnopqr"]);
    assert!(scratch.run("clean .o.partial-mnopqr").refuses(2).contains("a link"));
    assert!(scratch.run("clean nowhere/o").refuses(2).contains("no such directory"));
    assert_eq!(scratch.run("clean mine").exits(0).stderr, "no leftovers\n");
}

#[test]
fn clean_never_removes_the_only_copy_of_an_output() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    let old = |dir: &str| scratch.path(format!("{dir}/old"));
    let partial = ".o.partial-abcdef";
    scratch.write(format!("{partial}/bedload.lock"), "");
    fs::rename(scratch.path("o"), old(partial)).unwrap();
    let said = scratch.run("clean o").exits(0).stdout;
    assert!(said.contains("move it back"), "{said}");
    fs::rename(old(partial), scratch.path("o")).unwrap();
    scratch.run("verify o").exits(0);
    // Where the name is taken again, it is the old data of a run that was killed; unless somebody has put a file there.
    scratch.run(&format!("{BUILD} --out p")).exits(0);
    fs::rename(scratch.path("p"), old(partial)).unwrap();
    scratch.write(format!("{partial}/old/thesis.txt"), "years");
    let said = scratch.run("clean o").exits(0).stdout;
    assert!(said.contains("thesis.txt is not part of the earlier output"), "{said}");
    fs::remove_file(old(partial).join("thesis.txt")).unwrap();
    scratch.run("clean o").exits(0);
    assert_eq!(scratch.names(), ["a.jsonl", "o"]);
}

#[test]
fn leftovers_are_reported_by_build_and_convert() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    Waiting::start(&scratch, "q", "build q --out o --skip tokens").kill();
    Waiting::start(&scratch, "q", "convert q --to converse --out c.jsonl --skip tokens").kill();
    for (args, name) in [
        ("build a.jsonl --out o --skip tokens", "o"),
        ("convert a.jsonl --to converse --out c.jsonl --skip tokens", "c.jsonl"),
    ] {
        let said = scratch.run(args).exits(0).stderr;
        assert!(said.contains(&format!("leftover    .{name}.partial-")), "{said}");
        assert!(said.contains(&format!("`bedload clean {name}`")), "{said}");
    }
}

#[test]
fn an_earlier_output_that_cannot_be_looked_through_is_the_environments_fault() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    fs::set_permissions(scratch.path("o/manifest.json"), fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(scratch.path("o/manifest.json")).is_ok() {
        // Who may read everything cannot be refused.
        return;
    }
    let said = scratch.run(&format!("{BUILD} --out o --overwrite")).refuses(3);
    assert!(said.contains("Permission denied"), "{said}");
}

#[test]
fn a_pipe_in_the_place_of_a_manifest_is_not_waited_for() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    scratch.shell("mkdir o; mkfifo o/manifest.json").exits(0);
    let said = scratch.run(&format!("{BUILD} --out o --overwrite")).refuses(2);
    assert!(said.contains("manifest.json is not a regular file"), "{said}");
    assert!(scratch.run("verify o").exits(1).stdout.contains("manifest.json: is not a regular file"));
}

#[test]
fn an_output_of_a_newer_format_is_refused_by_its_number() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    scratch.run(&format!("{BUILD} --out o")).exits(0);
    let text = String::from_utf8(scratch.read("o/manifest.json")).unwrap();
    let version = "\"format_version\": 1";
    assert!(text.contains(version));
    scratch.write("o/manifest.json", text.replace(version, "\"format_version\": 2"));
    for args in [format!("{BUILD} --out o --overwrite"), "verify o".to_owned()] {
        let said = scratch.run(&args).refuses(2);
        assert!(said.contains("format version 2") && said.contains("up to 1"), "{said}");
    }
    // A member more or less makes it no other format, and an output without a number is an early one.
    scratch.write("o/manifest.json", text.replace(version, "\"later\": {\"x\": []}"));
    assert!(scratch.run("verify o").exits(1).stdout.contains("manifest.json: changed after the build"));
    scratch.run(&format!("{BUILD} --out o --overwrite")).exits(0);
    scratch.run("verify o").exits(0);
}

#[test]
fn a_full_standard_output_does_not_hide_that_there_is_an_output() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(20)));
    for (args, out) in [
        ("build a.jsonl --out o --skip tokens --output-format jsonl", "o"),
        ("convert a.jsonl --to converse --out c.jsonl --skip tokens --output-format jsonl", "c.jsonl"),
    ] {
        let mut command = scratch.command();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let child = command.args(args.split(' ')).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let outcome = Outcome::of(child.wait_with_output().unwrap()).exits(3);
        assert!(
            outcome.stderr.contains(&format!("{out}: standard output: could not be")),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains("the new output is complete and in place"), "{}", outcome.stderr);
    }
    scratch.run("verify o").exits(0);
    until("nothing is left", || partials(&scratch).is_empty());
}
