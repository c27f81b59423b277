//! Takes the ranks of the public encodings from tiktoken-rs, once, and leaves for each encoding a table of how its
//! tokens come about: reading ranks and finding their merges at every start would take longer than most runs.

use std::path::Path;
use std::{env, fs};

use tiktoken_rs::CoreBPE;

#[path = "src/merge_table.rs"]
mod merge_table;

use merge_table::Origin;

/// One past the largest rank of an ordinary token in any encoding: `o200k_base` has 199,998 of them.
const RANKS_END: u32 = 200_000;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/merge_table.rs");
    let dir = env::var_os("OUT_DIR").expect("cargo sets it");
    let encodings = [
        ("o200k", tiktoken_rs::o200k_base()),
        ("cl100k", tiktoken_rs::cl100k_base()),
        ("p50k", tiktoken_rs::p50k_base()),
        ("r50k", tiktoken_rs::r50k_base()),
    ];
    for (name, tokenizer) in encodings {
        let tokens = tokens(&tokenizer.expect("the ranks are part of the crate"));
        let path = Path::new(&dir).join(format!("{name}.merges"));
        fs::write(path, table(&tokens)).expect("the build directory can be written");
    }
}

/// The ordinary tokens by rank.
fn tokens(tokenizer: &CoreBPE) -> Vec<Vec<u8>> {
    let specials = tokenizer.special_tokens();
    let token = |rank: u32| {
        let bytes = tokenizer.decode_bytes(&[rank]).unwrap_or_default();
        let is_special = std::str::from_utf8(&bytes).is_ok_and(|text| specials.contains(text));
        if is_special { Vec::new() } else { bytes }
    };
    let mut tokens: Vec<Vec<u8>> = (0..RANKS_END).map(token).collect();
    while tokens.last().is_some_and(Vec::is_empty) {
        tokens.pop();
    }
    tokens
}

/// The table that `vocabulary.rs` reads: the number of ranks, two numbers a rank, then the tokens that no merge makes.
fn table(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut out = (tokens.len() as u32).to_le_bytes().to_vec();
    let mut whole: Vec<&[u8]> = Vec::new();
    for (token, origin) in tokens.iter().zip(merge_table::origins(tokens)) {
        let (left, right) = match origin {
            Origin::Merge(left, right) => (left, right),
            Origin::Byte(byte) => (u32::from(byte), u32::MAX),
            Origin::Whole => {
                whole.push(token);
                (u32::MAX, u32::MAX)
            }
            Origin::None => (u32::MAX, u32::MAX),
        };
        out.extend_from_slice(&left.to_le_bytes());
        out.extend_from_slice(&right.to_le_bytes());
    }
    for token in whole {
        out.extend_from_slice(&(token.len() as u32).to_le_bytes());
        out.extend_from_slice(token);
    }
    out
}
