//! Vocabularies of characters as a `tokenizer.json` has them.

use serde_json::Value;

use super::characters::{Characters, Rewrite, Split};
use super::hugging_face::{is, merges, name};

/// The mark of a word's beginning.
const MARK: char = '\u{2581}';

/// Reads the vocabulary; or names what is not supported in the file.
pub(super) fn characters(json: &Value) -> Result<Characters, String> {
    let model = &json["model"];
    if is(model, "ignore_merges") {
        return Err("`ignore_merges` without `ByteLevel`".to_owned());
    }
    let mut characters = Characters::default();
    let normalizer = &json["normalizer"];
    let normalizers = match normalizer["type"].as_str() {
        _ if normalizer.is_null() => &[],
        Some("Sequence") => normalizer["normalizers"].as_array().map(Vec::as_slice).unwrap_or_default(),
        _ => std::slice::from_ref(normalizer),
    };
    for normalizer in normalizers {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let rewrite = match normalizer["type"].as_str() {
            Some("Prepend") => text(&normalizer["prepend"]).map(Rewrite::Prepend),
            Some("Replace") => text(&normalizer["pattern"]["String"])
                .zip(normalizer["content"].as_str())
                .map(|(from, to)| Rewrite::Replace(from, to.to_owned())),
            _ => None,
        };
        characters.rewrites.push(rewrite.ok_or_else(|| format!("the normalizer {}", name(normalizer)))?);
    }
    let pre_tokenizer = &json["pre_tokenizer"];
    let is_replaced = |text: &Value| {
        let is_it = |rewrite: &Rewrite| matches!(rewrite, Rewrite::Replace(from, _) if text == from.as_str());
        characters.rewrites.iter().any(is_it)
    };
    match pre_tokenizer["type"].as_str() {
        _ if pre_tokenizer.is_null() => {}
        // What a normalizer has replaced is nowhere.
        Some("Split") if is_replaced(&pre_tokenizer["pattern"]["String"]) && !is(pre_tokenizer, "invert") => {
        }
        Some("Metaspace") => {
            let mark = pre_tokenizer["replacement"].as_str().and_then(|mark| mark.chars().next());
            let mark = mark.ok_or("`Metaspace` without a replacement")?;
            characters.rewrites.push(Rewrite::Replace(" ".to_owned(), mark.to_string()));
            let is_without = pre_tokenizer["add_prefix_space"] == false;
            let only_at_start = match pre_tokenizer["prepend_scheme"].as_str().unwrap_or("always") {
                "never" => None,
                "first" if !is_without => Some(true),
                "always" if !is_without => Some(false),
                scheme => return Err(format!("the prepend scheme `{scheme}`")),
            };
            let prefix = only_at_start.map(|only| Rewrite::PrependMissing(mark.to_string(), only));
            characters.rewrites.extend(prefix);
            if pre_tokenizer["split"].as_bool().unwrap_or(true) {
                characters.split = Split::Before(mark);
            }
        }
        _ => return Err(format!("the pre-tokenizer {}", name(pre_tokenizer))),
    }
    let vocab = model["vocab"].as_object().ok_or("a vocabulary that is not an object")?;
    let id = |token: &str| vocab.get(token).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    for token in vocab.keys() {
        let mut chars = token.chars();
        if let (Some(char), None, Some(id)) = (chars.next(), chars.next(), id(token)) {
            characters.chars.insert(char, id);
        }
    }
    if is(model, "byte_fallback") {
        let bytes: Option<Box<[u32]>> = (0..=255u8).map(|byte| id(&format!("<0x{byte:02X}>"))).collect();
        characters.bytes = Some(bytes.ok_or("`byte_fallback` without a token for every byte")?);
    } else if let Some(unknown) = model["unk_token"].as_str() {
        let token = id(unknown).ok_or("an `unk_token` that is not a token")?;
        characters.unknown = Some((token, is(model, "fuse_unk")));
    }
    // Where no token has a word's mark behind another character, no merge reaches across the beginning of a word.
    let mut crosses = !characters.chars.contains_key(&MARK);
    for (order, merge) in (0..).zip(merges(model)?) {
        let (left, right) = merge?;
        let merged = [left, right].concat();
        let ids = id(left).zip(id(right)).zip(id(&merged));
        let ((left, right), token) = ids.ok_or("a merge of unknown tokens")?;
        crosses |= merged.trim_start_matches(MARK).contains(MARK);
        characters.merges.insert((left, right), (order, token));
    }
    if characters.split == Split::Never && !crosses {
        characters.split = Split::BeforeFirst(MARK);
    }
    Ok(characters)
}
