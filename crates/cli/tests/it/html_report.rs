//! `report/index.html`: one page, made of the tables and the manifest, by `build` and again by `report`.

use serde_json::Value;

use crate::corpus::{file_of, mixed};
use crate::scratch::{Scratch, jsonl};

const PAGE: &str = "o/report/index.html";

fn page(scratch: &Scratch) -> String {
    String::from_utf8_lossy(&scratch.read(PAGE)).into_owned()
}

#[test]
fn the_page_is_made_again_with_the_same_bytes() {
    let scratch = Scratch::with("a.jsonl", file_of(&mixed(600, 5)));
    let build = "build a.jsonl --out o --quiet --validation 0.2 --near 0.7 --edges 0.5 --pii report --conflicts majority";
    let mut pages = Vec::new();
    for threads in [1, 2] {
        let outcome = scratch.run(&format!("{build} --overwrite --threads {threads}"));
        assert!(matches!(outcome.code, 0 | 1), "{}", outcome.stderr);
        scratch.run("verify o").exits(0);
        let built = page(&scratch);
        assert!(built.starts_with("<!DOCTYPE html>") && built.len() < 1 << 20);
        assert!(scratch.run("report o").exits(0).stderr.contains("unchanged"));
        std::fs::remove_file(scratch.path(PAGE)).unwrap();
        scratch.run("verify o").exits(1);
        scratch.run("report o").exits(0);
        assert_eq!(page(&scratch), built);
        std::fs::write(scratch.path(PAGE), "changed").unwrap();
        scratch.run("report o").exits(0);
        assert_eq!(page(&scratch), built);
        scratch.run("verify o").exits(0);
        pages.push(built);
    }
    assert_eq!(pages[0], pages[1], "for any number of threads");
}

#[test]
fn another_page_goes_elsewhere() {
    let line =
        |n: usize| format!(r#"{{"prompt":"question {n}","completion":"{}"}}"#, ["sure", "never"][n % 2]);
    let scratch = Scratch::with("a.jsonl", jsonl((0..60).map(line)));
    scratch.run("build a.jsonl --out o --quiet").exits(0);
    let built = page(&scratch);
    assert!(built.contains("class 1") && !built.contains("never"), "labels are text of records");
    let said = scratch.run("report o --show-content").refuses(2);
    assert!(said.contains("--out FILE"), "{said}");
    assert!(scratch.run("report o --show-content --out o/x.html").refuses(2).contains("inside"));
    scratch.run("report o --show-content --out x.html").exits(0);
    assert!(String::from_utf8(scratch.read("x.html")).unwrap().contains("never"));
    assert!(scratch.run("report o --out x.html").refuses(2).contains("--overwrite"));
    scratch.run("report o --out x.html --overwrite").exits(0);
    assert_eq!(scratch.read("x.html"), built.as_bytes());
    assert_eq!(page(&scratch), built);
    scratch.run("verify o").exits(0);
    let outcome = scratch.run("report o --output-format jsonl").exits(0);
    let summary: Value = serde_json::from_str(outcome.stdout.trim()).unwrap();
    assert_eq!((&summary["as_built"], &summary["unchanged"]), (&true.into(), &true.into()));
    // A page of tables that are not those of the build would say something else than the build.
    std::fs::copy(scratch.path("o/report/labels.parquet"), scratch.path("o/report/findings.parquet"))
        .unwrap();
    assert!(scratch.run("report o --out y.html").refuses(2).contains("not as it was built"));
    assert!(scratch.run("report nowhere").refuses(2).contains("no such directory"));
}

#[test]
fn values_of_fields_are_text_of_records() {
    let line = |n: usize| {
        format!(r#"{{"prompt":"question {n}","completion":"{}","lang":"secret"}}"#, ["sure", "never"][n % 2])
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..60).map(line)));
    scratch.write("b.jsonl", jsonl((0..60).map(|n| line(n).replace("secret", "cipher"))));
    for name in ["a", "b"] {
        let flags = "--balance /lang --label-field /completion --quiet";
        scratch.run(&format!("build {name}.jsonl --out {name} {flags}")).exits(0);
    }
    let built = String::from_utf8(scratch.read("a/report/index.html")).unwrap();
    assert!(built.contains("value 1") && built.contains("never") && !built.contains("secret"));
    scratch.run("report a --show-content --out x.html").exits(0);
    assert!(String::from_utf8(scratch.read("x.html")).unwrap().contains("secret"));
    for form in ["html", "text", "jsonl", "markdown"] {
        let compared = |flag: &str| scratch.run(&format!("compare a b --output-format {form} {flag}")).stdout;
        let is_shown = |text: &str| text.contains("secret") || text.contains("cipher");
        assert!(!is_shown(&compared("")), "{form}");
        assert!(is_shown(&compared("--show-content")), "{form}: {}", compared("--show-content"));
    }
}

#[test]
fn what_nothing_trains_on_costs_nothing() {
    let scratch = Scratch::with("a.jsonl", "{\n");
    scratch.run("build a.jsonl --profile nova-lite-sft --out o --quiet").exits(1);
    let built = page(&scratch);
    assert!(built.contains("Not ready") && !built.contains("Training cost") && !built.contains("$0"));
}

#[test]
fn an_evaluation_has_a_page() {
    let line = |n: usize, wrong: usize| {
        let labels = ["first", "second", "third"];
        let reference = labels[n % 3];
        let prediction = if n.is_multiple_of(wrong) { labels[(n + 1) % 3] } else { reference };
        format!(r#"{{"prompt":"p{n}","reference":"{reference}","prediction":"{prediction}"}}"#)
    };
    let scratch = Scratch::with("<b>.jsonl", jsonl((0..90).map(|n| line(n, 9))));
    scratch.write("b.jsonl", jsonl((0..90).map(|n| line(n, 2))));
    let run = "evaluate --predictions <b>.jsonl --against b.jsonl --html page.html";
    scratch.run(run).exits(0);
    let page = String::from_utf8(scratch.read("page.html")).unwrap();
    for part in ["Two models", "better", "Confusion", "class 1", "&lt;b&gt;.jsonl"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("second") && !page.contains("<b>.jsonl"));
    assert!(scratch.run(run).refuses(2).contains("--overwrite"));
    scratch.run(&format!("{run} --overwrite --show-content")).exits(0);
    assert!(String::from_utf8(scratch.read("page.html")).unwrap().contains("second"));
    let long = "a label that is longer than a column of the terminal";
    scratch.write("long.jsonl", jsonl((0..9).map(|n| line(n, 2).replace("second", long))));
    scratch.run("evaluate --predictions long.jsonl --html long.html --show-content").exits(0);
    assert!(String::from_utf8(scratch.read("long.html")).unwrap().contains(long), "in full");
    scratch.run("evaluate --predictions b.jsonl --overwrite").exits(2);
}
