//! `tokenizer.json` files: against tiktoken-rs with the same tokens, and what Hugging Face's library makes of such files
//! (version 0.23.2, recorded 2026-11).

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;

use super::property::text;
use super::vocabularies::PATTERNS;
use crate::merge_table::{Origin, origins};
use crate::split::Pattern;
use crate::{Encoding, Tokenizer, TokenizerError};

/// Tokens in the files below.
const TOKENS: u32 = 3_000;

/// The first tokens of `r50k_base`, and how they come about.
static SMALL: LazyLock<(Vec<Vec<u8>>, Vec<Origin>)> = LazyLock::new(|| {
    let full = super::oracle(Encoding::R50kBase);
    let tokens: Vec<Vec<u8>> =
        (0..TOKENS).map(|rank| full.decode_bytes(&[rank]).expect("an ordinary token")).collect();
    let origins = origins(&tokens);
    (tokens, origins)
});

/// The same tokens split by a regular expression, under tiktoken-rs.
fn small_oracle(regex: &str) -> CoreBPE {
    let ranks = SMALL.0.iter().cloned().zip(0..).collect();
    CoreBPE::new(ranks, [].into_iter().collect(), regex).expect("a pattern")
}

/// A byte-level vocabulary of these tokens, as `tokenizer.json`.
fn bytes_file(pre_tokenizer: &Value) -> Value {
    // The characters that stand for bytes, in the order of the bytes: printable ones stand for themselves.
    let is_printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut others = '\u{100}'..;
    let chars: Vec<char> = (0..=255u8)
        .map(|byte| if is_printable(byte) { char::from(byte) } else { others.next().expect("many") })
        .collect();
    let spell = |token: &[u8]| token.iter().map(|byte| chars[usize::from(*byte)]).collect::<String>();
    let (tokens, origins) = &*SMALL;
    let vocab: serde_json::Map<String, Value> =
        tokens.iter().zip(0..).map(|(token, id)| (spell(token), json!(id))).collect();
    let merge = |origin: &Origin| match *origin {
        Origin::Merge(left, right) => {
            let [left, right] = [left, right].map(|part| spell(&tokens[part as usize]));
            Some(json!([left, right]))
        }
        _ => None,
    };
    let merges: Vec<Value> = origins.iter().filter_map(merge).collect();
    json!({"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": pre_tokenizer,
        "post_processor": null, "decoder": null,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges}})
}

/// A vocabulary of characters in the manner of Llama 2: those of the tokens that are text, with their spaces marked.
fn characters_file(pre_tokenizer: &Value, normalizer: &Value, byte_fallback: bool) -> Value {
    let (tokens, origins) = &*SMALL;
    let spell = |token: &[u8]| str::from_utf8(token).ok().map(|text| text.replace(' ', "\u{2581}"));
    let mut vocab = serde_json::Map::new();
    vocab.insert("<unk>".to_owned(), json!(0));
    for byte in 0..=255u8 {
        vocab.insert(format!("<0x{byte:02X}>"), json!(1 + u32::from(byte)));
    }
    for text in tokens.iter().filter_map(|token| spell(token)) {
        let id = vocab.len();
        vocab.entry(text).or_insert_with(|| json!(id));
    }
    let merge = |origin: &Origin| match *origin {
        Origin::Merge(left, right) => {
            let parts = [left, right].map(|part| spell(&tokens[part as usize]));
            let [Some(left), Some(right)] = parts else { return None };
            vocab.contains_key(&format!("{left}{right}")).then(|| json!([left, right]))
        }
        _ => None,
    };
    let merges: Vec<Value> = origins.iter().filter_map(merge).collect();
    json!({"version": "1.0", "added_tokens": [], "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
        "post_processor": null, "decoder": null,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": "<unk>", "fuse_unk": true,
            "byte_fallback": byte_fallback}})
}

fn read(file: &Value) -> Result<Tokenizer, TokenizerError> {
    Tokenizer::read("ours", file.to_string().as_bytes(), None)
}

