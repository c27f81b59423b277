//! Plain lines are read as simd-json reads them, node by node; and no line is taken for plain that the strict rules, or
//! `serde_json`, have anything against.

use proptest::prelude::*;
use simd_json::{Node, StaticNode};

use super::*;
use crate::json::plain;

/// Checks that a line that is taken for plain is what everybody else takes it for; returns whether it was.
pub(super) fn check(line: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(line);
    let (mut buffers, mut nodes) = (plain::Buffers::default(), Vec::new());
    let Some(decimals) = plain::read(line, &mut buffers, &mut nodes) else { return false };
    let mut places = Vec::new();
    assert_eq!(
        format!("{decimals:?}"),
        format!("{:?}", Decimals::find(line, &nodes, &mut places)),
        "{shown}"
    );
    let mut scratch = line.to_vec();
    let tape = simd_json::to_tape(&mut scratch).unwrap_or_else(|error| panic!("{error}: {shown}"));
    assert_eq!(nodes, tape.0, "{shown}");
    assert!(matches!(nodes[0], Node::Object { .. }), "{shown}");
    assert_eq!(diagnose(line, &[]), [], "{shown}");
    assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok(), "{shown}");
    true
}

/// A line of JSON, in one of the ways to write it.
fn json() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-z]{0,40}",
        r#"([a-z ]{0,20}(\\n|\\"|\\\\|\\/|\\t|\\u00e9|\\ud83d\\ude00|é|😀|漢)){0,4}[a-z]{0,30}"#,
    ];
    let text = text.prop_map(|text| format!("\"{text}\""));
    let scalar = prop_oneof![
        4 => text,
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => (-1000..1000_i64).prop_map(|number| number.to_string()),
        1 => "-?(0|[1-9][0-9]{0,9})\\.[0-9]{1,7}",
        1 => prop::sample::select(&["true", "false", "null", "0.5", "-12.25", "0.1", "-0", "0.0", "18446744073709551615"][..])
            .prop_map(str::to_owned),
    ];
    let space = || prop::sample::select(&["", "", " ", "  ", "\t"][..]);
    let value = scalar.prop_recursive(6, 40, 5, move |inner| {
        let list = (prop::collection::vec(inner.clone(), 0..5), space());
        let members = (prop::collection::vec(("[a-d]{1,2}|[a-z]{7,20}", inner), 0..5), space());
        prop_oneof![
            list.prop_map(|(list, space)| format!("[{space}{}]", list.join(&format!("{space},{space}")))),
            members.prop_map(|(members, space)| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("{space}\"{key}\"{space}:{space}{value}"))
                    .collect();
                format!("{{{}{space}}}", members.join(","))
            }),
        ]
    });
    (prop::collection::vec(value, 1..4), space()).prop_map(|(values, space)| {
        let members: Vec<_> = values.iter().zip(0..).map(|(value, n)| format!("\"k{n}\":{value}")).collect();
        format!("{space}{{{}}}{space}", members.join(","))
    })
}

/// Whether everything in a parsed line is plain, but for how its text is written.
fn holds_only_plain(nodes: &[Node<'_>]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Static(StaticNode::I64(number)) => number.unsigned_abs() < 10_u64.pow(18),
        Node::Static(StaticNode::U64(_)) => false,
        Node::Static(StaticNode::F64(number)) => *number != 0.0,
        _ => true,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_plain_line_leaves_the_tape_of_simd_json(line in json()) {
        let is_plain = check(line.as_bytes());
        let mut scratch = line.clone().into_bytes();
        let tape = simd_json::to_tape(&mut scratch).expect("valid JSON");
        let is_sound = diagnose(line.as_bytes(), &[]).is_empty();
        // "-0" is an integer of simd-json's, and not plain; nor are zeros with decimals.
        if is_sound && holds_only_plain(&tape.0) && !line.contains('\t') && !line.contains("-0") {
            prop_assert!(is_plain, "{line}");
        }
    }

    #[test]
    fn no_broken_line_is_plain(line in json(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut line = line.into_bytes();
        let at = at.index(line.len());
        if cut {
            line.remove(at);
        } else {
            line[at] = byte;
        }
        line.retain(|&byte| byte != b'\n');
        check(&line);
    }
}

#[test]
fn strings_end_where_they_end_however_long_they_are() {
    for len in 0..100 {
        let text = "x".repeat(len);
        for end in ["", r"\n", r"\\", r#"\""#, r"\u00e9", "é", r"\/\t\r\b\f", r"\u00AF\ud83d\uDE00\uFFFD"] {
            assert!(check(
                format!(r#"{{"{text}":"{text}{end}","b":["{end}{text}{end}{text}"]}}"#).as_bytes()
            ));
            for byte in 0..b' ' {
                let line = format!(r#"{{"a":"{text}{end}{}"}}"#, char::from(byte));
                assert!(!check(line.as_bytes()), "{line:?}");
            }
        }
    }
}

#[test]
fn what_is_doubtful_is_not_plain() {
    for line in [
        "",
        " ",
        "{",
        "{}}",
        "[]",
        "[{}]",
        "1",
        "\"a\"",
        "null",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        r#"{"a":1,"a":2}"#,
        r#"{"\u0061":1}"#,
        r#"{"a":{"b":1,"b":1}}"#,
        r#"{"a":"\u0000"}"#,
        r#"{"a":"\ud83d"}"#,
        r#"{"a":"\ude00"}"#,
        r#"{"a":"\ud83d\u0041"}"#,
        r#"{"a":"\ud83dx"}"#,
        r#"{"a":"\u12"}"#,
        r#"{"a":"\u+123"}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\"#,
        r#"{"a":"\"}"#,
        r#"{"a":01}"#,
        r#"{"a":-}"#,
        r#"{"a":-01}"#,
        r#"{"a":1.}"#,
        r#"{"a":.5}"#,
        r#"{"a":0.0}"#,
        r#"{"a":1.5e3}"#,
        r#"{"a":1.123456789012345678}"#,
        r#"{"a":1e5}"#,
        r#"{"a":-0}"#,
        r#"{"a":+1}"#,
        r#"{"a":9223372036854775808}"#,
        r#"{"a":tru}"#,
        r#"{"a":nul"#,
        r#"{"a":truefalse}"#,
        r#"{"a":1]"#,
        r#"{"a":[1}"#,
        r#"{"a":[1}]"#,
        "{\"a\":1}\r",
        "\u{feff}{}",
        r#"{"a":1}{}"#,
        r#"{"a":1},"#,
        r#"{a:1}"#,
        r#"{1:1}"#,
        r#"{"a":1 2}"#,
        r#"{"a" 1}"#,
        r#"{"a"::1}"#,
    ] {
        assert!(!check(line.as_bytes()), "{line}");
    }
    assert!(!check(b"{\"a\":\"\xE9\"}") && !check(b"{\"a\":\"\xED\xA0\x80\"}"));
    for line in [
        r#"{"a":0}"#,
        r#"{"a":[1.5,-0.25,{"b":0.1}],"c":12345678.123456789}"#,
        r#" { "a" : [ ] , "b" : { } } "#,
        "{}",
        r#"{"a":999999999999999999,"b":-1}"#,
        r#"{"a":"\ud83d\ude00"}"#,
    ] {
        assert!(check(line.as_bytes()), "{line}");
    }
}
