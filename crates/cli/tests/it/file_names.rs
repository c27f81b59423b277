//! Names and number of the data files: what a job can be given.

use crate::scratch::{Scratch, gzip, zstd};

const PAIR: &str = "{\"prompt\":\"p\",\"completion\":\"c\"}\n";
const CONVERSE: &str = "{\"schemaVersion\":\"bedrock-conversation-2024\",\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"u\"}]},{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"}]}]}\n";

/// The messages of one code, for arguments in a directory that holds a file.
fn messages(scratch: &Scratch, code: &str, args: &[&str]) -> Vec<String> {
    let more = ["--skip", "tokens", "--output-format", "jsonl"];
    let args: Vec<&str> = ["check"].into_iter().chain(args.iter().copied()).chain(more).collect();
    let outcome = scratch.run_args(&args);
    let of_code = outcome.findings().into_iter().filter(|finding| finding["code"] == code);
    of_code.map(|finding| finding["message"].as_str().expect("a message").to_owned()).collect()
}

#[test]
fn names_that_no_s3_uri_can_have_are_said() {
    let check = |profile: &str, file: &str, arg: &str, word: Option<&str>| {
        let scratch = Scratch::with(file, if profile.starts_with("nova") { CONVERSE } else { PAIR });
        let found = messages(&scratch, "dataset/file-name", &[arg, "--profile", profile]);
        assert_eq!(found.len(), usize::from(word.is_some()), "{profile} {arg}: {found:?}");
        assert!(found.iter().all(|message| message.contains(word.unwrap_or_default())), "{found:?}");
    };
    let llama = "llama-3.1-8b-sft";
    check(llama, "a.jsonl", "a.jsonl", None);
    check(llama, "a(1)!*'.jsonl", "a(1)!*'.jsonl", None);
    check(llama, "a b.jsonl", "a b.jsonl", Some("a space"));
    check(llama, "a b+c.jsonl", "a b+c.jsonl", Some("a space, `+`"));
    check(llama, "a%20.jsonl", "a%20.jsonl", Some("`%`"));
    check(llama, "données.jsonl", "données.jsonl", Some("a non-ASCII character"));
    check(llama, "a.json", "a.json", Some("must end in `.jsonl`"));
    check(llama, "a.txt", "a.txt", Some("must end in `.jsonl`"));
    check(llama, "a.JSONL", "a.JSONL", Some("must end in `.jsonl`"));
    check(llama, "a.ndjson", "a.ndjson", Some("must end in `.jsonl`"));
    // Where a directory or a glob is named, what is below it counts, and partitions count always.
    check(llama, "dt=2026-01-01/x.jsonl", "dt=2026-01-01/x.jsonl", Some("`=`"));
    check(llama, "d/dt=2026-01-01/x.jsonl", "d", Some("`=`"));
    check(llama, "d/dt=2026-01-01/x.jsonl", "d/dt=2026-01-01", Some("`=`"));
    check(llama, "d/e f/x.jsonl", "d", Some("a space"));
    check(llama, "d/e f/x.jsonl", "d/*/x.jsonl", Some("a space"));
    check(llama, "d e/x.jsonl", "d e", None);
    check(llama, "d e/x.jsonl", "d e/x.jsonl", None);
    check(llama, "d e/x.jsonl", "d e/*.jsonl", None);
    // Nova takes fewer characters.
    check("nova-lite-sft", "a-b_c.1.jsonl", "a-b_c.1.jsonl", None);
    check("nova-lite-sft", "a(1).jsonl", "a(1).jsonl", Some("only letters, digits, `_`, `-` and `.`"));
    check("nova-2-lite-sft", "d/it's/a.jsonl", "d", Some("`'`"));
    // The baseline is for no service in particular.
    check("generic-sft", "a b+c.json", "a b+c.json", None);
}

#[test]
fn what_is_no_file_has_no_name_and_build_names_its_own() {
    let scratch = Scratch::with("a b.jsonl", PAIR.repeat(100));
    let args = "check - --profile llama-3.1-8b-sft --skip tokens --output-format jsonl --stdin-name x=y";
    let outcome = scratch.feed(args, PAIR.repeat(100).as_bytes());
    assert!(!outcome.by_code().contains_key("dataset/file-name"), "{}", outcome.stdout);
    let built = scratch.run_args(&[
        "build",
        "a b.jsonl",
        "--profile",
        "llama-3.1-8b-sft",
        "--out",
        "o",
        "--skip",
        "tokens",
        "--output-format",
        "jsonl",
    ]);
    assert!(!built.by_code().contains_key("dataset/file-name"), "{}", built.stdout);
    assert!(
        messages(&scratch, "dataset/file-name", &["o/train.jsonl", "--profile", "llama-3.1-8b-sft"])
            .is_empty()
    );
}

#[test]
fn several_or_compressed_files_are_more_than_a_job_takes() {
    let check = |files: &[(&str, Vec<u8>)], args: &[&str], part: Option<&str>| {
        let scratch = Scratch::new();
        for (name, bytes) in files {
            scratch.write(name, bytes);
        }
        let of_code =
            |code: &str| messages(&scratch, code, &[args, &["--profile", "llama-3.1-8b-sft"]].concat());
        let found = of_code("dataset/one-file");
        assert_eq!(found.len(), usize::from(part.is_some()), "{args:?} {found:?}");
        assert!(
            found.iter().all(|m| m.contains(part.unwrap_or_default()) && m.contains("bedload build")),
            "{found:?}"
        );
        assert_eq!(of_code("dataset/file-name"), [""; 0], "{args:?}");
        let generic = messages(&scratch, "dataset/one-file", &[args, &["--profile", "generic-sft"]].concat());
        assert_eq!(generic, [""; 0]);
    };
    let plain = || PAIR.as_bytes().to_vec();
    let other = || PAIR.replace("\"p\"", "\"q\"").into_bytes();
    check(&[("a.jsonl", plain())], &["a.jsonl"], None);
    check(&[("d/a.jsonl", plain()), ("d/b.jsonl", other())], &["d"], Some("there are 2 training files"));
    check(&[("a.jsonl", plain()), ("b.jsonl", other())], &["a.jsonl", "--validation-file", "b.jsonl"], None);
    check(&[("a.jsonl.gz", gzip(&plain()))], &["a.jsonl.gz"], Some("the file is compressed"));
    check(&[("a.jsonl.zst", zstd(&plain()))], &["a.jsonl.zst"], Some("the file is compressed"));
    check(&[("a.jsonl", gzip(&plain()))], &["a.jsonl"], Some("the file is compressed"));
    check(
        &[("d/a.jsonl", plain()), ("d/b.jsonl.gz", gzip(&other()))],
        &["d"],
        Some("there are 2 training files and 1 file is compressed"),
    );
}
