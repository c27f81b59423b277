//! What a conversion cannot carry over: all of it is listed, and the user says what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::scratch::{Scratch, jsonl};

/// A chat with a key of its own, a part that is not text, a mark of training and two texts in a message.
const MANY: &str = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"u"},{"type":"text","text":"v"},{"type":"input_audio"}]},{"role":"assistant","content":"a","weight":0,"x":1}],"id":7}"#;
const PLAIN: &str = r#"{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}"#;

#[test]
fn everything_that_stands_in_the_way_of_a_record_is_listed() {
    let scratch = Scratch::with("a.jsonl", jsonl([PLAIN, MANY, PLAIN]));
    for (command, exit) in [("convert a.jsonl --out c.jsonl", 1), ("build a.jsonl --out o --skip tokens", 0)]
    {
        let run = scratch
            .run(&format!("{command} --format openai-chat --to claude-messages --output-format jsonl"))
            .exits(exit);
        let found: Vec<String> = run
            .findings()
            .iter()
            .filter(|finding| finding["line"] == 2)
            .map(|finding| format!("{} {}", finding["code"], finding["pointer"].as_str().expect("a pointer")))
            .collect();
        let expected = [
            "\"convert/content\" /messages/0/content/1/text",
            "\"convert/content\" /messages/0/content/2",
            "\"convert/weight\" /messages/1/?2",
            "\"convert/content\" /messages/1/?3",
            "\"convert/extra-key\" /?1",
        ];
        assert_eq!(found, expected, "{command}");
        let by_code = run.by_code();
        let counts = ["convert/content", "convert/weight", "convert/extra-key"].map(|code| by_code[code]);
        assert_eq!(counts, [3, 1, 1], "{command}");
        assert_eq!((&run.summary()["rejected"], &run.summary()["records"]), (&1.into(), &3.into()));
        assert!(!run.stdout.contains("more problem"), "{}", run.stdout);
    }
    let table = scratch.table("o", "findings");
    assert_eq!(table.iter().filter(|row| row["code"].starts_with("convert/")).count(), 5);
    scratch.run("verify o").exits(0);
}

#[test]
fn tool_calls_are_named_beside_lesser_obstacles() {
    let line = r#"{"parallel_tool_calls":false,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant","content":"a"}],"tools":[]}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    for (flags, others) in [("", 1), ("--extra drop", 0)] {
        let convert = format!("convert a.jsonl --to converse --out c.jsonl --output-format jsonl {flags}");
        let run = scratch.run(&convert).exits(1);
        let undeclared = |message: &str| message == "this record calls tools that it does not declare";
        let said = run.findings();
        assert!(said.iter().any(|finding| finding["message"].as_str().is_some_and(undeclared)), "{said:?}");
        let keys = said.iter().filter(|finding| finding["code"] == "convert/extra-key").count();
        assert_eq!(keys, others, "{said:?}");
    }
}

#[test]
fn a_record_with_very_many_obstacles_takes_no_longer_than_its_length_asks() {
    let turn = r#"{"role":"user","content":"u","k":1},{"role":"assistant","content":"a","k":1}"#;
    let turns = vec![turn; 20_000].join(",");
    let scratch = Scratch::with("a.jsonl", jsonl([format!("{{\"messages\":[{turns}]}}").as_str(), PLAIN]));
    let convert = "convert a.jsonl --format openai-chat --to claude-messages --output-format jsonl";
    let run = scratch.run(&format!("{convert} --out c.jsonl")).exits(1);
    assert_eq!(run.by_code()["convert/content"], 40_000);
    let last = run.findings().pop().expect("findings");
    assert_eq!(last["pointer"], "/messages/39999/?2");
    let dropped = scratch.run(&format!("{convert} --extra drop --out d.jsonl")).exits(0);
    assert_eq!(dropped.by_code()["convert/dropped"], 40_000);
}

