//! Tests of the schema check: one line in, its findings out.

use bedload_bedrock::{Format, TextBuffer};
use bedload_record::Parser;
use expect_test::{Expect, expect};

use super::*;

fn check(format: &str, line: &str, expect: Expect) {
    let (format, texts) = (Format::from_name(format).expect("a format"), TextBuffer::default());
    let schema = Schema::new(None, Weights::Error);
    let found = Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid JSON");
        let record = Record::new(format, line.as_bytes(), json, &texts);
        let mut codes = Findings::codes_only();
        schema.check(&record, &mut codes);
        let mut full = Findings::in_full();
        schema.check(&record, &mut full);
        assert_eq!(codes.codes(), full.codes(), "codes do not depend on how much is kept");
        full.into_full()
    });
    let shown: Vec<_> =
        found.iter().map(|f| format!("{} {:?} at {}: {}", f.code, f.pointer, f.offset, f.message)).collect();
    expect.assert_eq(&shown.join("\n"));
}

#[test]
fn pairs() {
    let check = |line, expect| check("prompt-completion", line, expect);
    check(r#"{"prompt":"p","completion":"c"}"#, expect![""]);
    check(r#"{"completion":"c","id":7,"prompt":" p "}"#, expect![""]);
    check(r#"{"pr\u006fmpt":"p","completion":"c"}"#, expect![""]);
    check(r#"{"prompt":"p"}"#, expect![[r#"schema/missing-field "" at 0: `completion` is missing"#]]);
    check(
        r#"{"prompt":"p","Completion":"c"}"#,
        expect![[
            r#"schema/missing-field "" at 0: `completion` is missing; a similar key differs only in case or white space"#
        ]],
    );
    check(
        r#"{"propmt":"p","completion":"c"}"#,
        expect![[
            r#"schema/missing-field "" at 0: `prompt` is missing; a key one letter away from it is probably misspelt"#
        ]],
    );
    check(
        r#"{"prompt":"","completion":" \n\u00a0"}"#,
        expect![[r#"
            schema/empty-content "/prompt" at 10: `prompt` is empty
            schema/empty-content "/completion" at 26: `completion` is blank"#]],
    );
    check(
        r#"{"prompt":null,"completion":["c"]}"#,
        expect![[r#"
            schema/wrong-type "/prompt" at 10: `prompt` must be a string, not null
            schema/wrong-type "/completion" at 28: `completion` must be a string, not an array"#]],
    );
}

#[test]
fn documents_and_prompts() {
    check("text", r#"{"text":"t"}"#, expect![""]);
    check("text", r#"{"input":"t"}"#, expect![[r#"schema/missing-field "" at 0: `text` is missing"#]]);
    check("input", r#"{"input":"t"}"#, expect![""]);
    check(
        "prompt",
        r#"{"prompt":1}"#,
        expect![[r#"schema/wrong-type "/prompt" at 10: `prompt` must be a string, not a number"#]],
    );
}

#[test]
fn preferences() {
    let line = |rest: &str| format!(r#"{{"prompt":"p","chosen":"a","rejected":{rest}}}"#);
    let check = |rest, expect| check("preference", &line(rest), expect);
    check(r#""b""#, expect![""]);
    check(r#""b","score":0.0"#, expect![""]);
    check(r#""b","score":1"#, expect![""]);
    check(
        r#""b","score":1.0000001"#,
        expect![[r#"schema/out-of-range "/score" at 50: `score` must be from 0.0 to 1.0"#]],
    );
    check(
        r#""b","score":-0.1"#,
        expect![[r#"schema/out-of-range "/score" at 50: `score` must be from 0.0 to 1.0"#]],
    );
    check(
        r#""b","score":"1""#,
        expect![[r#"schema/wrong-type "/score" at 50: `score` must be a number, not a string"#]],
    );
    check(
        r#""b","score":null"#,
        expect![[r#"schema/wrong-type "/score" at 50: `score` must be a number, not null"#]],
    );
    check(r#""a""#, expect![[r#"schema/identical-pair "/rejected" at 38: `rejected` equals `chosen`"#]]);
    check(
        r#""\u0061 ""#,
        expect![[r#"schema/identical-pair "/rejected" at 38: `rejected` equals `chosen`"#]],
    );
    check(r#""""#, expect![[r#"schema/empty-content "/rejected" at 38: `rejected` is empty"#]]);
}
