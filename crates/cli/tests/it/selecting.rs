//! `--select`, `--select-tokens`, `--mix` and `--cap-class`: the promised counts, by strata, sources and groups of similar
//! records, and why each other record was left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::corpus::{Random, labelled, plain, record};
use crate::scratch::{Scratch, jsonl};

const SMALL: &str = r#"
[sources.QUOTA]
place = "a quota of ours"
date = "2026-11"

[[profile]]
name = "small"
based-on = "generic-sft"
limits.training-records-max = { value = 100, source = "QUOTA" }
limits.records-max = { value = 120, source = "QUOTA" }
"#;

fn build(lines: &[String], flags: &str, exit: i32) -> Scratch {
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run(&format!("build a.jsonl --out o {flags}")).exits(exit);
    scratch.run("verify o").exits(0);
    scratch
}

/// The training records by what follows the last space of their prompt.
fn by_last_word(scratch: &Scratch) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in scratch.side("o", "train") {
        let record: Value = serde_json::from_slice(&line).expect("JSON");
        let prompt = record["prompt"].as_str().unwrap_or_default();
        *counts.entry(prompt.rsplit(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    counts
}

/// Sentences of which those of one topic are nearly the same.
fn clustered(topics: usize, of_each: usize) -> Vec<String> {
    let words = |topic: usize| {
        let random = &mut Random(topic as u64 + 1);
        (0..40).map(|_| format!("w{}", random.below(5000))).collect::<Vec<_>>().join(" ")
    };
    let lines = (0..topics).flat_map(|topic| (0..of_each).map(move |n| (topic, n)));
    lines.map(|(topic, n)| record(&format!("{} {n} topic{topic}", words(topic)), &words(topic))).collect()
}

#[test]
fn each_group_of_similar_records_gives_one_before_any_gives_two() {
    let mut lines = clustered(10, 20);
    lines.extend(clustered(40, 1).split_off(10));
    let flags = "--skip tokens --group-near 0.5";
    let one_each = by_last_word(&build(&lines, &format!("--select 40 {flags}"), 0));
    assert_eq!(one_each.len(), 40);
    let more = by_last_word(&build(&lines, &format!("--select 50 {flags}"), 0));
    assert_eq!(more.values().filter(|&&n| n == 2).count(), 10);
    // Without being told what is similar, the large groups give most.
    assert!(by_last_word(&build(&lines, "--select 40 --skip tokens", 0)).len() < 30);
}

#[test]
fn sources_have_their_shares() {
    let scratch = Scratch::new();
    let of_source = |name: &str, n: usize| -> Vec<String> {
        (0..n).map(|n| record(&format!("{name} question {n} {name}"), &format!("answer {n}"))).collect()
    };
    scratch.write("chat.jsonl", jsonl(of_source("chat", 500)));
    scratch.write("code.jsonl", jsonl(of_source("code", 300)));
    scratch.write("news.jsonl", jsonl(of_source("news", 40)));
    let build = |flags: &str| {
        let inputs = "chat.jsonl code.jsonl news.jsonl";
        let said = scratch.run(&format!("build {inputs} --out o --overwrite --skip tokens {flags}")).exits(0);
        let counts = by_last_word(&scratch);
        (["chat", "code", "news"].map(|name| counts.get(name).copied().unwrap_or_default()), said.stdout)
    };
    let mix = "--mix chat.jsonl=2,code.jsonl=1,news.jsonl=1";
    assert_eq!(build(&format!("{mix} --select 100")).0, [50, 25, 25]);
    assert_eq!(build(mix).0, [80, 40, 40], "as much as the mix allows");
    let (counts, said) = build(&format!("{mix} --select 400"));
    assert_eq!(counts, [240, 120, 40]);
    assert!(said.contains("news.jsonl has 40 records, and its share of the mix is 100"), "{said}");
    assert_eq!(scratch.manifest("o")["findings"]["select/short-source"], 1);
    build(&format!("{mix} --select 1000"));
    let findings = &scratch.manifest("o")["findings"];
    assert_eq!(findings["select/too-few-records"], 1);
    assert!(findings["select/short-source"].is_null(), "there are too few in all");
    assert_eq!(build("--mix chat.jsonl=0.5,code.jsonl=1.5,news.jsonl=0 --select 100").0, [25, 75, 0]);
    // A source of duplicates only has nothing for its part.
    scratch.write("again.jsonl", jsonl(of_source("chat", 50)));
    let again = "build chat.jsonl again.jsonl --out p --skip tokens --mix chat.jsonl=1,again.jsonl=1";
    let said = scratch.run(again).exits(1).stdout;
    assert!(
        said.contains("select/short-source") && said.contains("again.jsonl has no record left"),
        "{said}"
    );
    let (_, said) = build("--select 10000");
    assert!(said.contains("10,000 records were requested; there are 840"), "{said}");
    assert_eq!(scratch.manifest("o")["findings"]["select/too-few-records"], 1);
    for (wrong, why) in [
        ("--mix chat.jsonl=1,cod.jsonl=1", "did you mean `code.jsonl`?"),
        ("--mix chat.jsonl=1,code.jsonl=1", "the source `news.jsonl` has no weight"),
        ("--mix chat.jsonl=0,code.jsonl=0,news.jsonl=0", "all weights are 0"),
        ("--mix chat.jsonl", "write NAME=WEIGHT"),
    ] {
        let said = scratch.run(&format!("build chat.jsonl code.jsonl news.jsonl --out p {wrong}")).exits(2);
        assert!(said.stderr.contains(why), "{}", said.stderr);
    }
}

#[test]
fn described_sources_have_names_and_weights() {
    let scratch = Scratch::new();
    let lines = |name: &str, n: usize| -> Vec<String> {
        (0..n).map(|n| record(&format!("question {n} {name}"), &format!("answer {n}"))).collect()
    };
    scratch.write("a/1.jsonl", jsonl(lines("chat", 60)));
    scratch.write("a/2.jsonl", jsonl(lines("chatty", 60)));
    scratch.write("b.jsonl", jsonl(lines("code", 60)));
    let tables = "[[input]]\npath = \"a/*.jsonl\"\nname = \"chat\"\nweight = 3\n\
        [[input]]\npath = \"b.jsonl\"\nname = \"code\"\nweight = 1.5\n\
        [[input]]\npath = \"elsewhere/*.jsonl\"\nname = \"news\"\nweight = 1\n";
    scratch.write("bedload.toml", tables);
    let code = |flags: &str| {
        let flags = format!("--out o --overwrite --skip tokens {flags}");
        scratch.run(&format!("build a/1.jsonl a/2.jsonl b.jsonl {flags}")).exits(0);
        let counts = by_last_word(&scratch);
        (counts.values().sum::<usize>(), counts["code"])
    };
    assert_eq!(code("--select 90"), (90, 30));
    assert_eq!(code(""), (180, 60));
    assert_eq!(code("--select 90 --mix code=6"), (90, 60));
    assert_eq!(code("--skip split"), (180, 60));
}

#[test]
fn a_budget_of_tokens_is_not_exceeded() {
    let random = &mut Random(3);
    let lines: Vec<String> =
        (0..400).map(|n| record(&format!("q{n}"), &"word ".repeat(1 + random.below(30)))).collect();
    let all = build(&lines, "", 0).manifest("o")["tokens"]["train"].as_u64().expect("a number");
    for budget in [all / 3, all - 1, 10] {
        let scratch = build(&lines, &format!("--select-tokens {budget}"), 0);
        let tokens = scratch.manifest("o")["tokens"]["train"].as_u64().expect("a number");
        assert!(tokens <= budget && budget - tokens < 40, "{tokens} of {budget}");
    }
    let scratch = build(&lines, &format!("--select-tokens {}", all + 1), 0);
    assert_eq!(scratch.manifest("o")["counts"]["unselected"], 0);
    assert_eq!(scratch.manifest("o")["findings"]["select/too-few-records"], 1);
}

#[test]
fn a_selection_fits_the_target() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(300)));
    scratch.write("small.toml", SMALL);
    let counts = |flags: &str| {
        let flags = format!("--profile small --profile-file small.toml --select fit --skip tokens {flags}");
        scratch.run(&format!("build a.jsonl --out o --overwrite {flags}"));
        let manifest = scratch.manifest("o");
        assert!(manifest["findings"].get("dataset/too-many-records").is_none(), "{flags}: {manifest}");
        ["train", "validation", "variants"].map(|what| manifest["counts"][what].as_u64().unwrap_or_default())
    };
    assert_eq!(counts(""), [100, 0, 0]);
    assert_eq!(counts("--validation 0.1"), [100, 11, 0]);
    assert_eq!(counts("--validation 0.4"), [72, 48, 0]);
    assert_eq!(counts("--validation 30"), [90, 30, 0]);
    assert_eq!(counts("--augment 3"), [33, 0, 66]);
    assert_eq!(counts("--augment 2 --validation 10"), [50, 10, 50]);
    let refused = scratch.run("build a.jsonl --out p --select fit").exits(2);
    assert!(refused.stderr.contains("--select fit needs a target"), "{}", refused.stderr);
}

