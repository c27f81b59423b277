//! JSON arrays as inputs: with `--array` each element is a record, whatever the layout and the way it comes.

use serde_json::Value;

use crate::corpus::{mixed, plain};
use crate::scratch::{Scratch, gzip, jsonl, zstd};

/// The lines as the elements of an array, one after the other or spread over many lines.
fn array_of(lines: &[String], pretty: bool) -> Vec<u8> {
    if !pretty {
        return format!("[{}]", lines.join(", ")).into_bytes();
    }
    let elements: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    serde_json::to_vec_pretty(&elements).unwrap()
}

const CHECK: &str = "--array --skip tokens --output-format jsonl";

#[test]
fn elements_are_records_whichever_way_the_array_comes() {
    let lines = plain(500);
    for pretty in [false, true] {
        let array = array_of(&lines, pretty);
        let scratch = Scratch::with("a.json", &array);
        scratch.write("a.json.gz", gzip(&array));
        scratch.write("a.json.zst", zstd(&array));
        for (n, file) in ["a.json", "a.json.gz", "a.json.zst"].into_iter().enumerate() {
            for flags in ["", "--chunk-bytes 100", "--no-mmap --threads 3"] {
                let outcome = scratch.run(&format!("check {file} {CHECK} {flags}")).exits(0);
                assert_eq!(outcome.summary()["records"], 500, "{file} {flags}");
            }
            scratch.run(&format!("build {file} --array --out o{n} --skip tokens")).exits(0);
            scratch.run(&format!("verify o{n}")).exits(0);
            assert_eq!(scratch.manifest(&format!("o{n}"))["config"]["array"], true);
            let built = scratch.lines(&format!("o{n}/train.jsonl"));
            if pretty {
                let record = |line: &[u8]| serde_json::from_slice::<Value>(line).unwrap();
                let expected = lines.iter().map(|line| record(line.as_bytes()));
                assert!(built.iter().map(|line| record(line)).eq(expected));
                assert_eq!(built[0], br#"{"prompt": "prompt 0","completion": "completion 0"}"#);
            } else {
                assert_eq!(jsonl(built), jsonl(&lines), "elements keep their bytes");
            }
        }
        assert_eq!(scratch.feed(&format!("check - {CHECK}"), &array).exits(0).summary()["records"], 500);
        scratch.feed("convert - --array --to converse --out c.jsonl", &array).exits(0);
        assert_eq!(scratch.lines("c.jsonl").len(), 500);
    }
}

#[test]
fn findings_count_elements_as_lines() {
    let lines =
        [r#"{"prompt":"p","completion":"c"}"#, r#"{"prompt":"p"}"#, "7", r#"{"prompt":"p","completion":""}"#];
    let scratch = Scratch::with("a.json", format!("[\n  {}\n]\n", lines.join(",\n\n  ")));
    scratch.write("a.jsonl", jsonl(lines));
    let found = |args: &str| {
        let outcome = scratch.run(&format!("check {args} --format prompt-completion {CHECK}")).exits(1);
        let places = outcome.findings().into_iter();
        places
            .map(|f| (f["line"].clone(), f["record"].clone(), f["code"].clone(), f["column"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("a.json"), found("a.jsonl"), "an array is what JSONL of its elements is");
    assert!(found("a.json").iter().any(|(line, record, ..)| (line, record) == (&3.into(), &2.into())));
    let explained = scratch.run("explain a.json:2 --array --format prompt-completion").exits(0);
    assert!(explained.stdout.contains("schema/missing-field"), "{}", explained.stdout);
}

#[test]
fn an_array_that_is_not_whole_is_never_taken_for_a_shorter_one() {
    let lines = plain(40);
    let whole = array_of(&lines, true);
    let scratch = Scratch::new();
    let broken = [
        ("cut behind an element", format!("[{}", lines.join(",\n")).into_bytes()),
        ("cut inside an element", whole[..whole.len() / 2].to_vec()),
        ("two arrays", [&whole[..], &whole].concat()),
        ("a wrong bracket", String::from_utf8(whole.clone()).unwrap().replacen('}', "]", 1).into_bytes()),
    ];
    for (name, bytes) in broken {
        scratch.write("a.json", &bytes);
        scratch.write("a.json.gz", gzip(&bytes));
        for args in [
            "check a.json",
            "check a.json.gz",
            "build a.json --out o",
            "convert a.json --to converse --out o",
        ] {
            let outcome = scratch.run(&format!("{args} --array --skip tokens")).exits(3);
            assert!(
                outcome.stderr.contains("not a whole JSON array: element "),
                "{name}: {}",
                outcome.stderr
            );
        }
    }
    assert_eq!(scratch.names(), ["a.json", "a.json.gz"]);
    // What is wrong inside an element is a bad record.
    scratch.write("b.json", format!("[{}, {{\"prompt\":}}, , \"a\nb\"]", lines.join(",")));
    let by_code = scratch.run(&format!("check b.json --format prompt-completion {CHECK}")).exits(1).by_code();
    assert_eq!((by_code["json/syntax"], by_code["json/blank-line"]), (2, 1));
}

#[test]
fn other_inputs_are_read_as_they_are() {
    let scratch = Scratch::with("a.jsonl", jsonl(mixed(200, 3)));
    scratch.write("d/b.jsonl", jsonl(plain(5)));
    scratch.write("d/c.jsonl", array_of(&plain(7), false));
    scratch.write("d/e.jsonl", "[]");
    let check = |flags: &str| {
        scratch
            .run(&format!(
                "check a.jsonl --format prompt-completion --skip tokens {flags} --output-format jsonl"
            ))
            .stdout
    };
    assert_eq!(check("--array"), check(""));
    let outcome = scratch.run(&format!("check d {CHECK}")).exits(0);
    assert_eq!(outcome.summary()["records"], 12);
    assert_eq!(outcome.by_code().get("file/empty"), Some(&1));
    scratch.write("bedload.toml", "array = true\n");
    assert_eq!(
        scratch.run("check d/c.jsonl --skip tokens --output-format jsonl").exits(0).summary()["records"],
        7
    );
}
