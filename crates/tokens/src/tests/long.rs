//! Pretokens without an end: texts of every period, with breaks and without, under the public encodings and under
//! vocabularies that were made to be difficult.

use proptest::prelude::*;

use super::merging::{by_definition, in_windows, vocabularies};
use super::{Encoding, oracle_count};
use crate::backtrack::Backtrack;
use crate::counter::Counter;
use crate::merge_table::origins;
use crate::vocabulary::Vocabulary;

/// What pretokens are made of: each can be one pretoken under some encoding, whatever its order.
const ALPHABETS: [&str; 14] = [
    "-",
    "-=",
    "-=*#_.~/+<>|!:",
    " \t\u{a0}\u{3000}",
    "\n ",
    "\r\n",
    "ab",
    "aehinostlr",
    "0123456789",
    "ABCDEF",
    "\u{301}\u{308}\u{200b}",
    "的一是在了",
    "あアー─═█",
    "😀👨\u{200d}👩\u{fe0f}",
];

/// A number that looks random, from the one before it.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

/// A text of so many bytes or a few more, of a unit of so many characters again and again.
fn periodic(alphabet: &str, period: usize, bytes: usize, seed: &mut u64) -> String {
    let chars: Vec<char> = alphabet.chars().collect();
    let unit: String = (0..period).map(|_| chars[next(seed) % chars.len()]).collect();
    unit.repeat(bytes.div_ceil(unit.len()))
}

#[test]
fn texts_of_every_period_are_merged_as_the_definition_says() {
    let mut seed = 1;
    let mut backtrack = Backtrack::default();
    let vocabularies = vocabularies();
    for period in 1..=64 {
        for (at, alphabet) in ALPHABETS.into_iter().enumerate() {
            let (encoding, vocabulary) = &vocabularies[(period + at) % vocabularies.len()];
            let text = periodic(alphabet, period, 1500, &mut seed);
            let expected = by_definition(vocabulary, text.as_bytes());
            assert_eq!(in_windows(vocabulary, &[text.as_bytes()]), [Some(expected)], "{encoding} {text:?}");
            assert_eq!(backtrack.count(vocabulary, text.as_bytes()), expected, "{encoding} {text:?}");
        }
    }
}

/// With a beginning and an end of another kind, and a break now and then.
#[test]
fn texts_of_every_period_are_counted_as_by_the_oracle() {
    let mut seed = 2;
    for period in 1..=64 {
        for (at, alphabet) in ALPHABETS.into_iter().enumerate() {
            let encoding = Encoding::ALL[(period + at) % Encoding::ALL.len()];
            let run = periodic(alphabet, period, 4000, &mut seed);
            let other = ALPHABETS[next(&mut seed) % ALPHABETS.len()];
            let cut = run.floor_char_boundary(next(&mut seed) % run.len());
            let text = format!("{other}{run}{}{other}{run}", &run[..cut]);
            let expected = Ok(oracle_count(encoding, &text));
            assert_eq!(Counter::new(encoding).count(&text), expected, "{encoding} {text:?}");
        }
    }
}

/// Runs of one character, of every length up to some windows.
#[test]
fn runs_of_every_length_are_counted_as_by_the_oracle() {
    for (encoding, unit) in [
        (Encoding::O200kBase, "-"),
        (Encoding::O200kBase, " "),
        (Encoding::Cl100kBase, "="),
        (Encoding::Cl100kBase, " "),
        (Encoding::P50kBase, " "),
        (Encoding::P50kBase, "ÃÂ"),
        (Encoding::R50kBase, "0"),
    ] {
        let mut counter = Counter::new(encoding);
        for times in (250..1800).step_by(7) {
            let text = unit.repeat(times);
            assert_eq!(
                counter.count(&text),
                Ok(oracle_count(encoding, &text)),
                "{encoding} {unit:?} {times}"
            );
        }
    }
}

/// A vocabulary of all bytes and some tokens.
fn vocabulary(tokens: impl IntoIterator<Item = Vec<u8>>) -> Result<Vocabulary, String> {
    let mut all: Vec<Vec<u8>> = (0..=255u8).map(|byte| vec![byte]).collect();
    for token in tokens {
        if !all.contains(&token) {
            all.push(token);
        }
    }
    let origins = origins(&all);
    Vocabulary::of_ranks(&all, origins)
}

/// Where no window advances, the slower way counts.
#[test]
fn tokens_longer_than_a_window_are_counted() {
    let doubled = vocabulary((1..=12).map(|bits| vec![b'a'; 1 << bits])).expect("a vocabulary");
    let by_one = vocabulary((2..=700).map(|len| vec![b'a'; len])).expect("a vocabulary");
    for vocabulary in [&doubled, &by_one] {
        for len in [511, 512, 513, 1023, 1024, 3000, 4095, 4097, 5000] {
            let text = vec![b'a'; len];
            let expected = by_definition(vocabulary, &text);
            assert_eq!(Backtrack::default().count(vocabulary, &text), expected, "{len}");
            let [joined] = in_windows(vocabulary, &[&text])[..] else { unreachable!("one text") };
            assert!(joined.is_none_or(|joined| joined == expected), "{len} {joined:?} {expected}");
        }
        assert_eq!(in_windows(vocabulary, &[&[b'a'; 3000]]), [None], "no window advances");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any merges, in any order.
    #[test]
    fn any_vocabulary_merges_long_texts_as_the_definition_says(
        merges in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..60),
        units in prop::collection::vec((prop::collection::vec(prop::sample::select(&b"abc"[..]), 1..8), 1..200_usize), 1..6),
    ) {
        let mut tokens: Vec<Vec<u8>> = b"abc".iter().map(|byte| vec![*byte]).collect();
        for (left, right) in merges {
            let merged = [left.get(&tokens).as_slice(), right.get(&tokens).as_slice()].concat();
            if merged.len() < 30 && !tokens.contains(&merged) {
                tokens.push(merged);
            }
        }
        let vocabulary = vocabulary(tokens);
        prop_assume!(vocabulary.is_ok(), "no training gives this");
        let vocabulary = vocabulary.expect("assumed");
        let text: Vec<u8> = units.iter().flat_map(|(unit, times)| unit.repeat(*times)).collect();
        let expected = by_definition(&vocabulary, &text);
        prop_assert_eq!(Backtrack::default().count(&vocabulary, &text), expected);
        if let [Some(joined)] = in_windows(&vocabulary, &[&text])[..] {
            prop_assert_eq!(joined, expected);
        }
    }

    #[test]
    fn long_texts_of_mixed_runs_equal_the_oracle(
        runs in prop::collection::vec((0..ALPHABETS.len(), 1..9_usize, 0..1500_usize), 1..6),
        seed in any::<u64>(),
    ) {
        let mut seed = seed;
        let text: String =
            runs.iter().map(|&(at, period, bytes)| periodic(ALPHABETS[at], period, bytes, &mut seed)).collect();
        for encoding in Encoding::ALL {
            let expected = Ok(oracle_count(encoding, &text));
            prop_assert_eq!(Counter::new(encoding).count(&text), expected, "{} {:?}", encoding, text);
        }
    }
}
