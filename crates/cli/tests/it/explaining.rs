//! `explain`: codes and their list, records of an input as they are or once converted, records of a built directory.

use expect_test::expect;

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

#[test]
fn all_codes_are_listed_by_area_one_per_line() {
    let scratch = Scratch::new();
    let listed = scratch.run("explain --list").exits(0).stdout;
    let codes: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(codes.len() > 80, "{listed}");
    let mut areas: Vec<&str> =
        listed.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    for line in &codes {
        assert!(line.split_whitespace().count() > 3, "{line}");
    }
    let n = areas.len();
    areas.sort_unstable();
    areas.dedup();
    assert_eq!(areas.len(), n, "each area has one heading");
    let objects = scratch.run("explain --list --output-format jsonl").exits(0).objects();
    assert_eq!(objects.len(), codes.len());
    assert!(objects.iter().all(|object| object["kind"] == "code"));
}

#[test]
fn a_code_that_is_not_known_is_answered_with_the_nearest() {
    let scratch = Scratch::new();
    for (what, near) in [
        ("schema/empty", "did you mean `schema/empty-content`"),
        ("schema/empty-contnet", "did you mean `schema/empty-content`?"),
        ("json/duplicatekey", "did you mean `json/duplicate-key`?"),
    ] {
        let said = scratch.run(&format!("explain {what}")).refuses(2);
        assert!(said.contains(near) && said.contains("`bedload explain --list`"), "{said}");
        assert!(said.lines().all(|line| line.len() < 200), "{said}");
    }
    let said = scratch.run("explain").refuses(2);
    assert!(said.contains("<CODE|FILE:LINE|DIR>"), "{said}");
}

#[test]
fn a_record_of_no_known_format_is_told_so_and_has_no_digest() {
    let scratch = Scratch::with("a.jsonl", jsonl([r#"{"question":"q","reply":"r"}"#; 3]));
    let said = scratch.run("explain a.jsonl:1").exits(0).stdout;
    assert!(said.contains("format     unknown") && said.contains("verdict    rejected"), "{said}");
    assert!(said.contains("dataset/unknown-format") && !said.contains("digest"), "{said}");
    let mapped = "explain a.jsonl:1 --to prompt-completion --map prompt=question,completion=reply";
    let said = scratch.run(mapped).exits(0).stdout;
    assert!(said.contains("verdict    accepted"), "{said}");
    assert!(said.contains("format     prompt-completion (converted, "), "{said}");
    assert!(said.contains("(prompt 1, completion 1)") && said.contains("digest     "), "{said}");
    assert!(!said.contains("00000000000000000000000000000000"), "{said}");
}

#[test]
fn a_record_is_explained_as_the_configuration_converts_it() {
    let scratch = Scratch::with("a.jsonl", jsonl([r#"{"instruction":"q","input":"","output":"a"}"#; 3]));
    scratch.write("bedload.toml", "[stages.convert]\nto = \"prompt-completion\"\n");
    let said = scratch.run("explain a.jsonl:1").exits(0).stdout;
    assert!(said.contains("format     prompt-completion (converted, "), "{said}");
    let said = scratch.run("explain a.jsonl:1 --skip convert").exits(0).stdout;
    assert!(!said.contains("converted"), "{said}");
}

#[test]
fn a_record_of_another_tool_is_explained_as_it_would_be_converted() {
    let chat = r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"x":1}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([chat; 3]));
    let kept = scratch.run("explain a.jsonl:2 --to converse --extra drop --output-format jsonl").exits(0);
    let record = kept.objects().pop().unwrap();
    assert_eq!((&record["accepted"], &record["format"]), (&true.into(), &"converse".into()));
    assert!(record["converted_bytes"].as_u64().unwrap() > 0 && record["digest"].is_string(), "{record}");
    let refused = scratch.run("explain a.jsonl:2 --to converse --output-format jsonl").exits(0);
    let record = refused.objects().pop().unwrap();
    assert_eq!((&record["accepted"], &record["digest"]), (&false.into(), &serde_json::Value::Null));
    assert!(record["findings"].as_u64().unwrap() > 0);
    scratch.run("explain a.jsonl:2 --map prompt=q").refuses(2);
}

#[test]
fn a_built_directory_knows_what_became_of_a_record() {
    let mut lines = plain(6);
    lines.push(lines[1].clone());
    lines.push(String::from(r#"{"prompt":"","completion":"c"}"#));
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    scratch.run("build a.jsonl --out o").exits(0);
    let kept = scratch.run("explain o a.jsonl:2").exits(0).stdout;
    assert!(kept.contains("verdict            kept, in train.jsonl:2"), "{kept}");
    let duplicate = scratch.run("explain o a.jsonl:7").exits(0).stdout;
    assert!(duplicate.contains("verdict            duplicate of a.jsonl:2"), "{duplicate}");
    let rejected = scratch.run("explain o a.jsonl:8").exits(0).stdout;
    assert!(rejected.contains("verdict            rejected"), "{rejected}");
    assert!(rejected.contains("error[schema/empty-content]: "), "{rejected}");
    assert!(rejected.contains("  --> a.jsonl:8:"), "{rejected}");
    let objects = scratch.run("explain o a.jsonl:7 --output-format jsonl").exits(0).objects();
    assert_eq!((&objects[0]["kind"], &objects[0]["duplicate_of_line"]), (&"record".into(), &2.into()));
    let gone = scratch.run("explain o a.jsonl:9").refuses(2);
    assert!(gone.contains("a.jsonl:9: no such record in o"), "{gone}");
    assert!(scratch.run("explain o a.jsonl").refuses(2).contains("FILE:LINE"));
    scratch.write("d/x", "");
    assert!(scratch.run("explain d a.jsonl:1").refuses(2).contains("manifest.json"));
    scratch.shell("mkdir p && mkfifo p/manifest.json && ln -s ../o/manifest.json d/manifest.json").exits(0);
    for dir in ["p", "d"] {
        let refused = scratch.run(&format!("explain {dir} a.jsonl:1")).refuses(2);
        assert!(refused.contains(&format!("{dir}/manifest.json: not a regular file")), "{refused}");
    }
    assert!(scratch.run("explain o").refuses(2).contains("explain o FILE:LINE"));
    scratch.write("o/report/records.parquet", "PAR1");
    assert!(scratch.run("explain o a.jsonl:1").refuses(3).contains("records.parquet"));
}

#[test]
fn a_message_of_the_service_is_explained() {
    let scratch = Scratch::new();
    let message = "Validation failed: Maximum input token count 4919 exceeds limit of 4096 for train data";
    let outcome = scratch.run_args(&["explain", "--message", message]).exits(0);
    expect![[r#"
        too-many-tokens

          seen     failure of a job, up to two hours after its start
          cause    A record has more tokens than the model takes. Estimates such as characters / 6 are too low for many texts.
          do       Shorten or split the longest records: `bedload check` with the target's profile names each of them with its line.
          found by limit/tokens
          source   aws-samples/amazon-bedrock-workshop#224, #270 (2024, recorded)
    "#]].assert_eq(&outcome.stdout);
    let object =
        &scratch.run_args(&["explain", "--message", message, "--output-format", "jsonl"]).exits(0).objects()
            [0];
    assert_eq!((&object["kind"], &object["id"]), (&"explanation".into(), &"too-many-tokens".into()));
    scratch.run_args(&["explain", "--message", "something new"]).refuses(2);
}
