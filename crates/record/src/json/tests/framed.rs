//! What is said of elements of arrays, and what is written of those that a line cannot hold.

use expect_test::{Expect, expect};

use crate::json::{Framing, Parser, diagnose_in};

fn check(held: &str, expected: Expect) {
    let shown: Vec<_> = diagnose_in(Framing::Element, held.as_bytes(), &[])
        .iter()
        .map(|flaw| format!("{} at {}: {}", flaw.code, flaw.offset, flaw.message))
        .collect();
    expected.assert_eq(&shown.join("\n"));
    assert!(Parser::default().read(held.as_bytes(), Framing::Element, &[], |json, _| json.is_none()));
}

#[test]
fn flaws_speak_of_elements() {
    check(",", expect!["json/syntax at 0: an element is missing (a stray comma?)"]);
    check("7", expect!["json/not-an-object at 0: the element holds a number, not an object"]);
    check(
        r#"[{"a":1}]"#,
        expect![
            "json/not-an-object at 0: the element holds an array, not an object; `jq -c '.[][]' FILE` writes each element of the inner arrays on a line"
        ],
    );
    check(
        r#"{"a":1} {"b":2}"#,
        expect![
            "json/syntax at 8: another value begins after the first; a comma is missing between elements"
        ],
    );
    check("\u{feff}{}", expect!["json/bom at 0: the element begins with a byte order mark (EF BB BF)"]);
}

#[test]
fn a_raw_line_feed_is_named_though_a_line_cannot_hold_it() {
    check(
        "{\"a\":\"x\\\u{1f}\"}",
        expect!["json/syntax at 7: control character 0x0a in a string must be escaped"],
    );
    check("{\"a\":\"x\r\"}", expect!["json/syntax at 7: control character 0x0d in a string must be escaped"]);
    check(
        "{\"a\":\"\u{1f}\"}",
        expect!["json/syntax at 6: control character 0x1f in a string must be escaped"],
    );
    check("{\"a\":\"x\\\u{1e}\"}", expect!["json/syntax at 7: invalid escape sequence"]);
    let released = |framing: Framing| {
        let mut held = b"\x1f\x1e \\\x1f \\\x1e \\\\\\\x1f".to_vec();
        framing.release(&mut held);
        held.escape_ascii().to_string()
    };
    assert_eq!(released(Framing::Element), r"\x1f\x1e \\n \\n \\\\\\n");
    assert_eq!(released(Framing::Line), r"\x1f\x1e \\\x1f \\\x1e \\\\\\\x1f");
}
