//! `--near`: near-duplicates, against a comparison of all pairs that is written as the guide defines them.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::corpus::{Random, record};
use crate::scratch::{Scratch, jsonl};

/// The shingles of texts of ASCII, five words in a row, each as the number of its kind.
fn shingles(texts: &[[String; 2]]) -> Vec<BTreeSet<usize>> {
    let mut known: HashMap<Vec<String>, usize> = HashMap::new();
    let mut of = |[prompt, completion]: &[String; 2]| {
        let text = format!("{prompt} {completion}").to_ascii_lowercase();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_owned).collect();
        let windows = words.windows(words.len().clamp(1, 5));
        windows
            .map(|window| {
                let next = known.len();
                *known.entry(window.to_vec()).or_insert(next)
            })
            .collect()
    };
    texts.iter().map(&mut of).collect()
}

fn similarity(a: &BTreeSet<usize>, b: &BTreeSet<usize>) -> f64 {
    let common = a.intersection(b).count();
    common as f64 / (a.len() + b.len() - common) as f64
}

/// Prompts and completions of which many are copies of others with some words changed, from none to all.
pub(crate) fn texts(n: usize) -> Vec<[String; 2]> {
    let mut random = Random(11);
    let mut texts: Vec<[String; 2]> = Vec::new();
    for nth in 0..n {
        let mut words: Vec<String> = if nth < 10 || random.below(3) == 0 {
            (0..=random.below(120)).map(|_| format!("w{}", random.below(5000))).collect()
        } else {
            random.pick(&texts)[0].split(' ').map(str::to_owned).collect()
        };
        for edit in 0..random.below(7) {
            let at = random.below(words.len());
            match edit % 3 {
                0 => words[at] = format!("E{edit}"),
                1 => words.insert(at, "extra".to_owned()),
                _ => words[at] = words[at].to_uppercase(),
            }
        }
        texts.push([words.join(" "), format!("answer {}", random.below(4))]);
    }
    texts
}

#[test]
fn near_duplicates_are_those_of_a_comparison_of_all_pairs() {
    let texts = texts(500);
    let sets = shingles(&texts);
    let records = texts.iter().map(|[prompt, completion]| record(prompt, completion));
    let scratch = Scratch::with("a.jsonl", jsonl(records));
    for (threshold, last) in [(0.8, false), (0.5, false), (0.95, true), (1.0, true), (0.3, true)] {
        let survivor = if last { "last" } else { "first" };
        let flags = format!("--skip tokens --skip balance --near {threshold} --survivor {survivor}");
        scratch.run(&format!("build a.jsonl --out o --overwrite {flags}")).exits(0);
        let mut order: Vec<usize> = (0..texts.len()).collect();
        if last {
            order.reverse();
        }
        let mut stays: Vec<usize> = Vec::new();
        let mut expected: Vec<(u64, u64)> = Vec::new();
        for nth in order {
            match stays.iter().find(|&&other| similarity(&sets[nth], &sets[other]) >= threshold) {
                Some(&survivor) => expected.push((nth as u64 + 1, survivor as u64 + 1)),
                None => stays.push(nth),
            }
        }
        expected.sort_unstable();
        let rows = scratch.table("o", "duplicates");
        assert_eq!(rows.len(), expected.len(), "{threshold}");
        for (row, (line, survivor)) in rows.iter().zip(expected) {
            let number = |column: &str| row[column].parse::<u64>().unwrap();
            assert_eq!((number("line"), number("survivor_line")), (line, survivor), "{threshold}");
            let alike = similarity(&sets[line as usize - 1], &sets[survivor as usize - 1]);
            assert!(alike >= threshold && row["similarity"].parse() == Ok(alike), "{row:?}");
        }
        let lsh = format!("build a.jsonl --out lsh --overwrite {flags} --near-engine lsh");
        scratch.run(&lsh).exits(0);
        let of_lsh = scratch.table("lsh", "duplicates").len() as f64;
        assert!(of_lsh >= 0.99 * rows.len() as f64, "{of_lsh} of {}", rows.len());
    }
}

/// The texts of the records on a side.
fn texts_of(scratch: &Scratch, side: &str) -> Vec<[String; 2]> {
    let text = |line: Vec<u8>| {
        let record: Value = serde_json::from_slice(&line).unwrap();
        ["prompt", "completion"].map(|key| record[key].as_str().unwrap().to_owned())
    };
    scratch.side("o", side).into_iter().map(text).collect()
}

