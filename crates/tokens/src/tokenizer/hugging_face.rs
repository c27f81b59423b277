//! `tokenizer.json` files: BPE of bytes, with a known way of splitting (Llama 3, Qwen, gpt-oss, Mistral's Tekken, GPT-2)
//! or with any other (`DeepSeek`, `StarCoder`), and BPE of characters (Llama 2, Mistral 7B, Gemma). What else such a file can
//! say is refused by name.
//!
//! Special tokens in a text are ordinary text here, as everywhere in this crate. Added tokens that are not special,
//! such as `<think>`, are one token wherever they stand.

use std::collections::{HashMap, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use fancy_regex::Regex;
use serde_json::Value;

use super::characters_file::characters;
use super::steps::{Kept, Step, Steps};
use super::{Added, FastPath, Kind, Splitting, TokenizerError};
use crate::merge_table::{Origin, origin};
use crate::pairs::Pairs;
use crate::split::Pattern;
use crate::vocabulary::Vocabulary;

pub(super) fn read(file: &[u8]) -> Result<Kind, TokenizerError> {
    let json: Value = serde_json::from_slice(file)
        .map_err(|error| TokenizerError::File(format!("not a tokenizer.json: {error}")))?;
    if !json["model"].is_object() {
        return Err(TokenizerError::File("not a tokenizer.json: it has no model".to_owned()));
    }
    if is_ambiguous(&json["pre_tokenizer"]) {
        let problem = "a regular expression has a count with a plus behind it, such as `{1,3}+`, which libraries read \
                       in two ways\nhint: write `(?:…{1,3})+` for once or more, or leave the plus out";
        return Err(TokenizerError::File(problem.to_owned()));
    }
    kind(&json).map_err(TokenizerError::Unsupported)
}

/// What a file says; or the name of what is not supported in it.
fn kind(json: &Value) -> Result<Kind, String> {
    let model = &json["model"];
    if model["type"] != "BPE" {
        return Err(format!("the model type {}", name(model)));
    }
    if !model["dropout"].is_null() {
        return Err("dropout".to_owned());
    }
    for option in ["continuing_subword_prefix", "end_of_word_suffix"] {
        if !model[option].as_str().unwrap_or_default().is_empty() {
            return Err(format!("`{option}`"));
        }
    }
    if !ends_in_bytes(&json["pre_tokenizer"]) {
        let characters = characters(json)?;
        let added = added(&json["added_tokens"], !characters.rewrites.is_empty())?;
        return Ok(Kind::Characters(Box::new(characters), added));
    }
    let nfc = match &json["normalizer"] {
        Value::Null => false,
        normalizer if normalizer["type"] == "NFC" => true,
        other => return Err(format!("the normalizer {}", name(other))),
    };
    let splitting = match pattern(&json["pre_tokenizer"]) {
        Some(pattern) => Splitting::Family(pattern),
        None => Splitting::Steps(steps(&json["pre_tokenizer"])?),
    };
    if is(model, "byte_fallback") {
        return Err("`byte_fallback` together with `ByteLevel`".to_owned());
    }
    let vocabulary = vocabulary(model)?.into();
    Ok(Kind::Fast(FastPath { vocabulary, splitting, nfc, added: added(&json["added_tokens"], nfc)? }))
}

/// The type of a part of the file, as a message names it.
pub(super) fn name(part: &Value) -> String {
    part["type"].as_str().map_or_else(|| "without a type".to_owned(), |name| format!("`{name}`"))
}

pub(super) fn is(json: &Value, key: &str) -> bool {
    json[key].as_bool().unwrap_or(false)
}

/// The steps of a pre-tokenizer: what it is, or what it is a sequence of.
fn sequence(pre_tokenizer: &Value) -> &[Value] {
    if pre_tokenizer["type"] == "Sequence" {
        pre_tokenizer["pretokenizers"].as_array().map(Vec::as_slice).unwrap_or_default()
    } else {
        std::slice::from_ref(pre_tokenizer)
    }
}

/// Returns true if texts become bytes at the end.
fn ends_in_bytes(pre_tokenizer: &Value) -> bool {
    sequence(pre_tokenizer).last().is_some_and(|last| last["type"] == "ByteLevel")
}

/// The way of splitting, where it is a known one.
fn pattern(pre_tokenizer: &Value) -> Option<Pattern> {
    let is_byte_level = |json: &Value, use_regex: bool| {
        json["type"] == "ByteLevel"
            && json["add_prefix_space"] == false
            && json["use_regex"].as_bool().unwrap_or(true) == use_regex
    };
    match sequence(pre_tokenizer) {
        [byte_level] if is_byte_level(byte_level, true) => Some(Pattern::Gpt2),
        [split, byte_level] => {
            let is_split =
                split["type"] == "Split" && split["behavior"] == "Isolated" && split["invert"] == false;
            if !is_split || !is_byte_level(byte_level, false) {
                return None;
            }
            Pattern::from_regex(split["pattern"]["Regex"].as_str()?)
        }
        _ => None,
    }
}

/// How `ByteLevel` splits a text by itself.
const BYTE_LEVEL: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// Any other way of splitting that is supported.
fn steps(pre_tokenizer: &Value) -> Result<Steps, String> {
    let regex = |regex: &str, kept: Kept| -> Result<Step, String> {
        let compiled = Regex::new(regex).map_err(|error| format!("a regular expression ({error})"))?;
        Ok(Step::Regex(Box::new(compiled), kept))
    };
    let all = sequence(pre_tokenizer);
    let mut steps = Steps::default();
    for step in all {
        match step["type"].as_str() {
            Some("ByteLevel") => {
                // A space is put before each piece, which is before the text only where there are no others.
                if step["add_prefix_space"].as_bool().unwrap_or(true) {
                    if all.len() > 1 {
                        return Err("`add_prefix_space` after other pre-tokenizers".to_owned());
                    }
                    steps.prefix_space = true;
                }
                if step["use_regex"].as_bool().unwrap_or(true) {
                    steps.steps.push(regex(BYTE_LEVEL, Kept::All)?);
                }
            }
            Some("Split") => {
                let kept = match (step["behavior"].as_str(), is(step, "invert")) {
                    (Some("Isolated"), _) => Kept::All,
                    (Some("Removed"), false) => Kept::Gaps,
                    (Some("Removed"), true) => Kept::Matches,
                    (other, _) => return Err(format!("the split behavior `{}`", other.unwrap_or_default())),
                };
                let pattern = &step["pattern"];
                let literal =
                    pattern["String"].as_str().map(|literal| fancy_regex::escape(literal).into_owned());
                let pattern = pattern["Regex"].as_str().map(str::to_owned).or(literal);
                steps.steps.push(regex(&pattern.ok_or("a split without a pattern")?, kept)?);
            }
            Some("Digits") => {
                steps.steps.push(if is(step, "individual_digits") { Step::EachDigit } else { Step::Digits });
            }
            _ => return Err(format!("the pre-tokenizer {}", name(step))),
        }
    }
    Ok(steps)
}

/// The merges of a model, in order.
pub(super) fn merges(model: &Value) -> Result<impl Iterator<Item = Result<(&str, &str), String>>, String> {
    let merges = model["merges"].as_array().ok_or("a model without merges")?;
    Ok(merges.iter().map(|merge| pair(merge).ok_or_else(|| "a merge that is not a pair".to_owned())))
}

fn pair(merge: &Value) -> Option<(&str, &str)> {
    match merge {
        Value::String(pair) => pair.split_once(' '),
        Value::Array(pair) => Some((pair.first()?.as_str()?, pair.get(1)?.as_str()?)),
        _ => None,
    }
}

/// The merges of a byte-level BPE model, where all of them can be told by the token that they make.
fn vocabulary(model: &Value) -> Result<Vocabulary, String> {
    let bytes_of = bytes_of_characters();
    let decode = |token: &str| token.chars().map(|c| bytes_of.get(&c).copied()).collect::<Option<Vec<u8>>>();
    // Ranks as this crate has them: the bytes first, then what merges make, in the order of the first merge of each.
    let mut ranks: HashMap<Vec<u8>, u32> = (0..=255u8).map(|byte| (vec![byte], u32::from(byte))).collect();
    let mut made: HashSet<(Vec<u8>, usize)> = HashSet::new();
    let mut last = None;
    for merge in merges(model)? {
        let (left, right) = merge?;
        let [left, right] =
            [left, right].map(|part| decode(part).ok_or("a merge of characters that are not bytes"));
        let left = left?;
        let merged = [left.as_slice(), &right?].concat();
        let next = u32::try_from(ranks.len()).map_err(|error| error.to_string())?;
        let rank = *ranks.entry(merged.clone()).or_insert(next);
        // Merges that make one token stand together, or their order would say more than that of the tokens.
        if rank != next && Some(rank) != last {
            return Err("a token that is merged in two ways, with other merges between them".to_owned());
        }
        last = Some(rank);
        made.insert((merged, left.len()));
    }
    if ranks.len() > Pairs::TOKENS_MAX {
        return Err(format!("a vocabulary of more than {} tokens", Pairs::TOKENS_MAX));
    }
    let vocab = model["vocab"].as_object().ok_or("a vocabulary that is not an object")?;
    let known: HashSet<Vec<u8>> = vocab.keys().filter_map(|token| decode(token)).collect();
    if !ranks.keys().all(|token| known.contains(token)) {
        return Err("a vocabulary without a token for every byte and every merge".to_owned());
    }
    let mut tokens: Vec<(&Vec<u8>, u32)> = ranks.iter().map(|(token, rank)| (token, *rank)).collect();
    tokens.sort_unstable_by_key(|(_, rank)| *rank);
    let rank = |token: &[u8]| ranks.get(token).copied();
    let merge = |token: &[u8], left: usize| rank(token).filter(|_| made.contains(&(token.to_vec(), left)));
    let origins: Vec<Origin> = tokens.iter().map(|(token, _)| origin(token, rank, merge)).collect();
    let mut whole = HashSet::new();
    if !is(model, "ignore_merges") {
        return Vocabulary::new(origins.into_iter(), whole);
    }
    // Any token of the vocabulary is one where it is a whole pretoken.
    let is_made = |token: &Vec<u8>| {
        ranks.get(token).is_some_and(|&rank| !matches!(origins[rank as usize], Origin::Whole))
    };
    whole.extend(known.iter().filter(|token| !is_made(token)).map(|token| token.as_slice().into()));
    Vocabulary::new(origins.into_iter(), whole)
}

/// The characters that stand for bytes in byte-level vocabularies: printable ones for themselves, the others from
/// U+0100 on, in order.
fn bytes_of_characters() -> HashMap<char, u8> {
    let is_printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let others = (0..=255u8).filter(|&byte| !is_printable(byte)).zip('\u{100}'..);
    let own = (0..=255u8).filter(|&byte| is_printable(byte)).map(|byte| (byte, char::from(byte)));
    others.chain(own).map(|(byte, character)| (character, byte)).collect()
}

/// The added tokens that are found in texts.
fn added(tokens: &Value, is_normalized: bool) -> Result<Option<Added>, String> {
    let tokens = tokens.as_array().map(Vec::as_slice).unwrap_or_default();
    if tokens.iter().all(|token| is(token, "special")) {
        return Ok(None);
    }
    let mut contents = HashSet::new();
    for token in tokens {
        let has_rules = ["lstrip", "rstrip", "single_word"].iter().any(|key| is(token, key));
        // Those that are looked for before normalization come before those that are looked for after it.
        let is_mixed = is(token, "normalized") != is(&tokens[0], "normalized");
        let content = token["content"].as_str().unwrap_or_default();
        let problem = if has_rules {
            "with `lstrip`, `rstrip` or `single_word`"
        } else if is_mixed || is(token, "normalized") && is_normalized {
            "that is matched after normalization"
        } else if content.is_empty() {
            "without content"
        } else if !contents.insert(content) {
            "that occurs twice"
        } else {
            continue;
        };
        return Err(format!("an added token {problem}"));
    }
    let contents: Vec<&str> = tokens.iter().filter_map(|token| token["content"].as_str()).collect();
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(contents);
    let automaton = automaton.map_err(|error| format!("added tokens ({error})"))?;
    let is_special = tokens.iter().map(|token| is(token, "special")).collect();
    Ok(Some(Added { automaton, is_special }))
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
