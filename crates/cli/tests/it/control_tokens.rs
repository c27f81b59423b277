//! Control tokens of other models in texts.

use crate::corpus::record;
use crate::scratch::{Scratch, jsonl};

/// The findings about tokens: line, pointer, code, and what is at the place.
fn found(scratch: &Scratch, args: &str) -> Vec<String> {
    let file = scratch.read("d.jsonl");
    let checked = scratch.run(&format!("check d.jsonl --output-format jsonl {args}"));
    let mut found = Vec::new();
    for finding in checked.findings() {
        let code = finding["code"].as_str().expect("a code");
        if code.starts_with("text/") || code == "schema/unconfirmed-word" {
            let offset = finding["byte_offset"].as_u64().expect("a place") as usize;
            let text = String::from_utf8_lossy(&file[offset..offset + 6]).into_owned();
            found.push(format!(
                "{} {} {code} {text}",
                finding["line"],
                finding["pointer"].as_str().expect("a pointer")
            ));
        }
    }
    found
}

#[test]
fn tokens_of_other_models_are_reported_with_their_place() {
    let scratch = Scratch::with(
        "d.jsonl",
        jsonl([
            record("capital of France?", "Paris<|endoftext|>"),
            record("caf\u{e9}\n\"x\" <|im_start|>user", "fine"),
            record("say nothing", "<|endoftext|>"),
            record("was <s>20</s> now 10, see [1]", "a < b | c > d"),
            record("<s>[INST] hello [/INST]", "hi </s>"),
        ]),
    );
    let expected = [
        "1 /completion text/control-token <|endo",
        "2 /prompt text/control-token <|im_s",
        "3 /completion text/only-control-token <|endo",
        "5 /prompt text/control-token <s>[IN",
        "5 /completion text/control-token </s>\"}",
    ];
    assert_eq!(found(&scratch, ""), expected);
    let counts = scratch.run("check d.jsonl --output-format jsonl").exits(0).by_code();
    assert_eq!((counts["text/control-token"], counts["text/only-control-token"]), (4, 1));
    scratch.run("check d.jsonl --strict").exits(1);
}

#[test]
fn a_target_is_not_told_of_its_own_tokens_nor_twice_of_others() {
    let prompt = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>hello<|eot_id|>";
    let scratch =
        Scratch::with("d.jsonl", jsonl([record(prompt, "hi<|eot_id|>"), record(prompt, "hi<|im_end|>")]));
    assert_eq!(found(&scratch, "--profile llama-3.1-8b-sft"), ["2 /completion text/control-token <|im_e"]);
    assert_eq!(found(&scratch, "").len(), 4);
    let line = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"a<|im_end|>"}]},{"role":"assistant","content":[{"text":"b<|eot_id|>"}]}]}"#;
    let scratch = Scratch::with("d.jsonl", jsonl([line]));
    let found = found(&scratch, "--profile nova-lite-sft");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("schema/unconfirmed-word"), "{found:?}");
    assert!(found[1].contains("/messages/1/content/0/text text/control-token <|eot_"), "{found:?}");
}

#[test]
fn a_build_counts_the_records_and_lists_answers_that_are_nothing_else() {
    let scratch = Scratch::with(
        "d.jsonl",
        jsonl([
            record("a", "b<|endoftext|>"),
            record("c", "d<|im_end|>"),
            record("e", "<|endoftext|>"),
            record("f", "g"),
            record("", "h<|im_end|>"),
            record("i [INST] somebody@example.com", "j"),
        ]),
    );
    let built = scratch.run("build d.jsonl --out o --skip tokens --output-format jsonl").exits(0);
    let told = |finding: &serde_json::Value| {
        format!("{} {} {}", finding["line"], finding["code"], finding["message"])
    };
    let told: Vec<String> = built.findings().iter().map(told).filter(|told| told.contains("text/")).collect();
    let counted = "4 of 6 records have control tokens of other models in their texts; `codes` in report/records.parquet tells which records";
    let expected = [
        r#"3 "text/only-control-token" "the answer is nothing but `<|endoftext|>`, a control token of other models""#.to_owned(),
        format!(r#"null "text/control-token" "{counted}""#),
    ];
    assert_eq!(told, expected);
    let codes: Vec<String> = scratch.table("o", "records").iter().map(|row| row["codes"].clone()).collect();
    assert_eq!(codes[..2], ["text/control-token"; 2]);
    assert_eq!(scratch.table("o", "findings").len(), built.findings().len());
    scratch.run("verify o").exits(0);
    // Whatever else is found in the records, they are counted once.
    scratch.write(
        "e.jsonl",
        jsonl([record("none of it", "<|endoftext|> one two three four five six d<|im_end|>")]),
    );
    scratch.write("d2.jsonl", jsonl([record("c", "one two three four five six d<|im_end|>")]));
    for flags in ["", "--pii report", "--eval-set e.jsonl --eval-ngram 5", "--to converse"] {
        let build =
            format!("build d.jsonl d2.jsonl {flags} --out o --overwrite --skip tokens --output-format jsonl");
        assert_eq!(scratch.run(&build).by_code()["text/control-token"], 1, "{flags}");
    }
    // Where it is an error, it is why each of them is rejected.
    let strict =
        scratch.run("build d.jsonl --strict --out o --overwrite --skip tokens --output-format jsonl");
    assert_eq!(strict.by_code()["text/control-token"], 4);
    // No table says which records a conversion means, so it lists them.
    let converted = scratch.run("convert d.jsonl --to converse --out c.jsonl --output-format jsonl");
    assert_eq!(converted.by_code()["text/control-token"], 4);
}
