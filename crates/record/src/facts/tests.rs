//! Tests of the fact table: what goes in comes out, however it was cut into chunks.

use proptest::prelude::*;

use super::*;
use crate::code::Code;

/// Counts that differ by line and by column, one of them beyond what is kept.
fn counts(start: u64) -> Tokens {
    let beyond = u64::from(TOKENS_MAX) + start;
    Tokens { prompt: start, completion: beyond, system: start / 2, assistant: 7, characters: start * 3 }
}

fn row(
    start: u64,
    terminator: Terminator,
    accepted: bool,
    label: Option<u32>,
    code: Option<Code>,
) -> FactRow<'static> {
    let mut codes = CodeSet::default();
    code.into_iter().for_each(|code| codes.insert(code));
    FactRow {
        start,
        terminator,
        accepted,
        digest: u128::from(start) << 70,
        tokens: counts(start),
        turns: 0,
        label,
        codes,
        features: Features::default(),
        keys: &[],
        values: &[],
        rank: 0,
        time: 0,
        written: None,
        records: 1,
    }
}

/// Memory of the tests' own, which counts what was made.
#[derive(Debug, Default)]
struct Heap(std::sync::atomic::AtomicUsize);

#[derive(Debug)]
struct Words(Vec<u128>);

impl Memory for Words {
    fn bytes(&self) -> &[u8] {
        zerocopy::IntoBytes::as_bytes(&self.0[..])
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        zerocopy::IntoBytes::as_mut_bytes(&mut self.0[..])
    }
}

impl Room for Heap {
    fn make(&self, bytes: usize) -> Result<Box<dyn Memory>, NoRoom> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(Box::new(Words(vec![0; bytes.div_ceil(size_of::<u128>())])))
    }
}

#[test]
fn a_column_costs_nothing_while_all_lines_have_its_usual_value() {
    let mut facts = FactTable::new(3);
    facts.begin_file("a");
    for chunk in 0..3 {
        let mut rows = FactTable::new(3);
        (0..100).for_each(|n| rows.push(&FactRow { accepted: true, ..plain(chunk * 100 + n) }));
        facts.append(rows, 100).expect("own memory");
    }
    // Offsets and digests are all that differs: 24 bytes, and what a vector keeps to grow into.
    let bytes = facts.own_bytes() / 300;
    assert!((24..=48).contains(&bytes), "{bytes} bytes a line");
    let labelled = |facts: &FactTable| facts.ordinals().filter(|&line| facts.label(line).is_some()).count();
    assert_eq!(labelled(&facts), 0);
    let mut rows = FactTable::new(3);
    let label = rows.labels.id("x");
    rows.push(&FactRow { label, written: Some(5), ..plain(300) });
    facts.append(rows, 100).expect("own memory");
    assert_eq!(labelled(&facts), 1);
    assert!((0..300).all(|line| facts.accepted(Ordinal(line))) && !facts.accepted(Ordinal(300)));
    assert_eq!(
        (facts.written(Ordinal(0), InputId::new(0)), facts.written(Ordinal(300), InputId::new(0))),
        (0, 5)
    );
}

/// A line without anything that costs memory.
fn plain(start: u64) -> FactRow<'static> {
    let tokens = Tokens::default();
    FactRow { tokens, label: None, ..row(start, Terminator::Lf, false, None, None) }
}