#[test]
fn training_records_of_a_class_are_capped() {
    let lines = labelled(&[("yes", 200), ("no", 100), ("rare", 10)]);
    let scratch = build(&lines, "--cap-class 50 --validation 0.1 --skip tokens", 0);
    let manifest = scratch.manifest("o");
    assert_eq!(manifest["counts"]["train"], 50 + 50 + 9);
    assert_eq!(manifest["counts"]["validation"], 31, "validation keeps the mix of the data");
    let rows = scratch.table("o", "records");
    let capped = rows.iter().filter(|row| row["reason"] == "class-cap" && row["verdict"] == "unselected");
    assert_eq!(capped.count(), 310 - 31 - 109);
    let scratch = Scratch::with("a.jsonl", jsonl(plain(100)));
    let said = scratch.run("build a.jsonl --out o --cap-class 5 --skip tokens").exits(0);
    assert!(said.stdout.contains("--cap-class has no effect"), "{}", said.stdout);
    assert_eq!(scratch.manifest("o")["findings"]["balance/no-classes"], 1);
}

#[test]
fn a_selection_does_not_depend_on_order_threads_or_kept_facts() {
    let mut lines = clustered(30, 8);
    let flags = "--skip tokens --near 0.9 --group-near 0.4 --select 77 --validation 0.2 --cap-class 5 --stratify length";
    let sides = |scratch: &Scratch, out: &str| {
        ["train", "validation"].map(|side| scratch.side(out, side).into_iter().collect::<BTreeSet<Vec<u8>>>())
    };
    let scratch = build(&lines, flags, 0);
    let expected = sides(&scratch, "o");
    assert_eq!(expected.iter().map(BTreeSet::len).sum::<usize>(), 77);
    for more in
        ["--threads 1 --chunk-bytes 64", "--threads 3", "--facts f", "--facts f --memory-limit 250MiB"]
    {
        scratch.run(&format!("build a.jsonl --out p --overwrite {flags} {more}")).exits(0);
        assert!(sides(&scratch, "p") == expected, "{more}");
    }
    lines = clustered(30, 8);
    Random(9).shuffle(&mut lines);
    assert!(
        sides(&build(&lines, &flags.replace("--near 0.9 ", ""), 0), "o")
            == sides(&build(&clustered(30, 8), &flags.replace("--near 0.9 ", ""), 0), "o")
    );
}

