//! `convert --fix`: what is repaired, what stays as it is, and that nothing is changed in silence.

use expect_test::expect;

use crate::scratch::{Scratch, fixture, jsonl};

/// A record of Converse, with members before and after its turns, and turns behind the first two.
fn record(n: usize, before: &str, more: &str, after: &str) -> String {
    format!(
        r#"{{"schemaVersion":"bedrock-conversation-2024",{before}"messages":[{},{}{more}]{after}}}"#,
        turn("user", &format!("question {n}")),
        turn("assistant", &format!("answer {n}"))
    )
}

fn turn(role: &str, text: &str) -> String {
    format!(r#"{{"role":"{role}","content":[{{"text":"{text}"}}]}}"#)
}

fn sound(n: usize) -> String {
    record(n, "", "", "")
}

/// Records with all that has a safe repair, and the same without it.
fn damaged() -> (Vec<u8>, Vec<u8>) {
    let lines = [
        format!("\u{feff}{}", sound(0)),
        format!("{},", sound(1)),
        record(2, r#""system":[],"#, "", ""),
        record(3, "", "", r#","toolConfig":null"#),
        format!("{}\r", sound(4)),
        String::new(),
        sound(5),
        sound(6),
        sound(7),
        "  ".to_owned(),
    ];
    (jsonl(lines), jsonl((0..8).map(sound)))
}

const TARGET: &str = "--profile nova-lite-sft";

#[test]
fn repaired_records_have_no_finding_and_no_other_byte_has_changed() {
    let (before, after) = damaged();
    let scratch = Scratch::with("a.jsonl", &before);
    assert_eq!(scratch.run(&format!("check a.jsonl {TARGET}")).code, 1);
    let diff = scratch.run(&format!("convert a.jsonl --fix --diff {TARGET}")).exits(0);
    expect![[r#"
        --- a.jsonl:1
        +++ a.jsonl:1 (repaired)
        @@ bytes 0-3 (3 to 0) @@ json/bom: byte order mark removed
        --- a.jsonl:2
        +++ a.jsonl:2 (repaired)
        @@ bytes 161-162 (1 to 0) @@ json/syntax: trailing comma removed
        --- a.jsonl:3
        +++ a.jsonl:3 (repaired)
        @@ bytes 45-57 (12 to 0) @@ disputed/empty-member: blank system prompt removed
        --- a.jsonl:4
        +++ a.jsonl:4 (repaired)
        @@ bytes 160-178 (18 to 0) @@ disputed/empty-member: null member removed
        --- a.jsonl:5
        +++ a.jsonl:5 (repaired)
        @@ bytes 161-163 (2 to 1) @@ file/crlf: line ended with LF
        --- a.jsonl:6
        +++ a.jsonl:6 (repaired)
        @@ the line @@ json/blank-line: blank line removed
        --- a.jsonl:10
        +++ a.jsonl:10 (repaired)
        @@ bytes 0-2 (2 to 0) @@ json/blank-line: blank line removed
    "#]]
    .assert_eq(&diff.stdout);
    expect![[r#"
        would repair (nothing was written)
            json/syntax                    1
            json/bom                       1
            json/blank-line                2
            file/crlf                      1
            disputed/empty-member          2
    "#]]
    .assert_eq(&diff.stderr);
    assert_eq!(scratch.names(), ["a.jsonl"]);
    let fixed =
        scratch.run(&format!("convert a.jsonl --fix --out b.jsonl --patches p.jsonl {TARGET}")).exits(0);
    expect![[r#"
        wrote b.jsonl  (converse)
          records     10 read, 8 valid, none rejected
          removed     2 blank lines
          repairs
            json/syntax                    1
            json/bom                       1
            json/blank-line                2
            file/crlf                      1
            disputed/empty-member          2
          findings
            file/crlf                 1  note
            convert/repaired          6  note  (first 5 shown)
    "#]]
    .assert_eq(&fixed.said());
    assert_eq!(String::from_utf8(scratch.read("b.jsonl")), String::from_utf8(after));
    assert_eq!(scratch.read("a.jsonl"), before);
    scratch.run(&format!("check b.jsonl {TARGET}")).exits(0);

    let again = scratch.run(&format!("convert b.jsonl --fix --unsafe-fixes --out c.jsonl {TARGET}")).exits(0);
    assert!(again.said().contains("nothing to repair"), "{}", again.said());
    assert_eq!(scratch.read("b.jsonl"), scratch.read("c.jsonl"));
    let none = scratch.run(&format!("convert b.jsonl --fix --diff {TARGET}")).exits(0);
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "nothing to repair\n"));
}

#[test]
fn patches_lead_from_the_old_file_to_the_new_one() {
    let (before, after) = damaged();
    let scratch = Scratch::with("a.jsonl", &before);
    scratch.run(&format!("convert a.jsonl --fix --out b.jsonl --patches p.jsonl {TARGET}")).exits(0);
    let shown = scratch.run(&format!("convert a.jsonl --fix --diff --output-format jsonl {TARGET}")).exits(0);
    let mut lines: Vec<Vec<u8>> = before.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    let patches = scratch.lines("p.jsonl");
    for line in patches.iter().rev() {
        let patch: serde_json::Value = serde_json::from_slice(line).unwrap();
        let number = |key: &str| usize::try_from(patch[key].as_u64().unwrap()).unwrap();
        let old = &mut lines[number("line") - 1];
        let with = vec![b'\n'; number("bytes_after")];
        old.splice(number("begin")..number("end"), with);
        if patch["line_removed"].as_bool().unwrap() {
            old.clear();
        }
        assert!(patch.get("before").is_none(), "text of records is not shown: {patch}");
    }
    assert_eq!(String::from_utf8(lines.concat()), String::from_utf8(after));
    let shown: Vec<&str> = shown.stdout.lines().collect();
    let patches: Vec<String> = patches.into_iter().map(|line| String::from_utf8(line).unwrap()).collect();
    assert_eq!(shown[..shown.len() - 1], patches);
}

#[test]
fn what_changes_the_learned_text_is_left_alone_until_it_is_asked_for() {
    let user = format!(",{}", turn("user", "and then?"));
    let blank = format!(",{},{}", turn("user", "and then?"), turn("assistant", " "));
    let lines = [
        sound(0).replace("question 0", r"question \ud83d"),
        record(1, "", &user, ""),
        record(2, "", &blank, ""),
        sound(3),
    ];
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let kept =
        scratch.run(&format!("convert a.jsonl --fix --out b.jsonl --rejected r.jsonl {TARGET}")).exits(1);
    assert!(kept.said().contains("nothing to repair"), "{}", kept.said());
    assert_eq!(scratch.read("b.jsonl"), jsonl([sound(3)]));
    assert_eq!(scratch.read("r.jsonl"), jsonl(&lines[..3]));
    let diff = format!("convert a.jsonl --fix --unsafe-fixes --diff --show-content {TARGET}");
    expect![[r#"
        --- a.jsonl:1
        +++ a.jsonl:1 (repaired)
        @@ bytes 101-107 (6 to 6) @@ json/lone-surrogate: half a surrogate pair replaced with U+FFFD (unsafe)
        -r","content":[{"text":"question \ud83d"}]},{"role":"assistant","conten
        +r","content":[{"text":"question \ufffd"}]},{"role":"assistant","conten
        --- a.jsonl:2
        +++ a.jsonl:2 (repaired)
        @@ bytes 159-208 (49 to 0) @@ schema/turn-order: unanswered turn at the end removed (unsafe)
        -"content":[{"text":"answer 1"}]},{"role":"user","content":[{"text":"and then?"}]}]}
        +"content":[{"text":"answer 1"}]}]}
        --- a.jsonl:3
        +++ a.jsonl:3 (repaired)
        @@ bytes 159-254 (95 to 0) @@ schema/empty-content: blank turn at the end removed (unsafe)
        -"content":[{"text":"answer 2"}]},{"role":"user","content":[{"text":"and then?"}]},{"role":"assistant","content":[{"text":" "}]}]}
        +"content":[{"text":"answer 2"}]}]}
    "#]].assert_eq(&scratch.run(&diff).exits(0).stdout);
    scratch.run(&format!("convert a.jsonl --fix --unsafe-fixes --out c.jsonl {TARGET}")).exits(0);
    let replaced = sound(0).replace("question 0", r"question \ufffd");
    assert_eq!(scratch.read("c.jsonl"), jsonl([replaced, sound(1), sound(2), sound(3)]));
}

