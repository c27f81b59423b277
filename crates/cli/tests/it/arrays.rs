//! JSON arrays as inputs: with `--array` each element is a record, whatever the layout and the way it comes.

use serde_json::Value;

use crate::corpus::{mixed, plain};
use crate::outcome::Outcome;
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
                outcome.stderr.contains("not a complete JSON array: element "),
                "{name}: {}",
                outcome.stderr
            );
        }
    }
    assert_eq!(scratch.names(), ["a.json", "a.json.gz"]);
    // What is wrong inside an element is a bad record.
    scratch.write("b.json", format!("[{}, {{\"prompt\":}}, , \"a\nb\"]", lines.join(",")));
    let by_code = scratch.run(&format!("check b.json --format prompt-completion {CHECK}")).exits(1).by_code();
    assert_eq!((by_code["json/syntax"], by_code.get("json/blank-line")), (3, None));
}

/// Code, line, column and message of each finding.
fn found(scratch: &Scratch, args: &str, code: i32) -> Vec<String> {
    let outcome = scratch.run(&format!("check {args} --format prompt-completion {CHECK}")).exits(code);
    let shown =
        |f: &Value| format!("{}:{} {} {}", f["line"], f["column"], f["code"], f["message"]).replace('"', "");
    outcome.findings().iter().filter(|f| f["code"] != "dataset/no-records").map(shown).collect()
}

const RECORD: &str = r#"{"prompt":"p","completion":"c"}"#;

#[test]
fn a_raw_line_feed_is_named_and_written_as_its_escape() {
    let bad = "{\"prompt\":\"a\r\nb\",\"completion\":\"c\"}, {\"prompt\":\"a\nb\\\nc\"}";
    let scratch = Scratch::with("a.json", format!("[{bad}, {RECORD}]"));
    let control = |byte: &str, line: u64| {
        format!("{line}:13 json/syntax control character {byte} in a string must be escaped")
    };
    let expected = [control("0x0d", 1), control("0x0a", 2)];
    for flags in ["", "--chunk-bytes 7", "--no-mmap"] {
        assert_eq!(found(&scratch, &format!("a.json {flags}"), 1), expected);
    }
    let written = b"{\"prompt\":\"a\r\\nb\",\"completion\":\"c\"}\n{\"prompt\":\"a\\nb\\nc\"}\n";
    scratch.run("build a.json --array --out o --skip tokens --format prompt-completion").exits(0);
    assert_eq!(scratch.read("o/rejected.jsonl"), written);
    let messages: Vec<_> =
        scratch.table("o", "findings").iter().filter_map(|row| row.get("message").cloned()).collect();
    assert!(
        messages[..2].iter().zip(["0x0d", "0x0a"]).all(|(message, byte)| message.contains(byte)),
        "{messages:?}"
    );
    scratch.run("verify o").exits(0);
    scratch.run("convert a.json --array --to converse --format prompt-completion --out c.jsonl --rejected r.jsonl").exits(1);
    assert_eq!(scratch.read("r.jsonl"), written);
    // An element too long to be held is written in pieces.
    let long = format!("{{\"prompt\":\"{}\",\"completion\":\"c\"}}", "a\nbc".repeat(700_000));
    scratch.write("l.json", format!("[{long},{RECORD}]"));
    scratch.run("build l.json --array --out l --skip tokens --max-record-bytes 1000").exits(0);
    assert!(scratch.read("l/rejected.jsonl") == (long.replace('\n', "\\n") + "\n").as_bytes());
    scratch.run("verify l").exits(0);
}

#[test]
fn a_stray_comma_is_a_finding_where_it_stands() {
    let scratch = Scratch::new();
    let stray = |line: u64| format!("{line}:1 json/syntax an element is missing (a stray comma?)");
    let cases: [(&str, &[u64]); 6] = [
        ("[R,]", &[2]),
        ("[,R]", &[1]),
        ("[R,,R]", &[2]),
        ("[\n  R,\n]\n", &[2]),
        ("[,]", &[1]),
        ("[R,,,R,]", &[2, 3, 5]),
    ];
    for (array, lines) in cases {
        scratch.write("a.json", array.replace('R', RECORD));
        let expected: Vec<_> = lines.iter().map(|&line| stray(line)).collect();
        assert_eq!(found(&scratch, "a.json", 1), expected, "{array}");
    }
}

