//! `bedload init`: a file that works with the data that is there.

use std::fs;

use expect_test::expect;
use serde_json::json;

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

/// What a file sets, without its comments.
fn made(text: &str) -> String {
    let is_made = |line: &&str| !line.starts_with('#') && !line.is_empty();
    let lines: Vec<&str> = text.lines().filter(is_made).collect();
    // A stage without settings says nothing.
    let says = |(n, line): (usize, &&str)| {
        let is_empty =
            line.starts_with("[stages") && lines.get(n + 1).is_none_or(|next| next.starts_with('['));
        (!is_empty).then(|| format!("{line}\n"))
    };
    lines.iter().enumerate().filter_map(says).collect()
}

/// Comments in one line each.
fn unwrapped(text: &str) -> String {
    text.replace("\n# ", " ")
}

fn alpaca(n: usize) -> Vec<u8> {
    let record = |n| json!({"instruction": format!("Say {n}."), "output": format!("It is {n}."), "id": n, "category": n % 3});
    jsonl((0..n).map(|n| record(n).to_string()))
}

fn chat(n: usize) -> Vec<u8> {
    let turn = |role: &str, n: usize| json!({"role": role, "content": [{"text": format!("{role} {n}")}]});
    jsonl((0..n).map(|n| json!({"messages": [turn("user", n), turn("assistant", n)]}).to_string()))
}

fn questions(n: usize) -> Vec<u8> {
    let record = |n| json!({"question": format!("Which {n}?"), "answer": format!("{n}"), "user_id": n / 2});
    jsonl((0..n).map(|n| record(n).to_string()))
}

