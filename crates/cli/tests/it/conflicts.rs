//! `--conflicts`: prompts with different answers, against a reading of all records that is written as the guide defines
//! them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::corpus::{Random, record};
use crate::scratch::{Scratch, jsonl};

/// Labelled records of which some have their prompt in common, in other spellings too.
fn records(n: usize) -> Vec<(String, String)> {
    let mut random = Random(7);
    let labels = ["spam", "ham", "Spam ", "offer"];
    let make = |_| {
        let prompt = format!("Is message {} spam, ham or an offer?", random.below(n / 2));
        let prompt = match random.below(3) {
            0 => prompt.to_uppercase(),
            1 => format!("  {}\n", prompt.replace(' ', "  ")),
            _ => prompt,
        };
        (prompt, (*random.pick(&labels)).to_owned())
    };
    (0..n).map(make).collect()
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines that stay under an action, from 0, where equal records are dropped before.
fn expected(records: &[(String, String)], action: &str) -> Vec<usize> {
    let mut by_prompt: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (nth, (prompt, _)) in records.iter().enumerate() {
        by_prompt.entry(folded(prompt)).or_default().push(nth);
    }
    let mut stay = Vec::new();
    for lines in by_prompt.values() {
        let label = |nth: usize| folded(&records[nth].1);
        let mut votes: HashMap<String, usize> = HashMap::new();
        lines.iter().for_each(|&nth| *votes.entry(label(nth)).or_default() += 1);
        let most = *votes.values().max().unwrap();
        let is_tie = votes.values().filter(|&&n| n == most).count() > 1;
        let last = label(*lines.last().unwrap());
        stay.extend(lines.iter().copied().filter(|&nth| {
            let stays = match action {
                "drop" => false,
                "majority" => !is_tie && votes[&label(nth)] == most,
                "last" => label(nth) == last,
                _ => true,
            };
            let is_first = records[..nth].iter().all(|other| *other != records[nth]);
            is_first && (votes.len() == 1 || stays)
        }));
    }
    stay.sort_unstable();
    stay
}

#[test]
fn what_stays_is_what_a_reading_of_all_records_says() {
    let records = records(400);
    let scratch =
        Scratch::with("a.jsonl", jsonl(records.iter().map(|(prompt, label)| record(prompt, label))));
    for action in ["report", "drop", "majority", "last"] {
        let build = format!("build a.jsonl --out o --overwrite --skip tokens --conflicts {action}");
        scratch.run(&build).exits(0);
        let rows = scratch.table("o", "records");
        let kept = rows.iter().enumerate().filter(|(_, row)| row["verdict"] == "kept");
        assert_eq!(kept.map(|(nth, _)| nth).collect::<Vec<_>>(), expected(&records, action), "{action}");
        let gone = rows.iter().filter(|row| row["reason"] == "conflict").count() as u64;
        let manifest = scratch.manifest("o");
        assert_eq!(manifest["counts"]["unselected"], gone);
        assert_eq!(manifest["counts"]["conflicting"], gone);
        let rows = scratch.table("o", "summary");
        let of = |scope: &str| rows.iter().find(|row| row["scope"] == scope).expect("a row")["value"].clone();
        assert_eq!(of("unselected_conflict").parse::<f64>().expect("a number") as u64, gone);
        assert_eq!(of("unselected_contamination").parse::<f64>().expect("a number") as u64, 0);
        assert_eq!(gone > 0, action != "report");
        let code = if action == "report" { "conflicts/labels" } else { "conflicts/resolved" };
        assert_eq!(manifest["findings"][code], 1, "{action}");
        let tree = scratch.tree("o");
        for flags in ["--threads 3 --chunk-bytes 100", "--facts f", "--facts f"] {
            scratch.run(&format!("{build} {flags}")).exits(0);
            assert!(scratch.tree("o") == tree, "{action} {flags}");
        }
    }
    scratch.run("verify o").exits(0);
}

#[test]
fn each_answer_is_a_row_of_the_report() {
    let lines = [
        record("Is it spam?", "spam"),
        record("is it  SPAM?", "spam"),
        record("Is it spam?", "spam"),
        record("Is it spam? ", "ham"),
        record("Is that?", "ham"),
        record("Is that one?", "ham"),
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let built =
        scratch.run("build a.jsonl --out o --skip tokens --output-format jsonl --validation 1").exits(0);
    let found = built.findings().into_iter().find(|finding| finding["code"] == "conflicts/labels").unwrap();
    assert_eq!(
        found["message"],
        "1 prompt has different labels in 4 records, e.g. a.jsonl:1 and a.jsonl:4; report/conflicts.parquet lists them"
    );
    let rows = scratch.table("o", "conflicts");
    let shown: Vec<String> = rows
        .iter()
        .map(|row| {
            let columns =
                "line kind label records stays prompt_records majority_label majority_share entropy";
            columns.split(' ').map(|column| row[column].clone()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "1 conflict spam 3 1 4 spam 0.75 0.8112781244591328",
            "4 conflict ham 1 1 4 spam 0.75 0.8112781244591328"
        ]
    );
    assert_eq!(rows[0]["prompt"], rows[1]["prompt"]);
}

#[test]
fn several_answers_are_no_conflict_where_data_is_not_for_classification() {
    let answer =
        |n: usize| format!("A long answer, the like of which no other record has: number {n}.\nIts end.");
    let lines: Vec<String> =
        (0..40).map(|n| record(&format!("Write about {}.", n / 2), &answer(n))).collect();
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let build = "build a.jsonl --out o --overwrite --skip tokens --output-format jsonl";
    let built = scratch.run(build).exits(0);
    assert!(!built.by_code().contains_key("conflicts/variation"));
    assert!(!scratch.path("o/report/conflicts.parquet").exists());
    let built = scratch.run(&format!("{build} --conflicts drop")).exits(0);
    assert_eq!(built.by_code()["conflicts/variation"], 1);
    assert_eq!(scratch.manifest("o")["counts"]["train"], 40);
    assert_eq!(scratch.table("o", "conflicts").len(), 40);
}

#[test]
fn labels_at_a_field_conflict_whatever_the_answers() {
    let of = |prompt: &str, completion: &str, label: &str| {
        json!({"prompt": prompt, "completion": completion, "label": label}).to_string()
    };
    let lines = [
        of("Greet me.", "Hello, and welcome to all of you!", "kind"),
        of("Greet me.", "Good morning to everybody here!", "Kind"),
        of("Leave me.", "Goodbye, and thank you for it all!", "kind"),
        of("Leave me.", "Get lost, and never come back here!", "rude"),
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("build a.jsonl --out o --skip tokens --label-field /label --conflicts drop").exits(0);
    let rows = scratch.table("o", "records");
    assert_eq!(
        rows.iter().map(|row| row["reason"].as_str()).collect::<Vec<_>>(),
        ["null", "null", "conflict", "conflict"]
    );
}

/// A source with labels and one without share all prompts; of the labelled records of one prompt, one was labelled again.
#[test]
fn records_of_a_source_without_labels_are_no_votes() {
    let of = |prompt: usize, completion: &str, label: Option<&str>| {
        let record = json!({"prompt": format!("Question {prompt}"), "completion": completion});
        let Some(label) = label else { return record.to_string() };
        let Value::Object(mut members) = record else { unreachable!("an object") };
        members.insert("cat".to_owned(), json!(label));
        Value::Object(members).to_string()
    };
    let scratch = Scratch::new();
    let mut labelled: Vec<String> = (0..20)
        .map(|n| of(n, &format!("A long answer with the number {n}"), Some(["x", "y"][n % 2])))
        .collect();
    labelled.push(of(0, "An answer that came later", Some("y")));
    labelled.push(of(1, "Another wording of the same", Some("y")));
    scratch.write("a.jsonl", jsonl(labelled));
    let chat = (0..20).map(|n| of(n, &format!("Something else, {n}"), None));
    // One without a label says the same as a labelled one that goes, and stays in its place.
    let same = of(0, "A long answer with the number 0", None);
    scratch.write("b.jsonl", jsonl(chat.chain([same])));
    scratch.write(
        "bedload.toml",
        "[[input]]\nname = \"a\"\npath = \"a.jsonl\"\nlabel = \"/cat\"\n[[input]]\nname = \"b\"\npath = \"b.jsonl\"\n",
    );
    let flags = "--to prompt-completion --extra drop --skip tokens --output-format jsonl";
    for (action, gone, is_heir) in [
        ("report", "", false),
        ("drop", "a 1, a 21", true),
        ("majority", "a 1, a 21", true),
        ("last", "a 1", true),
    ] {
        let build = format!("build --conflicts {action} {flags} --out o --overwrite");
        let built = scratch.run(&build).exits(0);
        let rows = scratch.table("o", "records");
        let left: Vec<String> = rows
            .iter()
            .filter(|row| row["reason"] == "conflict")
            .map(|row| format!("{} {}", row["source"], row["line"]))
            .collect();
        assert_eq!(left.join(", "), gone, "{action}");
        let copy = rows.iter().rfind(|row| row["source"] == "b").expect("a row");
        assert_eq!(copy["verdict"] == "kept", is_heir, "{action}");
        let message = |code: &str| {
            let found = built.findings().into_iter().find(|finding| finding["code"] == code);
            found.map(|finding| finding["message"].as_str().unwrap().to_owned()).unwrap_or_default()
        };
        let code = if action == "report" { "conflicts/labels" } else { "conflicts/resolved" };
        assert!(
            message(code)
                .starts_with("1 prompt has different labels in 2 records, e.g. a.jsonl:1 and a.jsonl:21")
        );
        assert!(
            message("conflicts/variation").starts_with("19 prompts have different answers in 39 records")
        );
        let rows = scratch.table("o", "conflicts");
        let conflicts = rows.iter().filter(|row| row["kind"] == "conflict");
        assert_eq!(conflicts.map(|row| row["label"].as_str()).collect::<Vec<_>>(), ["x", "y"], "{action}");
        scratch.run("verify o").exits(0);
    }
}

#[test]
fn the_prompt_of_a_conversation_is_all_before_its_last_answer() {
    let talk = |system: &str, first: &str, label: &str| {
        let text = |role: &str, text: &str| json!({"role": role, "content": [{"text": text}]});
        let messages = [
            text("user", "Hello."),
            text("assistant", first),
            text("user", "Is it?"),
            text("assistant", label),
        ];
        json!({"system": [{"text": system}], "messages": messages}).to_string()
    };
    let single = |system: &str, text: &str, label: &str| -> Value {
        json!({"system": [{"text": system}], "messages": [
            {"role": "user", "content": [{"text": text}]},
            {"role": "assistant", "content": [{"text": label}]},
        ]})
    };
    let lines = [
        single("Rate it.", "Fine", "good").to_string(),
        single("Rate it upside down.", "Fine", "bad").to_string(),
        single("rate it.", "fine", "bad").to_string(),
        talk("Rate it.", "Hi.", "good"),
        talk("Rate it.", "Hello.", "bad"),
    ];
    let others =
        (0..6).map(|n| single("Rate it.", &format!("Number {n}"), ["good", "bad"][n % 2]).to_string());
    let scratch = Scratch::with("a.jsonl", jsonl(lines.into_iter().chain(others)));
    scratch.run("build a.jsonl --out o --skip tokens --skip schema --conflicts drop").exits(0);
    let rows = scratch.table("o", "records");
    let reasons: Vec<&str> = rows[..5].iter().map(|row| row["reason"].as_str()).collect();
    assert_eq!(reasons, ["conflict", "null", "conflict", "null", "null"]);
}

#[test]
fn an_unknown_action_is_refused() {
    let scratch = Scratch::with("a.jsonl", jsonl([record("a", "b")]));
    let refused = scratch.run("build a.jsonl --out o --conflicts most").refuses(2);
    assert!(refused.contains("--conflicts") && refused.contains("majority"), "{refused}");
    let refused = scratch.run("build a.jsonl --out o --conflicts drop --skip conflicts").refuses(2);
    assert!(refused.contains("--conflicts cannot be used with --skip conflicts"), "{refused}");
}

/// Labels are no content, so equal records can differ in them; the one that dedupe keeps need not have the label that
/// stays.
#[test]
fn of_equal_records_one_with_the_label_that_stays_is_kept() {
    let labelled = |prompt: &str, label: &str| {
        json!({"prompt": prompt, "completion": format!("About {prompt}."), "l": label}).to_string()
    };
    let others = (0..12).map(|n| labelled(&format!("other {n}"), ["x", "y"][n % 2]));
    let same = ["x", "y", "x", "y", "y"].map(|label| labelled("same", label));
    let scratch = Scratch::with("a.jsonl", jsonl(same.into_iter().chain(others)));
    for (flags, kept) in [
        ("--conflicts majority", Some("2")),
        ("--conflicts last", Some("2")),
        ("--conflicts majority --survivor last", Some("5")),
        ("--conflicts drop", None),
    ] {
        let build = format!("build a.jsonl --out o --overwrite --skip tokens --label-field /l {flags}");
        scratch.run(&build).exits(0);
        let rows = scratch.table("o", "records");
        let lines = rows[..5].iter().filter(|row| row["verdict"] == "kept").map(|row| row["line"].as_str());
        assert_eq!(lines.collect::<Vec<_>>(), Vec::from_iter(kept), "{flags}");
        let survivors = scratch.table("o", "duplicates");
        if let Some(kept) = kept {
            assert!(survivors.iter().all(|row| row["survivor_line"] == kept), "{flags}: {survivors:?}");
        }
        scratch.run("verify o").exits(0);
    }
}

#[test]
fn data_without_any_record_has_no_conflicts() {
    for text in ["\n\n", "{\n", ""] {
        let scratch = Scratch::with("a.jsonl", text);
        scratch.run("build a.jsonl --out o --format prompt-completion --conflicts majority").exits(1);
    }
}

#[test]
fn check_reports_the_conflicts_that_build_lists() {
    let records = records(400);
    let labelled = |(nth, (prompt, label)): (usize, &(String, String))| {
        json!({"prompt": prompt, "completion": format!("answer {}", nth % 7), "label": label}).to_string()
    };
    let scratch = Scratch::new();
    scratch.write("a.jsonl", jsonl(records[..250].iter().map(|(prompt, label)| record(prompt, label))));
    scratch.write("b.jsonl", jsonl(records[250..].iter().map(|(prompt, label)| record(prompt, label))));
    scratch.write("fields.jsonl", jsonl(records.iter().enumerate().map(labelled)));
    let answers = (0..60)
        .map(|nth| record(&format!("question {}", nth / 2), &format!("a long answer {nth} ").repeat(9)));
    scratch.write("free.jsonl", jsonl(answers));
    let cases = [
        ("a.jsonl b.jsonl", "conflicts/labels"),
        ("fields.jsonl --label-field /label", "conflicts/labels"),
        ("fields.jsonl", "conflicts/labels"),
        ("free.jsonl", "conflicts/variation"),
    ];
    for (inputs, code) in cases {
        let said = |command: String| {
            let ran = scratch.run(&format!("{command} --skip tokens --output-format jsonl")).exits(0);
            let of_kind =
                |finding: &&Value| finding["code"].as_str().is_some_and(|it| it.starts_with("conflicts/"));
            let findings = ran.findings();
            let said = |finding: &Value| format!("{} {}", finding["code"], finding["message"]);
            findings.iter().filter(of_kind).map(said).collect::<Vec<_>>()
        };
        let built = said(format!("build {inputs} --conflicts report --out o --overwrite"));
        assert!(built.iter().any(|said| said.contains(code)), "{inputs}: {built:?}");
        let expected: Vec<String> =
            built.iter().map(|said| said.replace("; report/conflicts.parquet lists them", "")).collect();
        for threads in ["--threads 1", "--threads 3 --chunk-bytes 300"] {
            assert_eq!(said(format!("check {inputs} --conflicts {threads}")), expected, "{inputs}");
        }
        assert_eq!(said(format!("check {inputs}")), [""; 0]);
    }
    // Of two sources, one has labels: the answers of the other are no votes.
    scratch.write(
        "sources.toml",
        "[[input]]\npath = \"fields.jsonl\"\nlabel = \"/label\"\n[[input]]\npath = \"free.jsonl\"\n",
    );
    scratch.write("free.jsonl", jsonl(records.iter().map(|(prompt, _)| record(prompt, "no label at all"))));
    let said = |inputs: &str| {
        let checked = scratch.run(&format!("check {inputs} --conflicts --skip tokens --output-format jsonl"));
        let found = checked.exits(0).findings().into_iter().find(|it| it["code"] == "conflicts/labels");
        found.expect("a finding")["message"].clone()
    };
    assert_eq!(said("--config sources.toml"), said("fields.jsonl --label-field /label"));
    let refused = scratch.run("check a.jsonl --conflicts --skip conflicts").refuses(2);
    assert!(refused.contains("--conflicts"), "{refused}");
    let labels = scratch.run("check a.jsonl --conflicts --skip tokens --output-format jsonl").summary();
    let plain = scratch.run("check a.jsonl --skip tokens --output-format jsonl").summary();
    assert_eq!(labels["balance"], plain["balance"], "labels are not counted for people");
}
