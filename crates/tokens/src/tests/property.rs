//! The law: cutting white space of any length apart never changes a count.

use proptest::prelude::*;

use super::{Counter, Encoding, oracle_count};

/// White space of every kind, and one of everything the patterns tell apart from it and from each other.
const FRAGMENTS: [&str; 40] = [
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\u{b}",
    "\u{c}",
    "\u{85}",
    "\u{a0}",
    "\u{1680}",
    "\u{2003}",
    "\u{2028}",
    "\u{202f}",
    "\u{205f}",
    "\u{3000}",
    "a",
    "B",
    "ǅ",
    "ʰ",
    "一",
    "\u{301}",
    "\u{903}",
    "7",
    "ⅷ",
    "!",
    ".",
    "/",
    "'",
    "'s",
    "'LL",
    "🙂",
    "\u{200d}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "word",
    "<|endoftext|>",
];

fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        9 => (prop::sample::select(&FRAGMENTS[..]), 1..6_usize).prop_map(|(piece, times)| piece.repeat(times)),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(fragment, 0..16).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_equal_the_oracle(text in text(), run_bytes_min in 1..9_usize) {
        for encoding in Encoding::ALL {
            let expected = Ok(oracle_count(encoding, &text));
            let mut counter = Counter::with_run_bytes_min(encoding, run_bytes_min);
            prop_assert_eq!(counter.count(&text), expected, "{} {:?}", encoding, text);
        }
    }
}
