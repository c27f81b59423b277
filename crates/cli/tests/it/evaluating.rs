//! `evaluate`: scores of predictions, and that no line is lost and no text shown.

use std::fmt::Write;

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::scratch::{Scratch, gzip, jsonl, zstd};

pub(crate) fn line(prompt: &str, reference: &str, prediction: &str) -> String {
    serde_json::json!({"prompt": prompt, "reference": reference, "prediction": prediction}).to_string()
}

/// Twelve predictions of two labels, of which nine are right.
pub(crate) fn labels() -> Vec<String> {
    let wrong = [2, 5, 6];
    let label = |n: usize| if n.is_multiple_of(3) { "no" } else { "yes" };
    let other = |n: usize| if n.is_multiple_of(3) { "yes" } else { "no" };
    let given = |n: usize| if wrong.contains(&n) { other(n) } else { label(n) };
    (0..12).map(|n| line(&format!("q{n}"), label(n), given(n))).collect()
}

fn evaluated(lines: &[String], args: &str) -> (i32, Vec<Value>) {
    let scratch = Scratch::with("p.jsonl", jsonl(lines));
    let outcome = scratch.run(&format!("evaluate --predictions p.jsonl --output-format jsonl {args}"));
    (outcome.code, outcome.objects())
}

pub(crate) fn of_kind<'o>(objects: &'o [Value], kind: &str) -> Vec<&'o Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

