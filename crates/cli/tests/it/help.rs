//! What the program says of itself: examples that run, names that may be meant, completions and manual pages.

use serde_json::json;

use crate::corpus::plain;
use crate::scratch::{Scratch, fixture, gzip, jsonl};

/// The lines of examples in the help of a command.
fn examples(scratch: &Scratch, command: &str) -> Vec<String> {
    let help = scratch.run(&format!("{command} --help")).exits(0).stdout;
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    examples.replace("\\\n", "").lines().map(|line| line.trim().to_owned()).collect()
}

/// Files as the examples name them.
fn with_files() -> Scratch {
    let scratch = Scratch::with("train.jsonl", jsonl(plain(300)));
    let turn = |role: &str, n: usize| json!({"role": role, "content": format!("{role} says {n}")});
    let chat =
        jsonl((0..20).map(|n| json!({"messages": [turn("user", n), turn("assistant", n)]}).to_string()));
    let labelled =
        |n: usize| json!({"prompt": format!("p {n}"), "completion": "c", "category": n % 2}).to_string();
    let qa = |n: usize| json!({"question": format!("q {n}"), "answer": format!("a {n}")}).to_string();
    scratch.write("data/a.jsonl", jsonl((0..40).map(labelled)));
    scratch.write("chat/b.jsonl", &chat);
    scratch.write("extra.jsonl", &chat);
    scratch.write("val.jsonl", jsonl(plain(9)));
    scratch.write("raw.jsonl", jsonl(plain(200)));
    scratch.write("raw.jsonl.gz", gzip(&jsonl(plain(30))));
    scratch.write("chat.jsonl", chat);
    scratch.write("qa.jsonl", jsonl((0..9).map(qa)));
    let pair = |n: usize| json!({"text": format!("some text {n}"), "tokens": 3}).to_string();
    scratch.write("pairs.jsonl", jsonl((0..30).map(pair)));
    let answer = |n: usize| json!({"prompt": "p", "referenceResponse": format!("{}", n % 2), "modelResponses": [{"response": "1", "modelIdentifier": "m"}], "label": "1", "answer": "1"});
    for name in ["tuned.jsonl", "base.jsonl", "out.jsonl"] {
        scratch.write(name, jsonl((0..20).map(|n| answer(n).to_string())));
    }
    scratch
        .run("build chat.jsonl data --to converse --extra drop --profile nova-lite-sft --out OUT")
        .exits(0);
    for (dir, seed) in [("OUT-1", 1), ("OUT-2", 2)] {
        scratch.run(&format!("build train.jsonl --seed {seed} --validation 10% --out {dir}")).exits(0);
    }
    let said = |role: &str, text: String| json!({"role": role, "content": [{"text": text}]});
    let answer = |n: usize| ["yes", "no"][n % 2].to_owned();
    let named = |n: usize| {
        json!({"id": n, "messages": [said("user", format!("q {n}")), said("assistant", answer(n))]})
            .to_string()
    };
    scratch.write("old.jsonl", jsonl((0..20).map(named)));
    scratch.write("new.jsonl", jsonl((0..22).map(named)));
    scratch.write("DIR/a", "");
    scratch
}

#[test]
fn examples_run() {
    let scratch = with_files();
    for command in [
        "",
        "init",
        "check",
        "build",
        "convert",
        "verify",
        "compare",
        "clean",
        "profiles",
        "calibrate",
        "explain",
        "hyperparameters",
        "cost",
        "config show",
        "config schema",
        "completions",
        "man",
    ] {
        for line in examples(&scratch, command) {
            // What needs other programs, or a place of the user's own, is not run as it stands.
            if line.starts_with("aws ") || line.contains("~/") {
                continue;
            }
            let line = line.replace(" | man -l -", "");
            let out = line.replace("--out OUT", "--out OUT2");
            let script = format!(
                "rm -rf bedload.toml OUT2 converse.jsonl sft.jsonl rejected.jsonl\nbedload() {{ \"$BEDLOAD\" \"$@\"; }}\n{out}"
            );
            let outcome = scratch.shell(&script);
            assert!([0, 1].contains(&outcome.code), "{out}: {} {}", outcome.code, outcome.stderr);
        }
    }
}

