//! Which lines are paired, against the plainest way to say it.

use proptest::prelude::*;

use super::*;

/// Lines of one input, by the prompt and the label of each.
fn pairing(lines: &[(u8, bool)], pairs: Pairs) -> Pairing {
    let sides = lines.iter().zip(0..).map(|(&(_, is_good), nth)| Side {
        input: InputId::new(0),
        nth,
        start: nth * 10,
        len: 9,
        is_good,
        flaw: None,
        group: None,
    });
    let prompts: Vec<u128> = lines.iter().map(|&(prompt, _)| prompt.into()).collect();
    let names = vec!["a.jsonl".to_owned()];
    Pairing { names, ..Pairing::of(sides.collect(), &prompts, pairs) }
}

fn groups(pairing: &Pairing) -> Vec<Vec<usize>> {
    pairing.groups.iter().map(|group| group.sides.clone()).collect()
}

/// The first good answer to a prompt with the first bad one, and so on.
fn one_by_one(lines: &[(u8, bool)]) -> Vec<Vec<usize>> {
    let mut pairs = Vec::new();
    for (good, &(prompt, is_good)) in lines.iter().enumerate() {
        let of = |label: bool| move |&(_, line): &(usize, &(u8, bool))| *line == (prompt, label);
        let rank = lines[..good].iter().enumerate().filter(of(true)).count();
        let counterpart = lines.iter().enumerate().filter(of(false)).nth(rank);
        if let Some((bad, _)) = counterpart.filter(|_| is_good) {
            pairs.push(vec![good.min(bad), good.max(bad)]);
        }
    }
    pairs.sort();
    pairs
}

proptest! {
    #[test]
    fn each_answer_is_in_one_pair_with_its_counterpart(lines in prop::collection::vec((0u8..4, any::<bool>()), 0..40)) {
        let pairing = pairing(&lines, Pairs::One);
        prop_assert_eq!(groups(&pairing), one_by_one(&lines));
        for (at, side) in pairing.sides.iter().enumerate() {
            let has_group = pairing.groups.iter().any(|group| group.sides.contains(&at));
            prop_assert_eq!(side.group.is_some(), has_group);
        }
    }

    #[test]
    fn all_answers_to_a_prompt_with_both_kinds_are_one_group(lines in prop::collection::vec((0u8..4, any::<bool>()), 0..40)) {
        let of = |prompt: u8| (0..lines.len()).filter(|&at| lines[at].0 == prompt).collect::<Vec<_>>();
        let has = |group: &[usize], label: bool| group.iter().any(|&at| lines[at].1 == label);
        let mut expected: Vec<Vec<usize>> =
            (0..4).map(of).filter(|group| has(group, true) && has(group, false)).collect();
        expected.sort();
        prop_assert_eq!(groups(&pairing(&lines, Pairs::All)), expected);
    }
}

#[test]
fn a_line_is_told_what_becomes_of_it() {
    let said = |pairing: &Pairing, nth: u64| match pairing.part(InputId::new(0), nth * 10) {
        Part::Refused => "refused".to_owned(),
        Part::Alone(message) => format!("alone: {message}"),
        Part::Elsewhere(message) => format!("elsewhere: {message}"),
        Part::First(_, message) => format!("first: {message}"),
    };
    let mut pairing = pairing(&[(1, false), (2, true), (1, true), (1, true)], Pairs::One);
    assert_eq!(
        said(&pairing, 0),
        "first: this answer is labelled bad, and paired with the good one in a.jsonl:3"
    );
    assert_eq!(
        said(&pairing, 2),
        "elsewhere: this answer is labelled good, and paired with the bad one in a.jsonl:1"
    );
    for alone in [1, 3] {
        let message =
            "alone: this answer is labelled good, and no bad one to the same prompt is left to pair it with";
        assert_eq!(said(&pairing, alone), message);
    }
    assert_eq!(said(&pairing, 4), "refused");
    pairing.groups[0].state = State::Rejected;
    assert!(said(&pairing, 0).starts_with("first: "));
    assert_eq!(
        said(&pairing, 2),
        "alone: the record of this line and a.jsonl:1 is rejected for what is found there"
    );
}

#[test]
fn no_prompt_makes_more_pairs_than_a_line_may_become_records() {
    let lines: Vec<(u8, bool)> = (0..202).map(|nth| (0, nth % 2 == 0)).collect();
    let is_large = |lines: &[(u8, bool)]| pairing(lines, Pairs::All).groups[0].state == State::TooLarge;
    assert!(is_large(&lines) && !is_large(&lines[..200]));
    assert_eq!(pairing(&lines, Pairs::One).groups.len(), 101);
}