/// Pairs across the sides of the output that are at least so alike, by a comparison of all.
fn pairs_across(scratch: &Scratch, threshold: f64) -> usize {
    let mut texts = texts_of(scratch, "train");
    let train = texts.len();
    texts.extend(texts_of(scratch, "validation"));
    assert!(train < texts.len());
    let sets = shingles(&texts);
    let (train, validation) = sets.split_at(train);
    let alike = |a: &&BTreeSet<usize>| validation.iter().filter(|b| similarity(a, b) >= threshold).count();
    train.iter().map(|a| alike(&a)).sum()
}

#[test]
fn no_validation_record_is_like_a_training_record() {
    let records = texts(500).into_iter().map(|[prompt, completion]| record(&prompt, &completion));
    let scratch = Scratch::with("a.jsonl", jsonl(records));
    let build = "build a.jsonl --out o --overwrite --skip tokens --skip balance --validation 0.2";
    scratch.run(build).exits(0);
    // A split that knows nothing of it leaks.
    assert!(pairs_across(&scratch, 0.5) > 20);
    assert_eq!(
        scratch.manifest("o")["certificates"].to_string(),
        r#"{"shared_keys":0,"between":[{"sides":["train","validation"],"shared":{"prompt":0}}]}"#
    );
    for (flags, threshold) in
        [("--near 0.9", 0.8), ("--near 0.9 --group-near 0.5", 0.5), ("--group-near 0.6", 0.6)]
    {
        scratch.run(&format!("{build} {flags}")).exits(0);
        assert_eq!(pairs_across(&scratch, threshold), 0, "{flags}");
        let certificates = scratch.manifest("o")["certificates"].to_string();
        let expected = format!(
            r#"{{"shared_keys":0,"between":[{{"sides":["train","validation"],"shared":{{"prompt":0}},"similar_pairs":0}}],"similar_pairs":{{"pairs":0,"threshold":{threshold},"shingle":"word:5","recall":1.0}}}}"#
        );
        assert_eq!(certificates, expected);
    }
}

#[test]
fn leaks_are_counted_again_from_the_files_alone() {
    let records = texts(300).into_iter().map(|[prompt, completion]| record(&prompt, &completion));
    let scratch = Scratch::with("a.jsonl", jsonl(records));
    let build = "build a.jsonl --overwrite --skip tokens --skip balance --validation 0.2";
    scratch.run(&format!("{build} --near 0.9 --out o")).exits(0);
    let verified = scratch.run("verify o --leaks --output-format jsonl").exits(0);
    let objects = verified.objects();
    assert_eq!(&objects.last().unwrap()["certificates"], &scratch.manifest("o")["certificates"]);
    // What a build without --near leaks shows at any threshold.
    scratch.run(&format!("{build} --out o")).exits(0);
    scratch.run("verify o --leaks").exits(0);
    let verified = scratch.run("verify o --leaks --near 0.5 --output-format jsonl").exits(1);
    let objects = verified.objects();
    let pairs = &objects.last().unwrap()["certificates"]["similar_pairs"]["pairs"];
    assert_eq!(pairs.as_u64(), Some(pairs_across(&scratch, 0.5) as u64));
    let said = scratch.run("verify o --leaks --near 0.5").exits(1).stdout;
    assert!(said.contains(&format!("leak: train and validation share {pairs} pairs")), "{said}");
    scratch.run(&format!("{build} --out shards --shard-records 10")).exits(0);
    scratch.run("verify shards --leaks").exits(0);
    // Without a second side, there is nothing to be shared.
    scratch.run("build a.jsonl --out one --skip tokens").exits(0);
    scratch.run("verify one --leaks").exits(0);
    scratch.run("verify o --near 0.5").refuses(2);
}

#[test]
fn a_near_duplicate_is_explained() {
    let records = ["one two three four five six", "One two three four five. Six!", "other words than those"];
    let scratch = Scratch::with("a.jsonl", jsonl(records.map(|prompt| record(prompt, "yes"))));
    scratch.run("build a.jsonl --out o --skip tokens --near 0.8").exits(0);
    let said = scratch.run("explain o a.jsonl:2").exits(0).stdout;
    assert!(said.contains("verdict            duplicate of a.jsonl:1 (near; similarity 1)"), "{said}");
    let told = scratch.run("explain o a.jsonl:2 --output-format jsonl").exits(0).objects();
    assert_eq!((&told[0]["method"], &told[0]["similarity"]), (&Value::from("near"), &Value::from(1.0)));
    assert!(!scratch.run("explain o a.jsonl:1").exits(0).stdout.contains("similarity"));
}

