//! Where findings are: line, column, byte offset, record and pointer, the same however the bytes are read.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::corpus::{file_of, mixed};
use crate::scratch::{Scratch, gzip, zstd};

const CHECK: &str = "--format prompt-completion --skip tokens --output-format jsonl";

/// A finding about a record in a line: place, code, pointer.
fn shown(finding: &Value) -> String {
    let number = |key: &str| finding[key].as_u64().unwrap();
    let (line, column, offset, record) =
        (number("line"), number("column"), number("byte_offset"), number("record"));
    let (code, pointer) = (finding["code"].as_str().unwrap(), finding["pointer"].as_str().unwrap());
    format!("{line}:{column} byte {offset} record {record} {code} {pointer}").trim_end().to_owned()
}

fn check(file: &[u8], expect: Expect) {
    let scratch = Scratch::with("a.jsonl", file);
    let outcome = scratch.run(&format!("check a.jsonl {CHECK}"));
    let findings = outcome.findings();
    let placed: Vec<String> = findings.iter().filter(|f| !f["line"].is_null()).map(shown).collect();
    expect.assert_eq(&placed.join("\n"));
}

#[test]
fn columns_count_characters_and_offsets_count_bytes() {
    check(
        "{\"prompt\":\"é漢🪨\",\"completion\":\"\"}\n{\"prompt\":\"🪨\"x}\n".as_bytes(),
        expect![[r#"
            1:30 byte 35 record 0 schema/empty-content /completion
            2:14 byte 55 record 1 json/syntax /prompt"#]],
    );
}

#[test]
fn lines_are_physical_and_a_carriage_return_alone_ends_none() {
    check(
        b"\n\r\n{\"prompt\":\"p\",\"completion\":\"c\"}\r\n {\"prompt\":1,\r\"completion\":\"c\"}\n\r\rx\n\n",
        expect![[r#"
            1:1 byte 0 record 0 json/blank-line
            2:1 byte 1 record 1 json/blank-line
            4:12 byte 47 record 3 schema/wrong-type /prompt
            5:3 byte 70 record 4 json/syntax
            6:1 byte 72 record 5 json/blank-line"#]],
    );
}

#[test]
fn a_line_without_an_end_is_a_record() {
    check(b"{\"prompt\":\"p\"}", expect!["1:1 byte 0 record 0 schema/missing-field"]);
    check(
        b"\n{",
        expect![[r#"
        1:1 byte 0 record 0 json/blank-line
        2:1 byte 1 record 1 json/syntax"#]],
    );
}

#[test]
fn unknown_keys_are_numbers_in_pointers() {
    check(
        br#"{"secret":{"prompt":[0,{"k":1e999}]},"prompt":"p\ud800","completion":["c"]}"#,
        expect![[r#"
            1:29 byte 28 record 0 json/number-range /?0/prompt/1/?0"#]],
    );
    check(
        br#"{"secret":{"prompt":[0,{"k":1,"k":2}]},"prompt":"p\ud800","completion":["c"]}"#,
        expect![[r#"
            1:31 byte 30 record 0 json/duplicate-key /?0/prompt/1/?1
            1:51 byte 50 record 0 json/lone-surrogate /prompt"#]],
    );
}

#[test]
fn damaged_bytes_are_placed_by_the_characters_before_them() {
    let mut file = "{\"prompt\":\"漢".as_bytes().to_vec();
    file.extend_from_slice(b"\xE9\",\"completion\":\"c\"}\n");
    check(&file, expect!["1:13 byte 14 record 0 json/invalid-utf8"]);
}

/// Every way of reading: threads, chunks, and how the bytes come. Each must print the same.
fn check_all_ways(file: &[u8], flags: &str) {
    let scratch = Scratch::with("a.jsonl", file);
    scratch.write("a.jsonl.gz", gzip(file));
    scratch.write("a.jsonl.zst", zstd(file));
    let plain = scratch.run(&format!("check a.jsonl {flags} {CHECK}"));
    assert!(plain.findings().len() > 100, "there is something to compare");
    let lines: Vec<&[u8]> = file.split(|&byte| byte == b'\n').collect();
    let starts: Vec<usize> =
        lines.iter().scan(0, |at, line| Some(std::mem::replace(at, *at + line.len() + 1))).collect();
    for finding in plain.findings().iter().filter(|finding| !finding["line"].is_null()) {
        let number = |key: &str| finding[key].as_u64().unwrap() as usize;
        let line = number("line") - 1;
        let inside = number("byte_offset") - starts[line];
        let before = String::from_utf8_lossy(&lines[line][..inside]);
        assert_eq!((number("record"), number("column")), (line, before.chars().count() + 1), "{finding}");
    }
    for threads in [1, 2, 7] {
        for chunk in ["64", "1MiB"] {
            let how = format!("{flags} {CHECK} --threads {threads} --chunk-bytes {chunk}");
            let streamed = scratch.feed(&format!("check - --stdin-name a.jsonl {how}"), file);
            let outcomes = [
                ("mapped", scratch.run(&format!("check a.jsonl {how}"))),
                ("read", scratch.run(&format!("check a.jsonl --no-mmap {how}"))),
                ("piped", streamed),
                ("gzip", scratch.run(&format!("check a.jsonl.gz {how}"))),
                ("zstd", scratch.run(&format!("check a.jsonl.zst {how}"))),
            ];
            for (way, outcome) in outcomes {
                let said = outcome.stdout.replace("a.jsonl.gz", "a.jsonl").replace("a.jsonl.zst", "a.jsonl");
                assert!(said == plain.stdout, "{way}, {threads} threads, {chunk} chunks");
                assert_eq!(outcome.code, plain.code);
            }
        }
    }
}

#[test]
fn findings_do_not_depend_on_how_bytes_are_read() {
    check_all_ways(&file_of(&mixed(700, 11)), "");
}

#[test]
fn nor_do_they_where_lines_are_too_long_to_hold() {
    check_all_ways(&file_of(&mixed(700, 12)), "--max-record-bytes 100");
}

/// Each is found from the one before: a search from the start of the line for each would take minutes.
#[test]
fn thousands_of_findings_in_one_record_are_each_in_their_place() {
    const TURNS: usize = 30_000;
    let turn = |n: usize| match n % 2 {
        0 => r#"{"role":"user","content":[{"text":""}]}"#,
        _ => r#"{"role":"assistant","content":[{"text":"é"}],"weight":0}"#,
    };
    let turns: Vec<&str> = (0..TURNS).map(turn).collect();
    let line = format!(r#"{{"schemaVersion":"bedrock-conversation-2024","messages":[{}]}}"#, turns.join(","));
    let scratch = Scratch::with("a.jsonl", &line);
    let found = scratch.run("check a.jsonl --format converse --skip tokens --output-format jsonl").exits(1);
    let places = |code: &str| -> Vec<(String, usize)> {
        let findings = found.findings().into_iter().filter(|finding| finding["code"] == code);
        let place = |finding: Value| {
            let offset = finding["byte_offset"].as_u64().unwrap() as usize;
            (finding["pointer"].as_str().unwrap().to_owned(), offset)
        };
        findings.map(place).collect()
    };
    let expected = |text: &str, first: usize, pointer: &str, into: usize| -> Vec<(String, usize)> {
        let turns = (first..TURNS).step_by(2);
        let at = line.match_indices(text).map(|(at, _)| at + into);
        turns.zip(at).map(|(turn, at)| (format!("/messages/{turn}{pointer}"), at)).collect()
    };
    assert_eq!(places("schema/empty-content"), expected(r#"{"text":""}"#, 0, "/content/0/text", 8));
    assert_eq!(places("schema/weight"), expected(r#""weight":0"#, 1, "/weight", 9));
}
