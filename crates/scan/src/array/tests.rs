//! What a splitter makes of arrays, and what it refuses.

use std::io::Read;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn split(array: &[u8], piece_bytes: usize) -> (Vec<u8>, Result<(), BrokenArray>) {
    let (mut splitter, mut out) = (Splitter::default(), Vec::new());
    let pushed = array.chunks(piece_bytes).try_for_each(|piece| splitter.push(piece, &mut out));
    (out, pushed.and_then(|()| splitter.finish()))
}

fn check(array: &str, expected: &Expect) {
    let (out, end) = split(array.as_bytes(), 1);
    assert_eq!((&out, end), (&split(array.as_bytes(), usize::MAX).0, split(array.as_bytes(), 3).1));
    let out = out
        .split_inclusive(|&byte| byte == b'\n')
        .fold(String::new(), |shown, line| shown + &line.escape_ascii().to_string() + "\n");
    expected.assert_eq(&match end {
        Ok(()) => out,
        Err(broken) => format!("{out}{broken}\n"),
    });
}

#[test]
fn each_element_is_a_line_of_its_own_bytes() {
    check(
        " [ {\"a\": 1.10 , \"b\":[ ] },\t\"x\\\"]\\\\\", null ]\n",
        &expect![[r#"
            {\"a\": 1.10 , \"b\":[ ] }\n
            \"x\\\"]\\\\\"\n
            null\n
        "#]],
    );
    check("[]", &expect![""]);
    check(" [\n]\r\n", &expect![""]);
    check(
        "[[1,[2]],[]]",
        &expect![[r#"
        [1,[2]]\n
        []\n
    "#]],
    );
}

#[test]
fn line_breaks_between_tokens_go_and_never_join_two_tokens() {
    check(
        "[\n  {\n    \"a\": [\n      1,\n      2\n    ],\r\n    \"b\" :\n null\n  },\n  {\n  }\n]",
        &expect![[r#"
            {\"a\": [1,2],\"b\" :null}\n
            {}\n
        "#]],
    );
    check(
        "[1\n2, {\"a\"\n1}, tr\nue]",
        &expect![[r#"
        1 2\n
        {\"a\" 1}\n
        tr ue\n
    "#]],
    );
}

#[test]
fn what_is_wrong_inside_an_element_stays_wrong_in_its_line() {
    check(
        "[{\"a\":\"x\ny\\\nz\"}]",
        &expect![[r#"
        {\"a\":\"x\\\x1fy\\\x1ez\"}\n
    "#]],
    );
    check(
        "[{\"a\":1} {\"b\":2},{,},{\"a\" 'b'}]",
        &expect![[r#"
            {\"a\":1} {\"b\":2}\n
            {,}\n
            {\"a\" \'b\'}\n
        "#]],
    );
    // A comma too many is a line, not nothing, and one only.
    check(
        "[1,,2,]",
        &expect![[r#"
        1\n
        ,\n
        2\n
        ,\n
    "#]],
    );
    check(
        "[ , ]",
        &expect![[r#"
        ,\n
    "#]],
    );
    check(
        "[,{}, , ]",
        &expect![[r#"
        ,\n
        {}\n
        ,\n
    "#]],
    );
}

#[test]
fn an_array_that_is_not_whole_is_an_error_after_what_came_before() {
    check(
        "[1,{\"a\":[2}]",
        &expect![[r#"
            1\n
            {\"a\":[2
            element 2, byte 10: unexpected `}` inside an array
        "#]],
    );
    check(
        "[1}",
        &expect![[r#"
            1
            element 1, byte 2: unexpected `}` inside an array
        "#]],
    );
    check(
        "[{]",
        &expect![[r#"
            {
            element 1, byte 2: unexpected `]` inside an object
        "#]],
    );
    check(
        "[1,2",
        &expect![[r#"
            1\n
            2
            element 2, byte 4: the array is not closed; the file may be truncated
        "#]],
    );
    check(
        "[1,\n",
        &expect![[r#"
        1\n
        element 2, byte 4: the array is not closed; the file may be truncated
    "#]],
    );
    check(
        "[1]\n[2]",
        &expect![[r#"
        1\n
        element 1, byte 4: another array begins after the end of the first
    "#]],
    );
    check(
        "[1] x",
        &expect![[r#"
        1\n
        element 1, byte 4: text follows the end of the array
    "#]],
    );
}

#[test]
fn what_a_line_feed_is_held_as_is_taken_for_nothing_else() {
    check(
        "[\"\u{1f}\u{1e}\\\\\n\u{1f}\"]",
        &expect![[r#"
            \"\x1f\x1e\\\\\\\x1f\x1f\"\n
        "#]],
    );
    for (array, at) in [("[\"\\\u{1f}\"]", 3), ("[\"\\\\\u{1e}\"]", 4), ("[{\\\u{1f}}]", 3)] {
        let broken = split(array.as_bytes(), 1).1.unwrap_err();
        assert_eq!((broken.at, broken.problem), (at, "control character 0x1e or 0x1f after a backslash"));
    }
}

#[test]
fn nesting_is_followed_without_end_in_sight_but_not_forever() {
    let deep = |n: usize| format!("[{}{}]", "[".repeat(n), "]".repeat(n));
    assert!(split(deep(100_000).as_bytes(), 4096).1.is_ok());
    let broken = split(deep(DEPTH_MAX).as_bytes(), 4096).1.unwrap_err();
    assert_eq!(broken.problem, "values are nested too deeply");
}

#[test]
fn the_reader_hands_out_all_that_is_sound_before_it_fails() {
    let mut out = Vec::new();
    let error = ArrayLines::new(&b"[1,2"[..], 0).read_to_end(&mut out).unwrap_err();
    assert_eq!(out, b"1\n2");
    assert!(error.get_ref().unwrap().is::<BrokenArray>());
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ \"\\\\\\n\\[\\]{},:é]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a\"\\\\{]{0,2}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lines_are_the_elements(
        elements in prop::collection::vec(value(), 0..6),
        pretty in any::<bool>(),
        piece_bytes in 1_usize..40,
    ) {
        let array = Value::from(elements.clone());
        let text = if pretty { serde_json::to_string_pretty(&array) } else { serde_json::to_string(&array) }.unwrap();
        let (out, end) = split(text.as_bytes(), piece_bytes);
        prop_assert_eq!(end, Ok(()));
        let lines: Vec<&str> = std::str::from_utf8(&out).unwrap().lines().collect();
        let read: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(&read, &elements);
        if !pretty {
            // Nothing was in the way, so each line is its element, byte for byte.
            let written: Vec<String> = elements.iter().map(ToString::to_string).collect();
            prop_assert_eq!(lines, written);
        }
    }

    #[test]
    fn no_bytes_do_harm_and_no_line_break_is_left_inside_an_element(
        bytes in prop::collection::vec(prop::sample::select(&b"[]{},:\"\\ \n\r\ta1"[..]), 0..60),
        piece_bytes in 1_usize..20,
    ) {
        let array = [b"[", &bytes[..]].concat();
        let (out, end) = split(&array, piece_bytes);
        prop_assert_eq!((out, end), split(&array, usize::MAX));
    }
}
