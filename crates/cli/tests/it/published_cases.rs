//! The 318 published parsing cases (nst/JSONTestSuite, with this project's verdicts) through the whole program: each as
//! a file of lines, and each as a value inside a record.

use std::collections::{BTreeMap, BTreeSet};

use crate::scratch::{Scratch, fixture, jsonl};

/// One row of the table.
struct Case {
    name: String,
    /// Lines, lines that are valid JSON, and lines of those that are objects.
    lines: [u64; 3],
    wrapped: String,
    wrapped_code: String,
    bytes: Vec<u8>,
}

fn cases() -> Vec<Case> {
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let table = String::from_utf8(fixture("jsontestsuite/cases.tsv")).unwrap();
    let case = |row: &str| {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, _, _, lines, json, object, wrapped, wrapped_code, bytes] = cells[..] else {
            panic!("nine cells: {row}")
        };
        let bytes = match bytes.split_once('*') {
            Some((unit, rest)) => {
                let (times, tail) = rest.split_once('+').unwrap();
                [hex(unit).repeat(times.parse().unwrap()), hex(tail)].concat()
            }
            None => hex(bytes),
        };
        Case {
            name: name.to_owned(),
            lines: [lines, json, object].map(|n| n.parse().unwrap()),
            wrapped: wrapped.to_owned(),
            wrapped_code: wrapped_code.to_owned(),
            bytes,
        }
    };
    let cases: Vec<Case> = table.lines().skip(1).map(case).collect();
    assert_eq!(cases.len(), 318);
    cases
}

/// The name that the table has for a code.
fn short(code: &str) -> &str {
    match code {
        "json/syntax" => "E_JSON",
        "json/invalid-utf8" => "E_UTF8",
        "json/encoding" => "E_ENCODING",
        "json/bom" => "E_BOM",
        "json/blank-line" => "E_BLANK_LINE",
        "json/duplicate-key" => "E_DUP_KEY",
        "json/lone-surrogate" => "E_UNPAIRED_SURROGATE",
        "json/number-range" => "E_NUM_RANGE",
        "json/number-precision" => "W_NUM_PRECISION",
        "json/number-underflow" => "W_NUM_UNDERFLOW",
        "json/depth" => "E_DEPTH",
        other => other,
    }
}

/// Codes of the findings about each line of each file.
type Found = BTreeMap<(String, u64), Vec<(String, String)>>;

fn found(scratch: &Scratch, args: &str) -> Found {
    let outcome = scratch.run(&format!("check {args} --skip schema --skip tokens --output-format jsonl"));
    let mut found = Found::new();
    for finding in outcome.findings().iter().filter(|finding| !finding["line"].is_null()) {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        let place = (text("file"), finding["line"].as_u64().unwrap());
        found.entry(place).or_default().push((text("code"), text("severity")));
    }
    found
}

/// A file that is one array is said to be that, so one more line follows those that may be.
fn is_array(case: &Case) -> bool {
    let text = case.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&case.bytes);
    text.trim_ascii_start().starts_with(b"[") && !matches!(text, [_, 0, _, 0, ..])
}

#[test]
fn each_case_as_a_file_has_the_lines_that_the_table_says() {
    let scratch = Scratch::new();
    let cases = cases();
    for (n, case) in cases.iter().enumerate() {
        let more: &[u8] = match (is_array(case), case.bytes.ends_with(b"\n")) {
            (true, true) => b"0\n",
            (true, false) => b"\n0\n",
            (false, _) => b"",
        };
        scratch.write(format!("d/{n:03}.jsonl"), [&case.bytes, more].concat());
    }
    let args = "d --format prompt-completion --chunk-bytes 64";
    let found = found(&scratch, args);
    scratch.run(&format!("build {args} --skip schema --skip tokens --skip dedupe --out o"));
    let inputs = &scratch.manifest("o")["inputs"];
    let mut wrong = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        let file = format!("d/{n:03}.jsonl");
        assert_eq!(inputs[n]["name"], *file);
        let lines = inputs[n]["records"].as_u64().unwrap();
        // A line is JSON where nothing worse is said of it than that it is no object, or has a key twice.
        let codes = |line: u64| -> BTreeSet<&str> {
            let of_line = found.get(&(file.clone(), line)).into_iter().flatten();
            of_line.filter(|(_, severity)| severity == "error").map(|(code, _)| code.as_str()).collect()
        };
        let (mut json, mut object) = (0, 0);
        for line in 1..=lines {
            let codes = codes(line);
            let is_object = codes.is_subset(&["json/duplicate-key"].into());
            object += u64::from(is_object);
            json += u64::from(is_object || codes == ["json/not-an-object"].into());
        }
        let more = u64::from(is_array(case));
        let found = [lines - more, json - more, object];
        if found != case.lines {
            wrong.push(format!("{}: {:?}, got {found:?}", case.name, case.lines));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_case_inside_a_record_gets_its_verdict() {
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.wrapped != "skip_lf").collect();
    let wrap = |case: &Case| {
        // Some of the files end with LF, which is no part of the value.
        let value = case.bytes.strip_suffix(b"\n").unwrap_or(&case.bytes);
        assert!(!value.contains(&b'\n'), "{}: skipped by the table", case.name);
        [br#"{"prompt":"p","completion":"c","x":"#.as_slice(), value, b"}"].concat()
    };
    let scratch = Scratch::with("a.jsonl", jsonl(cases.iter().map(wrap)));
    let found = found(&scratch, "a.jsonl --format prompt-completion");
    let mut wrong = Vec::new();
    for (line, case) in (1..).zip(&cases) {
        let mut codes = found.get(&("a.jsonl".to_owned(), line)).cloned().unwrap_or_default();
        let rejected = codes.iter().any(|(_, severity)| severity == "error");
        codes.retain(|(code, _)| code != "json/escaped-nul");
        let named = |expected: &str| match expected {
            "" => codes.is_empty(),
            _ => codes.iter().any(|(code, _)| short(code) == expected),
        };
        let Case { name, wrapped, wrapped_code, .. } = case;
        // A key that is there twice is JSON by the table, and yet no record. What a line as a whole is said to be
        // (blank, UTF-16, with a byte order mark) is a flaw of another name inside a record.
        let expected = wrapped == "reject" || wrapped_code == "E_DUP_KEY";
        let whole = ["E_BLANK_LINE", "E_EMPTY", "E_BOM", "E_ENCODING"].contains(&wrapped_code.as_str());
        let verdict = if rejected { "reject" } else { "accept" };
        if rejected != expected || !(whole || wrapped_code.split('|').any(named)) {
            wrong.push(format!("{name}: {wrapped} {wrapped_code}, got {verdict} {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
