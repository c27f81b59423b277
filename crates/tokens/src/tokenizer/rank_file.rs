//! `.tiktoken` files: a token in base64 and its rank on each line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::steps::Steps;
use super::{FastPath, Kind, Splitting, Tokenizer, TokenizerError};
use crate::merge_table::origins;
use crate::pairs::Pairs;
use crate::split::Pattern;
use crate::vocabulary::Vocabulary;

pub(super) fn read(file: &[u8], pattern: &str) -> Result<Kind, TokenizerError> {
    let tokens = tokens(file)?;
    let splitting = match Pattern::from_name(pattern).or_else(|| Pattern::from_regex(pattern)) {
        Some(family) => Splitting::Family(family),
        None => Splitting::Steps(Steps::of_regex(pattern).map_err(|error| {
            let names = Tokenizer::PATTERNS.join(", ");
            TokenizerError::File(format!(
                "the pattern is neither one of {names} nor a valid regular expression: {error}"
            ))
        })?),
    };
    let origins = origins(&tokens);
    let vocabulary = Vocabulary::of_ranks(&tokens, origins).map_err(TokenizerError::File)?;
    Ok(Kind::Fast(FastPath { vocabulary: vocabulary.into(), splitting, nfc: false, added: None }))
}

/// The tokens by rank.
fn tokens(file: &[u8]) -> Result<Vec<Vec<u8>>, TokenizerError> {
    let mut tokens: Vec<Vec<u8>> = Vec::new();
    for (line, text) in (1..).zip(file.split(|&byte| byte == b'\n')) {
        let wrong = |problem: &str| TokenizerError::Line { line, problem: problem.to_owned() };
        let text = text.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let (token, rank) = text.split_at(text.iter().position(|&byte| byte == b' ').unwrap_or(text.len()));
        let token = STANDARD.decode(token).map_err(|_| wrong("the token is not base64"))?;
        let rank = str::from_utf8(rank).ok().and_then(|rank| rank.trim().parse::<usize>().ok());
        let rank = rank.ok_or_else(|| wrong("the rank is missing or not a number"))?;
        if token.is_empty() {
            return Err(wrong("the token is empty"));
        }
        if rank >= Pairs::TOKENS_MAX {
            return Err(wrong("the rank is 1,048,575 or more"));
        }
        if tokens.len() <= rank {
            tokens.resize(rank + 1, Vec::new());
        }
        if !tokens[rank].is_empty() {
            return Err(wrong("the rank occurs twice"));
        }
        tokens[rank] = token;
    }
    Ok(tokens)
}
