//! `--pii`: personal data and secrets are reported, dropped with their records, or masked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::corpus::record;
use crate::scratch::{Scratch, jsonl};

/// Records with and without personal data; what they are when it is masked.
const TEXTS: [[&str; 2]; 5] = [
    ["write to jane@example.com", "write to [EMAIL]"],
    ["no one is here", "no one is here"],
    ["card 4111 1111 1111 1111, tel. 030 901820", "card [CARD], tel. [PHONE]"],
    ["write to joe@example.com", "write to [EMAIL]"],
    ["caf\u{e9} \"x\"\n8.8.4.4", "caf\u{e9} \"x\"\n[IP_ADDRESS]"],
];

fn data() -> Scratch {
    let records = TEXTS.iter().enumerate().map(|(n, [text, _])| record(text, &format!("answer {}", n % 3)));
    Scratch::with("d.jsonl", jsonl(records))
}

fn prompts(scratch: &Scratch, out: &str, side: &str) -> Vec<String> {
    let prompt = |line: &Vec<u8>| {
        let record: Value = serde_json::from_slice(line).expect("JSON");
        record["prompt"].as_str().expect("a prompt").to_owned()
    };
    scratch.lines(&format!("{out}/{side}.jsonl")).iter().map(prompt).collect()
}

#[test]
fn it_is_off_unless_asked_for() {
    let scratch = data();
    scratch.run("build d.jsonl --out o").exits(0);
    assert_eq!(prompts(&scratch, "o", "train"), TEXTS.map(|[text, _]| text));
    assert!(!scratch.tree("o").contains_key("report/pii.parquet"));
    let found = scratch.run("check d.jsonl --output-format jsonl").exits(0);
    assert!(!found.stdout.contains("pii/"));
}

#[test]
fn check_reports_kinds_and_places_and_no_content() {
    let scratch = data();
    let checked = scratch.run("check d.jsonl --pii report --output-format jsonl").exits(0);
    let text = checked.stdout.clone();
    assert!(!text.contains("jane") && !text.contains("4111") && !text.contains("901820"));
    let file = String::from_utf8(scratch.read("d.jsonl")).expect("UTF-8");
    let mut found = Vec::new();
    for line in text.lines() {
        let finding: Value = serde_json::from_str(line).expect("JSON");
        if let Some(offset) = finding["byte_offset"].as_u64() {
            let code = finding["code"].as_str().expect("a code").to_owned();
            let begin: String = file[offset as usize..].chars().take(4).collect();
            found.push(format!("{code} {} {begin}", finding["pointer"]));
        }
    }
    assert_eq!(
        found,
        [
            "pii/email \"/prompt\" jane",
            "pii/card \"/prompt\" 4111",
            "pii/phone \"/prompt\" 030 ",
            "pii/email \"/prompt\" joe@",
            "pii/ip-address \"/prompt\" 8.8."
        ]
    );
    let only = scratch.run("check d.jsonl --pii report --pii-kinds card,iban --output-format jsonl").exits(0);
    let only = only.stdout.clone();
    assert!(only.contains("pii/card") && !only.contains("pii/email"));
    scratch.run("check d.jsonl --pii report --strict").exits(1);
}

#[test]
fn every_kind_has_its_code() {
    // Secrets are put together here, so that no scanner takes this file for a leak.
    let random = "q7Rk2mZx9LpWv4TbN8sYc1JdHf5GgE3uAa6QoB";
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", random.repeat(3));
    let texts = [
        ("pii/email", "jane@example.com".to_owned()),
        ("pii/phone", "+49 30 901820".to_owned()),
        ("pii/card", "4111111111111111".to_owned()),
        ("pii/iban", "GB82WEST12345698765432".to_owned()),
        ("pii/ip-address", "93.184.216.34".to_owned()),
        ("pii/national-id", "529.982.247-25".to_owned()),
        ("pii/cloud-key", format!("AKIA{}", "IOSFODNN7EXAMPLE")),
        ("pii/token", format!("ghp_{}", &random[..36])),
        ("pii/private-key", key),
        ("pii/password", "https://ann:s3cr3t@example.com".to_owned()),
    ];
    let records = texts.iter().map(|(code, text)| record(&format!("{code} is {text}"), "ok"));
    let scratch = Scratch::with("d.jsonl", jsonl(records));
    let found = scratch.run("check d.jsonl --pii report --output-format jsonl").exits(0).by_code();
    for (code, _) in &texts {
        assert_eq!(found.get(*code), Some(&1), "{code}: {found:?}");
        scratch.run(&format!("explain {code}")).exits(0);
    }
}

