//! `--eval-set`: records that share text with evaluation data, as the guide defines it.

use serde_json::json;

use crate::corpus::record;
use crate::scratch::{Scratch, gzip, jsonl};

/// So many words that nothing else has.
fn words(name: &str, range: std::ops::Range<usize>) -> String {
    range.map(|n| format!("{name}{n}")).collect::<Vec<_>>().join(" ")
}

/// Training records of which the first five share text with the evaluation data, and evaluation data in two files.
fn scratch() -> Scratch {
    let scratch = Scratch::new();
    let train = [
        record(&format!("Question: {}", words("q", 3..16)), "thirteen words"),
        record("x", &format!("Well, {} and so on", words("r", 0..9))),
        record("Who wrote it", "a name"),
        record(&words("t", 0..7), "t7, T8! t9 t10 t11 t12 t13"),
        record(&words("q", 3..16).to_uppercase(), "in capitals"),
        record(&words("q", 3..15), "twelve words are too few"),
        record(&format!("{} but what is it", words("r", 0..7)), "seven are too few"),
        record("And who wrote it", "not as a whole"),
        record("yes", "one word is nothing"),
    ];
    scratch.write("train.jsonl", jsonl(train));
    let questions = [
        json!({"id": 1, "question": words("q", 0..60)}),
        json!({"id": 2, "question": words("r", 0..10)}),
        json!({"id": 3, "question": ["Who wrote", {"it": "it?"}]}),
        json!({"id": 4, "question": "yes"}),
        json!({"id": 5}),
        json!({"id": 1, "question": words("q", 0..60)}),
    ];
    scratch.write("questions.jsonl.gz", gzip(&jsonl(questions.map(|question| question.to_string()))));
    scratch.write("pairs.jsonl", jsonl([record(&words("t", 0..20), &words("u", 0..20))]));
    scratch
}

const SETS: &str = "--eval-set questions.jsonl.gz:/question --eval-set pairs.jsonl";

