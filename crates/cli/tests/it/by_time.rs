//! `--split-by-time`: the newest records are held out, whole groups of them.

use serde_json::Value;

use crate::scratch::{Scratch, jsonl};

/// The numbers of the records of a side, in order.
fn numbers(scratch: &Scratch, side: &str) -> Vec<usize> {
    let number = |line: Vec<u8>| {
        let record: Value = serde_json::from_slice(&line).expect("JSON");
        let text =
            record.pointer("/prompt").or(record.pointer("/messages/0/content/0/text")).expect("a prompt");
        text.as_str().and_then(|text| text.strip_prefix("q ")).and_then(|n| n.parse().ok()).expect("a number")
    };
    let mut numbers: Vec<usize> = scratch.side("o", side).into_iter().map(number).collect();
    numbers.sort_unstable();
    numbers
}

fn record(n: usize, time: &str, user: usize) -> String {
    format!(r#"{{"prompt":"q {n}","completion":"c{n}","at":{time},"user":{user}}}"#)
}

/// A day later each, in different zones.
fn date(n: usize) -> String {
    match n % 3 {
        0 => format!("\"2026-{:02}-{:02}\"", n / 28 + 1, n % 28 + 1),
        1 => format!("\"2026-{:02}-{:02}T00:00:00.000Z\"", n / 28 + 1, n % 28 + 1),
        _ => format!("\"2026-{:02}-{:02} 05:00:00+05:00\"", n / 28 + 1, n % 28 + 1),
    }
}

#[test]
fn the_newest_are_test_data_and_the_next_newest_validation_data() {
    let times: [fn(usize) -> String; 3] = [date, |n| n.to_string(), |n| format!("{}.5", 1_700_000_000 + n)];
    for time in times {
        let mut lines: Vec<String> = (0..100).map(|n| record(n, &time(n), n)).collect();
        lines.rotate_left(37);
        let scratch = Scratch::with("a.jsonl", jsonl(lines));
        let run =
            |flags: &str| scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens {flags}"));
        run("--split-by-time /at --validation 0.2 --test 10").exits(0);
        assert_eq!(numbers(&scratch, "test"), (90..100).collect::<Vec<usize>>());
        assert_eq!(numbers(&scratch, "validation"), (70..90).collect::<Vec<usize>>());
        // The field need not be in what is written.
        run("--split-by-time /at --validation 0.2 --to converse --extra drop").exits(0);
        assert_eq!(numbers(&scratch, "validation"), (80..100).collect::<Vec<usize>>());
        scratch.write("t/bedload.toml", "[stages.split]\nby-time = \"/at\"\nvalidation = 5\n");
        run("--config t/bedload.toml --facts f").exits(0);
        run("--config t/bedload.toml --facts f").exits(0);
        assert_eq!(numbers(&scratch, "validation"), (95..100).collect::<Vec<usize>>());
    }
}

#[test]
fn groups_are_as_old_as_their_newest_record() {
    // Ten records of each user, a day apart.
    let scratch = Scratch::with("a.jsonl", jsonl((0..100).map(|n| record(n, &date(n), n % 10))));
    let flags = "--skip tokens --split-by-time /at --group-by /user --validation 0.25 --output-format jsonl";
    let built = scratch.run(&format!("build a.jsonl --out o {flags}")).exits(0);
    let validation = numbers(&scratch, "validation");
    assert_eq!(validation.len(), 20);
    assert!(validation.iter().all(|n| n % 10 >= 8));
    assert_eq!(built.by_code()["split/inexact"], 1, "the next group is not passed over");
    assert_eq!(scratch.manifest("o")["certificates"]["shared_keys"], 0);
}

#[test]
fn records_without_a_time_or_with_another_kind_of_it_are_errors() {
    let scratch = Scratch::with("a.jsonl", jsonl((0..50).map(|n| record(n, &date(n), n))));
    let run = |lines: Vec<String>, flags: &str| {
        scratch.write("a.jsonl", jsonl(lines));
        scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens --output-format jsonl {flags}"))
    };
    let flags = "--split-by-time /at --validation 0.2";
    let odd = |n: usize| match n {
        3 => "null".to_owned(),
        5 => "\"yesterday\"".to_owned(),
        7 => "5".to_owned(),
        n => date(n),
    };
    let built = run((0..50).map(|n| record(n, &odd(n), n)).collect(), flags).exits(1);
    let said = |code: &str| {
        let finding = built.findings().into_iter().find(|finding| finding["code"] == code).expect(code);
        finding["message"].as_str().expect("a message").to_owned()
    };
    assert_eq!(
        said("split/missing-time"),
        "2 of 50 records have no time at /at; `codes` in report/records.parquet tells which"
    );
    assert_eq!(
        said("split/mixed-times"),
        "47 of 48 times at /at are dates, and the others numbers; `codes` in report/records.parquet tells which are dates"
    );
    assert_eq!(scratch.manifest("o")["ready"], false);
    assert!(numbers(&scratch, "train").contains(&3));
    let built =
        run((0..50).map(|n| record(n, &date(n), n)).collect(), "--split-by-time /when --validation 5")
            .exits(1);
    assert_eq!(built.by_code()["split/missing-time"], 1);
    assert!(run(Vec::new(), "--split-by-time /at").refuses(2).contains("needs --validation or --test"));
    assert!(run(Vec::new(), "--split-by-time at --validation 5").refuses(2).contains("not a JSON Pointer"));
}
