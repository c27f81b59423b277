//! Data without records never passes, whatever the settings.

use crate::scratch::Scratch;

const GOOD: &str = "{\"prompt\":\"p\",\"completion\":\"a\"}\n";

fn scratch() -> Scratch {
    let scratch = Scratch::with("empty.jsonl", "");
    scratch.write("blank.jsonl", "\n \n\n");
    scratch.write("good.jsonl", GOOD);
    scratch.write("none/.hidden.jsonl", GOOD);
    scratch.write("none/readme.txt", "text");
    scratch.write("page.jsonl", "<!DOCTYPE html><html><body>404</body></html>\n");
    scratch
}

#[test]
fn no_setting_makes_nothing_pass() {
    let scratch = scratch();
    let settings = [
        "",
        "--fail-on never",
        "--format prompt-completion --fail-on never",
        "--profile generic-sft --fail-on never",
        "--max-findings dataset/*=9 --max-findings json/*=9 --max-findings file/*=9",
        "--severity dataset/*=note --severity file/*=note --format prompt-completion --fail-on never",
    ];
    for input in ["empty.jsonl", "blank.jsonl", "empty.jsonl blank.jsonl"] {
        for flags in settings {
            scratch.run(&format!("check {input} {flags}")).exits(1);
            scratch.run(&format!("check {input} {flags} --max-rejected 100%")).exits(1);
            scratch.run(&format!("build {input} {flags} --out OUT --overwrite")).exits(1);
            scratch.run("verify OUT").exits(0);
            scratch.run("verify OUT --require-ready").exits(1);
            if !flags.contains("--profile") && !flags.contains("--format") {
                scratch.run(&format!("convert {input} {flags} --to converse --out c.jsonl")).exits(1);
            }
        }
    }
    let said = scratch.run("check empty.jsonl --fail-on never").exits(1).said();
    assert!(said.contains("exiting with 1: no record could be checked"), "{said}");
    scratch.run("check page.jsonl").exits(1);
    for command in [
        "check none",
        "check no*thing.jsonl",
        "build none --out OUT2",
        "convert none --to converse --out c.jsonl",
    ] {
        scratch.run(&format!("{command} --fail-on never")).refuses(2);
    }
}

#[test]
fn a_side_without_records_is_an_error() {
    let scratch = scratch();
    scratch.run("check good.jsonl --validation-file good.jsonl").refuses(2);
    for (args, side) in [
        ("good.jsonl --validation-file empty.jsonl", "validation"),
        ("good.jsonl --validation-file blank.jsonl --max-rejected 100%", "validation"),
        ("empty.jsonl --validation-file good.jsonl", "training"),
    ] {
        let found = scratch.run(&format!("check {args} --output-format jsonl")).exits(1).findings();
        let message = format!("there are no valid {side} records");
        assert!(found.iter().any(|finding| finding["message"] == message.as_str()), "{args}: {found:?}");
    }
    scratch.run("check good.jsonl empty.jsonl").exits(0);
}

#[test]
fn an_output_that_is_ready_passes_where_it_has_to_be_ready() {
    let scratch = scratch();
    scratch.run("build good.jsonl --out OUT").exits(0);
    scratch.run("verify OUT --require-ready").exits(0);
    scratch.run("build good.jsonl --out OUT --overwrite --profile generic-sft").exits(1);
    let said = scratch.run("verify OUT --require-ready").exits(1).said();
    assert!(
        said.contains("not ready (`--require-ready`)") && said.contains("dataset/too-few-records"),
        "{said}"
    );
}