#[test]
fn threads_chunks_and_streams_change_nothing() {
    let records = texts(300).into_iter().map(|[prompt, completion]| record(&prompt, &completion));
    let scratch = Scratch::with("a.jsonl", jsonl(records));
    let build = |flags: &str| {
        let args = "--skip tokens --near 0.7 --validation 0.2 --stdin-name a.jsonl";
        scratch.run(&format!("build a.jsonl --out o --overwrite {args} {flags}")).exits(0);
        scratch.tree("o")
    };
    let first = build("--threads 1");
    for flags in ["--threads 7", "--threads 2 --no-mmap", "--threads 3 --memory-limit 300MB"] {
        assert!(build(flags) == first, "{flags}");
    }
}

#[test]
fn records_without_words_stay_and_thresholds_that_are_none_are_refused() {
    let records = ["?!", "...", "-- --", "one two"].map(|text| record(text, "+"));
    let scratch = Scratch::with("a.jsonl", jsonl(records));
    scratch.run("build a.jsonl --out o --skip tokens --skip schema --near 0.1").exits(0);
    let counts = &scratch.manifest("o")["counts"];
    assert_eq!((&counts["train"], &counts["duplicates"]), (&Value::from(4), &Value::from(0)));
    for wrong in ["0", "1.5", "x", "80%"] {
        scratch.run(&format!("build a.jsonl --out p --near {wrong}")).exits(2);
    }
    scratch.run("build a.jsonl --out p --shingle word:3").refuses(2);
    scratch.run("build a.jsonl --out p --near 0.8 --skip near").refuses(2);
}