#[test]
fn system_messages_between_turns_stay_where_a_chat_holds_them() {
    let line = r#"{"messages":[{"role":"user","content":"u"},{"role":"system","content":"s"},{"role":"assistant","content":"a"}]}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    scratch.run("convert a.jsonl --format openai-chat --to openai-chat --out c.jsonl").exits(0);
    assert_eq!(scratch.lines("c.jsonl"), [line.as_bytes()]);
    let convert = "convert a.jsonl --format openai-chat --to claude-messages --overwrite --out c.jsonl";
    let refused = scratch.run(convert).exits(1);
    let wanted =
        "claude-messages cannot hold a system message after the first turn; `--extra system=drop` removes it";
    assert!(refused.stdout.contains(wanted), "{}", refused.stdout);
    scratch.run(&format!("{convert} --extra drop")).exits(0);
    assert_eq!(scratch.lines("c.jsonl"), [PLAIN.as_bytes()]);
}

/// Records that something stands in the way of, each with the kinds that the messages name; none where nothing helps.
const OF_KINDS: &[(&str, &[&str])] = &[
    (
        r#"{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a","name":"n"}],"id":7}"#,
        &["keys", "nested-keys"],
    ),
    (
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"u"},{"type":"input_audio"}]},{"role":"system","content":"s"},{"role":"assistant","content":"a","reasoning_content":"h"}]}"#,
        &["media", "reasoning", "system"],
    ),
    (
        r#"{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"},{"role":"assistant","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}]}"#,
        &["tool-calls"],
    ),
    (
        r#"{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"#,
        &[],
    ),
    (
        r#"{"messages":[{"role":"user","content":[{"type":"input_audio"}]},{"role":"assistant","content":"a"}]}"#,
        &[],
    ),
];

#[test]
fn the_options_that_messages_name_help_and_no_message_names_one_that_cannot() {
    let convert = "convert a.jsonl --format openai-chat --to claude-messages --overwrite --out c.jsonl";
    for (line, expected) in OF_KINDS {
        let scratch = Scratch::with("a.jsonl", jsonl([*line]));
        let run = scratch.run(&format!("{convert} --output-format jsonl")).exits(1);
        let mut kinds: Vec<String> = Vec::new();
        for finding in run.findings() {
            let message = finding["message"].as_str().expect("a message").to_owned();
            kinds.extend(message.split("`--extra ").skip(1).filter_map(|rest| {
                rest.split_once("=drop`").map(|(kind, _)| kind.to_owned()).filter(|kind| !kind.contains('`'))
            }));
        }
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds, *expected, "{line}");
        if kinds.is_empty() {
            scratch.run(&format!("{convert} --extra drop")).exits(1);
            continue;
        }
        for all_but_one in 0..kinds.len() {
            let mut ways: Vec<String> = kinds.iter().map(|kind| format!("--extra {kind}=drop")).collect();
            scratch.run(&format!("{convert} {}", ways.join(" "))).exits(0);
            let (dropped, short) = (scratch.lines("c.jsonl"), ways.remove(all_but_one));
            assert_eq!(dropped, [PLAIN.as_bytes()], "{short}");
            scratch.run(&format!("{convert} {}", ways.join(" "))).exits(1);
        }
    }
}

