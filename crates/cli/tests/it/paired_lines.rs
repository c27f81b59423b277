//! KTO data: pairs of lines that answer the same prompt, against a plain reference.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

/// An answer to a prompt, with its label, in one of the shapes that trainers take.
fn line(nth: usize, prompt: usize, is_good: bool) -> Value {
    let (question, answer) = (format!("q {prompt} é"), format!("a {nth}"));
    let (user, assistant) =
        (json!({"role": "user", "content": question}), json!({"role": "assistant", "content": answer}));
    match nth % 5 {
        0 => json!({"prompt": question, "completion": answer, "label": is_good}),
        1 => json!({"messages": [user, assistant], "label": is_good}),
        2 => json!({"prompt": [user], "completion": [assistant], "kto_tag": is_good}),
        3 => json!({"instruction": question, "input": "", "output": answer, "label": is_good}),
        _ => {
            json!({"conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": answer}], "label": is_good})
        }
    }
}

/// Prompts and labels that look like chance: of most prompts a few answers.
fn answers(count: usize) -> Vec<(usize, bool)> {
    let mut state = 7u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..count).map(|_| (next(count as u64 / 3) as usize, next(5) < 2)).collect()
}

/// Of each line the pairs that are written in its place, and whether it is in one at all.
fn pairs(answers: &[(usize, bool)], all: bool) -> (BTreeMap<usize, Vec<[usize; 2]>>, Vec<bool>) {
    let mut by_prompt: BTreeMap<usize, [Vec<usize>; 2]> = BTreeMap::new();
    for (nth, &(prompt, is_good)) in answers.iter().enumerate() {
        by_prompt.entry(prompt).or_default()[usize::from(!is_good)].push(nth);
    }
    let (mut made, mut is_used) = (BTreeMap::<usize, Vec<[usize; 2]>>::new(), vec![false; answers.len()]);
    for [good, bad] in by_prompt.into_values() {
        let every = good.iter().flat_map(|&good| bad.iter().map(move |&bad| [good, bad]));
        let mut pairs: Vec<[usize; 2]> = if all {
            every.collect()
        } else {
            good.iter().zip(&bad).map(|(&good, &bad)| [good, bad]).collect()
        };
        pairs.sort_by_key(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
        for pair in &pairs {
            pair.iter().for_each(|&nth| is_used[nth] = true);
            let first = if all { pairs[0][0].min(pairs[0][1]) } else { pair[0].min(pair[1]) };
            made.entry(first).or_default().push(*pair);
        }
    }
    (made, is_used)
}

#[test]
fn each_good_answer_is_paired_with_a_bad_one_to_the_same_prompt() {
    let answers = answers(3000);
    let lines: Vec<String> = answers
        .iter()
        .enumerate()
        .map(|(nth, &(prompt, is_good))| line(nth, prompt, is_good).to_string())
        .collect();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines[..1000]));
    scratch.write("b.jsonl", jsonl(&lines[1000..]));
    for all in [false, true] {
        let flag = if all { "--pairs all" } else { "" };
        let command = format!("convert a.jsonl b.jsonl --format kto --to preference {flag} --overwrite");
        let out = "--out c.jsonl --rejected r.jsonl --report R --output-format jsonl";
        let run = scratch.run(&format!("{command} {out}")).exits(1);
        let (made, is_used) = pairs(&answers, all);
        let record = |[good, bad]: [usize; 2]| {
            let prompt = format!("q {} é", answers[good].0);
            json!({"prompt": prompt, "chosen": format!("a {good}"), "rejected": format!("a {bad}")})
                .to_string()
        };
        let parse = |line: &Vec<u8>| serde_json::from_slice::<Value>(line).expect("JSON").to_string();
        let written: Vec<String> = scratch.lines("c.jsonl").iter().map(parse).collect();
        let parsed = |text: String| serde_json::from_str::<Value>(&text).expect("JSON").to_string();
        let expected: Vec<String> = made.values().flatten().map(|&pair| parsed(record(pair))).collect();
        assert!(expected.len() > 500, "{}", expected.len());
        assert_eq!(written, expected);
        let unused = lines.iter().zip(&is_used).filter(|(_, is_used)| !**is_used);
        let unused: Vec<Vec<u8>> = unused.map(|(line, _)| line.clone().into_bytes()).collect();
        assert_eq!(scratch.lines("r.jsonl"), unused);
        let summary = run.summary();
        assert_eq!((&summary["records"], &summary["written"]), (&json!(3000), &json!(expected.len())));
        assert_eq!(summary["rejected"], unused.len());
        let by_code = run.by_code();
        assert_eq!(by_code["convert/unpaired"], unused.len() as u64);
        assert_eq!(by_code["convert/paired"], 3000 - unused.len() as u64);
        scratch.run("check c.jsonl --skip tokens").exits(0);
        scratch.run("verify R").exits(0);
        let mut number = 1;
        for (nth, row) in scratch.rows("R/records.parquet").iter().enumerate() {
            let n_records = made.get(&nth).map_or(0, Vec::len);
            assert_eq!(row["verdict"], if is_used[nth] { "kept" } else { "rejected" });
            if n_records > 0 {
                assert_eq!(
                    (&row["shard_line"], &row["shard_lines"]),
                    (&number.to_string(), &n_records.to_string())
                );
            } else if is_used[nth] {
                assert_eq!((row["shard_line"].as_str(), row["digest"].as_str()), ("null", "null"), "{row:?}");
            }
            number += n_records;
        }
        for flags in ["--threads 1", "--threads 7", "--no-mmap"] {
            scratch.run(&format!("{command} {flags} --out d.jsonl")).exits(1);
            assert_eq!(scratch.read("c.jsonl"), scratch.read("d.jsonl"), "{flags}");
        }
    }
}

