//! `bedload stats`: the summary of a build, printed again from what is on the disk.

use crate::scratch::{Scratch, jsonl};

/// The summary of a build without what only the run knew: its time.
fn told(stderr: &str) -> Vec<&str> {
    let is_time = |line: &str| line.starts_with("  time ") || line.starts_with("              spool ");
    let lines = stderr.lines().skip_while(|line| !line.starts_with("built "));
    lines.filter(|line| !is_time(line)).collect()
}

fn check(scratch: &Scratch, args: &str, code: i32) {
    let built = scratch.run(&format!("build {args} --out o --overwrite")).exits(code);
    let again = scratch.run("stats o").exits(0);
    let again: Vec<&str> = again.stdout.lines().collect();
    let built = told(&built.stderr);
    // What was detected, and how many findings were shown, is the run's own.
    let own =
        |line: &&str| line.replace(" (detected)", "").split("  (").next().unwrap_or_default().to_owned();
    let heads = |lines: &[&str]| lines.iter().map(own).collect::<Vec<String>>();
    assert_eq!(heads(&built)[1..], heads(&again)[1..], "{args}");
    assert_eq!(built[0].strip_prefix("built ").unwrap().replace(" (detected)", ""), again[0]);
    let built = scratch.run(&format!("build {args} --out o --overwrite --output-format jsonl -q"));
    let again = scratch.run("stats o --output-format jsonl").exits(0);
    let (mut built, mut again) = (built.summary(), again.summary());
    for of_run in ["bytes", "config", "exceeded", "baseline", "exit_code"] {
        built.as_object_mut().unwrap().remove(of_run);
        again.as_object_mut().unwrap().remove(of_run);
    }
    assert_eq!(built, again, "{args}");
}

#[test]
fn the_numbers_are_those_of_the_build() {
    let scratch = Scratch::new();
    let mut lines: Vec<String> = (0..400usize)
        .map(|n| {
            let long = "word ".repeat(n * n % 300);
            let answer = ["refund", "billing", "Billing", "other"][n % 4];
            format!(r#"{{"id":"{n}","prompt":"question {} {long}","completion":"{answer}"}}"#, n % 330)
        })
        .collect();
    lines.extend(["{".to_owned(), r#"{"prompt":"","completion":"x"}"#.to_owned()]);
    let (a, b) = lines.split_at(150);
    scratch.write("a.jsonl", jsonl(a));
    scratch.write("b.jsonl", jsonl(b));
    check(&scratch, "a.jsonl b.jsonl --profile generic-sft --validation 0.1", 0);
    check(&scratch, "a.jsonl b.jsonl --label-field /completion --validation 0.1 --test 5 --near 0.8", 0);
    check(
        &scratch,
        "a.jsonl --profile generic-sft --skip tokens --balance length --cap-class 20 --augment 2",
        0,
    );
    check(&scratch, "a.jsonl b.jsonl --profile generic-sft --strict", 1);
    let tables =
        "[[input]]\npath = \"a.jsonl\"\nname = \"one\"\n[[input]]\npath = \"b.jsonl\"\nname = \"two\"\n";
    scratch.write("bedload.toml", tables);
    check(&scratch, "--profile generic-sft --conflicts majority --validation 20", 0);
}

#[test]
fn conversations_and_pairs_have_numbers_of_their_own() {
    let scratch = Scratch::new();
    let message =
        |role: &str, text: String| format!(r#"{{"role":"{role}","content":[{{"text":"{text}"}}]}}"#);
    let lines = (0..60).map(|n| {
        let turns = [message("user", format!("question {n}")), message("assistant", "answer ".repeat(n))];
        format!(r#"{{"system":[{{"text":"s"}}],"messages":[{}]}}"#, turns.join(","))
    });
    scratch.write("a.jsonl", jsonl(lines));
    check(&scratch, "a.jsonl --format converse", 0);
    let pairs = (0..120).map(|n| {
        format!(r#"{{"prompt":"question {n}","chosen":"{}","rejected":"no {n}"}}"#, "yes ".repeat(n % 9 + 1))
    });
    scratch.write("p.jsonl", jsonl(pairs));
    check(&scratch, "p.jsonl --format preference", 0);
}

#[test]
fn what_is_no_output_is_refused() {
    let scratch = Scratch::new();
    scratch.write("a.jsonl", "{}\n");
    scratch.run("stats nowhere").exits(2);
    scratch.run("stats a.jsonl").exits(2);
}
