//! Which files are inputs: of directories, of patterns, and not of URLs; and the bounds on what they become.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::corpus::plain;
use crate::scratch::{Scratch, gzip, jsonl, zstd};

const CHECK: &str = "--skip tokens --output-format jsonl";

#[test]
fn a_link_in_a_circle_is_named_by_every_command() {
    for (link, target) in
        [("here", "."), ("sub/above", ".."), ("itself", "itself"), ("itself.jsonl", "itself.jsonl")]
    {
        let scratch = Scratch::new();
        scratch.write("d/a.jsonl", jsonl(plain(10)));
        scratch.write("d/sub/b.jsonl", jsonl(plain(10)));
        scratch.shell(&format!("ln -s {target} d/{link}")).exits(0);
        for args in ["check d", "build d --out o", "convert d --to converse --out c.jsonl"] {
            let said = scratch.run(args).refuses(3);
            assert!(said.contains(&format!("d/{link}: could not be listed: ")), "{args}: {said}");
        }
        // A pattern follows no links.
        let globbed = scratch.run(&format!("check d/**/?.jsonl {CHECK}")).exits(0);
        assert_eq!(globbed.summary()["files"], 2);
        assert_eq!(scratch.names(), ["d"]);
    }
}

#[test]
fn a_dense_file_is_measured_before_its_lines_are_visited() {
    let scratch = Scratch::with("a.jsonl.gz", gzip(&b"\n".repeat(8 << 20)));
    scratch.write("b.jsonl.zst", zstd(&b"{}\n".repeat(3 << 20)));
    for file in ["a.jsonl.gz", "b.jsonl.zst"] {
        let said = scratch.run(&format!("check {file} {CHECK} --max-decompressed 7MB")).refuses(3);
        assert!(said.contains(file) && said.contains("more than 7000000 bytes"), "{said}");
    }
    let summary = scratch.run("check a.jsonl.gz --format text --skip tokens").exits(1);
    assert!(
        summary.said().contains("8388608 read") || summary.said().contains("8,388,608 read"),
        "{}",
        summary.said()
    );
}

#[test]
fn a_directory_says_which_of_its_files_were_not_read() {
    let scratch = Scratch::new();
    for name in ["a.jsonl", "b.JSONL", "sub/c.Ndjson"] {
        scratch.write(format!("d/{name}"), jsonl(plain(10)));
    }
    scratch.write("d/e.JsonL.GZ", gzip(&jsonl(plain(10))));
    for name in
        ["f.json", "g.jsonl.bz2", "h.txt", "jsonl", ".i.jsonl", ".git/k.jsonl", ".hidden", "sub/README"]
    {
        scratch.write(format!("d/{name}"), jsonl(plain(10)));
    }
    let outcome = scratch.run(&format!("check d {CHECK}")).exits(0);
    assert_eq!((&outcome.summary()["files"], &outcome.summary()["records"]), (&4.into(), &40.into()));
    let note = &outcome.findings()[0];
    assert_eq!((&note["code"], &note["severity"]), (&"dataset/skipped-files".into(), &"note".into()));
    assert_eq!(
        note["message"],
        "6 files in the input directories were not read: \
         d/.i.jsonl, d/f.json, d/g.jsonl.bz2, d/h.txt, d/jsonl, d/sub/README"
    );
    scratch.run("build d --out o --skip tokens --skip dedupe").exits(0);
    scratch.run("verify o").exits(0);
    let skipped = &scratch.manifest("o")["skipped"];
    assert_eq!((&skipped["files"], &skipped["names"][1]), (&6.into(), &"d/f.json".into()));
    let converted = scratch.run("convert d --to converse --out c.jsonl").exits(0);
    assert!(converted.stdout.contains("dataset/skipped-files"), "{}", converted.stdout);
    // Files that are named are read, whatever their names.
    let named = scratch.run(&format!("check d/a.jsonl d/f.json {CHECK}")).exits(0);
    assert!(named.findings().is_empty());
}

#[test]
fn many_skipped_files_are_counted_and_ten_are_named() {
    let scratch = Scratch::with("d/a.jsonl", jsonl(plain(3)));
    for n in 0..50 {
        scratch.write(format!("d/{n:02}.json"), "{}");
    }
    let outcome = scratch.run(&format!("check d {CHECK}")).exits(0);
    let message = outcome.findings()[0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("50 files ") && message.ends_with("d/09.json and 40 more"), "{message}");
    fs::remove_file(scratch.path("d/a.jsonl")).unwrap();
    let said = scratch.run("check d").refuses(2);
    assert!(said.contains("d: no JSONL file below this directory, only d/00.json, "), "{said}");
}

