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
) -> FactRow {
    let mut codes = CodeSet::default();
    code.into_iter().for_each(|code| codes.insert(code));
    FactRow {
        start,
        terminator,
        accepted,
        digest: u128::from(start) << 70,
        tokens: counts(start),
        label,
        codes,
        features: Features::default(),
        group: !start,
        grouped: true,
        written: None,
    }
}

#[test]
fn a_row_has_the_size_that_the_memory_bound_counts_on() {
    assert_eq!(FACT_BYTES, 61);
}

proptest! {
    #[test]
    fn columns_do_not_depend_on_the_cut(
        lines in prop::collection::vec((0u64..30, 0u8..2, any::<bool>(), prop::option::of(0u8..5), any::<bool>()), 1..40),
        cut in 1usize..9,
    ) {
        let mut facts = FactTable::new(3);
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
                rows.push(&row(at, terminator, *accepted, label, coded.then_some(Code::JsonEscapedNul)));
                starts.push(at);
                at += len + terminator.len_bytes();
            }
            facts.append(&rows, at - begin);
        }
        prop_assert_eq!(facts.len(), lines.len() as u64);
        let distinct: std::collections::HashSet<u8> = lines.iter().filter_map(|line| line.3).collect();
        prop_assert_eq!(facts.labels.overflowed(), distinct.len() > 3);
        for ((line, expected), start) in facts.ordinals().zip(&lines).zip(starts) {
            let (len, terminator, accepted, label, coded) = expected;
            prop_assert_eq!(facts.file_of(line), 1);
            prop_assert_eq!(facts.span(line, 1), Span { start, len: *len });
            prop_assert_eq!(facts.terminator(line) == Terminator::CrLf, *terminator == 1);
            prop_assert_eq!(facts.accepted(line), *accepted);
            prop_assert_eq!(facts.codes(line).contains(Code::JsonEscapedNul), *coded);
            prop_assert_eq!(facts.tokens(line), Tokens { completion: u64::from(TOKENS_MAX), ..counts(start) });
            prop_assert_eq!(facts.digest(line), u128::from(start) << 70);
            prop_assert_eq!(facts.group(line), !start);
            if !facts.labels.overflowed() {
                let written = facts.label(line).map(|id| facts.labels.keys()[id as usize].clone());
                prop_assert_eq!(written, label.map(|label| label.to_string()));
            }
        }
    }
}
