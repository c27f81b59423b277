//! What other writers take for JSON, and bytes that are no text: each is called by its name.

use expect_test::expect;

use super::check;

#[test]
fn what_other_writers_take_for_json_is_named() {
    for word in ["NaN", "Infinity", "-Infinity", "-NaN"] {
        check(
            &format!(r#"{{"a":{word}}}"#),
            expect![[r#"json/syntax at 5 "/?0": NaN and Infinity are not JSON numbers"#]],
        );
    }
    for word in ["True", "False", "None"] {
        check(
            &format!(r#"{{"a":{word}}}"#),
            expect![[
                r#"json/syntax at 5 "/?0": True, False and None are Python; write true, false and null"#
            ]],
        );
    }
    for word in ["+1", ".5", "+Infinity"] {
        check(
            &format!(r#"{{"a":{word}}}"#),
            expect![[r#"json/syntax at 5 "/?0": a JSON number must begin with a digit or `-`"#]],
        );
    }
    check(r#"{"a":-}"#, expect![[r#"json/syntax at 6 "/?0": expected a digit after `-`"#]]);
    check(
        "<!DOCTYPE html><html></html>",
        expect![[r#"json/syntax at 0 "": this looks like XML or HTML, not JSON; is it an error page?"#]],
    );
    check(
        r#"{"a":1},"#,
        expect![[
            r#"json/syntax at 7 "": trailing comma after the object; lines of JSONL are not separated by commas"#
        ]],
    );
    check(
        r#"{"a":1}{"a":2}"#,
        expect![[
            r#"json/syntax at 7 "": another object begins after the first; `jq -c . FILE` writes one on each line"#
        ]],
    );
    check(
        r#"[{"a":1},{"a":2}]"#,
        expect![[
            r#"json/not-an-object at 0 "": the line holds an array, not an object; `jq -c '.[]' FILE` writes each element of an array on a line"#
        ]],
    );
    check(
        "[",
        expect![[
            r#"json/syntax at 0 "/0": the line ends here; is the file an array? (`jq -c '.[]' FILE` makes it JSONL)"#
        ]],
    );
}

#[test]
fn lines_of_nul_bytes_and_of_wide_characters_are_told_apart() {
    check(
        &"\0".repeat(10),
        expect![[
            r#"json/syntax at 0 "": 10 NUL bytes and nothing else on the line; a write was interrupted here, so copy the file again"#
        ]],
    );
    check(
        &format!("{{\"a\":\"cut{}", "\0".repeat(3000)),
        expect![[
            r#"json/syntax at 9 "": 3000 NUL bytes at the end of the line; a write was interrupted here, so copy the file again"#
        ]],
    );
    check(
        &format!("{}{{\"a\":\"b\"}}", "\0".repeat(9)),
        expect![[
            r#"json/syntax at 0 "": 9 NUL bytes at the beginning of the line; a write was interrupted here, so copy the file again"#
        ]],
    );
    check(
        "{\"a\":\"b\0\"}",
        expect![[r#"json/syntax at 7 "/?0": control character 0x00 in a string must be escaped"#]],
    );
    check(
        "{\0\"\0a\0\"\0:\x001\0}\0",
        expect![[
            r#"json/encoding at 0 "": the line looks like UTF-16, not UTF-8; `iconv -f UTF-16 -t UTF-8 FILE` converts the file"#
        ]],
    );
    check(
        "{\0\0\0\"\0\0\0a\0\0\0\"\0\0\0:\0\0\x001\0\0\0}\0\0\0",
        expect![[
            r#"json/encoding at 0 "": the line looks like UTF-32, not UTF-8; `iconv -f UTF-32 -t UTF-8 FILE` converts the file"#
        ]],
    );
}
