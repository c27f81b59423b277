//! The visit of an accepted record takes no memory: a million records would take a million times as much of it, and
//! most of the time.

use std::ffi::OsString;
use std::fs;

use bedload_bedrock::{Catalogue, Format};
use bedload_record::{InputId, Severities, Terminator};
use bedload_scan::{DiscoverOptions, ScanOptions, discover};
use bedload_stages::Stages;

use super::*;
use crate::run::settings::{Settings, ShardLimits};

/// How often memory is asked for when each line is visited again: for `check`, and for its facts.
fn allocations(format: &str, profile: &str, lines: &[&str]) -> [u64; 2] {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("in.jsonl");
    fs::write(&path, lines.join("\n")).expect("written");
    let inputs = discover(&[OsString::from(&path)], &DiscoverOptions::default()).expect("found");
    let mut stages = Stages::default();
    stages.tokens.enabled = false;
    let settings = Settings {
        profile: Some(Catalogue::built_in().get(profile).expect("a profile")),
        format: Some(Format::from_name(format).expect("a format")),
        tokenizer: None,
        stages,
        sources: Vec::new(),
        source_paths: Vec::new(),
        id: None,
        seed: 0,
        severities: Severities::default(),
        show_content: false,
        scan: ScanOptions::default(),
        temp_dir: None,
        facts: None,
        from_reports: Vec::new(),
        memory_limit: None,
        repair: None,
        evaluation: false,
        max_rejected: None,
        shards: ShardLimits::default(),
    };
    let (rules, _) = Rules::new(&settings, &inputs).expect("rules");
    let mut examiner = Examiner::new(&rules);
    let mut findings = Findings::in_full();
    let mut labels = Interner::new(100);
    let mut visit = |wants_facts: bool| {
        for line in lines {
            let bytes = line.as_bytes();
            let line = Physical {
                input: Some(InputId::new(0)),
                start: 0,
                len: bytes.len() as u64,
                terminator: Terminator::Lf,
                bytes: Some(bytes),
            };
            if wants_facts {
                assert!(
                    examiner.facts(&line, Names { labels: &mut labels, values: &mut [] }).accepted,
                    "{line:?}"
                );
                continue;
            }
            findings.next_record();
            examiner.examine(&line, Wanted::Groups, None, &mut findings).expect("a record");
            // As `check` does with findings that nobody will see.
            findings.codes().iter().for_each(|code| findings.mute(code));
        }
    };
    [false, true].map(|wants_facts| {
        // Buffers grow to the longest record, and labels are met for the first time.
        visit(wants_facts);
        allocation_counter::measure(|| visit(wants_facts)).count_total
    })
}

#[test]
fn a_visit_takes_no_memory() {
    let long = format!(r#"{{"prompt":"{}","completion":"a\nb \"c\" \u00e9 😀"}}"#, "x y ".repeat(2000));
    let decimals = r#"{"prompt":"p","chosen":"c","rejected":"r","score":0.5}"#;
    let conversation = |before: &str| {
        let turns: Vec<String> = (0..20)
            .map(|n| {
                let role = if n % 2 == 0 { "user" } else { "assistant" };
                format!(r#"{{"role":"{role}","content":[{{"text":"turn {n}: \"x\"\n"}}]}}"#)
            })
            .collect();
        format!(r#"{{{before}"system":[{{"text":"s"}}],"messages":[{}]}}"#, turns.join(","))
    };
    let versioned = conversation(r#""schemaVersion":"bedrock-conversation-2024","#);
    let unversioned = conversation("");
    let with_tools = {
        let tool = |n: usize| {
            format!(
                r#"{{"toolSpec":{{"name":"f{n}","description":"d","inputSchema":{{"json":{{"type":"object"}}}}}}}}"#
            )
        };
        let tools: Vec<String> = (0..9).map(tool).collect();
        let turns: Vec<String> = (0..9)
            .map(|n| {
                format!(
                    r#"{{"role":"user","content":[{{"text":"u"}}]}},
                    {{"role":"assistant","content":[{{"toolUse":{{"toolUseId":"id{n}","name":"f{n}","input":{{"k":["v",1]}}}}}}]}},
                    {{"role":"user","content":[{{"toolResult":{{"toolUseId":"id{n}","content":[{{"text":"r"}}]}}}}]}},
                    {{"role":"assistant","content":[{{"text":"a"}}]}}"#
                )
            })
            .collect();
        let line = format!(
            r#"{{"schemaVersion":"bedrock-conversation-2024","messages":[{}],"toolConfig":{{"tools":[{}]}}}}"#,
            turns.join(","),
            tools.join(",")
        );
        line.replace('\n', "")
    };
    let candidates = r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"s"}],"messages":[{"role":"user","content":[{"text":"u"}]},{"role":"assistant","candidates":[{"content":[{"text":"x"}],"preferenceLabel":"preferred"},{"content":[{"text":"y"}],"preferenceLabel":"non-preferred"}]}]}"#;
    let chat = r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"reference_answer":"r","tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}]}"#;
    for (format, profile, lines) in [
        (
            "prompt-completion",
            "generic-sft",
            &[
                r#"{"prompt":"p","completion":"yes"}"#,
                &long,
                r#"{ "completion" : "no", "prompt" : "p", "id" : 7 }"#,
            ][..],
        ),
        ("preference", "generic-preference", &[decimals]),
        ("text", "generic-cpt", &[r#"{"text":"a document\nof lines"}"#]),
        ("converse", "nova-lite-sft", &[&versioned, &unversioned]),
        ("converse", "nova-2-lite-sft", &[&with_tools]),
        ("converse-preference", "nova-lite-dpo", &[candidates]),
        ("chat-rft", "nova-2-lite-rft", &[chat]),
    ] {
        assert_eq!(allocations(format, profile, lines), [0, 0], "{format}");
    }
}