fn byte_level(add_prefix_space: bool, use_regex: bool) -> Value {
    json!({"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": true, "use_regex": use_regex})
}

fn split(regex: &str) -> Value {
    json!({"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": false})
}

fn sequence(steps: &[Value]) -> Value {
    json!({"type": "Sequence", "pretokenizers": steps})
}

fn split_by(pattern: Pattern) -> Value {
    sequence(&[split(pattern.regex()), byte_level(false, false)])
}

/// Each family as a `tokenizer.json`, and its regular expression under tiktoken-rs; each a second time in a spelling
/// that is not known, so that the regular expression itself splits.
static FILES: LazyLock<Vec<(Tokenizer, CoreBPE)>> = LazyLock::new(|| {
    // That of cl100k has a count with a plus behind it, which is refused.
    let patterns = PATTERNS.into_iter().filter(|(_, pattern)| *pattern != Pattern::Cl100k);
    let files = patterns.flat_map(|(name, pattern)| {
        let unknown = sequence(&[split(&format!("(?:{})", pattern.regex())), byte_level(false, false)]);
        [(split_by(pattern), false), (unknown, true)].map(|(split, is_slow)| {
            let ours = read(&bytes_file(&split)).expect("a tokenizer.json");
            assert_eq!(ours.is_slow(), is_slow, "{name}");
            (ours, small_oracle(pattern.regex()))
        })
    });
    files.collect()
});

/// Texts on which the ways of splitting and of rewriting differ.
const TEXTS: [&str; 8] = [
    "Hello world, it's 12345 words!",
    "  two  spaces\n\n and 日本語 too.  ",
    " leading, then ⅷ² digits ١٢٣",
    "caf\u{e9} \u{1f642}\u{200d} <0x41> \u{2581}mark \u{2581}\u{2581}x",
    "word words\tword",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "",
    " ",
];

