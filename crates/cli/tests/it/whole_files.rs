//! Files that are not JSONL at all: one finding says what each is, whichever way it comes, and nothing of it counts as
//! data.

use crate::corpus::plain;
use crate::scratch::{Scratch, gzip, jsonl, zstd};

/// A ZIP archive whose only member is stored, not compressed: the records can be read as text.
fn stored_zip(data: &[u8]) -> Vec<u8> {
    let name = b"a.jsonl";
    let size = u32::try_from(data.len()).unwrap().to_le_bytes();
    let header = [&b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0"[..], &size, &size, &[7, 0, 0, 0]].concat();
    [&header, &name[..], data, b"PK\x01\x02", b"PK\x05\x06"].concat()
}

fn tar(data: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..7].copy_from_slice(b"a.jsonl");
    header[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
    header[257..263].copy_from_slice(b"ustar\0");
    let sum = header.iter().map(|&byte| u64::from(byte)).sum::<u64>() + 8 * 32;
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    [&header, data, &[0; 1024]].concat()
}

fn wide<const N: usize>(text: &[u8], unit: impl Fn(u8) -> [u8; N]) -> Vec<u8> {
    text.iter().flat_map(|&byte| unit(byte)).collect()
}

/// Every kind of file: its bytes, what it is called, and what helps.
fn kinds() -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let lines = jsonl(plain(40));
    let text = String::from_utf8(lines.clone()).unwrap();
    let list = |before: &str, between: &str, after: &str| {
        format!("{before}{}{after}", text.trim_end().replace('\n', between)).into_bytes()
    };
    let magic = |magic: &[u8]| [magic, &lines].concat();
    vec![
        (list("[\n  ", ",\n  ", "\n]\n"), "a JSON array", "jq -c '.[]' FILE"),
        (list("[", ",", "]"), "a JSON array", "--array"),
        (list("\u{feff} [", ",", "]"), "a JSON array", "--array"),
        (text.replace(",\"", ",\n\"").replace('{', "{\n").into_bytes(), "pretty-printed", "jq -c . FILE"),
        (list("", ",\n", "\n"), "a comma after each object", "sed "),
        (list("", "\r", "\r"), "CR line endings", "tr '\\r' '\\n'"),
        (text.replace('"', "'").into_bytes(), "Python dicts", "ast.literal_eval"),
        (b"prompt,completion\nhello,world\nfoo,\"bar, baz\"\n".to_vec(), "CSV", "name it with .csv"),
        (b"prompt\tcompletion\nhello\tworld\n".to_vec(), "TSV", "name it with .tsv"),
        (magic(b"PARE"), "an encrypted Parquet file", "decrypt it"),
        (stored_zip(&lines), "a ZIP archive", "unzip -p"),
        (tar(&lines), "a tar archive", "tar -xOf"),
        (magic(b"BZh91AY&SY"), "bzip2", "bzip2 -dc"),
        (magic(b"\xfd7zXZ\0"), "xz", "xz -dc"),
        (magic(b"7z\xbc\xaf\x27\x1c"), "7-Zip", "7z x -so"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n".to_vec(),
            "Git LFS",
            "git lfs pull",
        ),
        (
            b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>".to_vec(),
            "XML or HTML",
            "download",
        ),
        (b"<!DOCTYPE html>\n<html>\n<body>502</body>\n</html>\n".to_vec(), "XML or HTML", "download"),
        (wide(&lines, |b| [b, 0]), "UTF-16", "iconv -f UTF-16LE"),
        (wide(&lines, |b| [0, b]), "UTF-16", "iconv -f UTF-16BE"),
        ([&b"\xff\xfe"[..], &wide(&lines, |b| [b, 0])].concat(), "UTF-16", "iconv -f UTF-16 "),
        (wide(&lines, |b| [b, 0, 0, 0]), "UTF-32", "iconv -f UTF-32LE"),
        (wide(&lines, |b| [0, 0, 0, b]), "UTF-32", "iconv -f UTF-32BE"),
        ([&b"\0\0\xfe\xff"[..], &wide(&lines, |b| [0, 0, 0, b])].concat(), "UTF-32", "iconv -f UTF-32 "),
        (vec![0; 100_000], "NUL bytes", "copy it again"),
    ]
}

const CHECK: &str = "--skip tokens --output-format jsonl";

