//! No text of a record is printed unasked, and nothing of a record or a file name reaches a terminal raw.

use expect_test::expect;

use crate::corpus::{labelled, record};
use crate::outcome::Outcome;
use crate::scratch::{Scratch, jsonl};

const CANARY: &str = "CANARY7741";

/// Lines with the canary wherever a record can hold text, and with every fault around it.
fn canaries() -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = [
        r#"{"prompt":"CANARY7741 asked","completion":"CANARY7741 answered at length, which no label is"}"#,
        r#"{"prompt":"CANARY7741","completion":""}"#,
        r#"{"prompt":"CANARY7741","completion":7}"#,
        r#"{"prompt":"CANARY7741"}"#,
        r#"{"prompt":"CANARY7741","prompt":"CANARY7741"}"#,
        r#"{"prompt":"CANARY7741","completion":"c","CANARY7741":{"CANARY7741":1e999}}"#,
        r#"{"prompt":"CANARY7741","completion":"c","CANARY7741":99999999999999999999}"#,
        r#"{"prompt":"CANARY7741 \ud800","completion":"CANARY7741\u0000"}"#,
        r#"{"prompt":"CANARY7741","completion":"CANARY7741",}"#,
        r#"{"prompt":"CANARY7741"#,
        r#"CANARY7741"#,
        r#""CANARY7741""#,
        r#"{"CANARY7741":1,"CANARY7741":2}"#,
        r#"{"PROMPT":"CANARY7741","CANARY7741":"x","completion":"CANARY7741 again, and a little longer"}"#,
    ]
    .map(|line| line.as_bytes().to_vec())
    .into();
    lines.push(b"{\"prompt\":\"CANARY7741\xFF\",\"completion\":\"CANARY7741\"}".to_vec());
    lines.push(b"\xEF\xBB\xBF{\"prompt\":\"CANARY7741\"}".to_vec());
    lines.push("{\"prompt\":\"CANARY7741\"}".encode_utf16().flat_map(u16::to_le_bytes).collect());
    let deep = format!(r#"{{"prompt":"CANARY7741","CANARY7741":{}"#, r#"{"CANARY7741":"#.repeat(200));
    lines.push(deep.into_bytes());
    lines
}

fn is_silent(outcome: &Outcome) {
    assert!(!outcome.stdout.contains(CANARY), "{}", outcome.stdout);
    assert!(!outcome.stderr.contains(CANARY), "{}", outcome.stderr);
}

#[test]
fn record_text_is_not_printed_unless_it_is_asked_for() {
    let lines = canaries();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    for flags in ["", "--output-format jsonl", "--profile generic-sft", "--max-record-bytes 20", "--strict"] {
        is_silent(&scratch.run(&format!("check a.jsonl {flags}")));
        is_silent(&scratch.run(&format!("build a.jsonl --out o --overwrite {flags}")));
    }
    is_silent(&scratch.run("check a.jsonl --format text --skip tokens"));
    is_silent(&scratch.run("build a.jsonl --out o --overwrite --validation 1 --augment 3"));
    is_silent(&scratch.run("verify o"));
    let manifest = String::from_utf8(scratch.read("o/manifest.json")).unwrap();
    assert!(!manifest.contains(CANARY));
    for line in 1..=lines.len() {
        let format = if line % 2 == 0 { "text" } else { "jsonl" };
        is_silent(&scratch.run(&format!("explain a.jsonl:{line} --skip tokens --output-format {format}")));
    }
    let shown = scratch.run("check a.jsonl --format prompt-completion --skip tokens --show-content").exits(1);
    assert!(shown.stdout.contains(CANARY));
}

