//! `--augment`: variants of training records only, each new, each spliced into the bytes of its parent.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::corpus::{file_of, labelled, mixed, plain, record};
use crate::scratch::{Scratch, jsonl};

fn content(line: &[u8]) -> (String, String) {
    let value: Value = serde_json::from_slice(line).unwrap();
    let text = |key: &str| value[key].as_str().unwrap().to_owned();
    (text("prompt"), text("completion"))
}

fn build(file: &[u8], flags: &str) -> Scratch {
    let scratch = Scratch::with("a.jsonl", file);
    scratch.run(&format!("build a.jsonl --out o --skip tokens {flags}")).exits(0);
    scratch.run("verify o").exits(0);
    scratch
}

/// The training lines that are input records, each with its variants.
fn families(scratch: &Scratch) -> Vec<(Vec<u8>, Vec<Vec<u8>>)> {
    let input = scratch.read("a.jsonl");
    let lines: HashSet<&[u8]> =
        input.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let mut families: Vec<(Vec<u8>, Vec<Vec<u8>>)> = Vec::new();
    for line in scratch.side("o", "train") {
        match families.last_mut() {
            Some((_, variants)) if !lines.contains(&line[..]) => variants.push(line),
            _ => families.push((line, Vec::new())),
        }
    }
    families
}

#[test]
fn variants_stand_behind_their_parents_and_hold_their_prompts() {
    let scratch = build(&jsonl(plain(40)), "--augment 4 --validation 0.25");
    let families = families(&scratch);
    assert_eq!(families.len(), 30);
    for (parent, variants) in &families {
        assert_eq!(variants.len(), 3);
        let (prompt, completion) = content(parent);
        for variant in variants {
            let (longer, same) = content(variant);
            assert!(longer.contains(&prompt) && longer.len() > prompt.len() && same == completion);
        }
    }
    assert_eq!(scratch.manifest("o")["counts"]["variants"], 90);
    let validation = scratch.side("o", "validation");
    assert_eq!(validation.len(), 10);
    let input: HashSet<Vec<u8>> = scratch.lines("a.jsonl").into_iter().collect();
    assert!(validation.iter().all(|line| input.contains(line)), "validation records have no variants");
}

