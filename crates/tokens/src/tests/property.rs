//! The law: a count is that of the oracle, whatever the text, the instructions and what was counted before; and cutting
//! white space of any length apart for tiktoken-rs never changes it.

use proptest::prelude::*;

use super::{Encoding, oracle_count, with_all};
use crate::tiktoken::Tiktoken;

/// White space of every kind, and one of everything the patterns tell apart from it and from each other.
const FRAGMENTS: [&str; 58] = [
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
    "Word",
    "WORD",
    "aBc",
    "'re",
    "'vE",
    "'S",
    "'ſ",
    "don't",
    "12345",
    ". ",
    ".\n",
    ".\n/",
    " (",
    "\t",
    "    ",
    "-",
    "sentence of plain words, which fills a window. ",
    "antidisestablishmentarianism",
    "<|endoftext|>",
];

pub(super) fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        9 => (prop::sample::select(&FRAGMENTS[..]), 1..6_usize).prop_map(|(piece, times)| piece.repeat(times)),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(fragment, 0..24).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_equal_the_oracle(text in text(), run_bytes_min in 1..9_usize) {
        for encoding in Encoding::ALL {
            let expected = Ok(oracle_count(encoding, &text));
            let tiktoken = Tiktoken::with_run_bytes_min(encoding, run_bytes_min);
            prop_assert_eq!(tiktoken.count(&text), expected, "{} {:?}", encoding, text);
            with_all(encoding, |counter| assert_eq!(counter.count(&text), expected, "{counter:?} {text:?}"));
        }
    }
}