#[test]
fn names_that_are_mistyped_are_answered_with_what_may_be_meant() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(40)));
    let build = "build a.jsonl --out o";
    for (args, meant) in [
        ("chekc a.jsonl", "'check'"),
        ("check a.jsonl --profil generic-sft", "'--profile'"),
        ("check a.jsonl --profile generic-stf", "`generic-sft`"),
        ("profiles nova-lite-stf", "`nova-lite-sft`"),
        ("check a.jsonl --format prompt-completoin", "`prompt-completion`"),
        ("check a.jsonl --encoding o200k", "`o200k_base`"),
        ("check a.jsonl --token-engine fats", "`fast`"),
        ("check a.jsonl --skip dedup", "`dedupe`"),
        ("check a.jsonl --balance lable", "`label`"),
        ("check a.jsonl --balance lengt", "`length`"),
        ("check a.jsonl --fail-on warnin", "'warning'"),
        ("check a.jsonl --severity schema/empty-contnet=error", "`schema/empty-content`"),
        ("check a.jsonl --severity schema/empty-content=eror", "`error`"),
        ("explain schema/empty-contnet", "`schema/empty-content`"),
        ("check a.jsonl --pii reprot", "exists: 'report'"),
        ("check a.jsonl --pii report --pii-kinds emial", "`email`"),
        ("check a.jsonl --weights dorp", "exists: 'drop'"),
        ("check a.jsonl --eval-set a.jsonl --eval-hits flga", "exists: 'flag'"),
        ("check a.jsonl --output-format jsnol", "'jsonl'"),
        ("check a.jsonl --output jsnol=x", "`jsonl`"),
        ("check a.jsonl --color alwyas", "'always'"),
        ("check a.jsonl --tokenizer a.jsonl --tokenizer-pattern o200", "`o200k`"),
        (&format!("{build} --to convers"), "`converse`"),
        (&format!("{build} --to converse --extra dorp"), "`drop`"),
        (&format!("{build} --to converse --map promt=prompt"), "`prompt`"),
        (&format!("{build} --augment 2 --augment-strategy prefx"), "exists: 'prefix'"),
        (&format!("{build} --augment 2 --augment-mode balnce"), "exists: 'balance'"),
        (&format!("{build} --normalize casefol"), "exists: 'casefold'"),
        (&format!("{build} --survivor longst"), "`longest`"),
        (&format!("{build} --survivor higest:/score"), "`highest`"),
        (&format!("{build} --near 0.8 --near-engine exat"), "exists: 'exact'"),
        (&format!("{build} --near 0.8 --near-fields promt"), "exists: 'prompt'"),
        (&format!("{build} --conflicts majorty"), "exists: 'majority'"),
        (&format!("{build} --stratify sorce"), "`source`"),
        (&format!("{build} --group-by recrod"), "`record`"),
        ("job plna x", "'plan'"),
        ("config shwo", "'show'"),
        ("completions bsh", "'bash'"),
    ] {
        let said = scratch.run(args).refuses(2);
        assert!(said.contains(meant), "{args}: {said}");
    }
    for (file, meant) in [
        ("sede = 1", "`seed`"),
        ("[stages.neer]\nthreshold = 0.8", "`near`"),
        ("[stages.near]\ntreshold = 0.8", "`threshold`"),
        ("[stages.near]\nengine = \"exat\"", "`exact`"),
        ("[stages.augment]\nstrategies = [\"prefx\"]", "`prefix`"),
        ("[stages.balance]\nby = [\"sorce\"]", "`source`"),
        ("[stages.tokens]\nengine = \"fats\"", "`fast`"),
        ("[[input]]\npath = \"a.jsonl\"\nformat = \"alpca\"", "`alpaca`"),
        ("[[input]]\npath = \"a.jsonl\"\nlable = \"/x\"", "`label`"),
        ("profile = \"generic-stf\"", "`generic-sft`"),
        ("fail-on = \"warnin\"", "`warning`"),
    ] {
        scratch.write("bedload.toml", file);
        let said = scratch.run("check a.jsonl").refuses(2);
        assert!(said.contains(&format!("did you mean {meant}?")), "{file}: {said}");
    }
}

#[test]
fn completions_know_commands_and_options() {
    let scratch = Scratch::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let script = scratch.run(&format!("completions {shell}")).exits(0).stdout;
        for word in ["group-near", "hyperparameters", "completions", "origin"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let scratch = Scratch::new();
    let asked = "\"$BEDLOAD\" completions bash > c && . ./c && COMP_WORDS=(bedload che) COMP_CWORD=1 && \
                 _bedload bedload che bedload && echo \"${COMPREPLY[@]}\"";
    scratch.write("ask", asked);
    let outcome = scratch.shell("bash ask");
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("check\n", 0), "{}", outcome.stderr);
}

#[test]
fn every_command_has_a_manual_page() {
    let scratch = Scratch::with("a.jsonl", fixture("sft.jsonl"));
    scratch.run("man --out pages/man1").exits(0);
    let pages = scratch.tree("pages/man1");
    for name in ["bedload", "bedload-check", "bedload-config-show", "bedload-job-plan", "bedload-man"] {
        let page = String::from_utf8_lossy(&pages[&format!("{name}.1")]);
        assert!(page.contains(&format!(".TH {name} 1")), "{name}");
        assert!(page.contains(".SH NAME"), "{name}");
    }
    assert!(!pages.contains_key("bedload-help.1"));
    let main = scratch.run("man").exits(0).stdout;
    assert_eq!(main.as_bytes(), pages["bedload.1"]);
    scratch.write("file", "");
    assert!(scratch.run("man --out file").refuses(3).contains("file"));
}
