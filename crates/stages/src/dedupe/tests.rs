//! Tests of identity and of the choice of survivors.

use std::collections::HashMap;

use bedload_bedrock::{Format, TextBuffer};
use bedload_record::{CodeSet, FactRow, Features, Parser, Terminator, Tokens};
use proptest::prelude::*;

use super::*;

fn identity(line: &str, normalize: Normalize) -> u128 {
    identity_as("prompt-completion", line, normalize)
}

fn identity_as(format: &str, line: &str, normalize: Normalize) -> u128 {
    let format = Format::from_name(format).expect("a format");
    Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid");
        let texts = TextBuffer::default();
        digest(&Record::new(format, line.as_bytes(), json, &texts), normalize, &mut Vec::new())
    })
}

fn check(a: &str, b: &str, equal: [bool; 3]) {
    let levels = [Normalize::None, Normalize::Nfc, Normalize::Casefold];
    assert_eq!(levels.map(|n| identity(a, n) == identity(b, n)), equal, "{a} and {b}");
}

#[test]
fn identity_is_of_the_content() {
    let plain = r#"{"prompt":"é a","completion":"c"}"#;
    check(plain, r#"{ "completion" : "c", "prompt":"\u00e9\u0020a" }"#, [true; 3]);
    check(plain, r#"{"prompt":"é a","completion":"c","id":1}"#, [true; 3]);
    check(plain, "{\"prompt\":\"e\u{301} a\",\"completion\":\"c\"}", [false, true, true]);
    check(plain, r#"{"prompt":" é a\n","completion":"c"}"#, [false, true, true]);
    check(plain, r#"{"prompt":"É A","completion":"C"}"#, [false, false, true]);
    check(plain, r#"{"prompt":"é  a","completion":"c"}"#, [false; 3]);
    check(r#"{"prompt":"ab","completion":"c"}"#, r#"{"prompt":"a","completion":"bc"}"#, [false; 3]);
    check(
        r#"{"prompt":"straße","completion":"c"}"#,
        r#"{"prompt":"STRASSE","completion":"c"}"#,
        [false, false, true],
    );
}

/// Outputs of different versions are compared by identity.
#[test]
fn identities_keep_their_values() {
    for (format, line, expected) in [
        (
            "prompt-completion",
            r#"{"prompt":"é a\n","completion":"c","context":"a long text of words","id":1}"#,
            0x961d_14cb_de87_0a60_d72d_e290_1151_b53c_u128,
        ),
        (
            "preference",
            r#"{"prompt":"p","chosen":"c","rejected":"r","score":0.5}"#,
            0x43af_3db2_d049_af00_bdb2_377d_b51d_18ca,
        ),
        (
            "converse",
            r#"{"messages":[{"role":"user","content":[{"text":"u"}]},{"role":"assistant","content":[{"toolUse":{"name":"n","toolUseId":"1","input":{"z":[1,2.50],"a":null,"m":{"k":true}}}}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"n","inputSchema":{"json":{"type":"object"}}}}]}}"#,
            0x086d_5054_f26c_ca01_d160_8c65_f31a_55bd,
        ),
    ] {
        assert_eq!(identity_as(format, line, Normalize::None), expected, "{format}");
    }
}

#[test]
fn members_stand_in_no_order_however_many_they_are() {
    let object = |names: &[usize]| {
        let members: Vec<String> = names.iter().map(|n| format!("\"k{n}\":{n}")).collect();
        let input = format!("{{{}}}", members.join(","));
        let block = format!(r#"{{"toolUse":{{"name":"n","toolUseId":"1","input":{input}}}}}"#);
        format!(
            r#"{{"messages":[{{"role":"user","content":[{{"text":"u"}}]}},{{"content":[{block}],"role":"assistant"}}]}}"#
        )
    };
    let mut seen = Vec::new();
    for n in 0..12 {
        let names: Vec<usize> = (0..n).collect();
        let backwards: Vec<usize> = (0..n).rev().collect();
        let one = identity_as("converse", &object(&names), Normalize::None);
        assert_eq!(one, identity_as("converse", &object(&backwards), Normalize::None), "{n}");
        assert!(!seen.contains(&one), "{n}");
        seen.push(one);
    }
}

#[test]
fn content_under_keys_of_other_formats_keeps_records_apart() {
    for (format, line, key) in [
        ("prompt", r#"{"prompt":"p","#, "response"),
        ("input", r#"{"input":"p","#, "output"),
        ("text", r#"{"text":"t","#, "prompt"),
        ("prompt-completion", r#"{"prompt":"p","completion":"c","#, "context"),
        ("prompt-completion", r#"{"prompt":"p","completion":"c","#, "system"),
        ("preference", r#"{"prompt":"p","chosen":"c","rejected":"r","#, "answer"),
    ] {
        let with = |key: &str, value: &str| {
            identity_as(format, &format!("{line}\"{key}\":\"{value}\"}}"), Normalize::None)
        };
        assert_ne!(with(key, "a"), with(key, "b"), "{format} {key}");
        assert_eq!(with(key, "a"), with(key, "\\u0061"), "{format} {key}");
        for metadata in ["id", "source", "label", "my_key"] {
            assert_eq!(with(metadata, "a"), with(metadata, "b"), "{format} {metadata}");
        }
    }
}

#[test]
fn records_that_no_schema_checked_keep_their_differences() {
    for (a, b) in [
        (r#"{"prompt":"p","completion":["a"]}"#, r#"{"prompt":"p","completion":["b"]}"#),
        (r#"{"prompt":"p","completion":true}"#, r#"{"prompt":"p","completion":false}"#),
        (r#"{"prompt":"p","completion":null}"#, r#"{"prompt":"p"}"#),
        (r#"{"zzz":1}"#, r#"{"zzz":2}"#),
        (r#"{"prompt":"p","completion":[["a"],"b"]}"#, r#"{"prompt":"p","completion":[["a","b"]]}"#),
    ] {
        check(a, b, [false; 3]);
    }
    let (a, b) =
        (r#"{"prompt":"p","completion":{"x":1,"y":2}}"#, r#"{"completion":{"y":2,"x":1},"prompt":"p"}"#);
    check(a, b, [true; 3]);
}

#[test]
fn numbers_are_compared_digit_by_digit() {
    let line = |number: &str| {
        format!(r#"{{"messages":[{{"role":"user","content":"q"}}],"reference_answer":{{"n":[{number}]}}}}"#)
    };
    let same = |a: &str, b: &str| {
        let of = |number: &str| identity_as("chat-rft", &line(number), Normalize::None);
        of(a) == of(b)
    };
    for (a, b) in [
        ("9007199254740992", "9007199254740993"),
        ("9223372036854775807", "9223372036854775808"),
        ("-9007199254740992", "-9007199254740993"),
        ("18446744073709551615", "18446744073709551616"),
        ("12345678901234567890123", "12345678901234567890124"),
        ("12345678901234567890.0", "12345678901234567891.0"),
        ("9007199254740992.0", "9007199254740993"),
        ("0.1", "0.10000000000000001"),
        ("1e-400", "2e-400"),
        ("1", "-1"),
        ("1", "1e1"),
        ("1,1", "11"),
    ] {
        assert!(!same(a, b), "{a} and {b}");
    }
    for (a, b) in [("100", "1e2"), ("100", "100.0"), ("0", "-0"), ("0", "-0.0e7"), ("0.5", "5E-1")] {
        assert!(same(a, b), "{a} and {b}");
    }
}

#[test]
fn keys_that_a_grader_reads_are_content_and_names_of_records_are_not() {
    let line = |rest: &str| format!(r#"{{"messages":[{{"role":"user","content":"q"}}]{rest}}}"#);
    let of = |rest: &str| identity_as("chat-rft", &line(rest), Normalize::None);
    assert_ne!(of(r#","order":1"#), of(r#","order":2"#));
    assert_ne!(of(r#","order":null"#), of(""));
    assert_eq!(of(r#","a":1,"b":2"#), of(r#","b":2.0,"a":1"#));
    assert_eq!(of(r#","id":"x""#), of(r#","id":"y""#));
}

fn table(digests: &[Option<u8>]) -> FactTable {
    let mut chunk = FactTable::new(1);
    for digest in digests {
        chunk.push(&FactRow {
            start: 0,
            terminator: Terminator::Lf,
            accepted: digest.is_some(),
            digest: u128::from(digest.unwrap_or(0)),
            tokens: Tokens::default(),
            turns: 0,
            label: None,
            codes: CodeSet::default(),
            features: Features::default(),
            keys: &[],
            values: &[],
            rank: 0,
            time: 0,
            written: None,
            records: 1,
        });
    }
    let mut facts = FactTable::new(1);
    facts.begin_file("a.jsonl");
    facts.append(chunk, 0).expect("own memory");
    facts
}

proptest! {
    /// The naive reference keeps a map from content to its first or last place.
    #[test]
    fn duplicates_equal_those_of_a_map(digests in prop::collection::vec(prop::option::of(0u8..9), 0..60), last: bool) {
        let mut stays = HashMap::new();
        for (n, digest) in digests.iter().enumerate() {
            if let Some(digest) = digest {
                if last { stays.insert(*digest, n); } else { stays.entry(*digest).or_insert(n); }
            }
        }
        let expected: Vec<(u64, u64)> = digests
            .iter()
            .enumerate()
            .filter_map(|(n, digest)| digest.map(|d| (n as u64, stays[&d] as u64)))
            .filter(|(n, survivor)| n != survivor)
            .collect();
        let survivor = if last { Survivor::Last } else { Survivor::First };
        let config = DedupeConfig { survivor, ..DedupeConfig::default() };
        let got: Vec<(u64, u64)> =
            assign(&table(&digests), &config).expect("own memory").iter().map(|d| (d.dropped.0, d.survivor.0)).collect();
        prop_assert_eq!(got, expected);
    }
}