#[test]
fn records_are_dropped_as_rejected_lines() {
    let scratch = data();
    scratch.run("build d.jsonl --out o --pii drop").exits(0);
    assert_eq!(prompts(&scratch, "o", "train"), [TEXTS[1][0]]);
    let lines = scratch.lines("d.jsonl");
    let rejected: Vec<Vec<u8>> = [0, 2, 3, 4].map(|n: usize| lines[n].clone()).to_vec();
    assert_eq!(scratch.lines("o/rejected.jsonl"), rejected);
    assert!(scratch.table("o", "pii").iter().all(|row| row["action"] == "rejected"));
    scratch.run("verify o").exits(0);
}

#[test]
fn what_is_masked_is_what_all_else_is_made_of() {
    let scratch = data();
    let built = scratch.run("build d.jsonl --out o --pii mask").exits(0);
    // The first and the fourth differ in their address and have the same answer.
    let masked: Vec<&str> = [0, 1, 2, 4].map(|n: usize| TEXTS[n][1]).to_vec();
    assert_eq!(prompts(&scratch, "o", "train"), masked);
    assert!(built.stderr.contains("pii/email"));
    let expected = [0, 1, 2, 4].map(|n: usize| record(TEXTS[n][1], &format!("answer {}", n % 3)));
    let train = scratch.read("o/train.jsonl");
    assert_eq!(train, jsonl(expected));
    // A build of what was written finds the same digests, tokens and groups, and nothing personal.
    scratch.write("again.jsonl", &train);
    scratch.run("build again.jsonl --out again --pii mask").exits(0);
    assert_eq!(scratch.read("again/train.jsonl"), train);
    let facts = |out: &str| -> Vec<Vec<String>> {
        let kept = scratch.table(out, "records").into_iter().filter(|row| row["verdict"] == "kept");
        kept.map(|row| ["digest", "tokens", "group"].map(|column| row[column].clone()).to_vec()).collect()
    };
    assert_eq!(facts("o"), facts("again"));
    let rows = scratch.table("o", "pii");
    let row = |row: &BTreeMap<String, String>| {
        ["line", "pointer", "kind", "length", "action"].map(|column| row[column].clone()).join(" ")
    };
    assert_eq!(
        rows.iter().map(row).collect::<Vec<_>>(),
        [
            "1 /prompt email 16 masked",
            "3 /prompt card 19 masked",
            "3 /prompt phone 10 masked",
            "4 /prompt email 15 masked",
            "5 /prompt ip-address 7 masked"
        ]
    );
    scratch.run("verify o").exits(0);
    assert_eq!(scratch.manifest("o")["config"]["stages"]["pii"]["action"], "mask");
}

#[test]
fn masks_follow_a_conversion_and_variants_are_made_of_masked_records() {
    let scratch = data();
    scratch.run("build d.jsonl --out o --pii mask --to converse --augment 2").exits(0);
    let lines = scratch.lines("o/train.jsonl");
    let texts: Vec<String> = lines
        .iter()
        .map(|line| {
            let record: Value = serde_json::from_slice(line).expect("JSON");
            record["messages"][0]["content"][0]["text"].as_str().expect("a text").to_owned()
        })
        .collect();
    assert_eq!(texts.len(), 8);
    for text in &texts {
        assert!(TEXTS.iter().any(|[_, masked]| text.contains(masked)), "{text}");
        assert!(!text.contains("@example") && !text.contains("4111"), "{text}");
    }
    scratch.run("verify o").exits(0);
    let rows = scratch.table("o", "pii");
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row["pointer"] == "/messages/0/content/0/text"));
}

#[test]
fn groups_are_those_of_the_data_before_it_was_masked() {
    let line = |n: usize| {
        let user = format!("user{}@example.com", n / 5);
        json!({"prompt": format!("question {n}"), "completion": "ok", "user": user}).to_string()
    };
    let scratch = Scratch::with("d.jsonl", jsonl((0..100).map(line)));
    scratch.run("build d.jsonl --out o --pii mask --group-by /user --validation 20%").exits(0);
    let validation: BTreeSet<usize> = scratch
        .table("o", "records")
        .iter()
        .filter(|row| row["split"] == "validation")
        .map(|row| (row["line"].parse::<usize>().expect("a line") - 1) / 5)
        .collect();
    assert_eq!(validation.len(), 4);
    assert!(!String::from_utf8_lossy(&scratch.read("o/train.jsonl")).contains("@example"));
}