#[test]
fn everything_but_the_prompt_keeps_its_bytes() {
    let line = r#" { "x":[1.10,"a\/b"], "completion" : "c\u0041" , "prompt"  :  "say \"é\" \ud83e\udea8", "y":{} }	"#;
    let scratch = build(&jsonl([line]), "--augment 8");
    let (head, tail) = (&line[..line.find("\"say").unwrap()], &line[line.find(", \"y\"").unwrap()..]);
    let lines = scratch.side("o", "train");
    assert_eq!(lines.len(), 8);
    for bytes in &lines[1..] {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.starts_with(head) && text.ends_with(tail), "{text}");
        assert!(text.contains(r#"say \"é\" \ud83e\udea8"#), "{text}");
    }
}

#[test]
fn no_line_of_the_output_repeats_another() {
    // Records that look like variants of others, so that some variants must be left out.
    let mut lines = plain(60);
    for n in 0..60 {
        let prompt = format!("prompt {n}");
        lines.push(record(&format!("Question: {prompt}"), &format!("completion {n}")));
        lines.push(record(&format!("Task: Question: {prompt}"), &format!("completion {n}")));
    }
    for (file, flags) in [
        (jsonl(&lines), "--augment 8 --validation 0.3 --group-by record"),
        (file_of(&mixed(400, 61)), "--augment 5 --validation 0.3"),
    ] {
        let scratch = build(&file, flags);
        let of =
            |side: &str| -> Vec<_> { scratch.side("o", side).iter().map(|line| content(line)).collect() };
        let (train, validation) = (of("train"), of("validation"));
        let unique: HashSet<_> = train.iter().collect();
        assert_eq!(unique.len(), train.len(), "{flags}: no two training lines are equal");
        assert!(validation.iter().all(|record| !unique.contains(record)), "{flags}: nothing leaks");
        let counts = &scratch.manifest("o")["counts"];
        let lines = counts["train"].as_u64().unwrap() + counts["variants"].as_u64().unwrap();
        assert_eq!(lines, train.len() as u64);
    }
}

#[test]
fn fewer_variants_than_asked_for_are_a_note() {
    let lines: Vec<String> =
        ["", "Question: ", "Task: "].iter().map(|start| record(&format!("{start}p"), "c")).collect();
    let scratch = build(&jsonl(lines), "--augment 8");
    let manifest = scratch.manifest("o");
    assert_eq!(manifest["findings"]["augment/few-variants"], 1);
    assert_eq!(manifest["counts"]["variants"], 3 * 7 - 2);
}

#[test]
fn classes_are_evened_out_in_mode_balance() {
    let file = jsonl(labelled(&[("yes", 40), ("no", 15), ("rare", 4)]));
    let scratch = build(&file, "--augment 4 --augment-mode balance");
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for line in scratch.side("o", "train") {
        *counts.entry(content(&line).1).or_default() += 1;
    }
    let counts: Vec<(&str, u64)> = counts.iter().map(|(label, &n)| (label.as_str(), n)).collect();
    assert_eq!(counts, [("no", 40), ("rare", 16), ("yes", 40)], "rare records have four copies at the most");
}

#[test]
fn variants_do_not_depend_on_the_order_of_records() {
    let mut lines = plain(50);
    let sorted = |scratch: &Scratch| {
        let mut train = scratch.side("o", "train");
        train.sort();
        train
    };
    let first = sorted(&build(&jsonl(&lines), "--augment 3 --validation 0.2"));
    lines.reverse();
    assert_eq!(first, sorted(&build(&jsonl(&lines), "--augment 3 --validation 0.2")));
    assert_ne!(first, sorted(&build(&jsonl(&lines), "--augment 3 --validation 0.2 --seed 5")));
}

#[test]
fn variants_over_the_limits_are_left_out() {
    let short = record("p", "c");
    let long = record("q", &"x".repeat(400));
    let limit = long.len();
    let scratch = build(&jsonl([short, long]), &format!("--augment 8 --max-record-bytes {limit}"));
    assert!(scratch.side("o", "train").iter().all(|line| line.len() <= limit));
    assert_eq!(scratch.manifest("o")["counts"]["variants"], 7);
}

#[test]
fn strategies_vary_instructions_and_leave_other_prompts_alone() {
    let lines = [
        record("Summarize the report.", "Done."),
        record("{\"a\": 1}", "JSON stays."),
        record("what is it", "A thing."),
    ];
    let flags = "--augment 10 --augment-strategy prefix --augment-strategy suffix --augment-strategy case \
        --augment-strategy punctuation";
    let scratch = build(&jsonl(lines), flags);
    let prompts: Vec<String> = scratch.side("o", "train").iter().map(|line| content(line).0).collect();
    for made in [
        "Please summarize the report.",
        "Could you summarize the report.",
        "I need you to summarize the report.",
        "Summarize the report. Thank you.",
        "summarize the report.",
        "Summarize the report",
        "what is it?",
        "What is it",
    ] {
        assert!(prompts.iter().any(|prompt| prompt == made), "{made}: {prompts:?}");
    }
    assert_eq!(prompts.iter().filter(|prompt| prompt.contains("\"a\"")).count(), 1);
    assert_eq!(scratch.manifest("o")["findings"]["augment/few-variants"], 1);
    let names: HashSet<String> =
        scratch.table("o", "variants").into_iter().map(|row| row["template"].clone()).collect();
    assert!(names.contains("prefix: Please ") && names.contains("case: first letter"), "{names:?}");
}

#[test]
fn classes_are_filled_up_to_a_number() {
    let lines = labelled(&[("yes", 60), ("no", 20), ("rare", 2)]);
    let scratch = build(&jsonl(lines), "--augment-to 30");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in scratch.side("o", "train") {
        *counts.entry(content(&line).1).or_default() += 1;
    }
    assert_eq!((counts["yes"], counts["no"], counts["rare"]), (60, 30, 16));
    let message = |scratch: &Scratch| {
        let found = scratch.table("o", "findings");
        found.into_iter().find(|row| row["code"] == "augment/few-variants").map(|row| row["message"].clone())
    };
    assert_eq!(
        message(&scratch).as_deref(),
        Some(
            "24 variants instead of 38; 1 of 3 classes has fewer than 30 training records; a record has at most 7 variants"
        )
    );
    let scratch = build(&jsonl(labelled(&[("yes", 60), ("no", 20), ("rare", 2)])), "--augment-to 16");
    assert_eq!(message(&scratch), None);
    let scratch = build(&jsonl(plain(30)), "--augment-to 30");
    assert_eq!(scratch.manifest("o")["findings"]["balance/no-classes"], 1);
    assert_eq!(scratch.manifest("o")["counts"]["variants"], 0);
}

#[test]
fn templates_come_from_a_file() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    scratch.write("t.txt", "Q: {prompt}\\nA:\n\n# {prompt}\n");
    scratch.write("t.toml", "templates = [\"\"\"Q: {prompt}\nA:\"\"\", \"# {prompt}\"]\n");
    let build = |file: &str| {
        let flags = format!("--out o --overwrite --skip tokens --augment 3 --augment-templates {file}");
        scratch.run(&format!("build a.jsonl {flags}")).exits(0);
        scratch.side("o", "train").iter().map(|line| content(line).0).collect::<Vec<_>>()
    };
    let prompts = build("t.txt");
    assert!(prompts.contains(&"Q: prompt 1\nA:".to_owned()) && prompts.contains(&"# prompt 2".to_owned()));
    assert_eq!(build("t.toml"), prompts);
    for (name, text, why) in [
        ("1.txt", "Q: {prompt}\nnothing\n", "1.txt: line 2 has no {prompt}"),
        ("2.txt", "{prompt}\n", "line 1 has no text besides {prompt}"),
        ("3.txt", "\n", "it has no templates"),
        ("4.toml", "templates = [\"a {prompt}\", \"b\"]", "template 2 has no {prompt}"),
        ("5.toml", "template = []", "unknown field"),
        ("6.txt", "a {prompt}\na {prompt}\n", "has `a {prompt}` twice"),
    ] {
        scratch.write(name, text);
        let flags = format!("--augment 2 --augment-templates {name}");
        let said = scratch.run(&format!("build a.jsonl --out p --skip tokens {flags}")).exits(2);
        assert!(said.stderr.contains(why), "{name}: {}", said.stderr);
    }
    for (flags, why) in [
        ("--augment-templates t.txt", "--augment-templates needs --augment N or --augment-to N"),
        ("--augment 2 --augment-templates none.txt", "none.txt"),
        ("--augment-strategy prefix", "--augment-strategy needs --augment N or --augment-to N"),
        ("--augment 2 --augment-strategy suffixes", "a similar value exists: 'suffix'"),
        ("--augment-to 0", "--augment-to 0 would fill nothing"),
        ("--augment-to 3 --augment-mode all", "cannot be used with"),
        ("--augment-to 3 --skip augment", "--augment-to cannot be used with --skip augment"),
        ("--augment 5 --augment-strategy case", "--augment 5 needs 4 variations; [stages.augment] has 2"),
    ] {
        let said = scratch.run(&format!("build a.jsonl --out p --skip tokens {flags}")).exits(2);
        assert!(said.stderr.contains(why), "{flags}: {}", said.stderr);
    }
}

