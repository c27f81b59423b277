//! What real targets say of whole data sets: counts, media, references, formats, life cycle; and the known defects of
//! other validators, each as a test.

use std::fmt::Write;

use crate::scratch::{Scratch, jsonl};

/// `count` records made from a template, in which `#` is the number of the record.
fn records(count: usize, template: &str) -> String {
    let mut out = String::new();
    for n in 0..count {
        let _ = writeln!(out, "{}", template.replace('#', &n.to_string()));
    }
    out
}

/// Runs a check without tokens and returns the codes about the data set, sorted, and the exit code.
fn judge(profile: &str, data: &str, more: &str) -> (Vec<String>, i64) {
    let scratch = Scratch::with("a.jsonl", data);
    let args = format!("check a.jsonl --profile {profile} --skip tokens --output-format jsonl {more}");
    let outcome = scratch.run(&args);
    let objects = outcome.objects();
    let (summary, findings) = objects.split_last().expect("a summary");
    let mut codes: Vec<String> = findings
        .iter()
        .filter(|finding| finding["line"].is_null())
        .map(|finding| finding["code"].as_str().expect("a code").to_owned())
        .collect();
    codes.sort();
    (codes, summary["exit_code"].as_i64().expect("a number"))
}

fn check(profile: &str, data: &str, codes: &[&str], exit: i64) {
    let (found, code) = judge(profile, data, "");
    assert_eq!(
        (found.iter().map(String::as_str).collect::<Vec<_>>(), code),
        (codes.to_vec(), exit),
        "{profile}"
    );
}

const CONVERSE: &str = r##"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"u#"}]},{"role":"assistant","content":[{"text":"a"}]}]}"##;
const DISTILL: &str = r##"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"u#"}]}]}"##;
const CLAUDE: &str = r##"{"messages":[{"role":"user","content":"u#"},{"role":"assistant","content":"a"}]}"##;
const PAIR: &str = r##"{"prompt":"p#","completion":"c"}"##;
const RFT: &str = r##"{"messages":[{"role":"user","content":"u#"}],"reference_answer":"7"}"##;
const CAPTION: &str = r##"{"image-ref":"s3://bucket/#.png","caption":"abc"}"##;

fn media(kind: &str, format: &str, bucket: &str) -> String {
    format!(
        r##"{{"schemaVersion":"bedrock-conversation-2024","messages":[{{"role":"user","content":[{{"{kind}":{{"format":"{format}","source":{{"s3Location":{{"uri":"s3://{bucket}/#.{format}","bucketOwner":"123456789012"}}}}}}}}]}},{{"role":"assistant","content":[{{"text":"a"}}]}}]}}"##
    )
}

