//! Tables as inputs: a row of Parquet, CSV or TSV is a record, and rows are counted as lines.

use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};

use crate::corpus::plain;
use crate::scratch::{Scratch, gzip, jsonl, zstd};

const CHECK: &str = "--skip tokens --output-format jsonl";

/// A Parquet file with a row a pair, in row groups of seven.
fn parquet_of(rows: &[(String, String)]) -> Vec<u8> {
    let schema = "message rows { required binary prompt (UTF8); required binary completion (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    for rows in rows.chunks(7) {
        let mut group = writer.next_row_group().unwrap();
        for part in [|row: &(String, String)| row.0.clone(), |row: &(String, String)| row.1.clone()] {
            let values: Vec<ByteArray> = rows.iter().map(|row| part(row).as_str().into()).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn delimited(rows: &[(String, String)], by: char) -> Vec<u8> {
    let quoted = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
    let mut text = format!("prompt{by}completion\r\n");
    for (prompt, completion) in rows {
        text += &format!("{}{by}{}\r\n", quoted(prompt), quoted(completion));
    }
    text.into_bytes()
}

fn rows(n: usize) -> Vec<(String, String)> {
    let of = |line: &String| {
        let record: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| format!("{}, \"so\"\nand on", record[key].as_str().unwrap());
        (text("prompt"), text("completion"))
    };
    plain(n).iter().map(of).collect()
}

fn lines_of(rows: &[(String, String)]) -> Vec<u8> {
    let line = |(prompt, completion): &(String, String)| {
        json!({ "prompt": prompt, "completion": completion }).to_string()
    };
    jsonl(rows.iter().map(line))
}

#[test]
fn rows_are_records_whichever_way_the_table_comes() {
    let rows = rows(300);
    let scratch = Scratch::with("a.jsonl", lines_of(&rows));
    scratch.run("convert a.jsonl --to converse --out expected.jsonl --format prompt-completion").exits(0);
    let (parquet, csv, tsv) = (parquet_of(&rows), delimited(&rows, ','), delimited(&rows, '\t'));
    let files = [
        ("a.parquet", parquet.clone()),
        ("a.bin", parquet.clone()),
        ("b.parquet.gz", gzip(&parquet)),
        ("a.csv", csv.clone()),
        ("a.CSV.zst", zstd(&csv)),
        ("semicolon.csv", delimited(&rows, ';')),
        ("a.tsv", tsv.clone()),
        ("a.tsv.gz", gzip(&tsv)),
    ];
    for (n, (file, bytes)) in files.into_iter().enumerate() {
        scratch.write(file, &bytes);
        for flags in ["", "--chunk-bytes 100 --threads 3", "--no-mmap --threads 1"] {
            let outcome = scratch.run(&format!("check {file} {CHECK} {flags}")).exits(0);
            assert_eq!(outcome.summary()["records"], 300, "{file} {flags}");
        }
        scratch.run(&format!("convert {file} --to converse --out c{n}.jsonl")).exits(0);
        assert_eq!(scratch.read(&format!("c{n}.jsonl")), scratch.read("expected.jsonl"), "{file}");
    }
    for (file, args, bytes) in [("p", "", &parquet), ("c", "--stdin-name in.csv", &csv)] {
        scratch.feed(&format!("convert - {args} --to converse --out {file}.jsonl"), bytes).exits(0);
        assert_eq!(scratch.read(&format!("{file}.jsonl")), scratch.read("expected.jsonl"), "{args}");
    }
    for file in ["a.parquet", "a.csv"] {
        scratch.run(&format!("build {file} --out o --overwrite --skip tokens --validation 0.1")).exits(0);
        scratch.run("verify o").exits(0);
        assert_eq!(scratch.lines("o/train.jsonl").len(), 270);
    }
}

#[test]
fn parquet_that_comes_as_a_stream_is_copied_where_temporary_files_go() {
    let parquet = parquet_of(&rows(20));
    let scratch = Scratch::with("b.parquet.gz", gzip(&parquet));
    for args in ["check", "convert --to converse --out o.jsonl", "build --out o"] {
        for (input, bytes) in [("-", &parquet[..]), ("b.parquet.gz", b"")] {
            let refused = scratch.feed(&format!("{args} {input} --temp-dir nowhere"), bytes).exits(3);
            let named = format!("{input}: could not be copied to a temporary file in nowhere: ");
            assert!(refused.stderr.contains(&named), "{args}: {}", refused.stderr);
        }
    }
    scratch.write("bedload.toml", "temp-dir = \".\"\n");
    scratch.feed(&format!("check - {CHECK}"), &parquet).exits(0);
    assert_eq!(scratch.names(), ["b.parquet.gz", "bedload.toml"]);
}

#[test]
fn findings_count_rows_as_lines() {
    let mut rows = rows(20);
    rows[9].1 = String::new();
    let scratch = Scratch::with("a.parquet", parquet_of(&rows));
    scratch.write("a.csv", delimited(&rows, ','));
    for file in ["a.parquet", "a.csv"] {
        let outcome = scratch.run(&format!("check {file} {CHECK}")).exits(1);
        let finding = &outcome.findings()[0];
        assert_eq!(
            (&finding["line"], &finding["code"]),
            (&json!(10), &json!("schema/empty-content")),
            "{file}"
        );
        let explained = scratch.run(&format!("explain {file}:10")).exits(0);
        assert!(explained.stdout.contains("schema/empty-content"), "{}", explained.stdout);
        let args = format!("convert {file} --to converse --out c.jsonl --rejected r.jsonl --overwrite");
        scratch.run(&args).exits(1);
        let rejected: Value = serde_json::from_slice(&scratch.lines("r.jsonl")[0]).unwrap();
        assert_eq!(rejected["prompt"], rows[9].0);
    }
}

#[test]
fn a_table_that_cannot_be_read_is_refused_with_its_row() {
    let parquet = parquet_of(&rows(40));
    let files = [
        ("cut.parquet", parquet[..parquet.len() - 9].to_vec(), "the file may be truncated or damaged"),
        ("ragged.csv", b"prompt,completion\na,b\nc\n".to_vec(), "ragged.csv: row 2: 1 field, but 2 columns"),
        ("twice.csv", b"prompt,prompt\na,b\n".to_vec(), "two columns are called `prompt`"),
        (
            "latin.csv",
            b"prompt,completion\na,\xe9\n".to_vec(),
            "row 1, column `completion`: the text is not UTF-8",
        ),
        ("open.tsv", b"prompt\tcompletion\na\t\"b\n".to_vec(), "row 1: a quotation mark is never closed"),
    ];
    for (file, bytes, expected) in files {
        let scratch = Scratch::with(file, bytes);
        for command in ["check", "convert --to converse --out o.jsonl", "build --out o"] {
            let outcome = scratch.run(&format!("{command} {file}"));
            assert!(outcome.said().contains(expected), "{command}: {}", outcome.said());
        }
        assert_eq!(scratch.names(), [file]);
    }
}

/// A Parquet file with the first `from` in it replaced.
fn forged(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = parquet_of(&rows(40));
    let at = bytes.windows(from.len()).position(|window| window == from).expect("it is there");
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

#[test]
fn parquet_that_is_forged_or_encrypted_is_refused_by_name() {
    let codecs = "write the file with zstd, snappy, gzip or lz4 compression, or with none";
    let damaged = "the file may be truncated or damaged";
    let files = [
        ("lzo", forged(b"\x18\x06prompt\x15\x00", b"\x18\x06prompt\x15\x06"), codecs),
        ("codec", forged(b"\x18\x06prompt\x15\x00", b"\x18\x06prompt\x15\x7e"), codecs),
        // A data page of 2 GB.
        ("page", forged(b"PAR1", b"PAR1\x15\x00\x15\xfe\xff\xff\xff\x0f\x15\x40\x2c\x15\x0e"), damaged),
        ("encrypted", forged(b"PAR1", b"PARE"), "decrypt it, or write it without encryption"),
        ("cut", parquet_of(&rows(40))[..9].to_vec(), damaged),
    ];
    for (file, bytes, expected) in files {
        let scratch = Scratch::with(file, bytes);
        for command in ["check", "convert --to converse --out o.jsonl", "build --out o"] {
            let outcome = scratch.run(&format!("{command} {file}"));
            assert!(matches!(outcome.code, 1..=3), "{file} {command}: exit {}", outcome.code);
            let said = outcome.stdout.clone() + &outcome.stderr;
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(expected) && said.contains(file), "{file} {command}: {said}");
        }
        assert_eq!(scratch.names(), [file]);
    }
}

#[test]
fn a_damaged_table_is_an_error_and_no_row_is_lost() {
    let sound = parquet_of(&rows(40));
    let whole = Scratch::with("a.parquet", sound.clone());
    let expected = whole.run(&format!("check a.parquet {CHECK}")).exits(0).summary()["records"].clone();
    for at in (4..sound.len() - 8).step_by(sound.len() / 40) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x55;
        let scratch = Scratch::with("a.parquet", bytes);
        let outcome = scratch.run(&format!("check a.parquet {CHECK}"));
        assert!(!outcome.said().contains("internal error"), "{at}: {}", outcome.said());
        match outcome.code {
            0 | 1 => assert_eq!(outcome.summary()["records"], expected, "{at}"),
            code => assert!(matches!(code, 2 | 3), "{at}: exit {code}: {}", outcome.said()),
        }
    }
}

#[test]
fn what_is_only_named_like_a_table_is_what_it_holds() {
    let scratch = Scratch::with("a.csv", jsonl(plain(40)));
    let outcome = scratch.run(&format!("check a.csv {CHECK}")).exits(0);
    assert_eq!(outcome.summary()["records"], 40);
    scratch.write("b.csv", "<!DOCTYPE html>\n<html>\n<body>502, bad</body>\n</html>\n");
    let findings = scratch.run(&format!("check b.csv {CHECK}")).exits(1).findings();
    assert_eq!(findings[0]["code"], "file/not-jsonl");
}
