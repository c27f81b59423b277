//! Marks that exclude answers from training, in records that stay as they are.

use crate::scratch::{Scratch, jsonl};

fn turns(answer: &str) -> String {
    format!(
        r#"{{"messages":[{{"role":"user","content":"q"}},{{"role":"assistant","content":"a",{answer}}}]}}"#
    )
}

#[test]
fn an_answer_that_is_excluded_from_training_is_no_target_in_silence() {
    let blocks = r#"{"messages":[{"role":"user","content":[{"text":"q"}]},{"role":"assistant","content":[{"text":"a"}],"weight":0}]}"#;
    for (line, pointer) in [
        (turns(r#""weight":0"#), "/messages/1/"),
        (turns(r#""weight":0.0"#), "/messages/1/"),
        (turns(r#""weight":0.5"#), "/messages/1/"),
        (turns(r#""train":false"#), "/messages/1/"),
        (turns(r#""loss":false"#), "/messages/1/"),
        (turns(r#""masked":true"#), "/messages/1/"),
        (turns(r#""train_detail":[{"begin":0,"end":1,"train":false}]"#), "/messages/1/"),
        (blocks.to_owned(), "/messages/1/"),
        (r#"{"prompt":"q","completion":"a","weight":0}"#.to_owned(), "/"),
        (r#"{"prompt":"q","completion":"a","loss_weight":"0"}"#.to_owned(), "/"),
        (r#"{"text":"t","train":false}"#.to_owned(), "/"),
        (r#"{"prompt":"q","chosen":"a","rejected":"b","weight":0}"#.to_owned(), "/"),
    ] {
        let scratch = Scratch::with("a.jsonl", jsonl([&line]));
        for profile in ["", "--profile nova-2-lite-sft"] {
            let is_nova = !profile.is_empty();
            if is_nova && line != blocks {
                continue;
            }
            let run =
                scratch.run(&format!("check a.jsonl --skip tokens --output-format jsonl {profile}")).exits(1);
            let found = run.findings();
            let weight = found.iter().find(|finding| finding["code"] == "schema/weight");
            let weight = weight.unwrap_or_else(|| panic!("{line}: {}", run.stdout));
            let at = weight["pointer"].as_str().expect("a pointer");
            assert!(at.starts_with(pointer), "{line}: {at}");
            assert!(!weight["message"].as_str().expect("a message").contains("cannot hold"));
        }
        scratch.run("build a.jsonl --out o --skip tokens").exits(1);
        assert_eq!(scratch.lines("o/rejected.jsonl").len(), 1, "{line}");
        scratch.run("check a.jsonl --skip tokens --weights drop").exits(0);
        scratch.run("build a.jsonl --out o --overwrite --skip tokens --weights drop").exits(0);
        assert_eq!(
            scratch.lines("o/train.jsonl"),
            [line.as_bytes()],
            "nothing is changed without a conversion"
        );
    }
}

#[test]
fn what_excludes_no_answer_is_left_alone() {
    for line in [
        turns(r#""weight":1"#),
        turns(r#""train":true"#),
        turns(r#""weight":null"#),
        r#"{"messages":[{"role":"user","content":"q","weight":0},{"role":"assistant","content":"a"}]}"#
            .to_owned(),
        r#"{"prompt":"q","completion":"a","weight":72.5}"#.to_owned(),
        r#"{"prompt":"q","weight":0}"#.to_owned(),
        r#"{"text":"t","label":false}"#.to_owned(),
        r#"{"messages":[{"role":"user","content":"q"}],"reference_answer":"a","weight":0}"#.to_owned(),
    ] {
        let scratch = Scratch::with("a.jsonl", jsonl([&line]));
        let run = scratch.run("check a.jsonl --skip tokens --output-format jsonl").exits(0);
        assert!(!run.by_code().contains_key("schema/weight"), "{line}: {}", run.stdout);
    }
    let scratch = Scratch::with("a.jsonl", jsonl([turns(r#""weight":0"#)]));
    let said = scratch.run("check a.jsonl --weights keep").refuses(2);
    assert!(said.contains("invalid value 'keep' for '--weights <HOW>'"), "{said}");
}

#[test]
fn a_conversion_removes_marks_whatever_they_say() {
    let lines =
        [r#"{"prompt":"p","completion":"c","weight":1}"#, r#"{"prompt":"q","completion":"d","weight":0}"#];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    for extra in ["", "--extra drop", "--extra keep"] {
        let convert =
            format!("convert a.jsonl --to claude-messages --weights drop {extra} --overwrite --out c.jsonl");
        scratch.run(&convert).exits(0);
        let lines = scratch.lines("c.jsonl");
        assert_eq!(lines.len(), 2, "{extra}");
        assert!(lines.iter().all(|line| !line.windows(6).any(|part| part == b"weight")), "{extra}");
    }
}
