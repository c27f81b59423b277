//! Strings that break what shows them, and readers that tell whether one did.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::schema::accepts;
use crate::scratch::{Scratch, jsonl};

/// Strings of all kinds: controls, directions, invisible and wide characters, markup, links, quotes, separators of
/// tables and properties, and commands to runners of workflows.
pub(crate) const STRINGS: &[&str] = &[
    "",
    " ",
    "\t",
    "\u{0}",
    "\u{7}\u{8}\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{9b}1m",
    "\u{7f}",
    "line\nfeed",
    "carriage\r\nreturn",
    "\u{b}\u{c}\u{85}\u{2028}\u{2029}",
    "\u{202e}gnp.exe",
    "\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
    "zero\u{200b}width\u{200d}\u{2060}\u{feff}",
    "\u{e0001}\u{e0041}\u{e007f}",
    "\u{fff9}\u{fffb}\u{fffe}\u{ffff}",
    "\u{ad}soft",
    "é e\u{301} Z\u{351}\u{30d}\u{312}\u{363}",
    "漢字仮名交じり文",
    "👨\u{200d}👩\u{200d}👧 🇩🇪 👍🏽",
    "مرحبا שלום",
    "::error::injected",
    "  ::stop-commands::token",
    "::add-mask::a",
    "a\n::error file=x,line=1::injected",
    "a%0A::error::b",
    "##[error]injected",
    "x ##[group]y",
    "##vso[task.setvariable variable=a]b",
    "%25 %0A %3A",
    "a,b:c=d;e",
    "| a | b |",
    "\\|",
    "\\\\|",
    "|---|\n|---|",
    "`code`",
    "``` fence",
    "`|`",
    "a`b",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</failure></testcase>",
    "]]>",
    "<![CDATA[",
    "<!-- comment -->",
    "&lt;&amp;&#0;&bogus;",
    "<?xml version=\"1.0\"?>",
    "\"quoted\" 'quoted'",
    "[link](javascript:alert(1))",
    "![image](https://example.com/x.png)",
    "https://example.com/ www.example.com",
    "@everyone @user #1 GH-1",
    "# heading",
    "- [ ] task",
    "</details>",
    "$(touch x) `touch x` ${x}",
    "; rm -rf x",
    "../../etc/passwd",
    "C:\\Windows\\x",
    "{{template}} ${{ secrets.X }}",
    "{\"json\":[1,2]}",
    "\\u0000 \\ud800",
    "%s %n %x",
    "null",
    "-1e999",
    "=1+1",
    "' OR 1=1 --",
];

/// Directories of data with all of these as prompt, answer, key, label and name of a file.
pub(crate) fn scratches() -> Vec<Scratch> {
    let of = |strings: &[&str]| {
        let scratch = Scratch::new();
        for (n, text) in strings.iter().enumerate() {
            let lines = [
                json!({"prompt": text, "completion": text, "label": text}).to_string(),
                json!({"prompt": "", "completion": text, "label": text}).to_string(),
                json!({"prompt": "p", "completion": "", *text: text}).to_string(),
                format!("{{{}:1e999,\"prompt\":1}}", json!(text)),
                (*text).to_owned(),
            ];
            let name: String = text.chars().filter(|c| !matches!(c, '/' | '\0')).take(40).collect();
            // Names that begin with a dot are not read.
            scratch.write(
                format!("{}{name}{n}.jsonl", if name.starts_with('.') { "x" } else { "" }),
                jsonl(lines),
            );
        }
        scratch
    };
    STRINGS.chunks(17).map(of).collect()
}

/// A log that the schema of SARIF 2.1.0 accepts.
#[track_caller]
pub(crate) fn validated(text: &str) -> Value {
    static SCHEMA: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(include_str!("data/sarif-schema-2.1.0.json")).unwrap());
    let log: Value = serde_json::from_str(text).unwrap();
    accepts(&SCHEMA, &log);
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let locations = result["locations"].as_array().unwrap();
        assert!((1..=100).contains(&locations.len()), "{result}");
        for location in locations {
            let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let is_fine = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
            assert!(uri.chars().all(is_fine), "{uri}");
        }
    }
    log
}

/// The suites of a `JUnit` file, a line each with its cases.
#[track_caller]
pub(crate) fn suites(text: &str) -> String {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = document.root_element();
    let number =
        |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let is = |name: &'static str| move |node: &roxmltree::Node<'_, '_>| node.has_tag_name(name);
    let mut out = String::new();
    let (mut tests, mut failures) = (0, 0);
    for suite in root.children().filter(is("testsuite")) {
        let cases: Vec<String> = suite
            .children()
            .filter(is("testcase"))
            .map(|case| {
                let failed = case.children().any(|node| node.has_tag_name("failure"));
                format!("{}{}", case.attribute("name").unwrap(), if failed { " FAILED" } else { "" })
            })
            .collect();
        let failed = cases.iter().filter(|case| case.ends_with(" FAILED")).count();
        assert_eq!((number(suite, "tests"), number(suite, "failures")), (cases.len(), failed));
        tests += cases.len();
        failures += failed;
        out += &format!("{}: {}\n", suite.attribute("name").unwrap(), cases.join(", "));
    }
    assert_eq!((number(root, "tests"), number(root, "failures")), (tests, failures));
    out
}

/// The commands in a log, as the runner of a workflow finds them: every line of the form has to be one.
#[track_caller]
pub(crate) fn annotations(text: &str) -> Vec<&str> {
    let is_annotation =
        |line: &&str| ["::error ", "::warning ", "::notice "].iter().any(|name| line.starts_with(name));
    let found: Vec<&str> = text.lines().filter(is_annotation).collect();
    assert_eq!(found.len(), text.lines().count(), "{text}");
    found
}

/// The rows of the tables in a page, each by its cells, as a reader splits them: at each bar that no backslash escapes.
pub(crate) fn cells(page: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let (mut cells, mut cell, mut escaped) = (Vec::new(), String::new(), false);
        for c in line.chars() {
            match c {
                '|' if !escaped => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
            escaped = c == '\\' && !escaped;
        }
        cells.push(cell);
        // What is before the first bar and after the last.
        cells[1..cells.len() - 1].to_vec()
    };
    page.lines().filter(|line| line.starts_with('|')).map(row).collect()
}

/// Asserts that no character changes how a terminal shows what follows, and that no line is a command.
#[track_caller]
pub(crate) fn is_tame(text: &str) {
    is_tame_but_for_commands(text);
    let command = text.lines().find(|line| line.trim_start().starts_with("::"));
    assert_eq!(command, None);
}

/// The same for a form that consists of commands.
#[track_caller]
pub(crate) fn is_tame_but_for_commands(text: &str) {
    let is_hostile = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    if let Some(at) = text.find(is_hostile) {
        panic!("{}", text[at.saturating_sub(80)..].chars().take(160).collect::<String>().escape_debug());
    }
    assert!(!text.contains("##["), "{text}");
}
