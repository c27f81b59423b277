//! Keys that are one letter away from a field of the format.

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

fn said(scratch: &Scratch, command: &str) -> Vec<String> {
    let found = scratch.run(&format!("{command} --output-format jsonl")).findings();
    let about_keys = found.iter().filter(|finding| finding["code"] == "dataset/ignored-keys");
    about_keys.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_misspelt_key_is_told_with_the_field_that_is_meant() {
    let with =
        |key: &str| format!("{{\"prompt\":\"a b\",\"completion\":\"c\",\"id\":\"4\",\"{key}\":\"d\"}}");
    let scratch =
        Scratch::with("a.jsonl", jsonl(plain(40).into_iter().chain([with("promt"), with("propmt")])));
    for command in
        ["check a.jsonl --profile generic-sft", "check a.jsonl", "build a.jsonl --out OUT --overwrite"]
    {
        let said = said(&scratch, command);
        assert_eq!(said.len(), 1, "{command}: {said:?}");
        for part in ["2 of 42 valid records have a key", "a.jsonl:41", "did you mean `prompt`?"] {
            assert!(said[0].contains(part), "{command}: {said:?}");
        }
        assert!(!said[0].contains("promt"), "keys of the user's own are not named: {said:?}");
    }
    scratch.run("check a.jsonl --profile generic-sft").exits(0);
    scratch
        .run("check a.jsonl --profile generic-sft --fail-on warning --severity dataset/few-records=note")
        .exits(1);
    let facts = "build a.jsonl --out OUT --overwrite --facts FACTS";
    assert_eq!(said(&scratch, facts), said(&scratch, facts), "kept facts tell it again");
}

#[test]
fn metadata_and_other_words_are_not() {
    let keys = ["id", "source", "lang", "created_at", "topic", "rating", "url", "prompter", "comp", "empty"];
    let members: Vec<String> = keys.iter().map(|key| format!("\"{key}\":\"x\"")).collect();
    let record = format!("{{\"prompt\":\"a b\",\"completion\":\"c\",{},\"promt\":\"\"}}", members.join(","));
    let scratch = Scratch::with("a.jsonl", jsonl(plain(40).into_iter().chain([record])));
    assert_eq!(said(&scratch, "check a.jsonl --profile generic-sft"), Vec::<String>::new());
}