#[test]
fn a_pair_that_the_target_refuses_takes_both_lines_with_it() {
    let lines = [
        r#"{"prompt":"q","completion":"a","label":true}"#,
        r#"{"prompt":"q","completion":"a","label":false}"#,
        r#"{"prompt":"r","completion":"a","label":true}"#,
        r#"{"prompt":"r","completion":"b","label":false}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = scratch.run("convert a.jsonl --to preference --out c.jsonl --rejected r.jsonl").exits(1);
    assert_eq!(scratch.lines("c.jsonl"), [br#"{"prompt":"r","chosen":"a","rejected":"b"}"#]);
    assert_eq!(scratch.lines("r.jsonl"), lines[..2].iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
    for said in [
        "error[convert/unpaired]: the record of this line and a.jsonl:1 is rejected for what is found",
        "records     4 read, 2 converted, 2 rejected",
        "written     1 record\n",
    ] {
        assert!(
            run.stdout.contains(said) || run.stderr.contains(said),
            "{said}\n{}{}",
            run.stdout,
            run.stderr
        );
    }
}

#[test]
fn lines_are_paired_as_they_are_once_repaired() {
    let lines = [
        r#"{"prompt":"q","completion":"a","label":true,}"#,
        r#"{"prompt":"q","completion":"b","label":false}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("convert a.jsonl --format kto --to preference --out c.jsonl").exits(1);
    let preview = scratch.run("convert a.jsonl --format kto --to preference --fix --diff").exits(0);
    assert!(preview.stdout.contains("trailing comma removed"), "{}", preview.stdout);
    scratch.run("convert a.jsonl --format kto --to preference --fix --out c.jsonl").exits(0);
    assert_eq!(scratch.lines("c.jsonl"), [br#"{"prompt":"q","chosen":"a","rejected":"b"}"#]);
}

#[test]
fn good_answers_are_records_and_bad_ones_are_none() {
    let lines = [
        r#"{"prompt":"q","completion":"a","label":true}"#,
        r#"{"prompt":"q","completion":"b","label":false}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = scratch.run("convert a.jsonl --to prompt-completion --out c.jsonl").exits(1);
    assert_eq!(scratch.lines("c.jsonl"), [br#"{"prompt":"q","completion":"a"}"#]);
    assert!(
        run.stdout.contains("the label calls this answer a bad one, which prompt-completion would teach"),
        "{}",
        run.stdout
    );
    let run = scratch.run("build a.jsonl --to prompt-completion --out o").exits(0);
    assert_eq!(scratch.lines("o/train.jsonl"), scratch.lines("c.jsonl"), "{}", run.stdout);
    let refusal = scratch.run("build a.jsonl --to preference --out p").refuses(2);
    assert!(refusal.contains("convert first, `bedload convert INPUT --to preference"), "{refusal}");
    let found = scratch.run("check a.jsonl").exits(1).stdout;
    assert!(found.contains("`bedload convert INPUT --to preference --out FILE` makes pairs"), "{found}");
}

#[test]
fn an_answer_that_no_pair_can_have_takes_no_counterpart() {
    let lines = [
        r#"{"prompt":"p","completion":" ","label":true}"#,
        r#"{"prompt":"p","completion":"b","label":false}"#,
        r#"{"prompt":"p","completion":"g","label":true}"#,
        r#"{"prompt":"p","completion":"h","label":true}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    for (flag, pairs) in [("", &["g"][..]), ("--pairs all", &["g", "h"])] {
        let run = scratch
            .run(&format!("convert a.jsonl --to preference {flag} --out c.jsonl --overwrite"))
            .exits(1);
        let pair = |good: &&str| format!(r#"{{"prompt":"p","chosen":"{good}","rejected":"b"}}"#).into_bytes();
        assert_eq!(scratch.lines("c.jsonl"), pairs.iter().map(pair).collect::<Vec<_>>(), "{flag}");
        assert!(run.stdout.contains("no pair with it would be accepted: "), "{}", run.stdout);
        assert!(run.stdout.contains("(schema/empty-content)"), "{}", run.stdout);
    }
}

#[test]
fn labels_of_tables_are_texts() {
    let scratch = Scratch::with("a.csv", "prompt,completion,label\np,g,True\np,b,False\n");
    scratch.run("convert a.csv --to preference --out c.jsonl").exits(0);
    assert_eq!(scratch.lines("c.jsonl"), [br#"{"prompt":"p","chosen":"g","rejected":"b"}"#]);
    scratch.run("convert a.csv --to prompt-completion --extra drop --out d.jsonl").exits(1);
    assert_eq!(scratch.lines("d.jsonl"), [br#"{"prompt":"p","completion":"g"}"#]);
}
