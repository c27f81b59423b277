//! Texts of a million characters that make regexes, merges or stacks blow up.

use super::{Counter, Encoding, oracle_count};

const BYTES: usize = 1_000_000;

/// `o200k_harmony` counts with the ranks of `o200k_base`, so it would only repeat that.
const DISTINCT: [Encoding; 4] =
    [Encoding::O200kBase, Encoding::Cl100kBase, Encoding::P50kBase, Encoding::R50kBase];

fn count(encoding: Encoding, text: &str) -> u64 {
    Counter::new(encoding).count(text).unwrap()
}

/// The runs that tiktoken-rs cannot take are one blank pretoken and a word; `\s++$` lets it take the first.
#[test]
fn white_space_too_long_for_the_oracle_is_counted_in_two_parts() {
    for blank in [" ", " \t\u{3000}"] {
        let run = blank.repeat(1_200_000 / blank.chars().count());
        let (piece, last) = run.split_at(run.char_indices().next_back().unwrap().0);
        for encoding in [Encoding::Cl100kBase, Encoding::P50kBase, Encoding::R50kBase] {
            let expected = oracle_count(encoding, piece) + oracle_count(encoding, &format!("{last}word"));
            assert_eq!(count(encoding, &format!("{run}word")), expected, "{encoding} {blank:?}");
            assert_eq!(count(encoding, &run), oracle_count(encoding, &run), "{encoding} {blank:?}");
        }
        let o200k = count(Encoding::O200kBase, &format!("{run}word\n{run}"));
        let parts = count(Encoding::O200kBase, piece)
            + oracle_count(Encoding::O200kBase, &format!("{last}word\n"))
            + count(Encoding::O200kBase, &run);
        assert_eq!(o200k, parts, "{blank:?}");
    }
}

/// As long as the oracle can still take under every encoding, but ours take the way of the longer ones.
#[test]
fn white_space_just_short_enough_for_the_oracle_is_equal() {
    for blank in [" ", "\n", "\u{85}", "\n\r ", " \n\t"] {
        let text = format!("a.{}word", blank.repeat(990_000 / blank.chars().count()));
        for encoding in DISTINCT {
            assert_eq!(count(encoding, &text), oracle_count(encoding, &text), "{encoding} {blank:?}");
        }
    }
}

/// Breaks are blanks to `p50k` and `r50k`: one pretoken without the last of them, which stands alone.
#[test]
fn line_breaks_too_long_for_the_oracle_are_counted_in_two_parts() {
    for encoding in [Encoding::P50kBase, Encoding::R50kBase] {
        let run = "\r\n".repeat(600_000);
        let (piece, last) = run.split_at(run.len() - 1);
        let expected = oracle_count(encoding, piece) + oracle_count(encoding, &format!("{last}word"));
        assert_eq!(count(encoding, &format!("{run}word")), expected, "{encoding}");
    }
}

#[test]
fn long_runs_of_anything_else_are_equal() {
    let units = [
        "a", "A", "aA", "ªA", "9", "!", "/\n", "\u{301}", "A\u{301}", "'s", "🙂", "一", "^", " a", "a  ",
        "Ab9! ",
    ];
    for (position, unit) in units.into_iter().enumerate() {
        let text = unit.repeat(BYTES / unit.len());
        let encoding = DISTINCT[position % DISTINCT.len()];
        assert_eq!(count(encoding, &text), oracle_count(encoding, &text), "{encoding} {unit:?}");
    }
}