proptest! {
    #[test]
    fn columns_do_not_depend_on_the_cut(
        lines in prop::collection::vec((0u64..30, 0u8..2, any::<bool>(), prop::option::of(0u8..5), any::<bool>()), 1..40),
        cut in 1usize..9,
        own_bytes_max in prop::option::of(0usize..5000),
    ) {
        let room = Arc::new(Heap::default());
        let mut facts = FactTable::new(3);
        if let Some(bytes) = own_bytes_max {
            facts = facts.spilling(bytes, Arc::clone(&room) as Arc<dyn Room>);
        }
        facts.begin_file("empty");
        facts.begin_file("a");
        let mut starts = Vec::new();
        let mut at = 0;
        for chunk in lines.chunks(cut) {
            let mut rows = FactTable::new(3);
            let begin = at;
            for (len, terminator, accepted, label, coded) in chunk {
                let label = label.and_then(|label| rows.labels.id(label.to_string().as_str()));
                let terminator = if *terminator == 0 { Terminator::Lf } else { Terminator::CrLf };
                let code = coded.then_some(Code::JsonEscapedNul);
                rows.push(&FactRow { keys: &[!at, at % 2], ..row(at, terminator, *accepted, label, code) });
                starts.push(at);
                at += len + terminator.len_bytes();
            }
            facts.append(rows, at - begin).expect("own memory");
        }
        prop_assert_eq!(facts.len(), lines.len() as u64);
        let is_lent = room.0.load(std::sync::atomic::Ordering::Relaxed) > 0;
        prop_assert_eq!(is_lent, facts.own_bytes() == 0);
        prop_assert!(is_lent || own_bytes_max.is_none_or(|most| facts.own_bytes() <= most));
        let made = room.0.load(std::sync::atomic::Ordering::Relaxed);
        let mut scratch = facts.scratch(lines.len(), 0u32).expect("there is room");
        prop_assert!(scratch.values().iter().all(|&zero| zero == 0) && scratch.values().len() == lines.len());
        scratch.values_mut().fill(7);
        let is_elsewhere = room.0.load(std::sync::atomic::Ordering::Relaxed) > made;
        prop_assert_eq!(is_elsewhere, is_lent && !lines.is_empty());
        let distinct: std::collections::HashSet<u8> = lines.iter().filter_map(|line| line.3).collect();
        prop_assert_eq!(facts.labels.overflowed(), distinct.len() > 3);
        for ((line, expected), start) in facts.ordinals().zip(&lines).zip(starts) {
            let (len, terminator, accepted, label, coded) = expected;
            prop_assert_eq!(facts.input_of(line), InputId::new(1));
            prop_assert_eq!(facts.span(line, InputId::new(1)), Span { start, len: *len });
            prop_assert_eq!(facts.terminator(line) == Terminator::CrLf, *terminator == 1);
            prop_assert_eq!(facts.accepted(line), *accepted);
            prop_assert_eq!(facts.codes(line).contains(Code::JsonEscapedNul), *coded);
            prop_assert_eq!(facts.tokens(line), Tokens { completion: u64::from(TOKENS_MAX), ..counts(start) });
            prop_assert_eq!(facts.digest(line), u128::from(start) << 70);
            prop_assert_eq!((facts.key(line, 0), facts.key(line, 1)), (Some(!start), (start % 2 == 1).then_some(1)));
            if !facts.labels.overflowed() {
                let written = facts.label(line).map(|id| facts.labels.keys()[id as usize].clone());
                prop_assert_eq!(written, label.map(|label| label.to_string()));
            }
        }
    }

    #[test]
    fn stored_facts_come_back_as_they_were(
        lines in prop::collection::vec((0u64..30, any::<bool>(), prop::option::of(0u8..5), any::<bool>()), 0..40),
        cut in 1usize..9,
        own_bytes_max in prop::option::of(0usize..5000),
    ) {
        let facts = stored_table(&lines);
        let room = Arc::new(Heap::default());
        let mut restored = FactTable::new(3);
        if let Some(bytes) = own_bytes_max {
            restored = restored.spilling(bytes, room);
        }
        restored.begin_restored(&facts.header());
        let stored = facts.stored();
        for from in (0..lines.len()).step_by(cut) {
            let to = (from + cut).min(lines.len());
            let part: Vec<(&str, StoredValues<'_>)> =
                stored.iter().map(|(name, values)| (name.as_str(), slice(*values, from, to))).collect();
            restored.restore(to - from, &part).expect("there is room");
        }
        restored.check_restored().expect("they add up");
        prop_assert_eq!(restored.header(), facts.header());
        prop_assert_eq!(restored.stored(), stored);
        prop_assert_eq!(restored.len(), facts.len());
    }
}

/// Two inputs, the first of them empty, with these lines in the second.
fn stored_table(lines: &[(u64, bool, Option<u8>, bool)]) -> FactTable {
    let mut facts = FactTable::new(3);
    facts.begin_file("empty");
    facts.begin_file("a");
    let mut rows = FactTable::new(3);
    let mut at = 0;
    for (len, accepted, label, coded) in lines {
        let label = label.and_then(|label| rows.labels.id(label.to_string().as_str()));
        let code = coded.then_some(Code::JsonEscapedNul);
        // A line that is no record has no keys.
        let keys: &[u64] = if *coded { &[] } else { &[!at, at % 2] };
        rows.push(&FactRow { keys, ..row(at, Terminator::Lf, *accepted, label, code) });
        at += len + 1;
    }
    facts.append(rows, at).expect("own memory");
    facts
}

fn slice(values: StoredValues<'_>, from: usize, to: usize) -> StoredValues<'_> {
    match values {
        StoredValues::U8(values) => StoredValues::U8(&values[from..to]),
        StoredValues::U32(values) => StoredValues::U32(&values[from..to]),
        StoredValues::U64(values) => StoredValues::U64(&values[from..to]),
        StoredValues::U128(values) => StoredValues::U128(&values[from..to]),
    }
}

/// Changes a header, and columns by name.
type Changed<'c> = &'c dyn Fn(&mut FactsHeader, &mut Vec<(String, Vec<u64>)>);

#[test]
fn stored_facts_that_do_not_add_up_are_said() {
    let facts = stored_table(&[(5, true, Some(1), false), (7, false, None, true), (2, true, Some(2), false)]);
    let check = |changed: Changed<'_>, expected: expect_test::Expect| {
        let mut header = facts.header();
        let kept = facts.stored().into_iter();
        let mut starts: Vec<(String, Vec<u64>)> = Vec::new();
        let mut others = Vec::new();
        for (name, values) in kept {
            match values {
                StoredValues::U64(values) if name == "start" => starts.push((name, values.to_vec())),
                values => others.push((name, values)),
            }
        }
        changed(&mut header, &mut starts);
        let mut restored = FactTable::new(3);
        restored.begin_restored(&header);
        let mut columns: Vec<(&str, StoredValues<'_>)> =
            others.iter().map(|(name, values)| (name.as_str(), *values)).collect();
        columns.extend(starts.iter().map(|(name, values)| (name.as_str(), StoredValues::U64(values))));
        let found = restored.restore(3, &columns).and_then(|()| restored.check_restored());
        expected.assert_eq(&found.map_or_else(|error| error.to_string(), |()| "sound".to_owned()));
    };
    check(&|_, _| (), expect_test::expect!["sound"]);
    check(
        &|header, _| header.files[1].lines = 4,
        expect_test::expect!["the lines of the inputs do not add up"],
    );
    check(
        &|header, _| header.files[1].lines = 2,
        expect_test::expect!["the lines of the inputs do not add up"],
    );
    check(
        &|header, _| header.files[1].first = Ordinal(1),
        expect_test::expect!["the lines of the inputs do not add up"],
    );
    check(&|header, _| header.files[1].bytes = 3, expect_test::expect!["a line is not where it can be"]);
    check(&|header, _| header.labels.truncate(1), expect_test::expect!["a label or kind has no name"]);
    check(&|header, _| header.kinds.truncate(0), expect_test::expect!["a label or kind has no name"]);
    check(&|_, starts| starts[0].1[1] = 20, expect_test::expect!["a line is not where it can be"]);
    check(&|_, starts| starts[0].1[2] = u64::MAX, expect_test::expect!["a line is not where it can be"]);
    check(&|_, starts| starts[0].1.truncate(2), expect_test::expect!["column start is not one of facts"]);
    check(
        &|_, starts| starts[0].0 = "begin".to_owned(),
        expect_test::expect!["column begin is not one of facts"],
    );
    check(
        &|_, starts| starts[0].0 = "keys.7".to_owned(),
        expect_test::expect!["column keys.7 is not one of facts"],
    );
}
