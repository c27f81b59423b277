//! Vocabularies of the user's: rank files against tiktoken-rs, `tokenizer.json` files against the `tokenizers` crate.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{TokenizerBuilder, TokenizerImpl, Trainer};

use super::property::text;
use crate::split::Pattern;
use crate::{Encoding, Tokenizer, TokenizerError};

/// The ranks of `r50k_base` as a file.
static RANKS: LazyLock<String> = LazyLock::new(|| {
    let tokenizer = super::oracle(Encoding::R50kBase);
    let line = |rank| Some(format!("{} {rank}\n", STANDARD.encode(tokenizer.decode_bytes(&[rank]).ok()?)));
    (0..50_256).filter_map(line).collect()
});

const PATTERNS: [(&str, Pattern); 6] = [
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
    // A regular expression that is known is the family; any other one is tiktoken-rs' business.
    let known = Tokenizer::read("ours", RANKS.as_bytes(), Some(Pattern::Gpt2.regex())).expect("a rank file");
    assert_eq!((known.is_slow(), known.counter().count(text)), (false, Ok(expected)));
    let other = Tokenizer::read("ours", RANKS.as_bytes(), Some(r"\S+|\s+")).expect("a rank file");
    assert!(other.is_slow() && other.counter().count(text).is_ok());
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
        line 2: there is no rank
        hint: a line is a token in base64, a space and its rank, such as `IQ== 0`"#]],
    );
    check(
        "IQ== 0\n!! 1",
        Some("r50k"),
        expect![[r#"
        line 2: the token is not base64
        hint: a line is a token in base64, a space and its rank, such as `IQ== 0`"#]],
    );
    check(
        "IQ== 0\n\nIg== 0",
        Some("r50k"),
        expect![[r#"
        line 3: the rank occurs twice
        hint: a line is a token in base64, a space and its rank, such as `IQ== 0`"#]],
    );
    check("IQ== 0", Some("r50k"), expect!["the byte 0x00 is no token"]);
    check(
        "IQ== 0",
        None,
        expect![[r#"
        a rank file does not say how texts are split
        hint: name a pattern, one of o200k, cl100k, r50k, llama3, qwen, tekken"#]],
    );
    check(
        "{}",
        Some("r50k"),
        expect![[r#"
        a tokenizer.json says itself how texts are split
        hint: leave the pattern out"#]],
    );
    assert!(matches!(Tokenizer::read("ours", b"{}", None), Err(TokenizerError::File(_))));
    assert!(matches!(Tokenizer::read("ours", RANKS.as_bytes(), Some("(")), Err(TokenizerError::File(_))));
}

/// A byte-level vocabulary that is trained on this folder, as `tokenizer.json`.
fn trained(split: &Value) -> Value {
    let pre_tokenizer: PreTokenizerWrapper = serde_json::from_value(split.clone()).expect("a pre-tokenizer");
    let mut tokenizer: TokenizerImpl<
        BPE,
        tokenizers::NormalizerWrapper,
        PreTokenizerWrapper,
        tokenizers::PostProcessorWrapper,
        tokenizers::DecoderWrapper,
    > = TokenizerBuilder::new()
        .with_model(BPE::default())
        .with_normalizer(None)
        .with_pre_tokenizer(Some(pre_tokenizer))
        .with_post_processor(None)
        .with_decoder(None)
        .build()
        .expect("a tokenizer");
    let alphabet = tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet();
    let mut trainer = BpeTrainer::builder()
        .vocab_size(1200)
        .show_progress(false)
        .initial_alphabet(alphabet.into_iter().collect())
        .build();
    let texts =
        [include_str!("property.rs"), include_str!("table.rs"), include_str!("../../../../README.md")];
    trainer
        .feed(texts.iter(), |text| {
            let mut pretokenized = tokenizers::PreTokenizedString::from(text);
            tokenizers::PreTokenizer::pre_tokenize(
                tokenizer.get_pre_tokenizer().expect("set"),
                &mut pretokenized,
            )?;
            let splits = pretokenized
                .get_splits(tokenizers::OffsetReferential::Original, tokenizers::OffsetType::Byte);
            Ok(splits.into_iter().map(|(text, ..)| text.to_owned()).collect())
        })
        .expect("texts");
    let mut model = BPE::default();
    trainer.train(&mut model).expect("trained");
    tokenizer.with_model(model);
    serde_json::from_str(&tokenizer.to_string(false).expect("serialized")).expect("JSON")
}

fn split_by(pattern: Pattern) -> Value {
    json!({"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": pattern.regex()}, "behavior": "Isolated", "invert": false},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
    ]})
}

/// Vocabularies in the manner of well-known models, ours and theirs.
static HUGGING_FACE: LazyLock<Vec<(&str, Tokenizer, tokenizers::Tokenizer)>> = LazyLock::new(|| {
    let gpt2 =
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    let llama3 = trained(&split_by(Pattern::Llama3));
    let mut qwen = trained(&split_by(Pattern::Qwen));
    let mut ignoring = llama3.clone();
    qwen["normalizer"] = json!({"type": "NFC"});
    let added = |content: &str, special: bool| {
        json!({"id": if special { 1200 } else { 1201 }, "content": content, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": special})
    };
    qwen["added_tokens"] = json!([added("<|endoftext|>", true), added("word", false)]);
    // A token that no merge makes: one only where merges are ignored, and it is a whole pretoken.
    ignoring["model"]["ignore_merges"] = json!(true);
    ignoring["model"]["vocab"]["HTTPServer"] = json!(1202);
    let files = [
        ("gpt2", trained(&gpt2)),
        ("llama3", llama3),
        ("llama3 that ignores merges", ignoring),
        ("qwen", qwen),
        ("tekken", trained(&split_by(Pattern::Tekken))),
        ("gpt-oss", trained(&split_by(Pattern::O200k))),
    ];
    let both = files.map(|(name, json)| {
        let file = json.to_string();
        let ours = Tokenizer::read(name, file.as_bytes(), None).expect("a tokenizer.json");
        assert!(!ours.is_slow(), "{name} is counted by the fast counter");
        let mut theirs = tokenizers::Tokenizer::from_bytes(file.as_bytes()).expect("a tokenizer.json");
        theirs.set_encode_special_tokens(true);
        (name, ours, theirs)
    });
    both.into()
});

#[test]
fn what_is_not_known_is_counted_by_the_other_crate() {
    let mut json = trained(&split_by(Pattern::Llama3));
    json["normalizer"] = json!({"type": "Lowercase"});
    let ours = Tokenizer::read("ours", json.to_string().as_bytes(), None).expect("a tokenizer.json");
    assert!(ours.is_slow());
    let theirs = tokenizers::Tokenizer::from_bytes(json.to_string().as_bytes()).expect("a tokenizer.json");
    let text = "HELLO World, hello world";
    let expected = theirs.encode(text, false).expect("encoded").len() as u64;
    assert_eq!(ours.counter().count(text), Ok(expected));
}

/// Added tokens (the content, whether it is special, whether it is looked for after normalization), a normalizer,
/// whether they are left to the other crate, and texts.
type Case<'c> = (&'c [(&'c str, bool, bool)], Value, bool, &'c [&'c str]);

/// What Hugging Face's library does with added tokens and with normalization, in the ways that are easily missed.
#[test]
fn added_tokens_and_normalization_are_those_of_the_other_crate() {
    let added = |tokens: &[(&str, bool, bool)]| -> Value {
        let token = |(id, &(content, special, normalized)): (usize, &(&str, bool, bool))| {
            json!({"id": 1300 + id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": normalized, "special": special})
        };
        tokens.iter().enumerate().map(token).collect()
    };
    let (special, plain) = (true, false);
    let cases: [Case<'_>; 7] = [
        (
            &[("<|im_start|>", special, false), ("start", plain, false)],
            Value::Null,
            false,
            &["<|im_start|>start"],
        ),
        (&[("<s>", special, false), ("s><", plain, false)], Value::Null, false, &["<s><s>", "s><s><"]),
        (&[("a  ", special, false), ("a ", plain, false)], Value::Null, false, &["a  bbba a b"]),
        (&[("bb", plain, false), ("bbcc", plain, true)], Value::Null, true, &["bbcc", "abbccbb"]),
        (&[("<t>", special, false), ("<t>", plain, false)], Value::Null, true, &["e<t>x"]),
        (&[("word", plain, true)], json!({"type": "NFC"}), true, &["words, word"]),
        (
            &[],
            json!({"type": "NFC"}),
            false,
            &["e\u{301}", "e\u{1df6}\u{301}", "e\u{5c8}\u{301}", "\u{1161e}x", "한\u{1100}\u{1161}"],
        ),
    ];
    for (tokens, normalizer, is_slow, texts) in cases {
        let mut json = trained(&split_by(Pattern::Llama3));
        json["added_tokens"] = added(tokens);
        json["normalizer"] = normalizer;
        let file = json.to_string();
        let ours = Tokenizer::read("ours", file.as_bytes(), None).expect("a tokenizer.json");
        assert_eq!(ours.is_slow(), is_slow, "{tokens:?}");
        let mut theirs = tokenizers::Tokenizer::from_bytes(file.as_bytes()).expect("a tokenizer.json");
        theirs.set_encode_special_tokens(true);
        for text in texts {
            let encoded = theirs.encode(*text, false).expect("encoded");
            assert_eq!(
                ours.counter().count(text),
                Ok(encoded.len() as u64),
                "{text:?} {:?}",
                encoded.get_tokens()
            );
        }
    }
}

/// `{1,3}+` gives nothing back in one library, and is once or more in another.
#[test]
fn a_regular_expression_that_can_be_read_in_two_ways_is_refused() {
    let read = |regex: &str| {
        let mut split = split_by(Pattern::Llama3);
        split["pretokenizers"][0]["pattern"]["Regex"] = json!(regex);
        let json = json!({"pre_tokenizer": split, "model": {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"}});
        Tokenizer::read("ours", json.to_string().as_bytes(), None)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    for (regex, is_read) in [
        (r"\p{N}{1,3}+|x", false),
        (r"\d{2}+", false),
        (r"\d{2,}+", false),
        (r"\p{N}{1,3}|\p{L}+|\s++", true),
        (r"(?:\p{N}{1,3})+", true),
    ] {
        let read = read(regex);
        assert_eq!(read.is_ok(), is_read, "{regex} {read:?}");
        assert!(
            is_read || read.is_err_and(|error| error.contains("a count with a plus behind it")),
            "{regex}"
        );
    }
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

    #[test]
    fn tokenizer_files_equal_the_other_crate(text in text()) {
        for (name, ours, theirs) in HUGGING_FACE.iter() {
            let encoded = theirs.encode(text.as_str(), false).expect("encoded");
            let expected = Ok(encoded.len() as u64);
            prop_assert_eq!(ours.counter().count(&text), expected, "{} {:?} {:?}", name, text, encoded.get_tokens());
        }
    }
}