#[test]
fn a_pattern_stands_for_what_a_shell_would_find() {
    let scratch = Scratch::new();
    let names =
        ["a.jsonl", "b.jsonl", "[c].jsonl", ".h.jsonl", "sub/d.jsonl", "sub/deep/e.jsonl", "sub/.f/g.jsonl"];
    for name in names {
        scratch
            .write(format!("x/{name}"), jsonl([format!("{{\"prompt\":\"{name}\",\"completion\":\"c\"}}")]));
    }
    scratch.write("x/notes.txt", "none");
    // A name that is not UTF-8 stops nobody.
    scratch.write(OsStr::from_bytes(b"x/\xff.jsonl"), jsonl(plain(1)));
    let files = |pattern: &str| {
        let args = ["check", pattern, "--skip", "tokens", "--output-format", "jsonl"];
        scratch.run_args(&args).exits(0).summary()["files"].as_u64().unwrap()
    };
    assert_eq!(files("x/?.jsonl"), 3, "a byte that is no character counts as one");
    assert_eq!(files("x/*.jsonl"), 4);
    assert_eq!(files("x/[ab].jsonl"), 2);
    assert_eq!(files("x/[!a].jsonl"), 2);
    assert_eq!(files("x/{a,b}.jsonl"), 2);
    assert_eq!(files("x/\\[*"), 1);
    assert_eq!(files("x/.*.jsonl"), 1);
    assert_eq!(files("x/**/*.jsonl"), 6);
    assert_eq!(files("./x/sub/**"), 2);
    assert_eq!(files("*/sub"), 2, "a directory that matches is read as one");
    assert_eq!(files("x/s*"), 2);
    assert_eq!(files(&format!("{}/*/a.jsonl", scratch.path("").display()).replace("//", "/")), 1);
    for (pattern, words) in [
        ("x/z*.jsonl", "no file matches"),
        ("x/a.jsonl/*", "no file matches"),
        ("x/[a.jsonl", "not a valid pattern"),
        ("x/a**.jsonl", "must be alone between slashes"),
    ] {
        let said = scratch.run_args(&["check", pattern]).refuses(2);
        assert!(said.contains(words), "{pattern}: {said}");
    }
}

#[test]
fn urls_are_refused_with_the_command_that_helps() {
    let get = "aws s3 cp s3://b/x.jsonl .";
    refuses_urls(&[
        ("explain s3://b/x.jsonl:3", get),
        ("verify s3://b/o", "aws s3 cp --recursive s3://b/o DIR"),
        ("check gs://b/x.jsonl", "gcloud storage cp gs://b/x.jsonl ."),
        ("check https://h/x.jsonl", "curl -fLO https://h/x.jsonl"),
        ("check file:///tmp/x.jsonl", "give the path itself: /tmp/x.jsonl"),
    ]);
}

#[cfg(not(feature = "s3"))]
#[test]
fn objects_are_refused_with_the_command_that_helps() {
    let get = "aws s3 cp s3://b/x.jsonl .";
    refuses_urls(&[
        ("check s3://b/x.jsonl", get),
        ("check S3://b/x.jsonl", get),
        ("check s3://b/data/", "aws s3 cp --recursive s3://b/data/ DIR"),
        ("check s3://b/*.jsonl", "aws s3 cp --recursive s3://b/ DIR --exclude '*' --include '*.jsonl'"),
        ("check a.jsonl --validation-file s3://b/x.jsonl", get),
        ("build s3://b/x.jsonl --out o", get),
        ("convert s3://b/x.jsonl --to converse --out o", get),
        ("calibrate s3://b/x.jsonl", get),
        ("build a.jsonl --out s3://b/o", "aws s3 cp --recursive DIR s3://b/o"),
        ("convert a.jsonl --to converse --out s3://b/o.jsonl", "aws s3 cp FILE s3://b/o.jsonl"),
        ("check arn:aws:s3:::b/x.jsonl", get),
    ]);
}

fn refuses_urls(cases: &[(&str, &str)]) {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    for (args, help) in cases {
        let said = scratch.run(args).refuses(2);
        assert!(said.contains("not a local path") && said.contains(help), "{args}: {said}");
    }
    assert_eq!(scratch.names(), ["a.jsonl"]);
}