#[test]
fn the_sources_that_are_there_build_the_target() {
    let scratch = Scratch::with("alpaca.jsonl", alpaca(40));
    scratch.write("chat/a.jsonl", chat(30));
    scratch.write("chat/b.jsonl", chat(20));
    scratch.write("qa.jsonl", questions(20));
    scratch.write("notes.txt", "not data");
    scratch.write("old/manifest.json", "{}");
    scratch.write("old/train.jsonl", chat(1));
    let said = scratch.run("init --profile nova-lite-sft").exits(0).stderr;
    assert_eq!(
        said,
        "wrote bedload.toml: 3 sources\nnext: bedload build --out DIR, which converts the records (bedload check looks at them as they are)\n"
    );
    let text = String::from_utf8(scratch.read("bedload.toml")).unwrap();
    expect![[r#"
        profile = "nova-lite-sft"
        [stages.convert]
        to = "converse"
        extra = "drop"
        [stages.split]
        validation = 0.1
        [[input]]
        path = "alpaca.jsonl"
        name = "alpaca"
        format = "alpaca"
        label = "/category"
        [[input]]
        path = "chat"
        format = "converse"
        [[input]]
        path = "qa.jsonl"
        name = "qa"
        map = { completion = "answer", prompt = "question" }
    "#]]
    .assert_eq(&made(&text));
    assert!(text.contains("#group-by = [\"/user_id\"]\n"), "{text}");
    assert!(text.contains("#id = \"/id\"\n"), "{text}");
    assert!(unwrapped(&text).contains("`bedload build` is the gate"), "{text}");
    scratch.run("build --out out").exits(0);
    let counts = &scratch.manifest("out")["counts"];
    // The files of `chat` begin with the same records.
    assert_eq!(
        (&counts["read"], &counts["duplicates"], &counts["rejected"]),
        (&110.into(), &20.into(), &0.into())
    );
    scratch.run("config show --origin").exits(0);
}

#[test]
fn what_is_named_is_described_by_kind() {
    let scratch = Scratch::with("data/a.jsonl", jsonl(plain(30)));
    scratch.write("data/b.jsonl", chat(30));
    scratch.write("data/c.jsonl", jsonl(plain(30)));
    let text = scratch.run("init data - --stdout").exits(0).stdout;
    expect![[r#"
        [[input]]
        path = ["data/a.jsonl", "data/c.jsonl"]
        name = "data"
        format = "prompt-completion"
        [[input]]
        path = "data/b.jsonl"
        name = "b"
        format = "converse"
        [[input]]
        path = "-"
    "#]]
    .assert_eq(&made(&text));
    assert_eq!(scratch.names(), ["data"]);
}

#[test]
fn a_few_records_that_cannot_be_converted_do_not_change_the_way() {
    let scratch = Scratch::new();
    let said = String::from_utf8(alpaca(6)).unwrap() + "{\"instruction\":\"i\",\"output\":7}\n";
    scratch.write("a.jsonl", said);
    let text = scratch.run("init --profile nova-lite-sft --stdout").exits(0).stdout;
    assert!(unwrapped(&text).contains("but for 1 of them, which are rejected."), "{text}");
    assert!(made(&text).contains("to = \"converse\""), "{text}");
}

#[test]
fn a_file_for_clean_data_checks_and_builds() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(60)));
    let said = scratch.run("init --profile generic-sft").exits(0).stderr;
    assert!(said.ends_with("next: bedload check, then bedload build --out DIR\n"), "{said}");
    scratch.run("check").exits(0);
    scratch.run("build --out out").exits(0);
    assert_eq!(scratch.manifest("out")["counts"]["validation"], 6);
}

#[test]
fn an_existing_file_is_replaced_only_when_asked() {
    let scratch = Scratch::with("bedload.toml", "seed = 1\n");
    let said = scratch.run("init").refuses(2);
    assert!(said.contains("bedload.toml exists") && said.contains("--overwrite"), "{said}");
    assert_eq!(scratch.read("bedload.toml"), b"seed = 1\n");
    assert_eq!(made(&scratch.run("init --stdout").exits(0).stdout), "");
    scratch.run("init --overwrite").exits(0);
    assert_eq!(made(&String::from_utf8(scratch.read("bedload.toml")).unwrap()), "");
    fs::remove_file(scratch.path("bedload.toml")).unwrap();
    for (args, part) in [
        ("init --profile nova-lite-stf", "did you mean `nova-lite-sft`?"),
        ("init --stdout --overwrite", "--overwrite"),
    ] {
        let said = scratch.run(args).refuses(2);
        assert!(said.contains(part), "{args}: {said}");
    }
    scratch.run("init gone.jsonl").refuses(3);
    assert!(scratch.names().is_empty());
}

#[test]
fn names_of_files_and_data_do_not_reach_the_file_unescaped() {
    let name = "a \"b\" \u{1b}[31m\n[stages.split].jsonl";
    let scratch = Scratch::with(name, jsonl(plain(40)));
    scratch.run("init --profile generic-sft").exits(0);
    let text = String::from_utf8(scratch.read("bedload.toml")).unwrap();
    assert!(!text.contains('\u{1b}'), "{text}");
    scratch.run("build --out out").exits(0);
    assert_eq!(scratch.manifest("out")["counts"]["read"], 40);
    // A key of the data is in the file only where its name is one of a few, or plain and ends in `id`.
    let odd = |n: usize| json!({"prompt": format!("p {n}"), "completion": "c", "hush \u{1b} id": n});
    scratch.write("odd.jsonl", jsonl((0..9).map(|n| odd(n).to_string())));
    assert!(!scratch.run("init odd.jsonl --stdout").exits(0).stdout.contains("hush"));
}

#[test]
fn many_files_of_a_kind_are_one_source_with_a_glob() {
    let scratch = Scratch::new();
    for n in 0..40 {
        scratch.write(format!("part-{n:02}.jsonl"), jsonl(plain(5)));
    }
    scratch.write("qa.jsonl", questions(20));
    for n in 0..5 {
        scratch.write(format!("data/chat-{n}.jsonl"), chat(4));
        scratch.write(format!("data/{n}.jsonl"), alpaca(4));
    }
    let text = scratch.run("init --stdout").exits(0).stdout;
    expect![[r#"
        [stages.convert]
        to = "prompt-completion"
        extra = "drop"
        [[input]]
        path = ["data/0.jsonl", "data/1.jsonl", "data/2.jsonl", "data/3.jsonl", "data/4.jsonl"]
        name = "data"
        format = "alpaca"
        [[input]]
        path = "data/chat-*.jsonl"
        name = "chat"
        format = "converse"
        [[input]]
        path = "part-*.jsonl"
        name = "part"
        format = "prompt-completion"
        [[input]]
        path = "qa.jsonl"
        name = "qa"
        map = { completion = "answer", prompt = "question" }
    "#]]
    .assert_eq(&made(&text));
    scratch.run("init").exits(0);
    let said = scratch.run("config show").exits(0).stdout;
    assert!(said.contains("part-*.jsonl"), "{said}");
    // What a shell makes of a glob is the same source.
    let named = (0..40).map(|n| format!("part-{n:02}.jsonl")).collect::<Vec<_>>().join(" ");
    expect![[r#"
        [[input]]
        path = "part-*.jsonl"
        name = "part"
        format = "prompt-completion"
    "#]]
    .assert_eq(&made(&scratch.run(&format!("init --stdout {named}")).exits(0).stdout));
}

#[test]
fn a_glob_matches_no_file_of_another_kind() {
    let scratch = Scratch::new();
    for name in ["a", "b", "c", "d"] {
        scratch.write(format!("{name}.jsonl"), jsonl(plain(5)));
    }
    scratch.write("e.jsonl", chat(4));
    let text = scratch.run("init --stdout").exits(0).stdout;
    expect![[r#"
        [[input]]
        path = ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl"]
        name = "prompt-completion"
        format = "prompt-completion"
        [[input]]
        path = "e.jsonl"
        name = "e"
        format = "converse"
    "#]]
    .assert_eq(&made(&text));
}

#[test]
fn a_target_that_bounds_validation_records_says_why_none_are_set() {
    let scratch = Scratch::with("a.jsonl", chat(40));
    let said = |profile: &str| scratch.run(&format!("init --stdout --profile {profile}")).exits(0).stdout;
    let text = unwrapped(&said("llama-3.3-70b-sft"));
    assert!(text.contains("Left out: the target takes at most 1000 validation records"), "{text}");
    assert!(unwrapped(&said("nova-2-lite-sft")).contains("Left out: the target takes no validation file."));
    assert!(!unwrapped(&said("nova-lite-sft")).contains("Left out"));
}

#[test]
fn a_directory_without_data_is_told_what_to_name() {
    let scratch = Scratch::new();
    let said = scratch.run("init").exits(0).stderr;
    assert_eq!(
        said,
        "wrote bedload.toml: no inputs found\nnext: bedload check FILE, or name the data in [[input]] tables of the file\n"
    );
}

#[test]
fn pairs_are_not_made_single_answers_in_silence() {
    let pair = |n: usize| json!({"prompt": format!("Say {n}."), "chosen": format!("{n}"), "rejected": "no"});
    let scratch = Scratch::with("pairs.jsonl", jsonl((0..40).map(|n| pair(n).to_string())));
    let said = scratch.run("init --profile nova-lite-sft").exits(0).stderr;
    let note = "only the preferred answers of pairs.jsonl are kept, because the target holds no pairs; without `extra = \"drop\"` their records are rejected";
    assert!(said.contains(&format!("\nnote: {note}\n")), "{said}");
    let text = unwrapped(&String::from_utf8(scratch.read("bedload.toml")).unwrap());
    assert!(text.contains(&format!("Note: {note}.\nextra = \"drop\"")), "{text}");
    assert!(text.contains("preference; converted to converse with the preferred answers only."), "{text}");
    let kept = scratch.run("init --profile generic-preference --overwrite").exits(0).stderr;
    assert!(!kept.contains("note:"), "{kept}");
}

#[test]
fn labelled_answers_are_to_be_paired_first_or_are_records_of_their_own() {
    let answers = |n: usize| json!({"prompt": format!("q {}", n / 2), "completion": format!("a {n}"), "label": n.is_multiple_of(2)});
    let scratch = Scratch::with("kto.jsonl", jsonl((0..40).map(|n| answers(n).to_string())));
    let run = scratch.run("init --profile generic-preference").exits(0);
    assert!(
        run.stderr.contains("next: bedload convert kto.jsonl --to preference --out FILE"),
        "{}",
        run.stderr
    );
    let text = String::from_utf8(scratch.read("bedload.toml")).expect("UTF-8");
    assert!(text.contains("`bedload convert` makes pairs of them") && !text.contains("\nlabel = "), "{text}");
    scratch.run("convert kto.jsonl --to preference --out pairs.jsonl").exits(0);
    scratch.run("init --profile generic-sft --overwrite kto.jsonl").exits(0);
    let text = String::from_utf8(scratch.read("bedload.toml")).expect("UTF-8");
    assert!(text.contains("converted to prompt-completion, but for 20 of them"), "{text}");
    scratch.run("build --out OUT").exits(1);
    assert_eq!(scratch.lines("OUT/rejected.jsonl").len(), 20);
}
