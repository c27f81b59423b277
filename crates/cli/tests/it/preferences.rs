//! What is said of preference pairs.

use serde_json::json;

use crate::scratch::{Scratch, jsonl};

#[test]
fn pairs_that_teach_nothing_are_reported_by_check_and_build() {
    let pair = |prompt: &str, chosen: &str, rejected: &str| {
        json!({"prompt": prompt, "chosen": chosen, "rejected": rejected}).to_string()
    };
    let lines = [
        pair("Why does it rain?", "Because of clouds.", "because  of CLOUDS."),
        pair("Why does it rain here?", "Why does it rain here? Clouds.", "It does not."),
        pair("Why does it snow?", "It is cold.", "I'm sorry, but I can't help with that."),
        pair("Why does it hail?", "It is cold above.", "I can't wait to see it."),
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let check = "check a.jsonl --skip tokens --output-format jsonl";
    let checked = scratch.run(check).exits(0);
    let found: Vec<(String, u64)> = checked
        .findings()
        .iter()
        .filter(|finding| finding["code"].as_str().is_some_and(|code| code.starts_with("preference/")))
        .map(|finding| (finding["code"].to_string(), finding["line"].as_u64().unwrap()))
        .collect();
    let expected = [("equal-pair", 1), ("repeated-prompt", 2), ("refusal", 3)];
    assert_eq!(found, expected.map(|(code, line)| (format!("\"preference/{code}\""), line)));
    let built = scratch.run("build a.jsonl --out o --skip tokens --output-format jsonl").exits(0);
    for code in ["preference/equal-pair", "preference/repeated-prompt", "preference/refusal"] {
        assert_eq!(built.by_code()[code], 1);
    }
    let skipped = scratch.run(&format!("{check} --skip preference")).exits(0);
    assert!(skipped.by_code().keys().all(|code| !code.starts_with("preference/")));
}

#[test]
fn preferences_that_contradict_each_other_are_reported_by_check_and_build() {
    let flat = |prompt: &str, chosen: &str, rejected: &str| json!({"prompt": prompt, "chosen": chosen, "rejected": rejected});
    let converse = |prompt: &str, chosen: &str, rejected: &str| {
        let candidate =
            |text: &str, label: &str| json!({"content": [{"text": text}], "preferenceLabel": label});
        let candidates = [candidate(rejected, "non-preferred"), candidate(chosen, "preferred")];
        let asked = json!({"role": "user", "content": [{"text": prompt}]});
        json!({"messages": [asked, {"role": "assistant", "candidates": candidates}]})
    };
    let pairs = [
        ("Why does it rain?", "Because of clouds.", "It does not rain."),
        ("Why does it snow?", "It is cold.", "Winter."),
        ("why does it  RAIN?", "it does not rain.", "Because of clouds."),
        ("Why does it snow?", "Winter.", "Nobody knows."),
        // A duplicate of a line before it, which counts once.
        ("Why does it snow?", "Winter.", "Nobody knows."),
        ("Why does it hail?", "It does not rain.", "Because of clouds."),
        ("Why does it snow?", "Nobody knows.", "It is cold."),
    ];
    let flat: Vec<String> = pairs.iter().map(|(p, c, r)| flat(p, c, r).to_string()).collect();
    let converse: Vec<String> = pairs.iter().map(|(p, c, r)| converse(p, c, r).to_string()).collect();
    for lines in [flat, converse] {
        let scratch = Scratch::with("a.jsonl", jsonl(lines));
        let build = "build a.jsonl --validation 0.3 --skip tokens --output-format jsonl --facts f";
        // Also where the facts of the first run are read again, and one of a flipped pair is similar to the other.
        let check = "check a.jsonl --skip tokens --output-format jsonl".to_owned();
        let builds = [("o", ""), ("again", ""), ("near", "--near 0.3")];
        let builds = builds.map(|(out, more)| format!("{build} --out {out} {more}"));
        for command in builds.iter().chain([&check]) {
            let built = scratch.run(command).exits(0);
            let message = |code: &str| {
                let found = built.findings().into_iter().find(|finding| finding["code"] == code);
                found.expect(code)["message"].as_str().expect("text").to_owned()
            };
            let listed = if command.starts_with("build") {
                "; `codes` in report/records.parquet tells which"
            } else {
                ""
            };
            assert_eq!(
                message("preference/flipped-pair"),
                format!(
                    "1 pair of answers is preferred both ways, in 2 records, e.g. a.jsonl:1, a.jsonl:3{listed}"
                )
            );
            assert_eq!(
                message("preference/cycle"),
                format!(
                    "1 cycle of preferences goes from an answer back to itself, in 3 records, e.g. a.jsonl:2, a.jsonl:4, a.jsonl:7{listed}"
                )
            );
        }
        for out in ["o", "again", "near"] {
            let rows = scratch.table(out, "records");
            let codes: Vec<&str> =
                rows.iter().map(|row| row["codes"].trim_start_matches("preference/")).collect();
            let [pair, cycle] = ["flipped-pair", "cycle"];
            // The fifth is an exact duplicate, and the sixth has another prompt.
            assert_eq!(codes, [pair, cycle, pair, cycle, "null", "null", cycle], "{out}");
            scratch.run(&format!("verify {out}")).exits(0);
        }
        for command in [format!("{build} --out s"), check] {
            let skipped = scratch.run(&format!("{command} --skip preference")).exits(0);
            assert!(skipped.by_code().keys().all(|code| !code.starts_with("preference/")));
        }
    }
}

#[test]
fn the_first_contradictions_are_named() {
    let pair = |nth: usize| {
        let (chosen, rejected) = if nth.is_multiple_of(2) { ("a", "b") } else { ("b", "a") };
        json!({"prompt": format!("question {}", nth / 2), "chosen": chosen, "rejected": rejected}).to_string()
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..14).map(pair)));
    let checked = scratch.run("check a.jsonl --skip tokens --output-format jsonl").exits(0);
    let found = checked.findings().into_iter().find(|finding| finding["code"] == "preference/flipped-pair");
    let expected = "7 pairs of answers are preferred both ways, in 14 records, e.g. a.jsonl:1, a.jsonl:2; a.jsonl:3, \
                    a.jsonl:4; a.jsonl:5, a.jsonl:6; a.jsonl:7, a.jsonl:8; a.jsonl:9, a.jsonl:10";
    assert_eq!(found.expect("a finding")["message"], expected);
}

