//! The table of distributions: it counts what the table of records has, and every record once.

use std::collections::BTreeMap;

use crate::scratch::{Scratch, jsonl};

type Bars = BTreeMap<[String; 3], Vec<(u64, u64, u64)>>;

fn bars(scratch: &Scratch) -> Bars {
    let mut bars = Bars::new();
    for row in scratch.table("o", "distributions") {
        let number = |name: &str| row[name].parse::<u64>().unwrap();
        let key = ["measure", "verdict", "split"].map(|name| row[name].clone());
        bars.entry(key).or_default().push((number("low"), number("high"), number("records")));
    }
    bars
}

fn check(scratch: &Scratch) {
    let (bars, records) = (bars(scratch), scratch.table("o", "records"));
    let mut measured = 0;
    for measure in ["tokens", "tokens_prompt", "tokens_completion", "bytes", "turns"] {
        let mut left: BTreeMap<[String; 3], Vec<u64>> = BTreeMap::new();
        for record in records.iter().filter(|record| record[measure] != "null") {
            let key = [measure.to_owned(), record["verdict"].clone(), record["split"].clone()];
            left.entry(key).or_default().push(record[measure].parse().unwrap());
        }
        for (key, values) in left {
            measured += values.len();
            let own = &bars[&key];
            assert_eq!(own.iter().map(|bar| bar.2).sum::<u64>(), values.len() as u64, "{key:?}");
            for &(low, high, n) in own {
                let within = values.iter().filter(|value| (low..=high).contains(value)).count();
                assert_eq!((within as u64, low == high), (n, low < 16), "{key:?} {low}");
            }
        }
    }
    assert_eq!(bars.values().flatten().map(|bar| bar.2).sum::<u64>(), measured as u64);
}

#[test]
fn every_record_is_in_one_bin_of_each_measure() {
    let scratch = Scratch::new();
    let mut lines: Vec<String> = (0..300usize)
        .map(|n| {
            let long = "word ".repeat(n * n % 500);
            format!(r#"{{"prompt":"question {} {long}","completion":"answer {}"}}"#, n % 250, n % 250)
        })
        .collect();
    lines.extend(["{".to_owned(), r#"{"prompt":"","completion":"x"}"#.to_owned()]);
    scratch.write("a.jsonl", jsonl(&lines));
    let args = "build a.jsonl --profile generic-sft --validation 0.2 --test 10 --select 150 --out o";
    scratch.run(args).exits(0);
    check(&scratch);
    let verdicts: Vec<String> = bars(&scratch).into_keys().map(|[_, verdict, _]| verdict).collect();
    for verdict in ["kept", "unselected", "duplicate", "rejected"] {
        assert!(verdicts.iter().any(|other| other == verdict), "{verdict}");
    }
}

#[test]
fn conversations_have_turns() {
    let scratch = Scratch::new();
    let message =
        |role: &str, text: String| format!(r#"{{"role":"{role}","content":[{{"text":"{text}"}}]}}"#);
    let lines = (0..80).map(|n| {
        let turns = (0..=n % 7).flat_map(|turn| {
            [message("user", format!("question {n} {turn}")), message("assistant", "answer".to_owned())]
        });
        format!(r#"{{"system":[{{"text":"s"}}],"messages":[{}]}}"#, turns.collect::<Vec<_>>().join(","))
    });
    scratch.write("a.jsonl", jsonl(lines));
    scratch.run("build a.jsonl --format converse --validation 8 --out o").exits(0);
    check(&scratch);
    let turns: Vec<String> = scratch.table("o", "records").iter().map(|row| row["turns"].clone()).collect();
    assert_eq!(turns[..8], ["2", "4", "6", "8", "10", "12", "14", "2"].map(str::to_owned));
}