#[test]
fn kinds_are_set_in_the_file_and_arguments_go_over_it() {
    let (line, _) = OF_KINDS[0];
    let kept = r#"{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"id":7}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    for (extra, flags, expected) in [
        ("extra = { default = \"drop\", keys = \"keep\" }", "", Some(kept)),
        ("extra = { keys = \"keep\", nested-keys = \"drop\" }", "", Some(kept)),
        ("[stages.convert.extra]\nkeys = \"keep\"", "", None),
        ("[stages.convert.extra]\nkeys = \"keep\"", "--extra nested-keys=drop", Some(kept)),
        ("[stages.convert.extra]\nkeys = \"keep\"", "--extra drop", Some(PLAIN)),
        ("extra = \"drop\"", "--extra keys=keep", Some(kept)),
        ("extra = \"drop\"", "--extra error", None),
        ("extra = \"drop\"", "--extra drop,nested-keys=error", None),
    ] {
        scratch.write("bedload.toml", format!("[stages.convert]\nto = \"claude-messages\"\n{extra}\n"));
        let run = scratch.run(&format!("convert a.jsonl --overwrite --out c.jsonl {flags}"));
        match expected {
            Some(line) => {
                run.exits(0);
                assert_eq!(scratch.lines("c.jsonl"), [line.as_bytes()], "{extra} {flags}");
            }
            None => assert!(run.exits(1).stdout.contains("convert/"), "{extra} {flags}"),
        }
    }
    for (extra, shown) in [
        ("extra = \"drop\"", "extra = \"drop\""),
        ("[stages.convert.extra]\nkeys = \"keep\"", "extra = { keys = \"keep\" }"),
        (
            "extra.default = \"drop\"\nextra.media = \"error\"",
            "extra = { default = \"drop\", media = \"error\" }",
        ),
    ] {
        scratch.write("bedload.toml", format!("[stages.convert]\nto = \"claude-messages\"\n{extra}\n"));
        let run = scratch.run("config show --origin").exits(0);
        let said = run.stdout.lines().find(|line| line.starts_with("extra = ")).expect("the setting");
        let (value, origin) = said.split_once('#').expect("an origin");
        assert_eq!((value.trim(), origin.trim()), (shown, "bedload.toml:3"), "{extra}");
    }
    for (extra, problem) in [
        ("extra = { keyz = \"drop\" }", "did you mean `keys`?"),
        ("extra = { media = \"keep\" }", "`media` cannot be kept"),
        ("extra = { media = \"dorp\" }", "did you mean `drop`?"),
        ("extra = \"media=drop\"", "unknown value `media=drop`"),
    ] {
        scratch.write("bedload.toml", format!("[stages.convert]\nto = \"claude-messages\"\n{extra}\n"));
        let said = scratch.run("convert a.jsonl --out d.jsonl").refuses(2);
        assert!(said.contains(problem) && said.contains("bedload.toml"), "{extra}: {said}");
    }
}

#[test]
fn an_output_tells_which_kinds_were_dropped_and_is_verified() {
    let scratch = Scratch::with("a.jsonl", jsonl([OF_KINDS[0].0, PLAIN]));
    let flags = "--to claude-messages --extra keys=drop,nested-keys=drop --skip tokens --skip dedupe";
    scratch.run(&format!("build a.jsonl --out o {flags}")).exits(0);
    let expected: serde_json::Value = serde_json::json!({"keys": "drop", "nested-keys": "drop"});
    assert_eq!(scratch.manifest("o")["config"]["stages"]["convert"]["extra"], expected);
    scratch.run("verify o").exits(0);
}

#[test]
fn what_each_file_lost_is_counted_by_record_and_reason() {
    let scratch = Scratch::new();
    for n in 0..12 {
        let lines = (0..300).map(|line| match (line * 7 + n) % 11 {
            0 => "not json".to_owned(),
            1 => MANY.to_owned(),
            part @ 2..7 => OF_KINDS[part - 2].0.to_owned(),
            _ => PLAIN.to_owned(),
        });
        scratch.write(format!("{n}.jsonl"), jsonl(lines));
    }
    scratch.write("plain.jsonl", jsonl([PLAIN]));
    let convert =
        "convert *.jsonl --format openai-chat --to claude-messages --max-rejected 100% --output-format jsonl";
    for flags in ["", "--extra keys=drop,nested-keys=drop", "--extra drop"] {
        let mut first = None;
        for threads in ["--threads 1 --no-mmap", "--threads 7"] {
            let run = scratch.run(&format!("{convert} {flags} {threads} --overwrite --out c.json")).exits(0);
            let summary = run.summary();
            let (rejected, written) = (&summary["rejected"], &summary["valid"]);
            let expected = lost(&run.findings());
            let by_file = &summary["by_file"];
            let found: BTreeMap<(String, String), u64> = by_file
                .as_array()
                .expect("a list")
                .iter()
                .flat_map(|one| {
                    let file = one["file"].as_str().expect("a name").to_owned();
                    let reasons = one["reasons"].as_array().expect("a list").iter().map(|reason| {
                        let kind = reason["extra"].as_str().unwrap_or_default();
                        format!("{} {kind}", reason["code"].as_str().expect("a code"))
                    });
                    let numbers =
                        one["reasons"].as_array().expect("a list").iter().map(|one| &one["records"]);
                    let rows: Vec<(String, u64)> =
                        reasons.zip(numbers.map(|n| n.as_u64().expect("a number"))).collect();
                    let all = ["rejected", "reduced"]
                        .map(|of| (of.to_owned(), one[of].as_u64().expect("a number")));
                    rows.into_iter().chain(all).map(move |(reason, n)| ((file.clone(), reason), n))
                })
                .filter(|(_, n)| *n > 0)
                .collect();
            assert_eq!(found, expected, "{flags} {threads}");
            let of = |what: &str| {
                let own = found.iter().filter(|((_, reason), _)| reason == what);
                own.map(|(_, n)| n).sum::<u64>()
            };
            assert_eq!(rejected.as_u64(), Some(of("rejected")));
            assert_eq!(written.as_u64(), Some(3_601 - of("rejected")));
            assert_eq!(flags.is_empty(), of("reduced") == 0);
            assert_eq!(summary["by_file_more"], 0);
            assert_eq!(first.get_or_insert(by_file.clone()), by_file);
        }
    }
}