#[test]
fn budgets_that_are_none_are_refused() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    for (flags, why) in [
        ("--select 0", "--select 0 would keep nothing"),
        ("--select-tokens 0", "--select-tokens 0 would keep nothing"),
        ("--select 3 --select-tokens 3", "cannot be used with"),
        ("--select-tokens 3 --skip tokens", "--select-tokens cannot be used with --skip tokens"),
        ("--select most", "neither a number of records nor `fit`"),
        ("--cap-class 0", "--cap-class 0 would keep nothing"),
        ("--cap-class 3 --skip balance", "--cap-class cannot be used with --skip balance"),
        ("--mix a.jsonl=1 --skip split", "--mix cannot be used with --skip split"),
    ] {
        let said = scratch.run(&format!("build a.jsonl --out o {flags}")).exits(2);
        assert!(said.stderr.contains(why), "{flags}: {}", said.stderr);
    }
    scratch.write("bedload.toml", "[stages.split]\nselect = 3\nselect-tokens = 9\n");
    let said = scratch.run("build a.jsonl --out o").exits(2);
    assert!(said.stderr.contains("two budgets"), "{}", said.stderr);
    scratch.write("bedload.toml", "[stages.split]\nselect = \"fit\"\nmix = { \"a.jsonl\" = 1.5 }\n");
    scratch.run("check a.jsonl").exits(0);
    scratch.run("build a.jsonl --out o").exits(2);
    scratch.run("build a.jsonl --out o --select 2").exits(0);
    let mix = &scratch.manifest("o")["config"]["stages"]["split"]["mix"];
    assert_eq!(mix["a.jsonl"], 1.5);
}

