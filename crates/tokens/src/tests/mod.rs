//! Tests against tiktoken-rs as the oracle, and the oracles of the tests; the cases live in the modules.

use std::cell::RefCell;

use expect_test::expect;
use tiktoken_rs::CoreBPE;

use crate::split::Pattern;
use crate::split::simd::Level;
use crate::tiktoken::{self, blank};
use crate::{Counter, Encoding, Engine, Tokenizer, Uncountable};

mod hostile;
mod long;
mod merge_tables;
mod merging;
mod property;
mod table;
mod tokenizer_files;
mod vocabularies;

/// The tokenizer that defines an encoding; `o200k_harmony` has its own here, unlike in the crate.
fn oracle(encoding: Encoding) -> &'static CoreBPE {
    match encoding {
        Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
        Encoding::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
        Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
        Encoding::P50kBase => tiktoken_rs::p50k_base_singleton(),
        Encoding::R50kBase => tiktoken_rs::r50k_base_singleton(),
    }
}

fn counters(encoding: Encoding) -> Vec<Counter> {
    let tokenizer = Tokenizer::of(encoding, Engine::Fast);
    Level::all().into_iter().map(|level| Counter::with_level(&tokenizer, level)).collect()
}

/// Calls a function with a counter for each kind of instructions that this processor has. The counters of a thread have
/// counted all its texts before.
fn with_all(encoding: Encoding, mut with: impl FnMut(&mut Counter)) {
    thread_local! {
        static COUNTERS: RefCell<Vec<(Encoding, Vec<Counter>)>> =
            RefCell::new(Encoding::ALL.map(|encoding| (encoding, counters(encoding))).into());
    }
    COUNTERS.with_borrow_mut(|all| {
        let of_encoding = all.iter_mut().filter(|(own, _)| *own == encoding);
        of_encoding.for_each(|(_, counters)| counters.iter_mut().for_each(&mut with));
    });
}

fn oracle_count(encoding: Encoding, text: &str) -> u64 {
    oracle(encoding).encode_ordinary(text).len() as u64
}

#[test]
fn names_read_back() {
    for encoding in Encoding::ALL {
        assert_eq!(encoding.to_string().parse(), Ok(encoding));
        assert_eq!(Tokenizer::of(encoding, Engine::Tiktoken).name(), encoding.name());
    }
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let error = "o200k".parse::<Encoding>().unwrap_err();
    expect![
        "unknown encoding `o200k`, expected one of o200k_base, o200k_harmony, cl100k_base, p50k_base, r50k_base"
    ]
    .assert_eq(&error.to_string());
}

/// Published in the `OpenAI` cookbook, "How to count tokens with tiktoken", in the order of `Encoding::ALL`.
#[test]
fn counts_are_the_published_ones() {
    let check = |text: &str, tokens: [u64; 5]| {
        assert_eq!(
            Encoding::ALL.map(|encoding| Counter::new(encoding).count(text).unwrap()),
            tokens,
            "{text}"
        );
    };
    check("", [0, 0, 0, 0, 0]);
    check("antidisestablishmentarianism", [6, 6, 6, 5, 5]);
    check("2 + 2 = 4", [7, 7, 7, 5, 5]);
    check("お誕生日おめでとう", [8, 8, 9, 14, 14]);
}

#[test]
fn a_panic_is_an_error_and_the_message_says_how_long_the_text_was() {
    let failed = tiktoken::guard("four", || panic!("as the tokenizer might"));
    assert_eq!(failed, Err(Uncountable { bytes: 4 }));
    expect!["the tokenizer failed on 4 bytes of text"].assert_eq(&failed.unwrap_err().to_string());
}

/// What `run.rs` argues from; the other patterns are not public and are held by the property test.
#[test]
fn the_pattern_is_the_one_that_was_read() {
    let blank = tiktoken_rs::O200K_BASE_PAT_STR.split_once(r"|\p{N}{1,3}|").unwrap().1;
    assert_eq!(Pattern::from_regex(tiktoken_rs::O200K_BASE_PAT_STR), Some(Pattern::O200k));
    expect![[r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"]].assert_eq(blank);
}

#[test]
fn white_space_is_the_same_to_us_and_to_the_regex_engine() {
    let bytes = (0..=u8::MAX).map(|byte| (vec![byte], u32::from(byte))).collect();
    let matcher = CoreBPE::new(bytes, [].into_iter().collect(), r"\s").unwrap();
    let all: String = ('\0'..=char::MAX).collect();
    let blanks: String = all.chars().filter(|character| character.is_whitespace()).collect();
    assert_eq!(matcher.decode_bytes(&matcher.encode_ordinary(&all)).unwrap(), blanks.as_bytes());
    assert_eq!(blanks.chars().count(), 25);
    assert!(blanks.bytes().all(blank::is_blank_byte));
}

#[test]
fn no_ordinary_token_is_beyond_the_ranks_that_are_read() {
    for encoding in Encoding::ALL {
        let specials = oracle(encoding).special_tokens();
        for rank in blank::RANKS_END..blank::RANKS_END + 10_000 {
            if let Ok(token) = oracle(encoding).decode_bytes(&[rank]) {
                assert!(specials.contains(str::from_utf8(&token).unwrap()), "{encoding} {rank}");
            }
        }
    }
}
