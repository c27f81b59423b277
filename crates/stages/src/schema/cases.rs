//! The table of cases: what each target says of a record, on both sides of every rule.

use bedload_bedrock::{Catalogue, Profile, TextBuffer};
use bedload_record::Parser;

use super::*;

/// Writes out the abbreviations of the table, from the innermost.
fn expand(mut line: String) -> String {
    while let Some(close) = line.find('»') {
        let open = line[..close].rfind('«').expect("an abbreviation begins before it ends");
        let inner = line[open + '«'.len_utf8()..close].to_owned();
        let (name, rest) = inner.split_once(' ').unwrap_or((&inner, ""));
        let or = |default: &str| if rest.is_empty() { default.to_owned() } else { rest.to_owned() };
        let message = |role: &str, content: String| format!(r#"{{"role":"{role}","content":{content}}}"#);
        let block = |text: String| format!(r#"[{{"text":"{text}"}}]"#);
        let string = |text: String| format!(r#""{text}""#);
        let media = |kind: &str| {
            let (format, uri) = rest.split_once(' ').expect("a format and a place");
            format!(
                r#"{{"{kind}":{{"format":"{format}","source":{{"s3Location":{{"uri":"{uri}","bucketOwner":"123456789012"}}}}}}}}"#
            )
        };
        let written = match (name, rest) {
            ("U", _) => message("user", block(or("u"))),
            ("A", _) => message("assistant", block(or("a"))),
            ("UB", blocks) => message("user", format!("[{blocks}]")),
            ("AB", blocks) => message("assistant", format!("[{blocks}]")),
            ("u", _) => message("user", string(or("u"))),
            ("a", _) => message("assistant", string(or("a"))),
            ("s", _) => message("system", string(or("s"))),
            ("V", _) => r#""schemaVersion":"bedrock-conversation-2024""#.to_owned(),
            ("IMG", _) => media("image"),
            ("VID", _) => media("video"),
            ("DOC", _) => media("document"),
            ("TOOL", tool) => {
                format!(
                    r#"{{"toolSpec":{{"name":"{tool}","description":"d","inputSchema":{{"json":{{"type":"object"}}}}}}}}"#
                )
            }
            ("FN", function) => format!(
                r#"{{"type":"function","function":{{"name":"{function}","description":"d","parameters":{{"type":"object","properties":{{}}}}}}}}"#
            ),
            ("CALLS", _) => r#""toolConfig":{"tools":[«TOOL f»]}"#.to_owned(),
            ("USE", call) => {
                let (id, tool) = call.split_once(' ').expect("an id and a name");
                format!(r#"{{"toolUse":{{"toolUseId":"{id}","name":"{tool}","input":{{}}}}}}"#)
            }
            ("RES", id) => format!(r#"{{"toolResult":{{"toolUseId":"{id}","content":[{{"text":"r"}}]}}}}"#),
            ("PAIR", _) => {
                let candidate = |text: &str, label: &str| {
                    format!(r#"{{"content":[{{"text":"{text}"}}],"preferenceLabel":"{label}"}}"#)
                };
                let both = [candidate("x", "preferred"), candidate("y", "non-preferred")].join(",");
                format!(r#"{{"role":"assistant","candidates":[{both}]}}"#)
            }
            (count, "IMG") => vec!["«IMG png s3://bucket/a.png»"; count.parse().expect("a count")].join(","),
            (count, text) => text.repeat(count.parse().expect("a known abbreviation")),
        };
        line.replace_range(open..close + '»'.len_utf8(), &written);
    }
    line
}

fn codes(profile: &Arc<Profile>, line: &str) -> Vec<&'static str> {
    let format = profile.formats().next().expect("a format");
    let texts = TextBuffer::default();
    let schema = Schema::new(Some(Arc::clone(profile)), Weights::Error);
    Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.unwrap_or_else(|_| panic!("valid JSON: {line}"));
        let record = Record::new(format, line.as_bytes(), json, &texts);
        let mut short = Findings::codes_only();
        schema.check(&record, &mut short);
        let mut full = Findings::in_full();
        schema.check(&record, &mut full);
        assert_eq!(short.codes(), full.codes(), "codes do not depend on how much is kept");
        let full = full.into_full();
        for finding in &full {
            let source = finding.source.as_deref().unwrap_or_default();
            assert!(source.contains('('), "{}: a rule has a source and a date: {source:?}", finding.code);
            let is_disputed = finding.code.name().starts_with("disputed/");
            assert_eq!(is_disputed, source.contains("; but not "), "both sources of a dispute: {source}");
        }
        let mut codes: Vec<_> = full.iter().map(|finding| finding.code.name()).collect();
        codes.sort_unstable();
        codes
    })
}

#[test]
fn every_case_has_its_verdict() {
    let catalogue = Catalogue::built_in();
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in include_str!("cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut parts = line.splitn(3, " | ");
        let mut next = || parts.next().unwrap_or_else(|| panic!("three parts: {line}"));
        let (profile, expected, record) = (next(), next(), next());
        let mut expected: Vec<&str> = expected.split(' ').filter(|code| *code != "ok").collect();
        expected.sort_unstable();
        let profile = catalogue.get(profile).expect("a profile");
        let found = codes(&profile, &expand(record.to_owned()));
        cases += 1;
        if found != expected {
            wrong.push(format!("{line}\n    found {}", found.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 400, "the table is whole: {cases}");
}
