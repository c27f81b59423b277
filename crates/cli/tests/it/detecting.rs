//! What is said of data whose keys do not fit the format that it looks like.

use crate::scratch::{Scratch, jsonl};

fn repeated(line: &str, count: usize) -> Vec<u8> {
    jsonl((0..count).map(|n| line.replace('#', &n.to_string())))
}

/// The command that a finding of a check names, between backquotes.
fn named_command(text: &str) -> String {
    let at = text.find("`bedload convert").unwrap_or_else(|| panic!("no command: {text}"));
    let command = text[at + 1..].split('`').next().expect("it ends").to_owned();
    command.trim_start_matches("bedload ").replace("INPUT", "a.jsonl").replace("FILE", "c.jsonl")
}

#[test]
fn a_key_that_carries_the_answer_is_not_ignored_in_silence() {
    for (line, format) in [
        (r#"{"input": "q #", "output": "a #"}"#, "input"),
        (r#"{"prompt": "q #", "response": "a"}"#, "prompt"),
        (r#"{"prompt": "q #", "Answer": "a", "id": #, "url": "u"}"#, "prompt"),
        (r#"{"prompt": "q #", "response": "a", "metadata": {"x": 1}}"#, "prompt"),
        (r#"{"text": "t #", "label": "good"}"#, "text"),
        (r#"{"text": "t #", "summary": "s"}"#, "text"),
        (r#"{"prompt": "q #", "completion": "a", "system": "s"}"#, "prompt-completion"),
        (r#"{"prompt": "q #", "completion": "a", "rejected": "b"}"#, "prompt-completion"),
    ] {
        let scratch = Scratch::with("a.jsonl", repeated(line, 5));
        let run = scratch.run("check a.jsonl --skip tokens --fail-on warning --output-format jsonl").exits(1);
        let found = run.findings();
        assert_eq!(found.len(), 1, "{line}: {}", run.stdout);
        assert_eq!(
            (&found[0]["code"], &found[0]["severity"]),
            (&"dataset/ignored-keys".into(), &"warning".into())
        );
        assert_eq!(run.summary()["format"], format);
        scratch.run("check a.jsonl --skip tokens").exits(0);
        // The command that it names works, for every record.
        let command = named_command(found[0]["message"].as_str().expect("a message"));
        scratch.run(&command).exits(0);
        assert_eq!(scratch.lines("c.jsonl").len(), 5, "{command}");
    }
    // Answers under one key here and another there.
    let lines = (0..40).map(|n| {
        let key = ["answer", "response", "output"][n % 3];
        format!(r#"{{"prompt": "same", "{key}": "a {n}"}}"#)
    });
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let run = scratch.run("check a.jsonl --skip tokens --fail-on warning").exits(1);
    assert!(
        run.stdout.contains("`answer` in 14, `output` in 13, `response` in 13; first at a.jsonl:1"),
        "{}",
        run.stdout
    );
    scratch.run("build a.jsonl --out o --skip tokens");
    assert_eq!(scratch.lines("o/train.jsonl").len(), 40, "records with different answers are no duplicates");
    // Keys that no list knows are counted, not named.
    let scratch = Scratch::with("a.jsonl", repeated(r#"{"prompt": "q #", "antwort": "a b c"}"#, 5));
    let run = scratch.run("check a.jsonl --skip tokens --fail-on warning").exits(1);
    assert!(run.stdout.contains("5 of 5 valid records have text under keys"), "{}", run.stdout);
    assert!(!run.stdout.contains("antwort"), "{}", run.stdout);
    // An answer beside a conversation.
    let line = r#"{"messages": [{"role": "user", "content": "q #"}], "response": "a"}"#;
    let scratch = Scratch::with("a.jsonl", repeated(line, 5));
    let run = scratch.run("check a.jsonl --skip tokens --fail-on warning").exits(1);
    assert!(run.stdout.contains("5 of 5 valid records have content that the format claude-messages has no field for (`response` in 5;"), "{}", run.stdout);
    // With a profile.
    let scratch = Scratch::with("a.jsonl", repeated(r#"{"input": "q #", "output": "a"}"#, 5));
    let run = scratch.run("check a.jsonl --skip tokens --profile generic-cpt");
    assert!(run.stdout.contains("warning[dataset/ignored-keys]"), "{}", run.stdout);
    let run = scratch.run("check a.jsonl --skip tokens --profile generic-sft").exits(1);
    assert!(run.stdout.contains("--map prompt=input,completion=output"), "{}", run.stdout);
    // In a few records, further on than the format is looked for, in any file, and with a few keys alike.
    let scratch = Scratch::with("a.jsonl", repeated(r#"{"prompt": "q #"}"#, 3000));
    let tail = [
        repeated(r#"{"prompt": "p #"}"#, 1500),
        repeated(r#"{"prompt": "r #", "answer_1": "a", "Reply": "b"}"#, 2),
    ];
    scratch.write("b.jsonl", tail.concat());
    let expected = "2 of 4,502 valid records have content that the format prompt has no field for (`Reply` in 2, keys \
                    with \"answer\" in 2; first at b.jsonl:1501)";
    for command in
        ["check a.jsonl b.jsonl", "check a.jsonl --validation-file b.jsonl", "build a.jsonl b.jsonl --out o"]
    {
        let run = scratch.run(&format!("{command} --skip tokens"));
        assert!(run.stdout.contains(expected), "{command}: {}", run.stdout);
    }
    // What the fields have is not lost, wherever it is repeated; and the user's word counts.
    let scratch =
        Scratch::with("a.jsonl", repeated(r#"{"prompt": "q #", "completion": "a", "context": "c"}"#, 5));
    scratch.run("check a.jsonl --skip tokens --fail-on warning").exits(1);
    scratch.run("check a.jsonl --skip tokens --fail-on warning --format prompt-completion").exits(0);
    let repeated_context = repeated(r#"{"prompt": "c: q #", "completion": "a", "context": "c"}"#, 5);
    scratch.write("a.jsonl", repeated_context);
    scratch.run("check a.jsonl --skip tokens --fail-on warning").exits(0);
    // A label that the user named is no surprise.
    let scratch = Scratch::with("a.jsonl", repeated(r##"{"text": "t #", "label": "l"}"##, 5));
    let run = scratch.run("build a.jsonl --out o --skip tokens --label-field /label --output-format jsonl");
    assert_eq!(run.by_code().get("dataset/ignored-keys"), None, "{}", run.stdout);
}

#[test]
fn data_with_all_that_its_format_wants_raises_no_alarm() {
    let more = r#""id": #, "source": "s", "lang": "en", "url": "u", "meta": {"a": 1}, "zz": "some words""#;
    for line in [
        r#"{"prompt": "q #", "completion": "a", MORE}"#,
        r#"{"prompt": "q #", "completion": "a", "label": "x", MORE}"#,
        r#"{"prompt": "q #", "chosen": "a", "rejected": "b", MORE}"#,
        r#"{"text": "t #", MORE}"#,
        r#"{"prompt": "q #", "id": #, "source": "s", "lang": "en", "url": "u"}"#,
        r#"{"prompt": "q #", "response": null}"#,
        r#"{"messages": [{"role": "user", "content": "q #"}], "reference_answer": "a", "answer": "a", MORE}"#,
        r#"{"messages": [{"role": "user", "content": [{"text": "q #"}]}, {"role": "assistant", "content": [{"text": "a"}]}]}"#,
        r#"{"messages": [{"role": "user", "content": "q #"}, {"role": "assistant", "content": "a"}]}"#,
    ] {
        let scratch = Scratch::with("a.jsonl", repeated(&line.replace("MORE", more), 5));
        let run = scratch.run("check a.jsonl --skip tokens --output-format jsonl");
        let names: Vec<String> =
            run.by_code().keys().filter(|code| code.starts_with("dataset/")).cloned().collect();
        assert_eq!(names, Vec::<String>::new(), "{line}");
    }
}

#[test]
fn records_of_other_tools_that_are_not_converted_are_named_with_what_to_do() {
    for (line, name) in [
        (r#"{"prompt": "q #", "responses": ["a", "b"]}"#, "prompts with a list of answers"),
        (
            r#"{"schemaType": "ModelInvocationLog", "modelId": "m", "input": {"inputBodyJson": {}}, "output": {"outputBodyJson": {}}}"#,
            "Bedrock invocation logs",
        ),
    ] {
        let scratch = Scratch::with("a.jsonl", repeated(line, 5));
        let run = scratch.run("check a.jsonl --skip tokens").exits(1);
        let first = run.stdout.lines().next().expect("a finding");
        assert!(
            first.starts_with("error[dataset/wrong-format]: the 5 records examined at the beginning are "),
            "{first}"
        );
        assert!(first.contains(name) && !first.contains("--to converse "), "{first}");
        for flags in ["", "--extra drop"] {
            let said =
                scratch.run(&format!("convert a.jsonl --to converse --out c.jsonl {flags}")).refuses(2);
            assert!(said.contains("which bedload cannot convert"), "{said}");
        }
        assert_eq!(scratch.names(), ["a.jsonl"]);
    }
    // Under a name that does not tell, each record is refused rather than cut short.
    let line = r#"{"conversations": [{"from": "human", "value": "q #"}], "chosen": {"from": "gpt", "value": "g"}, "rejected": {"from": "gpt", "value": "b"}}"#;
    let scratch = Scratch::with("a.jsonl", repeated(line, 5));
    let convert = "convert a.jsonl --format sharegpt --to converse --extra drop --out c.jsonl";
    scratch.run(convert).exits(1);
    assert_eq!(scratch.names(), ["a.jsonl"]);
}

#[test]
fn a_conversion_is_advised_only_where_it_works() {
    let calls = r#"{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q #"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "1"}]}]}"#;
    let scratch = Scratch::with("a.jsonl", repeated(calls, 5));
    let run = scratch.run("check a.jsonl --skip tokens").exits(1);
    assert!(
        run.stdout.contains("`bedload convert` rejects the data: a tool call must have a `function`"),
        "{}",
        run.stdout
    );
    let ids = r#"{"instruction": "q #", "output": "a", "id": #}"#;
    scratch.write("a.jsonl", repeated(ids, 5));
    let run = scratch.run("check a.jsonl --skip tokens").exits(1);
    scratch.run(&named_command(&run.stdout)).exits(0);
    assert_eq!(scratch.lines("c.jsonl").len(), 5);
    // What is asked is not thrown away on our advice.
    scratch.write("a.jsonl", repeated(r#"{"question": "q #", "context": "c", "answer": "a"}"#, 5));
    let run = scratch.run("check a.jsonl --skip tokens").exits(1);
    assert!(
        run.stdout.contains("join `context` with the prompt first; then `bedload convert"),
        "{}",
        run.stdout
    );
    // Flat records of no format, by their keys.
    for line in
        [r#"{"question": "q #", "answer": "a"}"#, r#"{"Question": "q #", "chosen": "a", "rejected": "b"}"#]
    {
        scratch.write("a.jsonl", repeated(line, 5));
        let run = scratch.run("check a.jsonl --skip tokens").exits(1);
        scratch.run(&format!("{} --overwrite", named_command(&run.stdout))).exits(0);
        assert_eq!(scratch.lines("c.jsonl").len(), 5, "{line}");
    }
}

#[test]
fn records_that_differ_in_content_outside_the_format_are_no_duplicates() {
    for key in ["email", "transcript", "options", "context", "nachricht", "functions", "messages"] {
        let line = |n: usize| {
            let value = match key {
                "options" => format!(r#"["x {n}", "y"]"#),
                "functions" => format!(r#"[{{"name": "f{n}"}}]"#),
                "messages" => format!(r#"[{{"role": "user", "content": "hello {n}"}}]"#),
                _ => format!(r#""the text of number {n}""#),
            };
            format!(r#"{{"prompt": "Classify.", "completion": "spam", "{key}": {value}}}"#)
        };
        let scratch = Scratch::with("a.jsonl", jsonl((0..9).map(line)));
        scratch.run("build a.jsonl --out o --skip tokens").exits(0);
        assert_eq!(scratch.lines("o/train.jsonl").len(), 9, "{key}");
        scratch.write("b.jsonl", jsonl((9..18).map(line)));
        let run = scratch.run("check a.jsonl --validation-file b.jsonl --skip tokens --output-format jsonl");
        assert_eq!(run.by_code().get("split/leaked-record"), None, "{key}: {}", run.stdout);
    }
    // What is void, or about the record, tells nothing apart.
    let more = [
        r#""context": null"#,
        r#""context": """#,
        r#""context": []"#,
        r#""language_code": "de""#,
        r#""x": 7"#,
    ];
    let lines = more.iter().map(|more| format!(r#"{{"prompt": "q", "completion": "a", {more}}}"#));
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    scratch.run("build a.jsonl --out o --skip tokens").exits(0);
    assert_eq!(scratch.lines("o/train.jsonl").len(), 1);
}

#[test]
fn no_command_is_advised_that_discards_what_is_lost() {
    for (line, advised) in [
        (r#"{"prompt": "q #", "completion": "a", "reasoning": "since r"}"#, "put it into the fields"),
        (
            r#"{"prompt": "q #", "completion": "a", "context": "c"}"#,
            "join `context` with the prompt first; then",
        ),
        (r#"{"prompt": "q #", "answer": "a", "tool_calls": [1]}"#, "put it into the fields"),
        (
            r#"{"problem": "p", "solution": "s", "generations": ["g"], "messages": [{"role": "user", "content": "q"}]}"#,
            "put it into the messages",
        ),
    ] {
        let scratch = Scratch::with("a.jsonl", repeated(line, 5));
        let run = scratch.run("check a.jsonl --skip tokens");
        assert!(run.stdout.contains(advised), "{line}: {}", run.stdout);
    }
    let lines = [
        repeated(r#"{"prompt": "q #", "completion": "a"}"#, 30),
        repeated(r#"{"prompt": "q #", "completion": "a", "context": "c"}"#, 20),
    ];
    let scratch = Scratch::with("a.jsonl", lines.concat());
    let run = scratch.run("check a.jsonl --skip tokens");
    assert!(run.stdout.contains("join `context` with the prompt first"), "{}", run.stdout);
}

#[test]
fn a_flag_is_no_rejected_answer() {
    let line = r#"{"messages": [{"role": "user", "content": "q #"}, {"role": "assistant", "content": "a"}], "rejected": false}"#;
    let scratch = Scratch::with("a.jsonl", repeated(line, 5));
    let run = scratch.run("check a.jsonl --skip tokens --fail-on warning --output-format jsonl").exits(0);
    assert_eq!(run.summary()["format"], "claude-messages");
}

#[test]
fn a_summary_says_what_was_not_checked_and_why_the_run_failed() {
    let scratch = Scratch::with("a.jsonl", repeated(r#"{"question": "q #", "answer": "a"}"#, 3));
    let run = scratch.run("check a.jsonl --skip tokens").exits(1);
    assert!(
        run.stderr.contains("3 read, 0 rejected; format unknown, so fields were not checked"),
        "{}",
        run.stderr
    );
    scratch.write("a.jsonl", repeated(r#"{"prompt": "q #", "answer": "a"}"#, 3));
    let run = scratch.run("check a.jsonl --skip tokens --fail-on warning").exits(1);
    assert!(run.stderr.contains("exiting with 1: warnings present"), "{}", run.stderr);
    // An array has to be converted before its name matters.
    let array = br#"[{"prompt": "q", "completion": "a"}]"#;
    scratch.write("a.json", array);
    let run = scratch.run(
        "check a.json --array --skip tokens --profile nova-lite-sft --format converse --output-format jsonl",
    );
    assert_eq!(run.by_code().get("dataset/file-name"), None, "{}", run.stdout);
}

#[test]
fn preference_data_of_other_tools_is_converted_as_advised() {
    for line in [
        r#"{"conversations": [{"from": "human", "value": "q #"}], "chosen": {"from": "gpt", "value": "g"}, "rejected": {"from": "gpt", "value": "b"}}"#,
        r#"{"input": {"messages": [{"role": "user", "content": "q #"}]}, "preferred_output": [{"role": "assistant", "content": "g"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]}"#,
        r#"{"prompt": [{"role": "user", "content": "q #"}], "chosen": [{"role": "assistant", "content": "g"}], "rejected": [{"role": "assistant", "content": "b"}]}"#,
        r#"{"instruction": "q #", "input": "", "chosen": "g", "rejected": "b"}"#,
        r#"{"messages": [{"role": "user", "content": "q #"}, {"role": "assistant", "content": "g"}], "rejected_response": "b"}"#,
        r#"{"prompt": "q #", "responses": ["b", "g"], "scores": [1, 2]}"#,
    ] {
        let scratch = Scratch::with("a.jsonl", repeated(line, 5));
        let run = scratch.run("check a.jsonl --skip tokens").exits(1);
        let first = run.stdout.lines().next().expect("a finding");
        assert!(first.contains("--to preference --out") && first.contains("converts the data"), "{first}");
        scratch.run("convert a.jsonl --to preference --out p.jsonl").exits(0);
        let first = String::from_utf8(scratch.lines("p.jsonl")[0].clone()).expect("UTF-8");
        assert!(
            first.starts_with(r#"{"prompt":"q "#) && first.ends_with(r#","chosen":"g","rejected":"b"}"#),
            "{first}"
        );
        scratch.run("check p.jsonl --skip tokens").exits(0);
    }
}
