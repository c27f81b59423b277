//! What files are taken for, by their first bytes.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;

/// A row for each text: what it is taken for.
fn check(texts: &[&str], expected: &Expect) {
    let mut out = String::new();
    for text in texts {
        writeln!(out, "{:?} {:?}", sniff(text.as_bytes(), true), text.chars().take(40).collect::<String>())
            .unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn objects_are_lines_whatever_they_look_like_further_on() {
    check(
        &[
            "",
            "\n \n",
            "{}",
            "\u{feff} {\"a\":1}\n",
            "{\"a\":\"<html>, PK\"},x\n{}\n",
            "{\"a\":{\"b\":1}\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n",
            "{\"a\":1\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n",
            "{\"a\":[{\"b\":1},\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n{}\n",
            "{\"a\":\"cut off\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n",
            "{\"a\":\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n",
            "{'a':1}\n{\"a\":1}\n{\"a\":1}\n",
            "{\"a\":1},\n{\"a\":1}\n{\"a\":1}\n",
            "{\"a\":\"}\r{\"}\n{}",
            "{\"a\":\n1}\n{\"a\":1}\n{\"a\":1}\n",
        ],
        &expect![[r#"
            Lines ""
            Lines "\n \n"
            Lines "{}"
            Lines "\u{feff} {\"a\":1}\n"
            Lines "{\"a\":\"<html>, PK\"},x\n{}\n"
            Lines "{\"a\":{\"b\":1}\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n"
            Lines "{\"a\":1\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n"
            Lines "{\"a\":[{\"b\":1},\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n{"
            Lines "{\"a\":\"cut off\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n"
            Lines "{\"a\":\n{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n"
            Lines "{'a':1}\n{\"a\":1}\n{\"a\":1}\n"
            Lines "{\"a\":1},\n{\"a\":1}\n{\"a\":1}\n"
            Lines "{\"a\":\"}\r{\"}\n{}"
            Lines "{\"a\":\n1}\n{\"a\":1}\n{\"a\":1}\n"
        "#]],
    );
}

#[test]
fn json_that_is_not_one_object_a_line() {
    check(
        &[
            "{\n  \"a\": 1,\n  \"b\": {}\n}\n",
            "{\n  \"a\": [\n    1\n",
            "{\"a\": 1,\n \"b\": 2,\n \"c\": 3\n}\n{\"a\": 1,\n",
            "[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n",
            "[{\"a\":1},{\"a\":2}]",
            " [ {\n",
            "[\n  \"text\",\n  \"text\"\n]\n",
            "[{\"a\":1}]\n[{\"a\":1}]\n",
            "[1,2]\n{\"a\":1}\n",
            "[1\n]",
            " []",
            "[[{\"a\":1}]]",
            "\u{feff}[1,2]",
            "[,{\"a\":1}]\n",
            "[]\n[]",
            "[1,2] text",
            "[\n1\n]\ntext",
            "[\n{\"a\":1}\n]\ntext",
            "[{",
            "{\"a\":1},\n{\"a\":1},\n",
            "{\"a\":1} ,\r\n\r\n{\"a\":1},\n{\"a\":1}",
            "{\"a\":1}\r{\"a\":1}\r",
            "{'a': None}\n{'a': 'b'}\n",
            "\u{1e}{\"a\":1}\n\u{1e}{\"a\":1}\n",
            "data: {\"a\":1}\n\ndata: {\"a\":1}\n\ndata: [DONE]\n",
        ],
        &expect![[r#"
            Other(Pretty) "{\n  \"a\": 1,\n  \"b\": {}\n}\n"
            Lines "{\n  \"a\": [\n    1\n"
            Other(Pretty) "{\"a\": 1,\n \"b\": 2,\n \"c\": 3\n}\n{\"a\": 1,\n"
            Other(Array) "[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n"
            Other(Array) "[{\"a\":1},{\"a\":2}]"
            Lines " [ {\n"
            Other(Array) "[\n  \"text\",\n  \"text\"\n]\n"
            Lines "[{\"a\":1}]\n[{\"a\":1}]\n"
            Lines "[1,2]\n{\"a\":1}\n"
            Other(Array) "[1\n]"
            Other(Array) " []"
            Other(Array) "[[{\"a\":1}]]"
            Other(Array) "\u{feff}[1,2]"
            Other(Array) "[,{\"a\":1}]\n"
            Lines "[]\n[]"
            Lines "[1,2] text"
            Other(Array) "[\n1\n]\ntext"
            Other(Array) "[\n{\"a\":1}\n]\ntext"
            Lines "[{"
            Other(Commas) "{\"a\":1},\n{\"a\":1},\n"
            Other(Commas) "{\"a\":1} ,\r\n\r\n{\"a\":1},\n{\"a\":1}"
            Other(CrLines) "{\"a\":1}\r{\"a\":1}\r"
            Other(PythonDicts) "{'a': None}\n{'a': 'b'}\n"
            Other(TextSequence) "\u{1e}{\"a\":1}\n\u{1e}{\"a\":1}\n"
            Other(EventStream) "data: {\"a\":1}\n\ndata: {\"a\":1}\n\ndata: [DON"
        "#]],
    );
}

#[test]
fn tables_pages_and_pointers() {
    check(
        &[
            "prompt,completion\nhello,world\nfoo,\"bar, \"\"b\"\"\nbaz\"\n",
            "\u{feff}\"prompt\";\"completion\"\r\na;b\r\n",
            "prompt\tcompletion\na, b\tc\n",
            "prompt,completion\n",
            "prompt,completion\na\n",
            "null\n{\"a\":1}\n",
            "\"a\": 1, \"b\": 2}\n{\"a\": 1, \"b\": 2}\n",
            "1,2\n3,4\n",
            "<?xml version=\"1.0\"?>\n<Error/>\n",
            "<!DOCTYPE html><html></html>",
            "<Error><Code>AccessDenied</Code></Error>",
            "<table>\n</table>\n",
            "<.>",
            "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n",
            "/annex/objects/SHA256E-s10--ab.jsonl\n",
            "outs:\n- md5: ab\n  path: a.jsonl\n",
        ],
        &expect![[r#"
            Other(Csv) "prompt,completion\nhello,world\nfoo,\"bar, "
            Other(Csv) "\u{feff}\"prompt\";\"completion\"\r\na;b\r\n"
            Other(Tsv) "prompt\tcompletion\na, b\tc\n"
            Lines "prompt,completion\n"
            Lines "prompt,completion\na\n"
            Lines "null\n{\"a\":1}\n"
            Lines "\"a\": 1, \"b\": 2}\n{\"a\": 1, \"b\": 2}\n"
            Lines "1,2\n3,4\n"
            Other(Markup) "<?xml version=\"1.0\"?>\n<Error/>\n"
            Other(Markup) "<!DOCTYPE html><html></html>"
            Other(Markup) "<Error><Code>AccessDenied</Code></Error>"
            Other(Markup) "<table>\n</table>\n"
            Lines "<.>"
            Other(LfsPointer) "version https://git-lfs.github.com/spec/"
            Other(AnnexPointer) "/annex/objects/SHA256E-s10--ab.jsonl\n"
            Other(DvcPointer) "outs:\n- md5: ab\n  path: a.jsonl\n"
        "#]],
    );
}

fn check_bytes(cases: &[(&str, Vec<u8>, bool)], expected: &Expect) {
    let mut out = String::new();
    for (name, bytes, is_whole) in cases {
        writeln!(out, "{name}: {:?}", sniff(bytes, *is_whole)).unwrap();
    }
    expected.assert_eq(&out);
}

fn tar(name: &str, magic: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 1024];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[257..257 + magic.len()].copy_from_slice(magic);
    let sum = header.iter().map(|&byte| u64::from(byte)).sum::<u64>() + 8 * 32;
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

#[test]
fn binary_formats_are_known_by_their_first_bytes() {
    let begin = |magic: &[u8]| [magic, &[7; 100]].concat();
    check_bytes(
        &[
            ("parquet", begin(b"PARE"), true),
            ("zip", begin(b"PK\x03\x04"), true),
            ("empty zip", begin(b"PK\x05\x06"), true),
            ("bzip2", begin(b"BZh91AY&SY"), true),
            ("a word", b"BZh9 is a word\n".to_vec(), true),
            ("xz", begin(b"\xfd7zXZ\0"), true),
            ("7z", begin(b"7z\xbc\xaf\x27\x1c"), true),
            ("gzip twice", begin(b"\x1f\x8b\x08"), true),
            ("ustar", tar("a.jsonl", b"ustar\0"), false),
            ("old tar of an odd name", tar("{\"a\":1}", b""), false),
            (
                "ustar in a text",
                [&b"{\"a\":\""[..], &[b'x'; 251], b"ustar\"}\n", &[b' '; 400]].concat(),
                true,
            ),
            ("NUL block", vec![0; 4096], true),
            ("NUL for now", vec![0; 4096], false),
            ("few NULs", vec![0; 100], true),
            ("noise", (0..=255).collect(), true),
            ("Latin-1", [&b"caf\xe9 "[..]; 50].concat(), true),
        ],
        &expect![[r#"
            parquet: Other(Parquet)
            zip: Other(Zip)
            empty zip: Other(Zip)
            bzip2: Other(Bzip2)
            a word: Lines
            xz: Other(Xz)
            7z: Other(SevenZip)
            gzip twice: Other(Gzip)
            ustar: Other(Tar)
            old tar of an odd name: Other(Tar)
            ustar in a text: Lines
            NUL block: Other(Nul)
            NUL for now: Unclear(Nul)
            few NULs: Other(Binary)
            noise: Other(Binary)
            Latin-1: Lines
        "#]],
    );
}

#[test]
fn wide_characters_are_known_with_and_without_a_mark() {
    let text = "{\"a\":\"漢\"}\n{\"a\":\"b\"}\n";
    let utf16 =
        |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let utf32 = |text: &str, unit: fn(u32) -> [u8; 4]| {
        text.chars().flat_map(|c| unit(u32::from(c))).collect::<Vec<u8>>()
    };
    let marked = format!("\u{feff}{text}");
    check_bytes(
        &[
            ("16 le", utf16(text, u16::to_le_bytes), true),
            ("16 be", utf16(text, u16::to_be_bytes), true),
            ("16 le, marked", utf16(&marked, u16::to_le_bytes), true),
            ("16 be, marked", utf16(&marked, u16::to_be_bytes), true),
            ("32 le", utf32(text, u32::to_le_bytes), true),
            ("32 be", utf32(text, u32::to_be_bytes), true),
            ("32 le, marked", utf32(&marked, u32::to_le_bytes), true),
            ("32 be, marked", utf32(&marked, u32::to_be_bytes), true),
            ("16 le CSV", utf16("a,b\n1,2\n", u16::to_le_bytes), true),
            ("one line", utf16("{\"a\":\"b\"}", u16::to_le_bytes), true),
            ("one long line", utf16("{\"a\":\"b\"}", u16::to_le_bytes), false),
        ],
        &expect![[r#"
            16 le: Other(Utf16Le)
            16 be: Other(Utf16Be)
            16 le, marked: Other(Utf16)
            16 be, marked: Other(Utf16)
            32 le: Other(Utf32Le)
            32 be: Other(Utf32Be)
            32 le, marked: Other(Utf32)
            32 be, marked: Other(Utf32)
            16 le CSV: Other(Utf16Le)
            one line: Lines
            one long line: Other(Utf16Le)
        "#]],
    );
}