#[test]
fn a_field_or_the_length_ranks_survivors() {
    let words = "one two three four five six seven eight nine ten eleven twelve";
    let line = |prompt: &str, score: &str| {
        format!(r#"{{"prompt":"{prompt}","completion":"answer","meta":{{"score":{score}}}}}"#) + "\n"
    };
    let lines = [
        line(words, "0.5"),
        line(&format!("{words} thirteen"), "-1e3"),
        line(words, "7"),
        line("something else that is long enough to be one", "\"9\""),
        line("something else that is long enough to be one", "9"),
    ];
    let scratch = Scratch::with("a.jsonl", lines.concat());
    let reversed: String = lines.iter().rev().map(String::as_str).collect();
    scratch.write("b.jsonl", reversed);
    for (survivor, stays) in [
        ("first", [0, 3]),
        ("last", [2, 4]),
        ("longest", [1, 3]),
        ("highest:/meta/score", [2, 4]),
        ("lowest:/meta/score", [1, 4]),
    ] {
        for to in ["", "--to converse --extra drop"] {
            let build = format!("build --skip tokens --skip balance --near 0.6 --survivor {survivor} {to}");
            let run = scratch.run(&format!("{build} a.jsonl --out o --overwrite")).exits(0);
            assert_eq!(run.stdout.contains("dedupe/unranked"), survivor.contains(':'), "{}", run.stdout);
            let kept = scratch.table("o", "records");
            let kept: Vec<usize> = (0..5).filter(|&nth| kept[nth]["verdict"] == "kept").collect();
            assert_eq!(kept, stays, "{survivor} {to}");
            if survivor.contains(':') {
                let train = scratch.side("o", "train");
                scratch.run(&format!("{build} b.jsonl --out o --overwrite")).exits(0);
                let mut turned = scratch.side("o", "train");
                turned.reverse();
                assert_eq!(turned, train, "{survivor}");
            }
        }
    }
    let said = scratch
        .run("build a.jsonl --out o --overwrite --skip tokens --survivor highest:/meta/score")
        .exits(0)
        .stdout;
    assert!(said.contains("1 of 5 records has no number at /meta/score"), "{said}");
    for wrong in ["newest", "highest:", "highest:/~x", "longest:/a"] {
        scratch.run(&format!("build a.jsonl --out p --survivor {wrong}")).refuses(2);
    }
}

#[test]
fn all_pairs_are_listed_on_request() {
    let texts = texts(300);
    let sets = shingles(&texts);
    let records = texts.iter().map(|[prompt, completion]| record(prompt, completion));
    let scratch = Scratch::with("a.jsonl", jsonl(records));
    for (flags, threshold) in [("--edges 0.5", 0.5), ("--near 0.9 --edges 0.3", 0.3), ("--edges 1", 1.0)] {
        scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens {flags}")).exits(0);
        // Records that are equal but for case and punctuation are no exact duplicates.
        let duplicates: Vec<String> = scratch
            .table("o", "duplicates")
            .into_iter()
            .filter(|row| row["method"] == "exact")
            .map(|row| row["line"].clone())
            .collect();
        let is_in = |nth: &usize| !duplicates.contains(&(nth + 1).to_string());
        let mut expected = Vec::new();
        for b in (0..texts.len()).filter(is_in) {
            for a in (0..b).filter(is_in) {
                let alike = similarity(&sets[a], &sets[b]);
                if alike >= threshold {
                    expected.push((b as u64 + 1, a as u64 + 1, alike));
                }
            }
        }
        let edge = |row: std::collections::BTreeMap<String, String>| {
            assert_eq!((&*row["file"], &*row["earlier_file"]), ("a.jsonl", "a.jsonl"));
            let number = |column: &str| row[column].parse::<u64>().unwrap();
            (number("line"), number("earlier_line"), row["similarity"].parse::<f64>().unwrap())
        };
        let edges: Vec<(u64, u64, f64)> = scratch.table("o", "edges").into_iter().map(edge).collect();
        assert_eq!(edges, expected, "{flags}");
        scratch.run("verify o").exits(0);
    }
    scratch.run("build a.jsonl --out p --skip near --edges 0.5").refuses(2);
}

#[test]
fn a_check_finds_validation_records_like_training_records() {
    let texts = texts(300);
    let sets = shingles(&texts);
    let scratch = Scratch::new();
    let (train, validation) = texts.split_at(240);
    let lines =
        |texts: &[[String; 2]]| jsonl(texts.iter().map(|[prompt, completion]| record(prompt, completion)));
    scratch.write("train.jsonl", lines(train));
    scratch.write("val.jsonl", lines(validation));
    for threshold in ["0.9", "0.5"] {
        let least: f64 = threshold.parse().unwrap();
        let mut pairs = Vec::new();
        for (nth, held_out) in sets[240..].iter().enumerate() {
            let alike = (0..240).filter(|&other| similarity(held_out, &sets[other]) >= least);
            pairs.extend(alike.map(|other| format!("val.jsonl:{} and train.jsonl:{}", nth + 1, other + 1)));
        }
        let check = "check train.jsonl --validation-file val.jsonl --skip tokens";
        let objects =
            scratch.run(&format!("{check} --near {threshold} --output-format jsonl")).exits(1).objects();
        let finding = objects.iter().find(|object| object["code"] == "split/similar-records").unwrap();
        let expected = format!(
            "{} pairs of a validation and a training record with a similarity of at least {threshold}: {}, {} more",
            pairs.len(),
            pairs[..3].join(", "),
            pairs.len() - 3
        );
        assert_eq!(finding["message"], expected);
    }
    scratch.run("check train.jsonl --near 0.5").refuses(2);
    scratch.run("check train.jsonl --validation-file val.jsonl --near 0.5 --skip near").refuses(2);
}

/// Records that differ in little but their label are alike; what goes with the others is said.
#[test]
fn duplicates_with_another_label_are_named() {
    let scratch = Scratch::new();
    let both = |n: usize| {
        let text = format!("a question of many words about subject number {n} of all that are asked here");
        ["yes", "no"].map(|label| format!(r#"{{"prompt":"{text}","completion":"{label}"}}"#))
    };
    scratch.write("a.jsonl", jsonl((0..40).flat_map(both)));
    let args = "build a.jsonl --profile generic-sft --label-field /completion --output-format jsonl --overwrite --out o";
    let found = |flags: &str| {
        let outcome = scratch.run(&format!("{args} {flags}")).exits(0);
        let findings = outcome.findings();
        findings.into_iter().find(|finding| finding["code"] == "dedupe/other-label")
    };
    assert_eq!(found(""), None);
    let finding = found("--near 0.8").unwrap();
    let removed = scratch.manifest("o")["counts"]["duplicates"].as_u64().unwrap();
    let labels = |line: u64| if line.is_multiple_of(2) { "no" } else { "yes" };
    let rows = scratch.table("o", "duplicates");
    let others = rows.iter().filter(|row| {
        let line = |key: &str| row[key].parse::<u64>().unwrap();
        labels(line("line")) != labels(line("survivor_line"))
    });
    let others = others.count();
    assert!(others > 0);
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("{others} of {removed} duplicates have another label")),
        "{message}"
    );
}
