//! `evaluate --against`: two models on the same prompts.

use crate::evaluating::{labels, line, of_kind};
use crate::scratch::{Scratch, jsonl};

/// Labels of which another model gets others right.
fn others() -> Vec<String> {
    let swap = |line: String| line.replace(r#""prediction":"yes""#, r#""prediction":"no""#);
    labels().into_iter().map(swap).collect()
}

#[test]
fn two_models_are_compared_on_the_prompts_of_both() {
    let scratch = Scratch::with("a.jsonl", jsonl(labels()));
    // In another order, with a prompt of its own and without one of the first file.
    let mut lines = others();
    lines.reverse();
    lines.pop();
    lines.push(line("elsewhere", "yes", "yes"));
    scratch.write("b.jsonl", jsonl(lines));
    let run = scratch.run("evaluate --predictions a.jsonl --against b.jsonl --output-format jsonl").exits(0);
    let objects = run.objects();
    let comparison = of_kind(&objects, "comparison")[0];
    assert_eq!(comparison["records"], 11);
    assert_eq!((&comparison["unmatched"], &comparison["unmatched_against"]), (&1.into(), &1.into()));
    let accuracy = &comparison["scores"][0];
    // The other model says no to everything: right for three of the eleven. This one is right for eight.
    assert_eq!((&accuracy["value"], &accuracy["against"]), (&(8.0 / 11.0).into(), &(3.0 / 11.0).into()));
    assert_eq!((&accuracy["only_this_right"], &accuracy["only_against_right"]), (&6.into(), &1.into()));
    // 2 × (1 + 7) / 2^7.
    assert_eq!((&accuracy["p"], &accuracy["test"]), (&0.125.into(), &"mcnemar".into()));
    assert_eq!(comparison["scores"][6]["name"], "f1_macro");
    assert_eq!(comparison["scores"][6]["test"], "paired-bootstrap");
    let finding = of_kind(&objects, "finding")[0];
    assert_eq!((&finding["code"], &finding["severity"]), (&"evaluation/unmatched".into(), &"warning".into()));
    // The scores of the first file are those of all its lines.
    assert_eq!(of_kind(&objects, "metrics")[0]["records"], 12);
    let page = scratch.run("evaluate --predictions a.jsonl --against b.jsonl").exits(0).stdout;
    assert!(page.contains("against b.jsonl: 11 prompts in both"), "{page}");
    let (_, scores) = page.split_once("a.jsonl: 12 predictions").unwrap();
    assert!(scores.lines().all(|line| line.chars().count() <= 80), "{page}");
}

#[test]
fn equal_prompts_are_matched_in_order_and_other_references_are_set_aside() {
    let scratch = Scratch::new();
    scratch.write("a.jsonl", jsonl([line("p", "one", "one"), line("p", "two", "x"), line("q", "r", "r")]));
    scratch
        .write("b.jsonl", jsonl([line("p", "one", "x"), line("p", "two", "two"), line("q", "other", "r")]));
    let run = "evaluate --predictions a.jsonl --against b.jsonl --task generation --output-format jsonl";
    let objects = scratch.run(run).exits(0).objects();
    let comparison = of_kind(&objects, "comparison")[0];
    assert_eq!((&comparison["records"], &comparison["other_reference"]), (&2.into(), &1.into()));
    assert_eq!((&comparison["unmatched"], &comparison["unmatched_against"]), (&0.into(), &0.into()));
    assert_eq!(comparison["scores"][0]["only_this_right"], 1);
    assert_eq!(comparison["scores"][0]["only_against_right"], 1);
    assert_eq!(of_kind(&objects, "finding")[0]["code"], "evaluation/other-reference");
    // By an id of any kind.
    let by_id = |id: &str| jsonl([format!(r#"{{"id":{id},"reference":"r","prediction":"r"}}"#)]);
    scratch.write("a.jsonl", by_id("[1,{\"k\":2}]"));
    scratch.write("b.jsonl", by_id("[1,{\"k\":2}]"));
    scratch.write("c.jsonl", by_id("[1,2]"));
    let run = |other: &str| {
        let flags = "--prompt-field /id --output-format jsonl";
        scratch.run(&format!("evaluate --predictions a.jsonl --against {other} {flags}"))
    };
    assert_eq!(of_kind(&run("b.jsonl").exits(0).objects(), "comparison")[0]["records"], 1);
    // A comparison of nothing is never green.
    assert!(run("c.jsonl").refuses(2).contains("there is nothing to compare"));
    // Without prompts there is nothing to match by.
    let found =
        scratch.run("evaluate --predictions a.jsonl --against b.jsonl --output-format jsonl").exits(2);
    assert!(found.stdout.contains("there is no prompt"), "{}", found.stdout);
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let scratch = Scratch::with("a.jsonl", jsonl(labels()));
    for task in ["classification", "generation"] {
        let run =
            format!("evaluate --predictions a.jsonl --against a.jsonl --task {task} --output-format jsonl");
        let objects = scratch.run(&run).exits(0).objects();
        let comparison = of_kind(&objects, "comparison")[0];
        for score in comparison["scores"].as_array().unwrap() {
            assert_eq!((&score["difference"], &score["p"]), (&0.0.into(), &1.0.into()), "{score}");
        }
    }
}
