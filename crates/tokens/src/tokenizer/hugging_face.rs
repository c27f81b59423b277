//! `tokenizer.json` files. Byte-level BPE with a known way of splitting is counted by the fast counter; anything else by
//! the `tokenizers` crate, which reads all of them.
//!
//! Special tokens in a text are ordinary text here, as everywhere in this crate. Added tokens that are not special,
//! such as `<think>`, are one token wherever they stand.

use std::collections::{HashMap, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use super::{Added, Kind, Plan, TokenizerError};
use crate::pairs::Pairs;
use crate::split::Pattern;
use crate::splits::{Origin, origin};
use crate::vocabulary::Vocabulary;

pub(super) fn read(file: &[u8]) -> Result<Kind, TokenizerError> {
    let wrong = |error: String| TokenizerError::File(format!("no tokenizer.json: {error}"));
    let json: Value = serde_json::from_slice(file).map_err(|error| wrong(error.to_string()))?;
    if is_ambiguous(&json["pre_tokenizer"]) {
        let problem = "a regular expression has a count with a plus behind it, such as `{1,3}+`, which libraries read \
                       in two ways\nhint: write `(?:…{1,3})+` for once or more, or leave the plus out";
        return Err(TokenizerError::File(problem.to_owned()));
    }
    if let Some(plan) = plan(&json) {
        return Ok(Kind::Fast(plan));
    }
    let mut tokenizer = tokenizers::Tokenizer::from_bytes(file).map_err(|error| wrong(error.to_string()))?;
    tokenizer.set_encode_special_tokens(true);
    // A text is counted as it is, whatever the file says of lengths.
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|error| wrong(error.to_string()))?;
    Ok(Kind::HuggingFace(Box::new(tokenizer)))
}

/// How the fast counter would go about it; none where it cannot, or where it is not sure.
fn plan(json: &Value) -> Option<Plan> {
    let nfc = match &json["normalizer"] {
        Value::Null => false,
        normalizer if normalizer["type"] == "NFC" => true,
        _ => return None,
    };
    let pattern = pattern(&json["pre_tokenizer"])?;
    let vocabulary = vocabulary(&json["model"])?;
    Some(Plan { vocabulary: vocabulary.into(), pattern, nfc, added: added(&json["added_tokens"], nfc)? })
}

/// The way of splitting, where it is a known one.
fn pattern(pre_tokenizer: &Value) -> Option<Pattern> {
    let is_byte_level = |json: &Value, use_regex: bool| {
        json["type"] == "ByteLevel"
            && json["add_prefix_space"] == false
            && json["use_regex"].as_bool().unwrap_or(true) == use_regex
    };
    if is_byte_level(pre_tokenizer, true) {
        return Some(Pattern::Gpt2);
    }
    if pre_tokenizer["type"] != "Sequence" {
        return None;
    }
    let [split, byte_level] = pre_tokenizer["pretokenizers"].as_array()?.as_slice() else { return None };
    let is_split = split["type"] == "Split" && split["behavior"] == "Isolated" && split["invert"] == false;
    if !is_split || !is_byte_level(byte_level, false) {
        return None;
    }
    Pattern::from_regex(split["pattern"]["Regex"].as_str()?)
}

