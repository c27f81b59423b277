//! `bedload config`: what applies and where it comes from, and the schema of the file.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::plain;
use crate::schema::{accepts, errors};
use crate::scratch::{Scratch, jsonl};

fn shown(scratch: &Scratch, flags: &str) -> BTreeMap<String, Value> {
    let outcome = scratch.run(&format!("config show --output-format jsonl {flags}")).exits(0);
    let objects = outcome.objects();
    let (summary, settings) = objects.split_last().unwrap();
    assert_eq!(summary["settings"], settings.len());
    settings.iter().map(|one| (one["key"].as_str().unwrap().to_owned(), one.clone())).collect()
}

#[test]
fn every_value_has_its_origin() {
    let scratch = Scratch::new();
    let by_default = shown(&scratch, "");
    assert!(by_default.values().all(|one| one["origin"] == "default"));
    assert_eq!(by_default["seed"]["value"], 0);
    assert_eq!(by_default["stages.near.threshold"]["value"], Value::Null);

    scratch.write(
        "bedload.toml",
        "profile = \"nova-lite-sft\"\n[stages.split]\nvalidation = 0.1\nselect = 9\n[[input]]\npath = \"x\"\n",
    );
    let all = shown(&scratch, "--near 0.8 --skip pii --validation 10% --select-tokens 5");
    let origin = |key: &str| {
        let one = &all[key];
        let more = ["line", "option", "profile"].iter().find_map(|more| one.get(*more));
        (one["value"].clone(), more.cloned().unwrap_or(one["origin"].clone()))
    };
    for (key, value, from) in [
        ("profile", Value::from("nova-lite-sft"), Value::from(1)),
        ("format", "converse".into(), "nova-lite-sft".into()),
        ("stages.tokens.record-max", 32_000.into(), "nova-lite-sft".into()),
        ("stages.near.threshold", 0.8.into(), "--near".into()),
        ("stages.near.shingle", "word:5".into(), "default".into()),
        ("stages.pii.enabled", false.into(), "--skip".into()),
        ("stages.near.enabled", true.into(), "default".into()),
        ("stages.split.validation", "0.1".into(), "--validation".into()),
        ("stages.split.select", Value::Null, "default".into()),
        ("stages.split.select-tokens", 5.into(), "--select-tokens".into()),
        ("input.0.path", "x".into(), 6.into()),
    ] {
        assert_eq!(origin(key), (value, from), "{key}");
    }
}

#[test]
fn what_is_shown_is_a_file_with_the_same_effect() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(60)));
    let flags = "--validation 0.2 --near 0.7 --seed 5 --normalize nfc --shingle char:12 --augment 2 --map prompt=p \
                 --to prompt-completion --stratify length --survivor longest --max-rejected 3%";
    let text = scratch.run(&format!("config show --origin {flags}")).exits(0).stdout;
    scratch.write("shown.toml", &text);
    let again = scratch.run("config show --config shown.toml").exits(0).stdout;
    let without_comments = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split("  #").next().unwrap().trim_end().to_owned()).collect()
    };
    assert_eq!(without_comments(&text), without_comments(&again));
    let flags = flags.replace("--map prompt=p", "").replace("--to prompt-completion", "");
    scratch.run(&format!("build a.jsonl --out by-flags {flags}")).exits(0);
    let text = scratch.run(&format!("config show {flags}")).exits(0).stdout;
    scratch.write("shown.toml", &text);
    scratch.run("build a.jsonl --out by-file --config shown.toml").exits(0);
    assert_eq!(scratch.manifest("by-flags")["config"], scratch.manifest("by-file")["config"]);
    assert_eq!(scratch.tree("by-flags")["train.jsonl"], scratch.tree("by-file")["train.jsonl"]);
}

#[test]
fn what_a_build_would_refuse_is_refused() {
    let scratch = Scratch::new();
    for (flags, part) in [
        ("--profile nova-lite-stf", "did you mean `nova-lite-sft`?"),
        ("--shingle word:5", "--shingle needs --near"),
        ("--select 0", "would keep nothing"),
        ("--config gone.toml", "gone.toml"),
    ] {
        let said = scratch.run(&format!("config show {flags}")).refuses(2);
        assert!(said.contains(part), "{flags}: {said}");
    }
    assert!(scratch.run("config shwo").refuses(2).contains("'show'"));
}

