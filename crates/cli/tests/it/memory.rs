//! Little memory: a run that reaches its limit ends with exit 3, says which limit and what grew, and leaves nothing.

use std::fmt::Write;

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl, zstd};

/// Asserts that a run ended for want of memory and left nothing beside the input.
#[track_caller]
fn ran_out(scratch: &Scratch, script: &str, limit: &str) -> String {
    let before = scratch.names();
    let said = scratch.shell(script).refuses(3);
    // A slow machine has time for progress.
    let said = said.lines().skip_while(|line| line.starts_with("progress: ")).collect::<Vec<_>>().join("\n");
    assert!(said.starts_with("bedload: out of memory: "), "{said}");
    assert!(said.contains(limit), "{said}");
    assert_eq!(scratch.names(), before, "{said}");
    said
}

#[test]
fn labels_that_memory_has_no_room_for_end_the_run_in_good_order() {
    let long = "x".repeat(8000);
    let record = |n| format!(r#"{{"prompt":"p","completion":"c","label":"{n} {long}"}}"#);
    let scratch = Scratch::with("a.jsonl.zst", zstd(&jsonl((0..6000).map(record))));
    let build = "$BEDLOAD build a.jsonl.zst --out new/o --format prompt-completion --skip tokens --label-field /label --memory-limit 40MiB";
    let said = ran_out(&scratch, build, "40.0 MiB, --memory-limit");
    assert!(said.contains("the facts of ") && said.contains(" labels"), "{said}");
    assert!(said.contains("the unfinished output was removed"), "{said}");
    assert!(
        said.contains("\n  hint: raise the limit, use fewer threads (--threads), or split the input"),
        "{said}"
    );
}

/// One record of so many keys that it does not fit into little memory.
fn many_keys() -> Scratch {
    let mut keys = String::new();
    for n in 0..300_000 {
        write!(keys, ",\"k{n}\":1").unwrap();
    }
    Scratch::with("a.jsonl", jsonl([format!(r#"{{"prompt":"p","completion":"c"{keys}}}"#)]))
}

#[test]
fn in_a_workflow_the_limit_is_an_annotation() {
    let scratch = many_keys();
    let check = "check a.jsonl --format prompt-completion --skip tokens --memory-limit 20MiB";
    for summary in ["summary.md", "gone/summary.md"] {
        let script = format!("GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY={summary} $BEDLOAD {check}");
        let said = scratch.shell(&script).refuses(3);
        let line =
            said.lines().find(|line| line.starts_with("::error title=bedload::")).expect("an annotation");
        assert!(
            line.contains("out of memory: the memory limit was reached (20.0 MiB, --memory-limit)%0A"),
            "{said}"
        );
    }
    let summary = String::from_utf8(scratch.read("summary.md")).unwrap();
    assert!(summary.starts_with("### bedload: ") && summary.contains("    out of memory: "), "{summary}");
}

#[test]
fn limits_of_the_shell_are_limits_of_the_run() {
    let scratch = Scratch::with("a.jsonl.zst", zstd(&vec![b'\n'; 5_000_000]));
    for (limit, name) in [
        ("-v 300000", "the address space limit, `ulimit -v`"),
        ("-d 50000", "the data size limit, `ulimit -d`"),
    ] {
        for command in ["build a.jsonl.zst --out o", "convert a.jsonl.zst --to converse --out o.jsonl"] {
            let script =
                format!("ulimit {limit}; $BEDLOAD {command} --format prompt-completion --skip tokens");
            ran_out(&scratch, &script, name);
        }
    }
}

#[test]
fn one_record_can_be_too_much() {
    let scratch = many_keys();
    for command in ["check a.jsonl", "build a.jsonl --out o"] {
        let script =
            format!("$BEDLOAD {command} --format prompt-completion --skip tokens --memory-limit 20MiB");
        let said = ran_out(&scratch, &script, "20.0 MiB");
        assert!(said.contains("a line of ") && said.contains("--max-record-bytes"), "{said}");
    }
    let enough = "check a.jsonl --format prompt-completion --skip tokens --memory-limit 200MiB";
    scratch.run(enough).exits(0);
}

/// Facts of half a million lines and what is sorted of them are more than the limit.
#[test]
fn facts_that_memory_has_no_room_for_are_kept_elsewhere() {
    let line = |n: u32| format!(r#"{{"text":"{}"}}"#, n % 490_000);
    let scratch = Scratch::with("a.jsonl", jsonl((0..500_000).map(line)));
    let build = "build a.jsonl --format text --skip tokens --validation 5% --threads 2";
    scratch.run(&format!("{build} --out a")).exits(0);
    scratch.run(&format!("{build} --out b --memory-limit 44MiB")).exits(0);
    assert!(scratch.tree("a") == scratch.tree("b"));
}

#[test]
fn enough_memory_changes_nothing() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(1000)));
    scratch.run("build a.jsonl --out a --memory-limit 100MiB").exits(0);
    scratch.run("build a.jsonl --out b").exits(0);
    assert!(scratch.tree("a") == scratch.tree("b"));
    scratch.write("bedload.toml", "memory-limit = \"1MiB\"\n");
    let said = scratch.run("check a.jsonl").refuses(3);
    assert!(said.contains("1.0 MiB, --memory-limit"), "{said}");
    scratch.run("check a.jsonl --memory-limit 100MiB").exits(0);
}

#[test]
fn threads_that_the_system_refuses_are_done_without() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(1000)));
    scratch.run("build a.jsonl --out a --skip tokens").exits(0);
    // The address space has room for the stacks of one or two threads.
    let many = "ulimit -v 3500000; RUST_MIN_STACK=1000000000 $BEDLOAD build a.jsonl --out b --skip tokens --threads 8";
    let outcome = scratch.shell(many).exits(0);
    assert!(outcome.stderr.starts_with("note: the system allowed "), "{}", outcome.stderr);
    assert!(scratch.tree("a") == scratch.tree("b"));
}