/// The merges of a byte-level BPE model, where all of them can be told by the token that they make.
fn vocabulary(model: &Value) -> Option<Vocabulary> {
    let is = |key: &str, wanted: bool| model[key].as_bool().unwrap_or(false) == wanted;
    let is_empty = |key: &str| model[key].as_str().unwrap_or_default().is_empty();
    let is_plain = model["type"] == "BPE"
        && model["dropout"].is_null()
        && is("byte_fallback", false)
        && is_empty("continuing_subword_prefix")
        && is_empty("end_of_word_suffix");
    if !is_plain {
        return None;
    }
    let bytes_of = bytes_of_characters();
    let decode = |token: &str| token.chars().map(|c| bytes_of.get(&c).copied()).collect::<Option<Vec<u8>>>();
    // Ranks as this crate has them: the bytes first, then what merges make, in the order of the first merge of each.
    let mut ranks: HashMap<Vec<u8>, u32> = (0..=255u8).map(|byte| (vec![byte], u32::from(byte))).collect();
    let mut merges: HashSet<(Vec<u8>, usize)> = HashSet::new();
    let mut last = None;
    for merge in model["merges"].as_array()? {
        let (left, right) = match merge {
            Value::String(pair) => pair.split_once(' ')?,
            Value::Array(pair) => (pair.first()?.as_str()?, pair.get(1)?.as_str()?),
            _ => return None,
        };
        let left = decode(left)?;
        let merged = [left.as_slice(), &decode(right)?].concat();
        let next = u32::try_from(ranks.len()).ok()?;
        let rank = *ranks.entry(merged.clone()).or_insert(next);
        // Merges that make one token stand together, or their order would say more than that of the tokens.
        if rank != next && Some(rank) != last {
            return None;
        }
        last = Some(rank);
        merges.insert((merged, left.len()));
    }
    if ranks.len() > Pairs::TOKENS_MAX {
        return None;
    }
    let vocab = model["vocab"].as_object()?;
    let known: HashSet<Vec<u8>> = vocab.keys().filter_map(|token| decode(token)).collect();
    if !ranks.keys().all(|token| known.contains(token)) {
        return None;
    }
    let mut tokens: Vec<(&Vec<u8>, u32)> = ranks.iter().map(|(token, rank)| (token, *rank)).collect();
    tokens.sort_unstable_by_key(|(_, rank)| *rank);
    let rank = |token: &[u8]| ranks.get(token).copied();
    let merge = |token: &[u8], left: usize| rank(token).filter(|_| merges.contains(&(token.to_vec(), left)));
    let origins: Vec<Origin> = tokens.iter().map(|(token, _)| origin(token, rank, merge)).collect();
    let mut whole = HashSet::new();
    if is("ignore_merges", false) {
        return Vocabulary::new(origins.into_iter(), whole).ok();
    }
    // Any token of the vocabulary is one where it is a whole pretoken.
    let is_made = |token: &Vec<u8>| {
        ranks.get(token).is_some_and(|&rank| !matches!(origins[rank as usize], Origin::Whole))
    };
    whole.extend(known.iter().filter(|token| !is_made(token)).map(|token| token.as_slice().into()));
    Vocabulary::new(origins.into_iter(), whole).ok()
}

/// The characters that stand for bytes in byte-level vocabularies: printable ones for themselves, the others from
/// U+0100 on, in order.
fn bytes_of_characters() -> HashMap<char, u8> {
    let is_printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let others = (0..=255u8).filter(|&byte| !is_printable(byte)).zip('\u{100}'..);
    let own = (0..=255u8).filter(|&byte| is_printable(byte)).map(|byte| (byte, char::from(byte)));
    others.chain(own).map(|(byte, character)| (character, byte)).collect()
}

/// The added tokens that are found in texts; none as a whole where they are found by rules of their own.
#[expect(clippy::option_option, reason = "no such tokens is not the same as not to be told")]
fn added(tokens: &Value, is_normalized: bool) -> Option<Option<Added>> {
    let tokens = tokens.as_array().map(Vec::as_slice).unwrap_or_default();
    let is = |token: &Value, key: &str| token[key].as_bool().unwrap_or(false);
    if tokens.iter().all(|token| is(token, "special")) {
        return Some(None);
    }
    let mut contents = HashSet::new();
    for token in tokens {
        let has_rules = ["lstrip", "rstrip", "single_word"].iter().any(|key| is(token, key));
        // Those that are looked for before normalization come before those that are looked for after it.
        let is_mixed = is(token, "normalized") != is(&tokens[0], "normalized");
        if has_rules || is_mixed || is(token, "normalized") && is_normalized {
            return None;
        }
        let content = token["content"].as_str().filter(|content| !content.is_empty())?;
        if !contents.insert(content) {
            return None;
        }
    }
    let contents: Vec<&str> = tokens.iter().filter_map(|token| token["content"].as_str()).collect();
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(contents).ok()?;
    let is_special = tokens.iter().map(|token| is(token, "special")).collect();
    Some(Some(Added { automaton, is_special }))
}

/// Returns true if a count in a regular expression is followed by a plus, as in `\p{N}{1,3}+`. To the library that most
/// read these files by it says "once or more", to others "and give nothing back".
fn has_count_with_plus(regex: &str) -> bool {
    regex.match_indices('{').any(|(at, _)| {
        let Some((count, rest)) = regex[at + 1..].split_once('}') else { return false };
        let is_count = count.starts_with(|c: char| c.is_ascii_digit())
            && count.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
        is_count && rest.starts_with('+')
    })
}

/// Returns true if a regular expression of the file can be read in two ways.
fn is_ambiguous(json: &Value) -> bool {
    match json {
        Value::Object(entries) => entries.iter().any(|(key, value)| match value {
            Value::String(regex) => key == "Regex" && has_count_with_plus(regex),
            _ => is_ambiguous(value),
        }),
        Value::Array(values) => values.iter().any(is_ambiguous),
        _ => false,
    }
}