#[test]
fn labels_have_names_where_the_user_named_their_field_or_asked_for_content() {
    let answers = [("yes", 6), ("no", 3), (CANARY, 3)];
    let scratch = Scratch::with("a.jsonl", jsonl(labelled(&answers)));
    let run = |flags: &str| {
        let outcome = scratch.run(&format!("build a.jsonl --out o --overwrite --skip tokens {flags}"));
        let lines = outcome.stderr.lines().skip_while(|line| !line.contains("  labels "));
        let shown = lines.take_while(|line| !line.contains("  findings") && !line.contains("  time "));
        shown.flat_map(|line| [&line[2..], "\n"]).collect::<String>()
    };
    let hidden = expect![[r#"
          labels      3 classes
                          read      train  validation
            class 1          6          6           0
            class 2          3          3           0
            class 3          3          3           0
            label names are record text; --label-field or --show-content shows them
    "#]];
    hidden.assert_eq(&run(""));
    let named = expect![[r#"
          labels      3 classes
                             read      train  validation
            yes                 6          6           0
            CANARY7741          3          3           0
            no                  3          3           0
    "#]];
    named.assert_eq(&run("--label-field /completion"));
    assert!(run("--show-content").contains(CANARY));
    is_silent(&scratch.run("build a.jsonl --out o --overwrite --skip tokens --output-format jsonl"));
    // Where labels are counted as a facet, too.
    for command in ["build a.jsonl --out o --overwrite", "check a.jsonl"] {
        let counted = format!("{command} --skip tokens --balance label");
        let said = scratch.run(&counted);
        assert!(said.stderr.contains("    class 2"), "{}", said.stderr);
        is_silent(&said);
        assert!(scratch.run(&format!("{counted} --label-field /completion")).stderr.contains(CANARY));
    }
}

#[test]
fn configuration_and_damage_do_not_quote_the_data() {
    let scratch = Scratch::with("a.jsonl", jsonl(vec![format!("{{\"{CANARY}\":\"{CANARY}\"}}"); 3]));
    is_silent(&scratch.run("check a.jsonl"));
    is_silent(&scratch.run("build a.jsonl --out o"));
    is_silent(&scratch.run("check a.jsonl --profile generic-preference"));
    scratch.write("o/manifest.json", format!("{{\"tool\":\"{CANARY}\",\"{CANARY}\":1}}"));
    is_silent(&scratch.run("verify o"));
}

/// Whether a character could change how a terminal shows what follows, or hide there.
fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_tame(outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        assert!(!text.contains(is_hostile), "{}", text.escape_debug());
    }
}

const HOSTILE: &str = "x\u{1b}]0;t\u{7}\u{1b}[31m\u{7f}\u{9b}1m\u{202e}\u{200b}\u{feff}";

/// Good and bad records in which every text is hostile: as escapes, and where JSON allows none, raw.
fn hostile_records() -> Vec<String> {
    let escaped = HOSTILE.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007");
    let good = |prompt: &str| format!("{{\"prompt\":\"{prompt}\",\"completion\":\"{escaped}\"}}");
    let mut lines: Vec<String> = (0..20).map(|n| good(&n.to_string())).collect();
    lines.extend((0..20).map(|n| record(&format!("q{n}"), "plain")));
    lines.extend([
        HOSTILE.to_owned(),
        format!("{{\"prompt\":\"{HOSTILE}\"}}"),
        format!("{{\"{escaped}\":1e999,\"prompt\":\"{escaped}\"}}"),
        format!("{{\"prompt\":\"{escaped}\",\"completion\":\"\",\"a\":\"{escaped}\"}}"),
    ]);
    lines
}

/// Runs every command that could show a part of a record.
fn show_records(output: &str) {
    let lines = hostile_records();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let flags = format!("--skip tokens --show-content --format prompt-completion --output-format {output}");
    is_tame(&scratch.run(&format!("check a.jsonl {flags}")));
    let built = scratch.run(&format!("build a.jsonl --out o {flags}"));
    is_tame(&built);
    assert!(built.stderr.contains("labels      2 classes"), "the hostile label is shown: {}", built.stderr);
    for line in [1, 41, 42, 43, 44] {
        is_tame(&scratch.run(&format!("explain a.jsonl:{line} {flags}")));
    }
}

#[test]
fn hostile_text_of_records_is_escaped() {
    show_records("text");
}

#[test]
fn hostile_text_of_records_is_escaped_in_objects_too() {
    show_records("jsonl");
}

/// Runs every command that could show the name of a file.
fn show_names(output: &str) {
    let scratch = Scratch::new();
    let name = format!("{HOSTILE}\n.jsonl");
    scratch.write(&name, jsonl([record("p", ""), record("p", "c")]));
    scratch.write("empty\u{1b}c.jsonl", "");
    let run = |args: &[&str]| {
        let flags = ["--output-format", output];
        is_tame(&scratch.run_args(&args.iter().chain(&flags).collect::<Vec<_>>()));
    };
    run(&["check", ".", "--skip", "tokens"]);
    run(&["check", &name, &name]);
    run(&["check", &format!("gone{name}")]);
    run(&["check", &format!("*{HOSTILE}*")]);
    run(&["explain", &format!("{name}:1"), "--skip", "tokens"]);
    run(&["explain", &format!("{name}:9"), "--skip", "tokens"]);
    run(&["explain", HOSTILE]);
    let out = format!("o{HOSTILE}");
    run(&["build", &name, "--out", &out, "--skip", "tokens"]);
    run(&["build", &name, "--out", &out, "--skip", "tokens"]);
    scratch.write(format!("{out}/{HOSTILE}"), "");
    run(&["verify", &out]);
    run(&["verify", &format!("gone{HOSTILE}")]);
    run(&["check", ".", "--profile", HOSTILE]);
    scratch.write("bedload.toml", format!("\"{}\" = 1", HOSTILE.replace(char::is_control, "")));
    run(&["check", "."]);
}

#[test]
fn hostile_names_of_files_are_escaped() {
    show_names("text");
}

#[test]
fn hostile_names_of_files_are_escaped_in_objects_too() {
    show_names("jsonl");
}
