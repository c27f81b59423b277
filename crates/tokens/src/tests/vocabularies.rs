//! Rank files of the user's, against tiktoken-rs.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use tiktoken_rs::CoreBPE;

use super::property::text;
use crate::split::Pattern;
use crate::{Encoding, Tokenizer, TokenizerError};

/// The ranks of `r50k_base` as a file.
static RANKS: LazyLock<String> = LazyLock::new(|| {
    let tokenizer = super::oracle(Encoding::R50kBase);
    let line = |rank| Some(format!("{} {rank}\n", STANDARD.encode(tokenizer.decode_bytes(&[rank]).ok()?)));
    (0..50_256).filter_map(line).collect()
});

pub(super) const PATTERNS: [(&str, Pattern); 6] = [
    ("o200k", Pattern::O200k),
    ("cl100k", Pattern::Cl100k),
    ("r50k", Pattern::Gpt2),
    ("llama3", Pattern::Llama3),
    ("qwen", Pattern::Qwen),
    ("tekken", Pattern::Tekken),
];

/// The same ranks split by each family, and by its regular expression under tiktoken-rs.
static FAMILIES: LazyLock<Vec<(&str, Tokenizer, CoreBPE)>> = LazyLock::new(|| {
    let full = super::oracle(Encoding::R50kBase);
    let families = PATTERNS.into_iter().map(|(name, pattern)| {
        let tokenizer = Tokenizer::read("ours", RANKS.as_bytes(), Some(name)).expect("a rank file");
        assert!(!tokenizer.is_slow());
        let ranks = (0..50_256).filter_map(|rank| Some((full.decode_bytes(&[rank]).ok()?, rank))).collect();
        let oracle = CoreBPE::new(ranks, [].into_iter().collect(), pattern.regex()).expect("a pattern");
        (name, tokenizer, oracle)
    });
    families.collect()
});

#[test]
fn a_rank_file_counts_like_its_encoding() {
    let text = "It's 12345 words,\n\n  and 日本語 too.";
    let expected = super::oracle_count(Encoding::R50kBase, text);
    let ours = Tokenizer::read("ours", RANKS.as_bytes(), Some("r50k")).expect("a rank file");
    assert_eq!((ours.name(), ours.counter().count(text)), ("ours", Ok(expected)));
    // A regular expression that is known is the family.
    let known = Tokenizer::read("ours", RANKS.as_bytes(), Some(Pattern::Gpt2.regex())).expect("a rank file");
    assert_eq!((known.is_slow(), known.counter().count(text)), (false, Ok(expected)));
    let full = super::oracle(Encoding::R50kBase);
    // What no match covers is no token; a look-ahead needs more than an automaton.
    for regex in [r"\S+|\s+", r"[a-z]+|\d{1,2}", r"\p{L}+(?=\s)|.", r"(?i)its?|\n+"] {
        let other = Tokenizer::read("ours", RANKS.as_bytes(), Some(regex)).expect("a rank file");
        let ranks = (0..50_256).filter_map(|rank| Some((full.decode_bytes(&[rank]).ok()?, rank))).collect();
        let oracle = CoreBPE::new(ranks, [].into_iter().collect(), regex).expect("a pattern");
        let expected = oracle.encode_ordinary(text).len() as u64;
        assert_eq!((other.is_slow(), other.counter().count(text)), (true, Ok(expected)), "{regex}");
    }
}

#[test]
fn a_wrong_rank_file_is_refused_with_its_line() {
    let check = |file: &str, pattern: Option<&str>, expect: Expect| {
        let error = Tokenizer::read("ours", file.as_bytes(), pattern).expect_err("refused");
        expect.assert_eq(&error.to_string());
    };
    check(
        "IQ== 0\nIg==",
        Some("r50k"),
        expect![[r#"
            line 2: the rank is missing or not a number
            hint: each line is a base64 token, a space and a rank, e.g. `IQ== 0`"#]],
    );
    check(
        "IQ== 0\n!! 1",
        Some("r50k"),
        expect![[r#"
        line 2: the token is not base64
        hint: each line is a base64 token, a space and a rank, e.g. `IQ== 0`"#]],
    );
    check(
        "IQ== 0\n\nIg== 0",
        Some("r50k"),
        expect![[r#"
        line 3: the rank occurs twice
        hint: each line is a base64 token, a space and a rank, e.g. `IQ== 0`"#]],
    );
    check("IQ== 0", Some("r50k"), expect!["there is no token for the byte 0x00"]);
    check(
        "IQ== 0",
        None,
        expect![[r#"
            a rank file does not define how text is split
            hint: name a pattern with --tokenizer-pattern, one of o200k, cl100k, r50k, llama3, qwen, tekken"#]],
    );
    check(
        "{}",
        Some("r50k"),
        expect![[r#"
            a tokenizer.json defines how text is split
            hint: leave out the pattern"#]],
    );
    assert!(matches!(Tokenizer::read("ours", b"{}", None), Err(TokenizerError::File(_))));
    assert!(matches!(Tokenizer::read("ours", RANKS.as_bytes(), Some("(")), Err(TokenizerError::File(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn families_equal_their_regular_expressions(text in text()) {
        for (name, tokenizer, oracle) in FAMILIES.iter() {
            let expected = Ok(oracle.encode_ordinary(&text).len() as u64);
            prop_assert_eq!(tokenizer.counter().count(&text), expected, "{} {:?}", name, text);
        }
    }
}