#[test]
fn counts_are_judged_at_their_last_values() {
    const FEW: &str = "dataset/too-few-records";
    const MANY: &str = "dataset/too-many-records";
    for profile in ["nova-micro-sft", "nova-lite-sft", "nova-pro-sft"] {
        check(profile, &records(7, CONVERSE), &[FEW], 1);
        check(profile, &records(8, CONVERSE), &["dataset/few-records"], 0);
        check(profile, &records(99, CONVERSE), &["dataset/few-records"], 0);
        check(profile, &records(100, CONVERSE), &[], 0);
        check(profile, &records(20_000, CONVERSE), &[], 0);
        check(profile, &records(20_001, CONVERSE), &[MANY], 1);
    }
    check("nova-2-lite-sft", &records(7, CONVERSE), &[FEW], 1);
    check("nova-2-lite-sft", &records(8, CONVERSE), &["disputed/records-min"], 0);
    check("nova-2-lite-sft", &records(199, CONVERSE), &["disputed/records-min"], 0);
    check("nova-2-lite-sft", &records(200, CONVERSE), &[], 0);
    assert_eq!(judge("nova-2-lite-sft", &records(199, CONVERSE), "--strict").1, 1);
    check("claude-3-haiku-sft", &records(31, CLAUDE), &[FEW, "profile/end-of-life"], 1);
    check("claude-3-haiku-sft", &records(32, CLAUDE), &["profile/end-of-life"], 0);
    check("claude-3-haiku-sft", &records(10_000, CLAUDE), &["profile/end-of-life"], 0);
    let (codes, exit) = judge("claude-3-haiku-sft", &records(10_001, CLAUDE), "");
    assert_eq!((codes.contains(&MANY.to_owned()), exit), (true, 1));
    for (profile, record) in [("llama-3.1-8b-sft", PAIR), ("llama-3.3-70b-sft", CONVERSE)] {
        check(profile, &records(99, record), &[FEW], 1);
        check(profile, &records(100, record), &[], 0);
        check(profile, &records(10_000, record), &[], 0);
        check(profile, &records(10_001, record), &[MANY], 1);
    }
    for profile in ["llama-distillation", "nova-distillation"] {
        check(profile, &records(99, DISTILL), &[FEW], 1);
        check(profile, &records(100, DISTILL), &[], 0);
        check(profile, &records(15_000, DISTILL), &[], 0);
        check(profile, &records(15_001, DISTILL), &[MANY], 1);
    }
    for profile in ["nova-2-lite-rft", "gpt-oss-20b-rft", "qwen3-32b-rft"] {
        check(profile, &records(99, RFT), &[FEW], 1);
        check(profile, &records(100, RFT), &[], 0);
        check(profile, &records(20_001, RFT), &[MANY], 1);
    }
    check("titan-image-v2", &records(4, CAPTION), &[FEW, "profile/end-of-life"], 1);
    check("nova-canvas", &records(5, CAPTION), &["profile/end-of-life"], 0);
    check("titan-multimodal-embeddings", &records(999, CAPTION), &[FEW], 1);
    check("titan-multimodal-embeddings", &records(1000, CAPTION), &[], 0);
}