/// Values that no data could have.
const WRONG: &[(&str, &str, &str)] = &[
    ("", "format", "\"convrse\""),
    ("", "max-rejected", "\"banana\""),
    ("", "max-rejected", "\"200%\""),
    ("", "threads", "2000"),
    ("", "threads", "0"),
    ("", "fail-on", "\"warn\""),
    ("", "memory-limit", "\"much\""),
    ("", "max-record-bytes", "\"8GiB\""),
    ("", "output", "[\"html=x\"]"),
    ("", "id", "\"id\""),
    ("", "severity", "{ \"schema/none\" = \"error\" }"),
    ("", "max-findings", "{ \"schema/empty-content\" = \"many\" }"),
    ("[stages.convert]", "to", "\"convers\""),
    ("[stages.convert]", "extra", "\"dorp\""),
    ("[stages.tokens]", "encoding", "\"o200k\""),
    ("[stages.tokens]", "engine", "\"fats\""),
    ("[stages.tokens]", "margin", "101"),
    ("[stages.balance]", "ratio-max", "0.5"),
    ("[stages.balance]", "ratio-max", "nan"),
    ("[stages.balance]", "cap-class", "0"),
    ("[stages.augment]", "copies", "0"),
    ("[stages.augment]", "copies", "65"),
    ("[stages.augment]", "to", "0"),
    ("[stages.split]", "select", "0"),
    ("[stages.split]", "select-tokens", "0"),
    ("[stages.split]", "validation", "0.9"),
    ("[stages.contamination]", "ngram", "2"),
    ("[stages.near]", "threshold", "0"),
    ("[[input]]\npath = \"a.jsonl\"", "format", "\"alpacca\""),
    ("[[input]]\npath = \"a.jsonl\"", "label", "\"label\""),
    ("[[input]]\npath = \"a.jsonl\"", "id", "\"id\""),
    ("[[input]]\npath = \"a.jsonl\"", "name", "\"\""),
    ("[[input]]\npath = \"a.jsonl\"", "weight", "0"),
    ("[[input]]", "path", "[]"),
    ("[[input]]", "path", "\"\""),
];

/// Each is refused where the file is read, by every command that reads it.
#[test]
fn a_bad_value_is_refused_with_its_line_by_every_command() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(30)));
    for &(table, key, value) in WRONG {
        let text = format!("{table}\n{key} = {value}\n");
        let line = text.lines().count();
        scratch.write("bedload.toml", &text);
        for command in ["config show", "check a.jsonl", "build a.jsonl --out OUT"] {
            let said = scratch.run(command).refuses(2);
            for part in ["bedload.toml: ", &format!("line {line}, "), key] {
                assert!(said.contains(part), "{command}, {text}: no {part:?} in {said}");
            }
        }
    }
}

#[test]
fn the_schema_is_json_and_knows_every_setting_that_is_shown() {
    let scratch = Scratch::new();
    let text = scratch.run("config schema").exits(0).stdout;
    let schema: Value = serde_json::from_str(&text).unwrap();
    for key in shown(&scratch, "").keys() {
        let at = format!("/properties/{}", key.replace('.', "/properties/"));
        assert!(schema.pointer(&at).is_some_and(|schema| schema["description"].is_string()), "{key}");
    }
}

/// Editors judge the file by its schema, and the program by the types that read it.
#[test]
fn the_schema_accepts_what_is_read_and_refuses_what_is_not() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(30)));
    let schema: Value = serde_json::from_str(&scratch.run("config schema").exits(0).stdout).unwrap();
    let object = |text: &str| -> Value {
        scratch.write("bedload.toml", text);
        let mut object = serde_json::json!({});
        for (key, one) in shown(&scratch, "") {
            put(&mut object, &key, one["value"].clone());
        }
        object
    };
    let set = "profile = \"nova-lite-sft\"\nmemory-limit = \"2 GiB\"\nmax-rejected = \"1%\"\nfail-on = \"note\"\n\
               severity = { \"text/*\" = \"note\" }\nmax-findings = { \"schema/empty-content\" = \"2%\" }\n\
               [stages.convert]\nto = \"converse\"\nmap = { prompt = \"q\" }\n[stages.split]\nvalidation = 0.2\n\
               stratify = [\"length\"]\n[stages.near]\nthreshold = 0.7\n[[input]]\npath = [\"a.jsonl\"]\nlabel = \"/l\"\n";
    for text in ["", set] {
        accepts(&schema, &object(text));
    }
    let mut accepted = Vec::new();
    for &(table, key, value) in WRONG {
        // What TOML and the numbers of JSON do not share, and limits that other settings set.
        if value == "nan" || value.contains(" = ") {
            continue;
        }
        let value: Value = serde_json::from_str(value).unwrap();
        let table = table.lines().next().unwrap_or_default();
        let whole = match table {
            "" => serde_json::json!({ key: value }),
            "[[input]]" => serde_json::json!({ "input": [{ key: value }] }),
            name => {
                let stage = name.trim_matches(['[', ']']).strip_prefix("stages.").unwrap();
                serde_json::json!({ "stages": { stage: { key: value } } })
            }
        };
        if errors(&schema, &whole).is_empty() {
            accepted.push(whole.to_string());
        }
    }
    // Bounds of sizes with a unit, which a pattern cannot have.
    assert_eq!(accepted, [r#"{"max-record-bytes":"8GiB"}"#]);
}

/// Sets a value under a dotted key, in lists where its parts are numbers.
fn put(object: &mut Value, key: &str, value: Value) {
    if value.is_null() {
        return;
    }
    let mut at = object;
    for part in key.split('.') {
        at = match part.parse::<usize>() {
            Ok(place) => {
                if at.is_null() {
                    *at = Value::Array(Vec::new());
                }
                let list = at.as_array_mut().unwrap();
                list.resize(list.len().max(place + 1), Value::Null);
                &mut list[place]
            }
            Err(_) => &mut at[part],
        };
    }
    *at = value;
}
