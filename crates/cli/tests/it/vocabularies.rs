//! What tokens are counted by: other engines, and vocabularies of the user's.

use std::fmt::Write as _;

use crate::corpus::plain;
use crate::scratch::{Scratch, jsonl};

/// A vocabulary of single bytes, and the merges `he`, `ll` and `hell`, in base64.
pub(crate) fn ranks() -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |token: &[u8]| -> String {
        let chunk = |chunk: &[u8]| {
            let word =
                chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (24 - 8 * chunk.len());
            let digit = |n: usize| char::from(DIGITS[(word >> (18 - 6 * n)) as usize & 63]);
            (0..4).map(|n| if n > chunk.len() { '=' } else { digit(n) }).collect::<String>()
        };
        token.chunks(3).map(chunk).collect()
    };
    let tokens = (0..=255u8).map(|byte| vec![byte]).chain(["he", "ll", "hell"].map(Into::into));
    tokens.zip(0..).fold(String::new(), |mut file, (token, rank)| {
        let _ = writeln!(file, "{} {rank}", encode(&token));
        file
    })
}

#[test]
fn engines_agree_and_the_slow_one_is_said() {
    let scratch = Scratch::with("a.jsonl", jsonl(plain(40)));
    let count = |flags: &str| {
        let run = scratch.run(&format!("check a.jsonl --output-format jsonl {flags}")).exits(0);
        (
            run.summary()["tokens"].clone(),
            run.stderr.contains("note: token counting is slow with this tokenizer or engine"),
        )
    };
    for encoding in ["o200k_base", "cl100k_base", "p50k_base"] {
        let fast = count(&format!("--encoding {encoding}"));
        assert_eq!((fast.0.as_u64().is_some_and(|n| n > 100), fast.1), (true, false));
        let tiktoken = format!("--encoding {encoding} --token-engine tiktoken");
        if cfg!(feature = "tiktoken") {
            assert_eq!(count(&tiktoken), (fast.0, true), "{encoding}");
        } else {
            let refusal = scratch.run(&format!("check a.jsonl {tiktoken}")).refuses(2);
            assert!(refusal.contains("built without the token engine `tiktoken`"), "{refusal}");
            assert!(refusal.contains("--features tiktoken"), "{refusal}");
        }
    }
}

#[test]
fn a_vocabulary_of_ones_own_counts() {
    let scratch = Scratch::with("a.jsonl", "{\"prompt\":\"hello\",\"completion\":\" hello\"}\n");
    scratch.write("our.tiktoken", ranks());
    let check = |flags: &str| {
        scratch.run(&format!("check a.jsonl --tokenizer our.tiktoken {flags} --output-format jsonl"))
    };
    // hell|o, and | |hell|o: a space is a token here.
    let summary = check("--tokenizer-pattern llama3").exits(0).summary();
    assert_eq!((&summary["tokens"], &summary["encoding"]), (&5.into(), &"our.tiktoken".into()));
    scratch.write("pattern.txt", "[a-z]|\\s\n");
    assert_eq!(check("--tokenizer-pattern pattern.txt").exits(0).summary()["tokens"], 11);
    // Taken for the model's own, so a limit has no margin.
    let limit = "--profile llama-3.1-8b-sft --tokenizer-pattern llama3";
    assert!(check(limit).exits(1).by_code().contains_key("dataset/too-few-records"));
    for (flags, problem) in [
        ("", "a rank file does not define how text is split"),
        ("--tokenizer-pattern none.txt", "none.txt: No such file"),
        ("--tokenizer-pattern r50k --encoding o200k_base", "cannot be used with"),
        ("--tokenizer-pattern r50k --skip tokens", "--tokenizer cannot be used with --skip tokens"),
    ] {
        let said = check(flags).refuses(2);
        assert!(said.contains(problem), "{flags}: {said}");
    }
    scratch.write("our.tiktoken", "IQ== 0\n??");
    assert!(
        check("--tokenizer-pattern r50k")
            .refuses(2)
            .contains("our.tiktoken: line 2: the token is not base64")
    );
    assert!(
        scratch.run("check a.jsonl --token-engine slow").refuses(2).contains("expected fast or tiktoken")
    );
    assert!(scratch.run("check a.jsonl --tokenizer-pattern r50k").refuses(2).contains("--tokenizer"));
}

/// A vocabulary of characters says nothing of others, if it has neither bytes nor a token for what is unknown.
#[test]
fn a_text_that_a_vocabulary_cannot_count_is_a_finding() {
    let scratch = Scratch::with(
        "a.jsonl",
        "{\"prompt\":\"hello\",\"completion\":\"hello\"}\n{\"prompt\":\"hello\",\"completion\":\"world\"}\n",
    );
    let model = r#"{"type": "BPE", "vocab": {"h": 0, "e": 1, "l": 2, "o": 3, "he": 4}, "merges": ["h e"]}"#;
    scratch.write("some.json", format!(r#"{{"version": "1.0", "model": {model}}}"#));
    let run = scratch.run("check a.jsonl --tokenizer some.json --output-format jsonl").exits(1);
    let findings = run.findings();
    let found: Vec<_> =
        findings.iter().map(|finding| (finding["code"].as_str(), finding["line"].as_u64())).collect();
    assert_eq!(found, [(Some("tokens/uncountable"), Some(2))]);
    assert!(
        run.stderr.contains("note: token counting is slow with this tokenizer or engine"),
        "{}",
        run.stderr
    );
}

/// What a file uses that is not supported is named, and what to do instead.
#[test]
fn a_vocabulary_that_is_not_supported_is_refused_by_name() {
    let scratch = Scratch::with("a.jsonl", "{\"prompt\":\"hello\",\"completion\":\"world\"}\n");
    scratch
        .write("words.json", r#"{"version": "1.0", "model": {"type": "WordPiece", "vocab": {"hello": 0}}}"#);
    let refusal = scratch.run("check a.jsonl --tokenizer words.json").refuses(2);
    assert!(refusal.contains("uses the model type `WordPiece`, which is not supported"), "{refusal}");
    assert!(refusal.contains("bedload calibrate"), "{refusal}");
}