#[test]
fn a_line_that_has_an_error_even_once_repaired_is_said_to_be_left() {
    let twice = sound(0).replacen('{', r#"{"messages":[],"#, 1);
    let scratch = Scratch::with("a.jsonl", jsonl([format!("\u{feff}{twice}"), sound(1)]));
    let said = "1 line could be repaired in part, but has an error all the same: left as it is\n";
    let diff = scratch.run(&format!("convert a.jsonl --fix --diff {TARGET}")).exits(0);
    assert_eq!((diff.stdout.as_str(), diff.stderr.as_str()), ("", said));
    let object =
        scratch.run(&format!("convert a.jsonl --fix --diff --output-format jsonl {TARGET}")).exits(0);
    assert_eq!(object.summary()["beyond_repair"], 1);
    let fixed = scratch.run(&format!("convert a.jsonl --fix --out b.jsonl {TARGET}")).exits(1);
    assert!(
        fixed.said().contains(&format!("  repairs     none made\n              {said}")),
        "{}",
        fixed.said()
    );
}

#[test]
fn a_list_with_a_comma_after_each_object_is_repaired() {
    let lines: Vec<String> = (0..3).map(|n| sound(n) + ",").collect();
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let refused = scratch.run("convert a.jsonl --fix=json/bom --out b.jsonl").refuses(2);
    assert!(refused.contains("remove the commas with `bedload convert FILE --fix --out NEW`"), "{refused}");
    scratch.run("convert a.jsonl --fix --out b.jsonl").exits(0);
    assert_eq!(scratch.read("b.jsonl"), jsonl((0..3).map(sound)));
    scratch.run("build a.jsonl --fix --out O").exits(0);
    assert_eq!(scratch.lines("O/train.jsonl").len(), 3);
    let chat = r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#;
    scratch.write("c.jsonl", jsonl(vec![format!("\u{feff}{chat}"); 5]));
    let fixed = scratch.run("convert c.jsonl --fix --fail-on never --out d.jsonl").exits(0);
    assert!(fixed.said().starts_with("wrote d.jsonl\n"), "no target reads the format: {}", fixed.said());
}

#[test]
fn only_the_named_codes_are_repaired() {
    let (before, _) = damaged();
    let scratch = Scratch::with("a.jsonl", &before);
    let run = scratch
        .run(&format!("convert a.jsonl --fix=json/bom,json/syntax --diff --output-format jsonl {TARGET}"));
    assert_eq!(run.exits(0).summary()["repairs"], serde_json::json!({"json/bom": 1, "json/syntax": 1}));
    let wrong = scratch.run("convert a.jsonl --fix=json/bon --out b.jsonl").exits(2);
    assert!(wrong.stderr.contains("`json/bon` has no repair"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("did you mean `json/bom`?"), "{}", wrong.stderr);
    let same = scratch.run("convert a.jsonl --fix --out b.jsonl --patches b.jsonl").exits(2);
    assert!(same.stderr.contains("--patches b.jsonl: the same file as --out"), "{}", same.stderr);
    let without = scratch.run("convert a.jsonl --out b.jsonl").exits(2);
    assert!(without.stderr.contains("or repair the records as they are with --fix"), "{}", without.stderr);
}

#[test]
fn a_file_of_which_every_line_is_damaged_is_recognized_and_converted() {
    let lines = (0..4).map(|n| format!("\u{feff}{{\"prompt\":\"q{n}\",\"completion\":\"a{n}\",}},"));
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("convert a.jsonl --to converse --out b.jsonl").exits(1);
    scratch.run("convert a.jsonl --fix --out c.jsonl").exits(0);
    scratch.run("convert c.jsonl --to converse --out d.jsonl").exits(0);
    scratch.run("convert a.jsonl --fix --to converse --out e.jsonl").exits(0);
    assert_eq!(scratch.read("d.jsonl"), scratch.read("e.jsonl"));
    assert_eq!(scratch.lines("c.jsonl")[1], br#"{"prompt":"q1","completion":"a1"}"#);
}

#[test]
fn fixtures_are_as_they_were_once_damage_is_repaired() {
    for name in ["sft.jsonl", "converse.jsonl", "preference.jsonl", "chat-rft.jsonl", "text.jsonl"] {
        let sound = fixture(name);
        let lines = sound.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let damage = lines.enumerate().map(|(n, line)| match n % 4 {
            0 => [b"\xEF\xBB\xBF", line, b"\n"].concat(),
            1 => [line, b",\n\n"].concat(),
            2 => [&line[..line.len() - 1], b",}\r\n"].concat(),
            _ => [line, b"\n"].concat(),
        });
        let scratch = Scratch::with("damaged.jsonl", damage.collect::<Vec<_>>().concat());
        scratch.run("convert damaged.jsonl --fix --out fixed.jsonl").exits(0);
        assert!(scratch.read("fixed.jsonl") == sound, "{name}");
    }
}

#[test]
fn explain_says_which_findings_have_a_repair() {
    let scratch = Scratch::new();
    let page = scratch.run("explain schema/empty-content").exits(0).stdout;
    assert!(page.contains("fix   `bedload convert --fix`: blank system prompt removed"), "{page}");
    assert!(
        page.contains("fix   `bedload convert --fix --unsafe-fixes`: blank turn at the end removed"),
        "{page}"
    );
    assert!(!scratch.run("explain json/depth").exits(0).stdout.contains("--fix"));
}
