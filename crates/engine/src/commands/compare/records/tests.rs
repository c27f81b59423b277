//! Which records are the same, which are not, and that none is forgotten.

use std::collections::BTreeMap;

use bedload_record::{Side, Verdict};
use bedload_report::PastLine;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

/// Lines as `CONTENT[#ID]:VERDICT`, where the verdict is t, v or x (kept), u, d or r.
fn lines(text: &str) -> Vec<PastLine> {
    let line = |(nth, word): (u64, &str)| {
        let (what, verdict) = word.split_once(':').unwrap_or((word, "t"));
        let (content, id) =
            what.split_once('#').map_or((what, None), |(content, id)| (content, id.parse().ok()));
        let verdict = match verdict {
            "t" => Verdict::Kept(Side::Train),
            "v" => Verdict::Kept(Side::Validation),
            "x" => Verdict::Kept(Side::Test),
            "u" => Verdict::Unselected,
            "d" => Verdict::Duplicate,
            _ => Verdict::Rejected,
        };
        let content = content.bytes().fold(0, |sum, byte| sum * 256 + u128::from(byte));
        PastLine {
            digest: (verdict != Verdict::Rejected).then_some(content),
            id,
            label: None,
            file: 0,
            line: nth,
            verdict,
        }
    };
    (1..).zip(text.split_whitespace()).map(line).collect()
}

fn check(old: &str, new: &str, expected: Expect) {
    let files = ["a.jsonl".to_owned()];
    let (old, new) = (lines(old), lines(new));
    let found = changes((&files, &old), (&files, &new));
    let shown = |place: Option<Place>| place.map_or("-".to_owned(), |place| place.line.to_string());
    let list = found
        .list
        .iter()
        .map(|change| format!("{} {} {}\n", change.kind.name(), shown(change.old), shown(change.new)));
    expected.assert_eq(&format!("same {}, by id {}\n{}", found.same, found.by_id, list.collect::<String>()));
}

#[test]
fn records_come_and_go_and_move() {
    check(
        "a b c",
        "b c d",
        expect![[r#"
        same 2, by id 0
        added - 3
        removed 1 -
    "#]],
    );
    check(
        "a b:v c:x",
        "a:v b c:x",
        expect![[r#"
        same 1, by id 0
        moved 1 1
        moved 2 2
    "#]],
    );
    check(
        "a b:u c:d c d",
        "a:u b c c:d d:d d",
        expect![[r#"
        same 2, by id 0
        added-from-inputs 2 2
        removed-unselected 1 1
    "#]],
    );
    check(
        "a a a b",
        "a a:v b b",
        expect![[r#"
            same 2, by id 0
            added - 4
            removed 3 -
            moved 2 2
        "#]],
    );
}

#[test]
fn changed_records_are_known_by_their_place_between_others_or_by_their_ids() {
    check(
        "a b c d",
        "a x c d",
        expect![[r#"
        same 3, by id 0
        changed 2 2
    "#]],
    );
    check(
        "a b c d",
        "x a c y:r",
        expect![[r#"
        same 2, by id 0
        added - 1
        removed 2 -
        removed-rejected 4 4
    "#]],
    );
    check(
        "a b",
        "x y",
        expect![[r#"
        same 0, by id 0
        added - 1
        added - 2
        removed 1 -
        removed 2 -
    "#]],
    );
    check(
        "a#1 b#2 c#3",
        "x#3 y#1 b#2:v z#4",
        expect![[r#"
        same 0, by id 2
        added - 4
        changed 1 2
        changed 3 1
        moved 2 3
    "#]],
    );
    check(
        "a#1 b",
        "x#1:r y#9 b",
        expect![[r#"
        same 1, by id 0
        added - 2
        removed-rejected 1 1
    "#]],
    );
}

#[test]
fn an_id_of_several_records_names_none_on_either_side() {
    check(
        "a#1 b#1 k",
        "k x#1",
        expect![[r#"
        same 1, by id 0
        added - 2
        removed 1 -
        removed 2 -
    "#]],
    );
    check(
        "k x#1",
        "a#1 b#1 k",
        expect![[r#"
        same 1, by id 0
        added - 1
        added - 2
        removed 2 -
    "#]],
    );
    check(
        "a#1 b#1:r k",
        "k x#1",
        expect![[r#"
        same 1, by id 0
        added - 2
        removed 1 -
    "#]],
    );
}

/// The words of [`lines`] for contents and verdicts.
fn spelled(records: &[(u8, usize)]) -> String {
    let word =
        |(content, verdict): &(u8, usize)| format!("{content}:{}", ["t", "v", "x", "u", "d", "r"][*verdict]);
    records.iter().map(word).collect::<Vec<String>>().join(" ")
}

proptest! {
    #[test]
    fn every_kept_record_is_told_of_once(
        old in prop::collection::vec((0u8..6, 0usize..6), 0..40),
        new in prop::collection::vec((0u8..6, 0usize..6), 0..40),
    ) {
        let files = ["a.jsonl".to_owned()];
        let (old, new) = (lines(&spelled(&old)), lines(&spelled(&new)));
        let found = changes((&files, &old), (&files, &new));
        let kept = |lines: &[PastLine]| lines.iter().filter(|line| line.verdict.side().is_some()).count() as u64;
        let has_old = found.list.iter().filter(|change| change.old.is_some_and(|place| place.side.is_some())).count();
        let has_new = found.list.iter().filter(|change| change.new.is_some_and(|place| place.side.is_some())).count();
        prop_assert_eq!(found.same + has_old as u64, kept(&old));
        prop_assert_eq!(found.same + has_new as u64, kept(&new));
        // By counting contents alone.
        let count = |lines: &[PastLine]| {
            let mut counts: BTreeMap<(Option<u128>, Option<Side>), u64> = BTreeMap::new();
            let kept = lines.iter().filter(|line| line.verdict.side().is_some());
            kept.for_each(|line| *counts.entry((line.digest, line.verdict.side())).or_default() += 1);
            counts
        };
        let (was, is) = (count(&old), count(&new));
        let same: u64 = was.iter().map(|(key, n)| *n.min(is.get(key).unwrap_or(&0))).sum();
        prop_assert_eq!(found.same, same);
    }

    #[test]
    fn the_same_twice_has_no_changes(records in prop::collection::vec((0u8..6, 0usize..6), 0..40)) {
        let files = ["a.jsonl".to_owned()];
        let text = spelled(&records);
        let lines = lines(&text);
        prop_assert!(changes((&files, &lines), (&files, &lines)).list.is_empty());
    }
}