/// `DeepSeek` splits three times, `StarCoder` at each digit and then as GPT-2 does, older ones put a space before a text.
#[test]
fn other_ways_of_splitting_count_like_the_library_of_these_files() {
    let removed =
        json!({"type": "Split", "pattern": {"String": " "}, "behavior": "Removed", "invert": false});
    let only = json!({"type": "Split", "pattern": {"Regex": "\\w+"}, "behavior": "Removed", "invert": true});
    let digits = |each: bool| json!({"type": "Digits", "individual_digits": each});
    let deepseek = [
        split(r"\p{N}{1,3}"),
        split("[一-龥\u{3040}-ゟ゠-ヿ]+"),
        split(
            r"[!-/:-~]+[A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
        byte_level(false, false),
    ];
    let check = |pre_tokenizer: Value, expected: [u64; 8]| {
        let ours = read(&bytes_file(&pre_tokenizer)).expect("a tokenizer.json");
        assert!(ours.is_slow());
        let counts = TEXTS.map(|text| ours.counter().count(text).expect("counted"));
        assert_eq!(counts, expected, "{pre_tokenizer}");
    };
    check(sequence(&deepseek), [13, 21, 20, 28, 6, 28, 0, 1]);
    check(sequence(&[digits(true), byte_level(false, true)]), [15, 21, 20, 28, 6, 28, 0, 1]);
    check(sequence(&[digits(false), byte_level(false, true)]), [13, 21, 20, 28, 6, 28, 0, 1]);
    check(byte_level(true, true), [12, 21, 19, 28, 5, 28, 0, 1]);
    check(byte_level(true, false), [12, 21, 19, 28, 5, 28, 0, 1]);
    check(sequence(&[removed, byte_level(false, true)]), [15, 19, 20, 27, 8, 28, 0, 0]);
    check(sequence(&[only, byte_level(false, false)]), [13, 17, 17, 12, 7, 28, 0, 0]);
}

#[test]
fn vocabularies_of_characters_count_like_the_library_of_these_files() {
    let replace = json!({"type": "Replace", "pattern": {"String": " "}, "content": "\u{2581}"});
    let prepend = json!({"type": "Prepend", "prepend": "\u{2581}"});
    let llama2 = json!({"type": "Sequence", "normalizers": [prepend, replace]});
    let metaspace = |scheme: &str, split: bool| json!({"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": scheme, "split": split});
    let gemma = json!({"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false});
    let check = |pre_tokenizer: &Value, normalizer: &Value, byte_fallback: bool, expected: [u64; 8]| {
        let ours =
            read(&characters_file(pre_tokenizer, normalizer, byte_fallback)).expect("a tokenizer.json");
        assert!(ours.is_slow());
        let counts = TEXTS.map(|text| ours.counter().count(text).expect("counted"));
        assert_eq!(counts, expected, "{pre_tokenizer} {normalizer}");
    };
    check(&Value::Null, &llama2, true, [12, 22, 21, 22, 5, 28, 0, 2]);
    check(&Value::Null, &llama2, false, [12, 14, 12, 16, 5, 28, 0, 2]);
    check(&gemma, &replace, true, [12, 21, 20, 22, 6, 28, 0, 1]);
    check(&metaspace("first", false), &Value::Null, true, [12, 21, 20, 22, 5, 28, 0, 1]);
    check(&metaspace("always", true), &Value::Null, true, [12, 21, 20, 22, 5, 28, 0, 1]);
    check(&metaspace("never", true), &Value::Null, false, [12, 13, 11, 16, 6, 28, 0, 1]);
}

/// Added tokens (the content, whether it is special), and a text with its count.
type Case<'c> = (&'c [(&'c str, bool)], Value, &'c [(&'c str, u64)]);

/// What Hugging Face's library does with added tokens and with normalization, in the ways that are easily missed.
#[test]
fn added_tokens_and_normalization_are_those_of_the_library_of_these_files() {
    let (special, plain) = (true, false);
    let nfc = || json!({"type": "NFC"});
    let cases: [Case<'_>; 5] = [
        (&[("<|im_start|>", special), ("start", plain)], Value::Null, &[("<|im_start|>start", 9)]),
        (&[("<s>", special), ("s><", plain)], Value::Null, &[("<s><s>", 6), ("s><s><", 2)]),
        (&[("a  ", special), ("a ", plain)], Value::Null, &[("a  bbba a b", 8)]),
        (&[("word", plain), ("<|endoftext|>", special)], nfc(), &[("words, word<|endoftext|>", 13)]),
        (
            &[],
            nfc(),
            &[
                ("e\u{301}", 1),
                ("e\u{1df6}\u{301}", 6),
                ("e\u{5c8}\u{301}", 5),
                ("\u{1161e}x", 5),
                ("한\u{1100}\u{1161}", 6),
            ],
        ),
    ];
    for (tokens, normalizer, texts) in cases {
        let mut file = bytes_file(&split_by(Pattern::Llama3));
        file["added_tokens"] =
            tokens.iter().zip(0..).map(|(token, id)| added(id, token.0, token.1)).collect();
        file["normalizer"] = normalizer;
        let ours = read(&file).expect("a tokenizer.json");
        assert!(!ours.is_slow());
        for (text, expected) in texts {
            assert_eq!(ours.counter().count(text), Ok(*expected), "{text:?}");
        }
    }
}

fn added(id: u32, content: &str, special: bool) -> Value {
    json!({"id": TOKENS + id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": special})
}

/// A token that no merge makes is one where merges are ignored and it is a whole pretoken.
#[test]
fn a_whole_pretoken_is_looked_up_where_merges_are_ignored() {
    let mut file = bytes_file(&split_by(Pattern::Llama3));
    file["model"]["vocab"]["HTTPServer"] = json!(TOKENS);
    let count = |file: &Value| read(file).expect("a tokenizer.json").counter().count("HTTPServer HTTPServer");
    let merged =
        Ok(small_oracle(Pattern::Llama3.regex()).encode_ordinary("HTTPServer HTTPServer").len() as u64);
    assert_eq!(count(&file), merged);
    file["model"]["ignore_merges"] = json!(true);
    let second = small_oracle(Pattern::Llama3.regex()).encode_ordinary(" HTTPServer").len() as u64;
    assert_eq!(count(&file), Ok(1 + second));
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let check = |edit: &dyn Fn(&mut Value), expected: &str| {
        let mut file = bytes_file(&split_by(Pattern::Llama3));
        edit(&mut file);
        let error = read(&file).expect_err(expected).to_string();
        let named = error.strip_prefix("this tokenizer.json uses ").unwrap_or_default();
        assert!(named.starts_with(&format!("{expected}, which is not supported\nhint: ")), "{error}");
    };
    let rules = |key: &'static str| {
        move |file: &mut Value| {
            file["added_tokens"] = json!([added(0, "word", false)]);
            file["added_tokens"][0][key] = json!(true);
            file["normalizer"] = json!({"type": "NFC"});
        }
    };
    check(&|file| file["model"]["type"] = json!("Unigram"), "the model type `Unigram`");
    check(&|file| file["model"]["dropout"] = json!(0.1), "dropout");
    check(&|file| file["model"]["end_of_word_suffix"] = json!("</w>"), "`end_of_word_suffix`");
    check(&|file| file["normalizer"] = json!({"type": "Lowercase"}), "the normalizer `Lowercase`");
    check(
        &|file| file["pre_tokenizer"] = json!({"type": "BertPreTokenizer"}),
        "the pre-tokenizer `BertPreTokenizer`",
    );
    check(
        &|file| file["pre_tokenizer"]["pretokenizers"][0]["behavior"] = json!("MergedWithNext"),
        "the split behavior `MergedWithNext`",
    );
    check(&rules("lstrip"), "an added token with `lstrip`, `rstrip` or `single_word`");
    check(&rules("normalized"), "an added token that is matched after normalization");
    check(
        &|file| {
            file["pre_tokenizer"] =
                json!({"type": "Metaspace", "replacement": "\u{2581}", "add_prefix_space": false});
        },
        "the prepend scheme `always`",
    );
    let no_json = [("{", "not a tokenizer.json: "), ("{}", "not a tokenizer.json: it has no model")];
    for (file, expected) in no_json {
        let error = Tokenizer::read("ours", file.as_bytes(), None).expect_err("refused").to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Without bytes and without a token for the unknown, a text may have no count.
#[test]
fn a_character_that_a_vocabulary_lacks_is_uncountable() {
    let mut file = characters_file(&Value::Null, &Value::Null, false);
    file["model"]["unk_token"] = Value::Null;
    let mut counter = read(&file).expect("a tokenizer.json").counter();
    assert!(counter.count("hello").is_ok());
    assert!(counter.count("hello 世").is_err());
}

/// `{1,3}+` gives nothing back in one library, and is once or more in another.
#[test]
fn a_regular_expression_that_can_be_read_in_two_ways_is_refused() {
    for (regex, is_read) in [
        (r"\p{N}{1,3}+|x", false),
        (r"\d{2}+", false),
        (r"\d{2,}+", false),
        (r"\p{N}{1,3}|\p{L}+|\s++", true),
        (r"(?:\p{N}{1,3})+", true),
    ] {
        let read = read(&bytes_file(&sequence(&[split(regex), byte_level(false, false)])));
        assert_eq!(read.is_ok(), is_read, "{regex} {read:?}");
        let is_named = |error: TokenizerError| error.to_string().contains("a count with a plus behind it");
        assert!(is_read || read.is_err_and(is_named), "{regex}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokenizer_files_equal_their_regular_expressions(text in text()) {
        for (tokenizer, oracle) in FILES.iter() {
            let expected = Ok(oracle.encode_ordinary(&text).len() as u64);
            prop_assert_eq!(tokenizer.counter().count(&text), expected, "{:?} {:?}", tokenizer, text);
        }
    }
}
