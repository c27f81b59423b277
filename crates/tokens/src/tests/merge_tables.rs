//! The tables in `merges/`: what the ranks of tiktoken-rs give. Run with `UPDATE_EXPECT=1`, they are written again.

use std::path::Path;
use std::{env, fs};

use super::oracle;
use crate::Encoding;
use crate::merge_table::{origins, read, write};
use crate::tiktoken::blank::RANKS_END;

/// The ordinary tokens of an encoding, by rank.
fn tokens(encoding: Encoding) -> Vec<Vec<u8>> {
    let tokenizer = oracle(encoding);
    let specials = tokenizer.special_tokens();
    let token = |rank: u32| {
        let bytes = tokenizer.decode_bytes(&[rank]).unwrap_or_default();
        let is_special = str::from_utf8(&bytes).is_ok_and(|text| specials.contains(text));
        if is_special { Vec::new() } else { bytes }
    };
    let mut tokens: Vec<Vec<u8>> = (0..RANKS_END).map(token).collect();
    while tokens.last().is_some_and(Vec::is_empty) {
        tokens.pop();
    }
    tokens
}

#[test]
fn the_tables_are_those_of_the_ranks() {
    let merges = Path::new(env!("CARGO_MANIFEST_DIR")).join("merges");
    let check = |name: &str, table: &[u8]| {
        let path = merges.join(name);
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, table).expect("the source directory can be written");
        }
        assert!(fs::read(&path).is_ok_and(|found| found == table), "{name} is not what the ranks give");
    };
    let table = |encoding| {
        let tokens = tokens(encoding);
        write(&tokens, &origins(&tokens))
    };
    check("o200k.merges", &table(Encoding::O200kBase));
    check("cl100k.merges", &table(Encoding::Cl100kBase));
    let (r50k, p50k) = (table(Encoding::R50kBase), table(Encoding::P50kBase));
    check("r50k.merges", &r50k);
    // One encoding continues the other, so what they share is kept once.
    check("p50k.merges", p50k.strip_prefix(r50k.as_slice()).expect("p50k_base continues r50k_base"));
}

#[test]
fn tables_read_back() {
    let tokens: Vec<Vec<u8>> = ["a", "b", "", "ab", "never merged", "aba"].map(Into::into).into();
    let origins = origins(&tokens);
    let table = write(&tokens, &origins);
    assert_eq!(table, b"\x01a\x01b\x00\x03\x01\x02\x0cnever merged\x06\x00");
    let whole = [Box::from(b"never merged".as_slice())].into();
    assert_eq!(read(&[&table]), (origins, whole));
}
