//! `bedload compare`: what differs between two outputs, or two inputs, and what of it fails.

use serde_json::Value;

use crate::scratch::{Scratch, jsonl};

fn record(n: usize, answer: &str) -> String {
    format!(r#"{{"id":"r{n}","prompt":"question number {n}","completion":"{answer}"}}"#)
}

fn records(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| record(n, ["refund", "billing", "other"][n % 3])).collect()
}

fn written(old: &[String], new: &[String]) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("old.jsonl", jsonl(old));
    scratch.write("new.jsonl", jsonl(new));
    scratch
}

const BUILD: &str = "--profile generic-sft --label-field /completion --id /id --validation 20";

fn built(old: &[String], new: &[String]) -> Scratch {
    let scratch = written(old, new);
    scratch.run(&format!("build old.jsonl {BUILD} --out a"));
    scratch.run(&format!("build new.jsonl {BUILD} --out b"));
    scratch
}

#[test]
fn an_output_does_not_differ_from_itself() {
    let scratch = built(&records(0..100), &records(0..100));
    let found = scratch.run("compare a a").exits(0);
    assert!(found.stdout.starts_with("a → a: no differences\n"), "{}", found.stdout);
    // Nor from one of the same records in another file.
    let found = scratch.run("compare a b --output-format jsonl --max-drift 0 --max-moved 0").exits(0);
    let last = found.objects().pop().unwrap();
    for nothing in ["added", "removed", "changed", "moved", "findings_appeared", "findings_gone"] {
        assert_eq!(last[nothing], 0, "{nothing}");
    }
    assert_eq!((&last["same"], &last["exit_code"]), (&100.into(), &0.into()));
}

#[test]
fn records_that_came_went_changed_and_broke_are_told_with_their_places() {
    let mut new = records(5..110);
    new[20] = record(25, "tech");
    new[30] = record(35, "");
    let scratch = built(&records(0..100), &new);
    let found = scratch.run("compare a b --output-format jsonl").exits(1);
    let objects = found.objects();
    let of = |change: &str| -> Vec<(Value, Value)> {
        let of = objects.iter().filter(|object| object["kind"] == "record" && object["change"] == change);
        of.map(|object| (object["old"]["line"].clone(), object["new"]["line"].clone())).collect()
    };
    assert_eq!(of("removed").len(), 5);
    assert_eq!(of("added").len(), 10);
    assert_eq!(of("changed"), [(26.into(), 21.into())]);
    assert_eq!(of("removed-rejected"), [(36.into(), 31.into())]);
    let last = objects.last().unwrap();
    assert_eq!((&last["removed"], &last["changed_by_id"]), (&6.into(), &1.into()));
    assert_eq!(last["failures"][0], "1 new finding of schema/empty-content (error)");
    scratch.run("compare a b --fail-on never").exits(0);
    let text = scratch.run("compare a b --fail-on never --max-removed 5").exits(1);
    assert!(
        text.stdout.contains("6 records were removed, more than --max-removed 5 of 100"),
        "{}",
        text.stdout
    );
}

#[test]
fn inputs_are_built_for_the_comparison_and_nothing_is_left() {
    let mut new = records(0..60);
    new[20] = record(20, "tech");
    let scratch = written(&records(0..60), &new);
    std::fs::create_dir(scratch.path("tmp")).unwrap();
    let args = "compare old.jsonl new.jsonl --profile generic-sft --temp-dir tmp --output-format jsonl";
    let last = scratch.run(args).exits(0).objects().pop().unwrap();
    // Without ids, by its place between others.
    assert_eq!(
        [&last["same"], &last["changed"], &last["changed_by_id"]],
        [59, 1, 0].map(Value::from).each_ref()
    );
    let last = scratch.run(&format!("{args} --id /id")).exits(0).objects().pop().unwrap();
    assert_eq!([&last["changed"], &last["changed_by_id"]], [1, 1].map(Value::from).each_ref());
    assert_eq!(std::fs::read_dir(scratch.path("tmp")).unwrap().count(), 0);
    assert_eq!(scratch.names(), ["new.jsonl", "old.jsonl", "tmp"]);
}