#[test]
fn every_match_is_reported_with_its_place() {
    let scratch = scratch();
    let build = format!("build train.jsonl --out o --overwrite --skip tokens --output-format jsonl {SETS}");
    let built = scratch.run(&build).exits(0);
    let lines = |code: &str| -> Vec<u64> {
        let of_code = built.findings().into_iter().filter(|finding| finding["code"] == code);
        of_code.map(|finding| finding["line"].as_u64().unwrap_or(0)).collect()
    };
    assert_eq!(lines("contamination/match"), [1, 2, 3, 4, 5]);
    assert_eq!(lines("contamination/uncompared"), [0]);
    let first = &built.findings()[0];
    assert_eq!((&first["pointer"], &first["byte_offset"]), (&json!("/prompt"), &json!(10)));
    assert_eq!(
        first["message"],
        "shares 13 words in a row with questions.jsonl.gz:1, and 22 % of its words in all"
    );
    let uncompared = built.findings().into_iter().find(|f| f["code"] == "contamination/uncompared").unwrap();
    assert_eq!(
        uncompared["message"],
        "2 of 7 evaluation records are not compared: 1 has no text, 1 has fewer than 3 words"
    );
    let manifest = scratch.manifest("o");
    let sets = manifest["eval_sets"].as_array().unwrap();
    let names: Vec<&str> = sets.iter().filter_map(|set| set["name"].as_str()).collect();
    assert_eq!(names, ["questions.jsonl.gz", "pairs.jsonl"]);
    assert_eq!(sets[1]["bytes"].as_u64(), Some(scratch.read("pairs.jsonl").len() as u64));
    assert_eq!((&sets[1]["records"], sets[1]["blake3"].as_str().map(str::len)), (&json!(1), Some(64)));
    let rows = scratch.table("o", "contamination");
    let row = |n: usize| {
        let columns = "line eval_file eval_line method pointer text_offset words covered_words counted_words";
        columns.split(' ').map(|column| rows[n][column].clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        (0..rows.len()).map(row).collect::<Vec<_>>(),
        [
            "1 questions.jsonl.gz 1 ngram /prompt 10 13 13 60",
            "2 questions.jsonl.gz 2 coverage /completion 6 9 9 10",
            "3 questions.jsonl.gz 3 whole /prompt 0 3 3 3",
            "4 pairs.jsonl 1 ngram /prompt 0 14 14 40",
            "5 questions.jsonl.gz 1 ngram /prompt 0 13 13 60",
        ]
    );
    assert_eq!(rows[1]["coverage"], "0.9");
    // What has no line of its own is in the manifest, and verified.
    scratch.run("verify o").exits(0);
    let tree = scratch.tree("o");
    for flags in ["--threads 3 --chunk-bytes 64 --no-mmap", "--facts f", "--facts f"] {
        scratch.run(&format!("{build} {flags}")).exits(0);
        assert!(scratch.tree("o") == tree, "{flags}");
    }
    let check = format!("check train.jsonl --skip tokens --output-format jsonl {SETS}");
    assert_eq!(scratch.run(&check).exits(0).by_code(), built.by_code());
    // Another threshold, and none of the other kind.
    scratch.run(&format!("{build} --eval-ngram 12 --eval-coverage 1")).exits(0);
    let rows = scratch.table("o", "contamination");
    assert_eq!(rows.iter().map(|row| row["line"].as_str()).collect::<Vec<_>>(), ["1", "3", "4", "5", "6"]);
}

#[test]
fn what_matches_can_be_left_out_or_fail_the_run() {
    let scratch = scratch();
    let build = format!("build train.jsonl --out o --overwrite --skip tokens {SETS}");
    scratch.run(&format!("{build} --eval-hits drop --fail-on warning --skip balance")).exits(1);
    let manifest = scratch.manifest("o");
    assert_eq!((&manifest["counts"]["unselected"], &manifest["counts"]["train"]), (&json!(5), &json!(4)));
    assert_eq!(manifest["findings"]["contamination/dropped"], 5);
    let rows = scratch.table("o", "records");
    let gone = rows.iter().filter(|row| row["reason"] == "contamination" && row["verdict"] == "unselected");
    assert_eq!(gone.map(|row| row["line"].as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
    assert_eq!(scratch.table("o", "contamination").len(), 5);
    let failed = scratch.run(&format!("{build} --eval-hits fail")).exits(1);
    let why = "5 of 9 records share text with evaluation data, which --eval-hits fail does not allow";
    assert!(failed.stdout.contains(why), "{}", failed.stdout);
    let manifest = scratch.manifest("o");
    assert_eq!(
        (&manifest["ready"], &manifest["findings"]["contamination/found"]),
        (&json!(false), &json!(1))
    );
    let checked = scratch.run(&format!("check train.jsonl --skip tokens {SETS} --eval-hits fail")).exits(1);
    assert!(checked.stdout.contains(why), "{}", checked.stdout);
}

#[test]
fn a_form_that_many_evaluation_records_have_is_no_match() {
    let form = words("form", 0..20);
    let scratch = Scratch::with(
        "a.jsonl",
        jsonl([record(&form, "x"), record(&words("own3x", 0..9), &words("own3x", 9..13))]),
    );
    let test = (0..11).map(|n| record(&form, &words(&format!("own{n}x"), 0..30)));
    scratch.write("test.jsonl", jsonl(test));
    let check = "check a.jsonl --skip tokens --output-format jsonl --eval-set test.jsonl";
    let checked = scratch.run(check).exits(0);
    let found: Vec<_> =
        checked.findings().into_iter().filter(|f| f["code"] == "contamination/match").collect();
    assert_eq!(found.iter().map(|finding| &finding["line"]).collect::<Vec<_>>(), [2]);
    let common = checked.findings().into_iter().find(|f| f["code"] == "contamination/common").unwrap();
    assert_eq!(
        common["message"],
        "8 runs of 13 words, each in more than 10 evaluation records, count as forms of the test and no match"
    );
}

#[test]
fn evaluation_data_can_be_configured() {
    let scratch = scratch();
    scratch.write(
        "c/bedload.toml",
        "[stages.contamination]\nsets = [\"../questions.jsonl.gz:/question\"]\nngram = 20\nhits = \"drop\"\n",
    );
    let found = |flags: &str| {
        let checked = scratch.run(&format!("check train.jsonl --skip tokens --output-format jsonl {flags}"));
        checked.exits(0).by_code().get("contamination/match").copied().unwrap_or(0)
    };
    assert_eq!(found("--config c/bedload.toml"), 2);
    assert_eq!(found("--config c/bedload.toml --eval-ngram 13"), 4);
    assert_eq!(found("--config c/bedload.toml --skip contamination"), 0);
    scratch.write("c/bedload.toml", "[stages.contamination]\nngram = 2\n");
    let refused = scratch.run("check train.jsonl --config c/bedload.toml").refuses(2);
    assert!(refused.contains("ngram") && refused.contains("must be from 3 to 64"), "{refused}");
}

#[test]
fn evaluation_data_that_cannot_be_compared_is_refused() {
    let scratch = scratch();
    scratch.write("short.jsonl", jsonl([record("yes", "no"), record("no", "yes")]));
    scratch.write("other.jsonl", jsonl([r#"{"question":"What is it that nobody knows?"}"#]));
    for (flags, expected) in [
        ("--eval-set short.jsonl", "no record has a text of at least 3 words to compare"),
        ("--eval-set short.jsonl:/nowhere", "no record has a text of at least 3 words to compare"),
        ("--eval-set other.jsonl", "name the field of the text, e.g. other.jsonl:/question"),
        ("--eval-set -", "evaluation data is read from files"),
        ("--eval-set short.jsonl:/a~2", "write FILE, or FILE:POINTER"),
        ("--eval-ngram 13", "--eval-ngram needs --eval-set FILE"),
        ("--eval-ngram 2 --eval-set pairs.jsonl", "2 is not in 3..=64"),
        ("--eval-coverage 1.5 --eval-set pairs.jsonl", "write a number above 0 and up to 1"),
        ("--eval-hits sometimes --eval-set pairs.jsonl", "--eval-hits"),
        ("--eval-hits drop --eval-set pairs.jsonl", "check leaves no record out"),
        (
            "--eval-set pairs.jsonl --skip contamination",
            "--eval-set cannot be used with --skip contamination",
        ),
    ] {
        let refused = scratch.run(&format!("check train.jsonl {flags}")).refuses(2);
        assert!(refused.contains(expected), "{flags}: {refused}");
    }
    let refused = scratch.run("check train.jsonl --eval-set none.jsonl").refuses(3);
    assert!(refused.contains("none.jsonl: could not be opened"), "{refused}");
}
