//! Pages as a whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn the_policy_allows_the_style_sheet_and_nothing_else() {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    expect_test::expect_file!["style.sha256"].assert_eq(&format!("{hash}\n"));
    let html = render(&Page::default());
    let policy =
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    let policy = policy.replace('\'', "&#39;");
    assert!(html.contains(&policy) || html.contains(&policy.replace("&#39;", "'")), "{}", &html[..600]);
}

#[test]
fn a_page_of_nothing_says_so() {
    let html = render(&Page::default());
    for sentence in ["The inputs have no lines.", "No findings", "No lengths", "nothing to split"] {
        assert!(html.contains(sentence), "{sentence}");
    }
    assert!(!html.contains("NaN") && !html.contains("inf"));
}

/// The names of all elements and of their attributes, in order, as a browser's tokenizer finds them.
fn elements(html: &str) -> Vec<String> {
    let (_, body) = html.split_once("</style>").expect("a style sheet");
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let after = &rest[at + 1..];
        let begins = after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        rest = after;
        if !begins {
            continue;
        }
        let name: String = after.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect();
        rest = &after[name.len()..];
        let mut element = name;
        // Attributes end with the element: a `>` in a quoted value is none.
        let mut quote = None;
        let mut word = String::new();
        for (place, c) in rest.char_indices() {
            match (quote, c) {
                (Some(mark), c) if c == mark => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '>') => {
                    rest = &rest[place + 1..];
                    break;
                }
                (None, '=') => {
                    element += &format!(" {}", word.trim());
                    word.clear();
                }
                (None, c) => word.push(c),
            }
        }
        found.push(element);
    }
    found
}

/// A page that has a text wherever data can have one.
fn page_of(text: &str) -> Page {
    let text = || text.to_owned();
    let example =
        tables::Example { file: Some(text()), line: Some("1".to_owned()), column: None, message: text() };
    let classes =
        |name: Option<String>| tables::Classes { all: 1, shown: vec![(name, [3, 2, 1, 1, 0])], rest: [0; 5] };
    let tables = Tables {
        findings: vec![tables::CodeRows {
            code: text(),
            severity: text(),
            n: 3,
            slices: vec![1, 2],
            first: vec![example],
        }],
        labels: Some(classes(Some(text()))),
        balance: vec![tables::Facet { name: text(), values: classes(Some(text())), without: [1; 5] }],
        duplicates: Some(tables::Alike {
            removed: 1,
            survivors: 1,
            largest: vec![tables::Cluster { file: text(), line: 1, removed: 1 }],
            sizes: vec![1],
            similarity: vec![0; 101],
        }),
        contamination: Some(tables::Matches {
            rows: 1,
            records: 1,
            by_method: [(text(), 1)].into(),
            by_file: [(text(), 1)].into(),
            coverage: vec![1; 11],
            first: vec![std::array::from_fn(|_| text())],
        }),
        personal: Some(tables::Personal { rows: 1, records: 1, kinds: [(text(), [1, 0, 0])].into() }),
        numbers: vec![("records_read".to_owned(), format!("source:{}", text()), 3.0)],
        ..Tables::default()
    };
    let between = Shared { sides: [text(), text()], keys: vec![(text(), 0)], similar_pairs: Some(1) };
    Page {
        title: text(),
        about: vec![("profile".to_owned(), text())],
        profile: Some(text()),
        reasons: vec![text(), format!("json/syntax: {}", text())],
        counts: Counts { read: 3, train: 2, validation: 1, ..Counts::default() },
        certificate: Some(Certificate {
            between: vec![between],
            similarity: None,
            fields_not_in_files: vec![text()],
        }),
        inputs: vec![InputLine { name: text(), source: Some(text()), records: 3 }],
        files: vec![FileLine { path: text(), sha256: text(), ..FileLine::default() }],
        config: text(),
        cost: Some((text(), text())),
        tables,
        ..Page::default()
    }
}

fn assert_harmless(text: &str) {
    let harmless = elements(&render(&page_of("x")));
    let html = render(&page_of(text));
    assert_eq!(elements(&html), harmless, "{text:?}");
    let is_shown = |c: char| !c.is_control() || c == '\n';
    assert!(html.chars().all(is_shown) && !html.contains(['\u{202e}', '\u{200b}', '\u{feff}']), "{text:?}");
}

