//! Codes, the rules that emit them and the tests that see them stay in step.

use std::fs;
use std::path::{Path, PathBuf};

use bedload_record::code::CODES;

use super::{guide, root, sources};

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["/tests/", "tests.rs", "cases.rs"].iter().any(|part| text.contains(part))
}

#[test]
fn every_code_is_emitted_by_some_rule_and_seen_by_some_test() {
    let mut files: Vec<PathBuf> = Vec::new();
    sources(&root().join("crates"), &mut files);
    let (mut rules, mut tests) = (String::new(), String::new());
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file");
        let is_table = path.to_string_lossy().contains("record/src/code");
        // Tests inside a file stand at its end.
        let (code, own_tests) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&text, ""));
        match (is_test(&path), is_table) {
            (true, _) => tests += &text,
            (false, true) => {}
            (false, false) => {
                rules += code;
                tests += own_tests;
            }
        }
    }
    tests += &fs::read_to_string(root().join("crates/stages/src/schema/cases.txt")).expect("the cases");
    for info in CODES {
        let variant = format!("{:?}", info.code);
        let is_named = |before: &str| {
            rules.match_indices(&format!("{before}{variant}")).any(|(at, found)| {
                !rules[at + found.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
            })
        };
        assert!(
            is_named("Code::") || is_named("Some("),
            "no rule emits {}: delete it, or build it",
            info.name
        );
        assert!(
            tests.contains(info.name) || tests.contains(&format!("Code::{variant}")),
            "no test sees {}",
            info.name
        );
    }
}

#[test]
fn no_code_is_named_that_does_not_exist() {
    let guide = guide();
    let areas: Vec<&str> = CODES.iter().filter_map(|info| info.name.split('/').next()).collect();
    for word in guide.split(|c: char| !(c.is_ascii_lowercase() || "/-".contains(c))) {
        if let Some((area, problem)) = word.split_once('/')
            && areas.contains(&area)
            && problem.contains('-')
        {
            assert!(CODES.iter().any(|info| info.name == word), "the guide names {word}, which is no code");
        }
    }
}
