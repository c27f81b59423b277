//! Conversions that make several records of one line, against plain references: `--weights split`, `--pairs all`.

use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

/// Numbers that look like chance, the same in each run.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

fn records(scratch: &Scratch, name: &str) -> Vec<Value> {
    scratch.lines(name).iter().map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

/// Conversations of up to five exchanges, whose answers have a weight of 0 or 1, or none.
fn conversations(count: u64) -> Vec<Value> {
    let mut next = numbers(1);
    let conversation = |n: u64| {
        let messages: Vec<Value> = (0..=next(5))
            .flat_map(|turn| {
                let mut answer = json!({"role": "assistant", "content": format!("a {n} {turn}")});
                if next(3) > 0 {
                    answer["weight"] = next(2).into();
                }
                [json!({"role": "user", "content": format!("q {n} {turn}")}), answer]
            })
            .collect();
        json!({ "messages": messages })
    };
    (0..count).map(conversation).collect()
}

fn is_off(message: &Value) -> bool {
    message["weight"] == 0
}

#[test]
fn a_conversation_is_split_into_the_answers_to_train_on() {
    let conversations = conversations(3000);
    let scratch = Scratch::with("a.jsonl", jsonl(conversations.iter().map(Value::to_string)));
    let run =
        scratch.run("convert a.jsonl --to chat-rft --weights split --out c.jsonl --output-format jsonl");
    let (mut expected, mut refused, mut expanded) = (Vec::new(), 0, 0);
    for conversation in &conversations {
        let messages = conversation["messages"].as_array().expect("messages");
        let is_marked = messages.iter().any(is_off);
        let answers = (1..messages.len()).step_by(2).filter(|&n| !is_off(&messages[n]));
        let answers: Vec<usize> = if is_marked { answers.collect() } else { vec![messages.len() - 1] };
        refused += u64::from(answers.is_empty());
        expanded += u64::from(answers.len() > 1);
        for end in answers {
            let plain = |message: &Value| json!({"role": message["role"], "content": message["content"]});
            let context: Vec<Value> = messages[..end].iter().map(plain).collect();
            expected.push(json!({"messages": context, "reference_answer": messages[end]["content"]}));
        }
    }
    assert!(refused > 100 && expanded > 100 && expected.len() > 3000, "the data has all kinds");
    assert_eq!(records(&scratch, "c.jsonl"), expected);
    let run = run.exits(1);
    let summary = run.summary();
    assert_eq!((summary["records"].as_u64(), summary["rejected"].as_u64()), (Some(3000), Some(refused)));
    assert_eq!(summary["valid"], 3000 - refused);
    assert_eq!(summary["written"], expected.len());
    let by_code = run.by_code();
    assert_eq!((by_code["convert/expanded"], by_code["convert/weight"]), (expanded, refused));
    scratch.run("check c.jsonl --skip tokens --profile nova-2-lite-rft").exits(0);
    for flags in ["--threads 1", "--threads 7", "--no-mmap"] {
        let command = "convert a.jsonl --to chat-rft --weights split --out d.jsonl --overwrite";
        scratch.run(&format!("{command} {flags}")).exits(1);
        assert_eq!(scratch.read("c.jsonl"), scratch.read("d.jsonl"), "{flags}");
    }
}

/// The answers have the number of their conversation.
#[test]
fn the_report_knows_which_lines_were_made_of_each() {
    let scratch = Scratch::with("a.jsonl", jsonl(conversations(3000).iter().map(Value::to_string)));
    scratch.run("convert a.jsonl --to chat-rft --weights split --out c.jsonl --report R").exits(1);
    scratch.run("verify R").exits(0);
    let made = records(&scratch, "c.jsonl");
    let source = |record: &Value| -> u64 {
        let answer = record["reference_answer"].as_str().expect("an answer");
        answer.split(' ').nth(1).expect("a number").parse().expect("a number")
    };
    let mut named: Vec<u64> = vec![u64::MAX; made.len()];
    for row in scratch.rows("R/records.parquet").iter().filter(|row| row["verdict"] == "kept") {
        let number = |column: &str| row[column].parse::<usize>().expect("a number");
        let (first, n) = (number("shard_line"), number("shard_lines"));
        named[first - 1..first - 1 + n].fill(number("line") as u64 - 1);
    }
    let expected: Vec<u64> = made.iter().map(source).collect();
    assert_eq!(named, expected);
    scratch.run("build c.jsonl --from-report R --profile nova-2-lite-rft --skip tokens --out o").exits(0);
    for (row, source) in scratch.table("o", "records").iter().zip(expected) {
        assert_eq!(row["origin_line"], (source + 1).to_string());
    }
}

#[test]
fn where_all_answers_are_learned_a_record_ends_before_one_that_is_excluded() {
    let conversations = conversations(1000);
    let scratch = Scratch::with("a.jsonl", jsonl(conversations.iter().map(Value::to_string)));
    for drops in [false, true] {
        let flag = if drops { "--extra drop" } else { "" };
        let command = "convert a.jsonl --to claude-messages --weights split --out c.jsonl --overwrite";
        let run = scratch.run(&format!("{command} --output-format jsonl {flag}")).exits(1);
        let mut expected = Vec::new();
        for conversation in &conversations {
            let messages = conversation["messages"].as_array().expect("messages");
            let off = messages.iter().position(is_off).unwrap_or(messages.len() + 1);
            let loses =
                messages.iter().enumerate().skip(off).any(|(n, message)| n % 2 == 1 && !is_off(message));
            let taught = &messages[..off - 1];
            if !taught.is_empty() && (drops || !loses) {
                let plain = |message: &Value| json!({"role": message["role"], "content": message["content"]});
                expected.push(json!({"messages": taught.iter().map(plain).collect::<Vec<_>>()}));
            }
        }
        assert_eq!(records(&scratch, "c.jsonl"), expected);
        assert_eq!(run.by_code()["convert/weight"], 1000 - expected.len() as u64);
    }
    scratch.run("check c.jsonl --skip tokens").exits(0);
}

#[test]
fn scored_answers_make_all_pairs_of_which_one_is_better() {
    let mut next = numbers(2);
    let list = |n: u64| {
        let count = 2 + next(6);
        let scores: Vec<u64> = (0..count).map(|_| next(4)).collect();
        let responses: Vec<String> = (0..count).map(|answer| format!("r {n} {answer}")).collect();
        json!({"prompt": format!("q {n}"), "responses": responses, "scores": scores})
    };
    let lists: Vec<Value> = (0..2000).map(list).collect();
    let scratch = Scratch::with("a.jsonl", jsonl(lists.iter().map(Value::to_string)));
    let command = "convert a.jsonl --to preference --pairs all --out c.jsonl --output-format jsonl";
    let run = scratch.run(command).exits(1);
    let (mut expected, mut alike) = (Vec::new(), 0);
    for list in &lists {
        let (texts, scores) = (&list["responses"], list["scores"].as_array().expect("scores"));
        let before = expected.len();
        for one in 0..scores.len() {
            for other in one + 1..scores.len() {
                let (a, b) = (scores[one].as_u64(), scores[other].as_u64());
                if a != b {
                    let (better, worse) = if a > b { (one, other) } else { (other, one) };
                    expected.push(json!({
                        "prompt": list["prompt"], "chosen": texts[better], "rejected": texts[worse],
                    }));
                }
            }
        }
        alike += u64::from(before == expected.len());
    }
    assert!(alike > 50 && expected.len() > 10_000, "{alike} {}", expected.len());
    assert_eq!(records(&scratch, "c.jsonl"), expected);
    assert_eq!(run.by_code()["convert/source"], alike);
    assert_eq!(run.summary()["written"], expected.len());
    scratch.run("check c.jsonl --skip tokens").exits(0);
}

#[test]
fn more_pairs_than_one_line_may_become_are_refused() {
    let answers: Vec<usize> = (0..143).collect();
    let texts: Vec<String> = answers.iter().map(|n| format!("a {n}")).collect();
    let line = json!({"prompt": "q", "responses": texts, "scores": answers}).to_string();
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    let run = scratch.run("convert a.jsonl --to preference --pairs all --out c.jsonl").exits(1);
    assert!(run.stdout.contains("these answers make more than 10000 pairs"), "{}", run.stdout);
}

#[test]
fn only_a_conversion_makes_several_records_of_one() {
    let line = r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"q"},{"role":"assistant","content":"b","weight":0},{"role":"user","content":"q"},{"role":"assistant","content":"c"}]}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    for command in ["check a.jsonl", "build a.jsonl --to chat-rft --out o", "build a.jsonl --out o"] {
        let refusal = scratch.run(&format!("{command} --weights split")).refuses(2);
        assert!(
            refusal.contains("convert first, `bedload convert INPUT --to FORMAT --weights split"),
            "{refusal}"
        );
    }
    let refusal = scratch.run("convert a.jsonl --fix --weights split --out o").refuses(2);
    assert!(refusal.contains("name a target format with --to"), "{refusal}");
    let refusal = scratch.run("convert a.jsonl --to chat-rft --weights spilt --out o").refuses(2);
    assert!(refusal.contains("split"), "{refusal}");
    scratch.write("bedload.toml", "[stages.convert]\npairs = \"all\"\n");
    let refusal = scratch.run("build a.jsonl --out o").refuses(2);
    assert!(refusal.contains("--pairs all makes several records of one"), "{refusal}");
    scratch.write("bedload.toml", "");
    let run = scratch.run("convert a.jsonl --to chat-rft --weights split --out c.jsonl").exits(0);
    expect_test::expect![[r"
        configuration: bedload.toml
        wrote c.jsonl  (claude-messages to chat-rft)
          records     1 read, 1 converted, none rejected
          written     2 records
          findings
            convert/expanded          1  note
    "]]
    .assert_eq(&run.said());
}

#[test]
fn each_of_several_records_is_checked_and_masked() {
    let lines = [
        r#"{"messages":[{"role":"user","content":"write to ann@example.com"},{"role":"assistant","content":"a"},{"role":"user","content":"q"},{"role":"assistant","content":"b","weight":0},{"role":"user","content":"and to bob@example.com"},{"role":"assistant","content":"c"}]}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.write("bedload.toml", "[stages.pii]\naction = \"mask\"\n");
    scratch.run("convert a.jsonl --to chat-rft --weights split --out c.jsonl").exits(0);
    let out = records(&scratch, "c.jsonl");
    assert_eq!(out.len(), 2);
    for record in &out {
        assert_eq!(record["messages"][0]["content"], "write to [EMAIL]");
    }
    assert_eq!(out[1]["messages"][4]["content"], "and to [EMAIL]");
    scratch.write("bedload.toml", "");
    let line = lines[0].replace("\"b\"", "\"<|im_start|>\"");
    scratch.write("a.jsonl", jsonl([line]));
    let run = scratch.run(
        "convert a.jsonl --to chat-rft --weights split --out d.jsonl --profile nova-2-lite-rft --skip tokens",
    );
    assert!(run.stdout.contains("(once converted, record 2 of 2)"), "{}", run.stdout);
    assert!(!run.stdout.contains("record 1 of 2"), "{}", run.stdout);
}
