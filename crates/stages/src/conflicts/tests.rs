//! What records ask and answer, and which stay.

use bedload_bedrock::{Format, TextBuffer};
use bedload_record::{Ordinal, Parser};
use proptest::prelude::*;

use super::*;

fn answered(format: &str, line: &str) -> Option<Answered> {
    let format = Format::from_any_name(format).expect("a format");
    let texts = TextBuffer::default();
    Parser::default().parse(line.as_bytes(), |parsed| {
        let (json, _) = parsed.expect("valid");
        read(&bedload_bedrock::Record::new(format, line.as_bytes(), json, &texts), &mut Vec::new())
    })
}

/// Whether prompts, and answers, of two records are the same.
#[track_caller]
fn check(format: &str, a: &str, b: &str, expected: (bool, bool)) {
    let (a, b) = (answered(format, a).expect("an answer"), answered(format, b).expect("an answer"));
    assert_eq!((a.prompt == b.prompt, a.answer == b.answer), expected);
}

#[test]
fn a_prompt_is_all_that_comes_before_the_answer() {
    let flat =
        |prompt: &str, completion: &str| format!(r#"{{"prompt":"{prompt}","completion":"{completion}"}}"#);
    let a = flat("Is it spam?", "yes");
    check("prompt-completion", &a, &flat(" is IT  spam?", "Yes "), (true, true));
    check("prompt-completion", &a, &flat("Is it spam?", "no"), (true, false));
    check("prompt-completion", &a, &flat("Is it ham?", "yes"), (false, true));
    let talk = |system: &str, first: &str, last: &str| {
        format!(
            r#"{{"system":[{{"text":"{system}"}}],"messages":[{{"role":"user","content":[{{"text":"a"}}]}},{{"role":"assistant","content":[{{"text":"{first}"}}]}},{{"role":"user","content":[{{"text":"c"}}]}},{{"content":[{{"text":"{last}"}}],"role":"assistant"}}]}}"#
        )
    };
    let a = talk("s", "b", "d");
    check("converse", &a, &talk("S", "B", "D"), (true, true));
    check("converse", &a, &talk("s", "b", "x"), (true, false));
    check("converse", &a, &talk("s", "x", "d"), (false, true));
    check("converse", &a, &talk("x", "b", "d"), (false, true));
    let tool = |n: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":[{{"text":"a"}}]}},{{"role":"assistant","content":[{{"toolUse":{{"toolUseId":"1","name":"f","input":{{"n":{n}}}}}}}]}}]}}"#
        )
    };
    check("converse", &tool("1"), &tool("1.0"), (true, true));
    check("converse", &tool("1"), &tool("2"), (true, false));
    let graded = |reference: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"a"}}],"reference_answer":{{"x":"{reference}"}}}}"#
        )
    };
    check("chat-rft", &graded("1"), &graded("2"), (true, false));
    for (format, line) in [
        ("text", r#"{"text":"a"}"#),
        ("prompt", r#"{"prompt":"a"}"#),
        ("preference", r#"{"prompt":"a","chosen":"b","rejected":"c"}"#),
        ("converse", r#"{"messages":[{"role":"user","content":[{"text":"a"}]}]}"#),
    ] {
        assert_eq!(answered(format, line), None, "{format}");
    }
}

/// The conflicts of records, each a prompt and a class; a class from 9 on is an answer that is none.
fn of(records: &[(u64, usize)], by_class: bool) -> Conflicts {
    let lines: Vec<Ordinal> = (0..records.len() as u64).map(Ordinal).collect();
    let answers: Vec<Option<Answered>> =
        records.iter().map(|&(prompt, answer)| Some(Answered { prompt, answer: answer as u64 })).collect();
    let classes: Vec<Option<usize>> =
        records.iter().map(|&(_, class)| (class < 9).then_some(class)).collect();
    find(&lines, &answers, &classes, by_class)
}

fn staying(records: &[(u64, usize)], action: Action) -> Vec<u64> {
    let found = of(records, false);
    let mut stay: Vec<bool> = vec![true; records.len()];
    for conflict in &found.0 {
        for (nth, answer) in conflict.answers.iter().enumerate() {
            answer.lines.iter().for_each(|line| stay[line.index()] = conflict.stays(nth, action));
        }
    }
    (0..records.len() as u64).filter(|&nth| stay[nth as usize]).collect()
}

#[test]
fn what_stays_is_what_the_action_says() {
    // Two prompts in conflict, one of them a tie; one that all agree about; a variation.
    let records = [(1, 0), (2, 0), (1, 1), (3, 2), (2, 1), (1, 0), (3, 2), (4, 9), (4, 10)];
    assert_eq!(staying(&records, Action::Report).len(), 9);
    assert_eq!(staying(&records, Action::Drop), [3, 6, 7, 8]);
    assert_eq!(staying(&records, Action::Majority), [0, 3, 5, 6, 7, 8]);
    assert_eq!(staying(&records, Action::Last), [0, 3, 4, 5, 6, 7, 8]);
    let found = of(&records, false);
    assert_eq!(found.0.iter().map(|conflict| conflict.prompt).collect::<Vec<_>>(), [1, 2, 4]);
    assert!((found.0[1].entropy() - 1.0).abs() < 1e-12);
    assert!((found.0[0].majority_share() - 2.0 / 3.0).abs() < 1e-12);
    assert!((found.0[0].entropy() - 0.918_295_834_054_489_6).abs() < 1e-12);
    assert!(found.0[0].is_conflict && !found.0[2].is_conflict);
}

#[test]
fn a_class_and_an_answer_that_is_none_are_in_conflict() {
    let found = of(&[(1, 0), (1, 12)], false);
    assert!(found.0[0].is_conflict);
}

proptest! {
    #[test]
    fn majorities_do_not_depend_on_the_order_of_records(
        records in prop::collection::vec((0u64..4, 0usize..11), 0..30),
        turn in 0usize..30,
    ) {
        let of_turn = |turn: usize| {
            let mut turned = records.clone();
            let len = turned.len();
            turned.rotate_left(turn.min(len));
            let mut stays: Vec<usize> =
                staying(&turned, Action::Majority).into_iter().map(|nth| (nth as usize + turn.min(len)) % len.max(1)).collect();
            stays.sort_unstable();
            stays
        };
        prop_assert_eq!(of_turn(0), of_turn(turn));
        // By a count of all.
        let expected: Vec<usize> = (0..records.len())
            .filter(|&nth| {
                let (prompt, answer) = records[nth];
                let votes = |answer| records.iter().filter(|&&other| other == (prompt, answer)).count();
                let others = || (0..11).filter(|&other| other != answer && votes(other) > 0);
                let is_conflict = others().next().is_some() && (answer < 9 || others().any(|other| other < 9));
                !is_conflict || others().all(|other| votes(other) < votes(answer))
            })
            .collect();
        prop_assert_eq!(of_turn(0), expected);
    }
}