/// The same, counted from the findings.
fn lost(findings: &[serde_json::Value]) -> BTreeMap<(String, String), u64> {
    let mut of_records: BTreeMap<(&str, u64), (bool, BTreeSet<String>)> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding["line"].is_u64()) {
        let place = (finding["file"].as_str().expect("a file"), finding["line"].as_u64().expect("a line"));
        let is_error = finding["severity"] == "error";
        let code = finding["code"].as_str().expect("a code");
        if is_error || code == "convert/dropped" {
            let (is_rejected, reasons) = of_records.entry(place).or_default();
            *is_rejected |= is_error;
            reasons.insert(format!("{code} {}", finding["extra"].as_str().unwrap_or_default()));
        }
    }
    let mut counts = BTreeMap::new();
    for ((file, _), (is_rejected, reasons)) in of_records {
        let of_all = if is_rejected { "rejected" } else { "reduced" }.to_owned();
        for reason in reasons.into_iter().chain([of_all]) {
            *counts.entry((file.to_owned(), reason)).or_default() += 1;
        }
    }
    counts
}

#[test]
fn people_see_for_what_records_of_which_file_were_rejected() {
    let scratch = Scratch::with("a.jsonl", jsonl([PLAIN, MANY, OF_KINDS[0].0, OF_KINDS[1].0, "not json"]));
    scratch.write("b.jsonl", jsonl([OF_KINDS[0].0]));
    let convert = "convert a.jsonl b.jsonl --format openai-chat --to claude-messages --out c.jsonl";
    let said = scratch.run(&format!("{convert} --extra keys=drop,nested-keys=drop")).exits(1).said();
    let from = said.find("  rejected").expect("a table");
    let shown = said[from..].replace("\n  ", "\n").trim_start().to_owned();
    expect_test::expect![[r#"
        rejected    records, by reason and file
          convert/content (media)              2  a.jsonl
          json/syntax                          1  a.jsonl
          convert/content                      1  a.jsonl
          convert/content (reasoning)          1  a.jsonl
          convert/content (system)             1  a.jsonl
          convert/weight                       1  a.jsonl
        reduced     records, by reason and file
          convert/dropped (keys)                 1  a.jsonl
          convert/dropped (nested-keys)          1  a.jsonl
          convert/dropped (keys)                 1  b.jsonl
          convert/dropped (nested-keys)          1  b.jsonl
        dropped     records, by key
          id                  2
          name                2
    "#]]
    .assert_eq(&shown);
}

#[test]
fn a_build_says_nothing_of_dropped_keys_that_it_reads_itself() {
    let line = |n: usize| {
        let answer = ["a", "b"][n % 2];
        format!(
            r#"{{"messages":[{{"role":"user","content":"u {n}"}},{{"role":"assistant","content":"{answer}"}}],"nr":{n},"doc":{{"id":"d{}"}},"at":{n},"lang":"{answer}","conversation":{{"id":1,"x":2}},"score":1.5}}"#,
            n / 4
        )
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..80).map(line)));
    scratch.write("b.jsonl", jsonl((80..100).map(line)));
    let build = "build --to converse --extra drop --skip tokens --output-format jsonl --overwrite --out o";
    let all = ["nr", "doc", "at", "lang", "conversation", "score"];
    let of_keys = |run: &crate::outcome::Outcome, file: &str| {
        let findings = run.findings();
        let dropped = findings.iter().filter(|finding| finding["code"] == "convert/dropped");
        let places = dropped.filter(|finding| finding["file"] == file).map(|finding| {
            let nth = finding["pointer"].as_str().and_then(|pointer| pointer.strip_prefix("/?"));
            nth.and_then(|nth| nth.parse::<usize>().ok()).map_or("", |nth| all[nth - 1])
        });
        let mut keys: Vec<&str> = places.collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    };
    let both = |flags: &str| {
        let run = scratch.run(&format!("{build} a.jsonl b.jsonl {flags}")).exits(0);
        assert_eq!(of_keys(&run, "a.jsonl"), of_keys(&run, "b.jsonl"), "{flags}");
        of_keys(&run, "a.jsonl")
    };
    assert_eq!(both("").len(), 6);
    assert_eq!(both("--id /nr --group-by /doc/id"), ["at", "conversation", "lang", "score"]);
    assert_eq!(both("--stratify /lang --validation 10"), ["at", "conversation", "doc", "nr", "score"]);
    assert_eq!(both("--label-field /lang --survivor highest:/score"), ["at", "conversation", "doc", "nr"]);
    assert_eq!(both("--split-by-time /at --validation 10"), ["conversation", "doc", "lang", "nr", "score"]);
    // What is beside the value that is read is lost.
    assert_eq!(both("--group-by /conversation/id").len(), 6);
    assert_eq!(both("--group-by /conversation/id --group-by /conversation/x").len(), 5);

    scratch.write(
        "bedload.toml",
        "[stages.balance]\nlabel-field = \"/lang\"\n[[input]]\npath = \"a.jsonl\"\nid = \"/nr\"\nlabel = \"/score\"\n\
         [[input]]\npath = \"b.jsonl\"\ngroup-by = \"/doc\"\n",
    );
    let run = scratch.run(build).exits(0);
    assert_eq!(of_keys(&run, "a.jsonl"), ["at", "conversation", "doc", "lang"]);
    assert_eq!(of_keys(&run, "b.jsonl"), ["at", "conversation", "nr", "score"]);
    scratch.run("verify o").exits(0);
    let explained =
        scratch.run("explain a.jsonl:3 --to converse --extra drop --output-format jsonl").exits(0);
    assert_eq!(explained.stdout.matches("convert/dropped").count(), 4, "{}", explained.stdout);
    // In the output of a conversion alone they are lost.
    let run = scratch.run("convert --to converse --extra drop --output-format jsonl --out c.jsonl").exits(0);
    assert_eq!(of_keys(&run, "a.jsonl").len(), 6);
    assert_eq!(run.by_code()["convert/dropped"], 600);
}

#[test]
fn kept_facts_are_not_those_of_a_run_that_read_other_keys() {
    let line =
        r#"{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"nr":1,"score":2}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([line]));
    let build = "build a.jsonl --to converse --extra drop --skip tokens --facts f --overwrite --out o --output-format jsonl";
    for (flags, dropped) in [("--id /nr", 1), ("", 2), ("--survivor lowest:/score", 1), ("--id /score", 1)] {
        let run = scratch.run(&format!("{build} {flags}")).exits(0);
        assert_eq!(run.by_code()["convert/dropped"], dropped, "{flags}");
        assert_eq!(
            run.findings().iter().filter(|one| one["code"] == "convert/dropped").count() as u64,
            dropped
        );
    }
}
