//! What becomes of objects with the records inside, and which objects are taken for such.

use expect_test::{Expect, expect};

use super::*;

const ONLY: Records = Records::Only { is_of_record: |key| matches!(key, "messages" | "prompt") };

fn at(path: &[&str]) -> Records {
    Records::At(path.iter().map(|&key| key.to_owned()).collect())
}

fn split(object: &str, wanted: &Records, piece_bytes: usize) -> String {
    let (mut unwrapper, mut out) = (Unwrapper::new(wanted.clone(), 0), Vec::new());
    let mut pieces = object.as_bytes().chunks(piece_bytes);
    let pushed = pieces.try_for_each(|piece| unwrapper.push(piece, &mut out));
    let end = match pushed.and_then(|()| unwrapper.finish()) {
        Ok(()) => format!("{:?}", unwrapper.beside()),
        Err(broken) => broken.to_string(),
    };
    String::from_utf8(out).unwrap() + &end + "\n"
}

fn check(object: &str, wanted: &Records, expected: &Expect) {
    let out = split(object, wanted, usize::MAX);
    for piece_bytes in [1, 2, 7] {
        assert_eq!(split(object, wanted, piece_bytes), out, "{piece_bytes}");
    }
    expected.assert_eq(&out);
}

#[test]
fn the_only_array_of_objects_becomes_lines_and_the_rest_is_named() {
    check(
        "{ \"version\" : 1, \"data\": [ {\"a\":\n[1]}, {\"b\":\"]}\"} ] , \"a/b\":{\"c\":[{}]},\"\\u0061\":[]\n}\n",
        &ONLY,
        &expect![[r#"
            {"a":[1]}
            {"b":"]}"}
            Beside { records: "/data", named: ["/version", "/a~1b", "/a"], n_more: 0 }
        "#]],
    );
    check(
        r#"{"a":1,"b":"x\"y","c":null,"d":[1,2],"e":[[{}]],"f":{},"g":[{}]}"#,
        &ONLY,
        &expect![[r#"
            {}
            Beside { records: "/g", named: ["/a", "/b", "/c", "/d", "/e"], n_more: 1 }
        "#]],
    );
}

#[test]
fn a_path_leads_to_the_records_whatever_they_are() {
    let object = r#"{"data":[{}],"all":{"data":[{}],"x":[],"test":[{"n":1},7]},"test":[{}]}"#;
    check(
        object,
        &at(&["all", "test"]),
        &expect![[r#"
            {"n":1}
            7
            Beside { records: "/all/test", named: ["/data", "/all/data", "/all/x", "/test"], n_more: 0 }
        "#]],
    );
    check(
        object,
        &at(&["all", "x"]),
        &expect![[r#"
        Beside { records: "/all/x", named: ["/data", "/all/data", "/all/test", "/test"], n_more: 0 }
    "#]],
    );
    check(
        object,
        &at(&["all"]),
        &expect![[r#"
        `/all` holds no array
    "#]],
    );
    check(
        r#"{"a":[],"a":[]}"#,
        &at(&["a"]),
        &expect![[r#"
        `/a` is there twice: a key that leads to it occurs more than once
    "#]],
    );
    check(
        r#"{"a":{"b":1},"a":{"b":[{}]}}"#,
        &at(&["a", "b"]),
        &expect![[r#"
        `/a` is there twice: a key that leads to it occurs more than once
    "#]],
    );
    check(
        r#"{"x":1,"x":2,"a":{"b":[{}],"x":1,"x":2}}"#,
        &at(&["a", "b"]),
        &expect![[r#"
        {}
        Beside { records: "/a/b", named: ["/x", "/x", "/a/x", "/a/x"], n_more: 0 }
    "#]],
    );
}

#[test]
fn an_object_that_is_not_whole_is_an_error_after_what_came_before() {
    for (object, expected) in [
        (r#"{"data":[{}],"items":[{}]}"#, "{}\n`/data` and `/items` both hold an array of objects\n"),
        (
            r#"{"data":[{}],"data":[{}]}"#,
            "{}\n`/data` is there twice: a key that leads to it occurs more than once\n",
        ),
        (r#"{"data":[{},{}"#, "{}\n{}byte 14: the object is not closed; the file may be truncated\n"),
        (r#"{"data":[{}]"#, "{}\nbyte 12: the object is not closed; the file may be truncated\n"),
        (r#"{"data":[{}]} {}"#, "{}\nbyte 14: text follows the end of the object\n"),
        (r#"{"data":[{}] "a":1}"#, "{}\nbyte 13: a comma is missing after a value\n"),
        (r#"{"data":[{}],}"#, "{}\nbyte 13: a key is missing\n"),
        (r#"{"data" [{}]}"#, "byte 8: a colon is missing after a key\n"),
        (r#"{"n":1"x":2}"#, "byte 6: a comma is missing after a value\n"),
        (r#"{"n":[1},"data":[{}]}"#, "byte 7: a bracket closes what another kind opened\n"),
        (r#"{"data":[{}}]}"#, "{}element 1, byte 11: unexpected `}` inside an array\n"),
    ] {
        assert_eq!(split(object, &ONLY, 1), expected, "{object}");
    }
}

#[test]
fn records_and_lines_are_not_taken_for_what_holds_records() {
    let look = |head: &str, is_whole| look(head.as_bytes(), &ONLY, is_whole);
    let container =
        [r#"{"data":[{"messages":[{}]}]}"#, r#"{"n":1,"data":[{}]}  "#, "{\"data\":[\n{},\n{}]\n}\n"];
    for head in container {
        assert_eq!(look(head, true), Look::Container, "{head}");
        assert_eq!(look(head, false), Look::Unclear, "{head}");
        assert_eq!(look(&head[..17], false), Look::Unclear, "{head}");
        // More of the same follows: each is a record.
        assert_eq!(look(&format!("{head}\n{head}"), false), Look::Lines, "{head}");
    }
    for head in [
        r#"{"messages":[{}]}"#,
        r#"{"steps":[{}],"prompt":""}"#,
        r#"{"prompt":"","steps":[{}],"notes":[{}]}"#,
        r#"{"data":[]}"#,
        r#"{"data":{"rows":[{}]}}"#,
        "{}",
        "{\"a\":1}\n{\"data\":[{}]}",
    ] {
        assert_eq!(look(head, true), Look::Lines, "{head}");
    }
    // Which of the two is for the reader to refuse.
    assert_eq!(look(r#"{"a":[{}],"b":[{}]}"#, true), Look::Container);
}