#[test]
fn kept_facts_are_of_one_way_to_handle_it() {
    let scratch = data();
    scratch.run("build d.jsonl --out o --facts f").exits(0);
    scratch.run("build d.jsonl --out masked --facts f --pii mask").exits(0);
    assert_eq!(prompts(&scratch, "masked", "train").len(), 4);
    let again = scratch.run("build d.jsonl --out again --facts f --pii mask").exits(0);
    assert!(again.stderr.contains("were read here"));
    assert_eq!(scratch.read("again/train.jsonl"), scratch.read("masked/train.jsonl"));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let scratch = data();
    for (args, hint) in [
        ("build d.jsonl --out o --pii hide", "[possible values: report, drop, mask]"),
        ("build d.jsonl --out o --pii-kinds email", "--pii-kinds needs --pii"),
        ("build d.jsonl --out o --pii mask --pii-kinds emial", "did you mean `email`?"),
        ("build d.jsonl --out o --pii mask --skip pii", "--pii cannot be used with --skip pii"),
        ("check d.jsonl --pii mask", "--pii report"),
    ] {
        let said = scratch.run(args).refuses(2);
        assert!(said.contains(hint), "{args}: {said}");
    }
    scratch.write("bedload.toml", "[stages.pii]\naction = \"mask\"\nkinds = [\"email\"]\n");
    scratch.run("build d.jsonl --out o").exits(0);
    let masked = prompts(&scratch, "o", "train");
    assert!(masked[0].contains("[EMAIL]") && masked[2].contains("4111"));
    let checked = scratch.run("check d.jsonl").exits(0);
    assert!(checked.stdout.contains("warning[pii/email]"));
}

#[test]
fn whatever_a_record_says_is_masked_wherever_it_says_it() {
    let chat = r#"{"messages":[{"role":"user","name":"jane@example.com","content":"Who?"}],"reference_answer":{"who":["jane@example.com"],"jane@example.com":1,"phone":"5551234567"},"tools":[{"type":"function","function":{"name":"f","description":"asks jane@example.com","parameters":{"type":"object","properties":{}}}}],"id":"jane@example.com","source":"jane@example.com"}"#;
    let converse = r#"{"system":[{"text":"jane@example.com"}],"messages":[{"role":"user","content":[{"text":"a"},{"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/415-555-2671.png"}}}}]},{"role":"assistant","content":[{"text":"b"}],"by":"jane@example.com"}]}"#;
    for (line, format) in [(chat, "chat-rft"), (converse, "converse")] {
        let scratch = Scratch::with("d.jsonl", jsonl([line]));
        scratch.run(&format!("build d.jsonl --out o --pii mask --format {format}")).exits(0);
        let written = String::from_utf8(scratch.read("o/train.jsonl")).expect("UTF-8");
        let expected = line.replace("jane@example.com", "[EMAIL]").replace("5551234567", "[PHONE]");
        assert_eq!(written.trim_end(), expected);
        let n_masks: usize = ["[EMAIL]", "[PHONE]"].map(|mask| expected.matches(mask).count()).iter().sum();
        assert_eq!(scratch.table("o", "pii").len(), n_masks);
    }
    // Two masks that are one key are no record.
    let twice = r#"{"prompt":"a","completion":"b","seen":{"jane@example.com":1,"joe@example.com":2}}"#;
    let scratch = Scratch::with("d.jsonl", jsonl([twice, &record("a", "b")]));
    let built = scratch.run("build d.jsonl --out o --pii mask --output-format jsonl");
    assert_eq!(built.by_code().get("json/duplicate-key"), Some(&1));
    assert_eq!(scratch.lines("o/rejected.jsonl").len(), 1);
}

#[test]
fn json_in_a_string_stays_json_where_it_is_masked() {
    let arguments = r#"{"body":"Write to:\njane@example.com","tel":"\u002B49 30 901820","n":"\u00e4\/"}"#;
    let masked = r#"{"body":"Write to:\n[EMAIL]","tel":"[PHONE]","n":"\u00e4\/"}"#;
    let record = |text: &str| {
        let function = json!({"name": "send", "arguments": text});
        let messages = json!([
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": function}]},
            {"role": "tool", "tool_call_id": "c1", "content": text},
            {"role": "user", "content": "go"},
        ]);
        json!({"messages": messages, "reference_answer": text}).to_string()
    };
    let scratch = Scratch::with("d.jsonl", jsonl([record(arguments)]));
    scratch.run("build d.jsonl --pii mask --skip tokens --out o").exits(0);
    assert_eq!(scratch.read("o/train.jsonl"), jsonl([record(masked)]));
    assert_eq!(scratch.table("o", "pii").len(), 6);
    scratch.run("verify o").exits(0);
}