#[test]
fn pinned_records_are_selected_before_others_and_stay_on_their_sides() {
    let classes = |all: usize| labelled(&[("yes", all / 10 * 6), ("no", all / 10 * 3), ("maybe", all / 10)]);
    let scratch = Scratch::with("a.jsonl", jsonl(classes(200)));
    scratch.write("b.jsonl", jsonl(classes(400)));
    scratch.write("small.toml", SMALL);
    let sides = |out: &str| {
        let of_side = |side: &'static str| scratch.side(out, side).into_iter().map(move |line| (line, side));
        ["train", "validation"].into_iter().flat_map(of_side).collect::<BTreeMap<Vec<u8>, &str>>()
    };
    let build = |input: &str, out: &str, flags: &str| {
        let flags = format!("--out {out} --skip tokens --skip dedupe {flags}");
        let said = scratch.run(&format!("build {input} {flags}")).exits(0).stdout;
        scratch.run(&format!("verify {out}")).exits(0);
        said
    };
    let moved = |old: &str, new: &str| {
        let (old, new) = (sides(old), sides(new));
        old.iter().filter(|(line, side)| new.get(*line) != Some(side)).count()
    };
    build("a.jsonl", "old", "--validation 0.1");
    build("b.jsonl", "free", "--validation 0.1 --select 250 --seed 5");
    assert!(moved("old", "free") > 50, "without a pin, old records are left out");
    let said = build("b.jsonl", "new", "--validation 0.1 --select 250 --seed 5 --pin old");
    assert_eq!((moved("old", "new"), sides("new").len()), (0, 250));
    assert!(!said.contains("select/pinned-left-out"), "{said}");
    // The output that is pinned next has all records of the one before.
    build("b.jsonl", "newer", "--validation 0.1 --select 300 --seed 7 --pin new");
    assert_eq!((moved("old", "newer"), moved("new", "newer"), sides("newer").len()), (0, 0, 300));
    // A budget of tokens, and as many as the target takes; a maximum of a class.
    let fitted = "--validation 0.1 --select fit --profile small --profile-file small.toml";
    build("a.jsonl", "fit", fitted);
    build("b.jsonl", "fitter", &format!("{fitted} --pin fit --seed 6"));
    assert_eq!(moved("fit", "fitter"), 0);
    build("b.jsonl", "capped", "--validation 0.1 --cap-class 120 --seed 5 --pin old");
    assert_eq!(moved("old", "capped"), 0);
    // More records than there is room for: no other comes in, and a note has the number.
    let said = build("b.jsonl", "few", "--validation 0.1 --select 150 --seed 5 --pin old");
    assert!(said.contains("50 of 200 pinned records were left out"), "{said}");
    assert!(sides("few").iter().all(|(line, side)| sides("old").get(line) == Some(side)));
}