#[test]
fn a_side_that_is_mostly_longer_is_reported_with_how_much() {
    let pair = |nth: usize| {
        let (long, short) =
            (format!("{nth} {}", "word ".repeat(30)), format!("{nth} {}", "word ".repeat(20)));
        let (chosen, rejected) = if nth.is_multiple_of(4) { (short, long) } else { (long, short) };
        json!({"prompt": format!("question {nth}"), "chosen": chosen, "rejected": rejected}).to_string()
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..120).map(pair)));
    let message = "the chosen answer is the longer one in 90 of 120 pairs (75.0 %), at the median 1.38 times as long as the rejected one";
    let pairs = json!({"pairs": 120, "chosen_longer": 90, "rejected_longer": 30, "median_ratio": 1.375});
    for command in ["check a.jsonl", "build a.jsonl --out o --facts f", "build a.jsonl --out again --facts f"]
    {
        let ran = scratch.run(&format!("{command} --skip tokens --output-format jsonl")).exits(0);
        let found = ran.findings().into_iter().find(|finding| finding["code"] == "preference/length-bias");
        assert_eq!(found.expect("a finding")["message"], message, "{command}");
        assert_eq!(ran.summary()["pairs"], pairs, "{command}");
    }
    let rows = scratch.table("o", "summary");
    let value = |metric: &str| {
        let row = rows.iter().find(|row| row["metric"] == metric).expect("a row");
        row["value"].parse::<f64>().expect("a number")
    };
    assert_eq!(
        (value("pairs"), value("pairs_chosen_longer"), value("pairs_rejected_longer")),
        (120.0, 90.0, 30.0)
    );
    let skipped = scratch.run("check a.jsonl --skip tokens --skip preference --output-format jsonl").exits(0);
    assert!(skipped.summary()["pairs"].is_null());
    let shown = scratch.run("check a.jsonl --skip tokens").exits(0).said();
    assert!(
        shown.contains(
            "pairs       120; chosen longer in 75.0 %, rejected in 25.0 %; chosen / rejected p50 1.38"
        ),
        "{shown}"
    );
}

#[test]
fn check_says_where_it_stopped_comparing() {
    let line = |nth: usize| format!(r#"{{"prompt":"{}","chosen":"a","rejected":"b"}}"#, nth / 2);
    // The last pair contradicts the one before, and is beyond what is kept.
    let flipped = r#"{"prompt":"0","chosen":"b","rejected":"a"}"#.to_owned();
    let of = |n: usize| jsonl((0..n).map(line).chain([flipped.clone()]));
    let scratch = Scratch::new();
    for (n, expected) in [(262_143, ["preference/flipped-pair"]), (262_144, ["dataset/partly-compared"])] {
        scratch.write("a.jsonl", of(n));
        let checked = scratch.run("check a.jsonl --skip tokens --output-format jsonl").exits(0);
        let codes: Vec<String> = checked.by_code().into_keys().collect();
        assert_eq!(codes, expected, "{n}");
        if n == 262_144 {
            let message = "preferences that contradict each other were looked for among the first 262,144 records; `bedload build` compares all";
            assert_eq!(checked.findings()[0]["message"], message);
        }
    }
}

#[test]
fn answers_that_are_equal_up_to_the_limit_are_reported() {
    let pair = |words: usize| {
        let begins = "word ".repeat(words);
        json!({"prompt": "Why?", "chosen": format!("{begins}yes"), "rejected": format!("{begins}no")})
            .to_string()
    };
    let scratch = Scratch::with("a.jsonl", jsonl([pair(5), pair(30), pair(17), pair(18)]));
    scratch.write("bedload.toml", "[stages.tokens]\nrecord-max = 20\n");
    for (command, code) in [("check a.jsonl --threads 1", 1), ("build a.jsonl --out o", 0)] {
        let ran = scratch.run(&format!("{command} --output-format jsonl")).exits(code);
        let findings = ran.findings();
        let cut = findings.iter().filter(|finding| finding["code"] == "preference/cut-pair");
        let cut: Vec<(u64, &str)> =
            cut.map(|it| (it["line"].as_u64().unwrap(), it["pointer"].as_str().unwrap())).collect();
        // The prompt has two tokens, and the words that are common have one each.
        assert_eq!(cut, [(2, "/rejected"), (4, "/rejected")], "{command}");
        assert_eq!(ran.by_code()["limit/tokens"], 3);
    }
    let uncounted = scratch.run("check a.jsonl --skip tokens --output-format jsonl").exits(0);
    assert!(uncounted.by_code().is_empty());
}