#[test]
fn hostile_texts_are_no_elements_and_no_attributes() {
    assert!(elements(&render(&page_of("x"))).len() > 200);
    for text in [
        "<script>alert(1)</script>",
        "\" onload=\"alert(1)\" x=\"",
        "' onload='alert(1)",
        "</title></style></script></code></svg><img src=x onerror=alert(1)>",
        "<!-- ",
        "--> <![CDATA[ ",
        "&lt;b&gt; &#60;b&#62; &quot; onload=x",
        "a\u{202e}b\u{0}\u{7}\u{1b}[31m\u{200b}\u{feff}\u{9b}\r\n\t",
        "javascript:alert(1)",
        "<",
        "",
    ] {
        assert_harmless(if text.is_empty() { "-" } else { text });
    }
}

proptest::proptest! {
    #[test]
    fn no_text_is_an_element_or_an_attribute(text in "[<>\"'&=/ a-c!;#\\-\u{202e}\u{7}\u{9b}]{1,24}") {
        assert_harmless(&text);
    }
}

#[test]
fn a_page_has_a_bound() {
    let long = "x".repeat(1000);
    let mut page = page_of(&long);
    page.inputs = vec![page.inputs[0].clone(); 10_000];
    page.files = vec![page.files[0].clone(); 10_000];
    page.reasons = vec![long.clone(); 1000];
    page.config = format!("{long}\n").repeat(10_000);
    page.tables.findings = vec![page.tables.findings[0].clone(); 200];
    page.tables.numbers =
        (0..10_000).map(|n| ("records_read".to_owned(), format!("source:{n}{long}"), 1.0)).collect();
    page.tables.balance = vec![page.tables.balance[0].clone(); 100];
    assert!(render(&page).len() < 1_000_000, "{}", render(&page).len());
}

#[test]
fn a_loss_is_in_the_verdict() {
    let page = |rejected| Page {
        is_ready: true,
        counts: Counts { read: 100, train: 100 - rejected, rejected, ..Counts::default() },
        ..Page::default()
    };
    let little = render(&page(4));
    assert!(little.contains("class=\"verdict ready\"") && !little.contains("of the lines were rejected"));
    let much = render(&page(48));
    assert!(
        much.contains("class=\"verdict lossy\"")
            && much.contains(", but 48.0\u{a0}% of the lines were rejected")
    );
    assert!(render(&page(0)).contains("no lines"));
}

#[test]
fn what_comes_next_has_all_that_it_needs() {
    let page = |profile: &str, models: &[&str]| Page {
        is_ready: true,
        profile: Some(profile.to_owned()),
        models: models.iter().map(|&model| model.to_owned()).collect(),
        files: vec![FileLine { path: "train.jsonl".to_owned(), ..FileLine::default() }],
        ..Page::default()
    };
    let generic = render(&page("generic-sft", &[]));
    assert!(generic.contains("bedload check DIR/train.jsonl --profile NAME"));
    assert!(!generic.contains("bedload cost DIR") && !generic.contains("bedload job plan"));
    let one = render(&page("of-one", &["a.model"]));
    let plan = "bedload job plan DIR --model a.model --role ARN --data s3://BUCKET/DATA --output s3://BUCKET/RESULTS";
    assert!(one.contains(plan) && !one.contains("bedload cost DIR"), "no price, no cost");
    assert!(render(&page("of-two", &["a", "b"])).contains("--model MODEL "));
    assert!(!render(&page("elsewhere", &[])).contains("--profile NAME"));
    assert!(render(&Page::default()).contains("bedload build"), "what is not ready has something next, too");
}

#[test]
fn the_head_says_which_data() {
    let page = |n: usize, source: Option<&str>| Page {
        inputs: (0..n)
            .map(|nth| InputLine {
                name: format!("f{nth}.jsonl"),
                source: source.map(str::to_owned),
                records: 1,
            })
            .collect(),
        ..Page::default()
    };
    assert!(render(&page(2, None)).contains("Data: f0.jsonl, f1.jsonl"));
    assert!(render(&page(12, None)).contains("Data: 12 files"));
    assert!(render(&page(12, Some("s"))).contains("Data: 1 source, 12 files"));
}
