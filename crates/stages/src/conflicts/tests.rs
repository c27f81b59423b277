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

/// The conflicts of records, each a prompt and an answer: up to 6 a class, 7 and 8 labels that are none, others no labels.
fn of(records: &[(u64, usize)], by_class: bool) -> Conflicts {
    let lines: Vec<Ordinal> = (0..records.len() as u64).map(Ordinal).collect();
    let answers: Vec<Option<Answered>> =
        records.iter().map(|&(prompt, answer)| Some(Answered { prompt, answer: answer as u64 })).collect();
    let vote = |answer: usize| Vote::new(answer < 9, (answer < 7).then_some(answer));
    let votes: Vec<Vote> = records.iter().map(|&(_, answer)| vote(answer)).collect();
    find(&lines, &answers, &votes, by_class)
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
fn a_class_and_a_label_that_is_none_are_in_conflict() {
    let found = of(&[(1, 0), (1, 8)], false);
    assert!(found.0[0].is_conflict);
}

#[test]
fn what_has_no_label_is_no_vote_against_one() {
    for by_class in [false, true] {
        // Of two labels and two other answers, the labels are in conflict.
        let found = of(&[(1, 10), (1, 0), (1, 10), (1, 1), (1, 0), (1, 11)], by_class);
        let [conflict] = &found.0[..] else { panic!("{found:?}") };
        assert!(conflict.is_conflict);
        assert_eq!(conflict.answers.iter().map(|it| it.class).collect::<Vec<_>>(), [Some(0), Some(1)]);
        assert_eq!((conflict.records(), conflict.majority, conflict.last), (3, Some(0), 0));
        assert_eq!(conflict.abstaining, [0, 2, 5].map(Ordinal));
        // Of one label and another answer, neither is wrong.
        let found = of(&[(1, 10), (1, 0)], by_class);
        assert!(!found.0[0].is_conflict && found.0[0].abstaining.is_empty());
        assert_eq!(found.0[0].answers.iter().map(|it| it.class).collect::<Vec<_>>(), [None, Some(0)]);
    }
}

#[test]
fn a_record_without_a_label_that_answers_as_a_labelled_one_does_agrees_with_it() {
    let lines = [0, 1, 2].map(Ordinal);
    let answered = |answers: [u64; 3]| answers.map(|answer| Some(Answered { prompt: 1, answer }));
    let votes = [Vote::Abstains, Vote::Class(3), Vote::Class(3)];
    assert_eq!(find(&lines, &answered([70, 70, 80]), &votes, true), Conflicts::default());
    let found = find(&lines, &answered([60, 70, 80]), &votes, true);
    assert_eq!(found.0[0].answers.iter().map(|it| it.lines.len()).collect::<Vec<_>>(), [1, 2]);
    assert!(!found.0[0].is_conflict);
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
                let mut labels = (0..9).filter(|&label| votes(label) > 0).peekable();
                let has_class = labels.peek().is_some_and(|&label| label < 7);
                let is_conflict = has_class && labels.count() > 1;
                answer >= 9 || !is_conflict || others().all(|other| other >= 9 || votes(other) < votes(answer))
            })
            .collect();
        prop_assert_eq!(of_turn(0), expected);
    }
}