#[test]
fn one_finding_says_what_the_file_is_and_what_helps() {
    for (bytes, name, remedy) in kinds() {
        let scratch = Scratch::with("a.jsonl", &bytes);
        scratch.write("a.jsonl.gz", gzip(&bytes));
        scratch.write("a.jsonl.zst", zstd(&bytes));
        let runs = ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"]
            .map(|file| scratch.run(&format!("check {file} {CHECK}")));
        let target = scratch.run(&format!("check a.jsonl --profile generic-sft {CHECK}"));
        let streamed = scratch.feed(&format!("check - {CHECK}"), &bytes);
        for outcome in runs.into_iter().chain([target, streamed]) {
            let outcome = outcome.exits(1);
            let findings = outcome.findings();
            assert_eq!(findings.len(), 1, "{name}: {}", outcome.stdout);
            let message = findings[0]["message"].as_str().unwrap();
            assert!(findings[0]["code"] == "file/not-jsonl" && findings[0]["line"].is_null());
            assert!(message.contains(name) && message.contains(remedy), "{name}: {message}");
            assert_eq!(outcome.summary()["records"], 0);
        }
    }
}

#[test]
fn nothing_is_built_or_converted_of_such_a_file() {
    for (bytes, name, remedy) in kinds() {
        let scratch = Scratch::with("d/b.jsonl", &bytes);
        scratch.write("d/a.jsonl", jsonl(plain(40)));
        for args in [
            "build d --out o --skip tokens",
            "build d/b.jsonl --out o --skip tokens",
            "convert d --to converse --out o.jsonl",
            "explain d/b.jsonl:2",
            "calibrate d/b.jsonl",
        ] {
            let said = scratch.run(args).refuses(2);
            assert!(said.contains("d/b.jsonl: the file ") && said.contains(name), "{args}: {said}");
            assert!(said.contains(remedy), "{args}: {said}");
        }
        let said = scratch.feed("build - --out o --skip tokens", &bytes).refuses(2);
        assert!(said.contains("-: the file "), "{said}");
        assert_eq!(scratch.names(), ["d"], "{name}");
    }
}

#[test]
fn the_other_files_are_checked_all_the_same() {
    let scratch = Scratch::with("d/a.jsonl", jsonl(plain(40)));
    scratch.write("d/b.jsonl", stored_zip(&jsonl(plain(40))));
    scratch.write("d/c.jsonl", jsonl(plain(3)));
    scratch.write("d/d.jsonl", "<html>\n<body>\n");
    let outcome = scratch.run(&format!("check d --profile generic-sft {CHECK}")).exits(1);
    assert_eq!(outcome.by_code()["file/not-jsonl"], 2);
    assert_eq!((&outcome.summary()["files"], &outcome.summary()["records"]), (&4.into(), &43.into()));
    let said = scratch.run("build d --out o").refuses(2);
    assert!(
        said.contains("d/b.jsonl: the file is a ZIP archive")
            && said.contains("d/d.jsonl: the file is an XML"),
        "{said}"
    );
}

#[test]
fn what_begins_like_jsonl_is_read_as_jsonl() {
    // One record over several lines, one in Python's notation, one with a comma after it: among good ones, bad lines.
    let mut lines = plain(40);
    lines.insert(0, "{\"prompt\":\n\"p\",\n\"completion\":\n\"c\"\n}".to_owned());
    lines.push("{'prompt': 'p'}".to_owned());
    lines.push("{\"prompt\":\"p\",\"completion\":\"c\"},".to_owned());
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let outcome = scratch.run(&format!("check a.jsonl --format prompt-completion {CHECK}")).exits(1);
    assert!(!outcome.by_code().contains_key("file/not-jsonl"));
    assert_eq!((&outcome.summary()["records"], &outcome.summary()["valid"]), (&47.into(), &40.into()));
}

#[test]
fn zeros_after_the_last_gzip_member_are_padding() {
    let file = jsonl(plain(40));
    let padded = |padding: &[u8]| [&gzip(&file), padding].concat();
    let scratch = Scratch::with("a.jsonl.gz", padded(&[0; 5000]));
    assert_eq!(scratch.run(&format!("check a.jsonl.gz {CHECK}")).exits(0).summary()["records"], 40);
    scratch.run("build a.jsonl.gz --out o --skip tokens").exits(0);
    assert_eq!(scratch.read("o/train.jsonl"), file);
    assert_eq!(scratch.feed(&format!("check - {CHECK}"), &padded(&[0])).exits(0).summary()["records"], 40);
    for padding in [&b"x"[..], b"\0\0x"] {
        scratch.write("b.jsonl.gz", padded(padding));
        let outcome = scratch.run("check b.jsonl.gz --skip tokens").exits(3);
        assert!(
            outcome.stderr.contains("the last gzip member is followed by something else"),
            "{}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains("gzip -t"), "gzip -t passes such a file");
    }
}