#[test]
fn labels_that_drift_fail_where_a_limit_says_so_and_have_no_names_unless_asked_for() {
    let new: Vec<String> = (0..100).map(|n| record(n, if n < 50 { "refund" } else { "billing" })).collect();
    let scratch = written(&records(0..100), &new);
    let args = "compare old.jsonl new.jsonl --profile generic-sft --id /id";
    let found = scratch.run(&format!("{args} --max-drift label=0.05")).exits(1);
    assert!(found.stdout.contains("label moved by 0.330, more than --max-drift 0.05"), "{}", found.stdout);
    assert!(found.stdout.contains("one class") && !found.stdout.contains("refund"));
    let found = scratch.run(&format!("{args} --max-drift label=0.05 --show-content")).exits(1);
    assert!(found.stdout.contains("other") && found.stdout.contains("33.0 %"), "{}", found.stdout);
    scratch.run(&format!("{args} --max-drift 0.4")).exits(0);
    let found = scratch.run(&format!("{args} --max-drift labl=0.4")).exits(2);
    assert!(found.stderr.contains("did you mean `label`?"), "{}", found.stderr);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let scratch = built(&records(0..40), &records(0..40));
    scratch.run("compare a").exits(2);
    scratch.run("compare a nowhere.jsonl").exits(3);
    scratch.run("compare a b --max-drift 2").exits(2);
    scratch.run("compare a b --max-removed many").exits(2);
    scratch.write("b/report/records.parquet", "PAR1");
    let found = scratch.run("compare a b").exits(3);
    assert!(found.stderr.contains("b/report/records.parquet"), "{}", found.stderr);
}

#[test]
fn hostile_names_break_no_table() {
    let scratch = Scratch::new();
    let name = "a|b`<img src=x>\u{202e}.jsonl";
    scratch.write(name, jsonl(records(0..40)));
    scratch.write("new.jsonl", jsonl(records(10..50)));
    let args = ["compare", name, "new.jsonl", "--profile", "generic-sft", "--output-format", "markdown"];
    let found = scratch.run_args(&args).exits(0);
    let rows = found.stdout.lines().filter(|line| line.starts_with("| removed |"));
    for row in rows {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 4, "{row}");
    }
    assert!(
        !found.stdout.replace("\\<", "").contains('<') && !found.stdout.contains('\u{202e}'),
        "{}",
        found.stdout
    );
}

#[test]
fn every_form_goes_to_a_file_of_its_own() {
    let scratch = built(&records(0..60), &records(5..70));
    let files = "--output html=d.html --output markdown=c.md --output jsonl=c.jsonl --output text=c.txt";
    let found = scratch.run(&format!("compare a b {files}")).exits(0);
    assert_eq!(found.stdout.as_bytes(), scratch.read("c.txt"));
    let alone = scratch.run("compare a b --output-format markdown").exits(0);
    assert_eq!(alone.stdout.as_bytes(), scratch.read("c.md"));
    let page = String::from_utf8(scratch.read("d.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Content-Security-Policy"));
    assert!(!page.contains("<script") && page.contains("a → b"), "{page}");
    for (file, code) in [("html=a/x.html", 2), ("html=", 2), ("pdf=x.pdf", 2), ("html=no/where.html", 2)] {
        scratch.run(&format!("compare a b --output {file}")).exits(code);
    }
    scratch.run("compare a b --output html=d.html --output text=d.html").exits(2);
    scratch.run("verify a").exits(0);
}

#[test]
fn a_page_has_no_element_of_the_data() {
    let scratch = Scratch::new();
    let name = "<img src=x onerror=alert(1)>&\u{202e}.jsonl";
    scratch.write(name, jsonl(records(0..40)));
    scratch.write("new.jsonl", jsonl(records(10..50)));
    let args = ["compare", name, "new.jsonl", "--profile", "generic-sft", "--output-format", "html"];
    let page = scratch.run_args(&args).exits(0).stdout;
    assert!(!page.contains("<img") && !page.contains('\u{202e}') && page.contains("&lt;img"), "{page}");
}

#[test]
fn a_label_that_was_corrected_is_a_change() {
    let labelled = |n: usize, topic: &str| {
        format!(r#"{{"id":{n},"prompt":"question {n}","completion":"answer {n}","topic":"{topic}"}}"#)
    };
    let old: Vec<String> = (0..60).map(|n| labelled(n, "a")).collect();
    let new: Vec<String> = (0..60).map(|n| labelled(n, if n < 7 { "b" } else { "a" })).collect();
    let scratch = written(&old, &new);
    for (file, out) in [("old.jsonl", "a"), ("new.jsonl", "b")] {
        scratch.run(&format!("build {file} --label-field /topic --id /id --out {out}")).exits(0);
    }
    let found = scratch.run("compare a b --output-format jsonl --max-changed 6").exits(1);
    let last = found.summary();
    assert_eq!(
        [&last["same"], &last["changed"], &last["changed_by_id"]],
        [53, 7, 0].map(Value::from).each_ref()
    );
    let tokens = found.objects().into_iter().find(|object| object["what"] == "tokens").unwrap();
    let p50 = scratch.manifest("a")["record_tokens"]["p50"].clone();
    assert_eq!(tokens["medians"][0], Value::from(vec![p50.clone(), p50]));
}