#[test]
fn minima_count_valid_records_and_not_lines() {
    let broken = format!("{}{}", records(99, DISTILL), records(50, r#"{"messages":[]}"#));
    check("llama-distillation", &broken, &["dataset/too-few-records"], 1);
    let enough = format!("{}{}", records(100, DISTILL), records(50, r#"{"messages":[]}"#));
    check("llama-distillation", &enough, &[], 1);
}

#[test]
fn media_are_of_one_kind_and_in_one_bucket() {
    let images = records(100, &media("image", "png", "bucket"));
    check("nova-lite-sft", &images, &[], 0);
    let videos = records(100, &media("video", "mp4", "bucket"));
    check("nova-lite-sft", &(images.clone() + &videos), &["dataset/mixed-media"], 1);
    let texts = records(100, CONVERSE);
    check("nova-lite-sft", &(images.clone() + &texts), &["disputed/optional-field"], 0);
    let elsewhere = records(100, &media("image", "png", "other-bucket"));
    check("nova-lite-sft", &(images.clone() + &elsewhere), &["dataset/several-buckets"], 1);
    let llama = records(100, &media("image", "png", "bucket"));
    check("llama-3.2-11b-sft", &llama, &["profile/end-of-life"], 0);
    for n in 0..20 {
        let two = media("image", "png", "bucket-50") + "\n" + &media("image", "png", &format!("b-{n}"));
        check("nova-lite-sft", &records(50, &two), &["dataset/several-buckets"], 1);
    }
}

#[test]
fn optional_fields_and_references_are_alike_in_all_records() {
    let with_system = CONVERSE.replace("\"messages\"", "\"system\":[{\"text\":\"s\"}],\"messages\"");
    check("nova-lite-sft", &records(100, &with_system), &[], 0);
    let some = records(100, &with_system) + &records(100, CONVERSE);
    check("nova-lite-sft", &some, &["disputed/optional-field"], 0);
    assert_eq!(judge("nova-lite-sft", &some, "--strict").1, 1);
    check("llama-3.3-70b-sft", &records(100, &with_system), &[], 0);
    let objects = records(100, &RFT.replace("\"7\"", "{\"answer\":7}"));
    check("nova-2-lite-rft", &objects, &[], 0);
    check("nova-2-lite-rft", &(objects + &records(100, RFT)), &["dataset/mixed-references"], 0);
}

#[test]
fn a_file_of_another_format_is_one_finding_that_names_it() {
    let preference = records(100, r##"{"prompt":"p#","chosen":"a","rejected":"b"}"##);
    for (profile, data, name) in [
        ("llama-3.1-8b-sft", &preference, "preference"),
        ("nova-lite-sft", &records(100, PAIR), "prompt-completion"),
        ("nova-lite-sft", &records(100, CLAUDE), "claude-messages"),
        ("claude-3-haiku-sft", &records(100, CONVERSE), "converse"),
        ("nova-lite-sft", &records(100, RFT), "chat-rft"),
        ("nova-lite-sft", &records(100, r##"{"instruction":"i#","input":"","output":"o"}"##), "Alpaca"),
        (
            "nova-lite-sft",
            &records(100, r##"{"conversations":[{"from":"human","value":"#"},{"from":"gpt","value":"a"}]}"##),
            "ShareGPT",
        ),
        (
            "nova-lite-sft",
            &records(
                100,
                r##"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u#"},{"role":"assistant","content":"a"}]}"##,
            ),
            "OpenAI",
        ),
    ] {
        let scratch = Scratch::with("a.jsonl", data);
        let args = format!("check a.jsonl --profile {profile} --skip tokens --output-format jsonl");
        let outcome = scratch.run(&args).exits(1);
        let objects = outcome.objects();
        let wrong: Vec<_> =
            objects.iter().filter(|object| object["code"] == "dataset/wrong-format").collect();
        assert_eq!(wrong.len(), 1, "{profile} {name}");
        let message = wrong[0]["message"].as_str().expect("a message");
        assert!(message.contains(name), "{message}");
        let text = scratch.run(&format!("check a.jsonl --profile {profile} --skip tokens")).exits(1).stdout;
        assert_eq!(
            text.matches(" --> a.jsonl:").count(),
            0,
            "{profile} {name}: one finding says it to people"
        );
        assert_eq!(outcome.summary()["rejected"], 100);
        let converts = message.contains(&format!(
            "--to {}",
            if profile.starts_with("claude") { "claude-messages" } else { "converse" }
        ));
        assert_eq!(converts, name != "preference", "{message}");
    }
}

#[test]
fn what_fits_nothing_is_one_finding_and_a_few_strays_are_many() {
    let questions = records(40, r##"{"question":"q#","answer":"a"}"##);
    check("nova-lite-sft", &questions, &["dataset/no-records", "dataset/wrong-format"], 1);
    // Some messages of a role that Claude's format does not know: these lines are wrong, not the file.
    let system = records(
        8,
        r##"{"messages":[{"role":"system","content":"s#"},{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}"##,
    );
    let scratch = Scratch::with("a.jsonl", records(32, CLAUDE) + &system);
    let outcome =
        scratch.run("check a.jsonl --profile claude-3-haiku-sft --skip tokens --output-format jsonl");
    assert_eq!(outcome.findings().iter().filter(|f| f["code"] == "schema/role").count(), 8);
    assert!(!outcome.by_code().contains_key("dataset/wrong-format"));
    // Of so few records each is told what it lacks.
    let scratch = Scratch::with("a.jsonl", "{\"prompt\":\"p\"}\n");
    let outcome = scratch.run("check a.jsonl --profile llama-3.1-8b-sft --output-format jsonl").exits(1);
    assert!(outcome.findings().iter().any(|f| f["code"] == "schema/missing-field" && f["line"] == 1));
}

#[test]
fn images_count_for_tokens_where_the_target_says_how_many() {
    let image = r#"{"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/a.png"}}}}"#;
    let found = |profile: &str, images: usize| {
        let blocks = vec![image; images].join(",");
        let record = format!(
            r#"{{"messages":[{{"role":"user","content":[{blocks}]}},{{"role":"assistant","content":[{{"text":"a"}}]}}]}}"#
        );
        let scratch = Scratch::with("a.jsonl", jsonl([record]));
        let outcome = scratch.run(&format!("check a.jsonl --profile {profile} --output-format jsonl"));
        outcome.by_code().contains_key("limit/tokens")
    };
    assert!(!found("llama-3.2-11b-sft", 9) && found("llama-3.2-11b-sft", 10));
    assert!(!found("llama-3.2-90b-sft", 6) && found("llama-3.2-90b-sft", 7));
    assert!(!found("nova-lite-sft", 10));
}

#[test]
fn foreign_shapes_are_named_without_a_profile() {
    let scratch = Scratch::with("a.jsonl", records(3, r##"{"instruction":"i#","input":"","output":"o"}"##));
    let outcome = scratch.run("check a.jsonl").exits(1);
    assert!(
        outcome.stdout.contains("Alpaca") && outcome.stdout.contains("bedload convert"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_directory_of_mixed_formats_names_the_format_of_each_file() {
    let scratch = Scratch::new();
    scratch.write("d/a.jsonl", records(40, CONVERSE));
    scratch.write("d/b.jsonl", records(10, PAIR));
    scratch.write("d/c.jsonl", records(10, CLAUDE));
    scratch.write("d/e.jsonl", records(10, CONVERSE));
    for more in ["", "--profile nova-lite-sft"] {
        let outcome = scratch.run(&format!("check d --skip tokens --output-format jsonl {more}")).exits(1);
        let objects = outcome.objects();
        let of =
            |code: &str| objects.iter().filter(|object| object["code"] == code).cloned().collect::<Vec<_>>();
        let mixed = of("dataset/mixed-formats");
        assert_eq!(mixed.len(), 1);
        let message = mixed[0]["message"].as_str().expect("a message");
        for part in [
            "3 formats",
            "converse: d/a.jsonl, d/e.jsonl",
            "prompt-completion: d/b.jsonl",
            "claude-messages: d/c.jsonl",
        ] {
            assert!(message.contains(part), "{message}");
        }
        let files: Vec<_> = of("file/other-format").iter().map(|o| o["file"].clone()).collect();
        assert_eq!(files, ["d/b.jsonl", "d/c.jsonl"]);
        assert_eq!(outcome.summary()["valid"], 50);
        let text = scratch.run(&format!("check d --skip tokens {more}")).exits(1).stdout;
        assert_eq!(text.matches(" --> d/").count(), 2, "said once for each file: {text}");
    }
}

#[test]
fn one_file_of_another_format_is_found_among_many_with_long_records() {
    let scratch = Scratch::new();
    let long = "words ".repeat(600);
    for n in 0..200 {
        let record = if n == 150 { PAIR } else { CONVERSE };
        let key = if n == 150 { r#""prompt":""# } else { r#""text":""# };
        let record = record.replacen(key, &format!("{key}{long}"), 1);
        scratch.write(format!("d/{n:03}.jsonl"), records(5, &record));
    }
    let outcome = scratch.run("check d --skip tokens --output-format jsonl").exits(1);
    let objects = outcome.objects();
    let files: Vec<_> =
        objects.iter().filter(|o| o["code"] == "file/other-format").map(|o| &o["file"]).collect();
    assert_eq!(files, ["d/150.jsonl"]);
    assert_eq!(outcome.summary()["valid"], 995);
}

#[test]
fn what_other_validators_miss_is_found() {
    // A missing comma joins two reserved words of one script, which so never finds either of them alone.
    for word in ["Thought:", "[EOS]"] {
        let bad = CONVERSE.replace("u#", &format!("{word} x"));
        let scratch = Scratch::with("a.jsonl", records(8, CONVERSE) + &records(1, &bad));
        let outcome =
            scratch.run("check a.jsonl --profile nova-lite-sft --skip tokens --output-format jsonl");
        let finding = outcome.exits(1).findings().remove(0);
        assert_eq!((&finding["code"], &finding["line"]), (&"schema/reserved-word".into(), &9.into()));
    }
    // Another one wants tools in every record for reinforcement.
    check("nova-2-lite-rft", &records(100, RFT), &[], 0);
    // A wrong order of roles crashes a third.
    let order = records(100, DISTILL)
        + r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"assistant","content":[{"text":"a"}]},{"role":"user","content":[{"text":"u"}]}]}"#
        + "\n";
    let scratch = Scratch::with("a.jsonl", order);
    let outcome =
        scratch.run("check a.jsonl --profile llama-distillation --skip tokens --output-format jsonl");
    let finding = outcome.exits(1).findings().remove(0);
    assert_eq!((&finding["code"], &finding["line"]), (&"schema/turn-order".into(), &101.into()));
    // Reserved words with different capitalization are a warning, which --strict raises.
    let lower = records(100, &CONVERSE.replace("u#", "user: x"));
    let scratch = Scratch::with("a.jsonl", lower);
    let outcome = scratch.run("check a.jsonl --profile nova-lite-sft --skip tokens --output-format jsonl");
    let finding = outcome.exits(0).findings().remove(0);
    assert_eq!(
        (&finding["code"], &finding["severity"]),
        (&"disputed/reserved-word".into(), &"warning".into())
    );
    assert!(finding["source"].as_str().expect("a source").contains("; but not "));
    scratch.run("check a.jsonl --profile nova-lite-sft --skip tokens --strict").exits(1);
}

#[test]
fn counts_are_never_judged_from_a_part_of_the_data() {
    let scratch = Scratch::with("a.jsonl", records(10, CONVERSE));
    let one = scratch.run("explain a.jsonl:3 --profile nova-2-lite-sft --output-format jsonl").exits(0);
    assert!(!one.stdout.contains("dataset/") && !one.stdout.contains("records-min"), "{}", one.stdout);
    // A record that cannot be held is rejected, but it is counted.
    let scratch =
        Scratch::with("a.jsonl", records(8, CONVERSE) + &records(1, &CONVERSE.replace('a', "aaaaaaaaaaaa")));
    let outcome =
        scratch.run("check a.jsonl --profile nova-lite-sft --max-record-bytes 200 --output-format jsonl");
    assert_eq!(outcome.exits(1).summary()["records"], 9);
}

#[test]
fn validation_files_count_with_the_training_files_where_the_target_says_so() {
    let scratch = Scratch::with("t.jsonl", records(60, PAIR));
    scratch.write("v.jsonl", records(40, &PAIR.replace("p#", "v#")));
    let args = "check t.jsonl --profile llama-3.1-8b-sft --skip tokens --output-format jsonl";
    let codes = |more: &str| -> Vec<String> {
        let outcome = scratch.run(&format!("{args} {more}"));
        outcome.findings().iter().map(|f| f["code"].as_str().expect("a code").to_owned()).collect()
    };
    assert_eq!(codes(""), ["dataset/too-few-records"]);
    assert_eq!(codes("--validation-file v.jsonl"), Vec::<String>::new());
    scratch.write("v.jsonl", records(1001, &PAIR.replace("p#", "v#")));
    assert_eq!(codes("--validation-file v.jsonl"), ["disputed/records-max"]);
    scratch.write("t.jsonl", records(200, CONVERSE));
    scratch.write("v.jsonl", records(1, &CONVERSE.replace("u#", "v#")));
    let outcome =
        scratch.run("check t.jsonl --validation-file v.jsonl --profile nova-2-lite-sft --skip tokens");
    let outcome = outcome.exits(0);
    assert!(outcome.stdout.contains("disputed/records-max"));
    let message = "nova-2-lite-sft accepts no validation file according to nova-2-sft-data-prep.html";
    assert!(outcome.stdout.contains(message), "{}", outcome.stdout);
}

#[test]
fn limits_of_tokens_are_those_of_the_field() {
    let words = |n: usize| vec!["hello"; n].join(" ");
    let scratch = Scratch::new();
    let check = |prompt: usize, completion: usize, profile: &str| {
        let record = format!(r#"{{"prompt":"{}","completion":"{}"}}"#, words(prompt), words(completion));
        scratch.write("a.jsonl", jsonl([record]));
        let args = format!("check a.jsonl --profile {profile} --output-format jsonl");
        let codes = scratch.run(&args).findings();
        codes.iter().filter(|f| f["code"] == "limit/tokens").count()
    };
    assert_eq!(check(3000, 1500, "cohere-command-sft"), 0);
    assert_eq!(check(3000, 3000, "cohere-command-sft"), 1);
    assert_eq!(check(3900, 100, "titan-text-lite-sft"), 0);
    assert_eq!(check(3000, 3000, "titan-text-lite-sft"), 1);
    assert_eq!(check(12_000, 12_000, "llama-3.1-70b-sft"), 1);
    assert_eq!(check(7000, 7000, "llama-3.1-70b-sft"), 0);
}