#[test]
fn labels_are_scored_for_people() {
    let scratch = Scratch::with("p.jsonl", jsonl(labels()));
    let run = scratch.run("evaluate --predictions p.jsonl --resamples 0 --show-content").exits(0);
    expect![[r#"
        p.jsonl: 12 predictions scored as classification (detected)

                                   score
          accuracy                0.7500
          precision weighted      0.7714
          recall weighted         0.7500
          F1 weighted             0.7556
          precision macro         0.7286
          recall macro            0.7500
          F1 macro                0.7333

               class                records  predicted  precision   recall       F1
            1  no                         4          5     0.6000   0.7500   0.6667
            2  yes                        8          7     0.8571   0.7500   0.8000

        confusion matrix (rows: reference, columns: prediction)
                                  1 2
            1  no                 3 1
            2  yes                2 6
    "#]]
    .assert_eq(&run.stdout);
}

#[test]
fn labels_are_scored_for_programs() {
    let (code, objects) = evaluated(&labels(), "--task classification");
    assert_eq!(code, 0);
    let kinds: Vec<&str> = objects.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["metrics", "class", "class", "confusion", "confusion", "confusion", "confusion", "summary"]
    );
    let metrics = &objects[0];
    assert_eq!((&metrics["task"], &metrics["records"]), (&"classification".into(), &12.into()));
    assert_eq!((&metrics["accuracy"], &metrics["recall_weighted"]), (&0.75.into(), &0.75.into()));
    for name in
        ["accuracy", "precision_weighted", "f1_weighted", "precision_macro", "recall_macro", "f1_macro"]
    {
        let [low, value, high] =
            [format!("{name}_low"), name.to_owned(), format!("{name}_high")].map(|key| metrics[key].as_f64());
        assert!(low < value && value < high, "{name}: {low:?} {value:?} {high:?}");
    }
    assert_eq!(objects[1]["label"], "no");
    assert_eq!(objects.last().unwrap()["exit_code"], 0);
}

#[test]
fn texts_are_scored() {
    let lines = [
        line("a", "The Eiffel Tower", "the eiffel tower!"),
        line("b", "in 1889", "It was built in 1889."),
        line("c", "Gustave Eiffel", "Gustave Eiffel"),
        line("d", "iron", "steel"),
    ];
    let (code, objects) = evaluated(&lines, "");
    assert_eq!(code, 0);
    let metrics = &objects[0];
    assert_eq!((&metrics["task"], &metrics["records"]), (&"generation".into(), &4.into()));
    assert_eq!((&metrics["exact_match"], &metrics["exact_match_normalized"]), (&0.25.into(), &0.5.into()));
    let near = |key: &str, expected: f64| (metrics[key].as_f64().unwrap() - expected).abs() < 1e-12;
    // Of `it was built in 1889` two words of five are right, and both of the reference are there.
    let one = 2.0 * 0.4 / 1.4;
    assert!(near("token_f1", (2.0 + one) / 4.0) && near("rouge_l", (2.0 + one) / 4.0), "{metrics}");
}

#[test]
fn fields_are_found_where_others_write_them() {
    let check = |line: &str, args: &str| {
        let lines = vec![line.to_owned(); 2];
        let (code, objects) = evaluated(&lines, &format!("--task generation {args}"));
        assert_eq!((code, &objects[0]["exact_match"]), (0, &1.0.into()), "{line}: {objects:?}");
    };
    check(r#"{"prompt":"p","completion":"x","prediction":"x"}"#, "");
    check(
        r#"{"prompt":"p","referenceResponse":"x","modelResponses":[{"response":"x","modelIdentifier":"m"}]}"#,
        "",
    );
    check(
        r#"{"automatedEvaluationResult":{},"inputRecord":{"prompt":"p","referenceResponse":"x"},"modelResponses":[{"response":"x"}]}"#,
        "",
    );
    check(
        r#"{"a":{"b/c":["x"]},"o":"x","reference":"y"}"#,
        "--reference-field /a/b~1c/0 --prediction-field /o",
    );
    // Numbers and booleans are labels too, whatever their spelling.
    check(r#"{"reference":1.50,"prediction":"1.5"}"#, "");
    check(r#"{"reference":true,"prediction":"true"}"#, "");
    check(r#"{"reference":"","prediction":""}"#, "");
}

#[test]
fn lines_that_cannot_be_scored_are_findings() {
    let check = |line: &str, expect: Expect| {
        let mut lines = labels();
        lines.insert(3, line.to_owned());
        let (code, objects) = evaluated(&lines, "");
        let mut shown = String::new();
        for finding in of_kind(&objects, "finding") {
            let (code, at, message) = (&finding["code"], &finding["column"], &finding["message"]);
            let (line, pointer) = (&finding["line"], &finding["pointer"]);
            writeln!(shown, "{line}:{at} {pointer} {code} {message}").unwrap();
            assert_eq!(finding["file"], "p.jsonl");
        }
        assert_eq!((code, &objects.last().unwrap()["rejected"]), (1, &1.into()), "{line}");
        // The others are scored all the same.
        assert_eq!(of_kind(&objects, "metrics")[0]["records"], 12);
        assert_eq!(of_kind(&objects, "metrics")[0]["accuracy"], 0.75);
        assert!(!shown.contains("secret"), "{shown}");
        expect.assert_eq(&shown);
    };
    check(
        r#"{"reference":"secret","prediction":null}"#,
        expect![[r#"
            4:36 "/prediction" "schema/wrong-type" "`/prediction` is null"
        "#]],
    );
    check(
        r#"{"reference":{"secret":1},"prediction":["secret"]}"#,
        expect![[r#"
            4:14 "/reference" "schema/wrong-type" "`/reference` must be a string, a number or a boolean, not an object"
            4:40 "/prediction" "schema/wrong-type" "`/prediction` must be a string, a number or a boolean, not an array"
        "#]],
    );
    check(
        r#"{"prompt":"secret","prediction":"yes"}"#,
        expect![[r#"
            4:1 "/reference" "schema/missing-field" "there is no reference at `/reference`, `/referenceResponse`, `/inputRecord/referenceResponse` or `/completion`; --reference-field names another place"
        "#]],
    );
    check(
        r#"{"reference":"yes","reference":"no","prediction":"yes"}"#,
        expect![[r#"
            4:20 "/?1" "json/duplicate-key" "the key occurs twice in this object"
        "#]],
    );
    check(
        "",
        expect![[r#"
        4:1 "" "json/blank-line" "the line is blank"
    "#]],
    );
    check(
        "{\"reference\":\"secret",
        expect![[r#"
            4:14 "/?0" "json/syntax" "the string is not closed on this line"
        "#]],
    );
}

#[test]
fn a_file_without_a_usable_line_has_no_scores() {
    let (code, objects) = evaluated(&["{}".to_owned()], "");
    let metrics = of_kind(&objects, "metrics")[0];
    assert_eq!((code, &metrics["records"], &metrics["rouge_l"]), (1, &0.into(), &Value::Null));
    let scratch = Scratch::with("p.jsonl", "{}\n");
    let page = scratch.run("evaluate --predictions p.jsonl").exits(1).stdout;
    assert!(
        page.contains("no prediction can be scored\nnot scored: 1 line of 1, which has errors"),
        "{page}"
    );
    let said = Scratch::with("p.jsonl", "").run("evaluate --predictions p.jsonl").refuses(2);
    assert!(said.contains("contains no predictions"), "{said}");
}

#[test]
fn many_bad_lines_are_all_told() {
    let mut lines = labels();
    lines.extend(vec!["{}".to_owned(); 20_000]);
    let (code, objects) = evaluated(&lines, "");
    let findings = of_kind(&objects, "finding");
    assert_eq!((code, findings.len()), (1, 40_000));
    assert_eq!(findings[39_999]["line"], 20_012);
    assert_eq!(objects.last().unwrap()["by_code"]["schema/missing-field"], 40_000);
}

#[test]
fn labels_may_be_compared_without_case() {
    let mut lines = labels();
    lines.push(line("q12", "yes", " Yes\n"));
    let (_, objects) = evaluated(&lines, "");
    let metrics = of_kind(&objects, "metrics")[0];
    assert_eq!((&metrics["near_misses"], &metrics["classes"]), (&1.into(), &3.into()));
    let (_, objects) = evaluated(&lines, "--normalize");
    let metrics = of_kind(&objects, "metrics")[0];
    assert_eq!((&metrics["accuracy"], &metrics["classes"]), (&(10.0 / 13.0).into(), &2.into()));
}

#[test]
fn every_way_of_reading_gives_the_same() {
    let scratch = Scratch::with("p.jsonl", jsonl(labels()));
    let scores = |args: &str| {
        let run = scratch.run(&format!("evaluate {args} --output-format jsonl")).exits(0);
        run.objects().into_iter().filter(|object| object["kind"] != "summary").collect::<Vec<_>>()
    };
    let plain = scores("--predictions p.jsonl");
    scratch.write("p.jsonl.gz", gzip(&jsonl(labels())));
    scratch.write("p.jsonl.zst", zstd(&jsonl(labels())));
    scratch.write("p.json", format!("[{}]", labels().join(",\n")));
    let halves = labels();
    scratch.write("d/1.jsonl", jsonl(&halves[..5]));
    scratch.write("d/2.jsonl", jsonl(&halves[5..]));
    for args in [
        "--predictions p.jsonl.gz",
        "--predictions p.jsonl.zst --threads 1",
        "--predictions p.json --array",
        "--predictions d",
        "--predictions d/1.jsonl --predictions d/2.jsonl --threads 3",
    ] {
        assert_eq!(scores(args), plain, "{args}");
    }
    let fed = scratch.feed("evaluate --predictions - --output-format jsonl", &jsonl(labels())).exits(0);
    assert_eq!(fed.objects()[0], plain[0]);
    assert_ne!(scores("--predictions p.jsonl --seed 1")[0], plain[0]);
}

#[test]
fn scores_of_each_prediction_are_written() {
    let scratch = Scratch::new();
    let mut lines = labels();
    lines.truncate(6);
    lines.insert(1, "{}".to_owned());
    lines.push(line("q", "no", "she said, \"no\""));
    scratch.write("p.jsonl", jsonl(&lines));
    scratch.run("evaluate --predictions p.jsonl --task classification --per-record s.csv").exits(1);
    expect![[r#"
        file,line,reference,prediction,exact_match,exact_match_normalized,token_f1,rouge_l
        p.jsonl,1,no,no,1,,,
        p.jsonl,3,yes,yes,1,,,
        p.jsonl,4,yes,no,0,,,
        p.jsonl,5,no,no,1,,,
        p.jsonl,6,yes,yes,1,,,
        p.jsonl,7,yes,no,0,,,
        p.jsonl,8,no,"she said, ""no""",0,,,
    "#]]
    .assert_eq(&String::from_utf8(scratch.read("s.csv")).unwrap());
    let said = scratch.run("evaluate --predictions p.jsonl --per-record s.csv").refuses(2);
    assert!(said.contains("--overwrite"), "{said}");
    scratch.run("evaluate --predictions p.jsonl --task generation --per-record s.csv --overwrite").exits(1);
    let text = String::from_utf8(scratch.read("s.csv")).unwrap();
    assert!(text.ends_with("\np.jsonl,8,,,0,0,0.5,0.5\n"), "{text}");
    scratch.run("evaluate --predictions p.jsonl --task generation --per-record report/s.parquet").refuses(2);
    std::fs::create_dir_all(scratch.path("out/report")).unwrap();
    scratch
        .run("evaluate --predictions p.jsonl --task generation --per-record out/report/s.parquet")
        .exits(1);
    let rows = scratch.table("out", "s");
    assert_eq!(rows.len(), 7);
    assert_eq!((rows[6]["line"].as_str(), rows[6]["token_f1"].as_str()), ("8", "0.5"));
    for (path, words) in [
        ("s.txt", "must end in .csv or .parquet"),
        ("s", "must end in .csv or .parquet"),
        ("s3://b/s.csv", "s3://b/s.csv"),
    ] {
        let said = scratch.run(&format!("evaluate --predictions p.jsonl --per-record {path}")).refuses(2);
        assert!(said.contains(words), "{said}");
    }
    assert!(scratch.names().iter().all(|name| !name.starts_with('.')), "{:?}", scratch.names());
}

#[test]
fn label_names_are_shown_only_where_asked_for() {
    let mut lines = labels();
    lines.push(line("q", "yes", "a secret"));
    let scratch = Scratch::with("p.jsonl", jsonl(lines));
    let shown = |args: &str| {
        let text = scratch.run(&format!("evaluate --predictions p.jsonl {args}")).exits(0).stdout;
        let jsonl =
            scratch.run(&format!("evaluate --predictions p.jsonl {args} --output-format jsonl")).stdout;
        let both = [text, jsonl];
        ["yes", "secret"].map(|word| both.iter().filter(|all| all.contains(word)).count())
    };
    assert_eq!(shown(""), [0, 0]);
    assert_eq!(shown("--task classification"), [2, 0]);
    assert_eq!(shown("--reference-field /reference"), [2, 0]);
    assert_eq!(shown("--show-content"), [2, 2]);
}

#[test]
fn what_a_label_holds_cannot_harm_a_terminal() {
    let mut lines = labels();
    lines.push(line("q", "yes", "\u{1b}[31mred\u{202e}"));
    let scratch = Scratch::with("p.jsonl", jsonl(lines));
    let page = scratch.run("evaluate --predictions p.jsonl --show-content").exits(0).stdout;
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}') && page.contains("u{1b}"), "{page}");
}

#[test]
fn many_classes_have_no_matrix() {
    let lines: Vec<String> = (0..400)
        .map(|n| line(&format!("q{n}"), &format!("class {}", n % 50), &format!("class {}", (n + n % 2) % 50)))
        .collect();
    let scratch = Scratch::with("p.jsonl", jsonl(lines));
    let page = scratch.run("evaluate --predictions p.jsonl --show-content").exits(0).stdout;
    assert!(page.contains("most confused") && !page.contains("confusion matrix"), "{page}");
    assert!(page.contains("and 10 classes with fewer records"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
}
