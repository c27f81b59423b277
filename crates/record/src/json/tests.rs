//! Tests of the JSON rules: a picture of each rule, the published parsing cases, and the two parsers against each
//! other and against `serde_json` on mutated lines.

mod framed;
mod mistaken;
mod plain;

use expect_test::{Expect, expect};

use super::*;
use crate::code::{Code, Severity};

fn check(line: &str, expect: Expect) {
    let shown: Vec<_> = diagnose(line.as_bytes(), &["prompt", "completion"])
        .iter()
        .map(|flaw| format!("{} at {} {:?}: {}", flaw.code, flaw.offset, flaw.pointer, flaw.message))
        .collect();
    expect.assert_eq(&shown.join("\n"));
    let rejected = diagnose(line.as_bytes(), &[]).iter().any(is_error);
    assert_eq!(Parser::default().parse(line.as_bytes(), |r| r.is_err()), rejected, "the parsers disagree");
}

fn is_error(flaw: &Flaw) -> bool {
    flaw.code.info().severity == Severity::Error
}

#[test]
fn flaws_are_placed() {
    check(r#"{"prompt":"p","completion":"c"}"#, expect![[""]]);
    check(r#"{"prompt":"p",}"#, expect![[r#"json/syntax at 14 "": a key is missing (a trailing comma?)"#]]);
    check(
        r#"{"prompt":}"#,
        expect![[r#"json/syntax at 10 "/prompt": a value is missing (a trailing comma?)"#]],
    );
    check(
        "{\"prompt\":\"p\"",
        expect![[r#"json/syntax at 12 "/prompt": the line ends before its value does"#]],
    );
    check(
        "{",
        expect![[
            r#"json/syntax at 0 "": the line ends here; is the file pretty-printed? (`jq -c . FILE` makes it JSONL)"#
        ]],
    );
    check(
        r#"{"a":1} {"a":2}"#,
        expect![[
            r#"json/syntax at 8 "": another object begins after the first; `jq -c . FILE` writes one on each line"#
        ]],
    );
    check(r#"{"a":NaN}"#, expect![[r#"json/syntax at 5 "/?0": NaN and Infinity are not JSON numbers"#]]);
    check(r#"{"a":01}"#, expect![[r#"json/syntax at 5 "/?0": a number must not have leading zeros"#]]);
    check(
        r#"{"a":1} // no"#,
        expect![[r#"json/syntax at 8 "": another value begins after the first; one line holds one value"#]],
    );
    check(
        "{\"a\":\"x\ty\"}",
        expect![[r#"json/syntax at 7 "/?0": control character 0x09 in a string must be escaped"#]],
    );
    check("[]", expect![[r#"json/not-an-object at 0 "": the line holds an array, not an object"#]]);
    check(" \t", expect![[r#"json/blank-line at 0 "": the line is blank"#]]);
    check("\u{feff}{}", expect![[r#"json/bom at 0 "": the line begins with a byte order mark (EF BB BF)"#]]);
}

#[test]
fn strings_must_be_representable() {
    check(r#"{"prompt":"\ud83d\ude00"}"#, expect![[""]]);
    check(
        r#"{"prompt":"x\ud83d"}"#,
        expect![[
            r#"json/lone-surrogate at 12 "/prompt": the first half of a surrogate pair without its second half"#
        ]],
    );
    check(
        r#"{"prompt":"\ude00\ud83d"}"#,
        expect![[r#"
            json/lone-surrogate at 11 "/prompt": the second half of a surrogate pair without its first half
            json/lone-surrogate at 17 "/prompt": the first half of a surrogate pair without its second half"#]],
    );
    check(
        r#"{"prompt":"a\u0000b"}"#,
        expect![[r#"json/escaped-nul at 12 "/prompt": the text contains \u0000"#]],
    );
    check(r#"{"prompt":"a\\u0000b"}"#, expect![[""]]);
    let latin1 = diagnose(b"{\"prompt\":\"caf\xE9\"}", &[]);
    assert_eq!((latin1[0].code, latin1[0].offset), (Code::JsonInvalidUtf8, 14));
    assert!(latin1[0].message.ends_with("looks like Latin-1 or Windows-1252"));
    let utf16: Vec<u8> = "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(diagnose(&utf16, &[])[0].code, Code::JsonEncoding);
}

#[test]
fn keys_are_compared_after_unescaping_at_any_depth() {
    check(
        r#"{"prompt":1,"pr\u006fmpt":2}"#,
        expect![[r#"json/duplicate-key at 12 "/prompt": the key occurs twice in this object"#]],
    );
    check(
        r#"{"prompt":[{"x":{"k":1,"j":2,"k":3}}]}"#,
        expect![[r#"json/duplicate-key at 29 "/prompt/0/?0/?2": the key occurs twice in this object"#]],
    );
    check(r#"{"a":{"b":1},"b":{"b":1}}"#, expect![[""]]);
    for n in [15, 16, 17, 40, 1000] {
        let keys: Vec<String> = (0..n).map(|i| format!("\"k{i}\":{{\"k\":1}}")).collect();
        let unique = format!("{{{}}}", keys.join(","));
        let twice = format!("{{{},\"k0\":1}}", keys.join(","));
        assert!(Parser::default().parse(unique.as_bytes(), |r| r.is_ok()), "{n}");
        assert!(Parser::default().parse(twice.as_bytes(), |r| r.is_err()), "{n}");
    }
}

#[test]
fn numbers_keep_to_what_every_reader_holds() {
    check(r#"{"n":18446744073709551615}"#, expect![[""]]);
    check(
        r#"{"n":18446744073709551616}"#,
        expect![[r#"json/number-precision at 5 "/?0": the integer does not fit in 64 bits"#]],
    );
    check(
        r#"{"n":-9223372036854775809}"#,
        expect![[r#"json/number-precision at 5 "/?0": the integer does not fit in 64 bits"#]],
    );
    check(
        r#"{"n":1e-400}"#,
        expect![[r#"json/number-underflow at 5 "/?0": the number is too small for a double"#]],
    );
    check(r#"{"n":[0.0,-0e5,0e999]}"#, expect![[""]]);
    check(
        r#"{"n":1e309}"#,
        expect![[r#"json/number-range at 5 "/?0": the number is too large for a double"#]],
    );
    check(
        &format!("{{\"n\":{}}}", "9".repeat(400)),
        expect![[r#"json/number-range at 5 "/?0": the number is too large for a double"#]],
    );
    for boundary in
        ["1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "5e-324", "2e-324"]
    {
        let line = format!("{{\"n\":{boundary}}}");
        let rejected = diagnose(line.as_bytes(), &[]).iter().any(is_error);
        assert_eq!(Parser::default().parse(line.as_bytes(), |r| r.is_err()), rejected, "{boundary}");
    }
}

#[test]
fn the_depth_limit_is_exact() {
    let nested = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n - 1), "]".repeat(n - 1));
    assert!(Parser::default().parse(nested(DEPTH_MAX).as_bytes(), |r| r.is_ok()));
    let code = |line: &str| {
        Parser::default().read(line.as_bytes(), Framing::Line, &[], |json, flaws| {
            assert!(json.is_none(), "too deep");
            flaws[0].code
        })
    };
    assert_eq!(code(&nested(DEPTH_MAX + 1)), Code::JsonDepth);
    assert_eq!(code(&format!("{{\"a\":{}", "[".repeat(5_000_000))), Code::JsonDepth);
    assert_eq!(code(&"{\"a\":".repeat(1_000_000)), Code::JsonDepth);
}

#[test]
fn a_pointer_leads_to_its_bytes() {
    let line = br#" { "a" : [1, {"b\u0063":"x\"]"} ] ,"d":-1.5e3 }"#;
    let text =
        |steps: &[Step<'_>]| locate(line, steps).map(|at| String::from_utf8_lossy(&line[at.start..at.end]));
    assert_eq!(text(&[Step::Key("a"), Step::Index(1), Step::Key("bc")]).as_deref(), Some(r#""x\"]""#));
    assert_eq!(text(&[Step::Key("d")]).as_deref(), Some("-1.5e3"));
    assert_eq!(text(&[Step::Key("a"), Step::Index(0)]).as_deref(), Some("1"));
    assert_eq!(text(&[Step::Key("e")]), None);
    assert_eq!(text(&[Step::Key("a"), Step::Index(7)]), None);
    assert_eq!(text(&[]).map(|t| t.len()), Some(line.len() - 1));
}

#[test]
fn the_view_reads_what_the_line_says() {
    let line = br#"{"s":"\u00e9\n","n":[null,true,1.5,-2,18446744073709551615],"o":{"x":{}}}"#;
    Parser::default().parse(line, |parsed| {
        let (json, _) = parsed.expect("valid");
        assert!(matches!(json.get("s").expect("s").value(), Value::String("é\n")));
        let Value::Array(elements) = json.get("n").expect("n").value() else { panic!("an array") };
        let types: Vec<_> = elements.map(|e| e.value().type_name()).collect();
        assert_eq!(types, ["null", "a boolean", "a number", "a number", "a number"]);
        assert!(json.at(&["o".into(), "x".into()]).is_some());
        assert!(json.at(&["n".into(), "4".into()]).is_some());
        assert!(json.at(&["n".into(), "x".into()]).is_none());
        assert_eq!(json.members().map(|(key, _)| key).collect::<Vec<_>>(), ["s", "n", "o"]);
    });
}

/// The cases of nst/JSONTestSuite (MIT) with this project's verdict on each.
fn published_cases() -> Vec<(Vec<String>, Vec<u8>)> {
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
    };
    include_str!("../../../../fixtures/jsontestsuite/cases.tsv")
        .lines()
        .skip(1)
        .map(|row| {
            let mut cells: Vec<String> = row.split('\t').map(str::to_owned).collect();
            let bytes = cells.pop().expect("bytes");
            let bytes = match bytes.split_once('*') {
                Some((unit, rest)) => {
                    let (times, tail) = rest.split_once('+').expect("unit*times+tail");
                    [hex(unit).repeat(times.parse().expect("a count")), hex(tail)].concat()
                }
                None => hex(&bytes),
            };
            (cells, bytes)
        })
        .collect()
}

/// The short name that the case table uses for a code.
fn short(code: Code) -> &'static str {
    match code {
        Code::JsonSyntax => "E_JSON",
        Code::JsonInvalidUtf8 => "E_UTF8",
        Code::JsonEncoding => "E_ENCODING",
        Code::JsonBom => "E_BOM",
        Code::JsonBlankLine => "E_BLANK_LINE",
        Code::JsonDuplicateKey => "E_DUP_KEY",
        Code::JsonLoneSurrogate => "E_UNPAIRED_SURROGATE",
        Code::JsonNumberRange => "E_NUM_RANGE",
        Code::JsonNumberPrecision => "W_NUM_PRECISION",
        Code::JsonNumberUnderflow => "W_NUM_UNDERFLOW",
        Code::JsonDepth => "E_DEPTH",
        _ => "other",
    }
}

#[test]
fn published_cases_get_their_verdicts_as_documents_and_wrapped() {
    let cases = published_cases();
    assert_eq!(cases.len(), 318);
    let mut wrong = Vec::new();
    for (cells, bytes) in &cases {
        let [name, doc, code, .., wrapped, wrapped_code] = &cells[..] else { panic!("eight cells") };
        // Layer 1 has no opinion on what is at the top, nor on duplicate keys.
        let flaws: Vec<Flaw> = if bytes.is_empty() { Vec::new() } else { diagnose(bytes, &[]) };
        let layer: Vec<&Flaw> = flaws
            .iter()
            .filter(|f| {
                !matches!(f.code, Code::JsonNotAnObject | Code::JsonDuplicateKey | Code::JsonEscapedNul)
            })
            .collect();
        let got = layer.first().map_or("", |flaw| short(flaw.code));
        let verdict =
            if layer.iter().any(|flaw| is_error(flaw)) || bytes.is_empty() { "reject" } else { "accept" };
        if verdict != doc || !(code.split('|').any(|c| c == got) || bytes.is_empty()) {
            wrong.push(format!("{name}: {doc} {code}, got {verdict} {got}"));
        }
        if wrapped == "skip_lf" || bytes.is_empty() || code == "E_BLANK_LINE" || code.starts_with("E_BOM") {
            continue;
        }
        let line = [br#"{"prompt":"p","completion":"c","x":"#.as_slice(), bytes, b"}"].concat();
        let mut flaws = diagnose(&line, &[]);
        flaws.retain(|flaw| flaw.code != Code::JsonEscapedNul);
        let got = flaws.first().map_or("", |flaw| short(flaw.code));
        let verdict = if flaws.iter().any(is_error) { "reject" } else { "accept" };
        let parser = if Parser::default().parse(&line, |r| r.is_err()) { "reject" } else { "accept" };
        let expected = if wrapped_code == "E_DUP_KEY" { "reject" } else { wrapped.as_str() };
        let same_code = wrapped_code.split('|').any(|c| c == got) || wrapped_code == "E_ENCODING";
        if verdict != expected || parser != expected || !same_code {
            wrong.push(format!("{name} wrapped: {wrapped} {wrapped_code}, got {verdict} {parser} {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Numbers from a seed: `SplitMix64`.
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[test]
fn mutated_lines_get_one_verdict_from_three_parsers() {
    let pieces: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\\u",
        b"d83d",
        b"\\ude00",
        b"\\u0000",
        b"null",
        b"true",
        b"-",
        b"0",
        b"1e9",
        b"e999",
        b"99999999999999999999",
        b".5",
        b" ",
        b"\t",
        b"\x00",
        b"\xC3\xA9",
        b"\xC3",
        b"\xED\xA0\x80",
        b"\xEF\xBB\xBF",
        b"\"a\":",
        b"\"b\":1,",
        b"//",
        b"'",
        b"\x1f",
        b"\x7f",
        b"E-5",
        b"\xF4\x90\x80\x80",
    ];
    let mut parser = Parser::default();
    let seeds: Vec<Vec<u8>> =
        published_cases().into_iter().map(|(_, b)| b).filter(|b| b.len() < 300).collect();
    let (mut seed, mut n_plain) = (1, 0);
    for _ in 0..400_000 {
        let inner = &seeds[random(&mut seed) as usize % seeds.len()];
        let mut line = [br#"{"a":"x\u00e9","c":"#.as_slice(), inner, b"}"].concat();
        for _ in 0..random(&mut seed) % 4 {
            let at = random(&mut seed) as usize % (line.len() + 1);
            match random(&mut seed) % 3 {
                0 if at < line.len() => drop(line.remove(at)),
                1 if at < line.len() => line[at] = random(&mut seed) as u8,
                _ => {
                    let piece = pieces[random(&mut seed) as usize % pieces.len()];
                    line.splice(at..at, piece.iter().copied());
                }
            }
        }
        line.retain(|&b| b != b'\n');
        let flaws = diagnose(&line, &[]);
        let rejected = flaws.iter().any(is_error);
        let shown = String::from_utf8_lossy(&line);
        n_plain += usize::from(plain::check(&line));
        let warned = parser.parse(&line, |r| r.ok().map(|(_, warnings)| warnings));
        assert_eq!(warned.is_none(), rejected, "simd-json and the strict rules: {shown} {flaws:?}");
        if let Some(warnings) = warned {
            let listed: Vec<Code> = flaws.iter().map(|flaw| flaw.code).collect();
            assert!(warnings.iter().all(|code| listed.contains(&code)), "{shown}");
            assert!(listed.iter().all(|&code| warnings.contains(code)), "{shown} {listed:?}");
        }
        let layer_1 = flaws
            .iter()
            .any(|f| is_error(f) && !matches!(f.code, Code::JsonNotAnObject | Code::JsonDuplicateKey));
        let oracle = serde_json::from_slice::<serde_json::Value>(&line).is_err();
        assert_eq!(oracle, layer_1, "serde_json and the strict rules: {shown} {flaws:?}");
    }
    assert!(n_plain > 10_000, "{n_plain} of them were plain");
}

#[test]
fn keys_are_told_apart_by_what_they_spell_however_many_there_are() {
    let flaws = |keys: &[&str]| {
        let members: Vec<String> = keys.iter().map(|key| format!("\"{key}\":1")).collect();
        diagnose(format!("{{{}}}", members.join(",")).as_bytes(), &[])
            .iter()
            .filter(|flaw| flaw.code == Code::JsonDuplicateKey)
            .count()
    };
    let many: Vec<String> = (0..40).map(|n| format!("k{n}")).collect();
    for n in [1, 15, 16, 17, 40] {
        let keys: Vec<&str> = many[..n].iter().map(String::as_str).collect();
        assert_eq!(flaws(&keys), 0);
        for (again, duplicates) in [("k0", 1), (r"\u006b0", 1), ("K0", 0), (r"k\u0030 ", 0)] {
            assert_eq!(flaws(&[&keys[..], &[again]].concat()), duplicates, "{n} keys and {again}");
        }
    }
    assert_eq!(flaws(&[r"\ud83d\ude00", "😀"]), 1);
    assert_eq!(flaws(&[r"\ud83d", r"\ud83e"]), 0);
    assert_eq!(flaws(&[r"\ud83d", r"\ud83d"]), 1);
}

#[test]
fn runs_of_nul_bytes_are_told_from_wide_encodings() {
    let hole = |before: &str, after: &str| [before.as_bytes(), &[0; 4096], after.as_bytes()].concat();
    let message = |line: &[u8]| diagnose(line, &[]).into_iter().next().expect("a flaw").message;
    let copy = "a write was interrupted here, so copy the file again";
    for (line, place) in [
        (hole(r#"{"prompt":"a"#, r#"b"}"#), "within"),
        (hole("", r#"{"prompt":"b"}"#), "at the beginning of"),
        (hole(r#"{"prompt":"b"}"#, ""), "at the end of"),
        (hole("", ""), "and nothing else on"),
    ] {
        assert_eq!(message(&line), format!("4096 NUL bytes {place} the line; {copy}"));
    }
    let wide: Vec<u8> = r#"{"prompt":"b"}"#.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert!(message(&wide).contains("looks like UTF-32"), "{}", message(&wide));
}