#[test]
fn no_variant_is_like_a_record_that_is_held_out() {
    // Each pair differs in one word of thirty, and the second is in no group with the first.
    let words = |n: usize| (0..30).map(|word| format!("w{n}x{word}")).collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = (0..60).map(|n| record(&words(n / 2), &format!("answer {n}"))).collect();
    let lines: Vec<String> =
        lines.iter().enumerate().map(|(n, line)| line.replace("x29", &format!("x29and{n}"))).collect();
    let near = "--near-fields prompt --validation 0.3 --test 0.1";
    let flags = format!("{near} --augment 8 --near 1 --group-near 0.95");
    let scratch = build(&jsonl(&lines), &flags);
    let words = |line: &Vec<u8>| -> Vec<String> {
        content(line)
            .0
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let set = |line: &Vec<u8>| -> HashSet<Vec<String>> {
        let words = words(line);
        words.windows(5).map(<[String]>::to_vec).collect()
    };
    let held_out: Vec<_> = ["validation", "test"]
        .iter()
        .flat_map(|side| scratch.side("o", side))
        .map(|line| set(&line))
        .collect();
    let families = families(&scratch);
    assert!(families.iter().map(|(_, variants)| variants.len()).sum::<usize>() > 0);
    for variant in families.iter().flat_map(|(_, variants)| variants) {
        let own = set(variant);
        for other in &held_out {
            let common = own.intersection(other).count();
            assert!(common * 100 < 95 * (own.len() + other.len() - common));
        }
    }
}

#[test]
fn no_variant_gives_a_prompt_a_second_label() {
    // Each text is there twice, with a mark at its end and without, and its label says which: a variant of one can be
    // the other with the wrong label. Of the last ones, two variants can be equal.
    let with_and_without = (0..30).flat_map(|nth| {
        let text = format!("Tell me about topic {nth}");
        [record(&text, "open"), record(&format!("{text}."), "closed")]
    });
    let in_two_cases = (0..30).flat_map(|nth| {
        let text = |begin: &str, end: &str| format!("{begin} me a thing of kind {nth}{end}");
        [record(&text("Show", "!"), "open"), record(&text("Show", "?"), "closed")]
    });
    let flags =
        "--augment 6 --augment-strategy punctuation --augment-strategy case --augment-strategy suffix";
    let mut variants = 0;
    for lines in [jsonl(with_and_without), jsonl(in_two_cases)] {
        let scratch = build(&lines, flags);
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        for line in scratch.side("o", "train") {
            let (prompt, label) = content(&line);
            let first = labels.entry(prompt.clone()).or_insert_with(|| label.clone());
            assert_eq!(*first, label, "{prompt}");
        }
        variants += scratch.manifest("o")["counts"]["variants"].as_u64().unwrap();
    }
    assert!(variants > 100, "{variants}");
}
