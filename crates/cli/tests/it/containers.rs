//! JSON objects with the records in an array as inputs, and records that look like such objects.

use serde_json::{Value, json};

use crate::corpus::plain;
use crate::scratch::{Scratch, gzip, jsonl, zstd};

const CHECK: &str = "--skip tokens --output-format jsonl";

/// An object with the lines in an array, between two other values.
fn object_of(lines: &[String], key: &str, pretty: bool) -> Vec<u8> {
    let text = format!(r#"{{"version":1,"{key}":[{}],"meta":{{"n":[{{}}]}}}}"#, lines.join(","));
    if !pretty {
        return text.into_bytes();
    }
    let object: Value = serde_json::from_str(&text).expect("valid JSON");
    serde_json::to_vec_pretty(&object).expect("JSON")
}

#[test]
fn the_records_of_an_object_are_read_whichever_way_it_comes() {
    let lines = plain(300);
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    scratch.run("convert a.jsonl --to converse --out expected.jsonl --format prompt-completion").exits(0);
    for pretty in [false, true] {
        let object = object_of(&lines, "data", pretty);
        for (n, (file, bytes)) in
            [("a.json", object.clone()), ("a.json.gz", gzip(&object)), ("A.JSON.zst", zstd(&object))]
                .into_iter()
                .enumerate()
        {
            scratch.write(file, &bytes);
            for flags in ["--array", "--array --chunk-bytes 100 --threads 3", "--records /data --no-mmap"] {
                let outcome = scratch.run(&format!("check {file} {CHECK} {flags}")).exits(0);
                assert_eq!(outcome.summary()["records"], 300, "{file} {flags}");
                let findings = outcome.findings();
                let note = findings.iter().find(|finding| finding["code"] == "file/unread-keys").unwrap();
                assert_eq!(note["message"], "the records are at `/data`; not read: `/version`, `/meta`");
            }
            scratch
                .run(&format!("convert {file} --array --to converse --out c{n}.jsonl --overwrite"))
                .exits(0);
            assert_eq!(scratch.read(&format!("c{n}.jsonl")), scratch.read("expected.jsonl"), "{file}");
            scratch.run(&format!("build {file} --array --out o --overwrite --skip tokens")).exits(0);
            scratch.run("verify o").exits(0);
            assert_eq!(scratch.manifest("o")["config"]["records"], json!(["/data"]));
        }
        scratch
            .feed("convert - --stdin-name in.json --array --to converse --out p.jsonl --overwrite", &object)
            .exits(0);
        assert_eq!(scratch.read("p.jsonl"), scratch.read("expected.jsonl"));
        let refused = scratch.run("convert a.json --to converse --out x.jsonl").exits(2);
        assert!(
            refused.stderr.contains(
                "a JSON object that holds the records in an array, not JSONL; read them with --array"
            ),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn elements_are_counted_as_lines_and_a_pointer_names_them() {
    let object = r#"{"n":{"items":[{"prompt":"p","completion":"c"},{"prompt":"p"}]},"data":[{"x":1}]}"#;
    let scratch = Scratch::with("a.json", object);
    scratch.write("other.txt", object);
    scratch.write("bedload.toml", "records = \"/n/items\"\n");
    for args in ["a.json --records /n/items --no-config", "other.txt"] {
        let outcome = scratch.run(&format!("check {args} {CHECK} --format prompt-completion"));
        let findings = outcome.exits(1).findings();
        let found = findings.iter().find(|finding| finding["code"] == "schema/missing-field").unwrap();
        assert_eq!(found["line"], 2, "{args}");
    }
    let explained = scratch.run("explain a.json:2 --format prompt-completion").exits(0);
    assert!(explained.stdout.contains("schema/missing-field"), "{}", explained.stdout);
}

#[test]
fn what_is_not_clear_is_refused_by_name() {
    let record = r#"{"prompt":"p","completion":"c"}"#;
    let scratch = Scratch::with("a.json", format!(r#"{{"data":[{record}],"items":[{record}]}}"#));
    for command in ["check", "build --out o", "convert --to converse --out o"] {
        let outcome = scratch.run(&format!("{command} a.json --array")).exits(2);
        let expected = "a.json: `/data` and `/items` both hold an array of objects\n  hint: name the one";
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        let outcome = scratch.run(&format!("{command} a.json --records /dat")).exits(2);
        assert!(outcome.stderr.contains("a.json: `/dat` holds no array"), "{}", outcome.stderr);
    }
    scratch.run(&format!("check a.json --records /items {CHECK}")).exits(0);
    scratch.write("a.json", format!(r#"{{"data":[{record},{record}"#));
    let outcome = scratch.run(&format!("check a.json --array {CHECK}")).exits(3);
    assert!(outcome.stderr.contains("a.json: byte 72: the object is not closed"), "{}", outcome.stderr);
}

#[test]
fn records_are_never_taken_for_what_holds_records() {
    let chat = r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#;
    let steps = r#"{"id":1,"steps":[{"n":1}],"prompt":"p","completion":"c"}"#;
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(chat).unwrap()).unwrap();
    let cases = [(chat.to_owned(), 1), (format!("{chat}\n{chat}\n"), 2), (steps.to_owned(), 1)];
    let scratch = Scratch::new();
    for (text, n) in cases {
        scratch.write("a.json", text);
        for flags in ["", "--array"] {
            let outcome = scratch.run(&format!("check a.json {CHECK} {flags}"));
            assert_eq!(outcome.summary()["records"], n, "{flags}");
        }
    }
    // Lines that could each hold records are records, as there are several.
    scratch.write("a.json", "{\"data\":[{\"a\":1}]}\n{\"data\":[{\"a\":2}]}\n");
    assert_eq!(scratch.run(&format!("check a.json {CHECK} --array")).summary()["records"], 2);
    scratch.write("a.json", pretty);
    let findings = scratch.run(&format!("check a.json {CHECK}")).exits(1).findings();
    assert!(findings[0]["message"].as_str().unwrap().contains("pretty-printed"), "{findings:?}");
}