/// No request is ever made: there are no credentials.
#[cfg(feature = "s3")]
#[test]
fn objects_need_credentials_and_no_message_has_one() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    for args in [
        "check s3://b/x.jsonl",
        "check S3://b/data/*.jsonl",
        "check a.jsonl --validation-file s3://b/x.jsonl",
        "build s3://b/x.jsonl --out o",
        "convert s3://b/x.jsonl --to converse --out o",
        "calibrate s3://b/x.jsonl",
        "evaluate --predictions s3://b/x.jsonl",
        "check arn:aws:s3:::b/x.jsonl",
    ] {
        let run = |key: Option<&str>| {
            let mut command = scratch.command();
            command.args(args.split_whitespace()).env("AWS_EC2_METADATA_DISABLED", "true");
            command.env("HOME", scratch.path("")).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
            for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
                command.env_remove(name);
            }
            // Half of what it takes.
            key.map(|key| command.env("AWS_SECRET_ACCESS_KEY", key));
            crate::outcome::Outcome::of(command.output().unwrap()).refuses(3)
        };
        assert!(run(None).contains("no AWS credentials"), "{args}");
        assert!(!run(Some("hunter2hunter2")).contains("hunter2"), "{args}");
    }
    assert_eq!(scratch.names(), ["a.jsonl"]);
}

#[test]
fn a_compressed_input_ends_where_it_is_longer_than_it_may_be() {
    let file = jsonl(plain(40_000));
    let scratch = Scratch::new();
    scratch.write("a.jsonl.gz", gzip(&file));
    scratch.write("a.jsonl.zst", zstd(&file));
    scratch.write("a.jsonl", &file);
    for args in [
        "check a.jsonl.gz",
        "check a.jsonl.zst",
        "build a.jsonl.gz --out o",
        "convert a.jsonl.zst --to converse --out o",
        "build a.jsonl.zst --out o --array",
    ] {
        let outcome = scratch.run(&format!("{args} --skip tokens --max-decompressed 1MB")).exits(3);
        assert!(
            outcome.stderr.contains("decompress to more than 1000000 bytes"),
            "{args}: {}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains("--max-decompressed SIZE"), "{args}: {}", outcome.stderr);
    }
    let piped = scratch.feed("check - --skip tokens --max-decompressed 1MB", &gzip(&file)).exits(3);
    assert!(piped.stderr.contains("more than 1000000 bytes"), "{}", piped.stderr);
    assert_eq!(scratch.names(), ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"]);
    let size = file.len();
    scratch.run(&format!("check a.jsonl.gz --skip tokens --max-decompressed {size}")).exits(0);
    scratch.run("check a.jsonl --skip tokens --max-decompressed 1").exits(0);
}

#[test]
fn a_record_is_at_most_4_gib() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(3)));
    scratch.run("check a.jsonl --skip tokens --max-record-bytes 4GiB").exits(0);
    for size in ["5GiB", "4294967297", "1TiB"] {
        let said = scratch.run(&format!("check a.jsonl --max-record-bytes {size}")).refuses(2);
        assert!(said.contains("a record has at most 4GiB (4294967296 bytes)"), "{said}");
    }
    scratch.write("bedload.toml", "max-record-bytes = \"5GiB\"\n");
    assert!(scratch.run("check a.jsonl").refuses(2).contains("at most 4GiB"));
}

#[test]
fn copies_of_streams_go_where_they_are_sent_and_nobody_sees_them() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("tmp")).unwrap();
    let build = |dir: &str| {
        scratch.feed(&format!("build - --out o --skip tokens --temp-dir {dir}"), &jsonl(plain(40)))
    };
    let said = build("gone").refuses(3);
    assert!(
        said.contains("could not be copied to a temporary file in gone") && said.contains("--temp-dir"),
        "{said}"
    );
    build("tmp").exits(0);
    assert_eq!(scratch.lines("o/train.jsonl").len(), 40);
    assert!(scratch.tree("tmp").is_empty());
    // A relative directory of the configuration is relative to its file.
    scratch.write("bedload.toml", "temp-dir = \"tmp\"\n");
    scratch.feed("convert - --to converse --out c.jsonl", &jsonl(plain(3))).exits(0);
}

#[test]
fn an_empty_path_is_named_as_one() {
    let scratch = Scratch::with("a.jsonl", "{\"prompt\":\"p\",\"completion\":\"c\"}\n");
    for args in [
        &["check", ""][..],
        &["check", "a.jsonl", "--validation-file", ""],
        &["build", "a.jsonl", "", "--out", "o"],
    ] {
        let said = scratch.run_args(args).refuses(2);
        assert!(said.contains("an empty path was given"), "{args:?}: {said}");
    }
}
