//! What is found in pairs.

use bedload_bedrock::{Format, TextBuffer};
use bedload_record::{LengthCounts, Lengths, Parser};

use super::*;

#[track_caller]
fn check(format: &str, line: &str, expected: &[(&str, &str)]) {
    let format = Format::from_any_name(format).expect("a format");
    let texts = TextBuffer::default();
    let mut findings = Findings::in_full();
    Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid");
        Preference.check(&Record::new(format, line.as_bytes(), json, &texts), &mut findings);
    });
    let found = findings.into_full();
    let found: Vec<(&str, &str)> = found.iter().map(|f| (f.code.name(), f.pointer.as_str())).collect();
    assert_eq!(found, expected, "{line}");
}

fn flat(prompt: &str, chosen: &str, rejected: &str) -> String {
    format!(r#"{{"prompt":"{prompt}","chosen":"{chosen}","rejected":"{rejected}"}}"#)
}

#[test]
fn pairs_that_teach_nothing_are_found() {
    let of = |prompt, chosen, rejected, expected: &[(&str, &str)]| {
        check("preference", &flat(prompt, chosen, rejected), expected);
    };
    of("Why?", "Because.", "No reason.", &[]);
    of("Why?", "Because of  it.", "because OF it. ", &[("preference/equal-pair", "/rejected")]);
    // An error of the schema already.
    of("Why?", "Because.", " Because.", &[]);
    of(
        "Why?",
        "I'm sorry, but I can\u{2019}t help with that.",
        "Because.",
        &[("preference/refusal", "/chosen")],
    );
    of(
        "Who is it that came?",
        "who is it  that came? Nobody.",
        "Me.",
        &[("preference/repeated-prompt", "/chosen")],
    );
    of("Who came?", "Who came? Nobody.", "Me.", &[]);
}

#[test]
fn candidates_of_a_conversation_are_a_pair() {
    let line = |chosen: &str, rejected: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":[{{"text":"Tell me why it rains here."}}]}},{{"role":"assistant","candidates":[{{"content":[{{"text":"{rejected}"}}],"preferenceLabel":"non-preferred"}},{{"content":[{{"text":"{chosen}"}}],"preferenceLabel":"preferred"}}]}}]}}"#
        )
    };
    check("converse-preference", &line("It does.", "It does not."), &[]);
    let place = "/messages/1/candidates/0";
    check("converse-preference", &line("It does.", "it DOES."), &[("preference/equal-pair", place)]);
    check("converse-preference", &line("It does.", "I cannot assist."), &[("preference/refusal", place)]);
    let repeated = line("It does.", "Tell me why it rains here. It does.");
    check("converse-preference", &repeated, &[("preference/repeated-prompt", place)]);
    check("prompt-completion", r#"{"prompt":"a","completion":"I cannot assist."}"#, &[]);
}

#[test]
fn a_refusal_says_that_it_is_unable_to_do_what_was_asked() {
    for text in [
        "I'm sorry, but I can't assist with that request.",
        "Sorry, I can't help.",
        "I cannot provide medical advice.",
        "As an AI language model, I am unable to answer.",
        "Unfortunately, I won't be able to write this.",
        "I apologize, but I am not able to do that.",
        "I'm not comfortable discussing this.",
    ] {
        assert!(is_refusal(text), "{text}");
    }
    for text in [
        "I can't wait to see you!",
        "Sorry for the delay: the answer is 4.",
        "I cannot helpfully say more than: yes.",
        "As an AI, I find it interesting that rain falls.",
        "Unfortunately, it rains.",
        "I'm sorry",
        "",
    ] {
        assert!(!is_refusal(text), "{text}");
    }
    assert!(!is_refusal(&format!("I can't help with that, but {}", "here is a long answer. ".repeat(20))));
}

#[test]
fn answers_are_as_long_as_their_characters() {
    let of = |format: &str, line: &str| {
        let format = Format::from_any_name(format).expect("a format");
        let texts = TextBuffer::default();
        Parser::default().parse(line.as_bytes(), |parsed| {
            lengths(&Record::new(format, line.as_bytes(), parsed.expect("valid").0, &texts))
        })
    };
    assert_eq!(of("preference", &flat("a", "\u{e9}\u{e9}\u{e9}", "ab")), Lengths::of(3, 2));
    assert_eq!(of("preference", &flat("a", "", "b")), Lengths::of(0, 1));
    assert_eq!(of("preference", r#"{"prompt":"a","chosen":"b"}"#), Lengths::default());
    let line = r#"{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","candidates":[{"content":[{"text":"b"},{"text":"cd"}],"preferenceLabel":"non-preferred"},{"content":[{"text":"e"}],"preferenceLabel":"preferred"}]}]}"#;
    assert_eq!(of("converse-preference", line), Lengths::of(1, 3));
}

#[test]
fn a_side_that_is_longer_in_two_thirds_of_the_pairs_is_reported() {
    let judged = |pairs: &[(u64, (u64, u64))]| {
        let mut counts = LengthCounts::default();
        for &(n, (chosen, rejected)) in pairs {
            (0..n).for_each(|_| counts.add(Lengths::of(chosen, rejected)));
        }
        judge_lengths(&counts).map(|finding| finding.message)
    };
    assert_eq!(judged(&[]), None);
    assert_eq!(judged(&[(99, (2, 1))]), None);
    assert_eq!(judged(&[(199, (2, 1)), (101, (1, 2))]), None);
    // Longer, but by so little that no model can tell.
    assert_eq!(judged(&[(300, (41, 40)), (100, (40, 41))]), None);
    assert_eq!(judged(&[(100, (80, 89))]), None);
    assert!(judged(&[(100, (80, 90))]).is_some() && judged(&[(100, (90, 80))]).is_some());
    assert_eq!(
        judged(&[(200, (30, 20)), (60, (1, 2)), (40, (1, 1))]).as_deref(),
        Some(
            "the chosen answer is the longer one in 200 of 300 pairs (66.7 %), at the median 1.50 times as long as the rejected one"
        )
    );
    assert_eq!(
        judged(&[(10, (30, 20)), (90, (10, 20))]).as_deref(),
        Some(
            "the rejected answer is the longer one in 90 of 100 pairs (90.0 %), at the median 2.00 times as long as the chosen one"
        )
    );
}
