//! The commands of the README and of the guide: each is run, with files as the pages name them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

/// The commands in the code blocks of a page, with the lines that they go on in.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Option<&str> = None;
    for line in page.replace("\\\n", "").lines() {
        match (block, line.strip_prefix("```")) {
            (None, Some(language)) => {
                block = Some(if matches!(language, "sh" | "console") { "shell" } else { "" });
            }
            (Some(_), Some(_)) => block = None,
            (Some("shell"), None) => {
                let command = line.strip_prefix("$ ").unwrap_or(line);
                found.extend(command.starts_with("bedload ").then(|| command.to_owned()));
            }
            _ => {}
        }
    }
    found
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn lines(n: usize, record: impl Fn(usize) -> Value) -> Vec<u8> {
    jsonl((0..n).map(|n| record(n).to_string()))
}

/// Files as the pages name them.
fn with_files() -> Scratch {
    let scratch = Scratch::new();
    let record = |n: usize| {
        let (answer, language) = if n.is_multiple_of(2) { ("north", "en") } else { ("south", "de") };
        json!({
            "prompt": format!("What is the capital of country number {n}?"),
            "completion": answer,
            "language": language,
        })
    };
    for (name, n) in [("data/a.jsonl", 120), ("more.jsonl", 130), ("data.jsonl", 60), ("raw.jsonl", 60)] {
        scratch.write(name, lines(n, record));
    }
    let rows: Vec<String> = (0..40).map(|n| format!("q {n},a {n},web")).collect();
    scratch.write("qa.csv", format!("question,answer,source\n{}\n", rows.join("\n")));
    scratch.write("templates.txt", "Question: {prompt}\n{prompt} Answer:\n");
    let answered = |n: usize| json!({"question": format!("q {n}"), "answer": format!("a {n}"), "q": {"text": format!("q {n}")}, "answers": [format!("a {n}")]});
    for name in ["mmlu.jsonl", "qa.jsonl"] {
        scratch.write(name, lines(30, answered));
    }
    scratch.write(
        "own-test.jsonl",
        lines(30, |n| json!({"prompt": format!("own question {n}"), "completion": "a"})),
    );
    scratch.write("turns.jsonl", lines(30, |n| json!({"sys": "s", "turns": [format!("q {n}"), "a"]})));
    scratch.write("request.json", r#"{"customModelName": "m", "jobName": "j"}"#);
    let said = |role: &str, text: String| json!({"role": role, "content": [{"text": text}]});
    let chat = |n: usize| json!({"messages": [said("user", format!("q {n}")), said("assistant", format!("a {}", n % 3))]});
    scratch.write("chat.jsonl", lines(30, chat));
    let labelled = |n: usize| json!({"prompt": format!("q {}", n / 2), "completion": format!("a {n}"), "label": n.is_multiple_of(2)});
    scratch.write("kto.jsonl", lines(30, labelled));
    scratch.write("tickets/t.jsonl", lines(40, |n| json!({"ticket": n, "thread": {"id": n / 2}, "question": {"text": format!("ticket {n}")}, "answers": ["yes"]})));
    let sharegpt = |n: usize| json!({"topic": n / 3, "category": "c", "conversations": [{"from": "human", "value": format!("post {n}")}, {"from": "gpt", "value": "reply"}]});
    scratch.write("forum/f.jsonl", lines(40, sharegpt));
    let openai = |n: usize| json!({"conversation_id": n, "user": n, "messages": [{"role": "user", "content": format!("chat {n}")}, {"role": "assistant", "content": "reply"}]});
    scratch.write("chats.jsonl.gz", crate::scratch::gzip(&lines(40, openai)));
    scratch.write("more/m.jsonl", lines(10, |n| openai(n + 100)));
    let predicted = |n: usize| json!({"prompt": format!("p {n}"), "referenceResponse": format!("{}", n % 2), "modelResponses": [{"response": "1", "modelIdentifier": "m"}]});
    for name in ["tuned.jsonl", "base.jsonl"] {
        scratch.write(name, lines(20, predicted));
    }
    scratch.run("build chat.jsonl --profile nova-micro-sft --validation 5 --pii report --out OUT");
    for name in ["OUT-1", "OUT-2", "main-OUT", "branch-OUT", "v1"] {
        scratch.run(&format!("build data --validation 10% --label-field /completion --out {name}"));
    }
    fs::create_dir(scratch.path("target")).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    std::os::unix::fs::symlink(fixtures, scratch.path("fixtures")).unwrap();
    scratch
}

/// What is told of needs an account.
fn is_online(command: &str) -> bool {
    let online = [
        "upload ",
        "deploy ",
        "job create",
        "job list",
        "job show",
        "job monitor",
        "job stop",
        "evaluate MODEL",
    ];
    command.contains("s3://bucket/raw")
        || command.contains("--out s3://")
        || online.iter().any(|words| command.starts_with(&format!("bedload {words}")))
}

#[test]
fn commands_of_the_guide_run() {
    let mut pages = vec!["README.md".to_owned()];
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let names = fs::read_dir(docs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    pages.extend(
        names
            .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "md"))
            .map(|name| format!("docs/{name}")),
    );
    pages.sort();
    let (mut n, mut failed) = (0, Vec::new());
    for name in pages {
        let text = page(&name);
        let scratch = with_files();
        if name == "docs/sources.md" {
            let table = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
            scratch.write("bedload.toml", table);
        }
        for command in commands(&text) {
            n += 1;
            let script = if is_online(&command) {
                // That it is a command, with options that it has.
                format!("{} --help", command.split(" > ").next().unwrap())
            } else {
                command.clone()
            };
            // What stands there from before is another example's.
            let out = command.split("--out ").nth(1).and_then(|rest| rest.split(' ').next());
            let clean = out.map(|out| format!("rm -rf {out}\n")).unwrap_or_default();
            let script = format!("{clean}bedload() {{ \"$BEDLOAD\" \"$@\"; }}\n{script}");
            let outcome = scratch.shell(&script);
            if ![0, 1].contains(&outcome.code) {
                failed.push(format!("{name}: {command}\nexit code {}: {}", outcome.code, outcome.stderr));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(n > 40, "{n} commands were found");
}