#[test]
fn an_array_is_named_as_one_where_nobody_asked_for_its_elements() {
    let scratch = Scratch::new();
    let cases = [
        "[]",
        "[1,2]",
        "[[R]]",
        "[R]",
        "\u{feff}[R]",
        "\n\n \t[R]",
        "[R,]",
        "[,R]",
        "[\nR\n]\nand more",
        "[\"a\",\n\"b\"]",
    ];
    for array in cases {
        scratch.write("a.json", array.replace('R', RECORD));
        let outcome = scratch.run("check a.json --skip tokens --output-format jsonl").exits(1);
        let findings = outcome.findings();
        assert_eq!(
            (findings.len(), &findings[0]["code"]),
            (1, &"file/not-jsonl".into()),
            "{array}: {findings:?}"
        );
        assert!(
            findings[0]["message"].as_str().unwrap().starts_with("the file is a JSON array"),
            "{findings:?}"
        );
    }
}

#[test]
fn elements_are_called_elements() {
    let scratch = Scratch::with("n.json", "[1, [{}], \"s\"]");
    assert_eq!(
        found(&scratch, "n.json", 1),
        [
            "1:1 json/not-an-object the element holds a number, not an object",
            "2:1 json/not-an-object the element holds an array, not an object; `jq -c '.[][]' FILE` writes each element \
             of the inner arrays on a line",
            "3:1 json/not-an-object the element holds a string, not an object",
        ]
    );
    scratch.write("e.json", " [ ] ");
    assert_eq!(found(&scratch, "e.json", 1), ["null:null file/empty the array is empty"]);
    scratch.write("l.json", format!("[{RECORD}]"));
    let long = found(&scratch, "l.json --max-record-bytes 9", 1);
    assert_eq!(long, ["1:1 limit/record-bytes the element has 31 bytes, more than --max-record-bytes"]);
    for (more, what) in [("x", "text follows"), ("[1]", "another array begins after")] {
        scratch.write("t.json", format!("[{RECORD}]\n{more}"));
        let stderr = scratch.run(&format!("check t.json {CHECK}")).exits(3).stderr;
        assert!(stderr.contains("element 1, byte 34") && stderr.contains(what), "{stderr}");
    }
}

#[test]
fn one_element_is_explained_by_its_number() {
    let scratch = Scratch::with("a.json", format!("[\n{RECORD},\n7,\n{{\"prompt\":\"a\nb\"}}]"));
    scratch.write("a.json.gz", gzip(&scratch.read("a.json")));
    for file in ["a.json", "a.json.gz"] {
        let explain = |place: &str, code: i32| {
            let args = format!("explain {file}:{place} --array --format prompt-completion --skip tokens");
            let Outcome { stdout, stderr, .. } = scratch.run(&args).exits(code);
            stdout + &stderr
        };
        assert!(explain("1", 0).contains("verdict    accepted"));
        assert!(explain("2", 0).contains("the element holds a number"));
        assert!(explain("3", 0).contains("control character 0x0a"));
        assert!(explain("4", 2).contains("no such element"));
    }
}

#[test]
fn calibrate_reads_pairs_from_an_array() {
    let pairs = [r#"{"text":"hello","tokens":1}"#, r#"{"prompt":"a","completion":"b","tokens":4}"#];
    let scratch = Scratch::with("a.json", format!("[{}]", pairs.join(",\n")));
    scratch.write("a.jsonl", jsonl(pairs));
    let of_lines = scratch.run("calibrate a.jsonl --output-format jsonl").exits(0).stdout;
    assert_eq!(scratch.run("calibrate a.json --array --output-format jsonl").exits(0).stdout, of_lines);
    scratch.write("bedload.toml", "array = true\n");
    assert_eq!(scratch.run("calibrate a.json --output-format jsonl").exits(0).stdout, of_lines);
    scratch.write("b.json", format!("[{}, {{\"text\":\"a\"}}]", pairs[0]));
    let refused = scratch.run("calibrate b.json").refuses(2);
    assert!(refused.contains("b.json:2: `tokens` is missing\n  hint: each element must be"), "{refused}");
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
