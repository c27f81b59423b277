//! `convert`, and `build --to`: what is written, what is refused, and that nothing is lost in silence.

use expect_test::expect;
use serde_json::Value;

use crate::scratch::{Scratch, fixture, jsonl};

fn pairs(count: usize) -> Vec<u8> {
    jsonl((0..count).map(|n| format!(r#"{{"question": "What is \u0032 + {n}?\n", "answer": "é{}"}}"#, n + 2)))
}

const MAP: &str = "--map prompt=question,completion=answer";

#[test]
fn a_mapped_file_becomes_what_its_target_takes() {
    let scratch = Scratch::with("a.jsonl", pairs(40));
    let run = scratch.run(&format!("convert a.jsonl {MAP} --to converse --out c.jsonl")).exits(0);
    expect![[r#"
        wrote c.jsonl  (mapped keys to converse)
          records     40 read, 40 converted, none rejected
    "#]]
    .assert_eq(&run.said());
    let checked = scratch.run("check c.jsonl --profile nova-lite-sft --output-format jsonl").exits(0);
    assert_eq!(checked.summary()["valid"], 40);
    assert_eq!(checked.by_code().into_keys().collect::<Vec<_>>(), ["dataset/few-records"]);
    for (n, line) in scratch.lines("c.jsonl").iter().enumerate() {
        let record: Value = serde_json::from_slice(line).unwrap();
        let text = |turn: usize| record["messages"][turn]["content"][0]["text"].clone();
        assert_eq!((text(0), text(1)), (format!("What is 2 + {n}?\n").into(), format!("é{}", n + 2).into()));
    }
    scratch.run("convert c.jsonl --to prompt-completion --out p.jsonl").exits(0);
    scratch.run(&format!("convert a.jsonl {MAP} --to prompt-completion --out q.jsonl")).exits(0);
    assert_eq!(scratch.read("p.jsonl"), scratch.read("q.jsonl"));
    assert!(scratch.lines("p.jsonl")[3].starts_with(br#"{"prompt":"What is \u0032 + 3?\n","completion":"#));
    assert_eq!(scratch.names(), ["a.jsonl", "c.jsonl", "p.jsonl", "q.jsonl"]);
}

#[test]
fn formats_of_other_tools_are_recognized_and_converted() {
    let names = ["alpaca.jsonl", "sharegpt.jsonl", "openai-chat.jsonl", "claude-messages.jsonl"];
    let scratch = Scratch::with_fixtures(&names);
    for name in names {
        let to_converse = format!("convert {name} --to converse --out out.jsonl --overwrite");
        let run = scratch.run(&format!("{to_converse} --output-format jsonl")).exits(0);
        let summary = run.summary();
        assert_eq!(summary["from"], Value::from(vec![name.trim_end_matches(".jsonl")]));
        assert_eq!(summary["records"], summary["valid"]);
        let checked = scratch.run("check out.jsonl --profile llama-3.3-70b-sft --output-format jsonl");
        assert_eq!(checked.summary()["rejected"], 0, "{name}: {}", checked.stdout);
    }
    // A directory of several formats: each file is read in its own.
    for name in names {
        scratch.write(format!("mixed/{name}"), fixture(name));
    }
    let all = scratch.run("convert mixed --to converse --out all.jsonl --output-format jsonl");
    assert_eq!(all.exits(0).summary()["from"].as_array().map(Vec::len), Some(4));
}

#[test]
fn what_is_refused_is_named_and_what_is_dropped_is_counted() {
    let lines = [
        r#"{"prompt":"p","completion":"c"}"#,
        r#"{"prompt":"p","completion":"c","id":"secret"}"#,
        "{",
        r#"{"prompt":"p"}"#,
        r#"{"prompt":"p","completion":""}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = scratch.run("convert a.jsonl --to claude-messages --out c.jsonl").exits(1);
    expect![[r#"
        error[convert/extra-key]: claude-messages cannot hold the key `id`; `--extra keys=drop` removes it, `--extra keys=keep` keeps it
          --> a.jsonl:2:32   record 1   /?2
           = why: Nothing is dropped unless you ask for it: the key may matter.
           = help: Use `--extra keys=drop` to remove such keys, or `--extra keys=keep` to keep them; for `system`, `tool-calls` and `answers` likewise. The message names the kind.
           = rule: bedload baseline (2026-11)

        error[json/syntax]: the line ends here; is the file pretty-printed? (`jq -c . FILE` makes it JSONL)
          --> a.jsonl:3:1   record 2
           = why: Bedrock reads one JSON object from each physical line. A trailing comma, a comment, a second value on the line or a truncated line makes the job fail, often without naming the line.
           = help: Look at the column named in the finding. `jq -c . FILE` turns a pretty-printed file into JSONL, `jq -c '.[]' FILE` an array.
           = rule: RFC 8259

        error[convert/source]: the key `completion` is missing
          --> a.jsonl:4:1   record 3
           = why: A record that cannot be read in the source format cannot be converted.
           = help: If a few records have this, correct or remove them. If most do, the source is described wrongly: check `--format` or `--map`, or `format` or `map` of its [[input]] table.
           = rule: bedload baseline (2026-11)

        error[schema/empty-content]: `content` is empty (once converted)
          --> a.jsonl:5:1   record 4   /messages/1/content
           = why: A record without text teaches the model nothing, and several targets reject it.
           = help: Fill in the field, or drop the record.
           = rule: bedload baseline (2026-11)

    "#]]
    .assert_eq(&run.stdout);
    assert_eq!(scratch.lines("c.jsonl").len(), 1);
    let run =
        scratch.run("convert a.jsonl --to claude-messages --extra drop --out d.jsonl --output-format jsonl");
    let run = run.exits(1);
    assert_eq!(run.by_code()["convert/dropped"], 1);
    let dropped = run.findings().into_iter().find(|finding| finding["code"] == "convert/dropped");
    let dropped = dropped.expect("a note");
    assert_eq!((&dropped["line"], &dropped["severity"]), (&2.into(), &"note".into()));
    assert!(!run.stdout.contains("secret"));
    assert_eq!((run.summary()["valid"].clone(), scratch.lines("d.jsonl").len()), (2.into(), 2));
}

#[test]
fn the_bytes_do_not_depend_on_how_the_input_is_read() {
    let scratch = Scratch::with("a.jsonl", pairs(300));
    let to = format!("{MAP} --to chat-rft --overwrite");
    scratch.run(&format!("convert a.jsonl {to} --out one.jsonl --threads 1")).exits(0);
    let wanted = scratch.read("one.jsonl");
    for flags in ["--threads 3 --chunk-bytes 64", "--no-mmap --chunk-bytes 500", "--chunk-bytes 1MiB"] {
        scratch.run(&format!("convert a.jsonl {to} --out two.jsonl {flags}")).exits(0);
        assert_eq!(scratch.read("two.jsonl"), wanted, "{flags}");
    }
    scratch.feed(&format!("convert - {to} --out three.jsonl"), &pairs(300)).exits(0);
    assert_eq!(scratch.read("three.jsonl"), wanted);
    assert_eq!(scratch.names(), ["a.jsonl", "one.jsonl", "three.jsonl", "two.jsonl"]);
}

#[test]
fn build_converts_on_the_way() {
    let scratch = Scratch::with_fixtures(&["alpaca.jsonl"]);
    scratch.write("a.jsonl", [pairs(60), pairs(3)].concat());
    let to = format!("{MAP} --to converse --profile nova-lite-sft");
    let flags = "--validation 10 --augment 2 --seed 3 --skip tokens";
    scratch.run(&format!("build a.jsonl --out o {to} {flags} --system Hello")).exits(0);
    scratch.run("verify o").exits(0);
    let counts = &scratch.manifest("o")["counts"];
    assert_eq!((&counts["duplicates"], &counts["validation"]), (&3.into(), &10.into()));
    assert_eq!((&counts["train"], &counts["variants"]), (&50.into(), &50.into()));
    let whole =
        scratch.run(&format!("convert a.jsonl {to} --out c.jsonl --system Hello --skip tokens")).exits(0);
    assert_eq!(whole.stdout, "");
    let converted = scratch.lines("c.jsonl");
    let (train, validation) = (scratch.side("o", "train"), scratch.side("o", "validation"));
    assert!(validation.iter().all(|line| converted.contains(line)));
    assert_eq!(train.iter().filter(|line| converted.contains(line)).count(), 50);
    for line in &train {
        let record: Value = serde_json::from_slice(line).unwrap();
        assert_eq!(record["system"][0]["text"], "Hello");
    }
    // What cannot be converted is rejected byte for byte.
    let rejected = br#"{"question": 7, "answer": "x"}"#;
    scratch.write("b.jsonl", [&pairs(9)[..], rejected, b"\n"].concat());
    scratch.run(&format!("build b.jsonl --out p {to} --skip tokens")).exits(0);
    assert_eq!(scratch.lines("p/rejected.jsonl"), [rejected]);
    // Configured, and written down.
    scratch.write(
        "bedload.toml",
        "profile = \"nova-lite-sft\"\n[stages.convert]\nto = \"converse\"\nextra = \"drop\"\nmap = { prompt = \"question\", completion = \"answer\" }\n",
    );
    let note = "note: check looks at the data as it is; `to = \"converse\"` of [stages.convert]";
    assert!(scratch.run("check a.jsonl --skip tokens").stderr.contains(note));
    assert!(!scratch.run("check a.jsonl --skip tokens --quiet").stderr.contains(note));
    scratch.run("build a.jsonl --out q --skip tokens").exits(0);
    assert_eq!(scratch.manifest("q")["config"]["stages"]["convert"]["to"], "converse");
    scratch.run("build a.jsonl --out r --skip tokens --skip convert").exits(1);
}

#[test]
fn what_cannot_be_is_said_before_anything_is_read() {
    let scratch = Scratch::with("a.jsonl", pairs(3));
    scratch.write("text.jsonl", fixture("text.jsonl"));
    scratch.write("there.jsonl", "precious");
    for (args, problem) in [
        ("convert a.jsonl --out c.jsonl", "no target format was given\n  hint: name one with --to"),
        ("convert a.jsonl --to csv --out c.jsonl", "--to csv: unknown format"),
        (
            "build a.jsonl --out o --profile nova-2-lite-sft --map prompt=question",
            "--map needs --to FORMAT\n  hint: --to converse is what nova-2-lite-sft takes",
        ),
        ("check a.jsonl --format openai", "hint: did you mean `openai-chat`"),
        (
            "convert a.jsonl --to converse --out c.jsonl",
            "--map prompt=question,completion=answer --out FILE` conv",
        ),
        ("convert text.jsonl --to converse --out c.jsonl", "text records cannot be converted to converse"),
        (
            "convert a.jsonl --to converse --format alpaka --out c.jsonl",
            "unknown format `alpaka`\n  hint: did you mean `alpaca`? the formats are ",
        ),
        (
            "check a.jsonl --format openai-chat",
            "format `openai-chat`: no target of Bedrock reads it\n  hint: convert",
        ),
        ("convert a.jsonl --to converse --map prompt --out c.jsonl", "`prompt` is not FIELD=KEY"),
        (
            "convert a.jsonl --to converse --map prompt=question --format alpaca --out c.jsonl",
            "--map cannot be used with",
        ),
        (
            "convert a.jsonl --to prompt-completion --system Hi --map prompt=question --out c.jsonl",
            "no system",
        ),
        (
            "convert a.jsonl --to converse --profile llama-3.1-8b-sft --out c.jsonl",
            "--to converse cannot be used with",
        ),
        ("convert a.jsonl --to converse --extra lose --out c.jsonl", "unknown value `lose`"),
        ("convert a.jsonl --to converse --extra keyz=drop --out c.jsonl", "did you mean `keys`?"),
        ("convert a.jsonl --to converse --extra media=keep --out c.jsonl", "`media` cannot be kept"),
        ("convert a.jsonl --to converse --map prompt=question --out there.jsonl", "--overwrite replaces it"),
        (
            "convert a.jsonl --to converse --map prompt=question --out a.jsonl --overwrite",
            "it is the input a.jsonl",
        ),
        ("convert a.jsonl --to converse --map prompt=question --out .", "the input a.jsonl is inside it"),
        ("build a.jsonl --out o --extra drop", "--extra needs --to FORMAT"),
        (
            "convert a.jsonl --to converse --weights keep --out c.jsonl",
            "[possible values: error, drop, split]",
        ),
        (
            "convert a.jsonl --to converse --map prompt=question --out c.jsonl --rejected ./c.jsonl",
            "--rejected ./c.jsonl: the same file as --out",
        ),
        (
            "convert a.jsonl --to converse --map prompt=question --out c.jsonl --rejected a.jsonl --overwrite",
            "--rejected a.jsonl: it is the input a.jsonl",
        ),
        (
            "convert a.jsonl --to converse --map prompt=question --out c.jsonl --rejected there.jsonl",
            "--rejected there.jsonl: the file exists",
        ),
        ("build a.jsonl --out o --to converse --skip convert", "--to cannot be used with --skip convert"),
    ] {
        let said = scratch.run(args).refuses(2);
        assert!(said.contains(problem), "{args}: {said}");
    }
    assert_eq!(scratch.read("there.jsonl"), b"precious");
    assert_eq!(scratch.names(), ["a.jsonl", "text.jsonl", "there.jsonl"]);
    let missing =
        scratch.run("convert a.jsonl --to converse --map prompt=question --out no/c.jsonl").refuses(2);
    assert!(missing.contains("no"), "{missing}");
}

#[test]
fn nothing_is_written_where_nothing_is_converted() {
    let scratch = Scratch::with("a.jsonl", jsonl([r#"{"prompt":"p"}"#, "{"]));
    let convert = "convert a.jsonl --format prompt-completion --to converse --out c.jsonl";
    let run = scratch.run(convert).exits(1);
    assert!(run.stderr.contains("c.jsonl was not written: no record was converted"), "{}", run.stderr);
    assert!(run.stdout.contains("error[dataset/no-records]"), "{}", run.stdout);
    assert_eq!(scratch.names(), ["a.jsonl"]);
    // An earlier file is not taken for the new one.
    scratch.write("c.jsonl", "earlier");
    let run = scratch.run(&format!("{convert} --overwrite")).exits(1);
    assert!(run.stdout.contains("c.jsonl was left as it is"), "{}", run.stdout);
    assert_eq!(scratch.read("c.jsonl"), b"earlier");
    // An empty input has nothing to convert either.
    scratch.write("empty.jsonl", "");
    scratch.run("convert empty.jsonl --to converse --out d.jsonl").exits(1);
    assert_eq!(scratch.names(), ["a.jsonl", "c.jsonl", "empty.jsonl"]);
}

#[test]
fn rejected_lines_are_kept_byte_for_byte_on_request() {
    let lines = b"{\"prompt\":\"p\"}\r\n{\"prompt\":\"p\",\"completion\":\"c\"}\n\n{ \"prompt\" : 7, \"completion\":\"c\"}";
    let scratch = Scratch::with("a.jsonl", lines);
    let convert = "convert a.jsonl --format prompt-completion --to converse --out c.jsonl";
    let run = scratch.run(&format!("{convert} --rejected c.rejected.jsonl")).exits(1);
    assert!(
        run.stderr.contains("wrote c.rejected.jsonl  (3 rejected lines, byte for byte)"),
        "{}",
        run.stderr
    );
    assert_eq!(
        scratch.read("c.rejected.jsonl"),
        b"{\"prompt\":\"p\"}\r\n\n{ \"prompt\" : 7, \"completion\":\"c\"}\n"
    );
    assert_eq!(scratch.lines("c.jsonl").len(), 1);
    assert_eq!(scratch.names(), ["a.jsonl", "c.jsonl", "c.rejected.jsonl"]);
    // Where all are rejected, they are all that is written.
    scratch.write("b.jsonl", "{\n");
    let convert = "convert b.jsonl --format prompt-completion --to converse --out d.jsonl";
    scratch.run(&format!("{convert} --rejected r.jsonl")).exits(1);
    assert_eq!(scratch.read("r.jsonl"), b"{\n");
    // Where none is, the file says so by being empty; and a line too long to be held is copied all the same.
    scratch.write("e.jsonl", "{\"prompt\":\"p\",\"completion\":\"c\"}\n");
    scratch.run("convert e.jsonl --to converse --out f.jsonl --rejected r.jsonl --overwrite").exits(0);
    assert_eq!(scratch.read("r.jsonl"), b"");
    let long =
        [b"{\"prompt\":\"".to_vec(), vec![b'x'; 3 << 20], b"\",\"completion\":\"c\"}\n".to_vec()].concat();
    scratch.write("long.jsonl", [&long[..], b"{\"prompt\":\"p\",\"completion\":\"c\"}\n"].concat());
    scratch
        .run("convert long.jsonl --to converse --max-record-bytes 1KiB --out f.jsonl --rejected r.jsonl --overwrite")
        .exits(1);
    assert!(scratch.read("r.jsonl") == long);
}

#[test]
fn an_answer_that_is_not_to_be_trained_on_becomes_no_target_unasked() {
    let lines: Vec<String> = (0..4)
        .map(|n| {
            format!(
                r#"{{"messages":[{{"role":"system","content":"s"}},{{"role":"user","content":"q{n}"}},{{"role":"assistant","content":"bad","weight":0}},{{"role":"user","content":"again"}},{{"role":"assistant","content":"good","weight":1}}]}}"#
            )
        })
        .collect();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    for flags in ["", "--extra drop", "--extra keep"] {
        let convert = format!("convert a.jsonl --to converse --out c.jsonl {flags} --output-format jsonl");
        assert_eq!(scratch.run(&convert).exits(1).by_code()["convert/weight"], 4, "{flags}");
    }
    scratch.run("build a.jsonl --to converse --extra drop --out o --skip tokens").exits(1);
    assert_eq!(scratch.lines("o/rejected.jsonl").len(), 4);
    let dropped =
        scratch.run("convert a.jsonl --to converse --weights drop --out c.jsonl --output-format jsonl");
    assert_eq!(dropped.exits(0).by_code()["convert/dropped"], 8);
    assert_eq!(scratch.lines("c.jsonl").len(), 4);
    scratch.write("bedload.toml", "[stages.convert]\nweights = \"drop\"\n");
    scratch.run("convert a.jsonl --to converse --out c.jsonl --overwrite").exits(0);
}

#[test]
fn null_is_absent() {
    let lines = [
        r#"{"messages":[{"role":"user","content":"q","name":null,"tool_calls":null},{"role":"assistant","content":"a","name":null}],"tools":null,"metadata":null}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("convert a.jsonl --to converse --out c.jsonl").exits(0);
    scratch.write(
        "b.jsonl",
        jsonl([r#"{"instruction":"q","input":null,"output":"a","system":null,"history":null}"#]),
    );
    scratch.run("convert b.jsonl --to converse --out d.jsonl").exits(0);
    let written = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"q"}]},{"role":"assistant","content":[{"text":"a"}]}]}"#;
    for file in ["c.jsonl", "d.jsonl"] {
        assert_eq!(scratch.lines(file), [written.as_bytes()], "{file}");
    }
}

#[test]
fn keys_that_are_left_out_are_named_and_counted() {
    let lines = [
        r#"{"instruction":"a","output":"b","source":"x","CANARY7741":1}"#,
        r#"{"instruction":"c","output":"d","source":"x","CANARY7741":1,"PINK":{}}"#,
        r#"{"messages":[{"role":"user","content":"a","id":1,"CANARY7741":2},{"role":"assistant","content":"b"}]}"#,
    ];
    let scratch = Scratch::new();
    scratch.write("a.jsonl", jsonl(&lines[..2]));
    scratch.write("b.jsonl", jsonl(&lines[2..]));
    let run = |flags: &str| {
        scratch.run(&format!("convert a.jsonl b.jsonl --to converse --out c.jsonl --overwrite {flags}"))
    };
    expect![[r#"
        wrote c.jsonl  (alpaca, claude-messages to converse)
          records     3 read, 3 converted, none rejected
          findings
            convert/dropped          7  note  (first 5 shown)
          reduced     records, by reason and file
            convert/dropped (keys)                 2  a.jsonl
            convert/dropped (nested-keys)          1  b.jsonl
          dropped     records, by key
            source              2
            id                  1
            other keys          3  (--show-content names them)
    "#]]
    .assert_eq(&run("--extra drop").exits(0).said());
    let shown = run("--extra drop --show-content").exits(0);
    for (key, n) in [("CANARY7741", 3), ("source", 2), ("PINK", 1), ("id", 1)] {
        assert!(shown.stderr.contains(&format!("\n    {key:10}  {n:>9}\n")), "{key}: {}", shown.stderr);
    }
    assert!(shown.stdout.contains("the key `CANARY7741` was removed"));
    let refused = run("--output-format jsonl").exits(1);
    assert!(!refused.stdout.contains("CANARY7741") && !refused.stdout.contains("PINK"));
    let keys = &refused.summary()["by_file"][0]["keys"];
    let found: Vec<(&str, u64)> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            assert_eq!((&one["code"], &one["extra"]), (&"convert/extra-key".into(), &"keys".into()));
            (one["key"].as_str().unwrap(), one["records"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(found, [("?", 2), ("source", 2)]);
}

#[test]
fn an_image_in_its_record_goes_where_the_target_takes_it() {
    let chat = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"u"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]},{"role":"assistant","content":"a"}]}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([chat]));
    scratch.run("convert a.jsonl --to converse --out c.jsonl").exits(0);
    let written = String::from_utf8(scratch.read("c.jsonl")).unwrap();
    assert!(written.contains(r#"{"image":{"format":"png","source":{"bytes":"aGk="}}}"#), "{written}");
    scratch.run("check c.jsonl").exits(0);
    let refused = scratch.run("convert a.jsonl --to converse --profile nova-lite-sft --out d.jsonl").exits(1);
    assert!(
        refused.stdout.contains("nova-lite-sft takes images from S3 only; upload the image"),
        "{}",
        refused.stdout
    );
    let checked = scratch.run("check c.jsonl --profile nova-lite-sft --output-format jsonl").exits(1);
    assert_eq!(checked.by_code()["schema/missing-field"], 1);
}