#[test]
fn only_media_in_blocks_are_left_out() {
    let data = r#"{"messages":[{"role":"user","content":[{"text":"a"},{"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/415-555-2671.png","note":"jane@example.com"},"by":"jane@example.com"}}}]},{"role":"assistant","content":[{"text":"b"}]}],"meta":{"source":{"bytes":512,"author":"jane@example.com"},"image":{"source":{"uri":"jane@example.com"}}},"image_url":{"url":"a","author":"jane@example.com"},"source":{"s3Location":{"uri":"jane@example.com"}}}"#;
    let chat = r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/415-555-2671.png","by":"jane@example.com"}}]}],"reference_answer":{"source":{"bytes":"jane@example.com","by":"jane@example.com"}}}"#;
    let claude = r#"{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"+49301234567"}},{"type":"document","source":{"type":"text","data":"jane@example.com"}}]},{"role":"assistant","content":"b"}]}"#;
    for (line, format) in [(data, "converse"), (chat, "chat-rft"), (claude, "claude-messages")] {
        let scratch = Scratch::with("d.jsonl", jsonl([line]));
        let checked =
            scratch.run(&format!("check d.jsonl --pii report --output-format jsonl --format {format}"));
        let findings = checked.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let placed = findings.filter(|finding| finding["byte_offset"].is_u64());
        let codes: Vec<String> = placed
            .filter_map(|finding| finding["code"].as_str().map(str::to_owned))
            .filter(|code| code.starts_with("pii/"))
            .collect();
        assert_eq!(codes, vec!["pii/email"; line.matches("jane@").count()], "{format}");
    }
}

#[test]
fn what_ties_results_to_calls_stays() {
    let ids = ["4111111111111111", "5500005555555559"];
    let calls =
        ids.map(|id| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}}));
    let result =
        |id: &str| json!({"role": "tool", "tool_call_id": id, "name": "f", "content": "jane@example.com"});
    let chat = json!({"messages": [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": null, "tool_calls": calls},
        result(ids[0]),
        result(ids[1]),
        {"role": "user", "content": "go"},
    ], "ref": "4111111111111111"});
    let uses = ids.map(|id| json!({"toolUse": {"toolUseId": id, "name": "f", "input": {"id": ids[0]}}}));
    let results =
        ids.map(|id| json!({"toolResult": {"toolUseId": id, "content": [{"text": "jane@example.com"}]}}));
    let converse = json!({"messages": [
        {"role": "user", "content": [{"text": "q"}]},
        {"role": "assistant", "content": uses},
        {"role": "user", "content": results},
        {"role": "assistant", "content": [{"text": "b"}]},
    ], "toolConfig": {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]}});
    for (record, format, n_others) in [(chat, "chat-rft", 1), (converse, "converse", 2)] {
        let scratch = Scratch::with("d.jsonl", jsonl([record.to_string()]));
        scratch.run(&format!("build d.jsonl --out o --pii mask --skip tokens --format {format}"));
        let expected = record
            .to_string()
            .replace("jane@example.com", "[EMAIL]")
            .replace(r#""input":{"id":"4111111111111111"}"#, r#""input":{"id":"[CARD]"}"#)
            .replace(r#""ref":"4111111111111111""#, r#""ref":"[CARD]""#);
        assert_eq!(expected.matches("[CARD]").count(), n_others);
        assert_eq!(scratch.read("o/train.jsonl"), jsonl([expected]), "{format}");
    }
}

#[test]
fn labels_are_those_of_the_data_before_it_was_masked() {
    let line = |n: usize| {
        let who = format!("user{}@example.com", n % 4);
        json!({"prompt": format!("question {n}"), "completion": format!("answer {n}"), "who": who})
            .to_string()
    };
    let scratch = Scratch::with("d.jsonl", jsonl((0..40).map(line)));
    scratch.run("build d.jsonl --out o --pii mask --label-field /who").exits(0);
    let mut labels: BTreeMap<String, usize> = BTreeMap::new();
    for row in scratch.table("o", "records") {
        *labels.entry(row["label"].clone()).or_default() += 1;
    }
    let expected: BTreeMap<String, usize> = (0..4).map(|n| (format!("user{n}@example.com"), 10)).collect();
    assert_eq!(labels, expected);
    assert!(!String::from_utf8_lossy(&scratch.read("o/train.jsonl")).contains("@example"));
}
